/** Owns what happens when a fact is told: whoever is meant is told of it; of what was taken back nobody is. */
import { clockStopped, notify, system, withdrawMails, type EventFact, type Fact, type Id } from '../../core/index.ts'
import { BELL_CHANGED, carryOut } from './carry-out.ts'
import { plan, type Room } from './plan.ts'
import { tell } from './tables.ts'

/** Asked once for each fact, perhaps again. What notifications do themselves wakes none; while the clock stands still nobody is told. */
export async function deliver(fact: Fact<EventFact>, host: Room): Promise<void> {
  if (fact.plugin === 'notifications') return
  if (fact.name === 'ticket.act-undone') await takeBack(fact.ticketId, fact.data.act, host)
  if (await clockStopped(host.db)) return
  const planned = await plan(fact, host)
  if (planned) await carryOut(fact, planned, host)
}

/** Mails that still wait do not leave, and what nobody has read goes from under the bell. */
async function takeBack(ticketId: Id, act: string, host: Room): Promise<void> {
  await host.work(system('notifications'), async (work) => {
    const told = await tell(work.db)
      .deleteFrom('notification_told')
      .where('act_id', '=', act)
      .where('ticket_id', '=', ticketId)
      .where((eb) => eb.or([eb('way', 'is', null), eb('way', '<>', 'digest'), eb('told_at', 'is', null)]))
      .returning(['mail_id'])
      .execute()
    await withdrawMails(
      work,
      told.flatMap(({ mail_id }) => mail_id ?? []),
    )
    const bells = await tell(work.db)
      .deleteFrom('notification_bell')
      .where('act_id', '=', act)
      .where('ticket_id', '=', ticketId)
      .where('read_at', 'is', null)
      .returning('person_id')
      .execute()
    for (const { person_id } of bells) await notify(work, BELL_CHANGED, { person: person_id })
  })
}
