/** Owns which row of ours a named row of the source becomes: its number is kept where it is free, its name unless somebody here has it. */

export interface Named {
  source: string
  /** The source's number, where it shall be kept. */
  id?: string
  name: string
}
export interface Ours {
  id: string
  name: string
}
export interface Placed {
  /** Undefined: a number of ours is taken. */
  id: string | undefined
  name: string
  /** The name stood here already for something else. */
  renamed: boolean
  /** The number stood here already for something else. */
  moved: boolean
}

export interface Placing {
  /** What came before and stands as which row. */
  known?: ReadonlyMap<string, string>
  /** Rows that every installation begins with and that mean the same in both, whatever either calls them. */
  seeds?: ReadonlySet<string>
  /** A row of ours of that name is the same thing: groups, whose names mean something. */
  byName?: boolean
}

/** Pure, and the same on every run: what was placed once stays where it is. */
export function placeNamed(
  rows: readonly Named[],
  ours: readonly Ours[],
  { known = new Map(), seeds = new Set(), byName = false }: Placing = {},
): Map<string, Placed> {
  const byId = new Map(ours.map((row) => [row.id, row]))
  const idByName = new Map(ours.map((row) => [row.name, row.id]))
  const used = new Set(known.values())
  const placed = new Map<string, Placed>()
  for (const row of rows) {
    if (placed.has(row.source)) continue
    const stands = known.get(row.source)
    const sameName = byName ? idByName.get(row.name) : undefined
    let id = stands ?? (sameName !== undefined && !used.has(sameName) ? sameName : undefined)
    let moved = false
    if (id === undefined && row.id !== undefined) {
      const there = byId.get(row.id)
      const same = there !== undefined && (there.name === row.name || seeds.has(row.id))
      if (!used.has(row.id) && (there === undefined || same)) id = row.id
      else moved = true
    }
    if (id !== undefined) used.add(id)
    placed.set(row.source, { id, name: row.name, renamed: false, moved })
  }
  // Names of rows that stay as they are, and of those placed before in this list.
  const placedIds = new Set([...placed.values()].flatMap(({ id }) => (id === undefined ? [] : [id])))
  const taken = new Set(ours.filter((row) => !placedIds.has(row.id)).map((row) => row.name))
  for (const one of placed.values()) {
    const wanted = one.name
    for (let n = 1; one.name === '' || taken.has(one.name); n++) {
      one.name = `${wanted} (OTRS${n === 1 ? '' : ` ${n}`})`.trim()
      one.renamed = true
    }
    taken.add(one.name)
  }
  return placed
}

/** 'A::B::C' → 'A::B'; undefined at the top. */
export function parentName(name: string): string | undefined {
  const at = name.lastIndexOf('::')
  return at <= 0 ? undefined : name.slice(0, at)
}
