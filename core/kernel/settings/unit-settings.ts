/** Owns core's settings that each unit has a say in: its own value, else that of the unit above it. */
import { choice } from './settings.ts'

/** Owner of these among the settings. */
export const UNIT_SETTINGS = 'unit'

export const unitSettings = {
  /**
   * What companies are for here: 'off', no ticket names one by itself; 'named', a new ticket names its customer's main company; 'read' and
   * 'reply', people of a company besides see each other's tickets, and may write in them. Read by the policy: permission/access.store.ts.
   */
  companies: choice('setting.companies', ['off', 'named', 'read', 'reply'], 'off'),
}
