/** Owns the signs by which a mail shows that a program wrote it (RFC 3834 and what programs do instead), and what each of them means. */
import { SAID_TYPE } from '../reading/structure.ts'
import { canonicalAddress, destinationOf } from '../addresses.ts'
import { headerValues, type ParsedMail } from '../reading/parsed-mail.ts'
import type { Hand } from './hand.ts'
import type { MailRule } from './outcome.ts'

/**
 * 'reply': a program answers something – it never opens a ticket again. 'machine': a program wrote; whether it answers or reports
 * something new it does not say. 'silence': nobody is to be answered by a program, but a person may have written, as on a list.
 */
export type SignMeans = 'reply' | 'machine' | 'silence'

export interface Sign {
  rule: MailRule
  means: SignMeans
  /** What was seen. */
  detail: string
}

interface Known {
  rule: MailRule
  seen(hand: Hand): { detail: string; means: SignMeans } | undefined
}

const when = (detail: string | undefined, means: SignMeans) => (detail === undefined ? undefined : { detail, means })
const named = ({ headers }: Pick<ParsedMail, 'headers'>, pattern: RegExp, value: RegExp = /./) =>
  headers.find((header) => pattern.test(header.name) && value.test(header.value))?.name

const SIGNS: readonly Known[] = [
  // RFC 3834 2: nothing is sent to the null return path.
  { rule: 'null-return-path', seen: ({ delivery }) => when(delivery.envelopeFrom === '' ? '<>' : undefined, 'reply') },
  {
    rule: 'auto-submitted',
    seen({ mail }) {
      const value = headerValues(mail, 'auto-submitted').find((said) => !/^no\b/i.test(said))
      return when(value, /^auto-replied\b/i.test(value ?? '') ? 'reply' : 'machine')
    },
  },
  {
    rule: 'precedence',
    seen({ mail }) {
      const value = headerValues(mail, 'precedence').find((said) => /^(bulk|list|junk|auto_reply)\b/i.test(said))
      // Lists say bulk as well, and people write on them.
      const person = /^list/i.test(value ?? '') || (/^bulk/i.test(value ?? '') && listField(mail) !== undefined)
      return when(value, /^auto_reply/i.test(value ?? '') ? 'reply' : person ? 'silence' : 'machine')
    },
  },
  { rule: 'mailing-list', seen: ({ mail }) => when(listField(mail), 'silence') },
  // Exchange (MS-OXCMAIL 2.2.3.2.14): All and AutoReply mean us; DR, NDR, RN, NRN and OOF are what servers and mailboxes say to each other.
  {
    rule: 'x-auto-response-suppress',
    seen: ({ mail }) =>
      when(
        headerValues(mail, 'x-auto-response-suppress').find((value) => /(?:^|[\s,;])(?:all|autoreply)(?:$|[\s,;])/i.test(value)),
        'machine',
      ),
  },
  { rule: 'x-loop', seen: ({ mail }) => when(named(mail, /^x-(no-)?loop$/), 'machine') },
  // Believed of anybody: it only keeps us silent.
  {
    rule: 'x-otrs-loop',
    seen: ({ mail, headers: { values } }) =>
      when(
        named(mail, /^x-(otrs|otobo)-loop$/, /^(?!(no|false)$)/i) ?? (SAYS_NO.test(values.get('loop') ?? 'no') ? undefined : 'X-OTRS-Loop'),
        'machine',
      ),
  },
  { rule: 'vacation', seen: ({ mail }) => when(vacationField(mail), 'reply') },
  { rule: 'vacation-subject', seen: ({ mail }) => when(vacationSubject(mail), 'reply') },
  {
    rule: 'multipart-report',
    seen: ({ mail }) =>
      when(
        [...headerValues(mail, 'content-type'), ...headerValues(mail, SAID_TYPE.toLowerCase())].some((value) =>
          /^multipart\/report\b/i.test(value),
        )
          ? 'multipart/report'
          : undefined,
        'reply',
      ),
  },
  { rule: 'from-mail-server', seen: ({ mail }) => when(fromDaemon(mail) ? (headerValues(mail, 'from')[0] ?? '') : undefined, 'reply') },
  {
    rule: 'own-address',
    // A web form writes as us, with a person beside it: that person is answered.
    seen: ({ mail, book, delivery, author }) =>
      when(
        author.shape === 'beside'
          ? undefined
          : [...mail.from.map(({ address }) => address), delivery.envelopeFrom].find(
              (address) => address !== '' && destinationOf(book, canonicalAddress(address)),
            ),
        'silence',
      ),
  },
]

const SAYS_NO = /^(no|false)$/i

/** What X-OTRS-Loop: no of a filter or of trusted mail sets aside (OTRS behaviour: it says so last). The rest is never answered. */
const SOFT: readonly MailRule[] = ['auto-submitted', 'precedence', 'mailing-list', 'x-loop', 'x-otrs-loop']

/** All signs that a mail carries, the weightiest first. */
export function signsOf(hand: Hand): Sign[] {
  const answers = SAYS_NO.test(hand.headers.values.get('loop') ?? '')
  return SIGNS.flatMap(({ rule, seen }) => {
    const sign = answers && SOFT.includes(rule) ? undefined : seen(hand)
    return sign ? [{ rule, means: sign.means, detail: sign.detail.slice(0, 200) }] : []
  })
}

/** Somebody's answering machine, by what it says of itself. */
export const isVacation = (mail: Pick<ParsedMail, 'headers' | 'subject'>): boolean =>
  vacationField(mail) !== undefined || vacationSubject(mail) !== undefined

/** In From as it came: also where it is a name without a domain, or stands in the comment behind one. */
const DAEMON = /(?:^|[\s<"(])(?:mailer-daemon|mail-daemon)(?:$|[\s@>")])|mail delivery (?:sub)?system/i

/** A mail server itself wrote, with or without a domain in its From. */
export const fromDaemon = (mail: Pick<ParsedMail, 'from' | 'headers'>): boolean =>
  headerValues(mail, 'from').some((value) => DAEMON.test(value)) ||
  mail.from.some(({ name, address }) => DAEMON.test(`${name} <${address}>`))

const listField = (mail: Pick<ParsedMail, 'headers'>) =>
  named(mail, /^(mailing-list|list-(id|post|unsubscribe|help|subscribe|owner|archive))$/)

/** What answering machines write instead of Auto-Submitted: each with the value that it means, where it is used for other things too. */
const VACATION_FIELDS: readonly [name: RegExp, value?: RegExp][] = [
  [/^x-(autoreply|autorespond|autoresponder|auto-reply|auto-reply-from|autoreply-from|autogenerated|mail-autoreply|vacation)$/],
  [/^x-apple-action$/, /vacation/i],
  [/^x-fc-machinegenerated$/, /true/i],
  [/^x-post-messageclass$/, /autoresponder/i],
  [/^delivered-to$/, /^autoresponder$/i],
  [/^preference$/, /^auto_reply/i],
]

function vacationField(mail: Pick<ParsedMail, 'headers'>): string | undefined {
  for (const [name, value] of VACATION_FIELDS) {
    const found = named(mail, name, value)
    if (found !== undefined) return found
  }
  return undefined
}

/** What Outlook and its like put before the subject when somebody is away, in the languages that write to us. */
const VACATION_MARKS: ReadonlySet<string> = new Set([
  'automatic reply',
  'autoreply',
  'auto-reply',
  'auto reply',
  'auto response',
  'auto-response',
  'out of office',
  'out of office autoreply',
  'out of the office',
  'automatyczna odpowiedź',
  'odpowiedź automatyczna',
  'autoodpowiedź',
  'poza biurem',
  'nieobecność',
  'automatische antwort',
  'automatische antworten',
  'abwesenheitsnotiz',
  'automatisch antwoord',
  'réponse automatique',
  'absence du bureau',
  'respuesta automática',
  'risposta automatica',
  'resposta automática',
  'răspuns automat',
  'automatická odpověď',
  'automatická odpoveď',
  'automatikus válasz',
  'automatiskt svar',
  'automatisk svar',
  'autosvar',
  'automaattinen vastaus',
  'automatinis atsakymas',
  'автоматический ответ',
  'автоматична відповідь',
  'автовідповідь',
  'автоответ',
])

function vacationSubject({ subject }: Pick<ParsedMail, 'subject'>): string | undefined {
  const colon = subject.slice(0, 60).indexOf(':')
  const mark = colon === -1 ? '' : subject.slice(0, colon).normalize('NFC').trim().toLowerCase()
  return VACATION_MARKS.has(mark) ? subject.slice(0, colon + 1) : undefined
}
