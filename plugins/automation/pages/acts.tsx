/** Owns the part of a rule's form that says what is done: one field for each act, read into the list of acts and back. */
import {
  aboutChoices,
  controlOf,
  listAgents,
  listFields,
  listPriorities,
  listQueues,
  listStates,
  NONE,
  refused,
  sayPriority,
  sayType,
  type ActName,
  type Id,
  type OwnField,
  type PageContext,
} from '../../../core/index.ts'
import { Checkbox, Field, OwnFields, sayStateName, Select, TextArea, type Choice, type FormState } from '../../../core/pages.ts'
import { RULE_ACTS, type RuleAct } from '../rule.ts'
import { words } from '../words.ts'

export interface ActChoices {
  queues: Choice[]
  states: Choice[]
  priorities: Choice[]
  agents: Choice[]
  types: Choice[]
  services: Choice[]
  slas: Choice[]
  fields: OwnField[]
}

const levels = (name: string): string => name.replaceAll('::', ' · ')

export async function actChoices(c: PageContext): Promise<ActChoices> {
  const { db } = c.get('host')
  const language = c.get('language')
  const [queues, states, priorities, agents, about, fields] = await Promise.all([
    listQueues(db),
    listStates(db),
    listPriorities(db),
    listAgents(db),
    aboutChoices(db),
    listFields(db, 'ticket'),
  ])
  const named = ({ id, name }: { id: Id; name: string }): Choice => ({ value: id, label: levels(name) })
  return {
    queues: queues.map(named),
    states: states
      .filter(({ type }) => type !== 'merged')
      .map(({ id, name, type }) => ({ value: id, label: sayStateName(name, type, language) })),
    priorities: priorities.map(({ id, name }) => ({ value: id, label: sayPriority(name, language) })),
    agents: agents.map(({ id, name }) => ({ value: id, label: name })),
    types: about.types.map(({ id, name }) => ({ value: id, label: sayType(name, language) })),
    services: about.services.map(named),
    slas: about.slas.map(named),
    fields: fields.filter(({ valid }) => valid),
  }
}

/** Of a person: nobody. */
const NOBODY = 'nobody'
const UNITS = { minutes: 1, hours: 60, days: 1440 } as const
type Unit = keyof typeof UNITS

/** The acts as they stand in the form. */
export function formOfActs(acts: readonly RuleAct[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const { act, given } of acts) {
    for (const [field, value] of Object.entries(given)) {
      if (value === null || value === undefined) continue
      if (field === 'fields') {
        for (const [name, list] of Object.entries(value as Record<string, readonly string[]>)) values[`field.${name}`] = list.join('\n')
      } else if (typeof value === 'object' && 'in' in value) {
        const minutes = Number(value.in)
        const unit = (['days', 'hours', 'minutes'] as const).find((one) => minutes % UNITS[one] === 0)!
        Object.assign(values, { 'do.count': String(minutes / UNITS[unit]), 'do.unit': unit })
      } else if (act === 'archive') values['do.archived'] = value === false ? 'no' : 'yes'
      else values[`do.${field}`] = value === true ? 'on' : value === false ? '' : String(value)
    }
    if (act === 'release') values['do.owner'] = NOBODY
    if (act === 'responsible' && given['responsible'] === '') values['do.responsible'] = NOBODY
  }
  return values
}

/** Reads them, in the order in which they are done. Errors, at their fields: `input` (the time it is put off for). */
export function readActsForm(values: Readonly<Record<string, string>>, fields: readonly OwnField[]): RuleAct[] {
  const said = (field: string) => (values[`do.${field}`] ?? '').trim()
  const acts: Partial<Record<ActName, Record<string, unknown>>> = {}
  const put = (act: ActName, ...names: string[]) => {
    const given = Object.fromEntries(names.flatMap((name) => (said(name) === '' ? [] : [[name, said(name)]])))
    if (Object.keys(given).length > 0) acts[act] = given
  }
  put('move', 'queue')
  if (said('body') !== '')
    acts.note = {
      body: said('body'),
      ...(said('subject') ? { subject: said('subject') } : {}),
      ...(said('visible') ? { visible: true } : {}),
      ...(said('time') ? { time: said('time') } : {}),
    }
  const until = readUntil(said('count'), said('unit'))
  if (said('stateId') !== '') acts.state = { stateId: said('stateId'), ...until }
  else if (until) acts['pending-date'] = until
  put('customer', 'customer')
  put('company', 'company')
  put('title', 'title')
  put('classify', 'type', 'service', 'sla')
  put('priority', 'priority')
  if (said('owner') === NOBODY) acts.release = {}
  else put('owner', 'owner')
  if (said('responsible') === NOBODY) acts.responsible = { responsible: '' }
  else put('responsible', 'responsible')
  put('lock', 'lock')
  const own = Object.fromEntries(
    fields.flatMap((field) => {
      const value = values[controlOf(field)] ?? ''
      const list = (field.type === 'TextArea' ? [value] : value.split('\n')).filter((one) => one.trim() !== '' && (field.type !== 'Checkbox' || one === '1')) // biome-ignore format: one line
      return list.length > 0 ? [[field.name, list]] : []
    }),
  )
  if (Object.keys(own).length > 0) acts.fields = { fields: own }
  if (said('archived') !== '') acts.archive = { archived: said('archived') === 'yes' }
  return RULE_ACTS.flatMap((act) => (acts[act] ? [{ act, given: acts[act] }] : []))
}

function readUntil(count: string, unit: string): { until: { in: number } } | undefined {
  if (count === '') return undefined
  const minutes = Number(count) * (UNITS[unit as Unit] ?? UNITS.days)
  if (!/^\d{1,7}$/.test(count) || minutes < 1 || minutes > 5_256_000) throw refused('input', { what: count.slice(0, 50) }, 'do.count')
  return { until: { in: minutes } }
}

/** Where a problem of an act leads. */
export const actFieldId = (name: string): string => name.replaceAll('.', '-')

/** What is done more seldom, folded away until it is used. */
const MORE = ['type', 'service', 'sla', 'title', 'customer', 'company', 'archived'] as const

export const ActFields = ({ c, form, choices }: { c: PageContext; form: FormState; choices: ActChoices }) => {
  const t = words(c)
  const all = (name: string, label: string) => ({ c, form, name: `do.${name}`, id: `do-${name}`, label })
  const select = (name: string, label: string, offered: readonly Choice[], first: readonly Choice[] = []) =>
    offered.length === 0 ? null : (
      <Select {...all(name, label)} empty={t('act.keep')} choices={kept(form, `do.${name}`, [...first, ...offered])} />
    )
  const none = [{ value: NONE, label: t('act.none') }]
  const nobody = [{ value: NOBODY, label: t('act.none') }]
  return (
    <>
      {select('queue', t('act.queue'), choices.queues)}
      <TextArea {...all('body', t('act.body'))} help={t('act.body.help')} rows={4} maxlength={10_000} />
      <Field {...all('subject', t('act.subject'))} maxlength={250} />
      <Checkbox {...all('visible', t('act.visible.label'))} />
      {form.values['do.time'] && <input type="hidden" name="do.time" value={form.values['do.time']} />}
      {select('stateId', t('act.stateId'), choices.states)}
      <div class="form-row own-rule">
        <Field {...all('count', t('act.until'))} inputmode="numeric" maxlength={7} />
        <Select
          {...all('unit', t('act.until.unit'))}
          value="days"
          choices={(['minutes', 'hours', 'days'] as const).map((unit) => ({ value: unit, label: t(`act.until.${unit}`) }))}
        />
      </div>
      <p class="field-help">{t('act.until.help')}</p>
      {select('priority', t('act.priority'), choices.priorities)}
      {select('owner', t('act.owner'), choices.agents, nobody)}
      {select('responsible', t('act.responsible'), choices.agents, nobody)}
      {select('lock', t('act.lock'), [
        { value: 'lock', label: t('act.lock.lock') },
        { value: 'unlock', label: t('act.lock.unlock') },
      ])}
      <details class="more-act" open={MORE.some((name) => (form.values[`do.${name}`] ?? '') !== '')}>
        <summary>{t('act.more')}</summary>
        <div class="form">
          {select('type', t('act.type'), choices.types)}
          {select('service', t('act.service'), choices.services, none)}
          {select('sla', t('act.sla'), choices.slas, none)}
          <Field {...all('title', t('act.title'))} maxlength={250} />
          <Field {...all('customer', t('act.customer'))} maxlength={250} />
          <Field {...all('company', t('act.company'))} maxlength={150} />
          {select('archived', t('act.archived'), [
            { value: 'yes', label: t('act.archived.yes') },
            { value: 'no', label: t('act.archived.no') },
          ])}
        </div>
      </details>
      {choices.fields.length > 0 && (
        <details class="more-act" open={choices.fields.some((field) => (form.values[controlOf(field)] ?? '') !== '')}>
          <summary>{t('act.fields')}</summary>
          <OwnFields
            c={c}
            form={withEmpty(form, choices.fields)}
            asked={choices.fields.map((field) => ({ field, required: false }))}
            id="do"
          />
        </details>
      )}
    </>
  )
}

/** Nothing is set that nobody set: a field does not begin with what it has on new tickets. */
const withEmpty = (form: FormState, fields: readonly OwnField[]): FormState => ({
  ...form,
  values: { ...Object.fromEntries(fields.map((field) => [controlOf(field), ''])), ...form.values },
})

/** What stands stays chosen though it is offered no longer. */
function kept(form: FormState, name: string, choices: readonly Choice[]): readonly Choice[] {
  const value = form.values[name] ?? ''
  return value === '' || choices.some((choice) => choice.value === value) ? choices : [{ value, label: value }, ...choices]
}
