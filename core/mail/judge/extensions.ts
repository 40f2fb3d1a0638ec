/** Owns what plugins may say about a mail: checks before the transaction, steps inside it, and the order of all steps. */
import type { Assurance, Id } from '../../database/schema.ts'
import type { Here } from '../../kernel/contract.ts'
import type { Setting } from '../../kernel/settings/settings.ts'
import type { Work } from '../../kernel/work.ts'
import type { ParsedMail } from '../reading/parsed-mail.ts'

/** A mail that was accepted, as checks and steps see it. */
export interface MailAbout {
  /** Of its row in the list of mails received. */
  id: Id
  envelopeFrom: string
  envelopeTo: string
  acceptedAt: Date
  mail: Readonly<ParsedMail>
}

/**
 * Asked once before the mail is judged, outside of any transaction, in the unit of the address it came for. What it answers
 * is handed to this plugin's steps under its name; when it fails, they get undefined.
 */
export type MailCheck<S extends Record<string, Setting> = Record<string, Setting>> = (about: MailAbout, here: Here<S>) => Promise<unknown>

export interface MailStep<S extends Record<string, Setting> = Record<string, Setting>> {
  /** Names of steps, core's ('destination') or a plugin's ('faq/suggest'), that come before this one. */
  after?: string | readonly string[]
  before?: string | readonly string[]
  /** Undefined: the question does not arise for this mail. Reads and writes only through `work`. */
  run(turn: MailTurn, work: Work, here: Here<S>): Promise<MailDecision | undefined> | MailDecision | undefined
}

/** The mail and what was decided about it so far. */
export interface MailTurn extends MailAbout {
  verdict: {
    sender: { address: string; name: string }
    /** The ticket it goes on with, once that is known. */
    ticketId: Id | null
    queueId: Id
    /** Why nobody is answered automatically; null: an answer may go. */
    automatic: string | null
    keepState: boolean
    visible: boolean
    /** How far the sender is proven; null: nobody looked. */
    assurance: Assurance | null
    /** It stands apart from its ticket until an agent decides. */
    held: boolean
  }
  /** Answers of this plugin's own checks. */
  checks: Readonly<Record<string, unknown>>
}

/** What a step decides, and why: kept with the mail, shown to the administrator. */
export interface MailDecision {
  /** A word: 'moved', 'marked'. */
  decided: string
  /** By which rule, in a word. */
  rule: string
  /** For a person: what was seen. */
  detail?: string
  /** Another queue for a new ticket, in a unit where the plugin is on. */
  queueId?: Id
  /** Nobody is answered automatically. */
  noAnswer?: true
  /** What it says opens no ticket again. */
  keepState?: boolean
  /** May the customer see it in the ticket? */
  visible?: boolean
}
