/** Owns the measure of the clock: what it asks each minute, over many open tickets that all have deadlines. */
import { runWork } from '../../core/kernel/work.ts'
import type { Host } from '../../core/kernel/contract.ts'
import { tellDeadlines } from '../../core/ticket/clock/deadlines.ts'
import { remindPending } from '../../core/ticket/clock/pending.ts'
import type { Place } from './place.ts'
import { median, spread, type Figure } from './report.ts'

const OPEN = 200_000
/** Deadlines that have passed already: all are told of in the first minute. */
const LATE = 5000
const TIMES = 15
/** A working Tuesday, 10:15 in Warsaw. */
const NOW = new Date('2026-11-17T09:15:00Z')

/** In a database of its own: 200,000 open tickets in all queues, most deadlines within three weeks, some passed. */
export async function measureClock(place: Place): Promise<Figure[]> {
  await place.copy('pages', 'clock')
  await place.query(
    'clock',
    'update queue set first_response_minutes = 480, first_response_notify = 80, solution_minutes = 2400, solution_notify = 80',
  )
  await place.query(
    'clock',
    `insert into ticket (number, title, queue_id, state_id, state_type, priority_id, received_at, created_at, changed_at, response_due_at, solution_due_at, due_at)
     select 'clock ' || n, 'Z terminem', (array(select id from queue order by id))[1 + n % (select count(*)::int from queue)], 4, 'open', 3, at, at, at, due, due + interval '3 days', due
     from generate_series(1, ${OPEN}) n, lateral (select timestamptz '2026-11-10 09:00+01' + n * interval '1 second' as at,
       timestamptz '${NOW.toISOString()}' + case when n <= ${LATE} then -1 else 1 end * (1 + n % 21) * interval '1 day' as due) moments`,
  )
  await place.query('clock', 'vacuum analyze')
  const opened = await place.open('clock')
  const room = { db: opened.db, config: place.config, clock: () => NOW, subscribers: () => [] }
  const host = { ...room, work: (actor: never, run: never) => runWork(room, actor, run), log: { debug() {} } } as unknown as Host
  try {
    const timed = async (run: () => Promise<unknown>) => {
      const began = performance.now()
      await run()
      return performance.now() - began
    }
    const first = await timed(() => tellDeadlines(host, { 'deadlines.repeat-minutes': 0 }))
    const [{ told } = { told: 0 }] = await place.query('clock', 'select count(*)::int as told from deadline_told')
    const minutes: number[] = []
    const reminders: number[] = []
    for (let n = 0; n < TIMES; n++) {
      minutes.push(await timed(() => tellDeadlines(host, { 'deadlines.repeat-minutes': 0 })))
      reminders.push(await timed(() => remindPending(host)))
    }
    return [
      { name: `clock: first check of ${OPEN} open tickets`, unit: 'ms', pomoc: first, note: `${String(told)} deadlines told of` },
      {
        name: `clock: each further check of ${OPEN} open tickets`,
        unit: 'ms',
        pomoc: median(minutes),
        atMost: 500,
        note: `nothing new; ${spread(minutes)}`,
      },
      { name: 'clock: reminders', unit: 'ms', pomoc: median(reminders), atMost: 100, note: `nothing due; ${spread(reminders)}` },
    ]
  } finally {
    await opened.close()
  }
}
