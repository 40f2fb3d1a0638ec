/** Owns saying a condition in words, and what may be chosen for one. */
import type { Kysely } from 'kysely'
import { sayAttribute } from '../../ticket/attribute-words.ts'
import { entryOf, type AttributeName } from '../../ticket/attributes.ts'
import type { Database, Id, Language, StateType } from '../../database/schema.ts'
import { readConfig, sayPossible } from '../../field/config.ts'
import { fieldLabel, listFields, type Field } from '../../field/fields.ts'
import { listAgents } from '../../person/person-search.ts'
import { listQueues, type Queue } from '../../queue/queues.ts'
import { aboutChoices, type AboutChoices } from '../../service/choices.ts'
import { sayType } from '../../service/type-words.ts'
import { sayPriority } from '../../ticket/attribute-words.ts'
import { inUnits, MEANT_KEYS, STATE_TYPES, type MeantKey, type RuleFilter, type RuleTime } from '../../ticket/rule/rule-filter.ts'
import { HISTORY_TIMES, type HistoryTime, type TimeName } from '../../ticket/rule/time-names.ts'
import { ARTICLE_PARTS, TEXT_NAMES } from '../../ticket/ticket-filter.ts'
import { listPriorities, listStates, type StateRow } from '../../ticket/ticket.store.ts'
import { sayStateName } from '../parts/state.tsx'
import type { Choice } from '../parts/fields.tsx'
import { ruleTexts } from './rule-texts.ts'

/** What the names of a condition are, and what a form of one offers. */
export interface RuleChoices {
  queues: Pick<Queue, 'id' | 'name'>[]
  states: Pick<StateRow, 'id' | 'name' | 'type'>[]
  priorities: { id: Id; name: string }[]
  agents: { id: Id; name: string }[]
  about: AboutChoices
  /** Fields of tickets. */
  own: Field[]
}

/** `queueIds`: only these queues are offered, as a unit's own rules mean no others. */
export async function ruleChoices(db: Kysely<Database>, queueIds?: ReadonlySet<Id>): Promise<RuleChoices> {
  const [queues, states, priorities, agents, about, own] = await Promise.all([
    listQueues(db),
    listStates(db),
    listPriorities(db),
    listAgents(db),
    aboutChoices(db),
    listFields(db, 'ticket'),
  ])
  return {
    queues: queueIds ? queues.filter(({ id }) => queueIds.has(id)) : queues,
    states,
    priorities,
    agents,
    about,
    own: own.filter(({ valid }) => valid),
  }
}

/** What may be chosen of an attribute; undefined where it is typed. */
export function choicesFor(key: MeantKey, choices: RuleChoices, language: Language): Choice[] | undefined {
  const t = ruleTexts.in(language)
  if (key === 'stateType') return STATE_TYPES.map((value) => ({ value, label: t(`type.${value}`) }))
  switch (entryOf[key].kind) {
    case 'queue':
      return choices.queues.map(({ id, name }) => ({ value: id, label: levels(name) }))
    case 'state':
      return choices.states.map(({ id, name, type }) => ({ value: id, label: sayStateName(name, type as StateType, language) }))
    case 'priority':
      return choices.priorities.map(({ id, name }) => ({ value: id, label: sayPriority(name, language) }))
    case 'agent':
      return [{ value: 'nobody', label: t('nobody') }, ...choices.agents.map(({ id, name }) => ({ value: id, label: name }))]
    case 'type':
      return choices.about.types.map(({ id, name }) => ({ value: id, label: sayType(name, language) }))
    case 'service':
      return withNone(choices.about.services, t('none'))
    case 'sla':
      return withNone(choices.about.slas, t('none'))
    case 'lock':
      return (['unlock', 'lock', 'tmp_lock'] as const).map((value) => ({ value, label: t(`lock.${value}`) }))
    default:
      return undefined
  }
}

const levels = (name: string): string => name.replaceAll('::', ' · ')
const withNone = (list: readonly { id: Id; name: string }[], none: string): Choice[] =>
  list.length === 0 ? [] : [{ value: 'nobody', label: none }, ...list.map(({ id, name }) => ({ value: id, label: levels(name) }))]

export const sayTimeName = (name: TimeName, language: Language): string =>
  (HISTORY_TIMES as readonly string[]).includes(name)
    ? ruleTexts.in(language)(`of.${name as HistoryTime}`)
    : sayAttribute(name as AttributeName, language)

export const sayMeant = (key: MeantKey, language: Language): string => sayAttribute(key, language)

/** Each part of it as a phrase, in the order of the form; what is gone is said by its id. */
export function sayRuleFilter(rule: RuleFilter, choices: RuleChoices, language: Language): string[] {
  const t = ruleTexts.in(language)
  const or = (values: readonly string[]) =>
    values.length < 2 ? (values[0] ?? '') : t('say.or', { first: values.slice(0, -1).join(', '), last: values.at(-1)! })
  const one = (name: string, value: string) => t('say.one', { name, value })
  const is = MEANT_KEYS.flatMap((key) => {
    const values = rule.is?.[key]
    if (!values) return []
    const offered = choicesFor(key, choices, language)
    const said = one(sayMeant(key, language), or(values.map((value) => offered?.find((choice) => choice.value === value)?.label ?? value)))
    return [key === 'queue' && rule.below ? `${said} (${t('say.below')})` : said]
  })
  const own = Object.entries(rule.fields ?? {}).map(([name, wanted]) => {
    const field = choices.own.find((found) => found.name.toLowerCase() === name.toLowerCase())
    const label = field ? fieldLabel(field, language) : name
    if ('words' in wanted) return one(label, wanted.words)
    if ('is' in wanted) return one(label, or(wanted.is.map((key) => (field ? sayPossible(readConfig(field.config), key, language) : key))))
    return t('say.between', { what: label, from: wanted.from ?? '…', to: wanted.to ?? '…' })
  })
  return [
    ...is,
    ...TEXT_NAMES.flatMap((name) => (rule.texts?.[name] ? [one(t(`text.${name}`), rule.texts[name])] : [])),
    ...ARTICLE_PARTS.flatMap((part) => (rule.articles?.[part] ? [one(t(`article.${part}`), rule.articles[part])] : [])),
    ...(rule.times ?? []).map((time) => sayTime(time, language)),
    ...own,
    ...(rule.search ? [one(t('search'), rule.search)] : []),
    ...(rule.held ? [t('say.held')] : []),
    ...(rule.undelivered ? [t('say.undelivered')] : []),
    ...(rule.archived ? [t(`archived.${rule.archived}`)] : []),
  ]
}

function sayTime(time: RuleTime, language: Language): string {
  const t = ruleTexts.in(language)
  const what = sayTimeName(time.of, language)
  if (time.is === 'between') return t('say.between', { what, from: time.from ?? '…', to: time.to ?? '…' })
  if (!('minutes' in time)) return t(`say.${time.is}`, { what })
  const { count, unit } = inUnits(time.minutes)
  return t(`say.${time.is}`, { what, count, unit: t(`unit.${unit}`, { count }) })
}
