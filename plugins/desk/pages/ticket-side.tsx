/** Owns the facts beside a ticket: the ticket itself, its customer, the others around it. */
import type { Child } from 'hono/jsx'
import {
  actOf,
  addressLines,
  BESIDE,
  fieldLabel,
  fieldTexts,
  isOpen,
  isUsed,
  may,
  plainAddressForm,
  plainNameForm,
  sayAttribute,
  sayValues,
  shortName,
  type PageContext,
  type Ticket,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  Card,
  CsrfField,
  DeadlineWords,
  fieldRoom,
  FormProblems,
  ownFieldIds,
  ownFieldLabels,
  PlainForm,
  SideList,
  Time,
  StateBadge,
} from '../../../core/pages.ts'
import { sayMoment, sayValue } from '../attribute-values.ts'
import { sayAway } from '../away-words.ts'
import { sayReasons } from '../reason-words.ts'
import { words } from '../words.ts'
import type { Visit } from './frame.tsx'
import { TimeCard } from './time-field.tsx'
import type { RefusedAct, TicketView } from './ticket.tsx'
import { JoinedCards } from './joined.tsx'
import { FieldsAgain } from './ticket-acts.tsx'

/** On a phone it folds into its summary line; everywhere else it stands open. */
export const TicketSide = ({ c, visit, view, bad }: { c: PageContext; visit: Visit; view: TicketView; bad: RefusedAct | undefined }) => {
  const t = words(c)
  const { ticket } = view
  return (
    <details class="side" id="ticket-side" open>
      <summary>
        {shortName(ticket.queueName)} · {ticket.ownerName ?? t('list.nobody')} · {ticket.customerName ?? t('list.no-customer')}
      </summary>
      <TicketCard c={c} visit={visit} view={view} />
      <FieldsCard c={c} view={view} bad={bad} />
      <CustomerCard c={c} view={view} />
      <JoinedCards c={c} visit={visit} ticket={ticket} joined={view.joined} />
      <PeopleCard c={c} visit={visit} view={view} />
      <TimeCard c={c} time={view.time} />
      {view.slots.side}
    </details>
  )
}

const TicketCard = ({ c, visit, view }: { c: PageContext; visit: Visit; view: TicketView }) => {
  const t = words(c)
  const { ticket, origin } = view
  const now = c.get('host').clock()
  const away = ticket.ownerId ? view.away.get(ticket.ownerId) : undefined
  const why = sayReasons(origin, c.get('language'))
  const values = { language: c.get('language'), moment: (at: Date | null) => sayMoment(c, at) }
  return (
    <Card title={t('side.ticket')} id="side-ticket">
      <SideList
        items={[
          { name: t('list.state'), value: <StateBadge c={c} ticket={ticket} /> },
          {
            name: t('list.queue'),
            value: <a href={`/desk/queue/${ticket.queueId}`}>{ticket.queueName.replaceAll('::', ' · ')}</a>,
            help: why.length > 0 && (
              <details class="why">
                <summary>{t('side.why')}</summary>
                <ul>
                  {why.map((line) => (
                    <li>{line}</li>
                  ))}
                </ul>
              </details>
            ),
          },
          {
            name: t('list.owner'),
            value: ticket.ownerName ?? <span class="quiet">{t('list.nobody')}</span>,
            help: away && (
              <span class="warn">
                {sayAway(c, away)}
                {away.note && <> – {away.note}</>}
              </span>
            ),
          },
          ...(ticket.hasDeadlines && isOpen(ticket.stateType)
            ? [
                {
                  name: t('side.due'),
                  value: view.due ? <DeadlineWords said={view.due} /> : <span class="quiet">{t('due.none')}</span>,
                  help: <a href={`/desk/tickets/${ticket.id}/deadlines`}>{t('side.due.why')}</a>,
                },
              ]
            : []),
          ...BESIDE.filter((name) => isUsed(name, view.about) || standsAbout(name, ticket)).map((name) => ({
            name: sayAttribute(name, c.get('language')),
            value: sayValue(name, ticket, values) || null,
          })),
          {
            name: t('side.pending'),
            help: ticket.pendingUntil && ticket.pendingUntil < now && <span class="bad">{t('when.passed')}</span>,
            value: ticket.pendingUntil && <Time c={c} at={ticket.pendingUntil} />,
          },
          { name: t('side.created'), value: <Time c={c} at={ticket.createdAt} /> },
          {
            name: t(ticket.receivedAt > now ? 'side.will-receive' : 'side.received'),
            value: <Time c={c} at={ticket.receivedAt} />,
            help: view.receivedWhy,
          },
          {
            name: t('side.closed'),
            value: ticket.closedAt && <Time c={c} at={ticket.closedAt} />,
            help: ticket.archived && t('side.archived'),
          },
          {
            name: t('side.who'),
            value: may(visit.actor.access, 'rw', ticket.ties).allowed ? (
              <a href={`/desk/tickets/${ticket.id}/who`}>{t('side.who.open')}</a>
            ) : null,
          },
          { name: t('side.history'), value: <a href={`/desk/tickets/${ticket.id}/history`}>{t('side.history.open')}</a> },
        ]}
      />
    </Card>
  )
}

/** Said too where it is not used any more: what came from elsewhere, or stood before. */
const standsAbout = (name: (typeof BESIDE)[number], ticket: Ticket): boolean =>
  name === 'type' ? ticket.typeName !== 'Unclassified' : name === 'service' ? ticket.serviceId !== null : ticket.slaId !== null
/** Fields of the installation's own: what stands in them, and the form that changes them. */
const FieldsCard = ({ c, view, bad: refused }: { c: PageContext; view: TicketView; bad: RefusedAct | undefined }) => {
  const { ticket, fields } = view
  const asked = view.offers('fields') ? fields.asked('fields') : []
  if (asked.length === 0 && fields.filled.length === 0) return null
  const room = fieldRoom(c)
  const bad = refused?.act === 'fields' ? refused : undefined
  const form = bad?.form ?? blankForm()
  return (
    <Card title={fieldTexts.in(c.get('language'))('fields')} id="side-fields">
      <SideList items={fields.filled.map((one) => ({ name: fieldLabel(one.field, room.language), value: sayValues(one, room) }))} />
      {asked.length > 0 && (
        <details class="more-act" id="side-fields-form" open={bad !== undefined}>
          <summary>{words(c)(actOf('fields').words.button)}</summary>
          <form method="post" autocomplete="off" action={`/desk/tickets/${ticket.id}/fields`} class="form">
            <CsrfField c={c} />
            <FormProblems
              c={c}
              form={form}
              id="fields-problems"
              ids={ownFieldIds('fields', asked)}
              labels={ownFieldLabels(c, asked)}
              seen={Object.keys(ownFieldIds('fields', asked))}
            />
            <FieldsAgain c={c} view={view} act="fields" form={form} />
            <Button small>{words(c)('form.set')}</Button>
          </form>
        </details>
      )}
    </Card>
  )
}

const CustomerCard = ({ c, view }: { c: PageContext; view: TicketView }) => {
  const t = words(c)
  const { customer, others, ticket } = view
  const company = view.companies.find(({ stands }) => stands)
  const ofCompany = {
    name: t('side.company'),
    value: company && <a href={`/desk/search?company=${encodeURIComponent(company.code)}`}>{company.name ?? company.code}</a>,
    help: company && company.name !== null && company.name !== company.code ? company.code : undefined,
  }
  if (!customer)
    return (
      <Card title={t('list.customer')} id="side-customer">
        <p class="quiet">{t('side.no-customer')}</p>
        {company && <SideList items={[ofCompany]} />}
      </Card>
    )
  const open = others.open - (ticket.closedAt === null ? 1 : 0)
  const rest = Math.max(0, others.all - 1)
  const link: Child =
    rest === 0 ? (
      <span class="quiet">{t('side.others.none')}</span>
    ) : (
      <a href={`/desk/search?customer=${customer.id}`}>
        {t('side.others', { count: rest })}
        {open > 0 && `, ${t('side.others.open', { count: open })}`}
      </a>
    )
  return (
    <Card title={t('list.customer')} id="side-customer">
      <SideList
        items={[
          {
            name: t('side.person'),
            value: (
              <>
                <b>{[customer.details.title, customer.name].filter(Boolean).join(' ')}</b>
                <PlainForm c={c} form={plainNameForm(customer.name)} />
              </>
            ),
            help: customer.login ? t('side.login', { login: customer.login }) : undefined,
          },
          { name: t('side.unit'), value: customer.unitName },
          ofCompany,
          { name: t('side.phone'), value: customer.phone },
          { name: t('side.mobile'), value: customer.details.mobile },
          { name: t('side.postal'), value: addressLines(customer.details).join(', ') },
          { name: t('side.remark'), value: customer.details.comment },
          {
            name: t('side.address'),
            value: customer.address && (
              <>
                {customer.address}
                <PlainForm c={c} form={plainAddressForm(customer.address)} />
              </>
            ),
          },
          { name: t('side.other-tickets'), value: link },
        ]}
      />
    </Card>
  )
}

const PeopleCard = ({ c, visit, view }: { c: PageContext; visit: Visit; view: TicketView }) => {
  const t = words(c)
  if (view.participants.length === 0 && view.watchers.length === 0) return null
  return (
    <Card title={t('side.people')} id="side-people">
      <SideList
        items={[
          ...view.participants.map((person) => ({
            name: t(person.right === 'reply' ? 'side.participant.reply' : 'side.participant.read'),
            value: person.name as Child,
            help: (
              <>
                {person.address && person.address !== person.name && <>{person.address} </>}
                {may(visit.actor.access, 'customer', view.ticket.ties).allowed && (
                  <ActButton c={c} action={`/desk/tickets/${view.ticket.id}/remove-person`} fields={{ person: person.id }} small>
                    {t('act.remove-person')}
                    <span class="only-heard">: {person.name}</span>
                  </ActButton>
                )}
              </>
            ),
          })),
          { name: t('side.watchers'), value: view.watchers.map((person) => person.name).join(', ') },
        ]}
      />
    </Card>
  )
}
