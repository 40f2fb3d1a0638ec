/** Owns what the made-up university does not let choose: a priority for few, systems by building, and a rule of the library's own. */
import { sql } from 'kysely'
import { findUnitBySlug, ROOT_UNIT, setActivation, type Id, type Work } from '../../core/index.ts'

interface DemoRule {
  name: string
  comment: string
  /** Short name of the unit whose own it is. */
  unit?: string
  match: object
  change: object
}

const RULES: readonly DemoRule[] = [
  {
    name: '100-bardzo-wysoki',
    comment: 'Bardzo wysoki priorytet nadaje tylko Dział Informatyzacji',
    match: { Properties: { User: { Role: ['[Not]Dział Informatyzacji'] } } },
    change: { PossibleNot: { Ticket: { Priority: ['5 very high'] } } },
  },
  {
    name: '200-systemy-w-bibliotece',
    comment: 'W budynku biblioteki stoją tylko komputery z Windows i Linuksem',
    match: { Properties: { DynamicField: { DynamicField_Building: ['D'] } } },
    change: { Possible: { Ticket: { DynamicField_Systems: ['win', 'linux'] } } },
  },
  {
    name: '100-odpowiedź',
    comment: 'Biblioteka nie zamyka spraw bez rozwiązania',
    unit: 'biblioteka',
    match: {},
    change: { PossibleNot: { Ticket: { State: ['closed unsuccessful'] } } },
  },
]

/** Where the plugin `acl` is in use: it has its table then. */
export async function writeChoices(work: Work): Promise<void> {
  const { rows } = await sql<{ there: boolean }>`select to_regclass('acl') is not null as there`.execute(work.db)
  if (!rows[0]!.there) return
  await setActivation(work, 'acl', ROOT_UNIT, true)
  for (const rule of RULES) {
    const unitId: Id | null = rule.unit === undefined ? null : (await findUnitBySlug(work.db, rule.unit))!.id
    await sql`insert into acl (name, comment, unit_id, match, change, valid, changed_at)
      values (${rule.name}, ${rule.comment}, ${unitId}, ${JSON.stringify(rule.match)}, ${JSON.stringify(rule.change)}, true, ${work.now})`.execute(
      work.db,
    )
  }
}
