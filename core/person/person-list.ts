/** Owns lists of persons for administration: searched, filtered, sorted, paged by key. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { cutPage, keyPage, type KeyPage, type PageWish, type SortColumn } from '../database/key-page.ts'
import { isId } from '../kernel/input.ts'
import { typedWords } from '../search/typed.ts'
import { personQuery, toPerson, type Person } from './persons.ts'

export interface PersonFilter {
  /** Words of name, login, address or phone. */
  search?: string
  hat?: 'agent' | 'customer'
  valid?: boolean
  /** Of those who are off: for now, or for good. */
  offForNow?: boolean
  unitId?: Id
  roleId?: Id
  groupId?: Id
}

export const PERSON_SORTS = ['name', 'login', 'address', 'unit', 'last-login', 'created'] as const
export type PersonSort = (typeof PERSON_SORTS)[number]

const SORT_COLUMNS: Record<PersonSort, SortColumn> = {
  name: { column: `person.name collate "pl-x-icu"`, type: 'text' },
  login: { column: `coalesce(lower(person.login), '')`, type: 'text' },
  address: { column: `coalesce(main.address, '')`, type: 'text' },
  unit: { column: `coalesce(unit.name, '') collate "pl-x-icu"`, type: 'text' },
  'last-login': { column: `coalesce(person.last_login_at, '-infinity')`, type: 'timestamptz' },
  created: { column: 'person.created_at', type: 'timestamptz' },
}

export interface PersonWish extends PageWish {
  filter?: PersonFilter
  sort?: PersonSort
}
export type ListedPerson = Person & { sortKey: string }

function conditions(filter: PersonFilter): RawBuilder<boolean>[] {
  const all: RawBuilder<boolean>[] = []
  if (filter.hat) all.push(sql`person.agent = ${filter.hat === 'agent'}`)
  if (filter.valid !== undefined) all.push(sql`person.valid = ${filter.valid}`)
  if (filter.offForNow !== undefined) all.push(sql`person.off_for_now = ${filter.offForNow}`)
  if (isId(filter.unitId)) all.push(sql`person.unit_id = ${filter.unitId}`)
  if (isId(filter.roleId)) all.push(sql`person.id in (select person_id from role_person where role_id = ${filter.roleId})`)
  if (isId(filter.groupId)) all.push(sql`person.id in (select person_id from group_person where group_id = ${filter.groupId})`)
  // As an array each word's persons are found first, each part by its own index.
  for (const { pattern } of typedWords(filter.search ?? '')) {
    all.push(sql`person.id = any(array(
      select id from person where name ~* ${pattern}
      union all select id from person where login ~* ${pattern} or phone ~* ${pattern} or details ->> 'mobile' ~* ${pattern}
      union all select person_id from further_login where login ~* ${pattern}
      union all select person_id from person_address where address ~* ${pattern}))`)
  }
  return all
}

export async function listPersons(db: Kysely<Database>, wish: PersonWish = {}): Promise<KeyPage<ListedPerson>> {
  const page = keyPage(SORT_COLUMNS[wish.sort ?? 'name'], 'person.id', wish)
  let query = personQuery(db).select(page.key.as('sortKey'))
  for (const condition of [...conditions(wish.filter ?? {}), ...(page.condition ? [page.condition] : [])]) query = query.where(condition)
  const rows = await query
    .orderBy(page.column, page.direction)
    .orderBy('person.id', page.direction)
    .limit(page.limit + 1)
    .execute()
  return cutPage(rows.map(toPerson), page.limit)
}

/** How many fit the filter. */
export async function countPersons(db: Kysely<Database>, filter: PersonFilter = {}): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from person where ${sql.join([sql`true`, ...conditions(filter)], sql` and `)}`.execute(db)
  return Number(rows[0]!.count)
}
