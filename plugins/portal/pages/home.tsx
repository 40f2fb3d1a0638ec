/** Owns the start page: ask, see who answers and when, find one's tickets; before logging in, how to reach us at all. */
import type { Child } from 'hono/jsx'
import type { Hono } from 'hono'
import { z } from 'zod'
import {
  asCustomer, blankForm, Button, confirmRequest, createTicket, CsrfField, demandLogin, Field, Files, findBeside, flash, FormProblems, FoundBeside, hx, page, readFiles, readForm, respond,
  sayCutOff, sayHours, TextArea, withRefusal, type FormState, type PageContext, type PersonActor, type WebEnv,
} from '../../../core/index.ts'
import { portalFrame } from '../frame.tsx'
import type { PortalHost } from '../host.ts'
import { addressOf, exportMine, listMine, readWish } from '../my-tickets.ts'
import { LoginForms } from '../parts/login-forms.tsx'
import { MineRegion, MyTickets } from '../parts/my-tickets.tsx'
import { findReception, promise, type Reception } from '../reception.ts'
import { words } from '../words.ts'

const askSchema = z.object({ subject: z.string().trim().min(1).max(250), body: z.string().trim().min(1).max(100_000) })

export function homeRoutes(app: Hono<WebEnv>, host: PortalHost): void {
  app.get('/', (c) => home(c, host, blankForm()))

  app.post('/', async (c) => {
    const actor = demandLogin(c)
    const form = await readForm(c, askSchema)
    if (!form.ok) return home(c, host, form, 422)
    const { queue: queueName } = await host.settings()
    const { queue, calendar } = await findReception(host, queueName, c.get('language'))
    try {
      const attachments = await readFiles(c)
      const ticket = await host.work({ ...actor, access: asCustomer(actor.access) }, async (work) => {
        const made = await createTicket(work, {
          title: form.value.subject, queueId: queue.id, customerId: actor.id,
          article: {
            channel: 'web', senderType: 'customer', visible: true, personId: actor.id, from: actor.name, subject: form.value.subject, body: form.value.body,
            attachments,
          },
        })
        await confirmRequest(work, made.id, c.get('language'))
        return made
      })
      const t = words.in(c.get('language'))
      const later = promise(calendar, c.get('language'), host.clock())
      flash(c, { text: later ? t('ask.done.later', { number: ticket.number, receipt: later.receipt }) : t('ask.done', { number: ticket.number }) })
      return c.redirect(`/tickets/${ticket.id}`, 303)
    } catch (error) {
      return home(c, host, withRefusal(c, form, error), 422)
    }
  })

  app.get('/tickets.csv', async (c) => {
    const actor = demandLogin(c)
    c.header('content-type', 'text/csv; charset=utf-8')
    c.header('content-disposition', 'attachment; filename="tickets.csv"')
    return c.body(await exportMine(host, actor, readWish(c), c.get('language')))
  })
}

async function home(c: PageContext, host: PortalHost, form: FormState, status: 200 | 422 = 200): Promise<Response> {
  const actor = c.get('actor')
  const { queue, welcome } = await host.settings()
  const reception = await findReception(host, queue, c.get('language'))
  if (!actor) return entrance(c, host, reception, welcome)
  const wish = readWish(c)
  const found = await listMine(host, actor, wish)
  return respond(c, {
    status,
    fragments: { promise: () => <Promised c={c} host={host} reception={reception} />, mine: () => <MineRegion c={c} wish={wish} found={found} /> },
    whole: async () => page(c, {
      title: words.in(c.get('language'))('home.title'), status, frame: await portalFrame(c), live: { list: true },
      body: (
        <>
          <Welcome c={c} reception={reception} welcome={welcome} actor={actor} />
          <AskForm c={c} host={host} reception={reception} form={form} suggestions={await host.slots.fill('portal.new-ticket.suggestions', { subject: form.values['subject'] ?? '' }, c)} />
          <MyTickets c={c} wish={wish} found={found} />
          <FoundBeside c={c} results={wish.after ? [] : await findBeside(c, wish.search, { ...actor, access: asCustomer(actor.access) })} />
          {await host.slots.fill('portal.home', {}, c)}
        </>
      ),
    }),
  })
}

async function entrance(c: PageContext, host: PortalHost, reception: Reception, welcome: string): Promise<Response> {
  return page(c, {
    title: words.in(c.get('language'))('home.title'), frame: await portalFrame(c),
    body: (
      <>
        <Welcome c={c} reception={reception} welcome={welcome} />
        <LoginForms c={c} form={blankForm()} next={c.req.query('next')} />
        {await host.slots.fill('portal.home', {}, c)}
      </>
    ),
  })
}

const Welcome = ({ c, reception, welcome, actor }: { c: PageContext; reception: Reception; welcome: string; actor?: PersonActor }) => {
  const language = c.get('language')
  const t = words.in(language)
  const [before, after] = t(actor ? 'home.lead' : 'home.lead.strangers').split('{address}')
  return (
    <div class="lead">
      <h1>{t('home.title')}</h1>
      {welcome && <p>{welcome}</p>}
      <p>{before}<a href={`mailto:${reception.address}`}>{reception.address}</a>{after}</p>
      <p class="quiet">{t('home.hours', { hours: sayHours(reception.calendar, language) })} {sayCutOff(reception.calendar, language)}</p>
    </div>
  )
}

const AskForm = ({ c, host, reception, form, suggestions }: { c: PageContext; host: PortalHost; reception: Reception; form: FormState; suggestions: Child[] }) => {
  const t = words.in(c.get('language'))
  return (
    <form method="post" action={addressOf('/', readWish(c))} enctype="multipart/form-data" class="form" id="ask">
      <CsrfField c={c} />
      <FormProblems c={c} form={form} labels={{ subject: t('ask.subject'), body: t('ask.text') }} />
      <Field c={c} form={form} name="subject" label={t('ask.subject')} required maxlength={250} placeholder={t('ask.subject.placeholder')} autocomplete="off" />
      {suggestions}
      <TextArea c={c} form={form} name="body" label={t('ask.text')} required rows={6} placeholder={t('ask.text.placeholder')} />
      <Files c={c} form={form} name="files" limit={host.config.smtp.maxSizeKb * 1024} />
      <Promised c={c} host={host} reception={reception} />
      <div class="form-foot"><Button kind="primary">{t('ask.send')}</Button></div>
    </form>
  )
}

/** Who answers and when, true for this minute: it asks again by itself. */
const Promised = ({ c, host, reception }: { c: PageContext; host: PortalHost; reception: Reception }) => {
  const t = words.in(c.get('language'))
  const later = promise(reception.calendar, c.get('language'), host.clock())
  return (
    <div id="promise" class="promise" {...hx(c, { get: '/', trigger: 'every 60s', swap: 'outerMorph' })} {...{ 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }}>
      <p><b>{t('ask.who', { unit: reception.unit })}</b></p>
      <p>{later ? t('ask.later', { reason: later.reason[0]!.toUpperCase() + later.reason.slice(1), receipt: later.receipt }) : t('ask.now')}</p>
    </div>
  )
}
