/** Owns what an article becomes, of whichever channel: its words, its parts, what mail servers said, earlier wordings, flags. Pure. */
import type { Copied } from '../../../core/index.ts'
import type { FilePart, Row } from '../source/source.ts'
import { agentOf, writtenAt, type Known } from './known.ts'
import type { NewRow } from './ticket-rows.ts'
import { epoch, idOf, text, textOrNull } from './values.ts'

export const ARTICLE_COLUMNS: readonly string[] = `
  id ticket_id channel sender_type visible person_id from_text to_text cc_text bcc_text reply_to subject body html
  message_id in_reply_to reference_ids content_type incoming_at act_id created_at changed_at changed_by`
  .trim()
  .split(/\s+/)
export const PART_COLUMNS: readonly string[] =
  'id article_id blob_id name content_type content_id disposition size place role alternative'.split(' ')
export const ERROR_COLUMNS: readonly string[] = 'article_id at message_id text'.split(' ')
export const REVISION_COLUMNS: readonly string[] =
  'article_id n at by_id visible from_text to_text cc_text subject body html deleted'.split(' ')
export const FLAG_COLUMNS: readonly string[] = 'article_id person_id key value'.split(' ')

export interface NewArticle {
  at: Date
  row: NewRow
}

const CHANNELS: Record<string, string> = { email: 'email', phone: 'phone', internal: 'internal', chat: 'chat', web: 'web', sms: 'sms' }
const SENDERS = new Set(['agent', 'system', 'customer'])

/**
 * `mime`: its row of article_data_mime, absent for a chat. `ticket`: whose it is, `customerId` as a person here. `chat`: the lines of a chat,
 * in their order.
 */
export function articleOf(
  known: Known,
  row: Row,
  about: { mime: Row | undefined; chat: readonly Row[]; ticket: { createdAt: Date; customerId: Copied }; act: string },
): NewArticle {
  const { mime = {} as Row, chat, ticket, act } = about
  const id = text(row['id'])
  const said = known.words.channels.get(idOf(row['communication_channel_id']) ?? 0) ?? ''
  const channel = CHANNELS[said.toLowerCase()]
  if (channel === undefined) known.tell('unknown-channel', 'article', id, { channel: said || text(row['communication_channel_id']) })
  const sender = known.words.senders.get(idOf(row['article_sender_type_id']) ?? 0) ?? ''
  if (!SENDERS.has(sender)) known.tell('unknown-sender', 'article', id, { sender: sender || text(row['article_sender_type_id']) })
  const senderType = SENDERS.has(sender) ? sender : 'system'
  const at = writtenAt(known, 'article', row, 'create_time', epoch(mime['incoming_time']) ?? ticket.createdAt)
  const changedAt = known.moment(mime['change_time'] ?? row['change_time'])
  const isEdited = changedAt !== null && changedAt.getTime() !== at.getTime()
  const from = text(mime['a_from'])
  return {
    at,
    row: {
      id,
      ticket_id: text(row['ticket_id']),
      channel: channel ?? 'internal',
      sender_type: senderType,
      visible: Number(row['is_visible_for_customer'] ?? 0) === 1,
      person_id:
        senderType === 'agent'
          ? agentOf(known, row['create_by'])
          : senderType === 'customer'
            ? writer(known, from, ticket.customerId)
            : null,
      from_text: from,
      to_text: text(mime['a_to']),
      cc_text: text(mime['a_cc']),
      bcc_text: text(mime['a_bcc']),
      reply_to: text(mime['a_reply_to']),
      subject: about.mime ? text(mime['a_subject']) : chatSubject(chat),
      body: about.mime ? text(mime['a_body']) : chatWords(chat),
      html: null,
      message_id: textOrNull(mime['a_message_id']) || null,
      in_reply_to: text(mime['a_in_reply_to']),
      reference_ids: text(mime['a_references']),
      content_type: text(mime['a_content_type']),
      incoming_at: epoch(mime['incoming_time']),
      act_id: act,
      created_at: at,
      changed_at: isEdited ? changedAt : null,
      changed_by: isEdited ? agentOf(known, mime['change_by'] ?? row['change_by']) : null,
    },
  }
}

/** A customer's message is the customer's where it came from an address of theirs, or from none; others' names in From prove nothing. */
function writer(known: Known, from: string, customerId: Copied): Copied {
  if (customerId === null) return null
  const address = addressIn(from)
  return (address === undefined && !from.includes('@')) || known.here.addresses.get(address ?? '') === customerId ? customerId : null
}

/** The last address of a From, in small letters. */
export function addressIn(from: string): string | undefined {
  const found = /<([^<>\s]{3,320})>[^<>]*$/.exec(from.slice(0, 2000))?.[1] ?? from.trim()
  return found.includes('@') && !/\s/.test(found) ? found.toLowerCase() : undefined
}

const chatSubject = (lines: readonly Row[]): string =>
  lines[0] ? `Chat: ${text(lines[0]['chat_participant_name'])}`.slice(0, 200) : 'Chat'

/** One line a message, as it stood: who, when, what. The rows themselves are kept as a file beside it. */
const chatWords = (lines: readonly Row[]): string =>
  lines
    .map((line) => {
      const words = text(line['message_text'])
      const time = text(line['create_time']).slice(11, 19)
      return Number(line['system_generated'] ?? 0) === 1
        ? `[${time}] * ${words}`
        : `[${time}] ${text(line['chat_participant_name'])}: ${words}`
    })
    .join('\n')

export const chatFile = (lines: readonly Row[]): Buffer => Buffer.from(`${JSON.stringify(lines, null, 1)}\n`)

/** A part of an article, before its bytes are stored. */
export interface NewPart {
  /** Absent: it lay in the file system, and gets an id of ours. */
  id: string | null
  articleId: string
  name: string
  contentType: string
  contentId: string | null
  disposition: 'attachment' | 'inline'
  /** OTRS FileID. */
  place: number
  role: 'file' | 'body-plain' | 'body-html'
  alternative: boolean
}

/** `place`: counted from 1 in the order in which the source lists the article's parts. */
export function partOf(known: Pick<Known, 'tell'>, row: Row, place: number): NewPart {
  const part = read({
    name: text(row['filename']),
    contentType: text(row['content_type']),
    contentId: textOrNull(row['content_id']),
    contentAlternative: textOrNull(row['content_alternative']),
    disposition: textOrNull(row['disposition']),
    place,
  })
  if (part.guessed) known.tell('no-disposition', 'article_data_mime_attachment', text(row['id']))
  return { ...part.part, id: text(row['id']), articleId: text(row['article_id']) }
}

export function filePartOf(part: FilePart, articleId: string, place: number): NewPart {
  return { ...read({ ...part, place }).part, id: null, articleId }
}

function read(given: {
  name: string
  contentType: string
  contentId: string | null
  contentAlternative: string | null
  disposition: string | null
  place: number
}): { part: Omit<NewPart, 'id' | 'articleId'>; guessed: boolean } {
  const contentType = given.contentType.trim() || 'application/octet-stream'
  const contentId = given.contentId?.trim().replace(/^<|>$/g, '') || null
  const word = (given.disposition ?? '').trim().toLowerCase()
  const said = word.startsWith('inline') ? 'inline' : word.startsWith('attachment') ? 'attachment' : undefined
  const isText = TEXTS.has(given.name)
  // OTRS behaviour where it says nothing: a picture that the text names, and the texts themselves, are inline.
  const disposition = said ?? (isText || (contentId !== null && /^image\//i.test(contentType)) ? 'inline' : 'attachment')
  return {
    part: {
      name: given.name || `file-${given.place}`,
      contentType,
      contentId,
      disposition,
      place: given.place,
      role: isText && said !== 'attachment' ? textRole(given.name, contentType) : 'file',
      alternative: (given.contentAlternative ?? '').trim() !== '',
    },
    guessed: said === undefined,
  }
}

/** A file that is really called so stands as 'File-1'. */
const TEXTS = new Set(['file-1', 'file-2', 'file-1.html'])
const textRole = (name: string, contentType: string): NewPart['role'] =>
  /^text\/html/i.test(contentType) ? 'body-html' : name === 'file-1' && /^text\/plain/i.test(contentType) ? 'body-plain' : 'file'

export const sendErrorOf = (known: Known, row: Row): NewRow => ({
  article_id: text(row['article_id']),
  at: known.moment(row['create_time']),
  message_id: textOrNull(row['message_id']),
  text: text(row['log_message']),
})

/** Undefined: whose flag it is is nobody here. 'Seen' is no flag here: see seen.ts. */
export function flagOf(known: Known, row: Row): NewRow | undefined {
  const personId = agentOf(known, row['create_by'])
  const key = text(row['article_key'])
  if (key === 'Seen') return undefined
  if (personId === null) {
    known.tell('unknown-user', 'article_flag', `${text(row['article_id'])}:${key}:${text(row['create_by'])}`)
    return undefined
  }
  return { article_id: text(row['article_id']), person_id: personId, key, value: text(row['article_value']) }
}

/** What an article said before it was edited (OTOBO 11); `n` counts from 1. */
export function revisionOf(known: Known, version: Row, mime: Row | undefined, n: number, otherwise: Date): NewRow {
  return {
    article_id: text(version['source_article_id']),
    n,
    at: writtenAt(known, 'article_version', version, 'version_create_time', otherwise),
    by_id: agentOf(known, version['version_create_by']),
    visible: Number(version['is_visible_for_customer'] ?? 0) === 1,
    from_text: text(mime?.['a_from']),
    to_text: text(mime?.['a_to']),
    cc_text: text(mime?.['a_cc']),
    subject: text(mime?.['a_subject']),
    body: text(mime?.['a_body']),
    html: null,
    deleted: Number(version['article_delete'] ?? 0) === 1,
  }
}
