/** Owns the floors: the least that could be called the same work, on the same PostgreSQL, with nothing of pomoc in it. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { authenticate, type DNSResolver } from 'mailauth'
import { simpleParser, type Attachment, type ParsedMail } from 'mailparser'
import { Resolver } from 'node:dns/promises'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { createHash, randomUUID } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { Pool, type PoolClient } from 'pg'
import { SMTPServer } from 'smtp-server'

/** A statement as the page sent it. */
export interface Statement {
  sql: string
  parameters: readonly unknown[]
}
/** What the HTTP floor does: for each path the page's own statements, then `body`. */
export interface FloorPages {
  samples: Statement[][]
  body: string
}

/** Runs in a process of its own: two SMTP servers and one HTTP server. BENCH_DNS and BENCH_SINK, where mails are to become tickets: whom it asks about senders, and a port that takes answers. */
export async function runFloor(): Promise<void> {
  const mails = new Pool({ connectionString: process.env['BENCH_FLOOR_URL'], max: 20 })
  const pages = new Pool({ connectionString: process.env['BENCH_PAGES_URL'], max: 20 })
  const ports = {
    accept: await smtp(async (raw) => {
      await mails.query('insert into bench_raw (raw) values ($1)', [raw])
    }),
    ticket: await smtp(ticketFloor(mails)),
    http: await http(pages),
  }
  process.send!(ports)
}

function smtp(take: (raw: Buffer) => Promise<void>): Promise<number> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    disableReverseLookup: true,
    size: 64 * 1024 * 1024,
    onData(stream, _session, done) {
      buffer(stream)
        .then(take)
        .then(
          () => done(null),
          (error: Error) => done(error),
        )
    },
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.server.address() as AddressInfo).port))
  })
}

/**
 * What a mail leaves behind when it has become a ticket whose sender was answered, in one statement: the bytes, the mail, ticket, its two articles,
 * history, facts, counts of answers, the answer in the outbox. No rule, no text, no calendar is asked, no job made.
 */
const TICKET = `
  with raw as (insert into blob (sha256, size, created_at) values ($1, $2, now()) returning id),
  ticket as (
    insert into ticket (number, title, queue_id, state_id, state_type, priority_id, customer_id, preview, received_at, created_at, changed_at, last_customer_at)
    values ('8' || lpad(nextval('ticket_number_seq')::text, 15, '0'), $4, 1, 1, 'new', 3,
      (select person_id from person_address where address = $5), left($6, 200), now(), now(), now(), now())
    returning id, number, customer_id),
  bytes as (insert into blob_chunk (blob_id, seq, data) select id, n - 1, chunk from raw, unnest($3::bytea[]) with ordinality as c(chunk, n)),
  mail as (select nextval(pg_get_serial_sequence('inbound_mail', 'id')) as id),
  written as (
    insert into article (ticket_id, channel, sender_type, visible, person_id, from_text, to_text, subject, body, message_id, inbound_mail_id, act_id, created_at,
      assurance, assurance_rule)
    select ticket.id, 'email', 'customer', true, customer_id, $7, $8, $4, $6, $9, mail.id, $10, now(), 'confirmed', 'dmarc-pass' from ticket, mail returning id),
  answered as (
    insert into article (ticket_id, channel, sender_type, visible, from_text, to_text, subject, body, message_id, in_reply_to, reference_ids, act_id, created_at)
    select ticket.id, 'email', 'system', true, $8, $5, '[Ticket#' || number || '] RE: ' || $4, $11 || left($6, 1000), $12, $9, $9, $10, now() from ticket
    returning id, subject, body),
  accepted as (
    insert into inbound_mail (id, key, blob_id, envelope_from, envelope_to, peer_address, peer_name, accepted_at, state, outcome, reason, subject, from_text,
      message_id_md5, ticket_id, article_id, processed_at, content_key)
    select mail.id, $1, raw.id, $5, $8, '127.0.0.1', 'bench.example', now(), 'processed', 'new-ticket', $13, $4, $7, md5($9), ticket.id, written.id, now(), $1
    from mail, raw, ticket, written),
  told as (
    insert into history (ticket_id, article_id, type, name, reason, act_id, created_at, queue_id, priority_id, state_id, type_id)
    select ticket.id, written.id, type, '%%' || number || '%%Skrzynka%%3 normal%%new%%' || ticket.id, $13::jsonb, $10, now(), 1, 3, 1, 1
    from ticket, written, unnest(array['NewTicket', 'EmailCustomer', 'SendAutoReply']) as type),
  facts as (
    insert into fact (name, ticket_id, unit_id, act_id, data, created_at)
    select name, ticket.id, 1, $10, jsonb_build_object('article', written.id, 'channel', 'email', 'senderType', 'customer', 'visible', true), now()
    from ticket, written, unnest(array['ticket.created', 'article.created', 'article.created', 'mail.processed']) as name),
  day as (insert into loop_protection as l (address, day, count) values ($5, current_date, 1) on conflict (address, day) do update set count = l.count + 1),
  hour as (
    insert into limit_count as l (name, key, shard, began_at, count)
    values ('answers-to', $5, 0, now(), 1), ('answers-peer', '127.0.0.1', floor(random() * 8), now(), 1), ('answers', '', floor(random() * 8), now(), 1)
    on conflict (name, key, shard) do update set count = l.count + 1),
  noticed as (select pg_notify('bench', ticket.id::text) from ticket)
  insert into outbound_mail (kind, ticket_id, article_id, from_text, envelope_from, recipients, to_text, subject, message_id, in_reply_to, reference_ids,
    headers, attempts, not_before, give_up_at, act_id, created_at)
  select 'auto reply', ticket.id, answered.id, $8, '', array[$5], $5, answered.subject, $12, $9, $9,
    '{"Auto-Submitted": "auto-replied", "Precedence": "bulk"}', 1, now(), now() + interval '3 days', $10, now() from ticket, answered, noticed
  returning id, article_id, subject, ticket_id, (select body from answered) as body`

const GREETING = 'Dzień dobry,\n\ndziękujemy za wiadomość. Zgłoszenie zostało zarejestrowane; odpowiemy w godzinach pracy.\n\n'
const CHUNK = 256 * 1024

/** mailparser, who sent it, and the rows; the answer leaves behind the 250. */
function ticketFloor(pool: Pool): (raw: Buffer) => Promise<void> {
  const smarthost = createTransport({ host: '127.0.0.1', port: Number(process.env['BENCH_SINK'] ?? 0), pool: true, ignoreTLS: true })
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const resolve = keptAnswers(process.env['BENCH_DNS'] ?? '127.0.0.1')
  return async (raw) => {
    const mail = await simpleParser(raw)
    const from = mail.from!.value[0]!.address!
    const { dmarc } = await authenticate(raw, {
      ip: '127.0.0.1',
      helo: 'bench.example',
      sender: from,
      mta: 'floor',
      trustReceived: false,
      resolver: resolve,
      disableArc: true,
      disableBimi: true,
    })
    if (!dmarc || dmarc.status.result !== 'pass') throw new Error('the sender of a mail of the bench is not proven')
    const client = await pool.connect()
    let answer: { id: string; article_id: string; ticket_id: string; subject: string; body: string }
    const messageId = `<${randomUUID()}@uni.example>`
    try {
      answer = (await client.query(TICKET_NAMED(raw, mail, from, messageId))).rows[0]
      for (const file of mail.attachments) await keepFile(client, answer.ticket_id, file)
    } finally {
      client.release()
    }
    const composed = await composer.sendMail({
      from: 'pomoc@uni.example',
      to: from,
      subject: answer.subject,
      text: answer.body,
      messageId,
      inReplyTo: mail.messageId,
      headers: { 'Auto-Submitted': 'auto-replied', Precedence: 'bulk' },
    })
    const left = composed.message as Buffer
    void smarthost.sendMail({ envelope: { from: '', to: [from] }, raw: left }).then(() =>
      pool.query({
        name: 'sent',
        text: SENT,
        values: [
          answer.id,
          answer.ticket_id,
          randomUUID(),
          createHash('sha256').update(left).digest(),
          left.length,
          left,
          answer.article_id,
        ],
      }),
    )
  }
}

/** It has left, and is kept as it left. */
const SENT = `
  with raw as (insert into blob (sha256, size, created_at) values ($4, $5, now()) returning id),
  bytes as (insert into blob_chunk (blob_id, seq, data) select id, 0, $6 from raw),
  kept as (insert into article_raw (article_id, blob_id, at) select $7, id, now() from raw),
  told as (insert into fact (name, ticket_id, unit_id, act_id, data, created_at) values ('article.delivery-changed', $2, 1, $3, '{"state": "sent"}', now()))
  update outbound_mail set state = 'sent', sent_at = now() where id = $1`

const TICKET_NAMED = (raw: Buffer, mail: ParsedMail, from: string, messageId: string) => ({
  name: 'ticket',
  text: TICKET,
  values: [
    createHash('sha256').update(raw).digest(),
    raw.length,
    Array.from({ length: Math.ceil(raw.length / CHUNK) }, (_, n) => raw.subarray(n * CHUNK, (n + 1) * CHUNK)),
    mail.subject ?? '',
    from,
    mail.text ?? '',
    mail.from!.text,
    'pomoc@uni.example',
    mail.messageId ?? '',
    randomUUID(),
    GREETING,
    messageId,
    JSON.stringify([{ step: 'destination', decided: 'queue', rule: 'address', detail: 'pomoc@uni.example' }]),
  ],
})

async function keepFile(client: PoolClient, ticketId: string, file: Attachment): Promise<void> {
  await client.query({
    name: 'file',
    text: `with raw as (insert into blob (sha256, size, created_at) values ($1, $2, now()) returning id),
      bytes as (insert into blob_chunk (blob_id, seq, data) select id, 0, $3 from raw)
      insert into article_attachment (article_id, blob_id, name, content_type, size)
      select (select min(id) from article where ticket_id = $4), id, $5, $6, $2 from raw`,
    values: [
      createHash('sha256').update(file.content).digest(),
      file.size,
      file.content,
      ticketId,
      file.filename ?? 'file',
      file.contentType,
    ],
  })
}

/** A resolver that asks one server, each question once. */
function keptAnswers(server: string): DNSResolver {
  const resolver = new Resolver()
  resolver.setServers([server])
  const kept = new Map<string, ReturnType<DNSResolver>>()
  return (name, type) => {
    const key = `${type} ${name}`
    if (!kept.has(key)) kept.set(key, resolver.resolve(name, type as 'TXT') as ReturnType<DNSResolver>)
    return kept.get(key)!
  }
}

/** The same HTTP server as pomoc's; each request runs the statements that the page ran, one after another. */
async function http(pool: Pool): Promise<number> {
  let pages: FloorPages = { samples: [], body: '' }
  process.on('message', (message) => {
    pages = message as FloorPages
    process.send!('ready')
  })
  const app = new Hono()
  app.get('/page/:sample', async (c) => {
    for (const { sql, parameters } of pages.samples[Number(c.req.param('sample'))]!) await pool.query(sql, parameters as unknown[])
    return c.html(pages.body)
  })
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve((server.address() as AddressInfo).port))
  })
}
