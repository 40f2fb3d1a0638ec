/** Owns the ticket page: head and acts, the conversation, the composer at its end, the facts beside. */
import type { Child } from 'hono/jsx'
import {
  aboutChoices,
  absentNow,
  agentsOfQueue,
  calendarOfQueue,
  countEach,
  deadlinesOfTicket,
  findDrafts,
  findOrigin,
  companiesForTicket,
  findPerson,
  findTicket,
  isOpen,
  listArticles,
  listParticipants,
  listWatchers,
  mainTicketOf,
  may,
  OPEN_TYPES,
  partsForTicket,
  readTicketFields,
  receive,
  recipientsFor,
  sayDeadlineNow,
  sayReceiptReason,
  seeTicket,
  templatesForQueue,
  touchSeen,
  type Absence,
  type ActName,
  type AnswerTemplate,
  type Article,
  type Calendar,
  type Draft,
  type Id,
  type Narrowed,
  type Origin,
  type PageContext,
  type Participant,
  type Person,
  type Recipients,
  type SaidDeadline,
  type Screen,
  type Ticket,
  type AboutChoices,
  type TicketFields,
} from '../../../core/index.ts'
import {
  afterwards,
  ArticleCard,
  FieldsOf,
  AssuranceLine,
  chooseDraft,
  CsrfField,
  hx,
  isFragment,
  LiveRegion,
  respond,
  sayRoomOf,
  StateBadge,
  type FormState,
} from '../../../core/pages.ts'
import { words } from '../words.ts'
import { ActRow, askedAgain, hasForm } from './ticket-acts.tsx'
import { Composer, NoteComposer } from './composer.tsx'
import { deskPage, enter, type Visit } from './frame.tsx'
import { HeldMessages, isPart, RejectedMessages } from './held.tsx'
import { InsertButton } from './insert-button.tsx'
import { readJoined, type Joined } from './joined.tsx'
import { NarrowedLine, narrowView } from './narrowed.tsx'
import { passOnPath, waysOf } from './pass-on.tsx'
import { RefusedAbove } from './since.tsx'
import { TicketSide } from './ticket-side.tsx'
import { readTime, TimeOfArticle, type TimeView } from './time-field.tsx'

/** Everything a ticket page shows. */
export interface TicketView {
  ticket: Ticket
  articles: Article[]
  customer: Person | undefined
  /** Companies that the ticket may name, and the one it does. */
  companies: Awaited<ReturnType<typeof companiesForTicket>>
  /** Other tickets of the customer that the agent may see. */
  others: { all: number; open: number }
  participants: Participant[]
  watchers: { id: Id; name: string }[]
  /** Tickets merged into it, and links. */
  joined: Joined
  /** Of a merged ticket: the one that it is part of now, where the reader sees it. */
  main: Ticket | undefined
  origin: Origin
  /** Why it counts as received later than it came; undefined when it was received at once. */
  receivedWhy: string | undefined
  /** Whose days and hours count for it. */
  calendar: Calendar
  time: TimeView | undefined
  /** Its next deadline; undefined: it has none. */
  due: SaidDeadline | undefined
  priorities: readonly { id: Id; name: string }[]
  /** What it may be about, as far as that is used here. */
  about: AboutChoices
  /** Those of the installation's own: what stands in them, and what each form asks for. */
  fields: TicketFields
  owners: { id: Id; name: string }[]
  /** Of the owner and those who may be it: who is away. */
  away: Map<Id, Absence>
  drafts: Record<'reply' | 'note', { draft: Draft | undefined; others: Draft[] }>
  /** Whom an answer goes to. */
  recipients: Recipients
  /** What stands around an answer by itself, and what can be put into it or into a note. */
  around: { salutation: string; signature: string }
  templates: { reply: AnswerTemplate[]; note: AnswerTemplate[] }
  slots: { side: Child[]; acts: Child[] }
  /** What plugins took away from its choices; the lists above are without it. */
  narrowed: Narrowed
  /** Plugins may: forms ask again with every change. */
  narrows: boolean
  /** Has the form of an act fields at all, taken away or not? */
  asks(screen: Screen): boolean
  states?: readonly { id: Id; name: string }[]
  /** Is the act offered here: by right, for a reason, and not taken away. */
  offers(name: ActName): boolean
}

/** Before anything is taken away. */
export type BareView = Omit<TicketView, 'narrowed' | 'narrows' | 'asks' | 'offers'>

/** An act that was refused: its form is shown again, open, with the reason. */
export interface RefusedAct {
  act: ActName
  form: FormState
  /** 200: nothing was refused, its choices were asked for again. */
  status: 200 | 409 | 422
}

/** GET /desk/tickets/:id */
export async function ticketPage(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  return showTicket(c, visit, c.req.param('id') ?? '')
}

export async function showTicket(c: PageContext, visit: Visit, id: Id, bad?: RefusedAct): Promise<Response> {
  const { db, clock } = c.get('host')
  const ticket = await seeTicket(db, visit.actor.access, id, 'ro')
  const main = await mainSeen(c, visit, ticket)
  // What is open in a browser stays: its part tells where it went on, and what is being typed is not lost.
  if (main && !bad && c.req.query('alone') === undefined && !isFragment(c)) return c.redirect(`/desk/tickets/${main.id}`, 302)
  const view = await narrowView(
    c,
    visit,
    await read(c, visit, ticket, main, bad?.act === 'reply' ? bad.form.values['answers'] : undefined),
    bad,
  )
  // What the browser fetches ahead nobody has seen yet: such a page tells when it is looked at.
  const ahead = /prefetch/.test(c.req.header('sec-purpose') ?? '')
  if (!ahead) afterwards(c, () => touchSeen(db, ticket.id, visit.actor.id, clock()))
  const live = <TicketRegion c={c} visit={visit} view={view} bad={bad} />
  return respond(c, {
    fragments: { ticket: () => live, ...askedAgain(c, view, bad) },
    whole: () =>
      deskPage(c, visit, {
        title: `${ticket.number} ${ticket.title}`,
        status: bad?.status ?? 200,
        live: { ticket: ticket.id },
        body: (
          <>
            {bad && !hasForm(bad.act, view) && <RefusedAbove c={c} ticket={ticket} articles={view.articles} bad={bad} />}
            <div class="ticket-page">
              {live}
              <div class="ticket-compose">
                <NoteComposer c={c} view={view} refused={bad?.act === 'note' ? bad : undefined} />
                <Composer c={c} visit={visit} view={view} refused={bad?.act === 'reply' ? bad : undefined} />
              </div>
              {ahead && (
                <div
                  id="seen"
                  hidden
                  {...hx(c, { post: `/desk/tickets/${ticket.id}/seen`, trigger: 'load', swap: 'none', include: '#seen input' })}
                >
                  <CsrfField c={c} />
                </div>
              )}
            </div>
          </>
        ),
      }),
  })
}

async function mainSeen(c: PageContext, visit: Visit, ticket: Ticket): Promise<Ticket | undefined> {
  const { db } = c.get('host')
  const id = await mainTicketOf(db, ticket)
  const main = id === undefined ? undefined : await findTicket(db, id, visit.actor.id)
  return main && may(visit.actor.access, 'ro', main.ties).allowed ? main : undefined
}

/** What is fetched again when the ticket changes; the composer stays out of it, so that nothing typed is touched. */
const TicketRegion = ({ c, visit, view, bad }: { c: PageContext; visit: Visit; view: TicketView; bad: RefusedAct | undefined }) => {
  const { ticket, articles } = view
  const t = words(c)
  return (
    <LiveRegion c={c} id="ticket" class="ticket-live" href={`/desk/tickets/${ticket.id}`} on={`ticket-${ticket.id}`}>
      <header class="ticket-head">
        <p class="ticket-line">
          <span class="number">{ticket.number}</span> <StateBadge c={c} ticket={ticket} />
        </p>
        <h1>{ticket.title}</h1>
        <ActRow c={c} visit={visit} view={view} bad={bad} />
        <NarrowedLine c={c} view={view} />
      </header>
      <div class="ticket-talk">
        <HeldMessages c={c} visit={visit} ticket={ticket} articles={articles} />
        <section class="timeline" aria-label={t('ticket.timeline')}>
          {articles.filter(isPart).map((article) => (
            <ArticleCard
              c={c}
              article={article}
              audience="agent"
              attachmentHref={(file) => `/desk/tickets/${ticket.id}/attachments/${file.id}`}
              beside={
                <>
                  {article.writtenIn && article.writtenIn.id !== ticket.id && <WrittenIn c={c} article={article} />}
                  {article.senderType === 'customer' && article.assurance && <AssuranceLine c={c} article={article} />}
                  <TimeOfArticle c={c} time={view.time} id={article.id} />
                </>
              }
              below={<FieldsOf c={c} filled={view.fields.ofArticles.get(article.id)} />}
              acts={articleActs(c, view, article)}
            />
          ))}
        </section>
        <RejectedMessages c={c} visit={visit} ticket={ticket} articles={articles} />
      </div>
      <TicketSide c={c} visit={visit} view={view} bad={bad} />
    </LiveRegion>
  )
}

/** It came by a merge, or was written to the old number since: the customers of that ticket read it, and where nobody else does that is said. */
const WrittenIn = ({ c, article: { writtenIn } }: { c: PageContext; article: Article }) => (
  <span class="quiet">
    {' · '}
    <a href={`/desk/tickets/${writtenIn!.id}?alone`}>{words(c)('article.written-in', { number: writtenIn!.number })}</a>
    {!writtenIn!.shared && <>, {words(c)('article.written-in.apart')}</>}
  </span>
)

/** What can be done with one article: links, so that each works without scripts. */
function articleActs(c: PageContext, { ticket, offers }: TicketView, article: Article): Child {
  const t = words(c)
  const ways = waysOf(article, (way) => offers(way))
  const quotable = article.senderType === 'customer' && article.visible && offers('reply')
  if (!quotable && ways.length === 0 && !article.hasRaw) return null
  // The same words stand at every message.
  const of = { 'aria-describedby': `article-${article.id}-who` }
  return (
    <>
      {quotable && (
        <InsertButton c={c} into="reply" ticketId={ticket.id} what={`quote ${article.id}`} link of={`article-${article.id}-who`}>
          {t('article.quote')}
        </InsertButton>
      )}
      {ways.map((way) => (
        <a class="article-quote" href={passOnPath(ticket.id, article.id, way)} {...of}>
          {t(`article.${way}`)}
        </a>
      ))}
      {article.hasRaw && (
        <a class="article-quote" href={`/desk/tickets/${ticket.id}/articles/${article.id}/raw`} download {...of}>
          {t('article.raw')}
        </a>
      )}
    </>
  )
}

/** Three rounds of queries, each at once. */
async function read(c: PageContext, visit: Visit, ticket: Ticket, main: Ticket | undefined, chosen: string | undefined): Promise<BareView> {
  const { db, slots, config, clock, remembered } = c.get('host')
  const { access } = visit.actor
  const customerId = ticket.customerId
  const forms = { reply: `ticket/${ticket.id}/reply`, note: `ticket/${ticket.id}/note` }
  const draftsOf = findDrafts(db, access.personId, Object.values(forms)).then((found) => ({
    reply: chooseDraft(c, found[forms.reply]!),
    note: chooseDraft(c, found[forms.note]!),
  }))
  const [
    articles,
    customer,
    companies,
    others,
    participants,
    watchers,
    joined,
    origin,
    calendar,
    time,
    due,
    priorities,
    about,
    fields,
    owners,
    drafts,
    side,
    acts,
    around,
    recipients,
    templates,
  ] = await Promise.all([
    listArticles(db, ticket.id, { visibleOnly: false }),
    customerId ? findPerson(db, customerId) : undefined,
    companiesForTicket(db, customerId, ticket.customerCompany),
    customerId ? countEach(db, access, 'ro', { all: { customerId }, open: { customerId, stateTypes: OPEN_TYPES } }) : { all: 0, open: 0 },
    listParticipants(db, ticket.id),
    listWatchers(db, ticket.id),
    readJoined(c, visit, ticket),
    findOrigin(db, ticket.id),
    remembered(`calendar of ${ticket.queueId}`, () => calendarOfQueue(db, ticket.queueId)),
    readTime(c, ticket),
    nextDue(c, ticket),
    visit.used.priorities(),
    aboutChoices(db, ticket),
    readTicketFields(db, ticket),
    agentsOfQueue(db, ticket.queueId, 'owner'),
    draftsOf,
    slots.fill('desk.ticket.side', { ticket }, c),
    slots.fill('desk.ticket.acts', { ticket }, c),
    partsForTicket({ db, config, now: clock(), actor: visit.actor }, ticket, remembered),
    // A draft may answer another message than the newest, and so go to others.
    draftsOf.then(({ reply }) =>
      recipientsFor({ db, config }, ticket, chosen ?? (reply.draft?.fields['answers'] || undefined), remembered),
    ),
    remembered(`templates of ${ticket.queueId}`, () => templatesForQueue(db, ticket.queueId, ['Answer', 'Note'])),
  ])
  const away = await absentNow(db, [ticket.ownerId, ...owners.map(({ id }) => id)], clock())
  return {
    ticket,
    articles,
    customer,
    companies,
    others,
    participants,
    watchers,
    joined,
    main,
    origin,
    receivedWhy: whyReceived(c, ticket, calendar),
    calendar,
    time,
    due,
    priorities,
    about,
    fields,
    owners,
    away,
    drafts,
    recipients,
    around,
    templates: { reply: templates.filter(({ type }) => type !== 'Note'), note: templates.filter(({ type }) => type !== 'Answer') },
    slots: { side, acts },
  }
}

async function nextDue(c: PageContext, ticket: Ticket): Promise<SaidDeadline | undefined> {
  if (!ticket.hasDeadlines || !isOpen(ticket.stateType)) return undefined
  const room = sayRoomOf(c)
  const found = await deadlinesOfTicket(c.get('host').db, ticket.id, room.now)
  return found && sayDeadlineNow(found.deadlines, found.source, room)
}

/** Said only while the calendar still says so: rules may have changed since. */
function whyReceived(c: PageContext, ticket: Ticket, calendar: Calendar): string | undefined {
  if (ticket.receivedAt.getTime() - ticket.createdAt.getTime() < 60_000) return undefined
  const language = c.get('language')
  const receipt = receive(calendar, ticket.createdAt, language)
  return receipt.receivedAt.getTime() === ticket.receivedAt.getTime()
    ? sayReceiptReason(receipt, calendar, language, ticket.createdAt)
    : undefined
}
