/** Owns the measure of deadlines: counting all open tickets again after an edit, and a list of fifty with its column. */
import { randomUUID } from 'node:crypto'
import { runRecount, findRecount } from '../../core/escalation/recount-job.ts'
import { keptSources } from '../../core/escalation/kept-sources.ts'
import { sayNext } from '../../core/escalation/say-deadlines.ts'
import type { Host } from '../../core/kernel/contract.ts'
import { runWork } from '../../core/kernel/work.ts'
import { loadActor } from '../../core/permission/access.store.ts'
import { OPEN_TYPES } from '../../core/ticket/ticket.ts'
import { listTickets } from '../../core/ticket/ticket-list.ts'
import type { OpenDatabase } from '../../core/database/database.ts'
import type { Id } from '../../core/database/schema.ts'
import { ADMINISTERED, makeMemory } from '../../core/run/memory.ts'
import { makeRecorder } from './record.ts'
import type { Place } from './place.ts'
import { median, spread, type Figure } from './report.ts'

const ROUNDS = 3
const TIMES = 100

export async function measureDeadlines(place: Place): Promise<Figure[]> {
  await place.copy('pages', 'deadlines')
  const opened = await place.open('deadlines')
  const { db } = opened
  try {
    await db
      .updateTable('queue')
      .set({ first_response_minutes: 240, first_response_notify: 80, update_minutes: 480, solution_minutes: 2400 })
      .execute()
    const room = { db, config: place.config, clock: () => new Date(), subscribers: () => [] }
    const host = { work: (actor, run) => runWork(room, actor, run) } as Pick<Host, 'work'> as Host
    const calendar = await db.selectFrom('calendar').select('id').where('name', '=', 'default').executeTakeFirstOrThrow()
    const counted: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now()
      await runRecount(host, { what: 'calendar', id: calendar.id, act: randomUUID(), at: new Date().toISOString() })
      const { looked } = (await findRecount(db, { what: 'calendar', id: calendar.id }))!
      counted.push(looked / ((performance.now() - began) / 1000))
    }
    const { looked } = (await findRecount(db, { what: 'calendar', id: calendar.id }))!
    const person = await db.selectFrom('person').select('id').where('login', '=', 'akowalska').executeTakeFirstOrThrow()
    const { access } = (await loadActor(db, person.id))!
    const wish = { limit: 50, sort: 'created', filter: { stateTypes: OPEN_TYPES } } as const
    const due = { limit: 50, sort: 'due', direction: 'asc', filter: { stateTypes: OPEN_TYPES, due: {} } } as const
    const { remembered } = makeMemory({ subscribe: () => () => {}, stop: async () => {} }, ADMINISTERED)
    const says = { language: 'pl', zone: 'Europe/Warsaw', now: new Date() } as const
    const said = async (list: typeof wish | typeof due) => {
      const { tickets } = await listTickets(db, access, 'ro', list)
      const sources = await keptSources({ db, remembered }, tickets)
      for (const ticket of tickets) sayNext(ticket, sources.get(ticket.id), says)
    }
    const rates = { plain: [] as number[], column: [] as number[], view: [] as number[] }
    for (let round = 0; round < ROUNDS; round++) {
      rates.plain.push(await perSecond(() => listTickets(db, access, 'ro', wish)))
      rates.column.push(await perSecond(() => said(wish)))
      rates.view.push(await perSecond(() => said(due)))
    }
    const whole = await measureColumns(place, opened, person.id)
    return [
      whole,
      {
        name: `deadlines: counted again after a calendar's edit`,
        unit: 'tickets/s',
        pomoc: median(counted),
        note: `${looked} open tickets; the first round writes them all; ${spread(counted)}`,
      },
      {
        name: 'deadlines: list of 50 with the column',
        unit: 'lists/s',
        pomoc: median(rates.column),
        floor: median(rates.plain),
        note: 'floor: the same list without its words',
      },
      {
        name: 'deadlines: the view, by due date',
        unit: 'lists/s',
        pomoc: median(rates.view),
        floor: median(rates.plain),
        note: 'floor: the newest open tickets',
      },
    ]
  } finally {
    await opened.close()
  }
}

/** The desk's own page of fifty open tickets, whole, with a deadline and three fields, and without: asked for in turns. */
async function measureColumns(place: Place, opened: OpenDatabase, personId: Id): Promise<Figure> {
  const fields = await opened.db
    .selectFrom('field')
    .select('name')
    .where('object', '=', 'ticket')
    .where('valid', '=', true)
    .orderBy('sort')
    .limit(3)
    .execute()
  const bare = ['title', 'queue', 'state', 'owner', 'received']
  const lists = await opened.db
    .insertInto('saved_view')
    .values(
      [bare, [...bare, 'due', ...fields.map(({ name }) => `field:${name}`)]].map((columns, n) => ({
        person_id: personId,
        name: `columns ${n}`,
        address: '/desk/view/open',
        columns,
      })),
    )
    .returning('id')
    .execute()
  const recorder = await makeRecorder(opened, { ...place.config, baseUrl: 'http://localhost' })
  try {
    const cookie = await recorder.logIn(personId)
    const times: number[][] = lists.map(() => [])
    for (let n = -5; n < TIMES; n++) {
      for (const [at, { id }] of lists.entries()) {
        const began = performance.now()
        await recorder.body(`/desk/view/open?saved=${id}`, cookie)
        if (n >= 0) times[at]!.push(performance.now() - began)
      }
    }
    const [floor, pomoc] = times.map((each) => 1000 / median(each))
    return {
      name: 'deadlines: page of 50 with the column and three fields',
      unit: 'pages/s',
      pomoc: pomoc!,
      floor: floor!,
      aim: 0.9,
      note: 'floor: the same page without these columns',
    }
  } finally {
    await recorder.stop()
  }
}

async function perSecond(run: () => Promise<unknown>): Promise<number> {
  await run()
  const began = performance.now()
  for (let n = 0; n < TIMES; n++) await run()
  return TIMES / ((performance.now() - began) / 1000)
}
