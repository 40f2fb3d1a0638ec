/** Owns drafts: what a person typed into a form, kept by the page it was typed on until it is sent – and that nothing is sent twice. */
import { sql, type Kysely } from 'kysely'
import { storable } from '../../database/storable.ts'
import type { Database, Id } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import { refused } from '../../errors.ts'
import { forgetFiles, type DraftFile } from './draft-files.ts'

export interface Draft {
  /** The page that writes it. */
  page: string
  /** Never the same twice. */
  version: string
  fields: Record<string, string>
  files: DraftFile[]
  updatedAt: Date
}

/**
 * Which page writes. Each page that shows a form has an id of its own and writes into a row of its own, so that two tabs never write over
 * each other. `base` is the draft it began with, as it was then: the page takes its place, unless another has gone on with it meanwhile.
 */
export interface Leaf {
  page?: string
  base?: { page: string; version: string } | undefined
}

const FORM = /^[a-z]+(\/[a-z0-9-]+)*$/
const MOST_CHARACTERS = 200_000
/** Of one form, of one person: the oldest goes. */
const MOST_DRAFTS = 20
/** What is sent a second time within this many hours, to the letter, is asked about. */
const TWIN_HOURS = 24
/** What was sent is remembered so long: a page that old is no more gone back to. */
const SENT_DAYS = 7

export const isDraftForm = (form: string): boolean => form.length <= 200 && FORM.test(form)

/** The drafts of these forms ('ticket/123/reply'), by form, the newest first. */
export async function findDrafts(db: Kysely<Database>, personId: Id, forms: readonly string[]): Promise<Record<string, Draft[]>> {
  const rows = await db
    .selectFrom('draft')
    .select(['form', 'page', 'version', 'fields', 'updated_at'])
    .select(
      sql<DraftFile[] | null>`(
        select json_agg(json_build_object('id', f.id::text, 'name', f.name, 'contentType', f.content_type, 'size', f.size) order by f.id)
        from draft_file f where f.person_id = draft.person_id and f.id = any(draft.files))`.as('kept'),
    )
    .where('person_id', '=', personId)
    .where('form', 'in', forms)
    .where('act_id', 'is', null)
    .orderBy('updated_at', 'desc')
    .orderBy('version', 'desc')
    .execute()
  return Object.fromEntries(
    forms.map((form) => [
      form,
      rows
        .filter((row) => row.form === form)
        .map(({ page, version, fields, kept, updated_at }) => ({ page, version, fields, files: kept ?? [], updatedAt: updated_at })),
    ]),
  )
}

/** The newest draft of a form, if there is one. */
export async function findDraft(db: Kysely<Database>, personId: Id, form: string): Promise<Draft | undefined> {
  return (await findDrafts(db, personId, [form]))[form]![0]
}

/**
 * Keeps what was typed on a page; with every field empty and no file there is no draft. Returns whether one is kept. What comes late, after
 * the page's words were sent, changes nothing. Error: `too-large`.
 */
export async function saveDraft(
  work: Work,
  form: string,
  fields: Readonly<Record<string, string>>,
  leaf: Leaf & { files?: readonly Id[] } = {},
): Promise<boolean> {
  const personId = demandWriter(work, form)
  const typed = typedOf(fields)
  const { page = '', base, files = [] } = leaf
  if (Object.keys(typed).length === 0 && files.length === 0) {
    await dropDraft(work, form, leaf)
    return false
  }
  const { rows } = await sql<{ fresh: boolean }>`
    with begun as (${withoutBase(personId, form, page, base)})
    insert into draft (person_id, form, page, fields, files, ticket_id, updated_at)
    values (${personId}, ${form}, ${page}, ${JSON.stringify(typed)}::jsonb, ${files}::bigint[], ${ticketOf(form)}, ${work.now})
    on conflict (person_id, form, page) do update
      set fields = excluded.fields, files = excluded.files, updated_at = excluded.updated_at, version = nextval('draft_version')
      where draft.act_id is null
    returning (xmax = 0) as fresh`.execute(work.db)
  if (rows[0]?.fresh) await dropOldest(work, personId, form)
  return rows.length > 0
}

/** Forgets the draft of a page, and what it began with as far as nobody else went on with that: it was thrown away. */
export async function dropDraft(work: Work, form: string, { page = '', base }: Leaf = {}): Promise<void> {
  if (work.actor.kind !== 'person') return
  const { rows } = await sql<{ files: Id[] }>`
    with begun as (${withoutBase(work.actor.id, form, page, base)})
    delete from draft where person_id = ${work.actor.id} and form = ${form} and page = ${page} and act_id is null
    returning files`.execute(work.db)
  await forgetFiles(work, work.actor.id, rows[0]?.files ?? [])
}

/**
 * To be asked before what was typed is sent, in the same transaction: a page's words leave once, however often it is sent – by Back, by a
 * reload, by two presses at once – and the same words from another page only if `again` says that this is meant. The draft goes with
 * it. Error: `form.sent` at 'again' with `when`, an ISO moment, and `ticket`, what it was about or what was made of it.
 */
export async function sendOnce(
  work: Work,
  form: string,
  fields: Readonly<Record<string, string>>,
  { page = '', base, files = [], again = false }: Leaf & { files?: readonly Id[]; again?: boolean } = {},
): Promise<void> {
  const personId = demandWriter(work, form)
  const typed = JSON.stringify(typedOf(fields))
  const since = new Date(work.now.getTime() - TWIN_HOURS * 3600_000)
  const { rows } = await sql`
    with begun as (${withoutBase(personId, form, page, base)}),
    twin as (
      select from draft where person_id = ${personId} and form = ${form} and act_id is not null and fields = ${typed}::jsonb
        and fields <> '{}' and updated_at > ${since} and page <> ${page})
    insert into draft (person_id, form, page, fields, ticket_id, updated_at, act_id)
    select ${personId}, ${form}, ${page}, ${typed}::jsonb, ${ticketOf(form)}::bigint, ${work.now}, ${work.act}::uuid
    where ${again} or not exists (select from twin)
    on conflict (person_id, form, page) do update
      set fields = excluded.fields, files = '{}', updated_at = excluded.updated_at, act_id = excluded.act_id where draft.act_id is null
    returning page`.execute(work.db)
  if (rows.length === 0) throw await sentBefore(work, { personId, form, page, typed })
  await forgetFiles(work, personId, files)
}

/** What was sent from a form became this ticket: whoever goes back to the form is led there. */
export async function sentBecame(work: Work, ticketId: Id): Promise<void> {
  await work.db.updateTable('draft').set({ ticket_id: ticketId }).where('act_id', '=', work.act).execute()
}

/**
 * An act was taken back: what was typed for it is a draft again, as it was typed, with the files that `filesOf` gives for its form. Returns the
 * form; undefined where nothing was typed.
 */
export async function draftAgain(work: Work, act: string, filesOf: (form: string) => Promise<readonly Id[]>): Promise<string | undefined> {
  if (work.actor.kind !== 'person') return undefined
  const sent = await work.db
    .selectFrom('draft')
    .select('form')
    .where('act_id', '=', act)
    .where('person_id', '=', work.actor.id)
    .executeTakeFirst()
  if (!sent) return undefined
  const files = await filesOf(sent.form)
  await sql`update draft set act_id = null, updated_at = ${work.now}, version = nextval('draft_version'), files = ${files}::bigint[]
    where act_id = ${act} and person_id = ${work.actor.id}`.execute(work.db)
  return sent.form
}

/** Was what stands on this page sent already? */
export async function wasSent(db: Kysely<Database>, personId: Id, form: string, page: string): Promise<boolean> {
  const row = await db
    .selectFrom('draft')
    .select('act_id')
    .where('person_id', '=', personId)
    .where('form', '=', form)
    .where('page', '=', page)
    .where('act_id', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

/** Drafts that nobody went on with since then, what was sent long ago, and files that no draft holds any more. */
export async function forgetDrafts(work: Work, untouchedSince: Date): Promise<void> {
  const ago = (days: number) => new Date(work.now.getTime() - days * 24 * 3600_000)
  await sql`delete from draft where updated_at < ${untouchedSince} or (act_id is not null and updated_at < ${ago(SENT_DAYS)})`.execute(
    work.db,
  )
  await sql`delete from draft_file f where created_at < ${ago(1)}
    and not exists (select from draft d where d.person_id = f.person_id and f.id = any(d.files))`.execute(work.db)
}

function demandWriter(work: Work, form: string): Id {
  if (work.actor.kind !== 'person' || !isDraftForm(form)) throw refused('not-allowed')
  return work.actor.id
}

function typedOf(fields: Readonly<Record<string, string>>): Record<string, string> {
  const typed = Object.entries(fields)
    .filter(([, value]) => value.trim() !== '')
    .map(([name, value]) => [name, storable(value)] as const)
  if (typed.reduce((sum, [, value]) => sum + value.length, 0) > MOST_CHARACTERS) throw refused('too-large', { limit: MOST_CHARACTERS })
  return Object.fromEntries(typed)
}

const withoutBase = (personId: Id, form: string, page: string, base: Leaf['base']) => sql`
  delete from draft where person_id = ${personId} and form = ${form} and page = ${base?.page ?? ''} and version = ${base?.version ?? '0'}
    and page <> ${page} and act_id is null`

const ticketOf = (form: string): Id | null => /^ticket\/(\d{1,18})\//.exec(form)?.[1] ?? null

async function dropOldest(work: Work, personId: Id, form: string): Promise<void> {
  await sql`delete from draft where person_id = ${personId} and form = ${form} and act_id is null and page in (
    select page from draft where person_id = ${personId} and form = ${form} and act_id is null order by updated_at desc, version desc offset ${MOST_DRAFTS})`.execute(
    work.db,
  )
}

/** What was sent from this very page, else the same words. */
async function sentBefore(work: Work, { personId, form, page, typed }: { personId: Id; form: string; page: string; typed: string }) {
  const last = await work.db
    .selectFrom('draft')
    .select(['updated_at', 'ticket_id'])
    .where('person_id', '=', personId)
    .where('form', '=', form)
    .where('act_id', 'is not', null)
    .orderBy(sql`page = ${page}`, 'desc')
    .orderBy(sql`fields = ${typed}::jsonb`, 'desc')
    .orderBy('updated_at', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  return refused('form.sent', { when: last.updated_at.toISOString(), ticket: last.ticket_id ?? '' }, 'again')
}
