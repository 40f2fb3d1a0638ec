/** Owns the filter of a list: a plain GET form, folded away until it is used. */
import {
  blankForm, Button, Field, listAgents, listPriorities, listStates, queuesWith, sayPriority, sayStateName, Select, shortName, type PageContext, type StateRow,
} from '../../../core/index.ts'
import { filtersSet, placePath, readListQuery, type ListQuery } from '../list-query.ts'
import { words } from '../words.ts'
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
  const usual = readListQuery(place, {})
  return (
    <details class="filter" open={set > 0 || query.sort !== usual.sort}>
      <summary class="button button-quiet">{t('filter.open')}{set > 0 && <span class="count">{set}</span>}</summary>
      <form class="filter-form" method="get" action={placePath(place)}>
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

/** The person's queues, lower levels moved in. */
export function queueChoices(room: Room, right = 'ro', but?: string): { value: string; label: string }[] {
  const mine = new Set(queuesWith(room.actor.access, right))
  return room.queues.filter((queue) => mine.has(queue.id) && queue.id !== but)
    .map((queue) => ({ value: queue.id, label: `${'\u2003'.repeat(queue.name.split('::').length - 1)}${shortName(queue.name)}` }))
}
