/** Owns small mails that have just come in: this process keeps them until their job takes them, so that what was written a moment ago is not read back. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import type { InboundRow } from './inbound.store.ts'

/** Bytes kept at most; what comes beyond is read back by its job, as are mails that another process accepted. */
const MOST = 8 * 1024 * 1024
/** So long a mail is kept whose job does not come: another process works it up. */
const KEPT_MS = 60_000

interface Kept {
  row: InboundRow
  at: number
}
interface AtHand {
  mails: Map<Id, Kept>
  bytes: number
  sweep?: NodeJS.Timeout | undefined
}

/** By the connections that the mail was written with: in a process of tests there are several databases. */
const all = new WeakMap<Kysely<Database>, AtHand>()

/** Keeps a mail that is stored. Full, it keeps those that came first: theirs are the next jobs. */
export function keepAtHand(db: Kysely<Database>, row: InboundRow): void {
  const known = all.get(db) ?? { mails: new Map<Id, Kept>(), bytes: 0 }
  all.set(db, known)
  if (known.bytes + row.raw.length > MOST) return
  known.mails.set(row.id, { row, at: performance.now() })
  known.bytes += row.raw.length
  known.sweep ??= setTimeout(() => sweep(known), KEPT_MS).unref()
}

/** The mail, once; undefined where it has to be read. */
export function takeAtHand(db: Kysely<Database>, id: Id): InboundRow | undefined {
  const known = all.get(db)
  const kept = known?.mails.get(id)
  if (!known || !kept) return undefined
  known.mails.delete(id)
  known.bytes -= kept.row.raw.length
  return kept.row
}

function sweep(known: AtHand): void {
  const now = performance.now()
  known.sweep = undefined
  for (const [id, { row, at }] of known.mails) {
    if (at + KEPT_MS > now) {
      known.sweep = setTimeout(() => sweep(known), at + KEPT_MS - now).unref()
      return
    }
    known.mails.delete(id)
    known.bytes -= row.raw.length
  }
}
