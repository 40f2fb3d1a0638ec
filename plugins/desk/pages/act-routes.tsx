/** Owns the POST routes of a ticket: each reads its form, does one act, says what was done and offers to take it back. */
import type { Hono } from 'hono'
import {
  absentNow, acceptHeld, addParticipant, demandAgent, addNote, answerTicket, dropDraft, findPersonByAddress, findPersonByLogin, flash, isAddress, listArticles, moveTicket, ownPath,
  readFields, readFiles, refused, Refusal, rejectHeld, releaseTicket, removeParticipant, saveDraft, seeTicket, setCustomer, setOwner, setPriority, setState, setTitle, takeTicket,
  templateFiles, touchSeen, undoAct, watchTicket, withRefusal, type ChosenState, type Id, type NewAttachment, type PageContext, type WebEnv, type Work,
} from '../../../core/index.ts'
import { sayAway } from '../away-words.ts'
import { words, type DeskKey } from '../words.ts'
import { DraftWords, filesToAttach } from './composer.tsx'
import { enter, respondWith } from './frame.tsx'
import { findStateId, readPending } from './state-choice.ts'
import { showTicket } from './ticket.tsx'

interface Done { say: DeskKey; params?: Record<string, string | number> }
type Fields = Record<string, string>
type Act = (c: PageContext, id: Id, fields: Fields) => Promise<(work: Work) => Promise<Done>>

export function actRoutes(app: Hono<WebEnv>): void {
  for (const [name, act] of Object.entries(acts)) app.post(`/desk/tickets/:id/${name}`, (c) => run(c, name, act))
  app.post('/desk/tickets/:id/undo/:act', undo)
  app.post('/desk/tickets/:id/draft', draft)
  app.post('/desk/tickets/:id/draft/drop', drop)
  app.post('/desk/tickets/:id/seen', seen)
}

/** One act in one transaction; refused: the same page with the form open and the reason, 422 (409 when somebody was faster). */
async function run(c: PageContext, name: string, act: Act): Promise<Response> {
  const actor = demandAgent(c)
  const id = c.req.param('id') ?? ''
  const fields = await readFields(c)
  // Another button of the same form: nothing is done, what was typed stays and gets a text behind it.
  if ((name === 'reply' || name === 'note') && fields['insert']) return showTicket(c, await enter(c), id, { act: name, form: { values: fields, problems: {} }, status: 200 })
  try {
    const doIt = await act(c, id, fields)
    const { done, undoable } = await c.get('host').work(actor, async (work) => ({ done: await doIt(work), undoable: work.act }))
    flash(c, { text: words(c)(done.say, done.params), ...(UNDONE_OTHERWISE.has(name) ? {} : { undo: `/desk/tickets/${id}/undo/${undoable}` }) })
    return c.redirect(fields['back'] ? ownPath(fields['back']) : `/desk/tickets/${id}`, 303)
  } catch (error) {
    if (!(error instanceof Refusal) || (error.status !== 422 && error.status !== 409)) throw error
    const form = withRefusal(c, { values: fields, problems: {} }, error)
    return showTicket(c, await enter(c), id, { act: name, form, status: error.status })
  }
}

/** Acts whose opposite stands on the page. */
const UNDONE_OTHERWISE: ReadonlySet<string> = new Set(['watch', 'add-person', 'remove-person'])

const acts: Record<string, Act> = {
  reply: async (c, id, fields) => {
    const attachments = [...await offeredFiles(c, id, fields), ...await readFiles(c)]
    const state = await stateAfter(c, fields['next'])
    const to = fields['to'] === undefined ? undefined : addresses(fields['to'], 'to')
    const cc = addresses(fields['cc'] ?? '', 'cc')
    return async (work) => {
      await answerTicket(work, id, {
        body: fields['body'] ?? '', cc, attachments, ...(to ? { to } : {}), ...(fields['subject'] ? { subject: fields['subject'] } : {}), ...(state ? { state } : {}),
      })
      await dropDraft(work, `ticket/${id}/reply`)
      return { say: fields['next'] === 'close' ? 'done.reply-close' : fields['next'] === 'wait' ? 'done.reply-wait' : 'done.reply' }
    }
  },
  note: async (c, id, fields) => {
    const attachments = [...await offeredFiles(c, id, fields), ...await readFiles(c)]
    return async (work) => {
      await addNote(work, id, { body: fields['body'] ?? '', attachments })
      await dropDraft(work, `ticket/${id}/note`)
      return { say: 'done.note' }
    }
  },
  take: async (_c, id, fields) => async (work) => {
    await takeTicket(work, id, fields['fromOther'] ? { fromOther: true } : {})
    return { say: 'done.take' }
  },
  release: async (_c, id) => async (work) => {
    await releaseTicket(work, id)
    return { say: 'done.release' }
  },
  move: async (_c, id, fields) => async (work) => {
    await moveTicket(work, id, fields['queue'] ?? '')
    return { say: 'done.move' }
  },
  pend: async (c, id, fields) => {
    const chosen = await readPending(c, { until: fields['until'] ?? '', date: fields['date'] ?? '' })
    return async (work) => {
      await setState(work, id, chosen)
      return { say: 'done.pend' }
    }
  },
  close: async (c, id, fields) => {
    const stateId = await findStateId(c, fields['how'] === 'unsuccessful' ? 'closed unsuccessful' : 'closed successful')
    return async (work) => {
      await setState(work, id, { stateId }, fields['note'] ? { body: fields['note'] } : undefined)
      return { say: 'done.close' }
    }
  },
  reopen: async (c, id) => {
    const stateId = await findStateId(c, 'open')
    return async (work) => {
      await setState(work, id, { stateId })
      return { say: 'done.reopen' }
    }
  },
  priority: async (_c, id, fields) => async (work) => {
    await setPriority(work, id, fields['priority'] ?? '')
    return { say: 'done.priority' }
  },
  owner: async (c, id, fields) => async (work) => {
    const owner = fields['owner'] ?? ''
    await setOwner(work, id, owner)
    const away = (await absentNow(work.db, [owner], work.now)).get(owner)
    if (away) return { say: 'done.owner-away', params: { away: sayAway(c, away) } }
    return { say: 'done.owner' }
  },
  title: async (_c, id, fields) => async (work) => {
    await setTitle(work, id, fields['title'] ?? '')
    return { say: 'done.title' }
  },
  customer: async (c, id, fields) => {
    const { db } = c.get('host')
    const wanted = fields['customer']?.trim() ?? ''
    const person = await findPersonByAddress(db, wanted) ?? await findPersonByLogin(db, wanted)
    if (!person?.valid) throw refused('person.unknown', { who: wanted }, 'customer')
    return async (work) => {
      await setCustomer(work, id, person.id)
      return { say: 'done.customer', params: { who: person.name } }
    }
  },
  'add-person': async (_c, id, fields) => async (work) => {
    const person = await addParticipant(work, id, fields['who'] ?? '', fields['right'] === 'reply' ? 'reply' : 'read')
    return { say: 'done.add-person', params: { who: person.name } }
  },
  'remove-person': async (_c, id, fields) => async (work) => {
    await removeParticipant(work, id, fields['person'] ?? '')
    return { say: 'done.remove-person' }
  },
  'accept-message': async (_c, id, fields) => async (work) => {
    await acceptHeld(work, id, fields['article'] ?? '')
    return { say: 'done.accept-message' }
  },
  'accept-sender': async (_c, id, fields) => async (work) => {
    await acceptHeld(work, id, fields['article'] ?? '', { sender: true })
    return { say: 'done.accept-sender' }
  },
  'reject-message': async (_c, id, fields) => async (work) => {
    await rejectHeld(work, id, fields['article'] ?? '')
    return { say: 'done.reject-message' }
  },
  watch: async (_c, id, fields) => async (work) => {
    await watchTicket(work, id, fields['watching'] !== 'no')
    return { say: fields['watching'] === 'no' ? 'done.unwatch' : 'done.watch' }
  },
}

/** Files of templates put into the text, as far as the ticket's queue offers them. */
async function offeredFiles(c: PageContext, id: Id, fields: Fields): Promise<NewAttachment[]> {
  const ids = filesToAttach(fields)
  if (ids.length === 0) return []
  const { db } = c.get('host')
  const ticket = await seeTicket(db, demandAgent(c).access, id, 'ro')
  return templateFiles(db, ticket.queueId, ids)
}

async function stateAfter(c: PageContext, next: string | undefined): Promise<ChosenState | undefined> {
  if (next === 'close') return { stateId: await findStateId(c, 'closed successful') }
  if (next === 'wait') return readPending(c, { until: 'customer' })
  return undefined
}

/** Addresses between commas, semicolons or line ends; 'Name <address>' counts as its address. */
export function addresses(text: string, field: string): string[] {
  const list = text.split(/[,;\n]/).map((part) => (part.match(/<([^<>]+)>\s*$/)?.[1] ?? part).trim()).filter(Boolean)
  const wrong = list.find((address) => !isAddress(address))
  if (wrong) throw refused('person.address-invalid', { address: wrong }, field)
  return list
}

/** POST …/undo/:act: takes the act back; an answer's text goes back into the composer. */
async function undo(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const id = c.req.param('id') ?? ''
  const act = c.req.param('act') ?? ''
  if (!/^[0-9a-f-]{36}$/.test(act)) throw refused('not-found')
  try {
    await c.get('host').work(actor, async (work) => {
      const articles = await listArticles(work.db, id, { visibleOnly: false })
      await undoAct(work, id, act)
      for (const article of articles.filter((one) => one.actId === act && one.senderType === 'agent')) {
        const forwarded = article.channel === 'email' && article.subject.startsWith('Fwd: ')
        await saveDraft(work, `ticket/${id}/${forwarded ? 'forward' : article.visible ? 'reply' : 'note'}`, {
          body: article.body, ...(article.visible || forwarded ? { to: article.to, cc: article.cc, subject: withoutNumber(article.subject) } : {}),
        })
      }
    })
    flash(c, { text: words(c)('done.undo') })
  } catch (error) {
    if (!(error instanceof Refusal) || error.status === 404) throw error
    const { problems } = withRefusal(c, { values: {}, problems: {} }, error)
    flash(c, { text: Object.values(problems)[0] ?? '', tone: 'warn' })
  }
  return c.redirect(`/desk/tickets/${id}`, 303)
}

/** "Re: [Ticket#2026…] Sieć" → "Sieć": sending builds the subject anew. */
const withoutNumber = (subject: string): string => subject.replace(/^(re|odp|fwd)(\[\d+\])?:\s*/i, '').replace(/^\[[^\]]*\d{5,}\]\s*/, '')

const DRAFT_FIELDS = { reply: ['body', 'to', 'cc', 'subject'], note: ['body'] } as const

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
  const typed = Object.fromEntries(DRAFT_FIELDS[kind].map((name) => [name, fields[name] ?? '']))
  const at = await host.work(actor, async (work) => {
    const kept = await saveDraft(work, `ticket/${ticket.id}/${kind}`, typed['body']?.trim() ? typed : {})
    return kept ? work.now : undefined
  })
  return respondWith(c, at ? <DraftWords c={c} at={at} /> : '')
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
