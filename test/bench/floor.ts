/** Owns the floors: the least that could be called the same work, on the same PostgreSQL, with nothing of pomoc in it. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { simpleParser } from 'mailparser'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { createHash } from 'node:crypto'
import { Pool } from 'pg'
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

/** Runs in a process of its own: two SMTP servers and one HTTP server. */
export async function runFloor(): Promise<void> {
  const mails = new Pool({ connectionString: process.env['BENCH_FLOOR_URL'], max: 20 })
  const pages = new Pool({ connectionString: process.env['BENCH_PAGES_URL'], max: 20 })
  const ports = {
    accept: await smtp(async (raw) => {
      await mails.query('insert into bench_raw (raw) values ($1)', [raw])
    }),
    ticket: await smtp((raw) => insertTicket(mails, raw)),
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

/** mailparser, then the bare rows of a ticket in one transaction; no person, no history, no answer, no rule. */
async function insertTicket(pool: Pool, raw: Buffer): Promise<void> {
  const mail = await simpleParser(raw)
  const client = await pool.connect()
  try {
    await client.query('begin')
    const {
      rows: [ticket],
    } = await client.query<{ id: string }>(
      `insert into ticket (number, title, queue_id, state_id, state_type, priority_id, preview, received_at, created_at, changed_at)
       values ('8' || lpad(nextval('ticket_number_seq')::text, 15, '0'), $1, 1, 1, 'new', 3, $2, now(), now(), now()) returning id`,
      [mail.subject ?? '', (mail.text ?? '').slice(0, 200)],
    )
    const {
      rows: [article],
    } = await client.query<{ id: string }>(
      `insert into article (ticket_id, channel, sender_type, visible, from_text, subject, body, message_id, act_id, created_at)
       values ($1, 'email', 'customer', true, $2, $3, $4, $5, gen_random_uuid(), now()) returning id`,
      [ticket!.id, mail.from?.text ?? '', mail.subject ?? '', mail.text ?? '', mail.messageId ?? null],
    )
    for (const file of mail.attachments) {
      const {
        rows: [blob],
      } = await client.query<{ id: string }>('insert into blob (sha256, size, created_at) values ($1, $2, now()) returning id', [
        createHash('sha256').update(file.content).digest(),
        file.size,
      ])
      await client.query('insert into blob_chunk (blob_id, seq, data) values ($1, 0, $2)', [blob!.id, file.content])
      await client.query('insert into article_attachment (article_id, blob_id, name, content_type, size) values ($1, $2, $3, $4, $5)', [
        article!.id,
        blob!.id,
        file.filename ?? 'file',
        file.contentType,
        file.size,
      ])
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
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
