/** Owns what of a text PostgreSQL takes, and what of a line a reader can trust. */

/** NUL is refused by every text column, half a surrogate pair by every JSON one; the first goes, the second becomes U+FFFD. */
export const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed()

/** Signs that turn the direction of reading: with them `gnp.exe` reads as `exe.png`. A line of ours needs none; longer texts keep theirs. */
export const withoutDirection = (line: string): string => line.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
