/** Owns what happens by rule in the made-up university: a night's job of central IT, and a rule that the library made for itself. */
import { sql } from 'kysely'
import { findPersonByAddress, findQueueByName, findUnitBySlug, ROOT_UNIT, setActivation, type Work } from '../../core/index.ts'
import { AGENTS } from './people.ts'

const NIGHT = { days: [1], hours: [3], minutes: [10] }
const YEAR_MINUTES = 525_600

/** Where the plugin `automation` is in use: it has its tables then. */
export async function writeRules(work: Work): Promise<void> {
  const { rows } = await sql<{ there: boolean }>`select to_regclass('automation_rule') is not null as there`.execute(work.db)
  if (!rows[0]!.there) return
  await setActivation(work, 'automation', ROOT_UNIT, true)
  await addRule(work, {
    name: 'Załatwione od roku do archiwum',
    comment: 'W nocy z niedzieli na poniedziałek, gdy nikt nie pracuje.',
    wakes: { facts: [], schedule: NIGHT },
    filter: { is: { stateType: ['closed'] }, times: [{ of: 'anyClosing', is: 'before', minutes: YEAR_MINUTES }] },
    acts: [{ act: 'archive', given: { archived: true } }],
  })
  const queue = (await findQueueByName(work.db, 'Biblioteka'))!.id
  await addRule(work, {
    name: 'Brak dostępu do czasopism',
    comment: 'Ktoś czeka z pracą: od razu wyższy priorytet i notatka, co sprawdzić.',
    unit: 'biblioteka',
    by: 'Jankowska',
    wakes: { facts: ['ticket.created'] },
    filter: { is: { queue: [queue] }, below: true, texts: { title: '*dostęp* || *czasopism* || *artykuł*' } },
    acts: [
      { act: 'note', given: { body: 'Sprawdź najpierw, czy działa proxy, potem umowę z wydawcą.\n\n<OTRS_TICKET_Title>' } },
      { act: 'priority', given: { priority: '4' } },
    ],
  })
}

interface DemoRule {
  name: string
  comment: string
  /** Short name of the unit whose rule it is, and the last name of who made it. */
  unit?: string
  by?: string
  wakes: object
  filter: object
  acts: readonly object[]
}

async function addRule(work: Work, { name, comment, unit, by, wakes, filter, acts }: DemoRule): Promise<void> {
  const unitId = unit === undefined ? null : (await findUnitBySlug(work.db, unit))!.id
  const agent = AGENTS.find(({ lastName }) => lastName === by) ?? AGENTS[0]!
  const editor = (await findPersonByAddress(work.db, agent.address))!.id
  await sql`insert into automation_rule (unit_id, name, comment, valid, wakes, filter, acts, most, hourly, valid_since, edited_by, created_at, changed_at)
    values (${unitId}, ${name}, ${comment}, true, ${JSON.stringify(wakes)}::jsonb, ${JSON.stringify(filter)}::jsonb, ${JSON.stringify(acts)}::jsonb,
      1000, 1000, ${work.now}, ${editor}, ${work.now}, ${work.now})`.execute(work.db)
}
