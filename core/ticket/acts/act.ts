/** Owns what an act on a ticket is: an entry of the list of acts, as every page, program and rule reads it. */
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Database, Id } from '../../database/schema.ts'
import type { Params } from '../../i18n/texts.ts'
import type { Logins } from '../../kernel/logins.ts'
import type { Work } from '../../kernel/work.ts'
import type { Access } from '../../kernel/actor.ts'
import type { AGENT_RIGHTS } from '../../permission/policy.ts'
import type { Absence } from '../../person/absence.ts'
import type { Ticket } from '../ticket.ts'
import type { Chosen } from './choices.ts'
import type { ActKey } from './i18n/act-texts.ts'
import type { Aspect } from './standing.ts'

/** A right over the ticket: core's by name, a plugin's as '<plugin>.<right>'. A slip of the pen does not compile. */
export type NamedRight = (typeof AGENT_RIGHTS)[number] | 'see' | 'answer' | `${string}.${string}`

/**
 * What one needs for an act: a right; or, where a right alone does not say it, the rule in the domain's own words. 'anybody' is
 * whoever is logged in, for what is their own from the start.
 */
export type ActRight =
  | NamedRight
  | 'anybody'
  | { right: NamedRight; may(ticket: Pick<Ticket, 'customerId' | 'ties'>, access: Access): boolean }

/** Who offers it: pages for agents, pages for customers, programs, headers of a mail. */
export type Offerer = 'desk' | 'portal' | 'program' | 'header'

/** What it is done to: a ticket as a whole, one of its articles, somebody let into it, a link of it, an earlier act; or it makes a ticket. */
export type ActOn = 'ticket' | 'article' | 'person' | 'link' | 'act' | 'new'

/** What is said afterwards where it is not the entry's `done`, and what that sentence needs. */
export interface Done {
  say?: ActKey
  params?: Params
  /** Somebody the act gave work to is away: said as {away} by whoever shows it, in the reader's zone. */
  absence?: Absence
}

/** Where an act looks things up before its transaction. A `Work` is one too. */
export interface ActRoom {
  readonly db: Kysely<Database>
  /** Where whoever is named and not known here is looked up, for agents alone: to a customer the answer would tell who there is. */
  readonly directory?: Pick<Logins, 'find'>
}

export interface ActWords {
  /** On the button that does it or opens its form. */
  button: ActKey
  /** Its name where acts are listed. */
  title: ActKey
  /** Said once it is done. */
  done: ActKey
  /** Labels of its fields, where a page draws the form from the entry alone; of a choice, '<label>.<choice>' is its word. */
  fields?: Readonly<Record<string, ActKey>>
}

/**
 * One act. `fields` reads what a form or a program hands over, with its limits; a form's empty field is none. `lookUp` finds
 * what they name, before the transaction and once for however many tickets; `run` does it through the domain's own function,
 * which asks the right again where the ticket is locked.
 */
export interface Act<On extends ActOn, Fields extends z.ZodObject, Found, Result extends Done | void> {
  on: On
  right: ActRight
  offeredBy: readonly Offerer[]
  /** May its doer take it back within the time to undo? No where the opposite stands on the page. */
  undoable: boolean
  /** May it be done to many tickets at once? */
  bulk: boolean
  /** What must still be as whoever does it had seen it (standing.ts); nothing where it harms nobody to be late. */
  minds: readonly Aspect[]
  /** People may be mailed because of it: before it is done to many it is said how many, and asked. */
  mails?: true
  words: ActWords
  /** Whether there is a point in offering it, rights apart; absent: on every ticket that is not merged. `run` decides by itself. */
  when?: (ticket: Ticket, personId: Id) => boolean
  /** What of a ticket it chooses: plugins may have taken that away (possible.ts). Left out: nothing from a list. */
  chooses?: (fields: z.output<Fields>, found: NoInfer<Found>) => Chosen
  fields: Fields
  lookUp?: (room: ActRoom, fields: z.output<Fields>) => Promise<Found>
  run: (work: Work, ticketId: On extends 'new' ? null : Id, fields: z.output<Fields>, found: NoInfer<Found>) => Promise<Result>
}

/** Declares an act: the entry as it is; its fields reach its own `lookUp` and `run` typed. */
export function act<const On extends ActOn, Fields extends z.ZodObject, Result extends Done | void, Found = undefined>(
  entry: Act<On, Fields, Found, Result>,
): Act<On, Fields, Found, Result> {
  return entry
}

/** Any of them, for those who read the list. */
export type AnyAct = Omit<Act<ActOn, z.ZodObject, unknown, Done | void>, 'lookUp' | 'run' | 'chooses'> & {
  chooses?: (fields: never, found: never) => Chosen
  lookUp?: (room: ActRoom, fields: never) => Promise<unknown>
  run: (work: Work, ticketId: never, fields: never, found: never) => Promise<Done | void>
}
