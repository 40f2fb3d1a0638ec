/** Owns the filter of a list: a plain GET form, folded away until it is used. */
import {
  entryOf,
  isUsed,
  fieldLabel,
  fieldTexts,
  readField,
  typeOf,
  listAgents,
  queuesWith,
  sayAttribute,
  sayPriority,
  shortName,
  SORTS,
  sayType,
  type AboutChoices,
  type AttributeKind,
  type OwnField,
  type Filtered,
  type PageContext,
  type Sort,
  type StateRow,
} from '../../../core/index.ts'
import { blankForm, Button, fieldRoom, Field, sayStateName, Select, type FormState } from '../../../core/pages.ts'
import { DUE_WORDS, FIELDS, filtersSet, listUrl, ownNames, placePath, type FieldName, type ListQuery } from '../list-query.ts'
import { deskTexts, words, type DeskKey } from '../words.ts'
import { serviceChoices, typeChoices } from './about-fields.tsx'
import type { Visit } from './frame.tsx'

export interface FilterChoices {
  states: readonly StateRow[]
  priorities: readonly { id: string; name: string }[]
  agents: { id: string; name: string }[]
  about: AboutChoices
  /** Fields of the installation's own. */
  own: OwnField[]
}

export async function readChoices(c: PageContext, { used }: Visit): Promise<FilterChoices> {
  const { db } = c.get('host')
  const [states, priorities, agents, own, about] = await Promise.all([
    used.states(),
    used.priorities(),
    listAgents(db),
    used.fields(),
    used.about(),
  ])
  return { states, priorities, agents, about, own: own.filter(({ valid }) => valid) }
}

export const ListFilter = ({ c, visit, query, choices }: { c: PageContext; visit: Visit; query: ListQuery; choices: FilterChoices }) => {
  const t = words(c)
  const { place, fields } = query
  const set = filtersSet(query)
  const form = blankForm({ ...fields, ...query.own, sort: query.sort, dir: query.direction })
  return (
    <details class="menu menu-end filter" id="filter">
      <summary class="button button-quiet" data-key="F" aria-keyshortcuts="F">
        {t('filter.open')}
        {set > 0 && <span class="count">{set}</span>} <span aria-hidden="true">▾</span>
      </summary>
      <form class="menu-sheet filter-form" method="get" autocomplete="off" action={placePath(place)}>
        {query.saved && <input type="hidden" name="saved" value={query.saved} />}
        <Field c={c} form={form} name="q" type="search" label={t('filter.words')} id="filter-q" maxlength={200} />
        {FIELDS.map((name) =>
          name in entryOf ? (
            <AttributeFilter c={c} visit={visit} query={query} choices={choices} form={form} name={name as Filtered} />
          ) : null,
        )}
        <Select
          c={c}
          form={form}
          name="below"
          id="filter-below"
          label={t('filter.below')}
          empty={t('filter.with-below')}
          choices={[{ value: 'only', label: t('filter.without-below') }]}
        />
        <Field c={c} form={form} name="from" id="filter-from" type="date" label={t('filter.from')} />
        <Field c={c} form={form} name="to" id="filter-to" type="date" label={t('filter.to')} />
        <OwnFilters c={c} form={form} query={query} own={choices.own} />
        <Select
          c={c}
          form={form}
          name="archive"
          id="filter-archive"
          label={sayAttribute('archived', c.get('language'))}
          empty={t('filter.archive.without')}
          choices={(['with', 'only'] as const).map((value) => ({ value, label: t(`filter.archive.${value}`) }))}
        />
        <Select
          c={c}
          form={form}
          name="sort"
          id="filter-sort"
          label={t('filter.sort')}
          choices={SORTS.filter((sort) => isUsed(sort, choices.about) || sort === query.sort).map((sort) => ({
            value: sort,
            label: saySort(c, sort),
          }))}
        />
        <Select
          c={c}
          form={form}
          name="dir"
          id="filter-dir"
          label={t('filter.direction')}
          choices={[
            { value: 'desc', label: t('filter.down') },
            { value: 'asc', label: t('filter.up') },
          ]}
        />
        <div class="acts">
          <Button kind="primary">{t('filter.apply')}</Button>
          {set > 0 && (
            <a class="button button-quiet" href={placePath(place)}>
              {t('filter.clear')}
            </a>
          )}
        </div>
      </form>
    </details>
  )
}

/** By fields of the installation's own, folded away until one is used. */
const OwnFilters = ({ c, form, query, own }: { c: PageContext; form: FormState; query: ListQuery; own: readonly OwnField[] }) => {
  if (own.length === 0) return null
  return (
    <details class="more-act own-filters" open={Object.keys(query.own).length > 0}>
      <summary>{fieldTexts.in(c.get('language'))('fields')}</summary>
      <div class="form">
        {own.map((field) => (
          <OwnFilter c={c} form={form} field={field} />
        ))}
      </div>
    </details>
  )
}

const OwnFilter = ({ c, form, field }: { c: PageContext; form: FormState; field: OwnField }) => {
  const t = fieldTexts.in(c.get('language'))
  const label = fieldLabel(field, c.get('language'))
  const [name = '', until = ''] = ownNames(field)
  const id = (of: string) => `filter-${of.replaceAll('.', '-')}`
  const choices = ownChoices(c, field)
  if (choices) return <Select c={c} form={form} name={name} id={id(name)} label={label} empty={words(c)('filter.any')} choices={choices} />
  if (until === '') return <Field c={c} form={form} name={name} id={id(name)} label={label} maxlength={200} />
  return (
    <>
      <Field c={c} form={form} name={name} id={id(name)} type="date" label={t('filter.from', { label })} />
      <Field c={c} form={form} name={until} id={id(until)} type="date" label={t('filter.to', { label })} />
    </>
  )
}

/** Keys with their words; undefined where a field has none to choose from. */
function ownChoices(c: PageContext, field: OwnField): { value: string; label: string }[] | undefined {
  const { narrows, say } = typeOf(field.type)
  if (narrows !== 'box' && narrows !== 'choice') return undefined
  const of = readField(field)
  const keys = narrows === 'box' ? ['1', '0'] : of.config.values.map(({ key }) => key)
  return keys.map((value) => ({ value, label: say(value, of, fieldRoom(c)) }))
}

/** What a field is narrowed to, as a chip says it. */
function sayOwn(c: PageContext, own: readonly OwnField[], name: string, value: string): { name: string; value: string } {
  const [, field, end] = /^field\.(\w+)(?:\.(from|to))?$/.exec(name) ?? []
  const found = own.find((one) => one.name === field)
  if (!found) return { name: field ?? name, value }
  const label = fieldLabel(found, c.get('language'))
  const t = fieldTexts.in(c.get('language'))
  return {
    name: end ? t(end === 'from' ? 'filter.from' : 'filter.to', { label }) : label,
    value: ownChoices(c, found)?.find((choice) => choice.value === value)?.label ?? value,
  }
}

interface FilterProps {
  c: PageContext
  visit: Visit
  query: ListQuery
  choices: FilterChoices
  form: FormState
  name: Filtered
}

/** What an attribute may be narrowed to, by its kind; a text by its words. */
const AttributeFilter = (props: FilterProps) => {
  const { c, query, form, name } = props
  const { kind } = entryOf[name]
  if (kind === 'customer') return query.fields[name] ? <input type="hidden" name={name} value={query.fields[name]} /> : null
  if (name === 'queue' && query.place.kind === 'queue') return null
  if (!isUsed(name, props.choices.about) && !query.fields[name]) return null
  const id = `filter-${name}`
  const label = sayAttribute(name, c.get('language'))
  const choose = CHOICES[kind]
  return choose ? (
    <Select c={c} form={form} name={name} id={id} label={label} {...choose(props)} />
  ) : (
    <Field c={c} form={form} name={name} id={id} label={label} maxlength={200} />
  )
}

type Choice = { value: string; label: string; group?: string }
const CHOICES: Partial<Record<AttributeKind, (props: FilterProps) => { empty: string; choices: Choice[] }>> = {
  state: ({ c, query, choices }) => ({
    empty: words(c)(query.place.kind === 'search' ? 'filter.any' : 'filter.as-here'),
    choices: [
      { value: 'open', label: words(c)('filter.all-open') },
      { value: 'closed', label: words(c)('filter.all-closed') },
      { value: 'any', label: words(c)('filter.any') },
      ...choices.states.map((state) => ({
        value: state.id,
        label: sayStateName(state.name, state.type, c.get('language')),
        group: words(c)('filter.states'),
      })),
    ],
  }),
  agent: ({ c, choices }) => ({
    empty: words(c)('filter.anybody'),
    choices: [
      { value: 'me', label: words(c)('filter.me') },
      { value: 'nobody', label: words(c)('list.nobody') },
      ...choices.agents.map((agent) => ({ value: agent.id, label: agent.name, group: words(c)('filter.agents') })),
    ],
  }),
  priority: ({ c, choices }) => ({
    empty: words(c)('filter.any'),
    choices: choices.priorities.map((priority) => ({ value: priority.id, label: sayPriority(priority.name, c.get('language')) })),
  }),
  type: ({ c, choices }) => ({ empty: words(c)('filter.any'), choices: typeChoices(c, choices.about) }),
  service: ({ c, choices }) => ({
    empty: words(c)('filter.any'),
    choices: [{ value: 'nobody', label: words(c)('about.none') }, ...serviceChoices(choices.about)],
  }),
  sla: ({ c, choices: { about } }) => ({
    empty: words(c)('filter.any'),
    choices: [{ value: 'nobody', label: words(c)('about.none') }, ...about.slas.map(({ id, name }) => ({ value: id, label: name }))],
  }),
  date: ({ c }) => ({
    empty: words(c)('filter.any'),
    choices: DUE_WORDS.map((value) => ({ value, label: words(c)(`due.${value}`) })),
  }),
  queue: ({ c, visit }) => ({ empty: words(c)('filter.any-queue'), choices: queueChoices(visit) }),
}

/** The order by its own words where it has some, else by the attribute's. */
export function saySort(c: PageContext, sort: Sort): string {
  const key = `sort.${sort}`
  return Object.hasOwn(deskTexts.pl, key) ? words(c)(key as DeskKey) : sayAttribute(sort, c.get('language'))
}

interface ChipsProps {
  c: PageContext
  visit: Visit
  query: ListQuery
  choices: FilterChoices
}

/** What is set, in words, each with the address without it. A customer stands in the title, the words of a search in their field. */
export function sayFilters({ c, visit, query, choices }: ChipsProps): { said: string; off: string }[] {
  const t = words(c)
  const names = FIELDS.filter(
    (name) =>
      query.fields[name] !== '' &&
      !(name in entryOf && entryOf[name as Filtered].kind === 'customer') &&
      !(name === 'q' && query.place.kind === 'search'),
  )
  const own = Object.entries(query.own)
  return [
    ...names.map((name) => ({
      said: t('filter.chip', {
        name: LABELS[name] ? t(LABELS[name]) : sayAttribute(name as Filtered, c.get('language')),
        value: sayField(c, visit, query, choices, name),
      }),
      off: listUrl(query, { [name]: '' }),
    })),
    ...own.map(([name, value]) => ({
      said: t('filter.chip', sayOwn(c, choices.own, name, value)),
      off: listUrl(query, { own: Object.fromEntries(own.filter(([other]) => other !== name)) }),
    })),
  ]
}

/** What is set, each with a way to take it off. */
export const FilterChips = (props: ChipsProps) => {
  const chips = sayFilters(props)
  if (chips.length === 0) return null
  return (
    <ul class="chips filter-chips">
      {chips.map(({ said, off }) => (
        <li>
          <a class="chip" href={off}>
            {said}
            <span aria-hidden="true">×</span>
            <span class="only-heard">, {words(props.c)('filter.remove')}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}

const LABELS: Partial<Record<FieldName, DeskKey>> = {
  q: 'filter.words',
  from: 'filter.from',
  to: 'filter.to',
  below: 'filter.below',
  archive: 'filter.archive',
}

function sayField(c: PageContext, visit: Visit, { fields }: ListQuery, choices: FilterChoices, name: FieldName): string {
  const t = words(c)
  const language = c.get('language')
  const value = fields[name]
  if (name === 'below') return t('filter.without-below')
  if (name === 'archive') return t(value === 'only' ? 'filter.archive.only' : 'filter.archive.with')
  switch (name in entryOf && entryOf[name as Filtered].kind) {
    case 'state': {
      const state = choices.states.find(({ id }) => id === value)
      return state
        ? sayStateName(state.name, state.type, language)
        : value === 'open'
          ? t('filter.all-open')
          : value === 'closed'
            ? t('filter.all-closed')
            : value === 'any'
              ? t('filter.any')
              : value
    }
    case 'priority':
      return sayPriority(choices.priorities.find(({ id }) => id === value)?.name ?? value, language)
    case 'agent':
      return value === 'me'
        ? t('filter.me')
        : value === 'nobody'
          ? t('list.nobody')
          : (choices.agents.find(({ id }) => id === value)?.name ?? value)
    case 'type':
      return sayType(choices.about.types.find(({ id }) => id === value)?.name ?? value, language)
    case 'service':
      return value === 'nobody'
        ? t('about.none')
        : (choices.about.services.find(({ id }) => id === value)?.name ?? value).replaceAll('::', ' · ')
    case 'sla':
      return value === 'nobody' ? t('about.none') : (choices.about.slas.find(({ id }) => id === value)?.name ?? value)
    case 'date':
      return t(`due.${value as (typeof DUE_WORDS)[number]}`)
    case 'queue':
      return shortName(visit.queues.find(({ id }) => id === value)?.name ?? value)
    default:
      return value
  }
}

/** The person's queues, lower levels moved in. */
export function queueChoices(visit: Visit, right = 'ro', but?: string): { value: string; label: string }[] {
  const mine = new Set(queuesWith(visit.actor.access, right))
  return visit.queues
    .filter((queue) => mine.has(queue.id) && queue.id !== but)
    .map((queue) => ({ value: queue.id, label: `${'\u2003'.repeat(queue.name.split('::').length - 1)}${shortName(queue.name)}` }))
}
