/** Owns the POST routes of a ticket: each act of the list that the desk offers on it, taking one back, and what a person keeps for themself. */
import type { Hono } from 'hono'
import {
  actsOfferedBy,
  dropDraft,
  listArticles,
  prepareAct,
  Refusal,
  saveDraft,
  seeTicket,
  touchSeen,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import { demandAgent, flash, fragment, ownPath, readFields, withRefusal } from '../../../core/pages.ts'
import { DraftWords } from './composer.tsx'
import { doFromForm, DRAFTS, sayDone, type TicketAct } from './doing.ts'
import { enter } from './frame.tsx'
import { isWay } from './pass-on.tsx'
import { showTicket } from './ticket.tsx'

/** What is done to a ticket by posting to its own address; passing an article on has pages of its own. */
const HERE = actsOfferedBy('desk').filter((name): name is TicketAct => name !== 'new' && name !== 'ask' && name !== 'undo' && !isWay(name))

export function actRoutes(app: Hono<WebEnv>): void {
  for (const name of HERE) app.post(`/desk/tickets/:id/${name}`, (c) => run(c, name))
  app.post('/desk/tickets/:id/undo/:act', undo)
  app.post('/desk/tickets/:id/draft', draft)
  app.post('/desk/tickets/:id/draft/drop', drop)
  app.post('/desk/tickets/:id/seen', seen)
}

/** One act in one transaction; refused: the same page with the form open and the reason, 422 (409 when somebody was faster). */
async function run(c: PageContext, name: TicketAct): Promise<Response> {
  const actor = demandAgent(c)
  const id = c.req.param('id') ?? ''
  const typed = await readFields(c)
  // Another button of the same form: nothing is done, what was typed stays and gets a text behind it.
  if ((name === 'reply' || name === 'note') && typed['insert'])
    return showTicket(c, await enter(c), id, { act: name, form: { values: typed, problems: {} }, status: 200 })
  try {
    await doFromForm(c, actor, name, typed, id)
    return c.redirect(typed['back'] ? ownPath(typed['back']) : `/desk/tickets/${id}`, 303)
  } catch (error) {
    if (!(error instanceof Refusal) || (error.status !== 422 && error.status !== 409)) throw error
    const form = withRefusal(c, { values: typed, problems: {} }, error)
    return showTicket(c, await enter(c), id, { act: name, form, status: error.status })
  }
}

/** POST …/undo/:act: takes the act back; an answer's text goes back into the composer. `?back`: where the act was done. */
async function undo(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const id = c.req.param('id') ?? ''
  const act = c.req.param('act') ?? ''
  const takeBack = await prepareAct(c.get('host'), 'undo', { act })
  try {
    const done = await c.get('host').work(actor, async (work) => {
      const articles = await listArticles(work.db, id, { visibleOnly: false })
      const undone = await takeBack(work, id)
      for (const article of articles.filter((one) => one.actId === act && one.senderType === 'agent')) {
        const forwarded = article.channel === 'email' && article.subject.startsWith('Fwd: ')
        await saveDraft(work, `ticket/${id}/${forwarded ? 'forward' : article.visible ? 'reply' : 'note'}`, {
          body: article.body,
          ...(article.visible || forwarded ? { to: article.to, cc: article.cc, subject: withoutNumber(article.subject) } : {}),
        })
      }
      return undone
    })
    flash(c, { text: sayDone(c, 'undo', done) })
  } catch (error) {
    if (!(error instanceof Refusal) || error.status === 404) throw error
    const { problems } = withRefusal(c, { values: {}, problems: {} }, error)
    flash(c, { text: Object.values(problems)[0] ?? '', tone: 'warn' })
  }
  const back = c.req.query('back')
  return c.redirect(back ? ownPath(back) : `/desk/tickets/${id}`, 303)
}

/** "Re: [Ticket#2026…] Sieć" → "Sieć": sending builds the subject anew. */
const withoutNumber = (subject: string): string => subject.replace(/^(re|odp|fwd)(\[\d+\])?:\s*/i, '').replace(/^\[[^\]]*\d{5}\]\s*/, '')

function draftForm(c: PageContext): 'reply' | 'note' {
  return c.req.query('form') === 'note' ? 'note' : 'reply'
}

/** POST …/draft: keeps what is typed and says when. A draft is one only with a text. */
async function draft(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const { host } = c.var
  const ticket = await seeTicket(host.db, actor.access, c.req.param('id') ?? '', 'ro')
  const fields = await readFields(c)
  const kind = draftForm(c)
  const typed = Object.fromEntries(DRAFTS[kind].map((name) => [name, fields[name] ?? '']))
  const at = await host.work(actor, async (work) => {
    const kept = await saveDraft(work, `ticket/${ticket.id}/${kind}`, typed['body']?.trim() ? typed : {})
    return kept ? work.now : undefined
  })
  return fragment(c, at ? <DraftWords c={c} at={at} /> : '')
}

async function drop(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const { host } = c.var
  const ticket = await seeTicket(host.db, actor.access, c.req.param('id') ?? '', 'ro')
  await host.work(actor, (work) => dropDraft(work, `ticket/${ticket.id}/${draftForm(c)}`))
  return c.redirect(`/desk/tickets/${ticket.id}`, 303)
}

/** POST …/seen: a page fetched ahead tells when it was really looked at. */
async function seen(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const { db, clock } = c.get('host')
  const ticket = await seeTicket(db, actor.access, c.req.param('id') ?? '', 'ro')
  await touchSeen(db, ticket.id, actor.id, clock())
  return c.body(null, 204)
}
