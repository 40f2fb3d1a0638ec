/** Owns the corpus: mails as people and programs send them, each named by its rule, with what is expected of it beside it. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sayAddresses, type ParsedMail } from '../../core/mail/reading/parsed-mail.ts'

export interface Expected {
  /** Where the test delivers it; else from anna.nowak@student.example to pomoc@uni.example. */
  envelope?: { from?: string; to?: string }
  subject: string
  from: string
  to?: string
  cc?: string
  /** Whole; of a long one the beginning, its length and its hash. */
  text: string | { begins: string; length: number; sha256: string }
  html: null | { has: string[]; not?: string[] }
  /** `times`: as often, one after the other. */
  attachments: { name: string; type: string; size: number; sha256: string; inline?: true; times?: number }[]
  /** 'note' or 'note: detail'. */
  notes: string[]
  /** What stands unfolded in the view, where the rest is history. */
  shown?: string
  messageId?: string | null
  references?: string[]
  date?: string | null
  outcome: string
  /** 'step/rule', among others. */
  reasons: string[]
}

export interface Specimen {
  name: string
  raw: Buffer
  expected: Expected
}

const folder = join(import.meta.dirname, 'corpus')

export const corpus = (): Specimen[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.eml'))
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.eml'.length),
      raw: readFileSync(join(folder, file)),
      expected: readExpected(join(folder, file.replace(/\.eml$/, '.json'))),
    }))

function readExpected(path: string): Expected {
  const expected = JSON.parse(readFileSync(path, 'utf8')) as Expected
  return { ...expected, attachments: expected.attachments.flatMap(({ times = 1, ...file }) => Array.from({ length: times }, () => file)) }
}

const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex')

/** What was read, in the form of what is expected. */
export function seen(mail: ParsedMail, expected: Expected): Partial<Expected> {
  return {
    subject: mail.subject,
    from: sayAddresses(mail.from),
    ...('to' in expected ? { to: sayAddresses(mail.to) } : {}),
    ...('cc' in expected ? { cc: sayAddresses(mail.cc) } : {}),
    text:
      typeof expected.text === 'string'
        ? mail.text
        : { begins: mail.text.slice(0, expected.text.begins.length), length: mail.text.length, sha256: sha256(mail.text) },
    attachments: mail.attachments.map(({ name, contentType, size, content, disposition }) => ({
      name,
      type: contentType,
      size,
      sha256: sha256(content),
      ...(disposition === 'inline' ? { inline: true as const } : {}),
    })),
    notes: mail.notes.map(({ note, detail }) => (detail ? `${note}: ${detail}` : note)),
    ...('messageId' in expected ? { messageId: mail.messageId } : {}),
    ...('references' in expected ? { references: mail.references } : {}),
    ...('date' in expected ? { date: mail.date?.toISOString() ?? null } : {}),
  }
}
