/** Owns the facts beside a ticket: the ticket itself, its customer, the others around it. */
import type { Child } from 'hono/jsx'
import { BESIDE, may, plainAddressForm, plainNameForm, sayAttribute, shortName, type PageContext } from '../../../core/index.ts'
import { ActButton, Card, PlainForm, SideList, Time, StateBadge } from '../../../core/pages.ts'
import { sayMoment, sayValue } from '../attribute-values.ts'
import { sayAway } from '../away-words.ts'
import { sayReasons } from '../reason-words.ts'
import { words } from '../words.ts'
import type { Visit } from './frame.tsx'
import { JoinedCards } from './joined.tsx'
import type { TicketView } from './ticket.tsx'

/** On a phone it folds into its summary line; everywhere else it stands open. */
export const TicketSide = ({ c, visit, view }: { c: PageContext; visit: Visit; view: TicketView }) => {
  const t = words(c)
  const { ticket } = view
  return (
    <details class="side" id="ticket-side" open>
      <summary>
        {shortName(ticket.queueName)} · {ticket.ownerName ?? t('list.nobody')} · {ticket.customerName ?? t('list.no-customer')}
      </summary>
      <TicketCard c={c} visit={visit} view={view} />
      <CustomerCard c={c} view={view} />
      <JoinedCards c={c} visit={visit} ticket={ticket} joined={view.joined} />
      <PeopleCard c={c} visit={visit} view={view} />
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
          ...BESIDE.map((name) => ({ name: sayAttribute(name, c.get('language')), value: sayValue(name, ticket, values) || null })),
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
          { name: t('side.closed'), value: ticket.closedAt && <Time c={c} at={ticket.closedAt} /> },
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

const CustomerCard = ({ c, view }: { c: PageContext; view: TicketView }) => {
  const t = words(c)
  const { customer, others, ticket } = view
  if (!customer)
    return (
      <Card title={t('list.customer')} id="side-customer">
        <p class="quiet">{t('side.no-customer')}</p>
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
                <b>{customer.name}</b>
                <PlainForm c={c} form={plainNameForm(customer.name)} />
              </>
            ),
            help: customer.login ? t('side.login', { login: customer.login }) : undefined,
          },
          { name: t('side.unit'), value: customer.unitName },
          { name: t('side.phone'), value: customer.phone },
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
