/** Owns what a ticket's page lets choose, act by act, as questions to the plugins that may take some of it away. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import { isNative, SCREENS, type Asked, type Screen } from '../../field/fields.ts'
import { readTicketFields } from '../../field/values.ts'
import { typed } from '../../field/types.ts'
import type { Access } from '../../kernel/actor.ts'
import { queuesWith } from '../../permission/policy.ts'
import { agentsOfQueue } from '../../person/person-search.ts'
import { listQueues } from '../../queue/queues.ts'
import { aboutChoices, type AboutChoices } from '../../service/choices.ts'
import type { Ticket } from '../ticket.ts'
import { listPriorities, listStates } from '../ticket.store.ts'
import { actsOfferedBy, offersAct, actOf, type ActName } from './acts.ts'
import type { ChoiceOf, Narrowed, Option, Question } from './choices.ts'

interface Named {
  id: Id
  name: string
}

/** What forms offer before anything is taken away. What a form has not is left out. */
export interface Offered {
  acts: readonly string[]
  queues?: readonly Named[]
  states?: readonly Named[]
  priorities?: readonly Named[]
  owners?: readonly Named[]
  about?: Pick<AboutChoices, 'types' | 'services' | 'slas'>
  /** By the act whose form asks for them. */
  fields?: ReadonlyMap<string, readonly Asked[]>
}

/** States that the forms of acts lead to, by their names. */
export const STATES_OF: Readonly<Record<string, readonly string[]>> = {
  pend: ['pending reminder', 'waiting for customer'],
  close: ['closed successful', 'closed unsuccessful'],
  reply: ['closed successful', 'waiting for customer', 'open'],
  reopen: ['open'],
}

/** Each act twice: on the ticket's page, and on its own. */
export function questionsOf({ acts, queues, states, priorities, owners, about, fields }: Offered): Question[] {
  const options = (all: readonly Named[] = []): Option[] => all.map(({ id, name }) => ({ value: id, name }))
  const has = (act: string) => acts.includes(act)
  const ask = (of: ChoiceOf, act: string, all: readonly Named[] | undefined): Question[] =>
    has(act) && all && all.length > 0 ? [{ of, act, options: options(all) }] : []
  return [
    { of: 'act', act: null, options: acts.map((act) => ({ value: act, name: act })) },
    ...acts.map((act): Question => ({ of: 'act', act, options: [{ value: act, name: act }] })),
    ...ask('queue', 'move', queues),
    ...ask('priority', 'priority', priorities),
    ...ask('owner', 'owner', owners),
    ...(['type', 'service', 'sla'] as const).flatMap((of) => ask(of, 'classify', about?.[`${of}s`])),
    ...Object.entries(STATES_OF).flatMap(([act, names]) =>
      ask(
        'state',
        act,
        states?.filter(({ name }) => names.includes(name)),
      ),
    ),
    ...[...(fields ?? [])].flatMap(([act, asked]) => questionsOfFields(act, asked)),
  ]
}

/** Which of the fields a form has, and of those with a list of values which these are. */
export function questionsOfFields(act: string, asked: readonly Asked[]): Question[] {
  if (asked.length === 0) return []
  return [
    { of: 'field', act, options: asked.map(({ field: { name } }) => ({ value: name, name })) },
    ...asked.flatMap(({ field }): Question[] => {
      const { values } = typed(field).config
      return values.length === 0 ? [] : [{ of: `field.${field.name}`, act, options: values.map(({ key }) => ({ value: key, name: key })) }]
    }),
  ]
}

/** What a form asks for once plugins took away from it: the fields that are left, with the values that are; what stands in them stays. */
export function narrowAsked(
  asked: readonly Asked[],
  act: string,
  narrowed: Narrowed,
  stands?: ReadonlyMap<Id, readonly string[]>,
): Asked[] {
  if (narrowed.taken.length === 0) return [...asked]
  return asked.flatMap(({ field, required }) => {
    if (!narrowed.allows('field', field.name, act)) return []
    const possible = Object.entries((field.config['PossibleValues'] ?? {}) as Record<string, unknown>)
    const left = possible.filter(([key]) => narrowed.allows(`field.${field.name}`, key, act) || stands?.get(field.id)?.includes(key))
    return [
      {
        required,
        field:
          left.length === possible.length ? field : { ...field, config: { ...field.config, PossibleValues: Object.fromEntries(left) } },
      },
    ]
  })
}

/** All that the desk would offer this person on a ticket. */
export async function readOffered(db: Kysely<Database>, ticket: Ticket, access: Access): Promise<Offered> {
  const [queues, states, priorities, owners, about, fields] = await Promise.all([
    listQueues(db),
    listStates(db),
    listPriorities(db),
    agentsOfQueue(db, ticket.queueId, 'owner'),
    aboutChoices(db, ticket),
    readTicketFields(db, ticket),
  ])
  const into = new Set(queuesWith(access, 'move_into'))
  const acts = actsOfferedBy(access.agent ? 'desk' : 'portal').filter(
    (name) => actOf(name).on !== 'new' && name !== 'undo' && offersAct(name, ticket, access),
  )
  return {
    acts,
    queues: queues.filter(({ id }) => into.has(id) && id !== ticket.queueId),
    states,
    priorities,
    owners,
    about,
    fields: new Map(
      SCREENS.filter((screen): screen is Screen & ActName => acts.includes(screen as ActName)).map((screen) => [
        screen,
        fields.asked(screen).filter(({ field }) => isNative(field)),
      ]),
    ),
  }
}
