/** Owns saying what somebody changed in a unit, for its log. */
import { findPersonNames, isId, listAllQueues, listGroups, listTopics, listUnits, type PageContext, type UnitChange } from '../../core/index.ts'
import { unitTexts, type Say, type UnitKey } from './words.ts'

/** Names behind the ids that changes speak of. */
export interface Names { queue(id: string): string; topic(id: string): string; unit(id: string): string; group(id: string): string; person(id: string): string }

export async function thingNames(c: PageContext, changes: readonly UnitChange[] = []): Promise<Names> {
  const { db } = c.get('host')
  const ids = changes.flatMap((change) => [change.thing, ...Object.keys({ ...change.before, ...change.after }).map((key) => key.replace(/^person /, ''))]).filter(isId)
  const [queues, topics, units, groups, persons] = await Promise.all([listAllQueues(db), listTopics(db), listUnits(db), listGroups(db), findPersonNames(db, ids)])
  const by = (rows: readonly { id: string; name: string }[]) => (id: string) => rows.find((row) => row.id === id)?.name.replaceAll('::', ' · ') ?? `#${id}`
  return { queue: by(queues), topic: by(topics), unit: by(units), group: by(groups), person: by(persons) }
}

/** What was changed, with its name: "kolejka „Poczta”". */
export function sayChange(change: Pick<UnitChange, 'what' | 'thing' | 'after'>, names: Names, t: Say): string {
  const name = change.what === 'queue' || change.what === 'queue text' ? names.queue(change.thing)
    : change.what === 'topic' ? names.topic(change.thing)
    : change.what === 'group' ? names.group(change.thing)
    : change.what.startsWith('person') ? names.person(change.thing)
    : ['unit', 'unit administrator', 'unit opted in', 'unit looks', 'route'].includes(change.what) ? names.unit(change.thing)
    : typeof change.after?.['name'] === 'string' ? change.after['name'] : change.thing.replace(/\/\d+$/, '')
  const key = `change.${change.what}`
  return t((Object.hasOwn(unitTexts.pl, key) ? key : 'change.other') as UnitKey, { name })
}

/** "pole: przed → po", one line each. */
export function sayDifference(change: UnitChange, names: Names, t: Say): { field: string; before: string; after: string }[] {
  const keys = [...new Set([...Object.keys(change.before ?? {}), ...Object.keys(change.after ?? {})])]
  const said = keys.map((key) => ({
    key, field: sayField(key, names, t), before: sayValue(key, change.what, change.before?.[key], names, t), after: sayValue(key, change.what, change.after?.[key], names, t),
  })).filter(({ before, after }) => before !== after)
  // Of a new thing what stands in columns without words is no news; of a changed one everything is.
  return change.before === null ? said.filter(({ key, field }) => field !== key) : said
}

function sayField(key: string, names: Names, t: Say): string {
  const [kind, id = ''] = key.split(' ')
  if (/^\d+$/.test(id)) {
    if (kind === 'topic') return names.topic(id)
    if (kind === 'group') return names.group(id)
    if (kind === 'person') return names.person(id)
    if (kind === 'unit') return names.unit(id)
  }
  const text = `field.${key}`
  return Object.hasOwn(unitTexts.pl, text) ? t(text as UnitKey) : key
}

function sayValue(key: string, what: string, value: unknown, names: Names, t: Say): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'boolean') return t(value ? 'value.yes' : 'value.no')
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(String).join(', ')
  if (typeof value === 'object') return JSON.stringify(value)
  const text = String(value)
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) return text.slice(0, 16).replace('T', ' ')
  if (what === 'route' || key === 'to' || key === 'parent_id' || key === 'queue_id') return names.queue(text)
  if (key === 'unit_id') return names.unit(text)
  if (key === 'group_id') return names.group(text)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
