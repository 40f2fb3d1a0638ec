/** Owns what a ticket's own rows become: ticket, history, watchers, time, values of fields. Pure. */
import { firstWords, type Copied, type Id } from '../../../core/index.ts'
import type { Row } from '../source/source.ts'
import type { NewArticle } from './article-rows.ts'
import { agentOf, customerOf, ours, writtenAt, type Known } from './known.ts'
import { earliest, epoch, idOf, latest, text, textOrNull } from './values.ts'

export type NewRow = Record<string, Copied>

export const TICKET_COLUMNS: readonly string[] = `
  id number title queue_id state_id state_type priority_id lock owner_id responsible_id customer_id customer_company
  customer_login preview pending_until received_at created_at created_by changed_at closed_at last_customer_at
  last_agent_at archived type_id service_id sla_id locked_at first_response_at first_closed_at response_due_at
  update_due_at solution_due_at due_at suspended`
  .trim()
  .split(/\s+/)
export const HISTORY_COLUMNS: readonly string[] =
  'id ticket_id article_id type name person_id act_id created_at queue_id owner_id priority_id state_id type_id'.split(' ')
export const WATCHER_COLUMNS: readonly string[] = 'ticket_id person_id since added_by'.split(' ')
export const TIME_COLUMNS: readonly string[] = 'id ticket_id article_id units person_id at act_id'.split(' ')
export const VALUE_COLUMNS: readonly string[] = 'object_id field_id set_place place text at number'.split(' ')

/** OTRS's 'open', for a state that the source itself does not know: somebody shall look at the ticket. */
const OPEN: readonly [Id, 'open'] = ['4', 'open']
const PRIORITY = '3'
const UNCLASSIFIED = '1'
/** Of these types nothing runs (OTRS behaviour). */
const FINISHED = new Set(['closed', 'merged', 'removed'])
const PENDING = new Set(['pending reminder', 'pending auto'])

/** `history` and `articles` are those of the ticket, in the order of time. */
export function ticketOf(known: Known, row: Row, history: readonly Row[], articles: readonly NewArticle[], now: Date): NewRow {
  const id = text(row['id'])
  const createdAt = writtenAt(known, 'ticket', row, 'create_time', earliest(...articles.map(({ at }) => at)) ?? now)
  const [stateId, stateType] = stateOf(known, row)
  const ownerId = agentOf(known, row['user_id'])
  // The first is the program itself: what it has, nobody has.
  const owner = idOf(row['user_id'])
  if (ownerId === null && owner !== null && owner > 1) known.tell('unknown-user', 'ticket', id, { user: String(owner) })
  const lock = known.words.locks.get(idOf(row['ticket_lock_id']) ?? 0) ?? 'unlock'
  const locked = lock === 'lock' || lock === 'tmp_lock'
  if (locked && ownerId === null) known.tell('locked-without-owner', 'ticket', id)
  const holds = locked && ownerId !== null
  const customerId = customerOf(known, row['customer_user_id'])
  const login = textOrNull(row['customer_user_id'])
  if (login && customerId === null) known.tell('unknown-customer', 'ticket', id, { login })
  const company = textOrNull(row['customer_id'])
  if (company && !known.here.companies.has(company)) known.tell('unknown-company', 'ticket', id, { company })
  const closings = history.filter((one) => isClosing(known, one)).map((one) => known.moment(one['create_time']))
  const dues = FINISHED.has(stateType)
    ? [null, null, null]
    : ['escalation_response_time', 'escalation_update_time', 'escalation_solution_time'].map((column) => epoch(row[column]))
  const due = earliest(...dues)
  const of = (sender: string, seen: boolean) =>
    articles.filter(({ row: one }) => one['sender_type'] === sender && (!seen || one['visible']))
  return {
    id,
    number: text(row['tn']),
    title: text(row['title']),
    queue_id: queueOf(known, row),
    state_id: stateId,
    state_type: stateType,
    priority_id: priorityOf(known, row),
    lock: holds ? lock : 'unlock',
    owner_id: ownerId,
    responsible_id: agentOf(known, row['responsible_user_id']),
    customer_id: customerId,
    customer_company: company,
    customer_login: customerId === null ? login : null,
    preview: articles[0] ? firstWords(String(articles[0].row['body'])) : '',
    pending_until: PENDING.has(stateType) ? epoch(row['until_time']) : null,
    received_at: createdAt,
    created_at: createdAt,
    created_by: agentOf(known, row['create_by']),
    changed_at: known.moment(row['change_time']) ?? createdAt,
    closed_at: stateType === 'closed' ? (latest(...closings) ?? known.moment(row['change_time']) ?? createdAt) : null,
    last_customer_at: latest(...of('customer', false).map(({ at }) => at)),
    last_agent_at: latest(...of('agent', true).map(({ at }) => at)),
    archived: Number(row['archive_flag'] ?? 0) === 1,
    type_id: typeOf(known, row),
    service_id: ours(known, 'service', known.here.services, row['service_id']) ?? null,
    sla_id: ours(known, 'sla', known.here.slas, row['sla_id']) ?? null,
    locked_at: holds ? epoch(row['timeout']) : null,
    first_response_at: earliest(...of('agent', true).map(({ at }) => at)),
    first_closed_at: earliest(...closings),
    response_due_at: dues[0]!,
    update_due_at: dues[1]!,
    solution_due_at: dues[2]!,
    due_at: due,
    suspended: due === null ? null : false,
  }
}

function stateOf(known: Known, row: Row): readonly [Id, string] {
  const id = ours(known, 'state', known.here.states, row['ticket_state_id'])
  if (id !== undefined) return [id, known.here.states.get(id)!]
  known.tell('unknown-state', 'ticket', text(row['id']), { state: text(row['ticket_state_id']) })
  return OPEN
}

function queueOf(known: Known, row: Row): Id {
  const id = ours(known, 'queue', known.here.queues, row['queue_id'])
  if (id !== undefined) return id
  known.tell('unknown-queue', 'ticket', text(row['id']), { queue: text(row['queue_id']) })
  // OTRS's own last resort: the first queue there is.
  return known.here.queues.values().next().value!
}

function priorityOf(known: Known, row: Row): Id {
  const id = ours(known, 'priority', known.here.priorities, row['ticket_priority_id'])
  if (id !== undefined) return id
  known.tell('unknown-priority', 'ticket', text(row['id']), { priority: text(row['ticket_priority_id']) })
  return PRIORITY
}

function typeOf(known: Known, row: Row): Id {
  if (idOf(row['type_id']) === null) return UNCLASSIFIED
  const id = ours(known, 'type', known.here.types, row['type_id'])
  if (id !== undefined) return id
  known.tell('unknown-type', 'ticket', text(row['id']), { type: text(row['type_id']) })
  return UNCLASSIFIED
}

/** OTRS behaviour: the solution is done once history has a state of the type closed. */
function isClosing(known: Known, row: Row): boolean {
  const type = known.words.historyTypes.get(idOf(row['history_type_id']) ?? 0)
  if (type !== 'StateUpdate' && type !== 'NewTicket') return false
  const state = ours(known, 'state', known.here.states, row['state_id'])
  return state !== undefined && known.here.states.get(state) === 'closed'
}

/** Verbatim; what the ticket was right after it in numbers of ours, where they are another's here. */
export function historyOf(known: Known, row: Row, act: string, otherwise: Date): NewRow {
  const mapped = (kind: 'queue' | 'priority' | 'state' | 'type', column: string): string | null => {
    const id = idOf(row[column])
    return id === null ? null : (known.ids.of(kind, id) ?? String(id))
  }
  const type = known.words.historyTypes.get(idOf(row['history_type_id']) ?? 0)
  if (type === undefined) known.tell('unknown-history-type', 'ticket_history', text(row['id']), { type: text(row['history_type_id']) })
  return {
    id: text(row['id']),
    ticket_id: text(row['ticket_id']),
    article_id: idOf(row['article_id']),
    type: type ?? 'Misc',
    name: text(row['name']),
    person_id: agentOf(known, row['create_by']),
    act_id: act,
    created_at: writtenAt(known, 'ticket_history', row, 'create_time', otherwise),
    queue_id: mapped('queue', 'queue_id'),
    owner_id: agentOf(known, row['owner_id']),
    priority_id: mapped('priority', 'priority_id'),
    state_id: mapped('state', 'state_id'),
    type_id: mapped('type', 'type_id'),
  }
}

/** Undefined: who watched is nobody here. */
export function watcherOf(known: Known, row: Row): NewRow | undefined {
  const personId = agentOf(known, row['user_id'])
  if (personId === null) {
    known.tell('unknown-user', 'ticket_watcher', `${text(row['ticket_id'])}:${text(row['user_id'])}`)
    return undefined
  }
  return {
    ticket_id: text(row['ticket_id']),
    person_id: personId,
    since: known.moment(row['create_time']),
    added_by: agentOf(known, row['create_by']),
  }
}

/** `articles`: those of the ticket. */
export function timeOf(known: Known, row: Row, articles: ReadonlySet<string>, act: string, otherwise: Date): NewRow {
  const articleId = textOrNull(row['article_id'])
  const of = articleId !== null && articles.has(articleId) ? articleId : null
  if (idOf(row['article_id']) !== null && of === null) known.tell('orphan-time', 'time_accounting', text(row['id']), { article: articleId })
  return {
    id: text(row['id']),
    ticket_id: text(row['ticket_id']),
    article_id: of,
    units: text(row['time_unit']) || '0',
    person_id: agentOf(known, row['create_by']),
    at: writtenAt(known, 'time_accounting', row, 'create_time', otherwise),
    act_id: act,
  }
}

/**
 * Values of fields of tickets or articles. Of several values their places are those of OTOBO 11 (index_value, index_set), else the order in which
 * they were written; one that stands twice in one place gets the next. An empty text is a value.
 */
export function valuesOf(known: Known, rows: readonly Row[]): NewRow[] {
  const taken = new Map<string, Set<number>>()
  return rows
    .toSorted((a, b) => Number(a['id']) - Number(b['id']))
    .flatMap((row): NewRow[] => {
      const fieldId = ours(known, 'field', known.here.fields, row['field_id'])
      if (fieldId === undefined) {
        known.tell('unknown-field', 'dynamic_field_value', text(row['id']), { field: text(row['field_id']) })
        return []
      }
      const setPlace = Number(row['index_set'] ?? 0)
      const key = `${text(row['object_id'])} ${fieldId} ${setPlace}`
      const places = taken.get(key) ?? new Set<number>()
      taken.set(key, places)
      let place = row['index_value'] === null || row['index_value'] === undefined ? places.size : Number(row['index_value'])
      while (places.has(place)) place++
      places.add(place)
      // A day has no zone.
      const said = textOrNull(row['value_date'])
      const isDay = known.words.fieldTypes.get(idOf(row['field_id']) ?? 0) === 'Date'
      const at =
        said === null ? null : isDay && /^\d{4}-\d\d-\d\d/.test(said) ? new Date(`${said.slice(0, 10)}T00:00:00Z`) : known.moment(said)
      return [
        {
          object_id: text(row['object_id']),
          field_id: fieldId,
          set_place: setPlace,
          place,
          text: textOrNull(row['value_text']),
          at,
          number: textOrNull(row['value_int']),
        },
      ]
    })
}
