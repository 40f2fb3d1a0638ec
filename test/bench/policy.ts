/** Owns the measure of the policy: a list of 50 tickets as an agent may see it, above the same rows read by their ids without asking. */
import { loadActor } from '../../core/permission/access.store.ts'
import { may } from '../../core/permission/policy.ts'
import { listTickets } from '../../core/ticket/ticket-list.ts'
import { ticketQuery } from '../../core/ticket/ticket.store.ts'
import type { Place } from './place.ts'
import { median, spread, type Figure } from './report.ts'

const LIMIT = 50
const TIMES = 200
const ROUNDS = 3

/** One after the other, in this process; the decisions over the 50 rows are counted in, as a page makes them. */
export async function measurePolicy(place: Place): Promise<Figure[]> {
  const opened = await place.open('pages')
  const { db } = opened
  try {
    const figures: Figure[] = []
    for (const [name, login] of [
      ['the busiest agent', 'akowalska'],
      ['an agent of few queues', 'mwisniewski'],
    ] as const) {
      const person =
        (await db.selectFrom('person').select('id').where('login', '=', login).executeTakeFirst()) ??
        (await db.selectFrom('person').select('id').where('agent', '=', true).orderBy('id', 'desc').executeTakeFirstOrThrow())
      const actor = (await loadActor(db, person.id))!
      const { tickets } = await listTickets(db, actor.access, 'ro', { limit: LIMIT })
      const ids = tickets.map((ticket) => ticket.id)
      const withPolicy = async () => {
        const page = await listTickets(db, actor.access, 'ro', { limit: LIMIT })
        for (const ticket of page.tickets) for (const right of ['ro', 'owner', 'rw']) may(actor.access, right, ticket.ties)
      }
      const without = () => ticketQuery(db, actor.id).where('ticket.id', 'in', ids).execute()
      await perSecond(withPolicy, 50)
      await perSecond(without, 50)
      const rates = { pomoc: [] as number[], floor: [] as number[] }
      for (let round = 0; round < ROUNDS; round++) {
        rates.floor.push(await perSecond(without))
        rates.pomoc.push(await perSecond(withPolicy))
      }
      figures.push({
        name: `policy: list of ${ids.length}, ${name}`,
        unit: 'lists/s',
        pomoc: median(rates.pomoc),
        floor: median(rates.floor),
        note: `floor: the same rows by id; rights in ${actor.access.queueRights.size} queues; ${spread(rates.pomoc)}`,
      })
    }
    return figures
  } finally {
    await opened.close()
  }
}

async function perSecond(run: () => Promise<unknown>, times = TIMES): Promise<number> {
  const began = performance.now()
  for (let n = 0; n < times; n++) await run()
  return times / ((performance.now() - began) / 1000)
}
