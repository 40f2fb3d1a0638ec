/** Owns reading a ticket's history: its rows with who did it, and why the program decided as it did. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id, MailReason } from '../database/schema.ts'
import { CHANGEABLE } from './attributes.ts'

export interface HistoryRow {
  id: Id
  /** OTRS history type; imported ones may be any of its list. */
  type: string
  /** What stands between OTRS's '%%'; a row without them is one part. */
  parts: string[]
  articleId: Id | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  reason: unknown
  /** Null: the program itself. */
  personName: string | null
  actId: string
  createdAt: Date
}

/** '%%a%%b' → ['a', 'b']; text without the divider (old OTRS rows, notes) → [text]. */
export function historyParts(name: string): string[] {
  if (name === '') return []
  return name.startsWith('%%') ? name.slice(2).split('%%') : [name]
}

/** Oldest first. */
export async function listHistory(db: Kysely<Database>, ticketId: Id): Promise<HistoryRow[]> {
  const rows = await db
    .selectFrom('history')
    .leftJoin('person', 'person.id', 'history.person_id')
    .select([
      'history.id',
      'type',
      'history.name',
      'article_id',
      'before',
      'after',
      'reason',
      'person.name as personName',
      'act_id',
      'history.created_at',
    ])
    .where('ticket_id', '=', ticketId)
    .orderBy('history.id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    parts: historyParts(row.name),
    articleId: row.article_id,
    before: row.before,
    after: row.after,
    reason: row.reason,
    personName: row.personName,
    actId: row.act_id,
    createdAt: row.created_at,
  }))
}

/** Rows of some types, of one act or since a moment, the oldest first; without who did it. */
export async function historyRows(
  db: Kysely<Database>,
  ticketId: Id,
  { types, since, act }: { types?: readonly string[]; since?: Date; act?: string },
): Promise<Pick<HistoryRow, 'type' | 'parts' | 'articleId' | 'createdAt'>[]> {
  let query = db.selectFrom('history').select(['type', 'name', 'article_id', 'created_at']).where('ticket_id', '=', ticketId)
  if (types) query = query.where('type', 'in', types)
  if (since) query = query.where('created_at', '>=', since)
  if (act) query = query.where('act_id', '=', act)
  const rows = await query.orderBy('id').execute()
  return rows.map((row) => ({ type: row.type, parts: historyParts(row.name), articleId: row.article_id, createdAt: row.created_at }))
}

const PERSONS = CHANGEABLE.filter(({ kind }) => kind === 'agent' || kind === 'customer').map(({ column }) => column)

/** Names of the persons that history speaks of by id (owners, customers). */
export async function personsInHistory(db: Kysely<Database>, rows: readonly HistoryRow[]): Promise<Map<Id, string>> {
  const ids = rows.flatMap((row) =>
    [row.before, row.after].flatMap((columns) => PERSONS.map((column) => columns?.[column]).filter((id) => typeof id === 'string')),
  )
  if (ids.length === 0) return new Map()
  const people = await db
    .selectFrom('person')
    .select(['id', 'name'])
    .where('id', 'in', [...new Set(ids)])
    .execute()
  return new Map(people.map((person) => [person.id, person.name]))
}

/** Why the ticket is where it is: what was stored when it was made, and what each step said of the mail it came from. */
export interface Origin {
  reason: unknown
  mail: MailReason[]
}

export async function findOrigin(db: Kysely<Database>, ticketId: Id): Promise<Origin> {
  const { rows } = await sql<{ made: unknown; mail: MailReason[] | null }>`
    select (select reason from history where ticket_id = ${ticketId} and type = 'NewTicket' order by id limit 1) as made,
      (select reason from inbound_mail where ticket_id = ${ticketId} order by id limit 1) as mail`.execute(db)
  return { reason: rows[0]!.made, mail: rows[0]!.mail ?? [] }
}
