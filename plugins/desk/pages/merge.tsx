/** Owns the page on which a ticket is merged into another one: choosing the main ticket, seeing both and what moves, doing it. */
import type { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import {
  isOpen,
  listTickets,
  may,
  listArticles,
  mayAct,
  previewMerge,
  Refusal,
  refused,
  saySeen,
  seeTicket,
  shortName,
  ticketNamed,
  type Id,
  type PageContext,
  type Ticket,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  CsrfField,
  demandAgent,
  Field,
  FormProblems,
  Notice,
  PageHead,
  readFields,
  SeenField,
  SideList,
  StateBadge,
  Time,
  webTexts,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { words } from '../words.ts'
import { doFromForm } from './doing.ts'
import { deskPage, enter, type Visit } from './frame.tsx'
import { doAnyway, SinceSeen } from './since.tsx'

/** More than these are found by typing more. */
const MOST = 8

export function mergeRoutes(app: Hono<WebEnv>): void {
  app.get('/desk/tickets/:id/merge', open)
  app.post('/desk/tickets/:id/merge', send)
}

export const mergePath = (ticketId: Id): string => `/desk/tickets/${ticketId}/merge`

async function ticketOf(c: PageContext, visit: Visit): Promise<Ticket> {
  const ticket = await seeTicket(c.get('host').db, visit.actor.access, c.req.param('id') ?? '', 'ro')
  if (!mayAct('merge', ticket, visit.actor.access)) throw refused('not-allowed')
  return ticket
}

/** ?q: words that are looked for; ?into: the number of the main ticket, shown beside this one before anything is done. */
async function open(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const ticket = await ticketOf(c, visit)
  if (ticket.stateType === 'merged') return c.redirect(`/desk/tickets/${ticket.id}`, 302)
  return show(c, visit, ticket, blankForm({ into: c.req.query('into') ?? '', q: c.req.query('q') ?? '' }))
}

async function send(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const ticket = await ticketOf(c, visit)
  const fields = await readFields(c)
  try {
    await doFromForm(c, demandAgent(c), 'merge', fields, ticket.id)
    return c.redirect(`/desk/tickets/${ticket.id}`, 303)
  } catch (error) {
    const status = error instanceof Refusal && error.status === 409 ? 409 : 422
    const form = withRefusal(c, { values: fields, problems: {} }, error)
    return show(c, visit, await seeTicket(c.get('host').db, visit.actor.access, ticket.id, 'ro'), form, status)
  }
}

async function show(c: PageContext, visit: Visit, ticket: Ticket, form: FormState, status: 200 | 409 | 422 = 200): Promise<Response> {
  const t = words(c)
  const typed = form.values['into']?.trim() ?? ''
  const { main, problem } = typed === '' ? {} : await mainOf(c, visit, ticket, typed)
  const state = problem && Object.keys(form.problems).length === 0 ? withRefusal(c, form, problem) : form
  return deskPage(c, visit, {
    title: `${t('act.merge.title')} · ${ticket.number}`,
    status: problem && status === 200 ? 422 : status,
    body: (
      <>
        <PageHead
          title={t('act.merge.title')}
          beside={
            <a href={`/desk/tickets/${ticket.id}`}>
              {ticket.number} {ticket.title}
            </a>
          }
        />
        {main ? (
          <Preview c={c} visit={visit} ticket={ticket} main={main} form={state} status={status} />
        ) : (
          <Choice c={c} visit={visit} ticket={ticket} form={state} />
        )}
      </>
    ),
  })
}

async function mainOf(c: PageContext, visit: Visit, ticket: Ticket, typed: string): Promise<{ main?: Ticket; problem?: Refusal }> {
  try {
    const main = await ticketNamed({ db: c.get('host').db, actor: visit.actor }, typed, 'into')
    return main.id === ticket.id ? { problem: refused('ticket.merge-itself', {}, 'into') } : { main }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { problem: error }
  }
}

/** By number, by words, or one of the same customer's tickets: most duplicates are. */
const Choice = async ({ c, visit, ticket, form }: { c: PageContext; visit: Visit; ticket: Ticket; form: FormState }) => {
  const t = words(c)
  const { db } = c.get('host')
  const { access } = visit.actor
  const q = form.values['q']?.trim() ?? ''
  const list = async (filter: { search: string } | { customerId: Id }) =>
    (await listTickets(db, access, 'rw', { filter, limit: MOST + 1 })).tickets.filter(
      ({ id, stateType }) => id !== ticket.id && stateType !== 'merged' && stateType !== 'removed',
    )
  const [found, theirs] = await Promise.all([
    q === '' ? [] : list({ search: q }),
    ticket.customerId === null ? [] : list({ customerId: ticket.customerId }),
  ])
  return (
    <div class="narrow merge-choice">
      <p>{t('merge.about')}</p>
      <form method="get" action={mergePath(ticket.id)} class="form" autocomplete="off">
        <FormProblems c={c} form={form} id="merge-problems" ids={{ into: 'merge-into' }} seen={['into']} />
        <Field c={c} form={form} name="into" id="merge-into" label={t('merge.number')} inputmode="numeric" autofocus />
        <div class="acts">
          <Button kind="primary">{t('merge.look')}</Button>
          <ButtonLink href={`/desk/tickets/${ticket.id}`}>{webTexts.in(c.get('language'))('form.cancel')}</ButtonLink>
        </div>
      </form>
      {theirs.length > 0 && (
        <Card title={t('merge.theirs', { who: ticket.customerName ?? '' })} id="merge-theirs">
          <Tickets c={c} ticket={ticket} tickets={theirs.slice(0, MOST)} />
        </Card>
      )}
      <Card title={t('merge.search')} id="merge-search">
        <form method="get" action={mergePath(ticket.id)} class="merge-search" autocomplete="off">
          <Field c={c} form={form} name="q" id="merge-q" type="search" label={t('merge.search.label')} hideLabel />
          <Button>{t('merge.search.do')}</Button>
        </form>
        {q !== '' &&
          (found.length === 0 ? (
            <p role="status">{t('merge.search.none')}</p>
          ) : (
            <Tickets c={c} ticket={ticket} tickets={found.slice(0, MOST)} />
          ))}
      </Card>
    </div>
  )
}

const Tickets = ({ c, ticket, tickets }: { c: PageContext; ticket: Ticket; tickets: readonly Ticket[] }) => (
  <ul class="rows">
    {tickets.map((one) => (
      <li>
        <span>
          <a href={`${mergePath(ticket.id)}?into=${one.number}`}>
            <span class="number">{one.number}</span> {one.title}
          </a>{' '}
          <span class="row-quiet">
            <StateBadge c={c} ticket={one} /> · {shortName(one.queueName)} · <Time c={c} at={one.createdAt} />
          </span>
        </span>
      </li>
    ))}
  </ul>
)

interface PreviewProps {
  c: PageContext
  visit: Visit
  ticket: Ticket
  main: Ticket
  form: FormState
  status: 200 | 409 | 422
}

/** Both, side by side, and in words what becomes of them. */
const Preview = async ({ c, visit, ticket, main, form, status }: PreviewProps) => {
  const t = words(c)
  const { apart, ...moves } = await previewMerge(c.get('host').db, ticket, main)
  const moving = (['articles', 'time', 'links', 'watchers'] as const).filter((what) => moves[what] > 0)
  const articles = status === 409 ? await listArticles(c.get('host').db, ticket.id, { visibleOnly: false }) : []
  const seen = status === 422 ? (form.values['seen'] ?? '') : saySeen('row', ticket)
  return (
    <form method="post" action={mergePath(ticket.id)} class="form merge" autocomplete="off">
      <CsrfField c={c} />
      <SeenField seen={seen} />
      <input type="hidden" name="into" value={main.number} />
      <FormProblems c={c} form={form} id="merge-problems" ids={{}}>
        <SinceSeen c={c} ticket={ticket} articles={articles} bad={status === 409 ? { form, status } : undefined} />
      </FormProblems>
      <div class="merge-both">
        <About c={c} title={t('merge.this')} ticket={ticket} id="merge-this" />
        <About c={c} title={t('merge.main')} ticket={main} id="merge-main" />
      </div>
      <ul class="merge-does">
        {moving.length > 0 && (
          <li>{t('merge.moves', { what: moving.map((what) => t(`merge.moves.${what}`, { count: moves[what] })).join(', ') })}</li>
        )}
        <li>{t('merge.stays', { number: ticket.number })}</li>
        <li>{t('merge.back')}</li>
        {!isOpen(main.stateType) && <li>{t('merge.main-over')}</li>}
      </ul>
      {apart.length > 0 && (
        <Notice>
          <p>{t('merge.apart', { who: apart.join(', ') })}</p>
          {may(visit.actor.access, 'customer', main.ties).allowed && (
            <Checkbox c={c} form={form} name="letIn" id="merge-let-in" label={t('merge.let-in', { count: apart.length })} />
          )}
        </Notice>
      )}
      <div class="acts">
        <Button kind="primary">{doAnyway(c, { status: status === 409 ? 409 : 422 }, t('merge.do'))}</Button>
        <ButtonLink href={mergePath(ticket.id)}>{t('merge.other')}</ButtonLink>
        {main.stateType !== 'merged' && main.stateType !== 'removed' && (
          <ButtonLink href={`${mergePath(main.id)}?into=${ticket.number}`}>{t('merge.swap')}</ButtonLink>
        )}
        <ButtonLink href={`/desk/tickets/${ticket.id}`}>{webTexts.in(c.get('language'))('form.cancel')}</ButtonLink>
      </div>
    </form>
  )
}

const About = ({ c, title, ticket, id }: { c: PageContext; title: Child; ticket: Ticket; id: string }) => {
  const t = words(c)
  return (
    <Card title={title} id={id}>
      <p class="merge-title">
        <a href={`/desk/tickets/${ticket.id}`}>
          <span class="number">{ticket.number}</span> {ticket.title}
        </a>
      </p>
      <SideList
        items={[
          { name: t('list.state'), value: <StateBadge c={c} ticket={ticket} /> },
          { name: t('list.queue'), value: ticket.queueName.replaceAll('::', ' · ') },
          { name: t('list.customer'), value: ticket.customerName ?? t('list.no-customer') },
          { name: t('list.owner'), value: ticket.ownerName ?? t('list.nobody') },
          { name: t('side.created'), value: <Time c={c} at={ticket.createdAt} /> },
          { name: t('merge.begins'), value: ticket.preview },
        ]}
      />
    </Card>
  )
}
