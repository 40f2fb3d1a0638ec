/** Owns doing one act to many tickets: a transaction each, so that one refusal stops none of the others; trying it first, and taking all of it back. */
import { randomUUID } from 'node:crypto'
import type { Id } from '../../database/schema.ts'
import { Refusal, refused } from '../../errors.ts'
import type { Actor } from '../../kernel/actor.ts'
import { onTrial } from '../../kernel/trial.ts'
import type { Work } from '../../kernel/work.ts'
import { writtenTo } from '../../mail/outbound.ts'
import { isActId, ticketsOfAct, undoAct } from '../change/undo.ts'

interface Room {
  work<T>(actor: Actor, run: (work: Work) => Promise<T>, act?: string): Promise<T>
}
type DoIt = (work: Work, ticketId: Id) => Promise<unknown>

export interface RefusedTicket {
  id: Id
  why: Refusal
}
export interface ManyDone {
  /** Of all of them: one act, to be taken back as one. */
  act: string
  done: Id[]
  refused: RefusedTicket[]
}

/** Does it to each. What is no refusal is thrown, and stops what had not begun. */
export async function doToMany(room: Room, actor: Actor, doIt: DoIt, ids: readonly Id[]): Promise<ManyDone> {
  const many: ManyDone = { act: randomUUID(), done: [], refused: [] }
  for (const id of ids) {
    const why = await refusalOf(() => room.work(actor, (work) => doIt(work, id), many.act))
    if (why) many.refused.push({ id, why })
    else many.done.push(id)
  }
  return many
}

/** What would come of it: who would be refused, and whom mails would go to, each address once. Nothing of it stands. */
export async function tryOnMany(
  room: Room,
  actor: Actor,
  doIt: DoIt,
  ids: readonly Id[],
): Promise<Pick<ManyDone, 'done' | 'refused'> & { mailed: string[] }> {
  const tried = { done: [] as Id[], refused: [] as RefusedTicket[], mailed: new Set<string>() }
  for (const id of ids) {
    const why = await refusalOf(async () => {
      const mailed = await onTrial(room, actor, async (work) => {
        await doIt(work, id)
        return writtenTo(work)
      })
      for (const address of mailed) tried.mailed.add(address)
    })
    if (why) tried.refused.push({ id, why })
    else tried.done.push(id)
  }
  return { ...tried, mailed: [...tried.mailed] }
}

/** Takes back what the actor did to many at once, as far as each ticket still can be: `undoAct` says when not. Error: `not-found`. */
export async function undoMany(room: Room, actor: Actor, act: string): Promise<ManyDone> {
  const ids = isActId(act) ? await room.work(actor, (work) => ticketsOfAct(work, act)) : []
  if (ids.length === 0) throw refused('not-found')
  return doToMany(room, actor, (work, id) => undoAct(work, id, act), ids)
}

async function refusalOf(run: () => Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
