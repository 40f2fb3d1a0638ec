/** A night's job over 200,000 tickets: it goes through them a step at a time, and memory does not grow with them. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import type { Id } from '../../core/index.ts'
import automation from '../../plugins/automation/index.tsx'
import { saveRule } from '../../plugins/automation/rule.ts'
import { listRuns } from '../../plugins/automation/rules.store.ts'
import { openSite, type Site } from '../web.ts'

const TICKETS = 200_000
/** Steps that are done and measured; each has 500 tickets. */
const STEPS = 4
/** Megabytes. */
const ROOM = 40

let site: Site
let queueId: Id
beforeAll(async () => {
  site = await openSite([automation])
  const { make } = site
  queueId = await make.queue()
  const { id } = await make.ticket({ queueId })
  const { rows } = await sql<{ names: string }>`
    select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
    where table_name = 'ticket' and column_name not in ('id', 'number') and is_generated = 'NEVER'`.execute(make.db)
  const names = sql.raw(rows[0]!.names)
  await sql`insert into ticket (number, ${names}) select number || n, ${names} from ticket, generate_series(1, ${TICKETS - 1}) n where ticket.id = ${id}`.execute(make.db) // biome-ignore format: one statement
  await sql`analyze ticket`.execute(make.db)
  await make.asSystem((work) => setActivation(work, 'automation', '1', true))
}, 300_000)
afterAll(() => site?.close())

const run = (rule: Id) => site.kernel.jobs.get('automation/run')!.run({ rule, why: 'time' }, { attempt: 1, lastAttempt: false })
const heap = () => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1024 / 1024
}
const rule = (most: number) =>
  site.make.asSystem((work) =>
    saveRule(work, null, null, {
      name: `Noc ${most}`,
      comment: '',
      valid: true,
      wakes: { facts: [], every: 60 },
      filter: { is: { queue: [queueId] } },
      acts: [{ act: 'priority', given: { priority: '5' } }],
      most,
      hourly: 1000,
    }),
  )

it('means them all, and a usual limit stops it before it does anything', async () => {
  const id = await rule(10_000)
  await run(id)
  const [only] = await listRuns(site.make.db, id)
  expect([only!.meant, only!.done, only!.fault]).toEqual([10_001, 0, 'too-many'])
}, 120_000)

it('does them step by step, each behind the last, in the same memory', async () => {
  const id = await rule(1_000_000)
  await run(id)
  const before = heap()
  for (let step = 1; step < STEPS; step++) await run(id)
  const [open] = await listRuns(site.make.db, id)
  expect([open!.meant, open!.done, open!.endedAt]).toEqual([TICKETS, STEPS * 500, null])
  expect(heap() - before).toBeLessThan(ROOM)
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from ticket where priority_id = 5`.execute(site.make.db)
  expect(rows[0]!.count).toBe(STEPS * 500)
}, 600_000)
