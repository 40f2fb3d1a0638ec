/** Owns writing JSON that PostgreSQL takes: whatever a stranger wrote into it. */

/** Like JSON.stringify; NUL goes, and half a character (a pair cut in two) becomes U+FFFD: jsonb refuses both. */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '') : part))
