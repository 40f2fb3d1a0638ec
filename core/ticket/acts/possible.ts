/** Owns holding an act to what may be chosen: what plugins took away from its choices it refuses, whoever asks for it and by whichever way. */
import { sql, type Kysely } from 'kysely'
import { isId } from '../../database/id.ts'
import type { Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { coreTexts, type CoreKey } from '../../i18n/core-texts.ts'
import { languageFor, type Language } from '../../i18n/languages.ts'
import { sayType } from '../../service/type-words.ts'
import { fieldsOfQueue } from '../../field/fields.ts'
import type { WantedFields } from '../../field/posted.ts'
import type { Work } from '../../kernel/work.ts'
import type { Ticket } from '../ticket.ts'
import { lockAhead } from '../change/change.ts'
import { sayPriority } from '../attribute-words.ts'
import { CHOSEN, type ChoiceOf, type Chosen, type ChosenAttribute, type Question, type Taken, type ChoiceTopic } from './choices.ts'

export interface Doing {
  act: string
  /** Null: the act makes the ticket. */
  ticketId: Id | null
  chosen: Chosen
  wanted?: WantedFields | undefined
}

/**
 * Asks whether the act is possible here, and whatever it chooses that does not stand already. People are held to it however they come –
 * by a page, a program, to many tickets at once –; the system is not, as in OTRS: what filters, headers and rules of the installation
 * say is nobody's choice. Errors: `choice.taken` at its field, `act.taken`; to customers, who know no rules, `choice-gone`, `not-allowed`.
 */
export async function demandPossible(work: Work, doing: Doing): Promise<void> {
  const { actor } = work
  const { act, ticketId, chosen, wanted } = doing
  const topics = topicsOf(doing)
  if (actor.kind !== 'person' || topics.length === 0 || !(await work.narrows(topics))) return
  const ticket = ticketId === null ? null : await lockAhead(work, ticketId)
  // What is not there, or not to be seen, the act itself says.
  if (ticket === undefined) return
  const queueId = ticket?.queueId ?? chosen.queue
  const unitId = ticket?.unitId ?? (await work.remembered(`unit of queue ${queueId}`, () => unitOfQueue(work.db, queueId)))
  if (unitId === undefined || !isId(queueId)) return
  const fields = wanted && (await withRealNames(work.db, queueId, wanted))
  const questions = [
    ...(ticket ? [{ of: 'act' as const, act, options: [{ value: act, name: act }] }] : []),
    ...(await ofAttributes(work, act, ticket, chosen)),
    ...Object.entries(fields ?? {}).flatMap(([name, values]): Question[] => [
      { of: 'field', act, options: [{ value: name, name }] },
      { of: `field.${name}`, act, options: values.filter((value) => value !== '').map((value) => ({ value, name: value })) },
    ]),
  ]
  if (questions.length === 0) return
  const { taken } = await work.narrow({ actor, ticket, unitId, form: { ...chosen, ...(fields ? { fields } : {}) } }, questions)
  if (taken[0]) throw refusalOf(taken[0], questions, actor.access.agent, languageFor(work.config, actor.language))
}

/** What is chosen, as people call it: seeded states, priorities and types have words of their own. */
export function sayChoice(of: ChoiceOf, name: string, language: Language): string {
  if (of === 'priority') return sayPriority(name, language)
  if (of === 'type') return sayType(name, language)
  const key = `state.${name.replaceAll(' ', '-')}`
  return of === 'state' && key in coreTexts.pl ? coreTexts.in(language)(key as CoreKey) : name
}

function refusalOf({ of, value, why }: Taken, questions: readonly Question[], agent: boolean, language: Language) {
  if (of === 'act') return agent ? refused('act.taken', { why }) : refused('not-allowed')
  // A state is chosen by a button, or along with something else.
  const field = of === 'field' ? `field.${value}` : of === 'state' ? undefined : of
  if (!agent) return refused('choice-gone', {}, field)
  const name = questions.find((one) => one.of === of)?.options.find((option) => option.value === value)?.name ?? value
  const what = sayChoice(of, name, language)
  return refused('choice.taken', { what, why }, field)
}

/** Whether it is a choice at all is seen only with the ticket: what stands may stay. */
const topicsOf = ({ act, ticketId, chosen, wanted = {} }: Doing): ChoiceTopic[] => [
  ...(ticketId === null ? [] : [{ of: 'act' as const, act }]),
  ...CHOSEN.filter((of) => isId(chosen[of])).map((of) => ({ of, act })),
  ...Object.keys(wanted).flatMap((name): ChoiceTopic[] => [
    { of: 'field', act },
    { of: `field.${name}`, act },
  ]),
]

/** What stands may stay. */
async function ofAttributes(work: Work, act: string, ticket: Ticket | null, chosen: Chosen): Promise<Question[]> {
  const differs = CHOSEN.filter((name) => isId(chosen[name]) && (!ticket || ticket[`${name}Id`] !== chosen[name]))
  if (differs.length === 0) return []
  const names = await namesAnew(work, Object.fromEntries(differs.map((name) => [name, chosen[name]!])))
  return differs.flatMap((of) => {
    const name = names[of]
    return name === undefined ? [] : [{ of, act, options: [{ value: chosen[of]!, name }] }]
  })
}

const NAMES: Record<ChosenAttribute, { table: string }> = {
  queue: { table: 'queue' },
  state: { table: 'ticket_state' },
  priority: { table: 'ticket_priority' },
  type: { table: 'ticket_type' },
  service: { table: 'service' },
  sla: { table: 'sla' },
  owner: { table: 'person' },
  responsible: { table: 'person' },
}

/** What they are called, whole: levels divided by '::'. One statement; what is not there has no name. */
export async function namesOf(
  db: Kysely<Database>,
  ids: { readonly [A in ChosenAttribute]?: Id | null },
): Promise<{ [A in ChosenAttribute]?: string }> {
  const wanted = CHOSEN.filter((name) => isId(ids[name]))
  if (wanted.length === 0) return {}
  const { rows } = await sql<{ of: ChosenAttribute; name: string }>`${sql.join(
    wanted.map((of) => sql`select ${sql.lit(of)} as of, name from ${sql.table(NAMES[of].table)} where id = ${ids[of]}`),
    sql` union all `,
  )}`.execute(db)
  return Object.fromEntries(rows.map(({ of, name }) => [of, name]))
}

/** The same from memory, but for persons, whose names are no administrator's alone. */
async function namesAnew(work: Work, ids: { readonly [A in ChosenAttribute]?: Id }): ReturnType<typeof namesOf> {
  const { owner, responsible, ...things } = ids
  const names = await namesOf(work.db, { ...(owner ? { owner } : {}), ...(responsible ? { responsible } : {}) })
  for (const [of, id] of Object.entries(things) as [keyof typeof things, Id][]) {
    const name = await work.remembered(`name of ${of} ${id}`, async () => (await namesOf(work.db, { [of]: id }))[of])
    if (name !== undefined) names[of] = name
  }
  return names
}

async function unitOfQueue(db: Kysely<Database>, id: Id | null | undefined): Promise<Id | undefined> {
  if (!isId(id)) return undefined
  return (await db.selectFrom('queue').select('unit_id').where('id', '=', id).executeTakeFirst())?.unit_id
}

/** Fields are named in any case. */
async function withRealNames(db: Kysely<Database>, queueId: Id, wanted: WantedFields): Promise<WantedFields> {
  const { fields } = await fieldsOfQueue(db, queueId)
  const real = new Map(fields.map(({ name }) => [name.toLowerCase(), name]))
  return Object.fromEntries(Object.entries(wanted).map(([name, values]) => [real.get(name.toLowerCase()) ?? name, values]))
}
