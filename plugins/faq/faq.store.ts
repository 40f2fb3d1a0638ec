/** Owns the SQL of the knowledge base: categories, items with the text in force, search, files, revisions. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { COMPLETE_LANGUAGES, isId, stems, unitsDown, unitsUp, type Database, type Id, type Language } from '../../core/index.ts'
import { faq, type Audience, type Reading } from './tables.ts'
import type { ContentType } from './text-html.ts'

export interface Category {
  id: Id
  unitId: Id
  unitSlug: string
  parentId: Id | null
  name: string
  nameEn: string | null
  position: number
  valid: boolean
  items: number
  /** Its internal entries are for their agents; none: for all who read internal ones. */
  groups: Id[]
}

export interface ListedItem {
  id: Id
  unitId: Id
  unitSlug: string
  unitName: string
  categoryId: Id
  categoryName: string
  categoryNameEn: string | null
  language: Language
  audience: Audience
  valid: boolean
  title: string
  /** The first words of the answer, for the line under the title. */
  words: string
  changedAt: Date
  /** A newer text waits for approval. */
  waiting: boolean
  /** Was approved at least once: readers see it. */
  published: boolean
  votes: number
  /** 0–100; null without votes. */
  rate: number | null
  /** As another system gave it; null: it is made of the id. */
  number: string | null
}

export interface Revision {
  id: Id
  title: string
  keywords: string
  contentType: ContentType
  symptom: string
  problem: string
  solution: string
  field4: string
  field5: string
  comment: string
  createdAt: Date
  createdBy: string | null
  approvedAt: Date | null
  approvedBy: string | null
}

export interface FaqFile {
  id: Id
  blobId: Id
  name: string
  contentType: string
  size: number
  removedAt: Date | null
  /** A picture in the text. */
  inline: boolean
}

/** Units whose knowledge base is read in this one: itself and those above it. */
export async function unitsAbove(db: Kysely<Database>, unitId: Id): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    with recursive ${unitsUp(unitId, { once: false })} select id from up`.execute(db)
  return rows.map((row) => row.id)
}

export async function slugOf(db: Kysely<Database>, unitId: Id): Promise<string> {
  return (await db.selectFrom('unit').select('slug').where('id', '=', unitId).executeTakeFirstOrThrow()).slug
}

/** Of the item `i` of a unit. */
const mayRead = ({ reads, internalIn, groups }: Reading, unit: RawBuilder<unknown>): RawBuilder<boolean> => {
  const conditions = [sql<boolean>`i.audience = any(${reads}::text[])`]
  if (internalIn !== null) conditions.push(sql`(i.audience <> 'internal' or ${unit} = any(${internalIn}::bigint[]))`)
  if (groups !== null && reads.includes('internal')) conditions.push(sql`(i.audience <> 'internal' or ${isOfGroups(groups)})`)
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}

/** Of the item `i`: its time has not run out. */
const IN_TIME = sql`(i.valid_until is null or i.valid_until > now())`

/** Of the item `i`: its category is for all, or for one of these groups. */
const isOfGroups = (groups: readonly Id[]) => sql<boolean>`(
  not exists (select from faq_category_group g where g.category_id = i.category_id)
  or exists (select from faq_category_group g where g.category_id = i.category_id and g.group_id = any(${groups}::bigint[])))`

/** Categories of these units with how many items may be read in each; parents before their children. */
export async function listCategories(
  db: Kysely<Database>,
  units: readonly Id[],
  reading: Reading,
  withUnused = false,
): Promise<Category[]> {
  const { rows } = await sql<Category>`
    with recursive tree as (
      select c.*, array[u.id <> ${units[0]}]::text[] || array[lpad(c.position::text, 6, '0'), c.name collate "pl-x-icu"] as path, u.slug
      from faq_category c join unit u on u.id = c.unit_id where c.parent_id is null and c.unit_id = any(${units}::bigint[])
      union all
      select c.*, tree.path || array[lpad(c.position::text, 6, '0'), c.name collate "pl-x-icu"], tree.slug
      from faq_category c join tree on c.parent_id = tree.id)
    select id, unit_id as "unitId", slug as "unitSlug", parent_id as "parentId", name, name_en as "nameEn", position, valid,
      array(select g.group_id::text from faq_category_group g where g.category_id = tree.id order by g.group_id) as groups,
      (select count(*)::int from faq_item i where i.category_id = tree.id and i.valid and ${IN_TIME} and i.published_id is not null and ${mayRead(reading, sql`tree.unit_id`)}) as items
    from tree where valid or ${withUnused} order by path, id`.execute(db)
  return rows
}

/** Groups that a category of a unit may be kept to: those of the unit and below, and those chosen already. */
export async function groupsFor(db: Kysely<Database>, unitId: Id, chosen: readonly Id[]): Promise<{ id: Id; name: string }[]> {
  const { rows } = await sql<{ id: Id; name: string }>`
    with recursive ${unitsDown(unitId)}
    select id::text as id, name from permission_group
    where (valid and unit_id in (select id from down)) or id = any(${chosen.filter(isId)}::bigint[]) order by name collate "pl-x-icu", id`.execute(
    db,
  )
  return rows
}

export interface ItemWish {
  units: readonly Id[]
  reading: Reading
  /** Also what is withdrawn or was never approved, by its newest text. */
  editor?: boolean
  categoryId?: Id
  /** Of these alone. */
  ids?: readonly Id[]
  /** Words; the best fit comes first. */
  search?: string
  audience?: Audience
  status?: 'waiting' | 'withdrawn' | 'published'
  sort?: 'title' | 'changed' | 'rate'
  limit: number
  offset?: number
  /** Entries in the reader's language come first where words fit alike. */
  language?: Language
}

/** Items that may be read, with how well they fit. All of `search`'s words should fit, half of them must. */
export async function listItems(db: Kysely<Database>, wish: ItemWish): Promise<ListedItem[]> {
  const words = wish.search ? stems(wish.search) : []
  const like = (word: string) => `% ${word.replace(/[\\%_]/g, '\\$&')}%`
  const text = wish.editor ? sql.ref('i.latest_id') : sql.ref('i.published_id')
  const hits =
    words.length === 0
      ? sql`0`
      : sql.join(
          words.map((word) => sql`(r.search_title || r.search_keywords || r.search_text like ${like(word)})::int`),
          sql` + `,
        )
  const weight =
    words.length === 0
      ? sql`0`
      : sql.join(
          words.map(
            (word) =>
              sql`4 * (r.search_title like ${like(word)})::int + 2 * (r.search_keywords like ${like(word)})::int + (r.search_text like ${like(word)})::int`,
          ),
          sql` + `,
        )
  const conditions = [
    sql`c.unit_id = any(${wish.units}::bigint[])`,
    mayRead(wish.reading, sql`c.unit_id`),
    ...(wish.editor ? [] : [sql`i.valid`, IN_TIME, sql`i.published_id is not null`, sql`c.valid`]),
    ...(wish.categoryId
      ? [
          sql`i.category_id in (
      with recursive below as (select id from faq_category where id = ${wish.categoryId} union all select c2.id from faq_category c2 join below on c2.parent_id = below.id)
      select id from below)`,
        ]
      : []),
    ...(wish.ids ? [sql`i.id = any(${wish.ids}::bigint[])`] : []),
    ...(wish.audience ? [sql`i.audience = ${wish.audience}`] : []),
    ...(wish.status === 'waiting' ? [sql`i.valid and i.latest_id is distinct from i.published_id`] : []),
    ...(wish.status === 'withdrawn' ? [sql`not i.valid`] : []),
    ...(wish.status === 'published' ? [sql`i.valid and i.published_id is not null`] : []),
    ...(wish.search !== undefined && wish.search.trim() !== ''
      ? [sql`(${words.length > 0 ? sql`(${hits}) * 2 >= ${words.length}::int` : sql`false`}${numberIs(wish.search)})`]
      : []),
  ]
  const order = {
    title: sql`r.title collate "pl-x-icu", i.id`,
    changed: sql`r.created_at desc, i.id desc`,
    rate: sql`v.rate desc nulls last, v.votes desc, r.title collate "pl-x-icu", i.id`,
  }[wish.sort ?? 'title']
  const { rows } = await sql<ListedItem>`
    select i.id, c.unit_id as "unitId", u.slug as "unitSlug", u.name as "unitName", c.id as "categoryId", c.name as "categoryName", c.name_en as "categoryNameEn",
      i.language, i.audience, i.valid, r.title, left(btrim(r.words), 240) as words, r.created_at as "changedAt",
      i.latest_id is distinct from i.published_id as waiting, i.published_id is not null as published, v.votes, v.rate, i.number
    from faq_item i join faq_category c on c.id = i.category_id join unit u on u.id = c.unit_id
      join lateral (select *, search_plain as words from faq_revision where id = ${text}) r on true
      left join lateral (select count(*)::int as votes, round(avg(rate))::int as rate from faq_vote where item_id = i.id) v on true
    where ${sql.join(conditions, sql` and `)}
    order by ${words.length > 0 ? sql`(${hits}) desc, (${weight}) desc, (i.language = ${wish.language ?? COMPLETE_LANGUAGES[0]}) desc, ` : sql``} ${order}
    limit ${wish.limit} offset ${wish.offset ?? 0}`.execute(db)
  return rows
}

/** An entry is found by its number too, as it is written in old mails: 'FAQ#10001', '10001'. */
function numberIs(typed: string): RawBuilder<unknown> {
  const number = /^\s*(?:FAQ\s?#?\s?)?(\d{1,30})\s*$/i.exec(typed)?.[1]
  return number === undefined ? sql`` : sql` or i.number = ${number}`
}

export interface Item extends ListedItem {
  views: number
  /** Its time has run out: readers find it no more. */
  over: boolean
  validUntil: Date | null
  publishedId: Id | null
  latestId: Id
}

/** An item of a unit; undefined when it is not of this unit, or kept to groups that whoever asks is in none of. */
export async function findItem(db: Kysely<Database>, unitId: Id, id: string, groups: readonly Id[] | null): Promise<Item | undefined> {
  if (!isId(id)) return undefined
  const { rows } = await sql<Item>`
    select i.id, c.unit_id as "unitId", u.slug as "unitSlug", u.name as "unitName", c.id as "categoryId", c.name as "categoryName", c.name_en as "categoryNameEn",
      i.language, i.audience, i.valid, r.title, '' as words, r.created_at as "changedAt", i.latest_id is distinct from i.published_id as waiting,
      i.published_id is not null as published, i.published_id as "publishedId", i.latest_id as "latestId",
      i.number, i.valid_until as "validUntil", not ${IN_TIME} as over, i.views_before + (select count(*)::int from faq_view where item_id = i.id) as views,
      (select count(*)::int from faq_vote where item_id = i.id) as votes, (select round(avg(rate))::int from faq_vote where item_id = i.id) as rate
    from faq_item i join faq_category c on c.id = i.category_id join unit u on u.id = c.unit_id
      join faq_revision r on r.id = coalesce(i.published_id, i.latest_id)
    where i.id = ${id} and c.unit_id = ${unitId}${groups === null ? sql`` : sql` and (i.audience <> 'internal' or ${isOfGroups(groups)})`}`.execute(
    db,
  )
  return rows[0]
}

const revisions = (db: Kysely<Database>) =>
  faq(db)
    .selectFrom('faq_revision as r')
    .leftJoin('person as p', 'p.id', 'r.created_by')
    .leftJoin('person as a', 'a.id', 'r.approved_by')
    .select([
      'r.id',
      'r.title',
      'r.keywords',
      'r.content_type as contentType',
      'r.symptom',
      'r.problem',
      'r.solution',
      'r.field4',
      'r.field5',
      'r.comment',
      'r.created_at as createdAt',
      'p.name as createdBy',
      'r.approved_at as approvedAt',
      'a.name as approvedBy',
    ])

export async function findRevision(db: Kysely<Database>, itemId: Id, id: string): Promise<Revision | undefined> {
  return isId(id) ? revisions(db).where('r.item_id', '=', itemId).where('r.id', '=', id).executeTakeFirst() : undefined
}

/** The newest first. */
export function listRevisions(db: Kysely<Database>, itemId: Id): Promise<Revision[]> {
  return revisions(db).where('r.item_id', '=', itemId).orderBy('r.id', 'desc').limit(200).execute()
}

/** Files of an item; those taken away only for who edits. */
export async function listFiles(db: Kysely<Database>, itemId: Id, withRemoved = false): Promise<FaqFile[]> {
  const rows = await faq(db)
    .selectFrom('faq_file')
    .select(['id', 'blob_id as blobId', 'name', 'content_type as contentType', 'size', 'removed_at as removedAt', 'inline'])
    .where('item_id', '=', itemId)
    .$if(!withRemoved, (query) => query.where('removed_at', 'is', null))
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...row, size: Number(row.size) }))
}

export async function findVote(db: Kysely<Database>, itemId: Id, personId: Id): Promise<number | undefined> {
  return (
    await faq(db).selectFrom('faq_vote').select('rate').where('item_id', '=', itemId).where('person_id', '=', personId).executeTakeFirst()
  )?.rate
}

/** That somebody read an entry, once for each time. `interface`: 'public', or of whoever is logged in 'external' or 'internal' (OTRS's words). */
export async function noteView(db: Kysely<Database>, itemId: Id, reader: { agent: boolean } | undefined, at: Date): Promise<void> {
  const from = reader ? (reader.agent ? 'internal' : 'external') : 'public'
  await faq(db).insertInto('faq_view').values({ item_id: itemId, interface: from, at }).execute()
}

/** Views noted here before a moment become a number; rows that came from elsewhere stay rows, since reports written there count them. */
export async function foldViews(db: Kysely<Database>, before: Date): Promise<void> {
  await sql`with old as (delete from faq_view where id >= 1000000001 and at < ${before} returning item_id)
    update faq_item i set views_before = i.views_before + n.count
    from (select item_id, count(*)::int as count from old group by item_id) n where n.item_id = i.id`.execute(db)
}
