/** What every act writes into history, how the desk says it, which facts it tells and which statements it asks, in order: letter by letter as it was kept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CoreFacts } from '../../core/kernel/facts.ts'
import { historyParts, personsInHistory, type HistoryRow } from '../../core/ticket/history-list.ts'
import type { HistoryType } from '../../core/ticket/history.ts'
import { MISC } from '../../core/ticket/misc.ts'
import { listStates } from '../../core/ticket/ticket.store.ts'
import type { Language } from '../../core/database/schema.ts'
import { sayHistory, type HistoryRoom } from '../../plugins/desk/history-words.ts'
import { sayStored } from '../../plugins/desk/reason-words.ts'
import { AREAS, UNWRITTEN } from './acts.ts'
import { goldenFile } from './golden-file.ts'
import { statementFile } from './statements.ts'
import { openWorld, type FactTrace, type HistoryTrace, type World } from './world.ts'

/** Every type there is; one that is new does not compile until it stands here, and fails until a golden act writes it. */
const TYPES = {
  NewTicket: 0,
  FollowUp: 0,
  SendAutoReject: 0,
  SendAutoReply: 0,
  SendAutoFollowUp: 0,
  SendAnswer: 0,
  TimeAccounting: 0,
  ArchiveFlagUpdate: 0,
  EscalationResponseTimeStart: 0,
  EscalationResponseTimeNotifyBefore: 0,
  EscalationResponseTimeStop: 0,
  EscalationUpdateTimeStart: 0,
  EscalationUpdateTimeNotifyBefore: 0,
  EscalationUpdateTimeStop: 0,
  EscalationSolutionTimeStart: 0,
  EscalationSolutionTimeNotifyBefore: 0,
  EscalationSolutionTimeStop: 0,
  SendCustomerNotification: 0,
  SendAgentNotification: 0,
  EmailAgent: 0,
  EmailCustomer: 0,
  PhoneCallAgent: 0,
  PhoneCallCustomer: 0,
  AddNote: 0,
  Move: 0,
  Lock: 0,
  Unlock: 0,
  Remove: 0,
  CustomerUpdate: 0,
  PriorityUpdate: 0,
  OwnerUpdate: 0,
  ResponsibleUpdate: 0,
  LoopProtection: 0,
  Misc: 0,
  SetPendingTime: 0,
  StateUpdate: 0,
  WebRequestCustomer: 0,
  SystemRequest: 0,
  Merged: 0,
  Subscribe: 0,
  Unsubscribe: 0,
  TitleUpdate: 0,
  TypeUpdate: 0,
  ServiceUpdate: 0,
  SLAUpdate: 0,
  TicketDynamicFieldUpdate: 0,
  EmailResend: 0,
  Forward: 0,
  Bounce: 0,
  TicketLinkAdd: 0,
  TicketLinkDelete: 0,
} satisfies Record<HistoryType, 0>

/** Every fact about tickets and mails: the same holds for it. */
const FACTS = {
  'ticket.created': 0,
  'ticket.state-changed': 0,
  'ticket.moved': 0,
  'ticket.type-changed': 0,
  'ticket.service-changed': 0,
  'ticket.sla-changed': 0,
  'ticket.owner-changed': 0,
  'ticket.responsible-changed': 0,
  'ticket.pending-changed': 0,
  'ticket.lock-changed': 0,
  'ticket.priority-changed': 0,
  'ticket.title-changed': 0,
  'ticket.customer-changed': 0,
  'ticket.company-changed': 0,
  'ticket.watched': 0,
  'ticket.archive-changed': 0,
  'ticket.time-spent': 0,
  'ticket.reminder-due': 0,
  'ticket.deadline-near': 0,
  'ticket.deadline-missed': 0,
  'ticket.deadline-stopped': 0,
  'ticket.participants-changed': 0,
  'ticket.act-undone': 0,
  'ticket.merged': 0,
  'ticket.unmerged': 0,
  'ticket.linked': 0,
  'ticket.unlinked': 0,
  'article.created': 0,
  'article.withdrawn': 0,
  'article.delivery-changed': 0,
  'article.held': 0,
  'article.held-decided': 0,
  'article.sender-confirmed': 0,
  'ticket.fields-changed': 0,
  'mail.processed': 0,
} satisfies Record<Extract<keyof CoreFacts, `${'ticket' | 'article' | 'mail'}.${string}`>, 0>

const names = Object.values(AREAS).flatMap((cases) => Object.keys(cases))
const history = goldenFile(
  'history.txt',
  names,
  "What each act writes into a ticket's history: type, OTRS text, who; the columns as they were and as they are; why. Ids are words.",
)
const words = goldenFile(
  'history-words.txt',
  names,
  'How the desk says what each act wrote into history, in Polish and in English, with its reasons.',
)
const facts = goldenFile('facts.txt', names, 'Which facts each act tells, of which ticket and unit, with which data. Ids are words.')

let w: World
beforeAll(async () => {
  w = await openWorld()
})
afterAll(() => w?.close())

const written = new Set<string>()
const misc = new Set<string>()
const told = new Set<string>()

describe.each(Object.entries(AREAS))('%s: an act writes, says, tells and asks as it always did', (area, cases) => {
  const statements = statementFile(
    area,
    Object.keys(cases),
    `The statements of each act of the area “${area}”, in the order in which they are sent, without parameters.`,
  )

  it.each(Object.keys(cases))('%s', async (name) => {
    w.begin(name)
    await cases[name]!(w)
    const rows = w.traces.flatMap((trace) => trace.history)
    for (const { type, name: text } of rows) {
      written.add(type)
      if (type === 'Misc') misc.add(historyParts(text)[0] ?? '')
    }
    for (const fact of w.traces.flatMap((trace) => trace.facts)) told.add(fact.name)
    history.check(name, sayRows(rows))
    words.check(name, await sayWords(rows))
    facts.check(name, sayFacts(w.traces.flatMap((trace) => trace.facts)))
    statements.check(
      name,
      w.traces.flatMap((trace) => trace.statements),
    )
  })

  it('no statement is kept that no act asks', () => statements.end())
})

it('every type of history row is written by a golden act, or by none at all', () => {
  expect(
    Object.keys(TYPES)
      .filter((type) => !written.has(type))
      .toSorted(),
  ).toEqual(Object.keys(UNWRITTEN).toSorted())
  expect([...written].filter((type) => !(type in TYPES))).toEqual([])
})

it('every kind of a Misc row is written by a golden act, and every fact about tickets and mails is told by one', () => {
  expect([...misc].toSorted()).toEqual(Object.keys(MISC).toSorted())
  expect([...told].toSorted()).toEqual(Object.keys(FACTS).toSorted())
})

it('no row and no fact is kept that no act makes', () => {
  history.end()
  words.end()
  facts.end()
})

function sayRows(rows: readonly HistoryTrace[]): string[] {
  const acts = [...new Set(rows.map((row) => row.act_id))]
  const labels = w.labels()
  const json = (value: unknown) => labels.in(JSON.stringify(value))
  return rows.flatMap((row, n) => [
    `${n + 1}. ${row.type} “${labels.in(row.name)}” by ${labels.in(row.person_id ?? 'the program')}, act ${acts.indexOf(row.act_id) + 1}, ${row.created_at.toISOString()}${
      row.article_id ? `, ${labels.in(row.article_id)}` : ''
    }`,
    ...(row.before ? [`   before ${json(row.before)}`] : []),
    ...(row.after ? [`   after  ${json(row.after)}`] : []),
    ...(row.reason === null ? [] : [`   reason ${json(row.reason)}`]),
  ])
}

async function sayWords(traces: readonly HistoryTrace[]): Promise<string[]> {
  const { db } = w.site.make
  const labels = w.labels()
  const rows = traces.map(
    (row): HistoryRow => ({
      id: '0',
      type: row.type,
      parts: historyParts(row.name),
      articleId: row.article_id,
      before: row.before,
      after: row.after,
      reason: row.reason,
      personName: null,
      actId: row.act_id,
      createdAt: row.created_at,
    }),
  )
  const room = {
    zone: 'Europe/Warsaw',
    now: w.site.make.now,
    names: await personsInHistory(db, rows),
    stateTypes: new Map((await listStates(db)).map((state) => [state.name, state.type])),
  } satisfies Omit<HistoryRoom, 'language'>
  const say = (row: HistoryRow, language: Language) =>
    labels.in([sayHistory(row, { ...room, language }), ...sayStored(row.reason, language)].join(' | '))
  return rows.flatMap((row, n) => [`${n + 1}. ${row.type}`, `   pl ${say(row, 'pl')}`, `   en ${say(row, 'en')}`])
}

function sayFacts(list: readonly FactTrace[]): string[] {
  const labels = w.labels()
  return list.map((fact, n) =>
    labels.in(
      `${n + 1}. ${fact.name} ticket ${fact.ticket_id ?? '–'} unit ${fact.unit_id ?? '–'} by ${fact.person_id ?? 'the program'}${fact.plugin ? ` plugin ${fact.plugin}` : ''} ${JSON.stringify(fact.data)}`,
    ),
  )
}
