/** Owns the POST routes of a ticket: each act of the list that the desk offers on it, taking one back, and what a person keeps for themself. */
import type { Hono } from 'hono'
import {
  actsOfferedBy,
  borrowFiles,
  draftAgain,
  listArticles,
  prepareAct,
  Refusal,
  saveDraft,
  seeTicket,
  touchSeen,
  type Attachment,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  demandAgent,
  flash,
  isFragment,
  keepPosted,
  ownPath,
  readFields,
  withOwnFields,
  withRefusal,
} from '../../../core/pages.ts'
import { doFromForm, sayDone, type TicketAct } from './doing.ts'
import { enter } from './frame.tsx'
import { isWay } from './pass-on.tsx'
import { showTicket } from './ticket.tsx'

/** What is done to a ticket by posting to its own address; passing an article on and merging have pages of their own. */
const HERE = actsOfferedBy('desk').filter(
  (name): name is TicketAct => name !== 'new' && name !== 'ask' && name !== 'undo' && name !== 'merge' && !isWay(name),
)

export function actRoutes(app: Hono<WebEnv>): void {
  for (const name of HERE) app.post(`/desk/tickets/:id/${name}`, (c) => run(c, name))
  app.post('/desk/tickets/:id/undo/:act', undo)
  app.post('/desk/tickets/:id/seen', seen)
}

/** One act in one transaction; refused: the same page with the form open and the reason, 422 (409 when somebody was faster). */
async function run(c: PageContext, name: TicketAct): Promise<Response> {
  const actor = demandAgent(c)
  const id = c.req.param('id') ?? ''
  const typed = await readFields(c)
  if (typed['refresh']) {
    const { refresh: _refresh, ...values } = await withOwnFields(c, typed)
    if (!isFragment(c)) await keepPosted(c)
    return showTicket(c, await enter(c), id, { act: name, form: blankForm(values), status: 200 })
  }
  try {
    await doFromForm(c, actor, name, typed, id)
    return c.redirect(typed['back'] ? ownPath(typed['back']) : `/desk/tickets/${id}`, 303)
  } catch (error) {
    if (!(error instanceof Refusal) || (error.status !== 422 && error.status !== 409)) throw error
    await keepPosted(c)
    const form = withRefusal(c, { values: await withOwnFields(c, typed), problems: {} }, error)
    return showTicket(c, await enter(c), id, { act: name, form, status: error.status })
  }
}

/** POST …/undo/:act: takes the act back; what was typed for it is a draft again, with its files. `?back`: where the act was done. */
async function undo(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const id = c.req.param('id') ?? ''
  const act = c.req.param('act') ?? ''
  const takeBack = await prepareAct(c.get('host'), 'undo', { act })
  try {
    const { done, form } = await c.get('host').work(actor, async (work) => {
      const articles = await listArticles(work.db, id, { visibleOnly: false })
      const done = await takeBack(work, id)
      const mine = articles.filter((one) => one.actId === act && one.senderType === 'agent')
      const form = await draftAgain(work, act, (form) => {
        // What a forwarded message brought along is ticked on the form itself.
        const source = articles.find((one) => one.id === PASSED_ON.exec(form)?.[1])?.attachments ?? []
        const brought = (file: Attachment) => source.some((one) => one.name === file.name && one.size === file.size)
        const files = mine.flatMap((article) => article.attachments).filter((file) => !brought(file))
        return borrowFiles(
          work,
          'article_attachment',
          files.map((file) => file.id),
        )
      })
      // A note that another form took along, closing for example.
      const note = form ? undefined : mine.find((article) => !article.visible)
      if (note) await saveDraft(work, `ticket/${id}/note`, { body: note.body }, { page: act })
      return { done, form }
    })
    flash(c, { text: sayDone(c, 'undo', done) })
    if (form && PASSED_ON.test(form)) return c.redirect(`/desk/${form.replace(/^ticket/, 'tickets')}`, 303)
  } catch (error) {
    if (!(error instanceof Refusal) || error.status === 404) throw error
    const { problems } = withRefusal(c, { values: {}, problems: {} }, error)
    flash(c, { text: Object.values(problems)[0] ?? '', tone: 'warn' })
  }
  const back = c.req.query('back')
  return c.redirect(back ? ownPath(back) : `/desk/tickets/${id}`, 303)
}

/** The form of an article's own page, as drafts know it: 'ticket/1/articles/2/forward'. */
const PASSED_ON = /\/articles\/(\d{1,18})\/\w+$/

/** POST …/seen: a page fetched ahead tells when it was really looked at. */
async function seen(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const { db, clock } = c.get('host')
  const ticket = await seeTicket(db, actor.access, c.req.param('id') ?? '', 'ro')
  await touchSeen(db, ticket.id, actor.id, clock())
  return c.body(null, 204)
}
