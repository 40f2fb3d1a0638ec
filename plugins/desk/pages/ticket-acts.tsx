/** Owns the row of acts above a ticket: one primary, the usual ones beside it, the rare ones under "More". Only what is allowed is offered. */
import type { Child } from 'hono/jsx'
import {
  actOf,
  ACTS,
  actsOfferedBy,
  actTexts,
  isOpen,
  isScreen,
  sayDateTime,
  sayPriority,
  shapesOf,
  type ActKey,
  type ActName,
  type FieldShape,
  type PageContext,
  type Screen,
  type Ticket,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  ButtonLink,
  Checkbox,
  CsrfField,
  Field,
  FormProblems,
  Menu,
  OwnFields,
  ownFieldIds,
  ownFieldLabels,
  SeenField,
  Select,
  TextArea,
  type FormState,
} from '../../../core/pages.ts'
import { presetsFor, writeLocal, type Preset } from '../pending-dates.ts'
import { sayAway } from '../away-words.ts'
import { words, type DeskWord } from '../words.ts'
import { AboutFields, hasAbout } from './about-fields.tsx'
import { queueChoices } from './list-filter.tsx'
import { mergePath } from './merge.tsx'
import { AskedAgain, stateIsLeft } from './narrowed.tsx'
import { PeopleWhoFit } from './people.tsx'
import type { Visit } from './frame.tsx'
import { doAnyway, seenNow, SinceSeen } from './since.tsx'
import type { RefusedAct, TicketView } from './ticket.tsx'
import { TimeField } from './time-field.tsx'

interface Props {
  c: PageContext
  visit: Visit
  view: TicketView
  bad: RefusedAct | undefined
}
interface At extends Props {
  path: string
}

/** Where an act stands, and whether it has a form there that shows why it was refused. */
interface Shown {
  in: 'row' | 'more' | 'side'
  form: boolean
  /** Whether this page offers it at all, beside what the list of acts says. */
  here?: (view: TicketView, bad: RefusedAct | undefined) => boolean
  draw: (at: At) => Child
}

const button = (name: ActName, where: 'row' | 'more', more: { shortcut?: string } = {}): Shown => ({
  in: where,
  form: false,
  draw: ({ c, path, view: { ticket, articles } }) => (
    <ActButton c={c} action={`${path}/${name}`} fields={{ seen: seenNow(ticket, articles) }} {...more}>
      {words(c)(actOf(name).words.button)}
    </ActButton>
  ),
})

/** The acts that the desk shows in a way of its own, in this order. */
const SHOWN: Partial<Record<ActName, Shown>> = {
  // Their forms stand at the end of the page.
  reply: {
    in: 'row',
    form: true,
    draw: ({ c, view }) => (
      <ButtonLink kind={isOver(view.ticket) ? 'quiet' : 'primary'} href="#reply" shortcut="R">
        {words(c)('act.reply')}
      </ButtonLink>
    ),
  },
  note: {
    in: 'row',
    form: true,
    draw: ({ c }) => (
      <ButtonLink href="#note" shortcut="I">
        {words(c)('act.note')}
      </ButtonLink>
    ),
  },
  take: { in: 'row', form: false, draw: (at) => <TakeButton {...at} /> },
  release: button('release', 'row'),
  move: { in: 'row', form: true, draw: (at) => <MoveMenu {...at} /> },
  pend: { in: 'row', form: true, draw: (at) => <PendMenu {...at} /> },
  close: { in: 'row', form: true, draw: (at) => <CloseMenu {...at} /> },
  reopen: button('reopen', 'row'),
  priority: section('priority', ({ c, view: { ticket, priorities } }, form) => (
    <Select
      c={c}
      form={form}
      name="priority"
      id="more-priority-field"
      label={words(c)('side.priority')}
      hideLabel
      value={ticket.priorityId}
      choices={priorities.map((priority) => ({ value: priority.id, label: sayPriority(priority.name, c.get('language')) }))}
    />
  )),
  classify: {
    ...section('classify', ({ c, view }, form) => <ClassifyAgain c={c} view={view} form={form} />, {
      type: 'more-classify-type',
      service: 'more-classify-service',
      sla: 'more-classify-sla',
    }),
    here: ({ about }) => hasAbout(about),
  },
  owner: section('owner', ({ c, view: { ticket, owners, away } }, form) => (
    <Select
      c={c}
      form={form}
      name="owner"
      id="more-owner-field"
      label={words(c)('list.owner')}
      hideLabel
      empty={words(c)('choose')}
      value={ticket.ownerId}
      required
      choices={owners.map((owner) => ({
        value: owner.id,
        label: away.has(owner.id) ? `${owner.name} – ${sayAway(c, away.get(owner.id)!)}` : owner.name,
      }))}
    />
  )),
  title: section('title', ({ c, view: { ticket } }, form) => (
    <Field
      c={c}
      form={form}
      name="title"
      id="more-title-field"
      label={words(c)('list.subject')}
      hideLabel
      value={ticket.title}
      maxlength={250}
      required
    />
  )),
  customer: section('customer', ({ c }, form) => (
    <>
      <Field
        c={c}
        form={form}
        name="customer"
        id="more-customer-field"
        label={words(c)('act.customer.who')}
        help={words(c)('act.customer.help')}
        required
      />
      {form.problems['customer'] && <PeopleWhoFit c={c} who={form.values['customer'] ?? ''} name="customer" />}
    </>
  )),
  company: section(
    'company',
    ({ c, view: { companies } }, form) => (
      <Select
        c={c}
        form={form}
        name="company"
        id="more-company-field"
        label={words(c)('side.company')}
        value={companies.find(({ stands }) => stands)?.code ?? ''}
        empty={words(c)('side.company.none')}
        choices={companies.map(({ code, name }) => ({ value: code, label: name === null || name === code ? code : `${name} (${code})` }))}
      />
    ),
    undefined,
    undefined,
    // Where nobody belongs to a company there is nothing to choose.
    ({ companies }, bad) => companies.length > 0 || bad?.act === 'company',
  ),
  'add-person': section(
    'add-person',
    ({ c }, form) => {
      const t = words(c)
      return (
        <>
          <Field
            c={c}
            form={form}
            name="who"
            id="more-add-person-field"
            label={t('act.add-person.who')}
            help={t('act.add-person.help')}
            required
          />
          <Select
            c={c}
            form={form}
            name="right"
            id="more-add-person-right"
            label={t('act.add-person.right')}
            choices={[
              { value: 'read', label: t('side.participant.read') },
              { value: 'reply', label: t('side.participant.reply') },
            ]}
          />
        </>
      )
    },
    { who: 'more-add-person-field' },
    'act.add-person.do',
  ),
  time: section(
    'time',
    ({ c, view: { time } }, form) => <TimeField c={c} form={form} ask="required" unit={time?.unit ?? 'minutes'} id="more-time-field" />,
    { time: 'more-time-field' },
    'time.book',
    ({ time, ticket }) => time !== undefined || ticket.askTime !== 'off',
  ),
  archive: {
    in: 'more',
    form: false,
    draw: ({ c, path, view: { ticket, articles } }) => (
      <ActButton c={c} action={`${path}/archive`} fields={{ seen: seenNow(ticket, articles), archived: ticket.archived ? 'no' : 'yes' }}>
        {words(c)(ticket.archived ? 'act.unarchive' : 'act.archive')}
      </ActButton>
    ),
  },
  // Beside what stands in them (ticket-side.tsx).
  fields: { in: 'side', form: true, draw: () => null },
  link: section(
    'link',
    ({ c }, form) => {
      const t = words(c)
      return (
        <>
          <Field c={c} form={form} name="to" id="more-link-field" label={t('act.link.to')} help={t('act.link.help')} required />
          <Select
            c={c}
            form={form}
            name="as"
            id="more-link-as"
            label={t('act.link.as')}
            choices={(['normal', 'child', 'parent'] as const).map((value) => ({ value, label: t(`act.link.as.${value}`) }))}
          />
        </>
      )
    },
    { to: 'more-link-field', as: 'more-link-as' },
    'act.link',
  ),
  merge: {
    in: 'more',
    form: false,
    draw: ({ c, view: { ticket } }) => <ButtonLink href={mergePath(ticket.id)}>{words(c)('act.merge')}</ButtonLink>,
  },
  watch: {
    in: 'more',
    form: false,
    draw: ({
      c,
      path,
      view: {
        ticket: { ties },
      },
    }) => (
      <ActButton c={c} action={`${path}/watch`} fields={{ watching: ties.watching ? 'no' : 'yes' }}>
        {words(c)(ties.watching ? 'act.unwatch' : 'act.watch')}
      </ActButton>
    ),
  },
}

/** All that the desk does to a ticket as a whole; what it has no place of its own for stands under "More", drawn from its fields. */
const PLACES = new Map<ActName, Shown>([
  ...(Object.entries(SHOWN) as [ActName, Shown][]),
  ...actsOfferedBy('desk')
    .filter((name) => ACTS[name].on === 'ticket' && !SHOWN[name])
    .map((name): [ActName, Shown] => [name, drawnFromFields(name)]),
])

function drawnFromFields(name: ActName): Shown {
  const shapes = shapesOf(ACTS[name].fields)
  if (shapes.length === 0) return button(name, 'more')
  return section(
    name,
    ({ c }, form) => (
      <>
        {shapes.map((shape) => (
          <ShapedField c={c} form={form} act={name} shape={shape} />
        ))}
      </>
    ),
    Object.fromEntries(shapes.map((shape) => [shape.name, `more-${name}-${shape.name}`])),
  )
}

/** Has the act a form on this page? Then the form says why it was refused, and nothing else does. */
export const hasForm = (name: ActName, { offers }: Pick<TicketView, 'offers'>): boolean => PLACES.get(name)?.form === true && offers(name)

const always = () => true
const isOver = (ticket: Ticket): boolean => !isOpen(ticket.stateType)

export const ActRow = ({ c, visit, view, bad }: Props) => {
  const t = words(c)
  const { ticket } = view
  if (ticket.stateType === 'merged') return <MergedWords c={c} visit={visit} view={view} />
  const at: At = { c, path: `/desk/tickets/${ticket.id}`, view, visit, bad }
  const offered = [...PLACES].filter(([name, { here = always }]) => here(view, bad) && view.offers(name))
  const place = (where: Shown['in'], form: boolean[]) => offered.filter(([, shown]) => shown.in === where && form.includes(shown.form))
  return (
    <div class="acts" role="group" aria-label={t('ticket.acts')}>
      {place('row', [true, false]).map(([, { draw }]) => draw(at))}
      {view.slots.acts}
      <Menu label={t('act.more')} open={place('more', [true]).some(([name]) => name === bad?.act)} id="menu-more">
        {place('more', [true]).map(([, { draw }]) => draw(at))}
        <div class="menu-lines">
          {place('more', [false]).map(([, { draw }]) => draw(at))}
          <ButtonLink href={`${at.path}/history`}>{t('act.history')}</ButtonLink>
        </div>
      </Menu>
    </div>
  )
}

/** A merged ticket has one act: coming out again. */
const MergedWords = ({ c, view: { ticket, main, offers } }: Omit<Props, 'bad'>) => {
  const t = words(c)
  return (
    <div class="acts" role="group" aria-label={t('ticket.acts')}>
      <p class="quiet">
        {main ? (
          <>
            {t('ticket.merged-into')}{' '}
            <a href={`/desk/tickets/${main.id}`}>
              <span class="number">{main.number}</span> {main.title}
            </a>
          </>
        ) : (
          t('ticket.merged')
        )}
      </p>
      {main && offers('unmerge') && (
        <ActButton c={c} action={`/desk/tickets/${ticket.id}/unmerge`}>
          {t('act.unmerge')}
        </ActButton>
      )}
      <ButtonLink href={`/desk/tickets/${ticket.id}/history`}>{t('act.history')}</ButtonLink>
    </div>
  )
}

const TakeButton = ({ c, path, view: { ticket, articles } }: At) => {
  const seen = seenNow(ticket, articles)
  return ticket.ownerId === null ? (
    <ActButton c={c} action={`${path}/take`} fields={{ seen }} shortcut="A">
      {words(c)('act.take')}
    </ActButton>
  ) : (
    <ActButton c={c} action={`${path}/take`} fields={{ seen, fromOther: 'yes' }}>
      {words(c)('act.take-over')}
    </ActButton>
  )
}

/** The field of a short form that shows what was wrong with it. */
const SEEN_AT: Partial<Record<ActName, string[]>> = { move: ['queue'], pend: ['date'], close: ['note', 'time'] }

/** A form under its word; open again with the reason when it was refused. */
const ActMenu = ({
  c,
  act,
  shortcut,
  path,
  view,
  bad: refused,
  children,
}: Omit<At, 'visit'> & {
  act: ActName
  shortcut?: string
  children: (form: FormState, bad: RefusedAct | undefined) => Child
}) => {
  const bad = refused?.act === act ? refused : undefined
  const form = bad?.form ?? blankForm()
  const asked = isScreen(act) ? view.fields.asked(act) : []
  return (
    <Menu label={words(c)(actOf(act).words.button)} {...(shortcut ? { shortcut } : {})} open={bad !== undefined} id={`menu-${act}`}>
      <form method="post" autocomplete="off" action={`${path}/${act}`} class="form">
        <CsrfField c={c} />
        <SeenField seen={seenNow(view.ticket, view.articles, bad)} />
        <FormProblems
          c={c}
          form={form}
          id={`${act}-problems`}
          ids={ownFieldIds(act, asked)}
          labels={ownFieldLabels(c, asked)}
          seen={[...(SEEN_AT[act] ?? []), ...Object.keys(ownFieldIds(act, asked))]}
        >
          <SinceSeen c={c} ticket={view.ticket} articles={view.articles} bad={bad} />
        </FormProblems>
        {isScreen(act) && <FieldsAgain c={c} view={view} act={act} form={form} />}
        {children(form, bad)}
      </form>
    </Menu>
  )
}

const MoveMenu = ({ c, path, view, visit, bad }: At) => {
  const t = words(c)
  return (
    <ActMenu c={c} act="move" shortcut="M" path={path} view={view} bad={bad}>
      {(form, refused) => (
        <>
          <Select
            c={c}
            form={form}
            name="queue"
            id="move-queue"
            label={t('act.move.to')}
            choices={queueChoices(visit, 'move_into', view.ticket.queueId).filter(({ value }) =>
              view.narrowed.allows('queue', value, 'move'),
            )}
            empty={t('choose')}
            required
          />
          {view.ticket.ownerId !== null && <p class="small quiet">{t('act.move.releases')}</p>}
          <Button kind="primary">{doAnyway(c, refused, t('act.move'))}</Button>
        </>
      )}
    </ActMenu>
  )
}

const PendMenu = ({ c, path, view, bad }: At) => {
  const t = words(c)
  const { clock, config } = c.get('host')
  const now = clock()
  const presets = presetsFor(view.calendar, now)
  const say = (preset: Preset, date: Date) => {
    const when = sayDateTime(date, config.zone, c.get('language'), now)
    return HINTS[preset] ? `${when} – ${t(HINTS[preset])}` : when
  }
  return (
    <ActMenu c={c} act="pend" shortcut="P" path={path} view={view} bad={bad}>
      {(form, refused) => {
        const dated = stateIsLeft(view, 'pending reminder', 'pend')
        const chosen = form.values['until'] ?? (dated ? 'tomorrow' : 'customer')
        const radio = (value: string, label: Child) => (
          <label class="radio">
            <input type="radio" name="until" value={value} checked={chosen === value} /> <span>{label}</span>
          </label>
        )
        return (
          <>
            <fieldset class="radios">
              <legend class="only-heard">{t('act.pend.until')}</legend>
              {dated && presets.map(({ preset, date }) => radio(preset, say(preset, date)))}
              {stateIsLeft(view, 'waiting for customer', 'pend') && radio('customer', t('pend.customer'))}
              {dated && radio('date', t('pend.date'))}
            </fieldset>
            {dated && (
              <Field
                c={c}
                form={form}
                name="date"
                id="pend-date"
                type="datetime-local"
                label={t('pend.date.label')}
                hideLabel
                min={writeLocal(now, config.zone)}
                value={writeLocal(presets[0]!.date, config.zone)}
              />
            )}
            <Button kind="primary">{doAnyway(c, refused, t('act.pend'))}</Button>
          </>
        )
      }}
    </ActMenu>
  )
}

/** What is said of a date that its day does not say by itself. */
const HINTS: Partial<Record<Preset, DeskWord>> = {
  'two-days': 'pend.two-days.hint',
  week: 'pend.week.hint',
  holidays: 'pend.holidays.hint',
}

const CloseMenu = ({ c, path, view, bad }: At) => {
  const t = words(c)
  const hows = (['successful', 'unsuccessful'] as const).filter((how) => stateIsLeft(view, `closed ${how}`, 'close'))
  return (
    <ActMenu c={c} act="close" shortcut="C" path={path} view={view} bad={bad}>
      {(form, refused) => (
        <>
          <fieldset class="radios">
            <legend class="only-heard">{t('act.close.how')}</legend>
            {hows.map((how) => (
              <label class="radio">
                <input type="radio" name="how" value={how} checked={(form.values['how'] ?? hows[0]) === how} />{' '}
                <span>{t(`close.${how}`)}</span>
              </label>
            ))}
          </fieldset>
          {view.joined.openChildren > 0 && (
            <fieldset class="radios">
              <legend>{t('close.children', { count: view.joined.openChildren })}</legend>
              {(['leave', 'close'] as const).map((children) => (
                <label class="radio">
                  <input type="radio" name="children" value={children} checked={(form.values['children'] ?? 'leave') === children} />{' '}
                  <span>{t(`close.children.${children}`)}</span>
                </label>
              ))}
            </fieldset>
          )}
          <TextArea c={c} form={form} name="note" id="close-note" label={t('close.note')} rows={3} required={false} />
          {view.time && <TimeField c={c} form={form} ask={view.ticket.askTime} unit={view.time.unit} id="close-time" />}
          {view.ticket.customerAddress && <p class="small quiet">{t('close.tells')}</p>}
          <Button kind="primary">{doAnyway(c, refused, t('act.close'))}</Button>
        </>
      )}
    </ActMenu>
  )
}

/** The fields that the form of an act asks for; where plugins narrow them, asked for again with every change. */
export const FieldsAgain = ({ c, view, act, form }: { c: PageContext; view: TicketView; act: ActName & Screen; form: FormState }) => {
  const asked = view.fields.asked(act)
  return (
    <AskedAgain c={c} id={`${act}-own`} post={`/desk/tickets/${view.ticket.id}/${act}`} on={view.narrows && view.asks(act)}>
      <OwnFields c={c} form={form} asked={asked} id={act} stands={view.fields.stands} />
    </AskedAgain>
  )
}

const ClassifyAgain = ({ c, view, form }: { c: PageContext; view: TicketView; form: FormState }) => (
  <AskedAgain c={c} id="classify-own" post={`/desk/tickets/${view.ticket.id}/classify`} on={view.narrows}>
    <AboutFields c={c} form={form} about={view.about} ticket={view.ticket} id="more-classify" />
  </AskedAgain>
)

/** Parts of the page that are asked for again while their form is filled in, by the id of each. */
export function askedAgain(c: PageContext, view: TicketView, bad: RefusedAct | undefined): Record<string, () => Child> {
  if (bad?.status !== 200) return {}
  const { act, form } = bad
  if (act === 'classify') return { 'classify-own': () => <ClassifyAgain c={c} view={view} form={form} /> }
  return isScreen(act) ? { [`${act}-own`]: () => <FieldsAgain c={c} view={view} act={act as ActName & Screen} form={form} /> } : {}
}

/** A rare act: a small form behind its word. `ids`: of its fields, where a problem leads to one. `does`: on its button. */
function section(
  act: ActName,
  fields: (at: At, form: FormState) => Child,
  ids: Record<string, string> = { [act]: `more-${act}-field` },
  does: DeskWord = 'form.set',
  here?: Shown['here'],
): Shown {
  const draw = (at: At) => {
    const { c, path, view } = at
    const bad = at.bad?.act === act ? at.bad : undefined
    const form = bad?.form ?? blankForm()
    return (
      <details class="more-act" open={bad !== undefined} id={`more-${act}`}>
        <summary>{words(c)(actOf(act).words.button)}</summary>
        <form method="post" autocomplete="off" action={`${path}/${act}`} class="form">
          <CsrfField c={c} />
          {actOf(act).minds.length > 0 && <SeenField seen={seenNow(view.ticket, view.articles, bad)} />}
          <FormProblems c={c} form={form} id={`${act}-problems`} ids={ids} seen={Object.keys(ids)}>
            <SinceSeen c={c} ticket={view.ticket} articles={view.articles} bad={bad} />
          </FormProblems>
          {fields(at, form)}
          <Button small>{doAnyway(c, bad, words(c)(does))}</Button>
        </form>
      </details>
    )
  }
  return { in: 'more', form: true, draw, ...(here ? { here } : {}) }
}

/** A field of which the page knows no more than the list says. */
const ShapedField = ({
  c,
  form,
  act,
  shape: { name, kind, required, most, choices },
}: {
  c: PageContext
  form: FormState
  act: ActName
  shape: FieldShape
}) => {
  const key = actOf(act).words.fields?.[name]
  const t = actTexts.in(c.get('language'))
  const label = key ? t(key) : name
  const field = { c, form, name, id: `more-${act}-${name}`, label, required }
  if (kind === 'yes-no') return <Checkbox c={c} form={form} name={name} id={field.id} label={label} />
  if (kind === 'choice') return <Select {...field} choices={choices.map((value) => ({ value, label: t(`${key}.${value}` as ActKey) }))} />
  return kind === 'text' ? <TextArea {...field} rows={3} /> : <Field {...field} {...(most < 1000 ? { maxlength: most } : {})} />
}
