/** Owns the order in which all that is no ticket comes over: whatever is pointed at comes first. */
import { sql } from 'kysely'
import { addressesChanged, forgetAdministered, settleIds, system, type Database, type Id } from '../../../core/index.ts'
import type { QueueDecision } from '../mapping/mapping.ts'
import type { Room } from '../room.ts'
import { takePriorities, takeServices, takeStates, takeTypes } from './about.ts'
import { takeKnowledge } from './faq.ts'
import { takeFields, takeOtherValues } from './fields.ts'
import { takeKept, writeKept } from './kept.ts'
import { takeOtherLinks } from './links.ts'
import { takeCounters, takeFilters, takeLoopCounts } from './mail.ts'
import { masterOf, namesErased, type Master } from './master.ts'
import { takeCompanies, takeMemberships, takeOwnChoices, takePersons } from './persons.ts'
import { takeAnswerParts, takeCalendars, takeQueues } from './queues.ts'
import { takeGroups, takeRights } from './rights.ts'
import { takeSettings } from './settings.ts'
import { takeAutoResponses, takeTemplates } from './texts.ts'
import { takeViews } from './views.ts'

/** Tables whose numbers are the source's: their own go on above. */
const KEPT_IDS = [
  'permission_group',
  'role',
  'queue',
  'ticket_state',
  'ticket_priority',
  'ticket_type',
  'service',
  'sla',
  'field',
  'answer_template',
] as const satisfies readonly (keyof Database)[]

/**
 * All of it in one transaction: either the whole house stands or nothing has changed. Run again it brings what the source has changed since,
 * and leaves alone what was changed here. Throws what the database or the source says.
 */
export async function takeMaster(room: Room): Promise<void> {
  await room.host.work(system('otrs-import'), async (work) => {
    const m = masterOf(room, work)
    const steps = await stepsOf(m)
    for (const step of steps) {
      await room.goOn()
      await step()
    }
    await settleIds(work.db, KEPT_IDS)
    await room.tell(work.db, ...m.told.filter(({ key, detail }) => !namesErased(m, [key, detail])))
    await addressesChanged(work)
    await forgetAdministered(work)
  })
}

async function stepsOf(m: Master): Promise<(() => Promise<void>)[]> {
  const { rows } = await sql<{ slug: string; id: Id }>`select slug, id::text as id from unit`.execute(m.db)
  const units = new Map(rows.map(({ slug, id }) => [slug, id]))
  for (const [table, mapped] of [
    ['queue', m.mapping.queues],
    ['groups', m.mapping.groups],
  ] as const)
    for (const [named, { unit }] of Object.entries<QueueDecision>(mapped))
      if (unit !== undefined && !units.has(unit)) m.tell('unknown-unit', table, named, { unit })
  let calendars: ReadonlyMap<string, Id> = new Map()
  return [
    async () => void (calendars = await takeCalendars(m)),
    () => takeStates(m),
    () => takePriorities(m),
    () => takeTypes(m),
    () => takeGroups(m, units),
    () => takeAnswerParts(m),
    () => takeQueues(m, calendars, units),
    // People come after the help desk's own addresses: those are never theirs.
    () => takePersons(m),
    () => takeCompanies(m),
    () => takeMemberships(m),
    () => takeRights(m),
    () => takeServices(m, calendars),
    () => takeTemplates(m),
    () => takeAutoResponses(m),
    () => takeOwnChoices(m),
    () => takeFields(m),
    () => takeFilters(m),
    () => takeKnowledge(m),
    () => takeOtherValues(m),
    () => takeOtherLinks(m),
    () => takeViews(m),
    () => takeSettings(m),
    () => takeKept(m),
    () => writeKept(m),
    () => takeLoopCounts(m),
    () => takeCounters(m),
  ]
}
