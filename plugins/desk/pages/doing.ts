/** Owns doing an act of the list from a form: what was typed becomes the act's fields, one transaction, and what is said afterwards. */
import {
  actOf,
  isId,
  prepareAct,
  ROOT_UNIT,
  type ActName,
  type Done,
  type Id,
  type PageContext,
  type PersonActor,
  type Ready,
} from '../../../core/index.ts'
import { demandAgent, flash, ownPath, readAll, readAttachments, readOwnFields, sendKept, withOwnFields } from '../../../core/pages.ts'
import { sayAway } from '../away-words.ts'
import { words } from '../words.ts'
import { askedOfForm } from './narrowed.tsx'
import { readPending } from './state-choice.ts'

export type Typed = Record<string, string>
/** Done to a ticket that is there. */
export type TicketAct = Exclude<ActName, 'new' | 'ask'>

/** Forms that say more than their text fields, or say it in words of the page's own; every other form is handed over as it is. */
const READ: Partial<Record<ActName, (c: PageContext, typed: Typed, ticketId?: Id) => Promise<Record<string, unknown>>>> = {
  reply: async (c, typed) => ({ ...typed, attachments: await readAttachments(c) }),
  note: async (c, typed) => ({ ...typed, attachments: await readAttachments(c) }),
  forward: async (c, typed) => ({ ...typed, keep: await readAll(c, 'keep'), attachments: await readAttachments(c) }),
  link: async (c, typed) => ({ ...typed, to: await thingMeant(c, typed['to'] ?? '') }),
  pend: async (c, typed, ticketId) => ({ until: await readPending(c, typed, ticketId) }),
}

/** A number stays as it is; the address of something that a plugin knows becomes its kind and id. */
async function thingMeant(c: PageContext, typed: string): Promise<string> {
  const actor = c.get('actor')
  if (!actor || !/[/:]/.test(typed)) return typed
  const thing = await c.get('host').linkKinds.meant(typed, { actor, unitId: actor.unitId ?? ROOT_UNIT, language: c.get('language') })
  return thing ? `${thing.kind}:${thing.id}` : typed
}

/** The form read and what it names looked up. `id`: of the ticket, where the form asks for its fields; one for many tickets asks for none. */
export async function prepareFromForm<N extends TicketAct>(c: PageContext, name: N, typed: Typed, id?: Id): Promise<Ready<N>> {
  const { db, logins } = c.get('host')
  const given = (await READ[name]?.(c, typed, id)) ?? typed
  const asked =
    id !== undefined && isId(id)
      ? await askedOfForm(c, { actor: demandAgent(c), ticket: null }, name, id, await withOwnFields(c, typed))
      : []
  return prepareAct({ db, directory: logins }, name, { ...given, fields: await readOwnFields(c, asked) })
}

/** Does it in one transaction, and says so on the next page with the offer to take it back. */
export async function doFromForm(c: PageContext, actor: PersonActor, name: TicketAct, typed: Typed, id: Id): Promise<void> {
  const doIt = await prepareFromForm(c, name, typed, id)
  const { done, act } = await c.get('host').work(actor, async (work) => {
    await sendKept(c, work)
    return { done: await doIt(work, id, seenOf(typed, id)), act: work.act }
  })
  const back = typed['back'] && ownPath(typed['back'])
  flash(c, {
    text: sayDone(c, name, done),
    ...(actOf(name).undoable ? { undo: `/desk/tickets/${id}/undo/${act}${back ? `?back=${encodeURIComponent(back)}` : ''}` } : {}),
  })
}

/** What the page showed on which it was typed; in a list each row says so for itself. */
export const seenOf = (typed: Typed, id: Id): string => typed[`seen.${id}`] ?? typed['seen'] ?? ''

export function sayDone(c: PageContext, name: ActName, done: Done | void): string {
  return words(c)(done?.say ?? actOf(name).words.done, { ...done?.params, ...(done?.absence ? { away: sayAway(c, done.absence) } : {}) })
}
