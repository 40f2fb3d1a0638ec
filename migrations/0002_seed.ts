/** Owns the rows every installation begins with: root unit, states, priorities, groups, first queues and texts. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await sql`insert into calendar (id, name, definition) values (1, 'default', ${JSON.stringify(calendar)}::jsonb)`.execute(db)
  await run(
    `insert into unit (id, slug, name, name_en, calendar_id, created_at) values (1, 'it', 'Dział Informatyzacji', 'IT Department', 1, now())`,
  )
  // State and priority ids, names and types are OTRS's seed; 'waiting for customer' is ours.
  await run(`insert into ticket_state (id, name, type, date_optional, after_pending, sort) values
    (1, 'new', 'new', false, null, 10),
    (2, 'closed successful', 'closed', false, null, 60),
    (3, 'closed unsuccessful', 'closed', false, null, 70),
    (4, 'open', 'open', false, null, 20),
    (5, 'removed', 'removed', false, null, 90),
    (6, 'pending reminder', 'pending reminder', false, null, 30),
    (7, 'pending auto close+', 'pending auto', false, 'closed successful', 40),
    (8, 'pending auto close-', 'pending auto', false, 'closed unsuccessful', 50),
    (9, 'merged', 'merged', false, null, 80),
    (20, 'waiting for customer', 'pending reminder', true, null, 25)`)
  await run(`insert into ticket_priority (id, name) values
    (1, '1 very low'), (2, '2 low'), (3, '3 normal'), (4, '4 high'), (5, '5 very high')`)
  await run(`insert into permission_group (id, name, comment) values
    (1, 'users', 'default group of queues'), (2, 'admin', 'central administration'), (3, 'stats', 'reports')`)
  await run(`insert into queue (id, name, unit_id, group_id, created_at) values
    (1, 'Postmaster', 1, 1, now()), (2, 'Raw', 1, 1, now()), (3, 'Junk', 1, 1, now()), (4, 'Misc', 1, 1, now())`)
  await run(`insert into auto_response (id, name, type, standard) values
    (1, 'new ticket', 'auto reply', true),
    (2, 'follow-up rejected', 'auto reject', true),
    (3, 'follow-up', 'auto follow up', false),
    (4, 'new ticket after closing', 'auto reply/new ticket', true),
    (5, 'ticket removed', 'auto remove', false),
    (6, 'ticket closed', 'closed', true)`)
  for (const [id, language, subject, body] of texts) {
    await sql`insert into auto_response_text (auto_response_id, language, subject, body) values (${id}, ${language}, ${subject}, ${body})`.execute(
      db,
    )
  }
  for (const table of ['calendar', 'unit', 'ticket_state', 'ticket_priority', 'permission_group', 'queue', 'auto_response']) {
    await run(`select setval(pg_get_serial_sequence('${table}', 'id'), greatest((select max(id) from ${table}), 100))`)
  }
}

// Written out, not imported: what a migration did must not change with the program.
const day = [{ from: '07:00', to: '15:00' }]
const calendar = {
  name: 'default',
  zone: 'Europe/Warsaw',
  hours: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: [], sun: [] },
  cutOff: '15:00',
  holidayCountry: 'PL',
  yearlyHolidays: [],
  onceHolidays: [],
}

const footPl =
  '\n\nOdpowiedz na tę wiadomość, jeśli chcesz coś dodać – zostaw numer w temacie.\nStan zgłoszenia: <POMOC_TICKET_URL>\n\n<POMOC_ADDRESS_NAME>\n'
const footEn =
  '\n\nReply to this message if you want to add anything – leave the number in the subject.\nTicket status: <POMOC_TICKET_URL>\n\n<POMOC_ADDRESS_NAME>\n'

const texts: [number, 'pl' | 'en', string, string][] = [
  [
    1,
    'pl',
    'Przyjęliśmy Twoje zgłoszenie: <OTRS_CUSTOMER_SUBJECT[40]>',
    'Dzień dobry,\n\nTwoje zgłoszenie dostało numer <OTRS_TICKET_TicketNumber>. <POMOC_RECEIPT>' + footPl,
  ],
  [
    1,
    'en',
    'We have your ticket: <OTRS_CUSTOMER_SUBJECT[40]>',
    'Hello,\n\nyour ticket has the number <OTRS_TICKET_TicketNumber>. <POMOC_RECEIPT>' + footEn,
  ],
  [
    2,
    'pl',
    'Zgłoszenie jest już zamknięte: <OTRS_CUSTOMER_SUBJECT[40]>',
    'Dzień dobry,\n\nzgłoszenie <OTRS_TICKET_TicketNumber> jest zamknięte i nie przyjmuje dalszych wiadomości. Twojej wiadomości nikt nie przeczyta – napisz, proszę, nowe zgłoszenie na adres <POMOC_ADDRESS>.\n\n<POMOC_ADDRESS_NAME>\n',
  ],
  [
    2,
    'en',
    'The ticket is closed: <OTRS_CUSTOMER_SUBJECT[40]>',
    'Hello,\n\nticket <OTRS_TICKET_TicketNumber> is closed and takes no further messages. Nobody will read what you sent – please write a new ticket to <POMOC_ADDRESS>.\n\n<POMOC_ADDRESS_NAME>\n',
  ],
  [
    3,
    'pl',
    'Dopisaliśmy Twoją wiadomość: <OTRS_CUSTOMER_SUBJECT[40]>',
    'Dzień dobry,\n\ndopisaliśmy Twoją wiadomość do zgłoszenia <OTRS_TICKET_TicketNumber>.' + footPl,
  ],
  [
    3,
    'en',
    'We added your message: <OTRS_CUSTOMER_SUBJECT[40]>',
    'Hello,\n\nwe added your message to ticket <OTRS_TICKET_TicketNumber>.' + footEn,
  ],
  [
    4,
    'pl',
    'Założyliśmy nowe zgłoszenie: <OTRS_CUSTOMER_SUBJECT[40]>',
    'Dzień dobry,\n\npoprzednie zgłoszenie było już zamknięte, dlatego z Twojej wiadomości powstało nowe: <OTRS_TICKET_TicketNumber>. <POMOC_RECEIPT>' +
      footPl,
  ],
  [
    4,
    'en',
    'We opened a new ticket: <OTRS_CUSTOMER_SUBJECT[40]>',
    'Hello,\n\nyour earlier ticket was closed, so your message became a new one: <OTRS_TICKET_TicketNumber>. <POMOC_RECEIPT>' + footEn,
  ],
  [
    5,
    'pl',
    'Usunęliśmy zgłoszenie: <OTRS_CUSTOMER_SUBJECT[40]>',
    'Dzień dobry,\n\nzgłoszenie <OTRS_TICKET_TicketNumber> zostało usunięte.\n\n<POMOC_ADDRESS_NAME>\n',
  ],
  [
    5,
    'en',
    'The ticket was removed: <OTRS_CUSTOMER_SUBJECT[40]>',
    'Hello,\n\nticket <OTRS_TICKET_TicketNumber> was removed.\n\n<POMOC_ADDRESS_NAME>\n',
  ],
  [
    6,
    'pl',
    'Zamknęliśmy Twoje zgłoszenie: <OTRS_TICKET_Title>',
    'Dzień dobry,\n\nzgłoszenie <OTRS_TICKET_TicketNumber> „<OTRS_TICKET_Title>” jest zamknięte: <OTRS_TICKET_State>.\n\nJeśli sprawa wróci, odpowiedz na tę wiadomość – zgłoszenie otworzy się ponownie.\nStan zgłoszenia: <POMOC_TICKET_URL>\n\n<POMOC_ADDRESS_NAME>\n',
  ],
  [
    6,
    'en',
    'We closed your ticket: <OTRS_TICKET_Title>',
    'Hello,\n\nticket <OTRS_TICKET_TicketNumber> “<OTRS_TICKET_Title>” is closed: <OTRS_TICKET_State>.\n\nIf the matter comes back, reply to this message and the ticket opens again.\nTicket status: <POMOC_TICKET_URL>\n\n<POMOC_ADDRESS_NAME>\n',
  ],
]
