/** Owns the start page: ask, see who answers and when, find one's tickets; before logging in, how to reach us at all. */
import type { Child } from 'hono/jsx'
import type { Hono } from 'hono'
import { z } from 'zod'
import {
  aboutChoices,
  ACTS,
  asCustomer,
  fieldsAsked,
  findDrafts,
  narrowAsked,
  prepareAct,
  questionsOfFields,
  Refusal,
  sayCutOff,
  sayExceptions,
  sayHours,
  sayRoute,
  sentBecame,
  type Asked,
  type PageContext,
  type PersonActor,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  chooseDraft,
  demandLogin,
  DraftLine,
  Field,
  findBeside,
  flash,
  FormProblems,
  FoundBeside,
  hx,
  isFragment,
  KeepsField,
  KeptFiles,
  KeptMarks,
  keepPosted,
  OwnFields,
  ownFieldIds,
  ownFieldLabels,
  ownFieldNames,
  page,
  readAttachments,
  readFields,
  readForm,
  readOwnFields,
  respond,
  Select,
  sendKept,
  sendWords,
  TextArea,
  withOwnFields,
  withRefusal,
  type Choice,
  type FormState,
  type KeptFormProps,
} from '../../../core/pages.ts'
import { portalFrame } from '../frame.tsx'
import type { PortalHost } from '../host.ts'
import { addressOf, exportMine, listMine, readWish } from '../my-tickets.ts'
import { LoginForms } from '../parts/login-forms.tsx'
import { MineRegion, MyTickets } from '../parts/my-tickets.tsx'
import { findReception, promise, readChoices, type Choices, type Reception } from '../reception.ts'
import { words } from '../words.ts'

const askSchema = ACTS.ask.fields
  .pick({ subject: true, body: true })
  .extend({ unit: z.string().optional(), topic: z.string().optional(), service: z.string().optional() })
/** The button that only asks who would answer; where scripts run the page says so by itself. */
const SHOW = 'show'
const FORM = 'portal/new'

export function homeRoutes(app: Hono<WebEnv>, host: PortalHost): void {
  app.get('/', (c) => home(c, host, undefined))

  app.post('/', async (c) => {
    const actor = demandLogin(c)
    const values = await withOwnFields(c, await readFields(c))
    // What comes back with the form comes back with its files.
    const again = async (form: FormState, status: 200 | 409 | 422 | 429, sent?: string) => {
      await keepPosted(c)
      return home(c, host, form, status, sent)
    }
    if (values['act'] === SHOW) return again(blankForm(values), 200)
    const read = await readForm(c, askSchema)
    const form = { ...read, values }
    if (!form.ok) return again(form, 422)
    const { queue: queueName } = await host.settings()
    const choices = await readChoices(host, actor.unitId, form.value, c.get('language'))
    if (choices.topics.length > 0 && !form.value.topic) {
      return again({ values: form.values, problems: { topic: words.in(c.get('language'))('ask.topic.needed') } }, 422)
    }
    const services = await servicesFor(host, actor)
    if (services.required && services.choices.length > 0 && !form.value.service) {
      return again({ values: form.values, problems: { service: words.in(c.get('language'))('ask.service.needed') } }, 422)
    }
    const { queue, calendar, unit, reason } = await findReception(host, queueName, c.get('language'), choices)
    try {
      const asked = (await leftHere(host, actor, queue, values, await askedHere(host, queue.id, choices), services)).asked
      const ask = await prepareAct(host, 'ask', {
        ...form.value,
        queue: queue.id,
        topic: choices.topicId,
        service: services.choices.length > 0 ? (form.value.service ?? '') : '',
        ...(reason && choices.topics.length > 0 ? { reason: [reason] } : {}),
        language: c.get('language'),
        attachments: await readAttachments(c),
        fields: await readOwnFields(c, asked),
      })
      const ticket = await host.work({ ...actor, access: asCustomer(actor.access) }, async (work) => {
        await sendKept(c, work)
        const made = await ask(work, null)
        await sentBecame(work, made.id)
        return made
      })
      const t = words.in(c.get('language'))
      const later = promise(calendar, c.get('language'), host.clock())
      const done = later ? t('ask.done.later', { number: ticket.number, receipt: later.receipt }) : t('ask.done', { number: ticket.number })
      flash(c, { text: choices.topics.length > 0 ? `${done} ${t('ask.who', { unit })}` : done })
      return c.redirect(`/tickets/${ticket.id}`, 303)
    } catch (error) {
      const sent = error instanceof Refusal && error.code === 'form.sent' ? String(error.params['ticket']) : ''
      return again(withRefusal(c, form, error), sent ? 409 : error instanceof Refusal && error.status === 429 ? 429 : 422, sent)
    }
  })

  app.get('/tickets', (c) => c.redirect('/?which=all#mine-title', 302))
  app.get('/tickets.csv', async (c) => {
    const actor = demandLogin(c)
    c.header('content-type', 'text/csv; charset=utf-8')
    c.header('content-disposition', 'attachment; filename="tickets.csv"')
    return c.body(await exportMine(host, actor, readWish(c), c.get('language')))
  })
}

interface Services {
  required: boolean
  choices: Choice[]
}

/** The services that this person may ask about, where the installation lets them choose. */
async function servicesFor(host: PortalHost, actor: PersonActor): Promise<Services> {
  const { portal, services } = await aboutChoices(host.db, { customerId: actor.id, unitId: null })
  return {
    required: portal === 'required',
    choices: portal === 'off' ? [] : services.map(({ id, name }) => ({ value: id, label: name.replaceAll('::', ' · ') })),
  }
}

async function home(
  c: PageContext,
  host: PortalHost,
  given: FormState | undefined,
  status: 200 | 409 | 422 | 429 = 200,
  sent = '',
): Promise<Response> {
  const actor = c.get('actor')
  const { queue, welcome } = await host.settings()
  if (!actor) return entrance(c, host, await findReception(host, queue, c.get('language')), welcome)
  const drafts = chooseDraft(c, (await findDrafts(host.db, actor.id, [FORM]))[FORM]!)
  const form = given ?? blankForm(drafts.draft?.fields ?? {})
  // What asks again for its part says what stands in the form.
  const asks = isFragment(c) && Object.keys(c.req.query()).length > 0
  const typed = asks ? queried(c) : Object.keys(form.values).length > 0 ? form.values : c.req.query()
  const choices = await readChoices(host, actor.unitId, { unit: typed['unit'], topic: typed['topic'] }, c.get('language'))
  const reception = await findReception(host, queue, c.get('language'), choices)
  const { asked, services, narrows } = await leftHere(
    host,
    actor,
    reception.queue,
    typed,
    await askedHere(host, reception.queue.id, choices),
    await servicesFor(host, actor),
  )
  const wish = readWish(c)
  const found = await listMine(host, actor, wish)
  return respond(c, {
    status,
    fragments: {
      about: () => (
        <About
          c={c}
          host={host}
          reception={reception}
          choices={choices}
          asked={asked}
          form={narrows ? blankForm(queried(c)) : form}
          narrows={narrows}
        />
      ),
      mine: () => <MineRegion c={c} wish={wish} found={found} />,
    },
    whole: async () =>
      page(c, {
        title: words.in(c.get('language'))('home.title'),
        status,
        frame: await portalFrame(c),
        live: { list: true },
        body: (
          <>
            {await host.slots.fill('portal.notices', {}, c)}
            <Welcome c={c} reception={reception} welcome={welcome} actor={actor} />
            <AskForm
              c={c}
              host={host}
              reception={reception}
              choices={choices}
              services={services}
              narrows={narrows}
              asked={asked}
              form={form}
              drafts={drafts}
              sent={sent}
              suggestions={await host.slots.fill('portal.new-ticket.suggestions', { subject: form.values['subject'] ?? '' }, c)}
            />
            <MyTickets c={c} wish={wish} found={found} />
            <FoundBeside
              c={c}
              results={wish.after ? [] : await findBeside(c, wish.search, { ...actor, access: asCustomer(actor.access) })}
            />
            {await host.slots.fill('portal.home', {}, c)}
          </>
        ),
      }),
  })
}

async function entrance(c: PageContext, host: PortalHost, reception: Reception, welcome: string): Promise<Response> {
  return page(c, {
    title: words.in(c.get('language'))('home.title'),
    frame: await portalFrame(c),
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
  const exceptions = sayExceptions(reception.calendar, language, c.get('host').clock())
  const [before, after] = t(actor ? 'home.lead' : 'home.lead.strangers').split('{address}')
  return (
    <div class="lead">
      <h1>{t('home.title')}</h1>
      {welcome && <p>{welcome}</p>}
      <p>
        {before}
        <a href={`mailto:${reception.address}`}>{reception.address}</a>
        {after}
      </p>
      <p class="quiet">
        {t('home.hours', { hours: sayHours(reception.calendar, language) })} {sayCutOff(reception.calendar, language)}
        {exceptions && ` ${exceptions}`}
      </p>
    </div>
  )
}

const AskForm = ({
  c,
  host,
  reception,
  choices,
  services,
  narrows,
  asked,
  form,
  drafts,
  sent,
  suggestions,
}: {
  c: PageContext
  host: PortalHost
  reception: Reception
  choices: Choices
  services: Services
  narrows: boolean
  asked: readonly Asked[]
  form: FormState
  drafts: Pick<KeptFormProps, 'draft' | 'others'>
  sent: string
  suggestions: Child[]
}) => {
  const t = words.in(c.get('language'))
  const kept: KeptFormProps = {
    c,
    id: 'ask',
    form: FORM,
    keeps: keepsOf(asked),
    back: '/',
    ...drafts,
  }
  return (
    <form method="post" action={addressOf('/', readWish(c))} enctype="multipart/form-data" class="form" id="ask" autocomplete="on">
      <KeptMarks {...kept} state={form} />
      <FormProblems
        c={c}
        form={form}
        labels={{
          subject: t('ask.subject'),
          body: t('ask.text'),
          topic: t('ask.topic'),
          service: t('ask.service'),
          ...ownFieldLabels(c, asked),
        }}
        ids={{ files: 'ask-files', ...ownFieldIds('ask', asked) }}
      />
      {sent && (
        <p>
          <a href={`/tickets/${sent}`}>{t('ask.sent')}</a>
        </p>
      )}
      <Field
        c={c}
        form={form}
        name="subject"
        label={t('ask.subject')}
        required
        maxlength={250}
        placeholder={t('ask.subject.placeholder')}
      />
      {suggestions}
      <TextArea c={c} form={form} name="body" label={t('ask.text')} required rows={6} placeholder={t('ask.text.placeholder')} />
      <KeptFiles {...kept} state={form} limit={host.config.smtp.maxSizeKb * 1024} />
      {services.choices.length > 0 && (
        <Select
          c={c}
          form={form}
          name="service"
          label={t('ask.service')}
          required={services.required}
          empty={t(services.required ? 'ask.service.choose' : 'ask.service.none')}
          choices={services.choices}
        />
      )}
      <About c={c} host={host} reception={reception} choices={choices} asked={asked} form={form} narrows={narrows} />
      <div class="form-foot">
        <Button kind="primary">{sendWords(c, form, t('ask.send'))}</Button>
        <DraftLine {...kept} />
      </div>
    </form>
  )
}

/** What plugins leave of the services and fields that a customer is asked for. */
async function leftHere(
  host: PortalHost,
  actor: PersonActor,
  queue: { id: string; unitId: string },
  typed: Readonly<Record<string, string>>,
  asked: readonly Asked[],
  services: Services,
): Promise<{ asked: Asked[]; services: Services; narrows: boolean }> {
  if (!(await host.choices.narrows(queue.unitId))) return { asked: [...asked], services, narrows: false }
  const fields = Object.entries(typed).filter(([name]) => name.startsWith('field.'))
  const narrowed = await host.choices.ask(
    {
      actor: { ...actor, access: asCustomer(actor.access) },
      ticket: null,
      unitId: queue.unitId,
      form: {
        queue: queue.id,
        ...(typed['service'] ? { service: typed['service'] } : {}),
        fields: Object.fromEntries(
          fields.map(([name, values]) => [name.slice('field.'.length), values.split('\n').filter((one) => one !== '')]),
        ),
      },
    },
    [
      { of: 'service', act: 'ask', options: services.choices.map(({ value, label }) => ({ value, name: label.replaceAll(' · ', '::') })) },
      ...questionsOfFields('ask', asked),
    ],
  )
  return {
    asked: narrowAsked(asked, 'ask', narrowed),
    services: { ...services, choices: services.choices.filter(({ value }) => narrowed.allows('service', value, 'ask')) },
    narrows: true,
  }
}

/** What stands in the form, from the address that asks for its part again. */
const queried = (c: PageContext): Record<string, string> =>
  Object.fromEntries(Object.entries(c.req.queries()).map(([name, values]) => [name, values.join('\n')]))

/** Fields of the queue that answers this; while a topic is still to be chosen that queue is not known. */
const askedHere = async (host: PortalHost, queueId: string, { topics, topicId }: Choices): Promise<Asked[]> =>
  topics.length > 0 && topicId === null ? [] : (await fieldsAsked(host.db, ['portal'], { queueId, topicId })).portal

const keepsOf = (asked: readonly Asked[]): KeptFormProps['keeps'] => ({
  text: ['subject', 'body'],
  besides: ['unit', 'topic', 'service', ...ownFieldNames(asked)],
})

/** Unit and topic, the fields asked for with them, who answers and when: true for this minute and this choice, it asks again by itself. */
const About = async ({
  c,
  host,
  reception,
  choices,
  asked,
  form,
  narrows,
}: {
  c: PageContext
  host: PortalHost
  reception: Reception
  choices: Choices
  asked: readonly Asked[]
  form: FormState
  narrows: boolean
}) => {
  const t = words.in(c.get('language'))
  const language = c.get('language')
  const later = promise(reception.calendar, language, host.clock())
  const choosing = choices.topics.length > 0
  const why =
    choosing && choices.topicId !== null && reception.reason?.route
      ? await sayRoute(host.db, reception.reason.route, reception.queue.id, language)
      : []
  return (
    <div
      id="about"
      {...hx(c, {
        get: '/',
        trigger: narrows ? 'change, change from:#field-service, every 60s' : choosing ? 'change, every 60s' : 'every 60s',
        swap: 'outerMorph',
        ...(choosing || narrows
          ? { include: narrows ? '#about select, #about input, #about textarea, #field-service' : '#field-topic, #field-unit' }
          : {}),
      })}
      {...{ 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }}
    >
      {choosing && (
        <div class="form-row">
          <Select
            c={c}
            form={form}
            name="topic"
            label={t('ask.topic')}
            value={choices.topicId}
            required
            empty={t('ask.topic.choose')}
            choices={choices.topics}
          />
          <Select
            c={c}
            form={form}
            name="unit"
            label={t('ask.unit')}
            value={choices.unitId}
            choices={choices.units}
            {...(choices.unitId === null ? { empty: t('ask.unit.none') } : {})}
          />
        </div>
      )}
      <OwnFields c={c} form={form} asked={asked} id="ask" />
      <KeepsField keeps={keepsOf(asked)} />
      <div id="promise" class="promise" aria-live="polite">
        <p>
          <b>{t('ask.who', { unit: reception.unit })}</b>{' '}
          {choosing && <span class="quiet">{t('ask.hours', { hours: sayHours(reception.calendar, language) })}</span>}
        </p>
        {c.get('actor')?.access.colleagues?.queues.has(reception.queue.id) && <p class="quiet">{t('company.will-see')}</p>}
        <p>
          {later
            ? t('ask.later', { reason: later.reason[0]!.toUpperCase() + later.reason.slice(1), receipt: later.receipt })
            : t('ask.now')}
        </p>
        {why.length > 0 && (
          <details class="why">
            <summary>{t('ask.why')}</summary>
            <ul>
              {why.map((line) => (
                <li>{line}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {(choosing || narrows) && (
        <noscript>
          <Button name="act" value={SHOW} unchecked>
            {t('ask.show')}
          </Button>
        </noscript>
      )}
    </div>
  )
}
