/** Owns names for what differs from run to run: ids and numbers become words, the same one the same word. */

/** Where each table's ids begin in a golden test, so that an id says what it is of. */
export const FIRST_IDS = {
  person: 20_000_001,
  queue: 30_000_001,
  ticket: 40_000_001,
  article: 50_000_001,
  inbound_mail: 60_000_001,
  outbound_mail: 70_000_001,
  unit: 80_000_001,
} as const

const KINDS = Object.entries(FIRST_IDS).map(([table, first]) => ({ table, first }))

export class Labels {
  #names = new Map<string, string>()
  #counts = new Map<string, number>()

  /** `known`: what has a name of its own in every case. */
  constructor(known: ReadonlyMap<string, string>) {
    for (const [id, name] of known) this.#names.set(id, name)
  }

  /** The text with ids and ticket numbers as words, counted by their first appearance; a UUID is but one. */
  in(text: string): string {
    return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>').replace(/\b20\d{14}\b|\b[2-8]0\d{6}\b/g, (found) => {
      const known = this.#names.get(found)
      if (known !== undefined) return known
      const kind =
        found.length === 16 ? 'number' : KINDS.find(({ first }) => Math.floor(Number(found) / 1e7) === Math.floor(first / 1e7))!.table
      const count = (this.#counts.get(kind) ?? 0) + 1
      this.#counts.set(kind, count)
      const name = `<${kind} ${count}>`
      this.#names.set(found, name)
      return name
    })
  }
}
