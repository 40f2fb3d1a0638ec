/** Owns the X-OTRS-* and X-OTOBO-* headers: their names, and what a mail says with them. */
import { ENTRIES } from '../../ticket/attributes.ts'
import { decodeHeader, type ParsedMail } from '../reading/parsed-mail.ts'

/** Canonical name (see `otrsName`) → value, trimmed. */
export type OtrsHeaders = ReadonlyMap<string, string>

/** Headers that say something else than an attribute of the ticket. */
const OF_THE_MESSAGE = ['SenderType', 'IsVisibleForCustomer', 'ArticleType'] as const

/** What filters and trusted mail may say about a new ticket; with `FollowUp-` before it, most of it about a follow-up. */
export const NEW_TICKET_HEADERS: readonly string[] = [
  'Ignore',
  'Loop',
  ...ENTRIES.flatMap(({ headers }) => headers?.newTicket ?? []),
  ...OF_THE_MESSAGE,
]
export const FOLLOW_UP_HEADERS: readonly string[] = [
  'State-Keep',
  ...ENTRIES.flatMap(({ headers }) => headers?.followUp ?? []),
  ...OF_THE_MESSAGE,
]

/** As one writes them into a filter. */
export const SETTABLE_HEADERS: readonly string[] = [
  ...NEW_TICKET_HEADERS.map((name) => `X-OTRS-${name}`),
  ...FOLLOW_UP_HEADERS.map((name) => `X-OTRS-FollowUp-${name}`),
]

/** Set by the program itself: whatever a mail says there is deleted (OTRS behaviour). */
const INTERNAL = /^(bounce(-.*)?|attachmentexists|attachmentcount|bodydecrypted)$/

/** `X-OTOBO-FollowUp-State` → `followup-state`, under either prefix and in any case; undefined: another header. */
export function otrsName(header: string): string | undefined {
  return /^x-(?:otrs|otobo)-(.+)$/i.exec(header.trim())?.[1]?.toLowerCase()
}

/** `followup-state` → `X-OTRS-FollowUp-State`, as people write it. */
export function sayOtrsName(name: string): string {
  const known = SETTABLE_HEADERS.find((header) => otrsName(header) === name)
  return (
    known ??
    `X-OTRS-${name
      .replace('dynamicfield', 'DynamicField')
      .replace('followup', 'FollowUp')
      .replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => `${dash}${letter.toUpperCase()}`)}`
  )
}

/** What the mail itself says; of several headers of a name the first counts. Whether that is believed is the caller's affair. */
export function readOtrsHeaders(mail: Pick<ParsedMail, 'headers'>): OtrsHeaders {
  const found = new Map<string, string>()
  for (const { name, value } of mail.headers) {
    const own = otrsName(name)
    if (own !== undefined && !INTERNAL.test(own) && !found.has(own)) found.set(own, decodeHeader(value).trim())
  }
  return found
}

/** OTRS behaviour: `yes` or `true` anywhere in the value. */
export const saysIgnore = (headers: OtrsHeaders): boolean => /yes|true/i.test(headers.get('ignore') ?? '')
