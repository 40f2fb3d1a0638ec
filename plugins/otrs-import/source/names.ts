/** Owns what tables and columns are called in each product and version, and what stands elsewhere in old ones. */
import type { Product, Row } from './source.ts'

/** Physical tables with their columns, as the source's server tells of them. */
export type Schema = ReadonlyMap<string, ReadonlyMap<string, ColumnFact>>
export interface ColumnFact {
  type: string
  /** Of MySQL: the charset of a text. */
  charset: string | null
}

/** A table by its name of OTRS 6, and where its rows are. */
export interface Where {
  table: string
  /** Columns that are something else in this source: SQL by the column's name. */
  expressions?: Readonly<Record<string, string>>
  only?: string
  /** Rows that the product holds in its program. */
  constant?: readonly Row[]
}

/** Columns that hold bytes; PostgreSQL has them in base64. All other bytes of MySQL are text. */
const BYTES: Readonly<Record<string, string>> = {
  article_data_mime_attachment: 'content',
  article_data_mime_att_version: 'content',
  article_data_mime_plain: 'body',
  faq_attachment: 'content',
  standard_attachment: 'content',
  form_draft: 'content',
  mail_queue: 'raw_message',
  virtual_fs_db: 'content',
  web_upload_cache: 'content',
  package_repository: 'content',
}
export const isBytes = (table: string, column: string): boolean => BYTES[table] === column

/** Whose tables these are; undefined where they are of none of them. */
export function productOf(schema: Schema): Product | undefined {
  const has = (table: string) => schema.has(table)
  if (!has('ticket') || !has('article') || !has('queue')) return undefined
  const known = (name: Product['name'], major: number): Product => ({ name, major, version: String(major) })
  if (has('groups_table')) return known('otobo', has('article_version') ? 11 : 10)
  if (has('permission_groups')) return known('znuny', has('article_color') ? 7 : 6)
  if (!has('article_data_mime')) return known('otrs', 5)
  return known('otrs', has('pm_sequence_flow') ? 7 : 6)
}

/** Versions that are read, by product. */
const VERSIONS: Readonly<Record<Product['name'], readonly number[]>> = { otrs: [5, 6], znuny: [6, 7], otobo: [10, 11] }
export const isKept = ({ name, major }: Product): boolean => VERSIONS[name].includes(major)

const CHANNELS: Readonly<Record<string, number>> = { Email: 1, Phone: 2, Internal: 3, Chat: 4 }

/** Of OTRS 5: what an article is, with the channel and visibility that version 6 makes of it. */
const ARTICLE_TYPES: Readonly<Record<string, readonly [keyof typeof CHANNELS, 0 | 1]>> = {
  'email-external': ['Email', 1],
  'email-internal': ['Email', 0],
  'email-notification-ext': ['Email', 1],
  'email-notification-int': ['Email', 0],
  phone: ['Phone', 1],
  fax: ['Internal', 1],
  sms: ['Internal', 1],
  webrequest: ['Internal', 1],
  'note-internal': ['Internal', 0],
  'note-external': ['Internal', 1],
  'note-report': ['Internal', 0],
  'chat-internal': ['Chat', 0],
  'chat-external': ['Chat', 1],
}

/** Tables that are called or made otherwise here; `articleTypes` are those of version 5, by id. */
export function whereabouts(schema: Schema, articleTypes: ReadonlyMap<number, string>): (table: string) => Where {
  const groups = ['groups_table', 'permission_groups', 'groups'].find((name) => schema.has(name)) ?? 'groups'
  const chat = ['article_data_otobo_chat', 'article_data_otrs_chat'].find((name) => schema.has(name)) ?? 'article_data_otrs_chat'
  const special: Record<string, Where> = { groups: { table: groups }, article_data_otrs_chat: { table: chat } }
  // Rows of version 5 that give no right, and are meant to be passed over.
  if (schema.get('group_user')?.has('permission_value')) special['group_user'] = { table: 'group_user', only: 'permission_value <> 0' }
  if (!schema.has('article_data_mime')) Object.assign(special, ofFive(articleTypes))
  return (table) => special[table] ?? { table }
}

function ofFive(articleTypes: ReadonlyMap<number, string>): Record<string, Where> {
  const byType = (n: 0 | 1, otherwise: number) =>
    articleTypes.size === 0
      ? String(otherwise)
      : `case article_type_id ${[...articleTypes]
          .map(([id, name]) => {
            const [channel, visible] = ARTICLE_TYPES[name] ?? ['Internal', 0]
            return `when ${id} then ${n === 0 ? CHANNELS[channel] : visible}`
          })
          .join(' ')} else ${otherwise} end`
  const same = (...columns: string[]) => Object.fromEntries(columns.map((column) => [column, column]))
  const written = ['create_time', 'create_by', 'change_time', 'change_by']
  return {
    article: {
      table: 'article',
      expressions: {
        ...same('id', 'ticket_id', 'article_sender_type_id'),
        communication_channel_id: byType(0, CHANNELS['Internal']!),
        is_visible_for_customer: byType(1, 0),
        ...same(...written),
      },
    },
    article_data_mime: {
      table: 'article',
      expressions: {
        id: 'id',
        article_id: 'id',
        ...same('a_from', 'a_reply_to', 'a_to', 'a_cc', 'a_subject', 'a_message_id', 'a_message_id_md5', 'a_in_reply_to'),
        ...same('a_references', 'a_content_type', 'a_body', 'incoming_time', 'content_path', ...written),
      },
    },
    article_data_mime_plain: { table: 'article_plain' },
    article_data_mime_attachment: { table: 'article_attachment' },
    communication_channel: {
      table: '',
      constant: Object.entries(CHANNELS).map(([name, id]) => ({ id, name, valid_id: 1 })),
    },
  }
}
