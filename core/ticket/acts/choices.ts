/** Owns choices: what a form offers or an act chooses of a ticket is put to the plugins once; they may take some of it away, and say why. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import type { Activation } from '../../kernel/activation.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import type { Here, Host } from '../../kernel/contract.ts'
import { notTheirs, PluginFault, type Gate } from '../../kernel/gate.ts'
import type { Setting } from '../../kernel/settings/settings.ts'
import { inPlugin, isWithin, type Work } from '../../kernel/work.ts'
import type { AnyPlugin } from '../../run/load-plugins.ts'
import type { Ticket } from '../ticket.ts'

/** Attributes that forms let choose from a list. */
export const CHOSEN = ['queue', 'state', 'priority', 'type', 'service', 'sla', 'owner', 'responsible'] as const
export type ChosenAttribute = (typeof CHOSEN)[number]

/** What is chosen: an attribute; an act; which of the installation's own fields a form has; the values of one of these, by its name. */
export type ChoiceOf = ChosenAttribute | 'act' | 'field' | `field.${string}`

/** What a form says so far: ids by attribute, null for none, and values by the names of fields. What it does not ask for is left out. */
export type Chosen = { readonly [A in ChosenAttribute]?: Id | null } & {
  readonly customer?: Id | null
  readonly fields?: Readonly<Record<string, readonly string[]>>
}

/** Who chooses, and of which ticket. */
export interface Scene {
  actor: PersonActor
  /** As it is stored; null: it is only being made. */
  ticket: Readonly<Ticket> | null
  /** Where it lies, or would. */
  unitId: Id
  form: Chosen
}

/** One of what may be chosen: its id – of an act or a field the name, of a field's value its key – and what people call it. */
export interface Option {
  value: string
  name: string
}

/** `act`: by which act it is chosen; null: on the page that shows the ticket. */
export interface Question {
  of: ChoiceOf
  act: string | null
  options: readonly Option[]
}

/** What of a ticket is chosen, whatever it becomes, and by which act. */
export type ChoiceTopic = Pick<Question, 'of' | 'act'>

/** What may not be chosen, and by whose word: the name of a rule, for those who work here. */
export interface Taken {
  of: ChoiceOf
  act: string | null
  value: string
  why: string
}

/** A plugin's part. What it names and nobody asked for is passed over, so that it can take away and never add. */
export interface Choices<S extends Record<string, Setting> = Record<string, Setting>> {
  /**
   * May it take away any of this anywhere? Asked before an act looks anything up; best answered from what `host.remembered` keeps. Left out: always.
   * Of fields it is told the name as it was typed, in any case.
   */
  concerns?(topics: readonly ChoiceTopic[], db: Kysely<Database>, host: Host<S>): boolean | Promise<boolean>
  /** `db`: to read by; within an act, its transaction. */
  take(scene: Scene, questions: readonly Question[], db: Kysely<Database>, here: Here<S>): readonly Taken[] | Promise<readonly Taken[]>
}

/** What is left to choose. */
export interface Narrowed {
  taken: readonly Taken[]
  allows(of: ChoiceOf, value: string, act?: string | null): boolean
  /** The word against it, if there is one. */
  why(of: ChoiceOf, value: string, act?: string | null): string | undefined
}

export function narrowedBy(taken: readonly Taken[]): Narrowed {
  const words = new Map(taken.map(({ of, act, value, why }) => [`${of} ${act ?? ''} ${value}`, why]))
  const why: Narrowed['why'] = (of, value, act = null) => words.get(`${of} ${act ?? ''} ${value}`)
  return { taken, why, allows: (of, value, act) => why(of, value, act) === undefined }
}

export const NOTHING_TAKEN: Narrowed = narrowedBy([])

/** For pages. Within an act it is asked by `work.narrow`. */
export interface AskedChoices {
  /** Is there a plugin in the unit – null: in any – that may take choices away? From memory. */
  narrows(unitId: Id | null): Promise<boolean>
  /** A plugin that fails takes nothing away. */
  ask(scene: Scene, questions: readonly Question[]): Promise<Narrowed>
}

export type NarrowsInWork = (work: Work, topics: readonly ChoiceTopic[]) => Promise<boolean>
export type NarrowInWork = (work: Work, scene: Scene, questions: readonly Question[]) => Promise<Narrowed>

export function makeChoices(room: {
  plugins: readonly AnyPlugin[]
  gate: Gate
  activation: Activation
  limitMs: number
  here(plugin: AnyPlugin, unitId: Id, db?: Kysely<Database>): Here
  hostOf(plugin: AnyPlugin): Host
}): AskedChoices & { concerns: NarrowsInWork; narrow: NarrowInWork } {
  const narrowing = room.plugins.flatMap((plugin) => (plugin.choices ? [{ plugin, choices: plugin.choices as Choices }] : []))
  const some = async (unitId: Id | null) => {
    for (const { plugin } of narrowing) if (await room.activation.active(plugin.name, unitId)) return true
    return false
  }
  const call = (plugin: AnyPlugin, kind: 'slot' | 'guard', unitId: Id | null) => ({ plugin: plugin.name, kind, name: 'choices', unitId })
  /** Within an act; undefined: it failed, which is told, and it has no word. */
  const within = async <T>(work: Work, plugin: AnyPlugin, unitId: Id | null, run: (db: Kysely<Database>) => T | Promise<T>) => {
    const about = call(plugin, 'guard', unitId)
    try {
      return await inPlugin(work, plugin.name, room.limitMs, (lent) => room.gate.call(about, () => run(lent.db)))
    } catch (error) {
      if (notTheirs(error)) throw error
      if (!(error instanceof PluginFault)) room.gate.tell(about, error)
      return undefined
    }
  }
  return {
    narrows: some,
    async concerns(work, topics) {
      for (const { plugin, choices } of narrowing) {
        if (isWithin(work, plugin.name) || !(await room.activation.active(plugin.name, null))) continue
        if (!choices.concerns || (await within(work, plugin, null, (db) => choices.concerns!(topics, db, room.hostOf(plugin))))) return true
      }
      return false
    },
    async ask(scene, questions) {
      const taken: Taken[] = []
      for (const { plugin, choices } of narrowing) {
        if (!(await room.activation.active(plugin.name, scene.unitId))) continue
        const here = room.here(plugin, scene.unitId)
        try {
          const answer = () => choices.take(scene, questions, here.host.db, here)
          taken.push(...(await room.gate.call(call(plugin, 'slot', scene.unitId), async () => checked(await answer(), questions))))
        } catch {
          // Told by the gate; the page goes on without it.
        }
      }
      return narrowedBy(taken)
    },
    async narrow(work, scene, questions) {
      const taken: Taken[] = []
      for (const { plugin, choices } of narrowing) {
        if (isWithin(work, plugin.name) || !(await work.pluginsOn(scene.unitId)).has(plugin.name)) continue
        const answer = await within(work, plugin, scene.unitId, async (db) =>
          checked(await choices.take(scene, questions, db, room.here(plugin, scene.unitId, db)), questions),
        )
        taken.push(...(answer ?? []))
      }
      return narrowedBy(taken)
    },
  }
}

function checked(answer: unknown, questions: readonly Question[]): Taken[] {
  if (!Array.isArray(answer)) throw new Error('choices answer with a list of what they take away: [{ of, act, value, why }]')
  return (answer as Taken[]).filter((taken) => {
    if (typeof taken?.why !== 'string' || taken.why === '')
      throw new Error('what is taken away says by whose word: { of, act, value, why }')
    return questions.some(
      ({ of, act, options }) => of === taken.of && act === taken.act && options.some(({ value }) => value === taken.value),
    )
  })
}
