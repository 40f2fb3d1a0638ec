/** Owns the filter of a list: a plain GET form, folded away until it is used. */
import {
  blankForm, Button, Field, listAgents, listPriorities, listStates, queuesWith, sayPriority, sayStateName, Select, shortName, type PageContext, type StateRow,
} from '../../../core/index.ts'
import { FIELDS, filtersSet, listUrl, placePath, type ListFields, type ListQuery } from '../list-query.ts'
import { words, type DeskKey } from '../words.ts'
import type { Room } from './frame.tsx'

export interface FilterChoices { states: StateRow[]; priorities: { id: string; name: string }[]; agents: { id: string; name: string }[] }

export async function readChoices(c: PageContext): Promise<FilterChoices> {
  const { db } = c.get('host')
  const [states, priorities, agents] = await Promise.all([listStates(db), listPriorities(db), listAgents(db)])
  return { states, priorities, agents }
}

export const ListFilter = ({ c, room, query, choices }: { c: PageContext; room: Room; query: ListQuery; choices: FilterChoices }) => {
  const t = words(c)
  const language = c.get('language')
  const { place, fields } = query
  const set = filtersSet(query)
  const form = blankForm({ ...fields, sort: query.sort, dir: query.direction })
  return (
    <details class="menu menu-end filter" id="filter">
      <summary class="button button-quiet" data-key="F" aria-keyshortcuts="F">{t('filter.open')}{set > 0 && <span class="count">{set}</span>} <span aria-hidden="true">▾</span></summary>
      <form class="menu-sheet filter-form" method="get" action={placePath(place)}>
        <Field c={c} form={form} name="q" type="search" label={t('filter.words')} id="filter-q" maxlength={200} />
        <Select c={c} form={form} name="state" id="filter-state" label={t('list.state')} empty={t(place.kind === 'search' ? 'filter.any' : 'filter.as-here')} choices={[
          { value: 'open', label: t('filter.all-open') }, { value: 'closed', label: t('filter.all-closed') }, { value: 'any', label: t('filter.any') },
          ...choices.states.map((state) => ({ value: state.id, label: sayStateName(state.name, state.type, language), group: t('filter.states') })),
        ]} />
        <Select c={c} form={form} name="owner" id="filter-owner" label={t('list.owner')} empty={t('filter.anybody')} choices={[
          { value: 'me', label: t('filter.me') }, { value: 'nobody', label: t('list.nobody') },
          ...choices.agents.map((agent) => ({ value: agent.id, label: agent.name, group: t('filter.agents') })),
        ]} />
        <Select c={c} form={form} name="priority" id="filter-priority" label={t('side.priority')} empty={t('filter.any')} choices={
          choices.priorities.map((priority) => ({ value: priority.id, label: sayPriority(priority.name, language) }))
        } />
        {place.kind !== 'queue' && (
          <Select c={c} form={form} name="queue" id="filter-queue" label={t('list.queue')} empty={t('filter.any-queue')} choices={queueChoices(room)} />
        )}
        <Select c={c} form={form} name="below" id="filter-below" label={t('filter.below')} empty={t('filter.with-below')} choices={[{ value: 'only', label: t('filter.without-below') }]} />
        <Field c={c} form={form} name="from" id="filter-from" type="date" label={t('filter.from')} />
        <Field c={c} form={form} name="to" id="filter-to" type="date" label={t('filter.to')} />
        <Select c={c} form={form} name="sort" id="filter-sort" label={t('filter.sort')} choices={
          (['created', 'changed', 'received', 'pending', 'priority', 'title'] as const).map((sort) => ({ value: sort, label: t(`sort.${sort}`) }))
        } />
        <Select c={c} form={form} name="dir" id="filter-dir" label={t('filter.direction')} choices={[
          { value: 'desc', label: t('filter.down') }, { value: 'asc', label: t('filter.up') },
        ]} />
        {fields.customer && <input type="hidden" name="customer" value={fields.customer} />}
        <div class="acts">
          <Button kind="primary">{t('filter.apply')}</Button>
          {set > 0 && <a class="button button-quiet" href={placePath(place)}>{t('filter.clear')}</a>}
        </div>
      </form>
    </details>
  )
}

/** What is set, each with a way to take it off. */
export const FilterChips = ({ c, room, query, choices }: { c: PageContext; room: Room; query: ListQuery; choices: FilterChoices }) => {
  const t = words(c)
  const chips = FIELDS.filter((name) => query.fields[name] !== '' && name !== 'customer' && !(name === 'q' && query.place.kind === 'search'))
  if (chips.length === 0) return null
  return (
    <ul class="chips filter-chips">
      {chips.map((name) => (
        <li>
          <a class="chip" href={listUrl(query, { [name]: '' })}>
            {t('filter.chip', { name: t(LABELS[name]), value: sayField(c, room, query, choices, name) })}
            <span aria-hidden="true">×</span><span class="only-heard">, {t('filter.remove')}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}

const LABELS: Record<keyof ListFields, DeskKey> = {
  state: 'list.state', priority: 'side.priority', owner: 'list.owner', q: 'filter.words', from: 'filter.from', to: 'filter.to', queue: 'list.queue',
  below: 'filter.below', customer: 'list.customer',
}

function sayField(c: PageContext, room: Room, { fields }: ListQuery, choices: FilterChoices, name: keyof ListFields): string {
  const t = words(c)
  const language = c.get('language')
  const value = fields[name]
  switch (name) {
    case 'state': {
      const state = choices.states.find(({ id }) => id === value)
      return state ? sayStateName(state.name, state.type, language)
        : value === 'open' ? t('filter.all-open') : value === 'closed' ? t('filter.all-closed') : value === 'any' ? t('filter.any') : value
    }
    case 'priority': return sayPriority(choices.priorities.find(({ id }) => id === value)?.name ?? value, language)
    case 'owner': return value === 'me' ? t('filter.me') : value === 'nobody' ? t('list.nobody') : choices.agents.find(({ id }) => id === value)?.name ?? value
    case 'queue': return shortName(room.queues.find(({ id }) => id === value)?.name ?? value)
    case 'below': return t('filter.without-below')
    default: return value
  }
}

/** The person's queues, lower levels moved in. */
export function queueChoices(room: Room, right = 'ro', but?: string): { value: string; label: string }[] {
  const mine = new Set(queuesWith(room.actor.access, right))
  return room.queues.filter((queue) => mine.has(queue.id) && queue.id !== but)
    .map((queue) => ({ value: queue.id, label: `${'\u2003'.repeat(queue.name.split('::').length - 1)}${shortName(queue.name)}` }))
}
