/** Owns templates with their files, and automatic answers. */
import { ROOT_UNIT, storeBlob, type Id } from '../../../core/index.ts'
import { plainOfHtml } from './html.ts'
import { keep } from './kept.ts'
import { bringNamed, validId, type Master } from './master.ts'
import { int, isHtml, name, str, validity } from './read.ts'

const TEMPLATES = ['Answer', 'Create', 'Email', 'Forward', 'Note', 'PhoneCall', 'ProcessManagement', 'Snippet'] as const

export async function takeTemplates(m: Master): Promise<void> {
  const rows = await m.all('standard_template', 'id')
  const ids = await bringNamed(m, {
    mapped: 'template',
    table: 'answer_template',
    from: 'standard_template',
    rows: rows.map((row) => {
      const said = name(row['template_type'])
      const type = TEMPLATES.find((one) => one === said)
      if (type === undefined) m.tell('unknown-template-type', 'standard_template', str(row['id']), { type: said })
      const text = str(row['text'])
      const html = isHtml(row['content_type'])
      return {
        id: int(row['id']) ?? 0,
        name: name(row['name']),
        validId: validId(row),
        values: (is: string) => ({
          name: is,
          type: type ?? 'Answer',
          body: html ? plainOfHtml(text) : text,
          html: html ? text : null,
          state_id: m.ids.of('state', int(row['preselected_ticket_state_id'])) ?? null,
          comment: str(row['comments']),
          ...validity(row),
        }),
      }
    }),
  })
  await m.bring({
    kind: 'queue_answer_template',
    table: 'queue_answer_template',
    from: 'queue_standard_template',
    meets: 'leave',
    gone: 'remove',
    rows: (await m.all('queue_standard_template', 'queue_id', 'standard_template_id')).flatMap((row) => {
      const [queue_id, template_id] = [m.ids.of('queue', int(row['queue_id'])), ids.get(str(row['standard_template_id']))]
      return queue_id && template_id
        ? [{ source: `${str(row['queue_id'])} ${str(row['standard_template_id'])}`, key: { queue_id, template_id }, values: {} }]
        : []
    }),
  })
  await takeFiles(m, ids)
}

/** A file of OTRS belongs to any number of templates; here each template has its own row of the same bytes. */
async function takeFiles(m: Master, templates: ReadonlyMap<string, Id>): Promise<void> {
  const used = await m.all('standard_template_attachment', 'standard_attachment_id', 'standard_template_id')
  const blobs = new Map<string, { blob_id: Id; size: number; name: string; content_type: string }>()
  if (used.length > 0) {
    for await (const row of m.source.rows('standard_attachment', { order: ['id'] })) {
      const content = row['content']
      const { id, size } = await storeBlob(m.db, Buffer.isBuffer(content) ? content : Buffer.from(str(content)), m.work.now)
      blobs.set(str(row['id']), {
        blob_id: id,
        size: Number(size),
        name: name(row['filename']) || name(row['name']) || 'file',
        content_type: str(row['content_type']).trim() || 'application/octet-stream',
      })
    }
  }
  await m.bring({
    kind: 'answer_template_attachment',
    table: 'answer_template_attachment',
    from: 'standard_template_attachment',
    gone: 'remove',
    rows: used.flatMap((row) => {
      const [template_id, file] = [templates.get(str(row['standard_template_id'])), blobs.get(str(row['standard_attachment_id']))]
      return template_id && file
        ? [{ source: `${str(row['standard_template_id'])} ${str(row['standard_attachment_id'])}`, values: { template_id, ...file } }]
        : []
    }),
  })
}

const ANSWERS = ['auto reply', 'auto reject', 'auto follow up', 'auto reply/new ticket', 'auto remove'] as const

/** A text of OTRS has no language of its own: it is of the installation's first, which readers of others get where there is none in theirs. */
export async function takeAutoResponses(m: Master): Promise<void> {
  const types = new Map((await m.all('auto_response_type', 'id')).map((row) => [int(row['id']), name(row['name'])]))
  const rows = (await m.all('auto_response', 'id')).filter((row) => {
    const known = ANSWERS.some((type) => type === types.get(int(row['type_id'])))
    if (!known) m.tell('unknown-answer-type', 'auto_response', str(row['id']), { type: types.get(int(row['type_id'])) ?? '' })
    return known
  })
  const ids = await bringNamed(m, {
    mapped: 'auto_response',
    table: 'auto_response',
    from: 'auto_response',
    keepIds: false,
    rows: rows.map((row) => ({
      id: int(row['id']) ?? 0,
      name: name(row['name']),
      validId: validId(row),
      values: (is) => ({ name: is, type: types.get(int(row['type_id'])), standard: false, valid: validity(row).valid, unit_id: ROOT_UNIT }),
    })),
  })
  const language = m.work.config.languages[0]!
  await m.bring({
    kind: 'auto_response_text',
    table: 'auto_response_text',
    from: 'auto_response',
    gone: 'leave',
    rows: rows.flatMap((row) => {
      const auto_response_id = ids.get(str(row['id']))
      const body = isHtml(row['content_type']) ? plainOfHtml(str(row['text0'])) : str(row['text0'])
      return auto_response_id
        ? [{ source: str(row['id']), key: { auto_response_id, language }, values: { subject: name(row['text1']), body } }]
        : []
    }),
  })
  for (const row of rows) {
    if (!isHtml(row['content_type'])) continue
    m.tell('html-as-text', 'auto_response', str(row['id']), { name: name(row['name']) })
    keep(m, 'auto_response', str(row['id']), name(row['name']), row, str(row['text0']))
  }

  const chosen = new Map(
    (await m.all('queue_auto_response', 'queue_id', 'auto_response_id')).flatMap((row) => {
      const answer = rows.find((one) => str(one['id']) === str(row['auto_response_id']))
      return answer
        ? [[`${str(row['queue_id'])} ${types.get(int(answer['type_id']))}`, ids.get(str(row['auto_response_id'])) ?? null] as const]
        : []
    }),
  )
  // OTRS goes queue by queue and has no standard: a queue that names none answers nothing. Nor does it write when a ticket is closed.
  const queues = await m.all('queue', 'id')
  await m.bring({
    kind: 'queue_auto_response',
    table: 'queue_auto_response',
    from: 'queue_auto_response',
    gone: 'leave',
    rows: queues.flatMap((row) => {
      const queue_id = m.ids.of('queue', int(row['id']))
      if (queue_id === undefined) return []
      return [...ANSWERS, 'closed'].map((type) => ({
        source: `${str(row['id'])} ${type}`,
        key: { queue_id, type },
        values: { auto_response_id: chosen.get(`${str(row['id'])} ${type}`) ?? null },
      }))
    }),
  })
}
