/** Owns the contract between core and its plugins: everything a plugin may be is written here. */
import type { Context, Hono } from 'hono'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Logger } from 'pino'
import type { Administered } from '../audit/subject.ts'
import type { Config } from '../machine/config.ts'
import type { Fills } from '../database/fill.ts'
import type { Database, Id, Language } from '../database/schema.ts'
import type { Text, TextTables } from '../i18n/texts.ts'
import type { Actor, PersonActor } from './actor.ts'
import type { AskedChoices, Choices } from '../ticket/acts/choices.ts'
import type { FormerSession, Session } from '../person/sessions.ts'
import type { Role } from '../machine/roles.ts'
import type { MailCheck, MailStep } from '../mail/judge/extensions.ts'
import type { TriedMail, TryEnvelope } from '../mail/inbound/try-mail.ts'
import type { ApiAddress, ApiRoute } from './api.ts'
import type { Fact, FactName } from './facts.ts'
import type { Guards } from './guards.ts'
import type { JobRequest } from './jobs/jobs.ts'
import type { LinkKind, LinkKinds } from '../link/kinds.ts'
import type { Live } from './live.ts'
import type { Logins, LoginWay } from './logins.ts'
import type { PlaceName } from './places.ts'
import type { Registry } from '../run/registry.ts'
import type { SearchAll, SearchSource } from './search.ts'
import type { Setting, SettingValues } from './settings/settings.ts'
import type { SlotFills, Slots } from './slots.ts'
import type { Foretold } from '../ticket/clock/foretell.ts'
import type { TicketReader } from '../ticket/ticket-reader.ts'
import type { Work } from './work.ts'

/** The version of this contract. A plugin written for another one is refused at start with a sentence. */
export const API = 1

export interface Plugin<S extends Record<string, Setting> = Record<string, Setting>> {
  /** a–z, digits, dashes; the prefix of its settings, permissions, jobs, mail steps. */
  name: string
  api: typeof API
  /** 'unit': switched on per unit; 'installation': on everywhere. */
  scope: 'unit' | 'installation'
  /** Plugins that must be loaded too. */
  needs?: string[]
  /** Made with defineTexts: settings, permissions, search sources and refusals are named by keys of it. */
  texts?: TextTables
  /** Each label, and '<label>.help' where there is one, stands in the texts. */
  settings?: S
  /** Rights this plugin adds: name → text key. */
  permissions?: Record<string, string>
  /** Own schema, own migration table. */
  migrations?: Record<string, Migration>
  /** What fills columns that a migration added to tables with many rows: in steps, by a job, by the migration's name. */
  fills?: Fills
  /** Style sheets, scripts, pictures of its pages: name (unique in the program) → path; `c.get('asset')(name)` is their address. */
  files?: Record<string, string>
  /**
   * Adds routes. Called once at start. Where the plugin is off they answer 404: below '/u/:unit/' in that unit, elsewhere in
   * the unit of the person who asks. Central administrators reach those below '/admin/' also where it is not switched on yet.
   */
  routes?(app: Hono<WebEnv>, host: Host<S>): void
  /**
   * Routes for programs, by address: 'POST /api/care/tickets'. Each says itself who calls: no session and no form token reach here,
   * errors are JSON. Where the plugin is off they answer 404, as its pages do.
   */
  apiRoutes?: { [address: ApiAddress]: ApiRoute<S> }
  /** Places this plugin offers to others: name → what is handed over, in words; in types it stands in `Places`. */
  places?: { [P in PlaceName]?: string }
  /** Fills places of core or of other plugins. */
  slots?: SlotFills<S>
  /** Looks something up about a mail before it is judged: the network is allowed. Its step gets the answer. */
  mailChecks?: Record<string, MailCheck<S>>
  /** Judges a mail, inside the transaction, among core's own steps. */
  mailSteps?: Record<string, MailStep<S>>
  /** Says no to an act, inside the transaction. */
  guards?: Guards<S>
  /** Takes away from what may be chosen of a ticket – values, fields, acts –, in every form and at every act of a person. */
  choices?: Choices<S>
  /** Subscribers of facts: after commit, at least once, retried. */
  on?: { [N in FactName]?: (fact: Fact<N>, host: Host<S>) => Promise<void> }
  /** Jobs by name ('faq/expire'); with `cron` (five fields, UTC) they come by themselves. */
  jobs?: Record<string, Job<S>>
  /** What the search finds besides tickets. */
  search?: Record<string, SearchSource<S>>
  /** Things of its own that tickets may be linked with, by the name that stands in each link: 'faq'. */
  linkKinds?: Record<string, LinkKind<S>>
  /** What of it people administer, by name ('faq/entry'): with it changes stand in the audit log in words, and go back. See `recordChange`. */
  administered?: Administered
  /** What each of its tables holds of persons: see `PersonData`. */
  personData?: PersonData
  /**
   * Rules of another help desk that it reads, by what an import calls their kind ('notification'): each becomes one of its own, for the whole
   * installation, off until somebody has looked at it.
   */
  rulesFrom?: Record<string, ReadForeignRule>
  /** Ways to log in besides pomoc's own passwords: a directory, for example. */
  logins?: Record<string, LoginWay<S>>
  /** Commands for the terminal: `pomoc <plugin> <command>`; the one named like the plugin is `pomoc <plugin>` itself. */
  commands?: Record<string, PluginCommand<S>>
  /**
   * Runs after everything is up; what it returns is called on stop, in reverse order. An installation may be several
   * processes, each with a start of its own: what must happen once belongs into a job with `cron`.
   */
  start?(host: Host<S>): Promise<Stop | void>
  /**
   * Throws a BootError where the operator's configuration of this plugin is not right, further faults in its `more`; asked before it
   * starts, and by `check-config`.
   */
  checkConfig?(config: Config): void
  /** The kind of process `start` runs in: where pages are served, mail is taken, jobs are done. Unset: in every process. */
  startsIn?: Role
}

/**
 * By table that names persons: reads the rows that such a person is handed (Art. 15 and 20 GDPR) – names instead of ids, nothing of others –, or says
 * in a sentence why they are handed none. What erasure does the table says itself: rows whose key to `person` is `on delete cascade` go, of all others
 * names, logins and addresses are overwritten.
 */
export type PersonData = Readonly<Record<string, string | ((db: Kysely<Database>, person: PersonNamed) => Promise<readonly object[]>)>>
/** By what tables may name a person. */
export interface PersonNamed {
  id: Id
  login: string | null
  addresses: readonly string[]
}

/** A rule as an import keeps it: its rows as they came, by the name of their table. */
export interface ForeignRule {
  name: string
  rows: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>
}
/** What ids and names of the other help desk are here; names of queues in full, of persons their login. */
export interface ForeignNames {
  byId(kind: string, id: string): Id | undefined
  byName(kind: string, name: string): Id | undefined
}
/** `id` null: nothing of it can be said here. `lost`: what it said and the new one does not; `why` is a key of the plugin's texts, which is handed `at`. */
export type ReadForeignRule = (
  work: Work,
  rule: ForeignRule,
  names: ForeignNames,
) => Promise<{ id: Id | null; lost: readonly { what: string; why: string }[] }>

export interface Job<S extends Record<string, Setting> = Record<string, Setting>> {
  cron?: string
  /** It does something to tickets because time has gone by: while the clock is stopped it does not run, and what it would do is foretold. */
  byClock?: boolean
  /** A payload with a `unitId` belongs to that unit: it waits while the plugin is suspended there, and is dropped where it is off. */
  run(payload: Record<string, unknown>, host: Host<S>): Promise<void>
}

export interface PluginCommand<S extends Record<string, Setting> = Record<string, Setting>> {
  /** One line for `--help`. */
  summary: string
  /** Its arguments, as commander writes them: '<file> [days]'. Options come among them: they are the plugin's own affair. */
  arguments?: string
  run(args: readonly string[], host: Host<S>, say: (line: string) => void): Promise<void>
  /**
   * Makes the command one that serves pages and mail until it is stopped, on data of its own, as a demo does: what to serve, from
   * the site's configuration. `run` is then called in that program once the schema stands and before anything is served.
   */
  serve?(args: readonly string[], config: Config): Serving | Promise<Serving>
}

export interface Serving {
  config: Config
  /** Throws away first what lies in the data folder; refused where that is the site's own. */
  fresh?: boolean
}

export type Stop = () => Promise<void>

/** Where a filling, a guard, a mail step or a search source was called: the unit, and the plugin's settings in force there. */
export interface Here<S extends Record<string, Setting> = Record<string, Setting>> {
  unitId: Id
  host: Host<S>
  /** In a guard or mail step they are read in its transaction. */
  settings(): Promise<SettingValues<S>>
}

/** What a plugin gets from the program that runs it. */
export interface Host<S extends Record<string, Setting> = Record<string, Setting>> {
  config: Config
  /** For reading the plugin's own tables. It asks no rights and knows no units: tickets are read through `tickets`. */
  db: Kysely<Database>
  log: Logger
  clock(): Date
  /**
   * One transaction, one actor: at the edge only (handler, job, accepted mail, command), never inside a guard or mail step,
   * which have their work already. Acts on tickets reach those units where the plugin is on. `act`: the id of
   * an earlier one (`work.act`), where what a person does at once takes several transactions.
   */
  work<T>(actor: Actor, run: (work: Work) => Promise<T>, act?: string): Promise<T>
  /** Tickets of the units where this plugin is on. */
  tickets: TicketReader
  /** This plugin's settings in a unit: default ← installation ← units down to this one. Remembered (see `remembered`). */
  settings(unitId?: Id): Promise<SettingValues<S>>
  /** Is this plugin on in the unit? */
  active(unitId: Id): Promise<boolean>
  /** All units where it is on; remembered too. */
  units(): Promise<Id[]>
  /**
   * What `read` answered for this key before, in this process: for what is administered (rules, names), whose changes `recordChange` tells. With any
   * such change it is forgotten – at once in the process that made it, in others a moment later – and read anew. Within an act `read` reads by its `db`.
   */
  remembered<T>(key: string, read: () => Promise<T>): Promise<T>
  /**
   * The same for figures of tickets: forgotten as soon as any ticket changes, or what is administered, and half a minute old at most, for some change with
   * time alone. Whose figures they are is part of the key.
   */
  whileTicketsStand<T>(key: string, read: () => Promise<T>): Promise<T>
  slots: Slots
  live: Live
  /** Asks every source of the plugins that are on in the unit. */
  search: SearchAll
  /** Asks the plugins of the things that tickets are linked with. */
  linkKinds: LinkKinds
  /** Asks the plugins what of a form's choices is left. */
  choices: AskedChoices
  /** Asks every way to log in that plugins bring. */
  logins: Logins
  enqueue(job: JobRequest): Promise<void>
  /** What would become of a mail, plugins' say included; nothing is stored or sent. For the pages that administer mail. */
  tryMail(raw: Buffer, envelope: TryEnvelope): Promise<TriedMail>
  /** What would happen to tickets, and be mailed, if the clock were let go now; nothing is done. For whoever lets it go. */
  foretell(): Promise<Foretold>
  /** Every loaded plugin, for the pages that administer them. */
  plugins: readonly Plugin<any>[] // oxlint-disable-line typescript/no-explicit-any
  /** What is loaded and how it hangs together: for the same pages. */
  registry: Registry
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
    /** Whose session it was, where it ended by its age. */
    former: FormerSession | undefined
    /** Token that a form carries in its field `_csrf`. */
    csrf: string
    /** The person's choice; 'auto' follows the system. */
    colours: 'auto' | 'light' | 'dark'
    /** Address of a file of core or the theme: `asset('style.css')` → '/static/<hash>/style.css'. */
    asset: (name: string) => string
    clientAddress: string
    /** Where the page belongs: a page below /u/:unit/ sets it, else it is the person's own unit. */
    unitId: Id | undefined
    /** Whose page it is; undefined: core's own. */
    plugin: string | undefined
    secure: boolean
  }
}
export type PageContext = Context<WebEnv>

/** Declares a plugin; the types of its settings reach its own handlers. */
export function definePlugin<S extends Record<string, Setting> = Record<never, Setting>>(plugin: Plugin<S>): Plugin<S> {
  return plugin
}

export type { Text }
