/**
 * Spoils mails of the corpus in every way mails get spoilt and reads each: none crashes or hangs the program, each becomes a
 * mail that can be stored or one that is known to be unreadable, and words put into it are found again. A sample goes all the
 * way and has exactly one outcome each. Seed and counts are printed; POMOC_TEST_SEED repeats a run.
 */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { acceptMail, mailInMemory } from '../../core/mail/inbound/accept.ts'
import { readAddressBook } from '../../core/mail/addresses.ts'
import { processMail } from '../../core/mail/inbound/inbound.ts'
import { OUTCOMES } from '../../core/mail/judge/outcome.ts'
import { parseMail, stopParsing, UnreadableMail } from '../../core/mail/reading/parse.ts'
import type { ParsedMail } from '../../core/mail/reading/parsed-mail.ts'
import { corpus } from '../mail/corpus.ts'
import { makeSenderCheck } from '../../core/mail/judge/assurance/look-up.ts'
import { startStation } from '../mail/station.ts'

const COUNT = Number(process.env['POMOC_TEST_MUTATIONS'] ?? 10_000)
const DELIVERED = Math.min(COUNT, 400)
const seed = Number(process.env['POMOC_TEST_SEED'] ?? Date.now() % 1_000_000)
/** The few larger ones take their turn, but not each time. */
const SMALL = 64 * 1024
const MARK = 'SLOWO-KTORE-MA-ZOSTAC'

/** mulberry32: the same seed gives the same run. */
function random(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const all = corpus().map(({ raw }) => raw)
const small = all.filter((raw) => raw.length <= SMALL)
const CHARSETS = [
  'utf-8',
  'us-ascii',
  'iso-8859-1',
  'iso-8859-2',
  'windows-1250',
  'koi8-r',
  'big5',
  'shift_jis',
  'iso-2022-jp',
  'utf-16',
  'utf-7',
  'x-nieznane',
  '',
  '"',
  'gb18030',
]
const ENCODINGS = ['base64', 'quoted-printable', '7bit', '8bit', 'x-uuencode', '', 'base64;', 'QUOTED_PRINTABLE']
const TYPES = [
  'text/plain',
  'text/html',
  'multipart/mixed',
  'multipart/alternative; boundary=b1',
  'multipart/related',
  'message/rfc822',
  'multipart/digest',
  'image/png',
  'text',
  '',
  'text/calendar',
  'application/ms-tnef',
]

type Chance = () => number
const below = (chance: Chance, end: number) => Math.floor(chance() * end)
const pick = <T>(chance: Chance, list: readonly T[]): T => list[below(chance, list.length)]!
const asText = (raw: Buffer, change: (text: string) => string) => Buffer.from(change(raw.toString('latin1')), 'latin1')
const shuffled = <T>(chance: Chance, list: readonly T[]): T[] =>
  list
    .map((item) => ({ item, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)

const MUTATIONS: Record<string, (raw: Buffer, chance: Chance) => Buffer> = {
  'bits are flipped': (raw, chance) => {
    const spoilt = Buffer.from(raw)
    for (let n = 1 + below(chance, 20); n > 0 && spoilt.length > 0; n--) spoilt[below(chance, spoilt.length)]! ^= 1 << below(chance, 8)
    return spoilt
  },
  'the end is missing': (raw, chance) => raw.subarray(0, below(chance, raw.length)),
  'the beginning is missing': (raw, chance) => raw.subarray(below(chance, Math.min(raw.length, 500))),
  'a piece is missing': (raw, chance) => {
    const at = below(chance, raw.length)
    return Buffer.concat([raw.subarray(0, at), raw.subarray(at + below(chance, 300))])
  },
  'a piece comes twice': (raw, chance) => {
    const at = below(chance, raw.length)
    return Buffer.concat([raw.subarray(0, at + below(chance, 500)), raw.subarray(at)])
  },
  'two mails run into each other': (raw, chance) => {
    const other = pick(chance, small)
    return Buffer.concat([raw.subarray(0, below(chance, raw.length)), other.subarray(below(chance, other.length))])
  },
  'head lines change places': (raw, chance) =>
    asText(raw, (text) => {
      const end = Math.max(0, text.indexOf('\r\n\r\n'))
      return shuffled(chance, text.slice(0, end).split('\r\n')).join('\r\n') + text.slice(end)
    }),
  'all lines change places': (raw, chance) => asText(raw, (text) => shuffled(chance, text.slice(0, SMALL).split('\n')).join('\n')),
  'boundaries are damaged': (raw, chance) =>
    asText(raw, (text) =>
      text.replace(/^--\S+|boundary=[^\r\n;]*/gm, (found) =>
        chance() < 0.5
          ? found
          : pick(chance, ['', `${found} `, found.slice(0, -1), `${found}--`, found.toUpperCase(), `-${found}`, `${found}\r\n`]),
      ),
    ),
  'charsets are others': (raw, chance) =>
    asText(raw, (text) =>
      text.replace(/charset="?[^\s;"?]*"?|=\?[\w-]+\?/gi, (found) =>
        found.startsWith('=?') ? `=?${pick(chance, CHARSETS)}?` : `charset=${pick(chance, CHARSETS)}`,
      ),
    ),
  'encodings are others': (raw, chance) =>
    asText(raw, (text) =>
      text.replace(/^content-transfer-encoding:.*$/gim, () => `Content-Transfer-Encoding: ${pick(chance, ENCODINGS)}\r`),
    ),
  'types are others': (raw, chance) =>
    asText(raw, (text) => text.replace(/^content-type: *[\w/-]*/gim, () => `Content-Type: ${pick(chance, TYPES)}`)),
  'line ends are others': (raw, chance) =>
    asText(raw, (text) => text.replaceAll('\r\n', pick(chance, ['\n', '\r', '\r\r\n', '\r\n\r\n', ' \r\n', '']))),
  'rubbish stands between': (raw, chance) => {
    const at = below(chance, raw.length)
    const rubbish = Buffer.from(Array.from({ length: 1 + below(chance, 200) }, () => below(chance, 256)))
    return Buffer.concat([
      raw.subarray(0, at),
      pick(chance, [
        rubbish,
        Buffer.alloc(rubbish.length),
        Buffer.alloc(rubbish.length * 50, 'a'),
        Buffer.from('\r\n\r\n'),
        Buffer.from('=?utf-8?Q?'),
        Buffer.from('%F0%9F'),
      ]),
      raw.subarray(at),
    ])
  },
  'it lies in another mail': (raw, chance) =>
    Buffer.concat([
      Buffer.from(
        `From: a@gosti.example\r\nSubject: w srodku\r\nContent-Type: ${pick(chance, ['message/rfc822', 'multipart/mixed; boundary=zewn', 'multipart/digest; boundary=zewn'])}\r\n\r\n${chance() < 0.5 ? '--zewn\r\n\r\n' : ''}`,
      ),
      raw,
      Buffer.from(chance() < 0.5 ? '\r\n--zewn--\r\n' : ''),
    ]),
}
const names = Object.keys(MUTATIONS)

function mutate(chance: Chance): { raw: Buffer; how: string[]; marked: boolean } {
  let raw = chance() < 0.02 ? pick(chance, all) : pick(chance, small)
  const how = Array.from({ length: 1 + below(chance, 4) }, () => pick(chance, names))
  for (const name of how) if (raw.length > 0) raw = MUTATIONS[name]!(raw, chance)
  // A line of words put in: in what is encoded as a whole, or in HTML, it would be no words.
  const text = raw.toString('latin1')
  if (chance() < 0.4 && !/base-?64|utf-?16|utf-?7|iso-?2022|begin[ -]|hz-|html|\0/i.test(text)) {
    const lines = text.split('\n')
    lines.splice(1 + below(chance, lines.length), 0, `${MARK}\r`)
    return { raw: Buffer.from(lines.join('\n'), 'latin1'), how, marked: true }
  }
  return { raw, how, marked: false }
}

/** What the database and the pages rely on. */
function storable(mail: ParsedMail): void {
  // oxlint-disable-next-line no-control-regex
  const line = /^[^\u0000-\u001f\u007f]*$/
  expect(mail.subject).toMatch(line)
  expect(mail.subject.length).toBeLessThanOrEqual(1000)
  for (const text of [
    mail.subject,
    mail.text,
    mail.html ?? '',
    ...mail.attachments.map(({ name }) => name),
    ...[mail.from, mail.to, mail.cc].flat().flatMap(({ name, address }) => [name, address]),
  ]) {
    expect(text.includes('\0')).toBe(false)
    expect(text.isWellFormed()).toBe(true)
  }
  expect(mail.html ?? '').not.toMatch(/<(script|iframe|form|object|style|meta|link|base)\b|<[a-z][^<>]*(\son\w+=|=\s*["']?javascript:)/i)
  for (const { name, size, content, contentType } of mail.attachments) {
    expect(name).toMatch(/^[^\\/]+$/)
    expect(size).toBe(content.length)
    expect(contentType).toMatch(/^[\w.+-]+\/[\w.+-]+$/)
  }
}

const holdsMark = (mail: ParsedMail): boolean => {
  const places = [
    mail.text,
    mail.subject,
    ...mail.headers.map(({ name, value }) => `${name} ${value}`),
    ...[mail.from, mail.to, mail.cc].flat().map(({ name, address }) => name + address),
  ]
  return (
    places.some((text) => text.toUpperCase().includes(MARK)) ||
    mail.attachments.some(({ content, name }) => content.includes(MARK) || name.includes(MARK))
  )
}

/** The mail is kept, for it says more than its seed. */
function about(n: number, { raw, how }: { raw: Buffer; how: string[] }, error: unknown): string {
  const path = join(tmpdir(), `pomoc-mutation-${seed}-${n}.eml`)
  writeFileSync(path, raw)
  return `${path} (${how.join(', ')}): ${error instanceof Error ? error.message : String(error)}`
}

afterAll(stopParsing)

test(`${COUNT} spoilt mails are read or known to be unreadable; words in them are not lost`, async () => {
  const chance = random(seed)
  const counts = { read: 0, unreadable: 0, incomplete: 0, marked: 0 }
  const failures: string[] = []
  const started = performance.now()
  let slowest = 0
  for (let n = 0; n < COUNT; ) {
    const batch = Array.from({ length: Math.min(20, COUNT - n) }, () => ({ n: n++, ...mutate(chance) }))
    await Promise.all(
      batch.map(async ({ n: number, ...mutant }) => {
        const { raw, marked } = mutant
        const begun = performance.now()
        const mail = await parseMail(raw).catch((error: unknown) => {
          // A limit of time or memory that a small mail reaches is a hang.
          if (!(error instanceof UnreadableMail) || /not read within|memory|thread ended|stopped/.test(error.message))
            failures.push(about(number, mutant, error))
          return undefined
        })
        slowest = Math.max(slowest, performance.now() - begun)
        if (!mail) {
          counts.unreadable++
          return
        }
        counts.read++
        if (mail.notes.some(({ note }) => note === 'damaged')) counts.incomplete++
        try {
          storable(mail)
          if (marked) {
            counts.marked++
            expect(holdsMark(mail)).toBe(true)
          }
        } catch (error) {
          failures.push(about(number, mutant, error))
        }
      }),
    )
  }
  process.stdout.write(
    `mutations: seed ${seed}, ${COUNT} mails in ${Math.round((performance.now() - started) / 1000)} s: ${counts.read} read ` +
      `(${counts.incomplete} damaged, raw mail attached), ${counts.unreadable} unreadable, ${counts.marked} with words put in and found again; slowest answer ${Math.round(slowest)} ms with 20 waiting\n`,
  )
  expect(failures).toEqual([])
  expect(counts.read + counts.unreadable).toBe(COUNT)
})

test(`${DELIVERED} of them delivered have exactly one outcome each`, async () => {
  const station = await startStation()
  const {
    database: { db },
    host,
    make,
  } = station
  const chance = random(seed)
  const book = await readAddressBook(db, station.config)
  const senders = makeSenderCheck(station.config)
  const outcomes = new Map<string, number>()
  try {
    for (let n = 0; n < DELIVERED; n++) {
      const mutant = mutate(chance)
      const envelope = {
        from: `ktos${n}@gosti.example`,
        recipients: ['pomoc@uni.example'],
        peerAddress: '192.0.2.1',
        peerName: 'mx',
        encrypted: false,
      }
      const [id] = await acceptMail(db, envelope, mailInMemory(mutant.raw), make.now).catch((error: unknown) => {
        throw new Error(about(n, mutant, error), { cause: error })
      })
      // Undefined: the same bytes were accepted before.
      if (id === undefined) continue
      await processMail(host, id, 0, { book, senders }).catch((error: unknown) => {
        throw new Error(about(n, mutant, error), { cause: error })
      })
      const row = await db.selectFrom('inbound_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
      expect({ state: row.state, known: (OUTCOMES as readonly string[]).includes(row.outcome ?? '') }, mutant.how.join(', ')).toEqual({
        state: 'processed',
        known: true,
      })
      const articles = await db.selectFrom('article').select('id').where('inbound_mail_id', '=', id).execute()
      expect(articles, mutant.how.join(', ')).toHaveLength(row.outcome === 'loop' || row.outcome === 'duplicate' ? 0 : 1)
      outcomes.set(row.outcome!, (outcomes.get(row.outcome!) ?? 0) + 1)
    }
    process.stdout.write(`mutations: seed ${seed}, delivered: ${[...outcomes].map(([name, count]) => `${name} ${count}`).join(', ')}\n`)
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(DELIVERED * 0.9)
  } finally {
    await station.stop()
  }
})
