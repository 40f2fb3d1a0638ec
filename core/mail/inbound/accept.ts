/** Owns acceptance: raw mail, envelope and job stored together and committed, before anybody is told 250. */
import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { CHUNK, makingBlob, storing } from '../../database/blob.ts'
import { addingFresh, ATTEMPTS, countingJobs } from '../../kernel/jobs/jobs.ts'
import type { Database, Id } from '../../database/schema.ts'
import { keepAtHand } from './at-hand.ts'

export interface Envelope {
  /** '' is the null return path. */
  from: string
  /** As the peer wrote them. */
  recipients: string[]
  peerAddress: string
  /** What the peer called itself (HELO). */
  peerName: string
  encrypted: boolean
  /** Who brought the mail to the relay that is the peer, as that relay told; absent: it told nothing. */
  client?: { address: string; name: string; helo: string }
}

/** A mail whose bytes have all come; `chunks` may be asked for once. */
export interface ReceivedMail {
  sha256: Buffer
  size: number
  /** Its first bytes, the head of the mail among them. */
  start: Buffer
  /** Pieces of exactly 256 kB, the last one shorter. */
  chunks(): AsyncIterable<Buffer> | Iterable<Buffer>
}

/** A mail that stands in memory already. */
export function mailInMemory(raw: Buffer): ReceivedMail {
  return {
    sha256: createHash('sha256').update(raw).digest(),
    size: raw.length,
    start: raw,
    *chunks() {
      for (let at = 0; at < raw.length; at += CHUNK) yield raw.subarray(at, at + CHUNK)
    },
  }
}

/**
 * Stores a mail, one row and one job per recipient, in one transaction; returns the rows that are new and after commit only.
 * Nothing comes back for a recipient whose mail is ours already: same bytes to the same recipient are one mail (the peer
 * did not hear our 250 and sends again). A mail up to 256 kB takes one round trip. Throws what PostgreSQL says when it cannot.
 */
export async function acceptMail(db: Kysely<Database>, envelope: Envelope, mail: ReceivedMail, now: Date): Promise<Id[]> {
  const recipients = [...new Map(envelope.recipients.map((address) => [address.toLowerCase(), address])).values()]
  if (mail.size <= CHUNK) {
    let data: Buffer = Buffer.alloc(0)
    for await (const chunk of mail.chunks()) data = chunk
    return store(db, envelope, recipients, mail, data, now)
  }
  return db.transaction().execute(async (trx) => {
    const blob = await sql<{ id: Id; fresh: boolean }>`${makingBlob(mail.sha256, mail.size, now)}`.execute(trx)
    const { id, fresh } = blob.rows[0]!
    let seq = 0
    if (fresh) {
      for await (const data of mail.chunks()) await trx.insertInto('blob_chunk').values({ blob_id: id, seq: seq++, data }).execute()
    }
    return store(trx, envelope, recipients, mail, undefined, now)
  })
}

async function store(
  db: Kysely<Database>,
  envelope: Envelope,
  recipients: string[],
  mail: ReceivedMail,
  data: Buffer | undefined,
  now: Date,
): Promise<Id[]> {
  const said = {
    envelopeFrom: clean(envelope.from),
    peerAddress: envelope.peerAddress,
    peerName: clean(envelope.peerName),
    clientAddress: clean(envelope.client?.address ?? ''),
    clientName: clean(envelope.client?.name ?? ''),
    clientHelo: clean(envelope.client?.helo ?? ''),
  }
  const keys = recipients.map((address) => Buffer.concat([mail.sha256, Buffer.from(address.toLowerCase())]))
  // One statement is one transaction: everything in it is committed when the answer comes.
  const { rows } = await sql<{ blob: Id; mails: { id: Id; to: string }[] }>`
    with ${storing(mail.sha256, mail.size, data ?? null, now)},
    mails as (
      insert into inbound_mail
        (key, blob_id, envelope_from, envelope_to, peer_address, peer_name, encrypted, client_address, client_name, client_helo, accepted_at, message_id_md5)
      select r.key, made.id, ${said.envelopeFrom}, r.address, ${said.peerAddress}, ${said.peerName}, ${envelope.encrypted},
        ${said.clientAddress}, ${said.clientName}, ${said.clientHelo}, ${now}, md5(${messageIdOf(mail.start)}::text)
      from made, unnest(${keys}::bytea[], ${recipients.map(clean)}::text[]) with ordinality as r(key, address, place)
      order by r.place
      on conflict (key) do nothing returning id, envelope_to),
    asked as (${addingFresh(sql`
      select 'mail/process' as task, json_build_object('id', id::text) as payload, 'mail/process/' || id as key, null::timestamptz as run_at,
        ${ATTEMPTS}::smallint as attempts from mails`)}),
    accepted as (
      select (select id::text from made) as blob, (select coalesce(json_agg(json_build_object('id', id::text, 'to', envelope_to) order by id), '[]') from mails) as mails)
    ${countingJobs}, accepted`.execute(db)
  const { blob, mails } = rows[0]!
  if (data) {
    for (const { id, to } of mails) {
      keepAtHand(db, {
        id,
        blobId: blob,
        ...said,
        envelopeTo: to,
        acceptedAt: now,
        clientAddress: said.clientAddress || null,
        clientName: said.clientName || null,
        clientHelo: said.clientHelo || null,
        toQueueId: null,
        state: 'accepted',
        attempts: 0,
        raw: data,
        again: async () => data,
      })
    }
  }
  return mails.map(({ id }) => id)
}

const clean = (text: string): string => text.replaceAll('\0', '').slice(0, 500)

/**
 * The Message-ID, so that an answer to this mail can wait for it before anybody has read it. Only a hint: the parser has
 * the last word.
 */
function messageIdOf(start: Buffer): string | null {
  const end = start.indexOf('\r\n\r\n')
  const head = start.subarray(0, Math.min(end === -1 ? start.length : end + 2, 64 * 1024)).toString('latin1')
  // oxlint-disable-next-line no-control-regex -- PostgreSQL takes no NUL: the mail would be refused for ever
  return /^message-id:\s*(<[^<>\r\n\0]{1,996}>)/im.exec(head)?.[1] ?? null
}
