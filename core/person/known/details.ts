/** Owns what is known of a person besides name, addresses and telephone: title, mobile, postal address, a remark. */
import { demandShort } from '../../kernel/input.ts'

/** In the order in which they are asked and shown, each with how many characters it may have. */
export const DETAILS = {
  title: 50,
  mobile: 100,
  fax: 100,
  street: 200,
  zip: 20,
  city: 100,
  country: 100,
  /** Of administrators and agents about the person: not shown to them, but handed over with what is kept of them. */
  comment: 1000,
} as const satisfies Record<string, number>

export type DetailName = keyof typeof DETAILS
export const DETAIL_NAMES = Object.keys(DETAILS) as DetailName[]
/** '' where nothing is known. */
export type Details = Record<DetailName, string>

/** As kept with the person; what is not understood counts as nothing. */
export const readDetails = (kept: Readonly<Record<string, unknown>>): Details =>
  Object.fromEntries(DETAIL_NAMES.map((name) => [name, typeof kept[name] === 'string' ? kept[name] : ''])) as Details

/**
 * As it is to be kept: what was said, checked; what was not said as it stood, and whatever else was brought from elsewhere (OTRS's time zone)
 * untouched. Nothing is kept of what is empty. Error: `too-long` at its field.
 */
export function keepDetails(said: Partial<Details>, stood: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const kept: Record<string, unknown> = { ...stood }
  for (const name of DETAIL_NAMES) {
    const value = said[name]
    if (value === undefined) continue
    const text = demandShort(value, name, DETAILS[name])
    if (text === '') delete kept[name]
    else kept[name] = text
  }
  return kept
}

/** Street, zip with city, country: those that are known, as on an envelope. */
export const addressLines = ({ street, zip, city, country }: Pick<Details, 'street' | 'zip' | 'city' | 'country'>): string[] =>
  [street, [zip, city].filter(Boolean).join(' '), country].filter(Boolean)
