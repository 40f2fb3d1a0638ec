/** Owns how words are compared: without case and without diacritics. */

/** 'Łącze' → 'lacze'. */
export const plainWord = (text: string): string => text.toLowerCase().replaceAll('ł', 'l').normalize('NFD').replace(/\p{M}/gu, '')

/** 'Nie działa Łącze!' → ' nie dziala lacze ': what stands in columns that are searched, each word between blanks. */
export const fold = (text: string): string =>
  ` ${plainWord(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `
