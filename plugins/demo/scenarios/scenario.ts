/** Owns the form of a story told by a ticket. */

/**
 * In its texts `{slot}` is one of the slot's words, the same one throughout a ticket; `{łem|łam}` is the ending of who
 * writes, a man's and a woman's. Greetings and signatures are added.
 */

export interface Scenario {
  queue: string
  /** How many times as often as others; 1 when left out. */
  weight?: number
  /** Who writes. */
  by: 'staff' | 'student' | 'anyone' | 'guest' | 'stranger'
  /** Only of these units (and those below them). */
  units?: readonly string[]
  /** How it comes; mail when left out. */
  channel?: 'email' | 'web' | 'phone'
  subject: readonly string[]
  body: readonly string[]
  slots?: Readonly<Record<string, readonly string[]>>
  /** The mail is written in HTML, as Outlook does. */
  html?: boolean
  files?: readonly DemoFile[]
  priority?: '1' | '2' | '4' | '5'
  steps: readonly Step[]
}

export type DemoFile =
  | { name: string; kind: 'pdf'; text: string }
  | { name: string; kind: 'png'; inline?: boolean }
  | { name: string; kind: 'txt'; text: string }

/** What a step leaves the ticket in; without it an answer makes it open. */
export type StepState = 'closed' | 'unsuccessful' | 'waiting' | 'pending'

export type Step =
  /** An answer that the customer gets. */
  | { agent: string | readonly string[]; state?: StepState; days?: number; files?: readonly DemoFile[] }
  /** The customer writes back. */
  | { customer: string | readonly string[]; files?: readonly DemoFile[] }
  /** A note that the customer does not see. */
  | { note: string | readonly string[]; state?: StepState; days?: number }
  | { move: string }
  | { priority: NonNullable<Scenario['priority']> }
