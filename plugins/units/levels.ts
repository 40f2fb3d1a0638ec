/** Owns the levels in which a unit gives rights: none, reading, helping, leading; each a set of OTRS's rights. */
import { MATRIX_RIGHTS } from '../../core/administration.ts'

export const LEVELS = ['none', 'read', 'help', 'lead'] as const
export type Level = (typeof LEVELS)[number]

const RIGHTS: Readonly<Record<Level, readonly string[]>> = {
  none: [],
  read: ['ro'],
  help: ['ro', 'move_into', 'create', 'note'],
  lead: ['rw'],
}
export const rightsOf = (level: Level): string[] => [...RIGHTS[level]]
export const isLevel = (text: string): text is Level => (LEVELS as readonly string[]).includes(text)

/** The level that exactly these rights are; undefined: a mixture of its own. */
export function levelOf(rights: readonly string[]): Level | undefined {
  if (rights.includes('rw')) return 'lead'
  const known = rights.filter((right) => MATRIX_RIGHTS.includes(right))
  return LEVELS.find((level) => RIGHTS[level].length === known.length && RIGHTS[level].every((right) => known.includes(right)))
}

/** Does whoever holds these rights hold every right of the level? */
export const covers = (held: ReadonlySet<string>, level: Level): boolean =>
  RIGHTS[level].every((right) => held.has(right) || held.has('rw'))
