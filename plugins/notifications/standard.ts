/** Owns what the standard set is called in each language, and what it says of itself, for as long as nobody gave a notification another name or description. */
import { defineTexts, type Language } from '../../core/index.ts'
import type { Notification } from './notifications.ts'

/** By the names that they have in the database and in history, as OTRS has them. */
const KEYS = {
  'Ticket create notification': 'create',
  'Ticket follow-up notification (unlocked)': 'follow-up-unlocked',
  'Ticket follow-up notification (locked)': 'follow-up-locked',
  'Ticket lock timeout notification': 'unlocked',
  'Ticket owner update notification': 'owner',
  'Ticket responsible update notification': 'responsible',
  'Ticket new note notification': 'note',
  'Ticket queue update notification': 'queue',
  'Ticket pending reminder notification (locked)': 'reminder-locked',
  'Ticket pending reminder notification (unlocked)': 'reminder-unlocked',
  'Ticket escalation notification': 'escalation',
  'Ticket escalation warning notification': 'warning',
  'Ticket service update notification': 'service',
  'Ticket email delivery failure notification': 'undelivered',
  'Ticket held message notification': 'held',
  'Ticket mention notification': 'mention',
} as const
type Standard = (typeof KEYS)[keyof typeof KEYS]
type Key = Standard | `${Standard}.comment`

const pl = {
  create: 'Nowe zgłoszenie',
  'create.comment': 'Nowe zgłoszenie w jednej z moich kolejek lub usług.',
  'follow-up-unlocked': 'Dopisek: zgłoszenie wolne',
  'follow-up-unlocked.comment': 'Zgłaszający dopisał do zgłoszenia, którego nikt nie zajmuje.',
  'follow-up-locked': 'Dopisek: zgłoszenie zajęte',
  'follow-up-locked.comment': 'Zgłaszający dopisał do zgłoszenia, które ktoś zajmuje.',
  unlocked: 'Zgłoszenie zwolnione',
  'unlocked.comment': 'Zgłoszenie zostało zwolnione.',
  owner: 'Nowy właściciel',
  'owner.comment': 'Zgłoszenie ma nowego właściciela.',
  responsible: 'Nowa osoba odpowiedzialna',
  'responsible.comment': 'Za zgłoszenie odpowiada ktoś inny.',
  note: 'Nowa notatka',
  'note.comment': 'Ktoś dopisał notatkę.',
  queue: 'Przeniesienie do mojej kolejki',
  'queue.comment': 'Zgłoszenie przeniesiono do jednej z moich kolejek.',
  'reminder-locked': 'Przypomnienie: zajęte',
  'reminder-locked.comment': 'Minął termin, do którego odłożono zajęte zgłoszenie.',
  'reminder-unlocked': 'Przypomnienie: wolne',
  'reminder-unlocked.comment': 'Minął termin, do którego odłożono wolne zgłoszenie.',
  escalation: 'Termin minął',
  'escalation.comment': 'Minął termin odpowiedzi, aktualizacji lub rozwiązania.',
  warning: 'Termin się zbliża',
  'warning.comment': 'Zbliża się termin odpowiedzi, aktualizacji lub rozwiązania.',
  service: 'Zgłoszenie w mojej usłudze',
  'service.comment': 'Zgłoszenie dotyczy teraz jednej z moich usług.',
  undelivered: 'Niedoręczony mail',
  'undelivered.comment': 'Mail ze zgłoszenia nie dotarł.',
  held: 'Wstrzymana wiadomość',
  'held.comment': 'Wiadomość czeka na decyzję, czy ją przyjąć.',
  mention: 'Wzmianka o mnie',
  'mention.comment': 'Ktoś wspomniał o mnie w notatce (@login).',
} satisfies Record<Key, string>
const en = {
  create: 'New ticket',
  'create.comment': 'A new ticket in one of my queues or services.',
  'follow-up-unlocked': 'Follow-up: unlocked',
  'follow-up-unlocked.comment': 'The customer wrote again in a ticket that nobody works on.',
  'follow-up-locked': 'Follow-up: locked',
  'follow-up-locked.comment': 'The customer wrote again in a ticket that somebody works on.',
  unlocked: 'Ticket unlocked',
  'unlocked.comment': 'The ticket is not locked any more.',
  owner: 'New owner',
  'owner.comment': 'The ticket has a new owner.',
  responsible: 'New responsible',
  'responsible.comment': 'Somebody else is responsible for the ticket.',
  note: 'New note',
  'note.comment': 'Somebody wrote a note.',
  queue: 'Moved to my queue',
  'queue.comment': 'The ticket was moved to one of my queues.',
  'reminder-locked': 'Reminder: locked',
  'reminder-locked.comment': 'The date has come until which a locked ticket was put off.',
  'reminder-unlocked': 'Reminder: unlocked',
  'reminder-unlocked.comment': 'The date has come until which an unlocked ticket was put off.',
  escalation: 'Deadline passed',
  'escalation.comment': 'A deadline of response, update or solution has passed.',
  warning: 'Deadline near',
  'warning.comment': 'A deadline of response, update or solution is near.',
  service: 'Ticket in my service',
  'service.comment': 'The ticket is about one of my services now.',
  undelivered: 'Mail not delivered',
  'undelivered.comment': 'A mail of the ticket did not arrive.',
  held: 'Held message',
  'held.comment': 'A message waits for a decision whether it is accepted.',
  mention: 'I am mentioned',
  'mention.comment': 'Somebody mentioned me in a note (@login).',
} satisfies Record<Key, string>
const texts = defineTexts<Key>(pl, en)

const keyOf = (name: string): Standard | undefined => (Object.hasOwn(KEYS, name) ? KEYS[name as keyof typeof KEYS] : undefined)

/** As it is called for a reader; given names are the same for everybody. */
export function sayName(name: string, language: Language): string {
  const key = keyOf(name)
  return key ? texts.in(language)(key) : name
}

/** With name and description in the reader's language. */
export function inLanguage<N extends Pick<Notification, 'name' | 'comment'>>(notification: N, language: Language): N {
  const key = keyOf(notification.name)
  if (!key) return notification
  const usual = Object.values(pl).includes(notification.comment as never)
  const t = texts.in(language)
  return { ...notification, name: t(key), comment: usual ? t(`${key}.comment`) : notification.comment }
}

/** All of them in a language, by their names in the database, as JSON. */
export const namesIn = (language: Language): string =>
  JSON.stringify(Object.fromEntries(Object.keys(KEYS).map((name) => [name, sayName(name, language)])))
