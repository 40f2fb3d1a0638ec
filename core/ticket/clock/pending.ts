/** Owns what happens when the time comes until which a ticket was put off: it closes, or a reminder is told. */
import { sql } from 'kysely'
import type { Id } from '../../database/schema.ts'
import { Refusal } from '../../errors.ts'
import { system } from '../../kernel/actor.ts'
import type { Host } from '../../kernel/contract.ts'
import type { Work } from '../../kernel/work.ts'
import { addHistory } from '../history.ts'
import { pendingElapsed } from '../change/tickets.ts'
import { listSources } from '../../escalation/escalation.store.ts'
import { workedOnNow } from './sources.ts'

const AT_ONCE = 500

/** Closes each 'pending auto' whose time has come, as its state says (`after_pending`), unlocked; the customer is told. */
export async function closePending(host: Host): Promise<void> {
  const due = await host.db
    .selectFrom('ticket')
    .select('id')
    .where('pending_until', '<=', host.clock())
    .where('state_type', '=', 'pending auto')
    .orderBy('pending_until')
    .limit(AT_ONCE)
    .execute()
  for (const { id } of due) {
    // One that a plugin keeps from closing is asked about again in a minute, and must not keep the others back.
    await host
      .work(system('pending'), (work) => pendingElapsed(work, id))
      .catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error
        host.log.debug({ ticket: id, code: error.code }, 'a ticket whose time has come stays as it is')
      })
  }
}

/** Tells of each 'pending reminder' whose time has come, once for each date, while those work who are responsible for it. */
export async function remindPending(host: Host): Promise<void> {
  const now = host.clock()
  const due = sql`ticket.state_type = 'pending reminder' and ticket.pending_until <= ${now} and ticket.reminded_for is distinct from ticket.pending_until`
  const { rows: some } = await sql`select 1 from ticket where ${due} limit 1`.execute(host.db)
  if (some.length === 0) return
  const worked = workedOnNow(await listSources(host.db), now)
  for (let told = AT_ONCE; told === AT_ONCE; ) {
    told = await host.work(system('pending'), async (work) => {
      const { rows } = await sql<Reminded>`
        update ticket set reminded_for = pending_until
        where id in (select id from ticket where ${due} and ${worked} order by pending_until limit ${AT_ONCE} for update skip locked)
        returning id, pending_until as until, (select unit_id from queue where queue.id = ticket.queue_id) as "unitId"`.execute(work.db)
      for (const one of rows) tell(work, one)
      return rows.length
    })
  }
}

interface Reminded {
  id: Id
  unitId: Id
  until: Date
}

function tell(work: Work, { id, unitId, until }: Reminded): void {
  addHistory(work, { ticketId: id, type: 'Misc', parts: ['reminder due'] })
  work.emit('ticket.reminder-due', { ticketId: id, unitId, data: { until: until.toISOString() } })
}
