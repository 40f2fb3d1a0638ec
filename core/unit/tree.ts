/** Owns the way through the tree of units: its root, the short names in addresses, and the pieces of SQL that go up and down it. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

/** Central IT: the root of the tree, the installation itself. */
export const ROOT_UNIT: Id = '1'

/** What stands in addresses as a unit's short name: /u/<slug>/. */
export const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/

/** The id of the unit in use that has this short name. Whatever else is typed into an address names none. */
export async function unitIdOf(db: Kysely<Database>, slug: string): Promise<Id | undefined> {
  return SLUG.test(slug)
    ? (await db.selectFrom('unit').select('id').where('slug', '=', slug).where('valid', '=', true).executeTakeFirst())?.id
    : undefined
}

/** The unit and all above it. */
export async function unitsAbove(db: Kysely<Database>, unitId: Id): Promise<ReadonlySet<Id>> {
  const { rows } = await sql<{ id: Id }>`with recursive ${upToAsk(unitId)} select id from up`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

type Column = keyof Database['unit']

/** What a way up is called and carries. */
export interface WayUp {
  /** The name of the piece; default `up`. */
  as?: string
  /** Columns of `unit` besides `id` and `parent_id`. */
  more?: readonly Column[]
}

/**
 * Stands after `with recursive`: `up`, the unit and all above it, `depth` 0 for the unit itself, so that `order by up.depth` is
 * the nearest first. Asked by ids, no text of it comes from outside.
 */
export function up(unitId: Id | null, { as = 'up', more = [] }: WayUp = {}): RawBuilder<unknown> {
  return upWhere(sql`id = ${unitId}`, { as, more })
}

/** As `up`, from the unit of which `wanted` is true. */
export function upWhere(wanted: RawBuilder<unknown>, { as = 'up', more = [] }: WayUp = {}): RawBuilder<unknown> {
  return climb(as, sql`select ${columns(more)}, 0 as depth from unit where ${wanted}`, more)
}

/** As `up`, from the unit that `from` joins to `unit u`, for what has something of its own first: depth 1 is its unit. */
export function upFrom(from: RawBuilder<unknown>, { as = 'up', more = [] }: WayUp = {}): RawBuilder<unknown> {
  return climb(as, sql`select ${columns(more, 'u.')}, 1 as depth from unit u ${from}`, more)
}

function climb(as: string, start: RawBuilder<unknown>, more: readonly Column[]): RawBuilder<unknown> {
  const name = sql.raw(as)
  return sql`${name} as (
      ${start}
      union all select ${columns(more, 'u.')}, ${name}.depth + 1 from unit u join ${name} on u.id = ${name}.parent_id)`
}

/** As `up`, without depth: for questions that are answered by yes or no, and for all the ids. */
export const upToAsk = (unitId: Id, { once = true } = {}): RawBuilder<unknown> => sql`up as (
      select id, parent_id from unit where id = ${unitId}
      ${union(once)} select u.id, u.parent_id from unit u join up on u.id = up.parent_id)`

/** What a way down is called and carries. */
export interface WayDown {
  /** The name of the piece; default `down`. */
  as?: string
  /** What each unit below says: of itself `u.…`, of the one above it by the name of the piece. Default: its id. */
  each?: RawBuilder<unknown>
  /** The start may hold a unit and one below it: each is named once. */
  once?: boolean
}

/** Stands after `with recursive`: `down`, the units that `start` selects and all below them. */
export function downFrom(start: RawBuilder<unknown>, { as = 'down', each = sql`u.id`, once = false }: WayDown = {}): RawBuilder<unknown> {
  const name = sql.raw(as)
  return sql`${name} as (
      ${start}
      ${union(once)} select ${each} from unit u join ${name} on u.parent_id = ${name}.id)`
}

/** As `downFrom`, from one unit: it and all below it. */
export const down = (unitId: Id, way: WayDown = {}): RawBuilder<unknown> => downFrom(sql`select id from unit where id = ${unitId}`, way)

const union = (once: boolean): RawBuilder<unknown> => sql.raw(once ? 'union' : 'union all')
const columns = (more: readonly Column[], of = ''): RawBuilder<unknown> =>
  sql.raw(['id', 'parent_id', ...more].map((column) => `${of}${column}`).join(', '))
