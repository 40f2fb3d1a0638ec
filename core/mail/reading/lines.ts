/** Owns text that PostgreSQL can store and a page can show. */
import { withoutDirection } from '../../database/storable.ts'

/** `\0` cannot be stored as text, half a surrogate pair neither. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '')

/** One line without control characters, and without those that turn the direction of reading. */
export const oneLine = (text: string): string =>
  withoutDirection(text.toWellFormed())
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
