/** Owns numbers with their nouns in the sentences an operator reads. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
