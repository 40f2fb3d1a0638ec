/** Owns handing on what somebody leads who stops working here: to another agent, or to nobody, so that it is to be taken. */
import type { Id } from '../../database/schema.ts'
import { Refusal, refused } from '../../errors.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { loadActor } from '../../permission/access.store.ts'
import { demandAdmin, holdsRight } from '../../permission/policy.ts'
import { findPerson } from '../../person/persons.ts'
import { isOpen, OPEN_TYPES } from '../ticket.ts'
import { lockTicket } from '../ticket.store.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { change } from './change.ts'
import { takeBack } from './undo.ts'

/** Tickets that went to the one named, that nobody leads now, and that a guard keeps where they are. */
export interface HandedOn {
  handed: number
  freed: number
  left: number
}

/**
 * All open tickets of a person, by central administration: to another agent where that one may lead them, else to nobody. Ticket by
 * ticket in one transaction; history says why. Errors: `ticket.owner-unfit` at 'handTo'.
 */
export async function handOn(work: Work, fromId: Id, toId: Id | null): Promise<HandedOn> {
  demandAdmin(work.actor)
  const from = await findPerson(work.db, fromId)
  const to = toId === null ? undefined : await loadActor(work.db, toId)
  if (!from || (toId !== null && (!to?.access.agent || toId === fromId))) throw refused('ticket.owner-unfit', {}, 'handTo')
  const led = await work.db
    .selectFrom('ticket')
    .select('id')
    .where('owner_id', '=', fromId)
    // Years of closed ones stay with whoever closed them.
    .where('state_type', 'in', OPEN_TYPES)
    .orderBy('id')
    .execute()
  const done: HandedOn = { handed: 0, freed: 0, left: 0 }
  for (const { id } of led) {
    const ticket = await lockTicket(work.db, id, actorId(work))
    if (!ticket || ticket.ownerId !== fromId || !isOpen(ticket.stateType)) continue
    const fit = to !== undefined && holdsRight(to.access.queueRights.get(ticket.queueId), ATTRIBUTES.owner.right)
    const reason = { step: 'owner', decided: fit ? 'handed-on' : 'freed', rule: 'owner-handed-on', detail: from.name }
    try {
      await change(
        work,
        ticket,
        fit ? { owner: { id: to.id, name: to.login ?? '' }, lock: 'lock' } : { owner: { id: null, name: '' }, lock: 'unlock' },
        { reasons: { owner: reason } },
      )
      done[fit ? 'handed' : 'freed']++
    } catch (error) {
      // A guard is asked before anything is written; the ticket is to be taken all the same (permission/to-take.ts).
      if (!(error instanceof Refusal)) throw error
      done.left++
    }
  }
  return done
}

/** Gives back what an act of the actor's own handed on, within ten seconds; answers how many tickets went on since and stay. Error: `undo.too-late`. */
export async function undoHandOn(work: Work, act: string): Promise<{ back: number; stay: number }> {
  demandAdmin(work.actor)
  const rows = await work.db.selectFrom('history').select('ticket_id').distinct().where('act_id', '=', act).orderBy('ticket_id').execute()
  const done = { back: 0, stay: 0 }
  for (const row of rows) {
    const ticket = await lockTicket(work.db, row.ticket_id, actorId(work))
    try {
      if (ticket) await takeBack(work, ticket, act)
      done.back++
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      done.stay++
    }
  }
  if (done.back === 0 && done.stay > 0) throw refused('undo.too-late')
  return done
}
