/** Owns doing an act of the list from a form: what was typed becomes the act's fields, one transaction, and what is said afterwards. */
import {
  actOf,
  dropDraft,
  prepareAct,
  seeTicket,
  templateFiles,
  type ActName,
  type Done,
  type Id,
  type NewAttachment,
  type PageContext,
  type PersonActor,
  type Ready,
} from '../../../core/index.ts'
import { flash, ownPath, readAll, readFiles } from '../../../core/pages.ts'
import { sayAway } from '../away-words.ts'
import { words } from '../words.ts'
import { filesToAttach } from './composer.tsx'
import { readPending } from './state-choice.ts'

export type Typed = Record<string, string>
/** Done to a ticket that is there. */
export type TicketAct = Exclude<ActName, 'new' | 'ask'>

/** Forms that say more than their text fields, or say it in words of the page's own; every other form is handed over as it is. */
const READ: Partial<Record<ActName, (c: PageContext, typed: Typed, id: Id) => Promise<Record<string, unknown>>>> = {
  reply: async (c, typed, id) => ({ ...typed, attachments: [...(await offeredFiles(c, id, typed)), ...(await readFiles(c))] }),
  note: async (c, typed, id) => ({ ...typed, attachments: [...(await offeredFiles(c, id, typed)), ...(await readFiles(c))] }),
  forward: async (c, typed) => ({ ...typed, keep: await readAll(c, 'keep'), attachments: await readFiles(c) }),
  pend: async (c, typed) => ({ until: readPending(c, typed) }),
}

/** What is typed into these forms is kept as a draft, by field, until the act is done. */
export const DRAFTS = { reply: ['body', 'to', 'cc', 'subject'], note: ['body'], forward: [] } as const satisfies Partial<
  Record<ActName, readonly string[]>
>
const keepsDraft = (name: ActName): name is keyof typeof DRAFTS => Object.hasOwn(DRAFTS, name)

/** The form read and what it names looked up; `id` is one of the tickets it is then done to. */
export async function prepareFromForm<N extends TicketAct>(c: PageContext, name: N, typed: Typed, id: Id): Promise<Ready<N>> {
  return prepareAct(c.get('host'), name, (await READ[name]?.(c, typed, id)) ?? typed)
}

/** Does it in one transaction, and says so on the next page with the offer to take it back. */
export async function doFromForm(c: PageContext, actor: PersonActor, name: TicketAct, typed: Typed, id: Id): Promise<void> {
  const doIt = await prepareFromForm(c, name, typed, id)
  const { done, act } = await c.get('host').work(actor, async (work) => {
    const done = await doIt(work, id)
    if (keepsDraft(name)) await dropDraft(work, `ticket/${id}/${name}`)
    return { done, act: work.act }
  })
  const back = typed['back'] && ownPath(typed['back'])
  flash(c, {
    text: sayDone(c, name, done),
    ...(actOf(name).undoable ? { undo: `/desk/tickets/${id}/undo/${act}${back ? `?back=${encodeURIComponent(back)}` : ''}` } : {}),
  })
}

export function sayDone(c: PageContext, name: ActName, done: Done | void): string {
  return words(c)(done?.say ?? actOf(name).words.done, { ...done?.params, ...(done?.absence ? { away: sayAway(c, done.absence) } : {}) })
}

/** Files of templates put into the text, as far as the ticket's queue offers them. */
async function offeredFiles(c: PageContext, id: Id, typed: Typed): Promise<NewAttachment[]> {
  const ids = filesToAttach(typed)
  if (ids.length === 0) return []
  const { db } = c.get('host')
  const ticket = await seeTicket(db, c.get('actor')!.access, id, 'ro')
  return templateFiles(db, ticket.queueId, ids)
}
