/** Owns how one's own tickets are listed: subject, number, who answers, and the state as a person would say it. */
import { sayDateTime, type PageContext, type TicketPage } from '../../../core/index.ts'
import { Badge, ButtonLink, EmptyState, LiveRegion, Pager, Tabs } from '../../../core/pages.ts'
import { tellState } from '../human-state.ts'
import { addressOf, ORDERS, seesColleagues, WHICH, WHOSE, type Wish } from '../my-tickets.ts'
import { words } from '../words.ts'

export const MyTickets = ({ c, wish, found }: { c: PageContext; wish: Wish; found: TicketPage }) => {
  const t = words.in(c.get('language'))
  return (
    <section class="section" aria-labelledby="mine-title">
      <h2 class="section-title" id="mine-title">
        {t(wish.whose === 'company' ? 'company.title' : 'mine.title')}
      </h2>
      {seesColleagues(c.get('actor')) && (
        <Tabs
          label={t('mine.whose')}
          tabs={WHOSE.map((whose) => ({
            href: `${addressOf('/', wish, { whose })}#mine-title`,
            label: t(`mine.whose.${whose}`),
            current: whose === wish.whose,
          }))}
        />
      )}
      <Tabs
        label={t('mine.which')}
        tabs={WHICH.map((which) => ({
          href: `${addressOf('/', wish, { which })}#mine-title`,
          label: t(`mine.${which}`),
          current: which === wish.which,
        }))}
      />
      <form action="/#mine-title" class="form-row find" role="search">
        {wish.whose !== 'mine' && <input type="hidden" name="whose" value={wish.whose} />}
        {wish.which !== 'open' && <input type="hidden" name="which" value={wish.which} />}
        <div class="field">
          <label for="mine-search" class="only-heard">
            {t(wish.whose === 'company' ? 'company.search' : 'mine.search')}
          </label>
          <input
            type="search"
            id="mine-search"
            name="search"
            value={wish.search}
            placeholder={t(wish.whose === 'company' ? 'company.search' : 'mine.search')}
            data-key="/"
            aria-keyshortcuts="/"
          />
        </div>
        <div class="field field-short">
          <label for="mine-sort" class="only-heard">
            {t('mine.sort')}
          </label>
          <select id="mine-sort" name="sort" data-submits="">
            {ORDERS.map((order) => (
              <option value={order} selected={order === wish.sort}>
                {t(`mine.sort.${order}`)}
              </option>
            ))}
          </select>
        </div>
        <button class="button button-quiet" type="submit">
          {t('mine.search.button')}
        </button>
      </form>
      <MineRegion c={c} wish={wish} found={found} />
    </section>
  )
}

/** What the list holds: the part that refreshes itself. */
export const MineRegion = ({ c, wish, found }: { c: PageContext; wish: Wish; found: TicketPage }) => (
  <LiveRegion c={c} id="mine" href={addressOf('/', wish, { after: wish.after })} on="tickets">
    <Found c={c} wish={wish} found={found} />
  </LiveRegion>
)

const Found = ({ c, wish, found }: { c: PageContext; wish: Wish; found: TicketPage }) => {
  const { config, clock } = c.get('host')
  const language = c.get('language')
  const t = words.in(language)
  const room = { language, zone: config.zone, now: clock() }
  if (found.tickets.length === 0) return <NoneFound c={c} wish={wish} />
  return (
    <>
      <ul class="rows">
        {found.tickets.map((ticket) => {
          const told = tellState(ticket, room)
          return (
            <li id={`ticket-${ticket.id}-row`}>
              <div>
                <p class="row-title">
                  <a href={`/tickets/${ticket.id}`}>{ticket.title}</a>
                </p>
                <p class="row-quiet">
                  <span class="number">{ticket.number}</span> · {ticket.unitName}
                  {wish.whose === 'company' && ticket.customerName && <> · {t('company.asked', { who: ticket.customerName })}</>}
                </p>
              </div>
              <div class="row-end">
                <p>
                  <Badge tone={told.tone} words={told.words} />
                </p>
                <p class="row-quiet">
                  {ticket.stateType === 'closed' && wish.whose === 'mine' ? (
                    <a href={`/tickets/${ticket.id}#reply`}>{t('mine.reopen')}</a>
                  ) : (
                    t('mine.changed', { when: sayDateTime(ticket.changedAt, room.zone, language, room.now) })
                  )}
                </p>
              </div>
            </li>
          )
        })}
      </ul>
      <div class="list-foot">
        <Pager
          c={c}
          first={wish.after ? `${addressOf('/', wish)}#mine-title` : null}
          next={found.after ? `${addressOf('/', wish, { after: found.after })}#mine-title` : null}
        />
        <a href={addressOf('/tickets.csv', wish)} download="tickets.csv">
          {t('mine.export')}
        </a>
      </div>
    </>
  )
}

const NoneFound = ({ c, wish }: { c: PageContext; wish: Wish }) => {
  const t = words.in(c.get('language'))
  const all = <ButtonLink href={`${addressOf('/', wish, { which: 'all', search: '' })}#mine-title`}>{t('mine.show-all')}</ButtonLink>
  if (wish.search)
    return (
      <EmptyState title={t('mine.none-found', { search: wish.search })} text={t('mine.none-found.text')}>
        {all}
      </EmptyState>
    )
  if (wish.whose === 'company') return <EmptyState title={t('company.none')}>{wish.which !== 'all' && all}</EmptyState>
  if (wish.which === 'all') return <EmptyState title={t('mine.none')} text={t('mine.none.text')} />
  if (wish.which === 'open')
    return (
      <EmptyState title={t('mine.none-open')} text={t('mine.none-open.text')}>
        {all}
      </EmptyState>
    )
  return <EmptyState title={t('mine.none-closed')}>{all}</EmptyState>
}
