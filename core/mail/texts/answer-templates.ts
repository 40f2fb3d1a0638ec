/** Owns answer templates: texts with files that agents put into what they write, offered by queue. */
import { sql, type Kysely } from 'kysely'
import type { Saying } from '../../administration/words.ts'
import { recordChange } from '../../audit/change.ts'
import { keepBlobs, readKept } from '../../audit/kept.ts'
import { pageAt, type CoreSubject } from '../../audit/subject.ts'
import { readWholeBlob, storeBlob } from '../../database/blob.ts'
import type { AnswerTemplateType, Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { demandName, isId } from '../../kernel/input.ts'
import type { Work } from '../../kernel/work.ts'
import { demandAdmin } from '../../permission/policy.ts'
import type { NewAttachment } from '../../ticket/ticket.ts'
import { checkBody } from './answer-parts.ts'

/** OTRS's types that agents use here: an answer, a note, forwarding, a mail of one's own. */
export const TEMPLATE_TYPES = ['Answer', 'Note', 'Forward', 'Email'] as const satisfies readonly AnswerTemplateType[]
/** Those that a form of the desk takes: a new template is one of them. A mail of one's own is nowhere begun yet. */
export const USED_TYPES = ['Answer', 'Note', 'Forward'] as const satisfies readonly AnswerTemplateType[]
export const isTemplateType = (value: string | undefined): value is AnswerTemplateType =>
  (TEMPLATE_TYPES as readonly string[]).includes(value ?? '')
const BODY_LENGTH = 20_000
const FILES = 20

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
  valid: boolean
  files: TemplateFile[]
  queues: { id: Id; name: string }[]
}

export interface TemplateForm {
  name: string
  type: AnswerTemplateType
  body: string
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

/** What agents are offered in a queue for what they write. OTRS behaviour: a template must be given to the queue. */
export async function templatesForQueue(db: Kysely<Database>, queueId: Id, type: AnswerTemplateType): Promise<AnswerTemplate[]> {
  return templateQuery(db)
    .where('t.valid', '=', true)
    .where('t.type', '=', type)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('queue_answer_template as u')
          .select('u.queue_id')
          .whereRef('u.template_id', '=', 't.id')
          .where('u.queue_id', '=', queueId),
      ),
    )
    .execute()
}

/** Makes a template. Errors: `part.name-taken`, `required`, `too-long`, `text.unknown-tag`, `article.too-many-files`, `choice-gone`. */
export async function createTemplate(work: Work, form: TemplateForm): Promise<Id> {
  demandAdmin(work.actor)
  const values = await checked(work, form, null)
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
  valid: boolean
  files: AuditedFile[]
  queues: Id[]
}

const audited = ({ name, type, body, valid, files, queues }: AnswerTemplate): AuditedTemplate => ({
  name,
  type,
  body,
  valid,
  files: byBlob(files.map((file) => ({ name: file.name, contentType: file.contentType, blobId: file.blobId }))),
  queues: queues.map((queue) => queue.id).toSorted(),
})
/** Neither has an order that anybody gave it. */
const byBlob = (files: readonly AuditedFile[]): AuditedFile[] =>
  files.toSorted((a, b) => Number(a.blobId) - Number(b.blobId) || (a.name < b.name ? -1 : 1))

export const templateSubject: CoreSubject<AuditedTemplate, Omit<TemplateForm, 'newFiles' | 'dropFileIds'> & { files: AuditedFile[] }> = {
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
    form: ({ name, type, body, valid, files, queues }) => ({ name, type, body, valid, files, queueIds: queues }),
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
  return { name, type: form.type, body: checkBody(form.body, BODY_LENGTH), valid: form.valid }
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
