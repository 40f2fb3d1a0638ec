/** Owns the backups of earlier versions: finding them, and what each says is in it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Waiting } from './make/waiting.ts'

/** What the version that made a backup said of it, by its own functions; `make-backup.ts` writes it. */
export interface Earlier {
  name: string
  file: string
  program: string
  commit: string
  /** The program's clock when the backup was made: what lasts seconds counts from here. */
  madeAt: Date
  tables: Record<string, number>
  jobs: { task: string; n: number; dead: number }[]
  house: Record<'admin' | 'ada' | 'jan' | 'maria' | 'paulina' | 'tomasz' | 'held' | 'wm', string> & { secret: string; codes: string[] }
  tickets: Record<string, string>
  waiting: Waiting
  waitingFacts: { id: string; name: string; ticket: string | null; dead: boolean }[]
  directory: {
    person: string
    entry_id: string
    dn: string
    attributes: Record<string, string[]>
    groups: string[]
    login: string
    valid: boolean
  }[]
  said: Said
}

type Row = Record<string, unknown>
export interface Said {
  tickets: Row[]
  settings: Record<'core' | 'faq' | 'faqInWm' | 'limitsOfWm', Row>
  activations: Record<string, [string, boolean][]>
  suspensions: { plugin: string; unitId: string | null }[]
  secondFactor: { state: string; codesLeft: number }
  absence: Row
  hold: Row
  brand: Row
  routes: [string | null, string][]
  administrators: Row[]
  rights: Record<string, Record<string, string[]>>
  units: Record<string, Row>
  deadJobs: Row[]
}

/** Every backup kept here, the oldest version first. */
export const earlierBackups = (): Earlier[] =>
  readdirSync(import.meta.dirname)
    .filter((name) => /^backup-.*\.json$/.test(name))
    .sort()
    .map((name) => {
      const said = JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as Earlier & { madeAt: string }
      return { ...said, name: name.slice(0, -'.json'.length), file: join(import.meta.dirname, said.file), madeAt: new Date(said.madeAt) }
    })

/** As JSON has it. */
export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
