/** Owns what tests let a look at a source have found. */
import type { Found } from './check.store.ts'

/** The house of every installation, and nothing to decide. */
export const LITTLE_FOUND: Found = {
  source: 'otobo at db',
  lines: [],
  proposal: {
    of: 'otobo',
    queues: ['Raw'],
    groups: ['users'],
    units: [],
    topics: [],
    states: [],
    ours: [],
    sameLogin: [],
    addresses: [],
    customerGroups: false,
    calendars: [],
  },
  local: { text: 'export default {}', unused: [] },
}
