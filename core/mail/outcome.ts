/** Owns the names of what may become of a mail, and what the steps hand on to each other. */
import type { MailReason } from '../database/schema.ts'

/** Every end a mail can have; stored on its row, shown as 'mail.outcome.<name>'. */
export const OUTCOMES = [
  'new-ticket',
  'follow-up',
  /** The ticket was closed and its queue wants a new one. */
  'follow-up-new-ticket',
  /** The ticket was closed and its queue takes nothing more: stored there, the sender told. */
  'rejected-closed',
  /** The same bytes came for another address of ours too. */
  'duplicate',
  /** A mail of our own that came back. */
  'loop',
  /** A report about a mail of ours that did not arrive, or not yet. */
  'bounce-attached',
  'failed',
] as const
export type MailOutcome = (typeof OUTCOMES)[number]

/** A step's answer, kept with the mail so that a page can say why. Rules are shown as 'mail.rule.<rule>'. */
export type Decision = Omit<MailReason, 'step'>
