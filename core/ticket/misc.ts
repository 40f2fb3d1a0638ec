/** Owns what history rows of the type Misc tell: OTRS has no type for it, so the row's first part says which of these it is. */
import type { Language } from '../database/schema.ts'
import { defineTexts } from '../i18n/texts.ts'
import { mailTexts, type MailKey } from '../mail/mail-texts.ts'

/** What is said besides the text: how the first part after the kind reads. By default it stands as it is. */
interface Misc {
  say?: (parts: readonly string[], language: Language, nameOfType: (type: string) => string) => string
}

/** Each kind is stored as it is called here; rows that stand in history say it so for ever. */
export const MISC = {
  'participant may read': {},
  'participant may reply': {},
  'participant removed': {},
  'invited without an account': {},
  'invitation not mailed': {},
  'message held': {},
  'message refused': {},
  'message accepted': {},
  'sender accepted': {},
  'message rejected': {},
  'sender confirmed': {},
  'no automatic answer': { say: ([rule = ''], language) => sayRule(rule, language) },
  'mail not delivered': {},
  /** Followed by the addresses, which open it once each. */
  'opened, not delivered': {},
  'delivery settled': {},
  'reminder due': {},
  'customer reminded': {},
  'follow-up became a new ticket': {},
  'follow-up of a closed ticket': {},
  'mail opened': {},
  'mail deleted unread': {},
  'same mail in another unit': {},
  'forwarded from a ticket': {},
  'forwarded into a new ticket': {},
  unmerged: {},
  'ticket taken out': {},
  /** Followed by the types of the rows whose act was taken back. */
  undo: { say: (types, _language, nameOfType) => [...new Set(types)].map(nameOfType).join(', ') },
} as const satisfies Record<string, Misc>
export type MiscKind = keyof typeof MISC

const texts = defineTexts(
  {
    'participant may read': 'Wpuszczono do czytania: {text}',
    'participant may reply': 'Wpuszczono do czytania i pisania: {text}',
    'participant removed': 'Nie ma już dostępu: {text}',
    'invited without an account': 'Zgłaszający zaprosił adres bez konta: {text}',
    'invitation not mailed': 'Zaproszenia nie wysłano, bo tego dnia było ich za dużo: {text}',
    'message held': 'Wiadomość wstrzymana: {text}',
    'message refused': 'Wiadomość odrzucona przez kolejkę: {text}',
    'message accepted': 'Wstrzymana wiadomość przyjęta: {text}',
    'sender accepted': 'Wstrzymana wiadomość przyjęta, jej autor dopuszczony do zgłoszenia: {text}',
    'message rejected': 'Wstrzymana wiadomość odrzucona: {text}',
    'sender confirmed': 'Autor potwierdził swoją wiadomość: {text}',
    'no automatic answer': 'Bez automatycznej odpowiedzi: {text}',
    'mail not delivered': 'Mail nie doszedł do: {text}',
    'opened, not delivered': 'Otwarte na nowo, bo odpowiedź nie dotarła do: {text}',
    'delivery settled': 'Ktoś zajął się tym, że mail nie dotarł',
    'reminder due': 'Minął termin, do którego odłożono zgłoszenie',
    'customer reminded': 'Przypomnienie dla zgłaszającego: {text}',
    'follow-up became a new ticket': 'Z kolejnej wiadomości powstało nowe zgłoszenie: {text}',
    'follow-up of a closed ticket': 'Dalszy ciąg zamkniętego zgłoszenia: {text}',
    'mail opened': 'Mail otwarty przez: {text}',
    'mail deleted unread': 'Mail usunięty bez otwierania przez: {text}',
    'same mail in another unit': 'Ten sam mail w innej jednostce: {text}',
    'forwarded from a ticket': 'Przekazano ze zgłoszenia: {text}',
    'forwarded into a new ticket': 'Przekazano do nowego zgłoszenia: {text}',
    unmerged: 'Znów osobno, rozdzielone ze zgłoszeniem: {text}',
    'ticket taken out': 'Rozdzielono, osobno jest znów zgłoszenie: {text}',
    undo: 'Cofnięte: {text}',
  } satisfies Record<MiscKind, string>,
  {
    'participant may read': 'Let in to read: {text}',
    'participant may reply': 'Let in to read and write: {text}',
    'participant removed': 'Has no access any more: {text}',
    'invited without an account': 'The customer invited an address without an account: {text}',
    'invitation not mailed': 'No invitation was mailed, since there were too many that day: {text}',
    'message held': 'Message held: {text}',
    'message refused': 'Message rejected by the queue: {text}',
    'message accepted': 'Held message accepted: {text}',
    'sender accepted': 'Held message accepted, its author let into the ticket: {text}',
    'message rejected': 'Held message rejected: {text}',
    'sender confirmed': 'The author confirmed the message: {text}',
    'no automatic answer': 'No automatic answer: {text}',
    'mail not delivered': 'The mail did not reach: {text}',
    'opened, not delivered': 'Opened again, for the answer did not reach: {text}',
    'delivery settled': 'Somebody has dealt with the mail that did not arrive',
    'reminder due': 'The time came until which the ticket was put off',
    'customer reminded': 'Reminder to the customer: {text}',
    'follow-up became a new ticket': 'The next message became a new ticket: {text}',
    'follow-up of a closed ticket': 'Goes on from a closed ticket: {text}',
    'mail opened': 'Mail opened by: {text}',
    'mail deleted unread': 'Mail deleted unopened by: {text}',
    'same mail in another unit': 'The same mail in another unit: {text}',
    'forwarded from a ticket': 'Forwarded from ticket: {text}',
    'forwarded into a new ticket': 'Forwarded into a new ticket: {text}',
    unmerged: 'By itself again, taken out of ticket: {text}',
    'ticket taken out': 'Taken out, by itself again: ticket {text}',
    undo: 'Undone: {text}',
  },
)

function sayRule(rule: string, language: Language): string {
  const key = `mail.rule.${rule}`
  return Object.hasOwn(mailTexts.pl, key)
    ? mailTexts
        .in(language)(key as MailKey)
        .replace(/\.$/, '')
    : rule
}

/** The row's parts as a sentence; undefined when they are of no kind that is known here, as in rows that OTRS wrote. */
export function sayMisc(parts: readonly string[], language: Language, nameOfType: (type: string) => string): string | undefined {
  const [kind = '', ...rest] = parts
  if (!Object.hasOwn(MISC, kind)) return undefined
  const { say }: Misc = MISC[kind as MiscKind]
  return texts
    .in(language)(kind as MiscKind, { text: say ? say(rest, language, nameOfType) : (rest[0]?.trim() ?? '') })
    .replace(/:\s*$/, '')
}
