/** Owns the role that the program works under in the embedded database: it owns all that is there and may do nothing on the machine. */
import { Client, type ClientConfig } from 'pg'
import { codeOf } from '../machine/boot-error.ts'
import { superuser } from './cluster.ts'

/**
 * No superuser: who could slip a statement of their own in would otherwise read files and run programs with it (`copy … from
 * program`). The superuser stays for holding the server and for this handing over.
 */
export const programRole = 'pomoc_program'

/** Makes the role where it is missing. `client` is the superuser's; several starts at once agree. */
export async function makeProgramRole(client: Client): Promise<void> {
  if (await hasProgramRole(client)) return
  try {
    await client.query(`create role ${programRole} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls`)
  } catch (error) {
    if (!['42710', '23505'].includes(codeOf(error))) throw error
  }
}

export async function hasProgramRole(client: Client): Promise<boolean> {
  return Boolean((await client.query('select from pg_roles where rolname = $1', [programRole])).rowCount)
}

/**
 * Gives the database and all in it to the role, which data folders of earlier versions have as the superuser's. Costs one look
 * where there is nothing to hand over. What belongs to an extension stays, as it does where any owner of a database makes one.
 */
export async function handOver(connection: ClientConfig, database: string): Promise<void> {
  const client = new Client({ ...connection, user: superuser, database })
  await client.connect()
  try {
    await client.query('begin')
    const { rowCount } = await client.query(`select from pg_database where datname = $1 and pg_get_userbyid(datdba) <> '${programRole}'`, [
      database,
    ])
    if (rowCount) await client.query(`alter database ${database} owner to ${programRole}`)
    const { rows } = await client.query<{ statement: string }>(SUPERUSERS)
    for (const { statement } of rows) await client.query(statement)
    await client.query('commit')
  } finally {
    await client.end()
  }
}

/** A statement for each object of the superuser's that is neither PostgreSQL's own nor an extension's. Indexes and sequences of columns follow their tables. */
const SUPERUSERS = `
with mine as (
  select 'pg_namespace'::regclass as class, oid, oid as space, nspowner as owner, 'schema ' || quote_ident(nspname) as named from pg_namespace
  union all
  select 'pg_class'::regclass, oid, relnamespace, relowner,
    case relkind when 'S' then 'sequence ' when 'v' then 'view ' when 'm' then 'materialized view ' when 'f' then 'foreign table ' else 'table ' end
      || oid::regclass
  from pg_class c
  where relkind in ('r', 'p', 'S', 'v', 'm', 'f')
    and not (relkind = 'S' and exists (
      select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')))
  union all
  select 'pg_proc'::regclass, oid, pronamespace, proowner, 'routine ' || oid::regprocedure from pg_proc
  union all
  select 'pg_type'::regclass, t.oid, typnamespace, typowner, 'type ' || format_type(t.oid, null)
  from pg_type t left join pg_class c on c.oid = typrelid
  where typtype in ('e', 'd', 'r') or (typtype = 'c' and c.relkind = 'c')
  union all
  select 'pg_ts_config'::regclass, oid, cfgnamespace, cfgowner, 'text search configuration ' || oid::regconfig from pg_ts_config
  union all
  select 'pg_ts_dict'::regclass, oid, dictnamespace, dictowner, 'text search dictionary ' || oid::regdictionary from pg_ts_dict
)
select 'alter ' || named || ' owner to ${programRole}' as statement
from mine join pg_namespace n on n.oid = mine.space
where owner = '${superuser}'::regrole and nspname !~ '^pg_' and nspname <> 'information_schema'
  and not exists (select from pg_depend d where d.classid = mine.class and d.objid = mine.oid and d.deptype = 'e')
order by class = 'pg_namespace'::regclass desc, mine.oid`
