/** Owns comparing: rows of both sides as lines, summed up by one function, and looked at one by one where the sums differ. */
import { RowSum } from '../../../core/index.ts'
import type { Difference } from './report.store.ts'

/** A row as both sides must have it, whichever it was read from: texts, with moments as ISO and numbers as written by both. */
export interface Line {
  key: string
  values: Readonly<Record<string, string | null>>
  /** Which group of each division it counts in: { state: 'open' }. */
  groups?: Readonly<Record<string, string>>
}

/** Ids of tickets that are compared together; a part that has nothing to do with tickets is asked once, without. */
export type Some = readonly number[]

export interface Part {
  /** The source's table, or what is made of it. */
  name: string
  /** The source's tables it speaks of: findings about them explain its differences. */
  tables: readonly string[]
  /** Ours that it reads. */
  ours: readonly string[]
  byTicket: boolean
  theirs(some: Some): AsyncIterable<Line>
  here(some: Some): AsyncIterable<Line>
}

/** Why a difference stands, by the part and key it is of; undefined: nothing explains it. */
export type Explain = (part: Part, differences: readonly Difference[]) => Promise<readonly (string | null)[]>

/** Sums and figures of one part, gathered over as many rounds as there are ranges. */
export class Tally {
  readonly theirs = new RowSum()
  readonly ours = new RowSum()
  explained = 0
  unexplained = 0
  readonly #groups = new Map<string, Map<string, { theirs: number; ours: number }>>()

  add(side: 'theirs' | 'ours', line: Line): void {
    this[side].add(textOf(line))
    for (const [by, group] of Object.entries(line.groups ?? {})) {
      const groups = this.#groups.get(by) ?? new Map<string, { theirs: number; ours: number }>()
      this.#groups.set(by, groups)
      const count = groups.get(group) ?? { theirs: 0, ours: 0 }
      count[side]++
      groups.set(group, count)
    }
  }

  groups(): Record<string, { group: string; theirs: number; ours: number }[]> {
    return Object.fromEntries(
      [...this.#groups].map(([by, groups]) => [
        by,
        [...groups].map(([group, count]) => ({ group, ...count })).toSorted((a, b) => a.group.localeCompare(b.group, 'pl')),
      ]),
    )
  }
}

const textOf = ({ key, values }: Line): Buffer =>
  Buffer.from(
    `${JSON.stringify([
      key,
      Object.keys(values)
        .toSorted()
        .map((name) => [name, values[name]]),
    ])}\n`,
  )

/** Lines with one key twice, or one side's alone, are differences too. `field` '': the row itself. */
export function differencesOf(part: string, theirs: readonly Line[], ours: readonly Line[]): Difference[] {
  const left = new Map<string, Line[]>()
  for (const line of ours) left.set(line.key, [...(left.get(line.key) ?? []), line])
  const found: Difference[] = []
  const said = (line: Line) => short(JSON.stringify(line.values))
  for (const line of theirs) {
    const other = left.get(line.key)?.shift()
    if (!other) {
      found.push({ part, key: line.key, field: '', theirs: said(line), ours: null, because: null })
      continue
    }
    for (const field of new Set([...Object.keys(line.values), ...Object.keys(other.values)])) {
      const [a, b] = [line.values[field] ?? null, other.values[field] ?? null]
      if (a !== b) found.push({ part, key: line.key, field, theirs: a && short(a), ours: b && short(b), because: null })
    }
  }
  for (const lines of left.values())
    for (const line of lines) found.push({ part, key: line.key, field: '', theirs: null, ours: said(line), because: null })
  return found
}

const SHORT = 500
const short = (text: string): string => (text.length > SHORT ? `${text.slice(0, SHORT)}…` : text)

/**
 * One round of one part. Both sides are read once and summed up; only where the sums of the round differ are they read again and laid side by
 * side. `always`: laid side by side in any case.
 */
export async function compareSome(
  part: Part,
  some: Some,
  tally: Tally,
  explain: Explain,
  { always = false }: { always?: boolean } = {},
): Promise<readonly Difference[]> {
  const round = { theirs: new RowSum(), ours: new RowSum() }
  if (!always) {
    for await (const line of part.theirs(some)) {
      round.theirs.add(textOf(line))
      tally.add('theirs', line)
    }
    for await (const line of part.here(some)) {
      round.ours.add(textOf(line))
      tally.add('ours', line)
    }
    if (round.theirs.rows === round.ours.rows && round.theirs.sum === round.ours.sum) return []
  }
  const [theirs, ours] = [await all(part.theirs(some)), await all(part.here(some))]
  const found = differencesOf(part.name, theirs, ours)
  const because = await explain(part, found)
  const told = found.map((one, n) => ({ ...one, because: because[n] ?? null }))
  tally.explained += told.filter((one) => one.because !== null).length
  tally.unexplained += told.filter((one) => one.because === null).length
  return told
}

async function all(lines: AsyncIterable<Line>): Promise<Line[]> {
  const found: Line[] = []
  for await (const line of lines) found.push(line)
  return found
}
