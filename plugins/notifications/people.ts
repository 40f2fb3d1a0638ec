/** Owns what is known of agents while one fact is told: each looked up once, however many notifications mean them. */
import type { Kysely } from 'kysely'
import { absentNow, findPersons, type Absence, type Database, type Id } from '../../core/index.ts'
import type { Agent } from './judge.ts'
import type { ChoiceTable } from './tables.ts'
import { choicesOf, mailsSince } from './told.store.ts'

export interface People {
  agents: ReadonlyMap<Id, Agent>
  absent: ReadonlyMap<Id, Absence>
  choices: readonly ChoiceTable[]
  /** Mails of the last hour; counted on as they are given out. */
  lastHour: Map<Id, number>
  /** Looks up whoever of them is not known yet, and who stands in for them. */
  meet(ids: readonly Id[]): Promise<void>
}

const HOUR_MS = 3600_000

export function peopleAt(db: Kysely<Database>, now: Date): People {
  const agents = new Map<Id, Agent>()
  const absent = new Map<Id, Absence>()
  const choices: ChoiceTable[] = []
  const lastHour = new Map<Id, number>()
  const met = new Set<Id>()
  const meet = async (ids: readonly Id[]): Promise<void> => {
    const strangers = [...new Set(ids)].filter((id) => !met.has(id))
    if (strangers.length === 0) return
    for (const id of strangers) met.add(id)
    for (const { id, login, name, address, valid, agent } of await findPersons(db, strangers))
      agents.set(id, { id, login: login ?? address ?? '', name, address, works: valid && agent })
    for (const [id, count] of await mailsSince(db, strangers, new Date(now.getTime() - HOUR_MS))) lastHour.set(id, count)
    choices.push(...(await choicesOf(db, strangers)))
    const away = await absentNow(db, strangers, now)
    for (const [id, absence] of away) absent.set(id, absence)
    await meet([...away.values()].flatMap(({ substituteId }) => substituteId ?? []))
  }
  return { agents, absent, choices, lastHour, meet }
}
