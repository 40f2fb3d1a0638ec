/** Owns how tickets and what is theirs are compared: each of the source's tables as lines of both sides. */
import { MOST_HELD } from '../source/long.ts'
import type { Row } from '../source/source.ts'
import { bytesIn, bytesOfLong, hashOf } from './bytes.ts'
import type { Line, Part, Some } from './compare.ts'
import { among, epoch, moment, text, textOrNull, type Sides } from './known.ts'
import * as here from './here.store.ts'

const FINISHED = new Set(['closed', 'merged', 'removed'])
const year = (at: string | null): string => at?.slice(0, 4) ?? '–'

export function ticketParts(sides: Sides): Part[] {
  const { source, db } = sides
  const part = (
    name: string,
    ours: readonly string[],
    theirs: (some: Some) => AsyncIterable<Line>,
    read: (some: Some) => AsyncIterable<Line>,
    tables: readonly string[] = [name],
  ): Part => ({ name, tables, ours, byTicket: true, theirs, here: read })
  const types = typesOfStates(sides)
  const articlesOf = async (some: Some): Promise<number[]> => {
    const ids: number[] = []
    for await (const row of among(source, 'article', 'ticket_id', some)) ids.push(Number(row['id']))
    return ids
  }
  async function* ofArticles(table: string, some: Some): AsyncGenerator<Row> {
    yield* among(source, table, 'article_id', await articlesOf(some), { atMost: MOST_HELD })
  }

  return [
    part(
      'ticket',
      ['ticket'],
      async function* (some) {
        const typeOf = await types
        for await (const row of among(source, 'ticket', 'id', some)) {
          const stateType = typeOf(row['ticket_state_id'])
          const lock = sides.word('ticket_lock_type', row['ticket_lock_id']) ?? 'unlock'
          const due = (column: string) => (FINISHED.has(stateType) ? null : epoch(row[column]))
          const customer = sides.customer(row['customer_user_id'])
          const created = moment(source, row['create_time'])
          yield {
            key: text(row['id']),
            values: {
              number: text(row['tn']),
              title: text(row['title']),
              queue: sides.ours('queue', row['queue_id']),
              state: sides.ours('state', row['ticket_state_id']),
              priority: sides.ours('priority', row['ticket_priority_id']),
              type: sides.ours('type', row['type_id']) ?? '1',
              service: sides.ours('service', row['service_id']),
              sla: sides.ours('sla', row['sla_id']),
              lock,
              owner: sides.agent(row['user_id']),
              responsible: sides.agent(row['responsible_user_id']),
              customer,
              'customer login': customer === null ? textOrNull(row['customer_user_id']) : null,
              company: textOrNull(row['customer_id']),
              archived: String(Number(row['archive_flag'] ?? 0) === 1),
              created,
              'created by': sides.agent(row['create_by']),
              changed: moment(source, row['change_time']) ?? created,
              pending: stateType.startsWith('pending') ? epoch(row['until_time']) : null,
              'response due': due('escalation_response_time'),
              'update due': due('escalation_update_time'),
              'solution due': due('escalation_solution_time'),
            },
            groups: {
              state: sides.called('state', sides.ours('state', row['ticket_state_id'])),
              queue: sides.called('queue', sides.ours('queue', row['queue_id'])),
              year: year(created),
            },
          }
        }
      },
      (some) => here.tickets(db, some, sides),
    ),
    part(
      'ticket_history',
      ['history'],
      async function* (some) {
        for await (const row of among(source, 'ticket_history', 'ticket_id', some))
          yield {
            key: text(row['id']),
            values: {
              ticket: text(row['ticket_id']),
              article: numberOrNull(row['article_id']),
              type: sides.word('ticket_history_type', row['history_type_id']),
              name: text(row['name']),
              by: sides.agent(row['create_by']),
              at: moment(source, row['create_time']),
              queue: sides.ours('queue', row['queue_id']),
              owner: sides.agent(row['owner_id']),
              priority: sides.ours('priority', row['priority_id']),
              state: sides.ours('state', row['state_id']),
              'ticket type': sides.ours('type', row['type_id']),
            },
          }
      },
      (some) => here.history(db, some),
    ),
    part(
      'article',
      ['article'],
      async function* (some) {
        for await (const row of among(source, 'article', 'ticket_id', some)) {
          const at = moment(source, row['create_time'])
          yield {
            key: text(row['id']),
            values: {
              ticket: text(row['ticket_id']),
              channel: sides.word('communication_channel', row['communication_channel_id'])?.toLowerCase() ?? null,
              sender: sides.word('article_sender_type', row['article_sender_type_id']),
              visible: String(Number(row['is_visible_for_customer'] ?? 0) === 1),
              at,
            },
            groups: { year: year(at) },
          }
        }
      },
      (some) => here.articles(db, some),
    ),
    part(
      'article_data_mime',
      ['article'],
      async function* (some) {
        for await (const row of ofArticles('article_data_mime', some))
          yield {
            key: text(row['article_id']),
            values: {
              from: text(row['a_from']),
              to: text(row['a_to']),
              cc: text(row['a_cc']),
              bcc: text(row['a_bcc']),
              'reply to': text(row['a_reply_to']),
              subject: text(row['a_subject']),
              body: text(row['a_body']),
              'message id': text(row['a_message_id']) || null,
              'in reply to': text(row['a_in_reply_to']),
              references: text(row['a_references']),
              'content type': text(row['a_content_type']),
              incoming: epoch(row['incoming_time']),
            },
          }
      },
      (some) => here.texts(db, some),
    ),
    part(
      'article_data_mime_plain',
      ['article_raw', 'blob', 'blob_chunk'],
      async function* (some) {
        const found = new Set<number>()
        for await (const row of ofArticles('article_data_mime_plain', some)) {
          found.add(Number(row['article_id']))
          yield { key: text(row['article_id']), values: await bytesIn(row, 'body') }
        }
        for await (const { id, path } of inFiles(sides, some)) {
          const raw = found.has(id) ? undefined : await source.files!.raw(path, id)
          if (raw) yield { key: String(id), values: await bytesOfLong(raw) }
        }
      },
      (some) => here.raws(db, some, hashOf),
    ),
    part(
      'article_data_mime_attachment',
      ['article_attachment', 'blob', 'blob_chunk'],
      async function* (some) {
        for await (const row of ofArticles('article_data_mime_attachment', some))
          yield { key: text(row['id']), values: partValues(text(row['article_id']), row, await bytesIn(row, 'content')) }
        for await (const { id, path } of inFiles(sides, some))
          for (const file of await source.files!.parts(path, id))
            yield {
              key: `${id}/${file.name}`,
              values: partValues(
                String(id),
                { filename: file.name, content_type: file.contentType, content_id: file.contentId },
                await bytesOfLong(file),
              ),
            }
      },
      (some) => here.attachments(db, some, hashOf),
    ),
    part(
      'article_data_mime_send_error',
      ['article_send_error'],
      async function* (some) {
        for await (const row of ofArticles('article_data_mime_send_error', some)) {
          const values = {
            text: text(row['log_message']),
            'message id': textOrNull(row['message_id']),
            at: moment(source, row['create_time']),
          }
          yield { key: text(row['article_id']), values }
        }
      },
      (some) => here.sendErrors(db, some),
    ),
    part(
      'article_flag',
      ['article_flag'],
      async function* (some) {
        for await (const row of ofArticles('article_flag', some)) {
          const person = sides.agent(row['create_by'])
          if (row['article_key'] !== 'Seen')
            yield {
              key: `${text(row['article_id'])}:${text(row['article_key'])}:${text(row['create_by'])}`,
              values: { person, value: text(row['article_value']) },
            }
        }
      },
      (some) => here.flags(db, some),
    ),
    part(
      'ticket_watcher',
      ['ticket_watcher'],
      async function* (some) {
        for await (const row of among(source, 'ticket_watcher', 'ticket_id', some))
          yield {
            key: `${text(row['ticket_id'])}:${text(row['user_id'])}`,
            values: { person: sides.agent(row['user_id']), since: moment(source, row['create_time']), by: sides.agent(row['create_by']) },
          }
      },
      (some) => here.watchers(db, some),
    ),
    part(
      'time_accounting',
      ['time_spent'],
      async function* (some) {
        for await (const row of among(source, 'time_accounting', 'ticket_id', some))
          yield {
            key: text(row['id']),
            values: {
              ticket: text(row['ticket_id']),
              article: numberOrNull(row['article_id']),
              units: Number(text(row['time_unit']) || '0').toFixed(2),
              person: sides.agent(row['create_by']),
              at: moment(source, row['create_time']),
            },
          }
      },
      (some) => here.time(db, some),
    ),
    part(
      'dynamic_field_value',
      ['field_value'],
      async function* (some) {
        yield* fieldLines(sides, 'Ticket', some)
        yield* fieldLines(sides, 'Article', await articlesOf(some))
      },
      (some) => here.fieldValues(db, some),
    ),
  ]
}

/** The type of a state by the name of the source's type, as the source has it. */
async function typesOfStates({ source }: Sides): Promise<(value: Row[string] | undefined) => string> {
  const names = new Map<string, string>()
  for await (const row of source.rows('ticket_state_type')) names.set(text(row['id']), text(row['name']))
  const types = new Map<string, string>()
  for await (const row of source.rows('ticket_state')) types.set(text(row['id']), names.get(text(row['type_id'])) ?? 'open')
  return (value) => types.get(text(value)) ?? 'open'
}

/** Values of one field of one thing stand together, in any order: which place each got is ours to say. */
async function* fieldLines(sides: Sides, object: 'Ticket' | 'Article', ids: Some): AsyncGenerator<Line> {
  for await (const row of among(sides.source, 'dynamic_field_value', 'object_id', ids)) {
    const field = sides.fieldOf(row['field_id'])
    if (field?.object !== object) continue
    // A day has no zone.
    const day = /^\d{4}-\d\d-\d\d/.exec(text(row['value_date']))?.[0]
    const at = day === undefined ? null : field.type === 'Date' ? `${day}T00:00:00.000Z` : moment(sides.source, row['value_date'])
    yield {
      key: `${object.toLowerCase()} ${text(row['object_id'])} ${sides.ours('field', row['field_id'])} ${text(row['value_text'])}|${text(row['value_int'])}|${at ?? ''}`,
      values: { text: textOrNull(row['value_text']), number: textOrNull(row['value_int']), at },
    }
  }
}

const numberOrNull = (value: Row[string] | undefined): string | null => (Number(value ?? 0) > 0 ? text(value) : null)

/** Articles whose parts lie in the file system, with the folder that holds them. */
async function* inFiles({ source }: Sides, some: Some): AsyncGenerator<{ id: number; path: string }> {
  if (!source.files) return
  const ids: number[] = []
  for await (const row of among(source, 'article', 'ticket_id', some)) ids.push(Number(row['id']))
  for await (const row of among(source, 'article_data_mime', 'article_id', ids))
    if (row['content_path']) yield { id: Number(row['article_id']), path: text(row['content_path']) }
}

function partValues(article: string, row: Row, bytes: Record<string, string | null>): Record<string, string | null> {
  const contentId = text(row['content_id']).trim()
  return {
    article,
    name: text(row['filename']),
    'content type': text(row['content_type']).trim() || 'application/octet-stream',
    'content id': contentId.replace(/^</, '').replace(/>$/, '') || null,
    ...bytes,
  }
}
