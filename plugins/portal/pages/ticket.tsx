/** Owns one's ticket: the conversation, its state in words, the reply with files; and the files of its messages. */
import type { Hono } from 'hono'
import {
  ACTS,
  asCustomer,
  canConfirm,
  fieldLabel,
  findAttachment,
  findDrafts,
  findQueue,
  findTicket,
  listArticles,
  listParticipants,
  listSharedWith,
  mainTicketOf,
  may,
  mayAct,
  prepareAct,
  readTicketFields,
  Refusal,
  refused,
  saySeen,
  sayValues,
  seeTicket,
  sinceSeen,
  useOf,
  type ActName,
  type Article,
  type Filled,
  type PageContext,
  type SharedWith,
  type PersonActor,
  type Ticket,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  ArticleCard,
  Badge,
  blankForm,
  Button,
  ButtonLink,
  chooseDraft,
  Crumb,
  CsrfField,
  demandLogin,
  DraftLine,
  Field,
  fieldRoom,
  flash,
  FormProblems,
  KeptFiles,
  KeptMarks,
  isFragment,
  keepPosted,
  LiveRegion,
  Notice,
  page,
  readAttachments,
  readFields,
  readForm,
  respond,
  sayAnyway,
  SeenField,
  SideList,
  sendAttachment,
  SinceList,
  sendKept,
  sendWords,
  Select,
  TextArea,
  Time,
  withRefusal,
  type FormState,
  type KeptFormProps,
} from '../../../core/pages.ts'
import { portalFrame } from '../frame.tsx'
import type { PortalHost } from '../host.ts'
import { tellState } from '../human-state.ts'
import { words } from '../words.ts'

/** Everybody here is a customer: an agent sees of their own tickets what a customer sees. */
function customer(c: PageContext): PersonActor {
  const actor = demandLogin(c)
  return { ...actor, access: asCustomer(actor.access) }
}

export function ticketRoutes(app: Hono<WebEnv>, host: PortalHost): void {
  app.get('/tickets/:id', (c) => ticketPage(c, host))

  app.post('/tickets/:id', async (c) => {
    const actor = customer(c)
    await seeTicket(host.db, actor.access, c.req.param('id'), 'see')
    const form = await readForm(c, ACTS['follow-up'].fields)
    const again = async (refused: FormState, status: 409 | 422) => {
      await keepPosted(c)
      return ticketPage(c, host, refused, status)
    }
    if (!form.ok) return again(form, 422)
    try {
      const write = await prepareAct(host, 'follow-up', { ...form.value, attachments: await readAttachments(c) })
      await host.work(actor, async (work) => {
        await sendKept(c, work)
        await write(work, c.req.param('id'), form.values['seen'])
      })
    } catch (error) {
      return again(withRefusal(c, form, error), error instanceof Refusal && error.status === 409 ? 409 : 422)
    }
    flash(c, { text: words.in(c.get('language'))('ticket.reply.done') })
    return c.redirect(`/tickets/${c.req.param('id')}`, 303)
  })

  app.post('/tickets/:id/confirm', async (c) => {
    const actor = customer(c)
    const id = c.req.param('id')
    const confirm = await prepareAct(host, 'confirm', {})
    await host.work(actor, (work) => confirm(work, id))
    flash(c, { text: words.in(c.get('language'))('ticket.confirm.done') })
    return c.redirect(`/tickets/${id}`, 303)
  })

  app.post('/tickets/:id/people', async (c) => {
    const actor = customer(c)
    const id = c.req.param('id')
    await seeTicket(host.db, actor.access, id, 'see')
    const values = await readFields(c)
    const t = words.in(c.get('language'))
    try {
      if (values['remove']) {
        const self = values['remove'] === actor.id
        const remove = await prepareAct(host, 'remove-person', { person: values['remove'] })
        await host.work(actor, (work) => remove(work, id))
        flash(c, { text: t(self ? 'people.left' : 'people.removed') })
        return c.redirect(self ? '/#mine' : `/tickets/${id}`, 303)
      }
      const add = await prepareAct(host, 'add-person', values)
      const { params } = await host.work(actor, (work) => add(work, id))
      flash(c, { text: t('people.invited', params) })
      return c.redirect(`/tickets/${id}`, 303)
    } catch (error) {
      return ticketPage(c, host, withRefusal(c, { values, problems: {} }, error), tooMany(error) ? 429 : 422)
    }
  })

  app.get('/tickets/:id/attachments/:attachmentId', async (c) => {
    const ticket = await seeTicket(host.db, customer(c).access, c.req.param('id'), 'see')
    const file = await findAttachment(host.db, ticket.id, c.req.param('attachmentId'), { visibleOnly: true, reader: customer(c).access })
    if (!file) throw refused('not-found')
    return sendAttachment(c, file)
  })
}

const tooMany = (error: unknown): boolean => error instanceof Refusal && error.status === 429

async function ticketPage(c: PageContext, host: PortalHost, given?: FormState, status: 200 | 409 | 422 | 429 = 200): Promise<Response> {
  const { access } = customer(c)
  const ticket = await seeTicket(host.db, access, c.req.param('id') ?? '', 'see')
  const mainId = await mainTicketOf(host.db, ticket)
  const main = mainId === undefined ? undefined : await findTicket(host.db, mainId, access.personId)
  // Whoever sees the ticket that this one is part of now goes on there; others read what was written here, and write on as before.
  if (main && status === 200 && may(access, 'see', main.ties).allowed && !isFragment(c)) return c.redirect(`/tickets/${main.id}`, 302)
  const articles = await listArticles(host.db, ticket.id, { visibleOnly: true, reader: access })
  const { filled } = await readTicketFields(host.db, ticket)
  const shown = filled.filter(({ field }) => useOf(field, 'portal-ticket', ticket) !== 'off')
  const conversation = () => <Conversation c={c} ticket={ticket} articles={articles} filled={shown} />
  return respond(c, {
    status,
    fragments: { conversation },
    whole: async () => {
      const { stateType, queueId } = main ?? ticket
      const queue = await findQueue(host.db, queueId)
      const key = `ticket/${ticket.id}/follow-up`
      const drafts = chooseDraft(c, (await findDrafts(host.db, access.personId, [key]))[key]!)
      const form = given ?? blankForm()
      // What another form was refused for is no fault of the answer.
      const reply = given?.values['body'] === undefined ? blankForm({ ...drafts.draft?.fields }) : given
      const closed = stateType === 'closed'
      const way =
        !mayAct('follow-up', ticket, access) || (await isTaken(c, host, ticket, 'follow-up'))
          ? 'read-only'
          : stateType === 'merged' || stateType === 'removed' || (closed && queue?.followUpPossible !== 'possible')
            ? 'closed'
            : closed
              ? 'reopens'
              : 'open'
      return page(c, {
        title: ticket.title,
        status,
        frame: await portalFrame(c),
        live: { ticket: ticket.id },
        body: (
          <>
            <Crumb href="/#mine">{words.in(c.get('language'))('ticket.back')}</Crumb>
            {conversation()}
            <Reply c={c} host={host} ticket={ticket} articles={articles} form={reply} drafts={drafts} way={way} status={status} />
            <People
              c={c}
              ticket={ticket}
              people={await listSharedWith(host.db, ticket.id, await listParticipants(host.db, ticket.id), access.personId)}
              form={form}
              access={access}
            />
            {await host.slots.fill('portal.ticket.below', { ticket }, c)}
          </>
        ),
      })
    },
  })
}

const Conversation = ({
  c,
  ticket,
  articles,
  filled,
}: {
  c: PageContext
  ticket: Ticket
  articles: Article[]
  /** Fields of the installation's own that its customer may read. */
  filled: readonly Filled[]
}) => {
  const { config, clock } = c.get('host')
  const t = words.in(c.get('language'))
  const told = tellState(ticket, { language: c.get('language'), zone: config.zone, now: clock() })
  return (
    <LiveRegion c={c} id="conversation" href={`/tickets/${ticket.id}`} on={`ticket-${ticket.id}`}>
      <header class="ticket-head">
        <h1>{ticket.title}</h1>
        <p>
          <Badge tone={told.tone} words={told.words} />
        </p>
        <p class="row-quiet">
          <span class="number">{t('ticket.number', { number: ticket.number })}</span> · {t('ticket.unit', { unit: ticket.unitName })} ·{' '}
          <Time c={c} at={ticket.createdAt} />
          {ticket.customerName && ticket.customerId !== customer(c).id && <> · {t('company.asked', { who: ticket.customerName })}</>}
        </p>
        {filled.length > 0 && (
          <SideList
            items={filled.map((one) => ({ name: fieldLabel(one.field, c.get('language')), value: sayValues(one, fieldRoom(c)) }))}
          />
        )}
        {isShownToColleagues(customer(c).access, ticket) && (
          <p class="row-quiet">{t('company.sees', { company: ticket.customerCompany ?? '' })}</p>
        )}
      </header>
      {articles.some((article) => canConfirm(article, customer(c).id)) && (
        <form class="confirm-line" method="post" autocomplete="off" action={`/tickets/${ticket.id}/confirm`}>
          <CsrfField c={c} />
          <p>{t('ticket.confirm')}</p>
          <Button small>{t('ticket.confirm.it-is-me')}</Button>
        </form>
      )}
      <section class="timeline" aria-label={t('ticket.conversation')}>
        {articles.map((article) => (
          <ArticleCard
            c={c}
            article={article}
            audience="customer"
            attachmentHref={(file) => `/tickets/${ticket.id}/attachments/${file.id}`}
          />
        ))}
      </section>
    </LiveRegion>
  )
}

/** Do people of this person's company see the ticket too, whoever asked? */
const isShownToColleagues = ({ colleagues }: PersonActor['access'], ticket: Ticket): boolean =>
  Boolean(ticket.customerCompany && colleagues?.companies.includes(ticket.customerCompany) && colleagues.queues.has(ticket.queueId))

/** Who else is in: the customer lets people in and out, everybody may leave. */
const People = ({
  c,
  ticket,
  people,
  form,
  access,
}: {
  c: PageContext
  ticket: Ticket
  people: SharedWith[]
  form: FormState
  access: PersonActor['access']
}) => {
  const t = words.in(c.get('language'))
  const shares = mayAct('add-person', ticket, access)
  if (!shares && people.length === 0) return null
  const tried = form.values['who'] !== undefined || form.values['remove'] !== undefined
  return (
    <details class="people" open={tried}>
      <summary>
        {people.length === 0
          ? t('people.none')
          : t('people.some', { count: people.length, names: people.map((person) => person.name).join(', ') })}
      </summary>
      {tried && <FormProblems c={c} form={form} id="people-problems" labels={{ who: t('people.who') }} />}
      {people.length > 0 && (
        <ul class="rows">
          {people.map((person) => (
            <li>
              <span>
                {person.name} <span class="quiet">{t(person.right === 'reply' ? 'people.may-reply' : 'people.may-read')}</span>
              </span>
              {(shares || person.personId === access.personId) && (
                <span class="row-end">
                  <ActButton c={c} action={`/tickets/${ticket.id}/people`} fields={{ remove: person.id }} small>
                    {t(person.personId === access.personId ? 'people.leave' : 'people.remove')}
                    <span class="only-heard">: {person.name}</span>
                  </ActButton>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {shares && (
        <form method="post" autocomplete="off" action={`/tickets/${ticket.id}/people`} class="form">
          <CsrfField c={c} />
          <Field c={c} form={form} name="who" label={t('people.who')} help={t('people.who.help')} maxlength={254} autocomplete="off" />
          <Select
            c={c}
            form={form}
            name="right"
            label={t('people.right')}
            choices={[
              { value: 'read', label: t('people.may-read') },
              { value: 'reply', label: t('people.may-reply') },
            ]}
          />
          <div class="form-foot">
            <Button>{t('people.add')}</Button>
          </div>
        </form>
      )}
    </details>
  )
}

/** Did plugins take the act away from this customer, on the ticket's page or on its own? */
async function isTaken(c: PageContext, host: PortalHost, ticket: Ticket, act: ActName): Promise<boolean> {
  if (!(await host.choices.narrows(ticket.unitId))) return false
  const options = [{ value: act, name: act }]
  const { taken } = await host.choices.ask({ actor: customer(c), ticket, unitId: ticket.unitId, form: {} }, [
    { of: 'act', act: null, options },
    { of: 'act', act, options },
  ])
  return taken.length > 0
}

type Way = 'open' | 'reopens' | 'closed' | 'read-only'

const Reply = ({
  c,
  host,
  ticket,
  articles,
  form,
  drafts,
  way,
  status,
}: {
  c: PageContext
  host: PortalHost
  ticket: Ticket
  articles: readonly Article[]
  form: FormState
  drafts: Pick<KeptFormProps, 'draft' | 'others'>
  way: Way
  status: 200 | 409 | 422 | 429
}) => {
  const t = words.in(c.get('language'))
  const late = status === 409
  // Who mends a field has not looked up: what they had seen before is what they have seen.
  const seen = (!late && form.values['seen']) || saySeen('customer', ticket, articles)
  if (way === 'read-only')
    return (
      <Notice>
        <p>{t('ticket.reply.read-only')}</p>
      </Notice>
    )
  if (way === 'closed') {
    return (
      <Notice>
        <p>{t('ticket.reply.closed')}</p>
        <p>
          <ButtonLink href="/#ask">{t('ticket.reply.new')}</ButtonLink>
        </p>
      </Notice>
    )
  }
  const kept: KeptFormProps = {
    c,
    id: 'reply',
    form: `ticket/${ticket.id}/follow-up`,
    keeps: { text: ['body'] },
    back: `/tickets/${ticket.id}`,
    ...drafts,
  }
  return (
    <form method="post" action={`/tickets/${ticket.id}`} enctype="multipart/form-data" class="composer" id="reply" autocomplete="on">
      <div class="composer-body">
        <KeptMarks {...kept} state={form} />
        <SeenField seen={seen} />
        <FormProblems c={c} form={form} labels={{ body: t('ticket.reply') }} ids={{ files: 'reply-files' }}>
          {late && <SinceList c={c} articles={sinceSeen(form.values['seen'] ?? '', ticket, articles, customer(c).id).articles} />}
        </FormProblems>
        <TextArea
          c={c}
          form={form}
          name="body"
          label={t('ticket.reply')}
          rows={5}
          shortcut="R"
          {...(way === 'reopens' ? { help: t('ticket.reply.reopens') } : {})}
        />
        <KeptFiles {...kept} state={form} limit={host.config.smtp.maxSizeKb * 1024} />
      </div>
      <div class="composer-foot">
        <Button kind="primary">{sendWords(c, form, late ? sayAnyway(c, t('ticket.reply.send')) : t('ticket.reply.send'))}</Button>
        <DraftLine {...kept} />
      </div>
    </form>
  )
}
