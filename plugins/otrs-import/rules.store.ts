/** Owns the SQL of kept rules: those that nobody has read, what they became, and what names they use. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../core/index.ts'

export interface KeptRule {
  kind: string
  sourceId: string
  name: string
  content: unknown
}

export async function keptRules(db: Kysely<Database>, kinds: readonly string[]): Promise<KeptRule[]> {
  const { rows } = await sql<KeptRule>`
    select kind, source_id as "sourceId", name, content from otrs_kept
    where (became is null or became ->> 'failed' = 'true') and kind = any(${[...kinds]}::text[]) order by kind, name, source_id`.execute(db)
  return rows
}

export interface Became {
  plugin: string
  id: Id | null
  lost: readonly { what: string; why: string }[]
  /** It was refused as it stands, and is tried again the next time. */
  failed?: true
}

export async function noteBecame(db: Kysely<Database>, kept: { kind: string; sourceId: string }, became: Became): Promise<void> {
  await sql`update otrs_kept set became = ${JSON.stringify(became)}::jsonb where kind = ${kept.kind} and source_id = ${kept.sourceId}`.execute(
    db,
  )
}

/** Null: no plugin has read it. */
export async function findBecame(db: Kysely<Database>, kind: string, sourceId: string): Promise<Became | null> {
  const { rows } = await sql<{ became: Became | null }>`
    select became from otrs_kept where kind = ${kind} and source_id = ${sourceId}`.execute(db)
  return rows[0]?.became ?? null
}

/** '<kind> <name>' → our id, of all that OTRS's rules call by name. */
export async function findNames(db: Kysely<Database>): Promise<ReadonlyMap<string, Id>> {
  const { rows } = await sql<{ called: string; id: Id }>`
    select 'queue ' || name as called, id::text as id from queue
    union all select 'state ' || name, id::text from ticket_state
    union all select 'priority ' || name, id::text from ticket_priority
    union all select 'type ' || name, id::text from ticket_type
    union all select 'service ' || name, id::text from service
    union all select 'sla ' || name, id::text from sla
    union all select 'group ' || name, id::text from permission_group
    union all select 'role ' || name, id::text from role
    union all select kind || ' ' || login, id::text from otrs_id where kind in ('user', 'customer_user') and login is not null`.execute(db)
  return new Map(rows.map(({ called, id }) => [called, id]))
}
