/** Owns taking mails from files: what another help desk, or a mailbox, still held when mail began to come here. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../../kernel/contract.ts'
import { destinationOf, readAddressBook } from '../addresses.ts'
import { oneAddress } from '../address-list.ts'
import { parseMail } from '../reading/parse.ts'
import { acceptMail, mailInMemory } from './accept.ts'
import { likelyEnvelope } from './try-mail.ts'

/** 'taken': it is stored and will be worked up. 'had': the same bytes to the same address are here already. */
export type Taken = { file: string; became: 'taken' | 'had'; to: string } | { file: string; became: 'empty' | 'too-large' }

/**
 * The mails of a folder in the order of their names: files that stand in it, and those of a Maildir (`cur`, `new`). Each goes to the address of ours
 * that a server wrote into its head when it delivered it, else to the first in To and Cc, else to the configured one: nothing is left behind.
 * Taken twice it becomes no second ticket. Throws what reading the folder says; a file that is too large is told, and stays.
 */
export async function* takeMails(host: Pick<Host, 'db' | 'config' | 'clock'>, folder: string): AsyncGenerator<Taken> {
  const book = await readAddressBook(host.db, host.config)
  const ours = (address: string) => destinationOf(book, address) !== undefined
  const limit = host.config.smtp.maxSizeKb * 1024
  for (const file of await mailsIn(folder)) {
    const { size } = await stat(file)
    if (size === 0 || size > limit) {
      yield { file, became: size === 0 ? 'empty' : 'too-large' }
      continue
    }
    const raw = withoutMbox(await readFile(file))
    const head = await parseMail(raw, 'headers').catch(() => ({ from: [], to: [], cc: [] }))
    const likely = likelyEnvelope(head, ours, host.config.mailAddress)
    const to = deliveredTo(raw).find(ours) ?? likely.to
    const envelope = { from: returnPathOf(raw) ?? likely.from, recipients: [to], peerAddress: '', peerName: '', encrypted: false }
    const fresh = await acceptMail(host.db, envelope, mailInMemory(raw), host.clock())
    yield { file, became: fresh.length > 0 ? 'taken' : 'had', to }
  }
}

async function mailsIn(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const place of ['', 'cur', 'new']) {
    const entries = await readdir(join(folder, place), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (place !== '' && error.code === 'ENOENT') return []
      throw error
    })
    for (const entry of entries) if (entry.isFile() && !entry.name.startsWith('.')) found.push(join(folder, place, entry.name))
  }
  return found.toSorted()
}

/** Some programs begin a file with the line of a mailbox. */
const withoutMbox = (raw: Buffer): Buffer => (raw.subarray(0, 5).toString('latin1') === 'From ' ? raw.subarray(raw.indexOf(10) + 1) : raw)

const headOf = (raw: Buffer): string => {
  const text = raw.subarray(0, 64 * 1024).toString('latin1')
  const end = /\r?\n\r?\n/.exec(text)
  return end ? text.slice(0, end.index) : text
}
const linesNamed = (raw: Buffer, names: readonly string[]): string[] =>
  headOf(raw)
    .split(/\r?\n(?![ \t])/)
    .flatMap((line) => {
      const colon = line.indexOf(':')
      return colon > 0 && names.includes(line.slice(0, colon).trim().toLowerCase()) ? [line.slice(colon + 1).trim()] : []
    })

const deliveredTo = (raw: Buffer): string[] =>
  linesNamed(raw, ['envelope-to', 'x-original-to', 'delivered-to']).map((text) => oneAddress(text))

/** '' is the null return path, of reports; undefined: nobody wrote one. */
function returnPathOf(raw: Buffer): string | undefined {
  const [line] = linesNamed(raw, ['return-path'])
  return line === undefined ? undefined : line === '<>' ? '' : oneAddress(line)
}
