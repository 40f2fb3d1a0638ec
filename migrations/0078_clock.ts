/** Owns what the clock remembers of tickets: which date it reminded of, which deadlines it told of; and the act that time was booked in. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
  for (const [language, subject, body] of reminder)
    await sql`insert into auto_response_text (auto_response_id, language, subject, body)
      select id, ${language}, ${subject}, ${body} from auto_response where type = 'waiting' and standard`.execute(db)
}

const statements = [
  // The date of which a reminder was told; another date is reminded of anew.
  'alter table ticket add column reminded_for timestamptz',
  // What was told of a deadline. Another deadline begins anew.
  `create table deadline_told (
    ticket_id bigint not null references ticket on delete cascade,
    deadline text not null check (deadline in ('response', 'update', 'solution')),
    due_at timestamptz not null,
    near_at timestamptz,
    missed_at timestamptz,
    primary key (ticket_id, deadline)
  )`,
  // Null: it came from elsewhere. Taking the act back takes its time back.
  'alter table time_spent add column act_id uuid',
  // What a customer is reminded with whose answer is waited for.
  `alter table auto_response drop constraint auto_response_type_check, add constraint auto_response_type_check
     check (type in ('auto reply', 'auto reject', 'auto follow up', 'auto reply/new ticket', 'auto remove', 'closed', 'waiting'))`,
  `insert into auto_response (name, type, standard) select 'waiting for answer' || coalesce(max(' ' || id), ''), 'waiting', true
     from auto_response where name = 'waiting for answer'`,
]

const reminder: ['pl' | 'en', string, string][] = [
  [
    'pl',
    'Czekamy na Twoją odpowiedź: <OTRS_TICKET_Title>',
    'Dzień dobry,\n\nw zgłoszeniu <OTRS_TICKET_TicketNumber> („<OTRS_TICKET_Title>”) czekamy na Twoją odpowiedź. Bez niej nie możemy zrobić nic więcej.\n\nOdpowiedz na tę wiadomość – zostaw numer w temacie. Jeśli sprawa jest już nieaktualna, nie musisz nic robić.\nStan zgłoszenia: <POMOC_TICKET_URL>\n\n<POMOC_ADDRESS_NAME>\n',
  ],
  [
    'en',
    'We are waiting for your answer: <OTRS_TICKET_Title>',
    'Hello,\n\nin ticket <OTRS_TICKET_TicketNumber> (“<OTRS_TICKET_Title>”) we are waiting for your answer. Without it there is nothing more that we can do.\n\nReply to this message – leave the number in the subject. If the matter has settled itself, there is nothing you need to do.\nTicket status: <POMOC_TICKET_URL>\n\n<POMOC_ADDRESS_NAME>\n',
  ],
]
