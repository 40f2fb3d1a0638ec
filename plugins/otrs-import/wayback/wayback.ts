/** Owns the way back: what came and left by mail since going live, as files that the system before can read in. */
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BootError, readBlob, reasonOf, type Host } from '../../../core/index.ts'
import { liveSince } from '../golive/golive.store.ts'
import { lastRun } from '../runs.store.ts'
import { countWritten, mailsSince, type BackMail } from './wayback.store.ts'

export interface WrittenBack {
  came: number
  left: number
  /** Mails whose bytes are not kept any more, or never were: too large a one of ours. */
  missing: readonly BackMail[]
  /** Messages that are no mail and stay here. */
  others: number
}

/**
 * Writes them as `.eml` into a folder, which is made or is empty, in the order in which they came and left. Each bears headers that the
 * postmaster obeys: it answers none of them, and takes ours as an agent's. Throws a BootError before going live, and for a folder that
 * cannot be used.
 */
export async function writeBack(host: Pick<Host, 'db'>, folder: string): Promise<WrittenBack> {
  const since = await liveSince(host.db)
  if (!since) throw new BootError('There is no way back to go: pomoc has not gone live (“npm run pomoc -- otrs-import go-live”).')
  const prefix = (await lastRun(host.db))?.product === 'otobo' ? 'X-OTOBO' : 'X-OTRS'
  await demandEmpty(folder)
  const count = { came: 0, left: 0 }
  const missing: BackMail[] = []
  let n = 0
  for (const mail of await mailsSince(host.db, since)) {
    if (mail.blobId === null) {
      missing.push(mail)
      continue
    }
    count[mail.kind]++
    const name = `${String(++n).padStart(6, '0')}-${mail.kind}-${mail.id}.eml`
    const bytes = Readable.from(marked(headersFor(mail, prefix), readBlob(host.db, mail.blobId)))
    await pipeline(bytes, createWriteStream(join(folder, name), { flags: 'wx', mode: 0o600 }))
  }
  await writeFile(join(folder, 'READ-ME.txt'), README, { flag: 'wx', mode: 0o600 })
  return { ...count, missing, others: await countWritten(host.db, since) }
}

async function demandEmpty(folder: string): Promise<void> {
  const there = await mkdir(folder, { recursive: true, mode: 0o700 })
    .then(() => readdir(folder))
    .catch((error: unknown) => {
      throw new BootError(`The folder ${folder} cannot be used: ${reasonOf(error)}.`)
    })
  if (there.length > 0) throw new BootError(`The folder ${folder} is not empty: name one that is, or that is not there yet.`)
}

/** OTRS 2.6: each header once for a new ticket and once for a follow-up. */
function headersFor(mail: BackMail, prefix: string): string[] {
  const ours = [`SenderType: ${mail.sender}`, 'IsVisibleForCustomer: 1'].flatMap((line) => [line, `FollowUp-${line}`])
  return [
    `${prefix}-Loop: yes`,
    ...(mail.kind === 'left' ? [...ours, 'FollowUp-State-Keep: 1'].map((line) => `${prefix}-${line}`) : []),
    // Which of several addresses it came for decides its queue; it may stand nowhere else (a blind copy).
    ...(mail.to === null ? [] : [`Envelope-To: ${mail.to.replace(/[\r\n\0]/g, '')}`]), // oxlint-disable-line no-control-regex
  ]
}

const MOST_HEAD = 1024 * 1024

/**
 * The mail with these headers before its own. Headers by which a stranger would tell the postmaster what to do are taken out: read in by hand,
 * it believes them.
 */
export async function* marked(headers: readonly string[], raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of raw) {
    if (head === undefined) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    const end = endOfHead(head)
    if (end === -1 && head.length < MOST_HEAD) continue
    yield* withHead(headers, head, end === -1 ? head.length : end)
    head = undefined
  }
  if (head !== undefined) yield* withHead(headers, head, head.length)
}

function* withHead(headers: readonly string[], bytes: Buffer, end: number): Generator<Buffer> {
  yield Buffer.from(headers.map((line) => `${line}\r\n`).join(''))
  yield Buffer.from(withoutOrders(bytes.subarray(0, end).toString('latin1')), 'latin1')
  yield bytes.subarray(end)
}

/** Where the empty line after the head begins. */
function endOfHead(bytes: Buffer): number {
  const [crlf, lf] = [bytes.indexOf('\r\n\r\n'), bytes.indexOf('\n\n')]
  if (crlf === -1 || (lf !== -1 && lf < crlf)) return lf === -1 ? -1 : lf + 1
  return crlf + 2
}

/** A line of a mailbox, empty lines before the head, and every header of orders with its folded lines. */
function withoutOrders(head: string): string {
  const lines = head.split(/(?<=\n)(?![ \t])/)
  let begun = false
  return lines
    .filter((line) => {
      if (!begun && (line.startsWith('From ') || line.trim() === '')) return false
      begun = true
      return !/^x-(?:otrs|otobo|znuny)-/i.test(line) && !/^envelope-to[ \t]*:/i.test(line)
    })
    .join('')
}

const README = `Mails that came to pomoc and left it since it went live, in their order, as they were.

Read them in on the machine of the system before, as its user, each once (OTRS and Znuny: bin/otrs.Console.pl, OTOBO: bin/otobo.Console.pl):

  for mail in /where/they/are/*.eml; do bin/otrs.Console.pl Maint::PostMaster::Read < "$mail" || echo "$mail"; done

Each becomes a message of its ticket by the number in its subject, or by the mail it answers; a ticket that was new in pomoc becomes a new one.
No automatic answer is sent. The time of each is the time at which it is read in; when it was written stands in its Date.
`
