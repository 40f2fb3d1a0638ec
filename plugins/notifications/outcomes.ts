/** Owns what became of telling somebody: told, or the reason why not. */

export const OUTCOMES = [
  'told',
  /** They did it themselves. */
  'actor',
  /** Switched off, erased, no agent any more. */
  'ended',
  /** May not read the ticket. */
  'no-right',
  'away',
  /** Their own choice, or the notification's default. */
  'not-chosen',
  'once-per-day',
  'no-address',
  /** An address of ours, or of a program. */
  'own-address',
  'program-address',
  /** What they wrote is not proven to come from there. */
  'unproven-address',
  /** Told already, by another name of the same notification. */
  'told-already',
  'no-text',
  /** The editor of a unit's notification may not do this to the ticket. */
  'editor-may-not',
  /** Not within the hours in which it tells anybody. */
  'hours',
  /** More mails in one hour than one person gets. */
  'too-many',
] as const
export type Outcome = (typeof OUTCOMES)[number]
