/** Owns the SQL of the audit log. */
import { sql, type Kysely, type RawBuilder, type SelectQueryBuilder, type Transaction } from 'kysely'
import type { AuditFilter } from '../administration/log.ts'
import { storableJson } from '../database/json.ts'
import { containing } from '../database/key-page.ts'
import type { Database, Id, Language } from '../database/schema.ts'
import { nameColumn } from '../i18n/names.ts'
import type { Work } from '../kernel/work.ts'

export interface NewEventRow {
  kind: string
  person: Id | null
  behalf: Id | null
  program: string | null
  client: string | null
  request: string | null
  object_type: string
  object_id: string
  given_unit: Id | null
  lies: Lies | null
  before: object | null
  after: object | null
}

/** An object's id as a number; of what has a name for an id, null. */
const NUMBER = sql`case when g.object_id ~ '^\\d{1,18}$' then g.object_id::bigint end`

/** Where an object's unit stands, as the transaction leaves it: it is one itself, or belongs to a queue, person, group, address or topic. */
const UNIT_OF = {
  unit: NUMBER,
  queue: sql`(select q.unit_id from queue q where q.id = ${NUMBER})`,
  person: sql`(select p.unit_id from person p where p.id = ${NUMBER})`,
  group: sql`(select o.unit_id from permission_group o where o.id = ${NUMBER})`,
  address: sql`(select q.unit_id from system_address a join queue q on q.id = a.queue_id where a.id = ${NUMBER})`,
}
export type Lies = keyof typeof UNIT_OF

export function insertEvents(work: Work, rows: NewEventRow[]): RawBuilder<unknown> {
  return sql`
    insert into audit_event (at, kind, person_id, on_behalf_of, program, client_address, request_id, object_type, object_id, unit_id, before, after, act_id)
    select ${work.now}::timestamptz, kind, person, behalf, program, client, request, object_type, object_id,
      case g.lies ${sql.join(
        Object.entries(UNIT_OF).map(([lies, unit]) => sql`when ${sql.lit(lies)} then ${unit}`),
        sql` `,
      )} else given_unit end, before, after, ${work.act}::uuid
    from jsonb_to_recordset(${storableJson(rows.map((row, n) => ({ n, ...row })))}::jsonb) as g(n integer, kind text, person bigint, behalf bigint, program text,
      client text, request text, object_type text, object_id text, given_unit bigint, lies text, before jsonb, after jsonb) order by n`
}

export interface EventRow {
  id: Id
  at: Date
  kind: string
  person_id: Id | null
  person_name: string | null
  on_behalf_of: Id | null
  behalf_name: string | null
  program: string | null
  client_address: string | null
  request_id: string | null
  object_type: string
  object_id: string
  object_name: string | null
  unit_id: Id | null
  unit_name: string | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  act_id: string
}

/** `objectName`: what the thing is called now, said of `e.object_type` and `e.object_id`. */
export function eventQuery(db: Kysely<Database>, language: Language, objectName: RawBuilder<string | null>) {
  return db
    .selectFrom('audit_event as e')
    .leftJoin('person as p', 'p.id', 'e.person_id')
    .leftJoin('person as b', 'b.id', 'e.on_behalf_of')
    .leftJoin('unit as u', 'u.id', 'e.unit_id')
    .select([
      'e.id',
      'e.at',
      'e.kind',
      'e.person_id',
      'p.name as person_name',
      'e.on_behalf_of',
      'b.name as behalf_name',
      'e.program',
      'e.client_address',
      'e.request_id',
      'e.object_type',
      'e.object_id',
      objectName.as('object_name'),
      'e.unit_id',
      nameColumn('u', language).as('unit_name'),
      'e.before',
      'e.after',
      'e.act_id',
    ])
}

export function narrowEvents<
  DB extends Parameters<typeof eventQuery>[0] extends Kysely<infer D> ? D : never,
  T extends string & keyof DB,
  O,
>(query: SelectQueryBuilder<DB, T, O>, units: readonly Id[] | 'all', filter: AuditFilter): SelectQueryBuilder<DB, T, O> {
  const conditions: RawBuilder<boolean>[] = []
  if (units !== 'all') conditions.push(sql`e.unit_id = any(${units}::bigint[])`)
  if (filter.personId) conditions.push(sql`(e.person_id = ${filter.personId} or e.on_behalf_of = ${filter.personId})`)
  if (filter.kind) conditions.push(sql`e.kind = ${filter.kind}`)
  if (filter.kinds) conditions.push(sql`e.kind = any(${filter.kinds}::text[])`)
  if (filter.objectType) conditions.push(sql`e.object_type = ${filter.objectType}`)
  if (filter.objectId) conditions.push(sql`e.object_id = ${filter.objectId}`)
  if (filter.unitId) conditions.push(sql`e.unit_id = ${filter.unitId}`)
  if (filter.from) conditions.push(sql`e.at >= ${filter.from}`)
  if (filter.to) conditions.push(sql`e.at < ${filter.to}`)
  for (const word of (filter.search ?? '').split(/\s+/).filter(Boolean).slice(0, 8)) {
    const like = containing(word)
    conditions.push(sql`((coalesce(e.before::text, '') || ' ' || coalesce(e.after::text, '')) ilike ${like}
      or e.person_id in (select id from person where name ilike ${like} or lower(login) = ${word.toLowerCase()})
      or (e.object_type like 'person%' and e.object_id in (select id::text from person where name ilike ${like} or lower(login) = ${word.toLowerCase()}))
      or (e.object_type like 'queue%' and e.object_id in (select id::text from queue where name ilike ${like}))
      or e.object_id = ${word} or e.client_address = ${word} or e.request_id = ${word})`)
  }
  return conditions.reduce((narrowed, condition) => narrowed.where(condition), query)
}

/** The last change of what this thing is; that somebody logged in, for example, changes nothing of a person. */
export function newestChange(
  db: Kysely<Database>,
  { type, id }: { type: string; id: string },
): Promise<{ id: Id; at: Date; personId: Id | null } | undefined> {
  return db
    .selectFrom('audit_event')
    .select(['id', 'at', 'person_id as personId'])
    .where('object_type', '=', type)
    .where('object_id', '=', id)
    .where((where) => where.or([where('before', 'is not', null), where('after', 'is not', null)]))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Events of a kind since a moment, counted no further than `most`. */
export async function countEvents(db: Kysely<Database>, kinds: readonly string[], since: Date, most: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (select from audit_event where kind = any(${kinds}::text[]) and at > ${since} limit ${most}) e`.execute(
    db,
  )
  return rows[0]!.count
}

/** Opens one of the two ways for what is left of this transaction's statement, and closes it again. */
async function byWay<T>(db: Transaction<Database>, way: 'retention' | 'erasure', run: () => Promise<T>): Promise<T> {
  await sql`select set_config('pomoc.audit_way', ${way}, true)`.execute(db)
  const answer = await run()
  await sql`select set_config('pomoc.audit_way', '', true)`.execute(db)
  return answer
}

export function deleteEventsBefore(db: Transaction<Database>, before: Date): Promise<number> {
  return byWay(db, 'retention', async () =>
    Number((await db.deleteFrom('audit_event').where('at', '<', before).executeTakeFirst()).numDeletedRows),
  )
}

export function eraseFromEvents(db: Transaction<Database>, personId: Id): Promise<number> {
  return byWay(db, 'erasure', async () => {
    const { numAffectedRows = 0n } = await sql`
      update audit_event set client_address = case when person_id = ${personId} then null else client_address end,
        before = case when object_id = ${personId} and object_type like 'person%' then null else before end,
        after = case when object_id = ${personId} and object_type like 'person%' then null else after end
      where person_id = ${personId} or (object_type like 'person%' and object_id = ${personId})`.execute(db)
    return Number(numAffectedRows)
  })
}
