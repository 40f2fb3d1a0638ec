/** Owns the notifications that every installation begins with: those of OTRS, and ours for held messages and mentions. All are off. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const { name, comment, rule, pl, en } of SET) {
    const { rows } = await sql<{ id: string }>`
      insert into notification (name, comment, valid, rule, created_at, changed_at)
      values (${name}, ${comment}, false, ${JSON.stringify({ ...USUAL, ...rule })}::jsonb, now(), now()) on conflict do nothing returning id`.execute(
      db,
    )
    if (rows[0] === undefined) continue
    for (const [language, [subject, body]] of Object.entries({ pl, en }))
      await sql`insert into notification_text (notification_id, language, subject, body) values (${rows[0].id}, ${language}, ${subject}, ${body})`.execute(
        db,
      )
  }
}

// OTRS behaviour: agents who are away are told too. Whoever stands in for them is told as well.
const USUAL = { ways: ['mail', 'page'], choice: 'free', byDefault: ['mail', 'page'], outOfOffice: true, substitutes: true }
const UNLOCKED = { is: { lock: ['unlock'] } }
const LOCKED = { is: { lock: ['lock', 'tmp_lock'] } }

const END_PL = '\n\nKolejka: <OTRS_TICKET_Queue>\nZgłaszający: <OTRS_CUSTOMER_REALNAME>\n\n<POMOC_TICKET_URL>'
const END_EN = '\n\nQueue: <OTRS_TICKET_Queue>\nCustomer: <OTRS_CUSTOMER_REALNAME>\n\n<POMOC_TICKET_URL>'
const HELLO_PL = 'Dzień dobry, <OTRS_NOTIFICATION_RECIPIENT_UserFirstname>,\n\n'
const HELLO_EN = 'Hello <OTRS_NOTIFICATION_RECIPIENT_UserFirstname>,\n\n'
const WORDS = '\n\n<OTRS_CUSTOMER_BODY[30]>'

interface Standard {
  name: string
  comment: string
  rule: Record<string, unknown>
  /** Subject and text. */
  pl: [string, string]
  en: [string, string]
}
const one = (name: string, comment: string, rule: Record<string, unknown>, pl: [string, string], en: [string, string]): Standard => ({
  name,
  comment,
  rule,
  pl: [pl[0], `${HELLO_PL}${pl[1]}${END_PL}`],
  en: [en[0], `${HELLO_EN}${en[1]}${END_EN}`],
})

const SET: readonly Standard[] = [
  one(
    'Ticket create notification',
    'Nowe zgłoszenie w jednej z moich kolejek lub usług.',
    { events: ['NotificationNewTicket'], recipients: ['AgentMyQueues', 'AgentMyServices'] },
    ['Nowe zgłoszenie: <OTRS_TICKET_Title>', `w kolejce <OTRS_TICKET_Queue> pojawiło się nowe zgłoszenie „<OTRS_TICKET_Title>”:${WORDS}`],
    ['New ticket: <OTRS_TICKET_Title>', `there is a new ticket “<OTRS_TICKET_Title>” in the queue <OTRS_TICKET_Queue>:${WORDS}`],
  ),
  one(
    'Ticket follow-up notification (unlocked)',
    'Zgłaszający dopisał do zgłoszenia, którego nikt nie zajmuje.',
    { events: ['NotificationFollowUp'], filter: UNLOCKED, recipients: ['AgentOwner', 'AgentWatcher', 'AgentMyQueues', 'AgentMyServices'] },
    [
      'Nowa wiadomość (wolne): <OTRS_TICKET_Title>',
      `zgłaszający dopisał do zgłoszenia „<OTRS_TICKET_Title>”, którym nikt się teraz nie zajmuje:${WORDS}`,
    ],
    [
      'New message (unlocked): <OTRS_TICKET_Title>',
      `the customer wrote again in the ticket “<OTRS_TICKET_Title>”, which nobody works on now:${WORDS}`,
    ],
  ),
  one(
    'Ticket follow-up notification (locked)',
    'Zgłaszający dopisał do zgłoszenia, które ktoś zajmuje.',
    { events: ['NotificationFollowUp'], filter: LOCKED, recipients: ['AgentOwner', 'AgentResponsible', 'AgentWatcher'] },
    ['Nowa wiadomość: <OTRS_TICKET_Title>', `zgłaszający dopisał do zgłoszenia „<OTRS_TICKET_Title>”:${WORDS}`],
    ['New message: <OTRS_TICKET_Title>', `the customer wrote again in the ticket “<OTRS_TICKET_Title>”:${WORDS}`],
  ),
  one(
    'Ticket lock timeout notification',
    'Zgłoszenie zostało zwolnione.',
    { events: ['NotificationLockTimeout'], recipients: ['AgentOwner'] },
    ['Zwolnione: <OTRS_TICKET_Title>', 'zgłoszenie „<OTRS_TICKET_Title>” nie jest już zajęte: upłynął czas albo ktoś je zwolnił.'],
    ['Unlocked: <OTRS_TICKET_Title>', 'the ticket “<OTRS_TICKET_Title>” is no longer locked: its time is over, or somebody unlocked it.'],
  ),
  one(
    'Ticket owner update notification',
    'Zgłoszenie ma nowego właściciela.',
    { events: ['NotificationOwnerUpdate'], recipients: ['AgentOwner'] },
    [
      'Prowadzisz zgłoszenie: <OTRS_TICKET_Title>',
      '<OTRS_CURRENT_UserFullname> przekazuje Ci zgłoszenie „<OTRS_TICKET_Title>”.\n\n<OTRS_COMMENT>',
    ],
    ['Yours now: <OTRS_TICKET_Title>', '<OTRS_CURRENT_UserFullname> hands you the ticket “<OTRS_TICKET_Title>”.\n\n<OTRS_COMMENT>'],
  ),
  one(
    'Ticket responsible update notification',
    'Za zgłoszenie odpowiada ktoś inny.',
    { events: ['NotificationResponsibleUpdate'], recipients: ['AgentResponsible'] },
    [
      'Odpowiadasz za zgłoszenie: <OTRS_TICKET_Title>',
      'od teraz odpowiadasz za zgłoszenie „<OTRS_TICKET_Title>”. Zmienia to <OTRS_CURRENT_UserFullname>.\n\n<OTRS_COMMENT>',
    ],
    [
      'You are responsible: <OTRS_TICKET_Title>',
      'from now on you are responsible for the ticket “<OTRS_TICKET_Title>”, says <OTRS_CURRENT_UserFullname>.\n\n<OTRS_COMMENT>',
    ],
  ),
  one(
    'Ticket new note notification',
    'Ktoś dopisał notatkę.',
    { events: ['NotificationAddNote'], recipients: ['AgentOwner', 'AgentResponsible', 'AgentWatcher'] },
    ['Notatka: <OTRS_TICKET_Title>', 'w zgłoszeniu „<OTRS_TICKET_Title>” jest nowa notatka:\n\n<OTRS_AGENT_BODY[30]>'],
    ['Note: <OTRS_TICKET_Title>', 'there is a new note in the ticket “<OTRS_TICKET_Title>”:\n\n<OTRS_AGENT_BODY[30]>'],
  ),
  one(
    'Ticket queue update notification',
    'Zgłoszenie przeniesiono do jednej z moich kolejek.',
    { events: ['NotificationMove'], recipients: ['AgentMyQueues'] },
    [
      'Przeniesione do <OTRS_TICKET_Queue>: <OTRS_TICKET_Title>',
      'zgłoszenie „<OTRS_TICKET_Title>” jest teraz w kolejce <OTRS_TICKET_Queue>. Przenosi: <OTRS_CURRENT_UserFullname>.',
    ],
    [
      'Moved to <OTRS_TICKET_Queue>: <OTRS_TICKET_Title>',
      'the ticket “<OTRS_TICKET_Title>” is in the queue <OTRS_TICKET_Queue> now. Moved by: <OTRS_CURRENT_UserFullname>.',
    ],
  ),
  one(
    'Ticket pending reminder notification (locked)',
    'Minął termin, do którego odłożono zajęte zgłoszenie.',
    { events: ['NotificationPendingReminder'], filter: LOCKED, recipients: ['AgentOwner', 'AgentResponsible'], oncePerDay: true },
    ['Przypomnienie: <OTRS_TICKET_Title>', 'minął termin, do którego odłożono zgłoszenie „<OTRS_TICKET_Title>”.'],
    ['Reminder: <OTRS_TICKET_Title>', 'the time has come until which the ticket “<OTRS_TICKET_Title>” was put off.'],
  ),
  one(
    'Ticket pending reminder notification (unlocked)',
    'Minął termin, do którego odłożono wolne zgłoszenie.',
    {
      events: ['NotificationPendingReminder'],
      filter: UNLOCKED,
      recipients: ['AgentOwner', 'AgentResponsible', 'AgentMyQueues'],
      oncePerDay: true,
    },
    [
      'Przypomnienie (wolne): <OTRS_TICKET_Title>',
      'minął termin, do którego odłożono zgłoszenie „<OTRS_TICKET_Title>”, i nikt się nim nie zajmuje.',
    ],
    [
      'Reminder (unlocked): <OTRS_TICKET_Title>',
      'the time has come until which the ticket “<OTRS_TICKET_Title>” was put off, and nobody works on it.',
    ],
  ),
  one(
    'Ticket escalation notification',
    'Minął termin odpowiedzi, aktualizacji lub rozwiązania.',
    { events: ['NotificationEscalation'], recipients: ['AgentOwner', 'AgentMyQueues'], oncePerDay: true, template: 'Alert' },
    ['Po terminie: <OTRS_TICKET_Title>', 'zgłoszenie „<OTRS_TICKET_Title>” przekroczyło termin.'],
    ['Overdue: <OTRS_TICKET_Title>', 'the ticket “<OTRS_TICKET_Title>” has passed a deadline.'],
  ),
  one(
    'Ticket escalation warning notification',
    'Zbliża się termin odpowiedzi, aktualizacji lub rozwiązania.',
    { events: ['NotificationEscalationNotifyBefore'], recipients: ['AgentOwner', 'AgentMyQueues'], oncePerDay: true },
    ['Wkrótce termin: <OTRS_TICKET_Title>', 'zbliża się termin zgłoszenia „<OTRS_TICKET_Title>”.'],
    ['Due soon: <OTRS_TICKET_Title>', 'a deadline of the ticket “<OTRS_TICKET_Title>” is near.'],
  ),
  one(
    'Ticket service update notification',
    'Zgłoszenie dotyczy teraz jednej z moich usług.',
    { events: ['NotificationServiceUpdate'], recipients: ['AgentMyServices'] },
    ['Usługa <OTRS_TICKET_Service>: <OTRS_TICKET_Title>', 'zgłoszenie „<OTRS_TICKET_Title>” dotyczy teraz usługi <OTRS_TICKET_Service>.'],
    [
      'Service <OTRS_TICKET_Service>: <OTRS_TICKET_Title>',
      'the ticket “<OTRS_TICKET_Title>” is about the service <OTRS_TICKET_Service> now.',
    ],
  ),
  one(
    'Ticket email delivery failure notification',
    'Mail ze zgłoszenia nie dotarł.',
    { events: ['ArticleEmailSendingError'], recipients: ['AgentOwner', 'AgentResponsible'], template: 'Alert' },
    ['Mail nie dotarł: <OTRS_TICKET_Title>', 'mail wysłany ze zgłoszenia „<OTRS_TICKET_Title>” nie dotarł. Dlaczego, stoi w zgłoszeniu.'],
    ['Mail not delivered: <OTRS_TICKET_Title>', 'a mail of the ticket “<OTRS_TICKET_Title>” did not arrive. Why stands in the ticket.'],
  ),
  one(
    'Ticket held message notification',
    'Wiadomość czeka na decyzję, czy ją przyjąć.',
    { events: ['NotificationHeld'], recipients: ['AgentOwner', 'AgentMyQueues'] },
    [
      'Wstrzymana wiadomość: <OTRS_TICKET_Title>',
      'do zgłoszenia „<OTRS_TICKET_Title>” napisał ktoś, kto nie ma w nim udziału. Zdecyduj, czy tę wiadomość przyjąć.',
    ],
    [
      'Message held: <OTRS_TICKET_Title>',
      'somebody without a part in the ticket “<OTRS_TICKET_Title>” wrote to it. Decide whether the message is accepted.',
    ],
  ),
  one(
    'Ticket mention notification',
    'Ktoś wspomniał o mnie w notatce (@login).',
    { events: ['NotificationMention'], recipients: ['AllMentionedUsers'], choice: 'one-at-least' },
    [
      'Wspomniano o Tobie: <OTRS_TICKET_Title>',
      '<OTRS_CURRENT_UserFullname> wspomina o Tobie w zgłoszeniu „<OTRS_TICKET_Title>”:\n\n<OTRS_AGENT_BODY[30]>',
    ],
    [
      'You were mentioned: <OTRS_TICKET_Title>',
      '<OTRS_CURRENT_UserFullname> mentions you in the ticket “<OTRS_TICKET_Title>”:\n\n<OTRS_AGENT_BODY[30]>',
    ],
  ),
]
