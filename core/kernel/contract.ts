/** Owns the contract between core and its plugins: everything a plugin may be is written here. */
import type { Context, Hono } from 'hono'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Database, Id, Language } from '../database/schema.ts'
import type { Text, Texts } from '../i18n/texts.ts'
import type { Actor, PersonActor } from '../permission/actor.ts'
import type { Session } from '../person/sessions.ts'
import type { Fact, FactName } from './facts.ts'
import type { Live } from './live.ts'
import type { JobRequest } from './jobs.ts'
import type { Setting, SettingValues } from './settings.ts'
import type { Slots, SlotFill } from './slots.ts'
import type { Work } from './work.ts'

/** The version of this contract. A plugin written for another one is refused at start with a sentence. */
export const API = 1

export interface Plugin<S extends Record<string, Setting> = Record<string, Setting>> {
  /** a–z, digits, dashes; the prefix of its settings, permissions, jobs. */
  name: string
  api: typeof API
  /** 'unit': switched on per unit; 'installation': on everywhere. */
  scope: 'unit' | 'installation'
  /** Plugins that must be loaded too. */
  needs?: string[]
  /** Made with defineTexts: settings and permissions are named by keys of it. */
  texts?: Pick<Texts<string>, 'pl' | 'en'>
  settings?: S
  /** Rights this plugin adds: name → text key. */
  permissions?: Record<string, string>
  /** Own schema, own migration table. */
  migrations?: Record<string, Migration>
  /** Style sheets, scripts, pictures of its pages: name (unique in the program) → path; `c.get('asset')(name)` is their address. */
  files?: Record<string, string>
  /** Adds routes. Called once at start. */
  routes?(app: Hono<WebEnv>, host: Host<S>): void
  /** Places this plugin offers to others: name → what is handed to whoever fills it. */
  places?: Record<string, string>
  /** Fills places of core or of other plugins. */
  slots?: Record<string, SlotFill>
  /** Subscribers of facts: after commit, at least once, retried. */
  on?: Partial<Record<FactName, (fact: Fact, host: Host<S>) => Promise<void>>>
  /** Jobs by name ('faq/expire'); with `cron` (five fields, UTC) they come by themselves. */
  jobs?: Record<string, Job<S>>
  /** Runs after everything is up; what it returns is called on stop, in reverse order. */
  start?(host: Host<S>): Promise<Stop | void>
}

export interface Job<S extends Record<string, Setting> = Record<string, Setting>> {
  cron?: string
  run(payload: Record<string, unknown>, host: Host<S>): Promise<void>
}

export type Stop = () => Promise<void>

/** What a plugin gets from the program that runs it. */
export interface Host<S extends Record<string, Setting> = Record<string, Setting>> {
  config: Config
  /** For reading. Writing goes through `work`. */
  db: Kysely<Database>
  log: Logger
  clock(): Date
  /** One transaction, one actor: at the edge only (handler, job, accepted mail, command). */
  work<T>(actor: Actor, run: (work: Work) => Promise<T>): Promise<T>
  /** This plugin's settings in a unit: default ← installation ← units down to this one. */
  settings(unitId?: Id): Promise<SettingValues<S>>
  /** Is this plugin on in the unit? */
  active(unitId: Id): Promise<boolean>
  slots: Slots
  live: Live
  enqueue(job: JobRequest): Promise<void>
  /** Every loaded plugin, for the pages that administer them. */
  plugins: readonly Plugin<any>[] // oxlint-disable-line typescript/no-explicit-any
  /** Tells where something listens, for the lines printed at start: ('mail', '127.0.0.1:2525'). */
  announce(name: string, address: string): void
}

/** Hono's variables on every request. */
export interface WebEnv {
  Bindings: { incoming?: { socket?: { remoteAddress?: string; encrypted?: boolean } } }
  Variables: {
    host: Host
    requestId: string
    nonce: string
    language: Language
    /** Who is logged in. */
    actor: PersonActor | undefined
    session: Session | undefined
    /** Token that a form carries in its field `_csrf`. */
    csrf: string
    /** The person's choice; 'auto' follows the system. */
    colours: 'auto' | 'light' | 'dark'
    /** Address of a file of core or the theme: `asset('style.css')` → '/static/<hash>/style.css'. */
    asset: (name: string) => string
    clientAddress: string
    secure: boolean
  }
}
export type PageContext = Context<WebEnv>

/** Declares a plugin; the types of its settings reach its own handlers. */
export function definePlugin<S extends Record<string, Setting> = Record<never, Setting>>(plugin: Plugin<S>): Plugin<S> {
  return plugin
}

export type { Text }
