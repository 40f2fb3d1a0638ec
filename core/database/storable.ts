/** Owns what of a text PostgreSQL takes. */

/** NUL is refused by every text column. */
export const storable = (text: string): string => text.replaceAll('\u0000', '')
