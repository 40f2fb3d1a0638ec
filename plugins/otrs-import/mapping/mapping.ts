/** Owns what the administrator decides of an import: the mapping file, written with comments by `check`, read and checked by `run`. */
import type { Id } from '../../../core/index.ts'

/** All of it optional in the file; what it leaves out is decided as `check` proposed. Names are the source's. */
export interface Mapping {
  /**
   * Queue → slug of a unit, of which the nearest of its upper queues counts (`unitOfQueue`; default: the root unit), and slug of a topic: what is asked
   * about it in that unit goes to this queue.
   */
  queues: Readonly<Record<string, QueueDecision>>
  /** Group → slug of a unit. */
  groups: Readonly<Record<string, { unit: string }>>
  /** Login of an agent or customer → what becomes of it: a person of ours by login, a new one, or nobody. */
  persons: Readonly<Record<string, { as: 'new' | 'nobody' | { login: string } }>>
  /** Agents and customers of one login without a common address: one person or two. */
  sameLogin: Readonly<Record<string, 'one' | 'two'>>
  /** Address that several have, in small letters → login of the one who owns it. */
  addresses: Readonly<Record<string, string>>
  /** State → name of a state of ours that it becomes, instead of one of its own. */
  states: Readonly<Record<string, string>>
  customerGroups: 'keep' | 'ignore'
  /** Cut-off minute of imported calendars ('15:00'), by number of the calendar; '' is the default one. */
  cutOff: Readonly<Record<string, string>>
}
export type QueueDecision = { unit?: string | undefined; topic?: string | undefined }
export type UnitBySlug = ReadonlyMap<string, Id>

/** Slug of the unit that a queue goes to: its own, else that of the nearest queue above it; undefined: the root. */
export function unitOfQueue(mapping: Mapping, queue: string): string | undefined {
  for (let name = queue; name !== ''; name = name.includes('::') ? name.slice(0, name.lastIndexOf('::')) : '') {
    if (Object.hasOwn(mapping.queues, name) && mapping.queues[name]!.unit !== undefined) return mapping.queues[name]!.unit
  }
  return undefined
}
