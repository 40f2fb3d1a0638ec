/** Owns switching a person off together with what they lead, as one act of central administration, and taking that back. */
import type { Id } from '../database/schema.ts'
import type { Work } from '../kernel/work.ts'
import { editPerson, type PersonForm } from '../person/person-admin.ts'
import { handOn, undoHandOn, type HandedOn } from '../ticket/change/hand-on.ts'
import { canRevert, revertEvent } from './revert.ts'

/** Who gets the tickets of somebody who leaves: an agent, nobody, or they stay as they are. */
export type HandTo = { to: Id | null } | undefined

/** Edits a person; where they do not work here afterwards, hands on their open tickets. Errors: those of `editPerson` and `handOn`. */
export async function editPersonWhoLeads(work: Work, id: Id, form: PersonForm, hand: HandTo): Promise<HandedOn | undefined> {
  const leaves = !form.valid || !form.agent
  const done = leaves && hand ? await handOn(work, id, hand.to) : undefined
  const moved = done && done.handed + done.freed > 0
  await editPerson(work, id, form, moved ? { handedOver: done.handed + done.freed, handedTo: hand!.to } : {})
  return moved ? done : undefined
}

/** Within ten seconds: the tickets go back, and the person is as before. Errors: `undo.too-late`, those of `revertEvent`. */
export async function undoLeaving(work: Work, personId: Id, act: string): Promise<void> {
  await undoHandOn(work, act)
  const event = await work.db
    .selectFrom('audit_event')
    .select(['kind', 'object_type as type', 'object_id as id', 'before', 'after'])
    .where('object_type', '=', 'person')
    .where('object_id', '=', personId)
    .where('act_id', '=', act)
    .executeTakeFirst()
  if (!event) return
  const { kind, before, after } = event
  const change = { kind, object: { type: 'person', id: personId }, before, after }
  if (canRevert(change)) await revertEvent(work, change)
}
