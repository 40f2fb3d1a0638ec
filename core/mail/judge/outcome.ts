/** Owns the names of what may become of a mail, and what the steps hand on to each other. */
import type { RouteWhy } from '../../database/schema.ts'
import type { MailKey } from '../mail-texts.ts'

type NamedOutcome = MailKey extends infer K ? (K extends `mail.outcome.${infer Name}` ? Name : never) : never

/** Every end a mail can have; stored on its row, shown as 'mail.outcome.<name>'. */
export const OUTCOMES = [
  'new-ticket',
  'follow-up',
  /** The ticket was closed and its queue wants a new one. */
  'follow-up-new-ticket',
  /** The ticket was closed and its queue takes nothing more: stored there, the sender told. */
  'rejected-closed',
  /** From somebody who has no part in the ticket, or who is not proven: it stands apart there until an agent decides. */
  'follow-up-held',
  /** The same, in a queue that takes nothing from strangers: kept with the ticket, as rejected. */
  'follow-up-refused',
  /** The same mail came for another address of the unit too, or by another way. */
  'duplicate',
  /** A mail of our own that came back. */
  'loop',
  /** A filter or a trusted header said X-OTRS-Ignore. */
  'ignored',
  /** An administrator deleted it, with a reason. */
  'deleted',
  /** A report about a mail of ours that did not arrive, or not yet. */
  'bounce-attached',
  /** Somebody opened, or deleted, a mail of ours. */
  'receipt-attached',
  /** An agent wrote to a ticket they work on. */
  'agent-note',
  'agent-answer',
  'failed',
] as const satisfies readonly NamedOutcome[]
export type MailOutcome = (typeof OUTCOMES)[number]

/** Every rule by which a step may decide: there are words for each, 'mail.rule.<rule>'. */
export type MailRule = MailKey extends infer K ? (K extends `mail.rule.${infer Rule}` ? Rule : never) : never
export type StepName = MailKey extends infer K ? (K extends `mail.step.${infer Step}` ? Step : never) : never

/** A step's answer, kept with the mail so that a page can say why. */
export interface Decision {
  decided: string
  rule: MailRule
  detail?: string
  route?: RouteWhy
}
