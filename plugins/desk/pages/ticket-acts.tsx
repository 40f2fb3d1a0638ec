/** Owns the row of acts above a ticket: one primary, the usual ones beside it, the rare ones under "More". Only what is allowed is offered. */
import type { Child } from 'hono/jsx'
import {
  ActButton, blankForm, Button, ButtonLink, CsrfField, Field, FormProblems, isOpen, may, Menu, sayDateTime, sayPriority, Select, TextArea, type FormState,
  type PageContext, type Right,
} from '../../../core/index.ts'
import { presetDate, writeLocal } from '../pending-dates.ts'
import { sayAway } from '../away-words.ts'
import { words } from '../words.ts'
import { queueChoices } from './list-filter.tsx'
import type { Room } from './frame.tsx'
import type { RefusedAct, TicketView } from './ticket.tsx'

interface Props { c: PageContext; room: Room; view: TicketView; bad: RefusedAct | undefined }

export const ActRow = ({ c, room, view, bad }: Props) => {
  const t = words(c)
  const { ticket } = view
  const { access } = room.actor
  const can = (right: Right) => may(access, right, ticket.ties).allowed
  const path = `/desk/tickets/${ticket.id}`
  const over = ticket.stateType === 'closed' || ticket.stateType === 'removed'
  if (ticket.stateType === 'merged') return <p class="quiet">{t('ticket.merged')}</p>
  const mine = ticket.ownerId === access.personId
  const heldByOther = ticket.ownerId !== null && !mine
  const menu = { c, path, view, room, bad }
  return (
    <div class="acts" role="group" aria-label={t('ticket.acts')}>
      {can('compose') && <ButtonLink kind={over ? 'quiet' : 'primary'} href="#reply" shortcut="R">{t('act.reply')}</ButtonLink>}
      {can('note') && <ButtonLink href="#note" shortcut="I">{t('act.note')}</ButtonLink>}
      {can('lock') && !over && !mine && !heldByOther && <ActButton c={c} action={`${path}/take`} shortcut="A">{t('act.take')}</ActButton>}
      {can('lock') && !over && mine && <ActButton c={c} action={`${path}/release`}>{t('act.release')}</ActButton>}
      {can('lock') && !over && heldByOther && <ActButton c={c} action={`${path}/take`} fields={{ fromOther: 'yes' }}>{t('act.take-over')}</ActButton>}
      {can('move') && <MoveMenu {...menu} />}
      {can('pending') && !over && <PendMenu {...menu} />}
      {can('close') && !over && <CloseMenu {...menu} />}
      {can('rw') && over && <ActButton c={c} action={`${path}/reopen`}>{t('act.reopen')}</ActButton>}
      {view.slots.acts}
      <MoreMenu {...menu} can={can} />
    </div>
  )
}

interface MenuProps { c: PageContext; path: string; view: TicketView; room: Room; bad: RefusedAct | undefined }

/** A form under its word; open again with the reason when it was refused. */
const ActMenu = ({ c, act, label, shortcut, path, bad, children }: {
  c: PageContext; act: string; label: string; shortcut?: string; path: string; bad: RefusedAct | undefined; children: (form: FormState) => Child
}) => {
  const form = bad?.act === act ? bad.form : blankForm()
  return (
    <Menu label={label} {...(shortcut ? { shortcut } : {})} open={bad?.act === act} id={`menu-${act}`}>
      <form method="post" action={`${path}/${act}`} class="form">
        <CsrfField c={c} />
        <FormProblems c={c} form={form} id={`${act}-problems`} ids={{}} />
        {children(form)}
      </form>
    </Menu>
  )
}

const MoveMenu = ({ c, path, view, room, bad }: MenuProps) => {
  const t = words(c)
  return (
    <ActMenu c={c} act="move" label={t('act.move')} shortcut="M" path={path} bad={bad}>
      {(form) => (
        <>
          <Select c={c} form={form} name="queue" id="move-queue" label={t('act.move.to')} choices={queueChoices(room, 'move_into', view.ticket.queueId)} empty={t('choose')} required />
          {view.ticket.ownerId !== null && <p class="small quiet">{t('act.move.releases')}</p>}
          <Button kind="primary">{t('act.move')}</Button>
        </>
      )}
    </ActMenu>
  )
}

const PendMenu = ({ c, path, bad }: MenuProps) => {
  const t = words(c)
  const { clock, config } = c.get('host')
  const now = clock()
  const say = (preset: 'tomorrow' | 'week') => sayDateTime(presetDate(preset, now, config.zone), config.zone, c.get('language'), now)
  return (
    <ActMenu c={c} act="pend" label={t('act.pend')} shortcut="P" path={path} bad={bad}>
      {(form) => {
        const chosen = form.values['until'] ?? 'tomorrow'
        const radio = (value: string, label: Child) => (
          <label class="radio"><input type="radio" name="until" value={value} checked={chosen === value} /> <span>{label}</span></label>
        )
        return (
          <>
            <fieldset class="radios">
              <legend class="only-heard">{t('act.pend.until')}</legend>
              {radio('tomorrow', say('tomorrow'))}
              {radio('week', say('week'))}
              {radio('customer', t('pend.customer'))}
              {radio('date', t('pend.date'))}
            </fieldset>
            <Field c={c} form={form} name="date" id="pend-date" type="datetime-local" label={t('pend.date.label')} min={writeLocal(now, config.zone)} value={writeLocal(presetDate('tomorrow', now, config.zone), config.zone)} />
            <Button kind="primary">{t('act.pend')}</Button>
          </>
        )
      }}
    </ActMenu>
  )
}

const CloseMenu = ({ c, path, view, bad }: MenuProps) => {
  const t = words(c)
  return (
    <ActMenu c={c} act="close" label={t('act.close')} shortcut="C" path={path} bad={bad}>
      {(form) => (
        <>
          <fieldset class="radios">
            <legend class="only-heard">{t('act.close.how')}</legend>
            {(['successful', 'unsuccessful'] as const).map((how) => (
              <label class="radio"><input type="radio" name="how" value={how} checked={(form.values['how'] ?? 'successful') === how} /> <span>{t(`close.${how}`)}</span></label>
            ))}
          </fieldset>
          <TextArea c={c} form={form} name="note" id="close-note" label={t('close.note')} rows={3} required={false} />
          {view.ticket.customerAddress && <p class="small quiet">{t('close.tells')}</p>}
          <Button kind="primary">{t('act.close')}</Button>
        </>
      )}
    </ActMenu>
  )
}

/** Rare acts, each its own small form behind its word. */
const MoreMenu = ({ c, path, view, bad, can }: MenuProps & { can: (right: Right) => boolean }) => {
  const t = words(c)
  const { ticket } = view
  const section = (act: string, label: string, children: (form: FormState) => Child) => {
    const form = bad?.act === act ? bad.form : blankForm()
    return (
      <details class="more-act" open={bad?.act === act} id={`more-${act}`}>
        <summary>{label}</summary>
        <form method="post" action={`${path}/${act}`} class="form">
          <CsrfField c={c} />
          <FormProblems c={c} form={form} id={`${act}-problems`} ids={{ [act]: `more-${act}-field`, ...(act === 'add-person' ? { who: 'more-add-person-field' } : {}) }} />
          {children(form)}
          <Button small>{t('form.set')}</Button>
        </form>
      </details>
    )
  }
  const priorities = view.priorities.map((priority) => ({ value: priority.id, label: sayPriority(priority.name, c.get('language')) }))
  const away = (owner: { id: string; name: string }) => view.away.has(owner.id) ? `${owner.name} – ${sayAway(c, view.away.get(owner.id)!)}` : owner.name
  const owners = view.owners.map((owner) => ({ value: owner.id, label: away(owner) }))
  const openMore = ['priority', 'owner', 'title', 'customer', 'add-person'].includes(bad?.act ?? '')
  return (
    <Menu label={t('act.more')} open={openMore} id="menu-more">
      {can('priority') && section('priority', t('act.priority'), (form) => (
        <Select c={c} form={form} name="priority" id="more-priority-field" label={t('side.priority')} hideLabel choices={priorities} value={ticket.priorityId} />
      ))}
      {can('owner') && isOpen(ticket.stateType) && section('owner', t('act.owner'), (form) => (
        <Select c={c} form={form} name="owner" id="more-owner-field" label={t('list.owner')} hideLabel choices={owners} empty={t('choose')} value={ticket.ownerId} required />
      ))}
      {can('rw') && section('title', t('act.title'), (form) => (
        <Field c={c} form={form} name="title" id="more-title-field" label={t('list.subject')} hideLabel value={ticket.title} maxlength={250} required />
      ))}
      {can('customer') && section('customer', t('act.customer'), (form) => (
        <Field c={c} form={form} name="customer" id="more-customer-field" label={t('act.customer.who')} help={t('act.customer.help')} required />
      ))}
      {can('customer') && section('add-person', t('act.add-person'), (form) => (
        <>
          <Field c={c} form={form} name="who" id="more-add-person-field" label={t('act.add-person.who')} help={t('act.add-person.help')} required />
          <Select c={c} form={form} name="right" id="more-add-person-right" label={t('act.add-person.right')} choices={[{ value: 'read', label: t('side.participant.read') }, { value: 'reply', label: t('side.participant.reply') }]} />
        </>
      ))}
      <div class="menu-lines">
        <ActButton c={c} action={`${path}/watch`} fields={{ watching: ticket.ties.watching ? 'no' : 'yes' }}>
          {t(ticket.ties.watching ? 'act.unwatch' : 'act.watch')}
        </ActButton>
        <ButtonLink href={`${path}/history`}>{t('act.history')}</ButtonLink>
      </div>
    </Menu>
  )
}
