/** Owns answer templates: texts with files that agents put into what they write, offered by queue. */
import { sql, type Kysely } from 'kysely'
import type { Saying } from '../../administration/words.ts'
import { recordChange } from '../../audit/change.ts'
import { keepBlobs, readKept } from '../../audit/kept.ts'
import { pageAt, type CoreSubject } from '../../audit/subject.ts'
import { readWholeBlob, storeBlob } from '../../database/blob.ts'
import type { AnswerTemplateType, Database, Id, StateType } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { demandName, isId } from '../../kernel/input.ts'
import type { Work } from '../../kernel/work.ts'
import { demandAdmin } from '../../permission/policy.ts'
import type { NewAttachment } from '../../ticket/ticket.ts'
import { checkBody } from './answer-parts.ts'

/** OTRS's types: where agents are offered a text. A snippet is offered wherever one of another type is. */
export const TEMPLATE_TYPES = [
  'Answer',
  'Note',
  'Forward',
  'Create',
  'PhoneCall',
  'Snippet',
  'Email',
  'ProcessManagement',
] as const satisfies readonly AnswerTemplateType[]
/** Those that a form of the desk takes: a new template is one of them. Processes are nowhere begun yet. */
export const USED_TYPES = [
  'Answer',
  'Note',
  'Forward',
  'Create',
  'PhoneCall',
  'Email',
  'Snippet',
] as const satisfies readonly AnswerTemplateType[]
export const isTemplateType = (value: string | undefined): value is AnswerTemplateType =>
  (TEMPLATE_TYPES as readonly string[]).includes(value ?? '')
const BODY_LENGTH = 20_000
const FILES = 20
const COMMENT_LENGTH = 250

export interface TemplateFile {
  id: Id
  name: string
  contentType: string
  size: number
  blobId: Id
}
export interface AnswerTemplate {
  id: Id
  name: string
  type: AnswerTemplateType
  body: string
  /** The HTML it came with from elsewhere, as long as its text is unchanged. */
  html: string | null
  /** The state that it proposes for the ticket it is put into. */
  stateId: Id | null
  stateType: StateType | null
  /** For those who administer it. */
  comment: string
  valid: boolean
  files: TemplateFile[]
  queues: { id: Id; name: string }[]
}

export interface TemplateForm {
  name: string
  type: AnswerTemplateType
  body: string
  /** Default: none. */
  stateId?: Id | null
  comment?: string
  valid: boolean
  queueIds: readonly Id[]
  newFiles: readonly NewAttachment[]
  dropFileIds: readonly Id[]
}

function templateQuery(db: Kysely<Database>) {
  return db
    .selectFrom('answer_template as t')
    .select([
      't.id',
      't.name',
      't.type',
      't.body',
      't.html',
      't.state_id as stateId',
      sql<StateType | null>`(select s.type from ticket_state s where s.id = t.state_id and s.valid)`.as('stateType'),
      't.comment',
      't.valid',
      sql<
        TemplateFile[]
      >`coalesce((select json_agg(json_build_object('id', f.id::text, 'name', f.name, 'contentType', f.content_type, 'size', f.size, 'blobId', f.blob_id::text) order by f.id)
      from answer_template_attachment f where f.template_id = t.id), '[]')`.as('files'),
      sql<{ id: Id; name: string }[]>`coalesce((select json_agg(json_build_object('id', q.id::text, 'name', q.name) order by q.name)
      from queue_answer_template u join queue q on q.id = u.queue_id where u.template_id = t.id and q.valid), '[]')`.as('queues'),
    ])
    .orderBy(sql`t.name collate "pl-x-icu"`)
}

export const listTemplates = (db: Kysely<Database>): Promise<AnswerTemplate[]> => templateQuery(db).execute()

export async function findTemplate(db: Kysely<Database>, id: Id): Promise<AnswerTemplate | undefined> {
  return isId(id) ? templateQuery(db).where('t.id', '=', id).executeTakeFirst() : undefined
}

/** What agents are offered in one of the queues for what they write. OTRS behaviour: a template must be given to the queue. */
export async function templatesForQueue(
  db: Kysely<Database>,
  queueIds: Id | readonly Id[],
  types: AnswerTemplateType | readonly AnswerTemplateType[],
): Promise<AnswerTemplate[]> {
  return templateQuery(db)
    .where('t.valid', '=', true)
    .where('t.type', 'in', [types, 'Snippet' as const].flat())
    .where(
      sql<boolean>`exists (select from queue_answer_template u where u.template_id = t.id and u.queue_id = any(${[queueIds].flat()}::bigint[]))`,
    )
    .execute()
}

/** Makes a template. Errors: `part.name-taken`, `required`, `too-long`, `text.unknown-tag`, `article.too-many-files`, `choice-gone`. */
export async function createTemplate(work: Work, form: TemplateForm): Promise<Id> {
  demandAdmin(work.actor)
  const { html: _html, ...values } = await checked(work, form, null)
  const { id } = await work.db.insertInto('answer_template').values(values).returning('id').executeTakeFirstOrThrow()
  await writeRest(work, id, form)
  recordChange(work, templateSubject, id, null, audited((await findTemplate(work.db, id))!))
  return id
}

export async function editTemplate(work: Work, id: Id, form: TemplateForm): Promise<void> {
  demandAdmin(work.actor)
  const before = await findTemplate(work.db, id)
  if (!before) throw refused('not-found')
  await work.db
    .updateTable('answer_template')
    .set(await checked(work, form, id))
    .where('id', '=', id)
    .execute()
  await writeRest(work, id, form)
  const after = (await findTemplate(work.db, id))!
  keepBlobs(
    work,
    before.files.filter((file) => !after.files.some((one) => one.id === file.id)).map((file) => file.blobId),
  )
  recordChange(work, templateSubject, id, audited(before), audited(after))
}

interface AuditedFile {
  name: string
  contentType: string
  blobId: Id
}
interface AuditedTemplate {
  name: string
  type: AnswerTemplateType
  body: string
  state: Id | null
  comment: string
  valid: boolean
  files: AuditedFile[]
  queues: Id[]
}

const audited = ({ name, type, body, stateId, comment, valid, files, queues }: AnswerTemplate): AuditedTemplate => ({
  name,
  type,
  body,
  state: stateId,
  comment,
  valid,
  files: byBlob(files.map((file) => ({ name: file.name, contentType: file.contentType, blobId: file.blobId }))),
  queues: queues.map((queue) => queue.id).toSorted(),
})
/** Neither has an order that anybody gave it. */
const byBlob = (files: readonly AuditedFile[]): AuditedFile[] =>
  files.toSorted((a, b) => Number(a.blobId) - Number(b.blobId) || (a.name < b.name ? -1 : 1))

export const templateSubject: CoreSubject<
  AuditedTemplate,
  Required<Omit<TemplateForm, 'newFiles' | 'dropFileIds'>> & { files: AuditedFile[] }
> = {
  type: 'answer template',
  right: 'installation',
  lies: null,
  words: 'subject.answer-template',
  named: 'answer template',
  seen: pageAt('/admin/answers'),
  fields: {
    name: { words: 'field.name' },
    type: { words: 'field.kind', as: { choice: 'template-type.' } },
    body: { words: 'field.body' },
    state: { words: 'field.state', as: 'ticket state' },
    comment: { words: 'field.comment' },
    valid: { words: 'field.valid', as: 'yes-no' },
    files: { words: 'field.files', as: { say: sayFiles } },
    queues: { words: 'field.queues', as: 'queue' },
  },
  way: {
    async read(db, id) {
      const template = await findTemplate(db, id)
      return template && audited(template)
    },
    // Earlier versions wrote names: of files that are still there, and of queues.
    async today(db, id, values) {
      const { files: oldFiles, queues: oldQueues, ...rest } = values as { files?: unknown[]; queues?: unknown[] }
      const there = oldFiles || oldQueues ? await findTemplate(db, id) : undefined
      const files = oldFiles?.map((file) =>
        typeof file === 'string' ? there && audited(there).files.find((one) => one.name === file) : file,
      )
      const names = oldQueues?.filter((queue) => typeof queue === 'string' && !isId(queue)) as string[] | undefined
      const rows = names && names.length > 0 ? await db.selectFrom('queue').select(['id', 'name']).where('name', 'in', names).execute() : []
      const queues = oldQueues?.map((queue) => (isId(queue as string) ? queue : rows.find((row) => row.name === queue)?.id))
      if (files?.includes(undefined) || queues?.includes(undefined)) return undefined
      return { ...rest, ...(files ? { files: byBlob(files as AuditedFile[]) } : {}), ...(queues ? { queues: queues.toSorted() } : {}) }
    },
    form: ({ name, type, body, state, comment, valid, files, queues }) => ({
      name,
      type,
      body,
      stateId: state,
      comment,
      valid,
      files,
      queueIds: queues,
    }),
    async put(work, id, { files, ...form }) {
      const there = (await findTemplate(work.db, id))?.files ?? []
      const stays = there.filter((file) => files.some((one) => one.blobId === file.blobId && one.name === file.name))
      const newFiles = await Promise.all(
        files
          .filter((file) => !stays.some((one) => one.blobId === file.blobId && one.name === file.name))
          .map(async (file) => {
            const content = await readKept(work.db, file.blobId)
            if (!content) throw refused('audit.no-way-back')
            return { name: file.name, contentType: file.contentType, content }
          }),
      )
      await editTemplate(work, id, { ...form, newFiles, dropFileIds: there.filter((file) => !stays.includes(file)).map((file) => file.id) })
    },
  },
}

function sayFiles(value: unknown, { t }: Saying): string {
  const files = (value ?? []) as (string | { name: string })[]
  return files.length === 0 ? t('value.none') : files.map((file) => (typeof file === 'string' ? file : file.name)).join(', ')
}

async function checked(work: Work, form: TemplateForm, id: Id | null) {
  const name = demandName(form.name, 'name')
  const same = await work.db.selectFrom('answer_template').select('id').where(sql`lower(name)`, '=', name.toLowerCase()).executeTakeFirst()
  if (same && same.id !== id) throw refused('part.name-taken', {}, 'name')
  const stateId = form.stateId ?? null
  if (stateId !== null && !(await work.db.selectFrom('ticket_state').select('id').where('id', '=', stateId).executeTakeFirst()))
    throw refused('choice-gone', {}, 'state')
  const comment = (form.comment ?? '').trim()
  if (comment.length > COMMENT_LENGTH) throw refused('too-long', { limit: COMMENT_LENGTH }, 'comment')
  const body = checkBody(form.body, BODY_LENGTH)
  return {
    name,
    type: form.type,
    body,
    // What it was as HTML says no more what its text says now.
    html: sql<string | null>`case when body is not distinct from ${body} then html end`,
    state_id: stateId,
    comment,
    valid: form.valid,
  }
}

async function writeRest(work: Work, id: Id, { queueIds, newFiles, dropFileIds }: TemplateForm): Promise<void> {
  const { db } = work
  const drop = dropFileIds.filter(isId)
  if (drop.length > 0) await db.deleteFrom('answer_template_attachment').where('template_id', '=', id).where('id', 'in', drop).execute()
  for (const file of newFiles) {
    const blob = await storeBlob(db, file.content, work.now)
    await db
      .insertInto('answer_template_attachment')
      .values({ template_id: id, blob_id: blob.id, name: file.name, content_type: file.contentType, size: file.content.length })
      .execute()
  }
  const { count } = await db
    .selectFrom('answer_template_attachment')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('template_id', '=', id)
    .executeTakeFirstOrThrow()
  if (Number(count) > FILES) throw refused('article.too-many-files', { limit: FILES }, 'files')
  const wanted = [...new Set(queueIds.filter(isId))]
  const known = wanted.length === 0 ? [] : await db.selectFrom('queue').select('id').where('id', 'in', wanted).execute()
  if (known.length < wanted.length) throw refused('choice-gone', {}, 'queues')
  await db.deleteFrom('queue_answer_template').where('template_id', '=', id).execute()
  if (wanted.length > 0)
    await db
      .insertInto('queue_answer_template')
      .values(wanted.map((queue_id) => ({ queue_id, template_id: id })))
      .execute()
}

/** Files of templates that are offered in a queue, by their ids, ready to be attached; an id that is not offered there is left out. */
export async function templateFiles(db: Kysely<Database>, queueId: Id, fileIds: readonly Id[]): Promise<NewAttachment[]> {
  const ids = fileIds.filter(isId)
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('answer_template_attachment as f')
    .innerJoin('queue_answer_template as u', 'u.template_id', 'f.template_id')
    .innerJoin('answer_template as t', 't.id', 'f.template_id')
    .select(['f.name', 'f.content_type', 'f.blob_id'])
    .where('u.queue_id', '=', queueId)
    .where('t.valid', '=', true)
    .where('f.id', 'in', ids)
    .orderBy('f.id')
    .execute()
  return Promise.all(
    rows.map(async (row) => ({ name: row.name, contentType: row.content_type, content: await readWholeBlob(db, row.blob_id) })),
  )
}
