/** Owns what of a text PostgreSQL takes. */

/** NUL is refused by every text column, half a surrogate pair by every JSON one; the first goes, the second becomes U+FFFD. */
export const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed()
