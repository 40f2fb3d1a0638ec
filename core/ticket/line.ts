/** Owns texts of one line as they may stand in a ticket. */
import { storable, withoutDirection } from '../database/storable.ts'

/** As long as such a text may be unless its attribute says otherwise, in characters. */
const LONGEST = 250

/** In one line, without what the database does not take or turns the direction of reading, cut where it is too long. */
export const oneLine = (text: string, longest = LONGEST): string =>
  storable(withoutDirection(text).replace(/\s+/g, ' ').trim()).slice(0, longest)
