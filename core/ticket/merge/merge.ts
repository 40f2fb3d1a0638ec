/** Owns merging a ticket into another one, and taking it out again. */
import { insertArticle, emitArticle } from '../../article/articles.ts'
import type { Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { coreTexts } from '../../i18n/core-texts.ts'
import { languageFor } from '../../i18n/languages.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { handLinks, isAbove } from '../../link/link.store.ts'
import { tieTickets } from '../../link/links.ts'
import { loadActor } from '../../permission/access.store.ts'
import { may } from '../../permission/policy.ts'
import { findQueue, shortName } from '../../queue/queues.ts'
import { ENTRIES, type TicketColumns } from '../attributes.ts'
import { change, nextOrRefuse, putBack, shallOf, ticketFor } from '../change/change.ts'
import { emptyFilledFields, fillEmptyFields } from '../change/fields.ts'
import { mainTicketOf, MOST_HOPS, partsOf } from '../change/merged.ts'
import { addHistory } from '../history.ts'
import type { NewArticle, Ticket } from '../ticket.ts'
import { findTicket } from '../ticket.store.ts'
import {
  bringArticlesBack,
  bringTimeBack,
  copyWatchers,
  customersOf,
  deleteLinks,
  depthBelow,
  endMerge,
  forgetMoved,
  forgetSeen,
  keepMerge,
  lockAll,
  mergesOnTheWay,
  movedBy,
  moveArticles,
  moveTime,
  namesOf,
  readersOfOneAlone,
  settleShared,
  takeOut,
  tiedAgents,
  whatMoves,
  type Moves,
} from './merge.store.ts'

/** Columns of the main ticket that a merge changes: the later of both. */
const LATEST = { last_customer_at: 'lastCustomerAt', last_agent_at: 'lastAgentAt', undelivered_at: 'undeliveredAt' } as const

/**
 * Merges a ticket into another one (right `rw` on both; OTRS TicketMerge): articles with their history, time spent and links go there, watchers
 * who may read it watch it too; fields that are empty there are filled; this one gets a note, is unlocked and has the state merged; the other becomes its parent. Both histories say so. A
 * merged target stands for the one that it is part of. Nobody reads by it what they could not read before: agents must be the same
 * (`demandSameReaders`), and customers go on reading what was written in their own ticket and no more, unless `letIn` lets those of this ticket into the
 * other one. `unmergeTicket` takes it back. Errors, those of the target at 'into': `ticket.merge-itself`, `ticket.merge-circle`, `ticket.merged-is-final`,
 * `ticket.removed-needs-set-state`, `ticket.merge-too-long`, `ticket.merge-other-readers`, `ticket.merge-person-reads`.
 */
export async function mergeTicket(work: Work, ticketId: Id, targetId: Id, { letIn = false } = {}): Promise<{ into: Ticket }> {
  if (ticketId === targetId) throw refused('ticket.merge-itself', {}, 'into')
  await lockAll(work.db, [ticketId, targetId])
  const ticket = await ticketFor(work, ticketId, 'rw')
  const main = await mainFor(work, ticket, targetId)
  const outcome = nextOrRefuse(ticket, { kind: 'merge' })
  if ((await depthBelow(work.db, ticket.id)) >= MOST_HOPS) throw refused('ticket.merge-too-long', { most: MOST_HOPS }, 'into')
  await demandSameReaders(work, ticket, main)

  const [here, there] = [await customersOf(work.db, ticket.id), await customersOf(work.db, main.id)]
  const shared = [...there.keys()].every((id) => here.has(id))
  await moveArticles(work.db, ticket.id, main.id, shared)
  const moved = {
    time: await moveTime(work.db, ticket.id, main.id),
    link: await handLinks(work.db, ticket.id, main.id),
    watcher: await copyWatchers(work.db, ticket.id, main.id, await watchersWhoRead(work, ticket, main)),
    participant: letIn ? await letAllIn(work, main, new Map([...here].filter(([id]) => !there.has(id)))) : [],
    parent: (await isAbove(work.db, ticket.id, main.id))
      ? []
      : [await tieTickets(work, main, ticket, 'child')].filter((id) => id !== undefined),
    field: await fillEmptyFields(work, main, ticket, { sameReaders: shared }),
  }
  await forgetSeen(work.db, main.id, actorId(work))

  const note = await noteOf(work, ticket, main)
  const noteId = await insertArticle(work, ticket.id, note)
  const parts = [ticket.number, ticket.id, main.number, main.id]
  const shall = await shallOf(work, ticket, outcome)
  const mainAfter = latest(ticket, main)
  await keepMerge(work.db, {
    ticketId: ticket.id,
    intoId: main.id,
    shared,
    before: {
      merged: {
        state_id: ticket.stateId,
        state_type: ticket.stateType,
        lock: ticket.lock,
        locked_at: ticket.lockedAt,
        pending_until: ticket.pendingUntil,
        closed_at: ticket.closedAt,
        merged_into_id: null,
      },
      main: Object.fromEntries(Object.keys(mainAfter).map((column) => [column, main[LATEST[column as keyof typeof LATEST]]])),
      mainAfter,
    },
    at: work.now,
    by: actorId(work),
    act: work.act,
    noteId,
    moved,
  })
  // Each change also asks for the deadlines of its ticket: the messages of both are others now.
  await change(work, ticket, shall, {
    rows: [
      { type: 'Merged', parts, columns: { merged_into_id: main.id } },
      { type: 'AddNote', parts: [], articleId: noteId },
    ],
  })
  await change(work, main, {}, { rows: [{ type: 'Merged', parts, columns: mainAfter, beside: { before: {}, after: {} } }] })
  if (shared === false || ticket.stateType !== 'merged') await settleShared(work.db, (await partsOf(work.db, ticket.id)).slice(1))
  emitArticle(work, ticket, noteId, note)
  for (const one of [ticket, main])
    work.emit('ticket.merged', { ticketId: one.id, unitId: one.unitId, data: { merged: ticket.id, into: main.id } })
  return { into: main }
}

/** For whoever is about to merge: what would move, and who of the asking side would not see the main ticket. */
export async function previewMerge(
  db: Kysely<Database>,
  ticket: Pick<Ticket, 'id'>,
  main: Pick<Ticket, 'id'>,
): Promise<Moves & { apart: string[] }> {
  const [moves, here, there] = await Promise.all([whatMoves(db, ticket.id), customersOf(db, ticket.id), customersOf(db, main.id)])
  return {
    ...moves,
    apart: await namesOf(
      db,
      [...here.keys()].filter((id) => !there.has(id)),
    ),
  }
}

/** The target, locked: where it is merged itself, the ticket that it is part of. */
async function mainFor(work: Work, ticket: Ticket, targetId: Id): Promise<Ticket> {
  const target = await ticketFor(work, targetId, 'rw')
  const mainId = await mainTicketOf(work.db, target)
  // Also when somebody else merged the two the other way round a moment ago.
  if (mainId === ticket.id) throw refused('ticket.merge-circle', {}, 'into')
  const main = mainId === undefined ? target : await ticketFor(work, mainId, 'rw')
  if (main.stateType === 'merged') throw refused('ticket.merged-is-final', {}, 'into')
  if (main.stateType === 'removed') throw refused('ticket.removed-needs-set-state', {}, 'into')
  return main
}

/**
 * Agents who read the main ticket read all of it. So none of them may be one who could not read the other, whether by the queue or by a tie
 * of their own. Whoever wants it otherwise moves the ticket first, which says so.
 */
async function demandSameReaders(work: Work, ticket: Ticket, main: Ticket): Promise<void> {
  const { db } = work
  for (const id of ticket.queueId === main.queueId ? [] : await readersOfOneAlone(db, main.queueId, ticket.queueId)) {
    const person = await reading(work, id, ticket)
    if (!person.reads)
      throw refused(
        'ticket.merge-other-readers',
        { who: person.name, queue: shortName(main.queueName), own: shortName(ticket.queueName) },
        'into',
      )
  }
  for (const id of await tiedAgents(db, main.id)) {
    const person = await reading(work, id, main)
    if (person.reads && !(await reading(work, id, ticket)).reads) throw refused('ticket.merge-person-reads', { who: person.name }, 'into')
  }
}

async function watchersWhoRead(work: Work, ticket: Ticket, main: Ticket): Promise<Id[]> {
  const fit: Id[] = []
  for (const id of await tiedAgents(work.db, ticket.id, { watchersOnly: true })) if ((await reading(work, id, main)).reads) fit.push(id)
  return fit
}

/** May this person read the ticket as an agent? The policy's own answer. */
async function reading(work: Work, personId: Id, { id }: Ticket): Promise<{ name: string; reads: boolean }> {
  const actor = await loadActor(work.db, personId)
  const ticket = actor && (await findTicket(work.db, id, personId))
  return { name: actor?.name ?? '', reads: ticket !== undefined && may(actor!.access, 'ro', ticket.ties).allowed }
}

/** The asking side of the merged ticket reads all of the main one from now on: whoever merges says so, and holds the right `customer` there. */
async function letAllIn(work: Work, main: Ticket, persons: ReadonlyMap<Id, 'read' | 'reply'>): Promise<Id[]> {
  if (persons.size === 0) return []
  if (work.actor.kind === 'person' && !may(work.actor.access, 'customer', main.ties).allowed) throw refused('not-allowed')
  const rows = [...persons].map(([person, right]) => ({ ticket_id: main.id, person_id: person, right }))
  await work.db.insertInto('ticket_participant').values(rows).execute()
  const named = await work.db
    .selectFrom('person')
    .select(['id', 'name'])
    .where('id', 'in', [...persons.keys()])
    .orderBy('id')
    .execute()
  for (const { id, name } of named) {
    const right = persons.get(id)!
    addHistory(work, {
      ticketId: main.id,
      type: 'Misc',
      parts: [right === 'reply' ? 'participant may reply' : 'participant may read', name, id],
    })
    work.emit('ticket.participants-changed', { ticketId: main.id, unitId: main.unitId, data: { person: id, right, before: null } })
  }
  return named.map(({ id }) => id)
}

function latest(ticket: Ticket, main: Ticket): TicketColumns {
  return Object.fromEntries(
    Object.entries(LATEST).flatMap(([column, field]) => {
      const [here, there] = [ticket[field], main[field]]
      return here && (!there || here > there) ? [[column, here]] : []
    }),
  )
}

/** OTRS writes it too, for the customer to see. It stays with the merged ticket. */
async function noteOf(work: Work, ticket: Ticket, main: Ticket): Promise<NewArticle> {
  const queue = await findQueue(work.db, ticket.queueId)
  const t = coreTexts.in(languageFor(work.config, queue?.language ?? null))
  return {
    channel: 'internal',
    senderType: work.actor.kind === 'person' ? 'agent' : 'system',
    visible: true,
    personId: actorId(work),
    from: work.actor.kind === 'person' ? work.actor.name : '',
    subject: t('ticket.merge.note.subject', { number: main.number }),
    body: t('ticket.merge.note', { number: ticket.number, into: main.number }),
  }
}

/**
 * Takes a ticket out of the one that it is part of (right `rw` on both): the same rows come back – articles with their history, time, links –, with
 * what was written under its number since; it stands as it stood before. Possible after new messages, moves, closing and later merges of the main
 * ticket. Errors: `ticket.not-merged`; `ticket.merged-elsewhere` where nothing tells which rows came with it, as from OTRS.
 */
export async function unmergeTicket(work: Work, ticketId: Id): Promise<{ from: Ticket }> {
  const seen = await findTicket(work.db, ticketId, actorId(work))
  const mainId = seen && (await mainTicketOf(work.db, seen))
  await lockAll(work.db, [ticketId, ...(mainId ? [mainId] : [])])
  const ticket = await ticketFor(work, ticketId, 'rw')
  if (ticket.stateType !== 'merged') throw refused('ticket.not-merged')
  const [own, ...later] = await mergesOnTheWay(work.db, ticket.id)
  // Merged on while this waited: by the next attempt the way is known.
  if (!own || own.intoId !== ticket.mergedIntoId || mainId === undefined) throw refused('ticket.merged-elsewhere')
  const main = await mainToLeave(work, mainId)

  const moved = await movedBy(work.db, own.id)
  const parts = await partsOf(work.db, ticket.id)
  await bringArticlesBack(work.db, main.id, ticket.id, parts)
  await bringTimeBack(work.db, main.id, ticket.id, moved.time)
  await handLinks(work.db, main.id, ticket.id, moved.link)
  await deleteLinks(work.db, moved.parent)
  for (const kind of ['watcher', 'participant'] as const) await takeOut(work.db, kind, own.intoId, moved[kind])
  await emptyIn(work, own.intoId, moved.field, ticket)
  for (const merge of later) {
    await emptyIn(work, merge.intoId, await forgetMoved(work.db, merge.id, 'field', moved.field), ticket)
    for (const kind of ['time', 'link'] as const) await forgetMoved(work.db, merge.id, kind, moved[kind])
    for (const kind of ['watcher', 'participant'] as const)
      await takeOut(work.db, kind, merge.intoId, await forgetMoved(work.db, merge.id, kind, moved[kind]))
  }
  await endMerge(work.db, own, work.now, actorId(work))
  await putBack(work, ticket, revived(own.before.merged), { type: 'Misc', parts: ['unmerged', main.number, main.id] })
  await settleShared(work.db, parts.slice(1))
  await change(
    work,
    main,
    {},
    {
      rows: [
        {
          type: 'Misc',
          parts: ['ticket taken out', ticket.number, ticket.id],
          columns: own.intoId === main.id ? asBefore(main, own.before) : {},
          beside: { before: {}, after: {} },
        },
      ],
    },
  )
  for (const one of [ticket, main])
    work.emit('ticket.unmerged', { ticketId: one.id, unitId: one.unitId, data: { merged: ticket.id, into: main.id } })
  return { from: main }
}

/** Fields that the ticket's values filled there, as far as they still stand so. */
async function emptyIn(work: Work, intoId: Id, fields: readonly Id[], { id }: Ticket): Promise<void> {
  const into = fields.length > 0 ? await findTicket(work.db, intoId, null) : undefined
  if (into) await emptyFilledFields(work, into, fields, id)
}

async function mainToLeave(work: Work, id: Id): Promise<Ticket> {
  const main = await findTicket(work.db, id, actorId(work))
  if (!main || (work.actor.kind === 'person' && !may(work.actor.access, 'rw', main.ties).allowed)) throw refused('not-allowed')
  return ticketFor(work, id, 'rw')
}

const DATES: ReadonlySet<string> = new Set(ENTRIES.filter(({ kind }) => kind === 'date' || kind === 'moment').map(({ column }) => column))
/** Kept as JSON, where moments are text. */
const revived = (columns: Record<string, unknown>): TicketColumns =>
  Object.fromEntries(
    Object.entries(columns).map(([column, value]) => [column, DATES.has(column) && typeof value === 'string' ? new Date(value) : value]),
  )

/** What the merge made of the main ticket goes back where it still stands so. */
function asBefore(
  main: Ticket,
  { main: before, mainAfter }: { main: Record<string, unknown>; mainAfter: Record<string, unknown> },
): TicketColumns {
  const made = revived(mainAfter) as Record<string, Date>
  const still = Object.keys(made).filter((column) => main[LATEST[column as keyof typeof LATEST]]?.getTime() === made[column]!.getTime())
  return revived(Object.fromEntries(still.map((column) => [column, before[column] ?? null])))
}
