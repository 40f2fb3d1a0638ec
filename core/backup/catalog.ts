/** Owns the questions to PostgreSQL's catalog: which tables and sequences are pomoc's, what holds them together, what ran. */
import type { ClientBase } from 'pg'

/** Where a restore notes how far it came; gone at its end. */
export const RESTORE_SCHEMA = 'pomoc_restore'

/** The job queue's schema: graphile-worker changes its tables as it likes, so jobs are kept in a form of their own. */
export const JOBS_SCHEMA = 'graphile_worker'

export interface TableShape {
  /** 'public.ticket', each part quoted where SQL needs it. */
  name: string
  /** Those that can be written; generated ones follow from them. */
  columns: string[]
}
export interface SequenceState {
  name: string
  value: string
  called: boolean
}

// What belongs to an extension comes back with it.
const OURS = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname !~ '^pg_(temp|toast_temp)_'
  and n.nspname not in ('${JOBS_SCHEMA}', '${RESTORE_SCHEMA}') and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`

const NAME = `quote_ident(n.nspname) || '.' || quote_ident(c.relname)`

/** Every table outside the job queue, by name. A partitioned table stands for its parts. */
export async function listTables(client: ClientBase): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape>(`
    select ${NAME} as name, array(
      select a.attname::text from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and ${OURS} order by 1`)
  return rows
}

/** Their values at this moment: sequences know no transactions, so they are read after the rows that use them. */
export async function readSequences(client: ClientBase): Promise<SequenceState[]> {
  const { rows: names } = await client.query<{ name: string }>(`
    select ${NAME} as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'S' and ${OURS} order by 1`)
  const states: SequenceState[] = []
  for (const { name } of names) {
    const { rows } = await client.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${name}`,
    )
    states.push({ name, ...rows[0]! })
  }
  return states
}

/** What a statement that brings something back is about: indexes are made side by side, keys are added one by one and then held to side by side. */
export type BondKind = 'index' | 'key' | 'held to'

/** Foreign keys and the indexes that no constraint needs: statements that take them away, and those that bring them back, in running order. */
export async function listBonds(client: ClientBase): Promise<{ drop: string[]; create: { kind: BondKind; statement: string }[] }> {
  const keys = await client.query<{ drop: string; create: string; hold: string | null }>(`
    select format('alter table %s drop constraint %I', ${NAME}, k.conname) as drop,
      format('alter table %s add constraint %I %s', ${NAME}, k.conname, pg_get_constraintdef(k.oid)) || case when later.fits then ' not valid' else '' end as create,
      case when later.fits then format('alter table %s validate constraint %I', ${NAME}, k.conname) end as hold
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace,
      lateral (select c.relkind = 'r' and k.convalidated as fits) later
    where k.contype = 'f' and k.conparentid = 0 and ${OURS} order by 1`)
  const indexes = await client.query<{ drop: string; create: string }>(`
    select format('drop index %I.%I', n.nspname, x.relname) as drop, pg_get_indexdef(i.indexrelid) as create
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where not x.relispartition and ${OURS}
      and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')) order by 1`)
  return {
    drop: [...keys.rows, ...indexes.rows].map((row) => row.drop),
    create: [
      ...indexes.rows.map(({ create }) => ({ kind: 'index' as const, statement: create })),
      ...keys.rows.map(({ create }) => ({ kind: 'key' as const, statement: create })),
      ...keys.rows.flatMap(({ hold }) => (hold === null ? [] : [{ kind: 'held to' as const, statement: hold }])),
    ],
  }
}

/** The migrations that ran, by the ending of their table's name: 'core', 'smtp_receiver' … */
export async function ranMigrations(client: ClientBase): Promise<Record<string, string[]>> {
  const { rows } = await client.query<{ owner: string }>(`
    select substr(c.relname, 11) as owner from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' and c.relname ~ '^migration_' and c.relname !~ '_lock$' order by 1`)
  const ran: Record<string, string[]> = {}
  for (const { owner } of rows) {
    const { rows: names } = await client.query<{ name: string }>(`select name from public."migration_${owner}" order by name`)
    ran[owner] = names.map(({ name }) => name)
  }
  return ran
}

/** Drops everything in the database that no extension owns. */
export async function dropEverything(client: ClientBase): Promise<void> {
  await client.query(`drop schema if exists ${RESTORE_SCHEMA} cascade`)
  await client.query(`drop schema if exists ${JOBS_SCHEMA} cascade`)
  const kinds: [kinds: string, word: string][] = [
    ['v', 'view'],
    ['m', 'materialized view'],
    ['r,p', 'table'],
    ['f', 'foreign table'],
    ['S', 'sequence'],
  ]
  for (const [relkinds, word] of kinds) {
    const { rows } = await client.query<{ name: string }>(
      `
      select ${NAME} as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = any ($1) and not c.relispartition and ${OURS}`,
      [relkinds.split(',')],
    )
    for (const { name } of rows) await client.query(`drop ${word} if exists ${name} cascade`)
  }
  const { rows } = await client.query<{ statement: string }>(`
    select format('drop routine %s cascade', p.oid::regprocedure) as statement from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    union all
    select format('drop type %I.%I cascade', n.nspname, t.typname) from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where n.nspname = 'public' and t.typtype in ('e', 'd')
      and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')`)
  for (const { statement } of rows) await client.query(statement)
}

/** Whether anything of pomoc's or anybody's stands in the database. */
export async function isEmpty(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ full: boolean }>(`
    select to_regnamespace('${JOBS_SCHEMA}') is not null or exists (
      select from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and ${OURS}) as full`)
  return !rows[0]!.full
}
