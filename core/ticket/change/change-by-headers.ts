/** Owns what a mail's headers change on a ticket that exists: several things at once. */
import type { Work } from '../../kernel/work.ts'
import { findQueue } from '../../queue/queues.ts'
import { changeable, type Changeable, type GivenOf, type HeaderValues } from '../attributes.ts'
import { change, ticketFor, type Shall } from './change.ts'
import { fitting } from './classify.ts'

/** First what history always told in this order, then whatever else headers may set. Its state is the follow-up's own affair. */
const ORDER: readonly Changeable[] = ['owner', 'responsible', 'pending', 'priority', 'queue', 'lock', 'title']
/** Attributes that headers of a follow-up may set, in that order. */
export const BY_HEADERS: readonly Changeable[] = [
  ...ORDER,
  ...(Object.keys(changeable) as Changeable[]).filter(
    (name) => !ORDER.includes(name) && name !== 'state' && changeable[name].headers?.followUp,
  ),
]

/**
 * Changes what differs; the system's act only. OTRS behaviour: an owner set so does not lock; a lock needs an owner (answers
 * false then); a time to wait until counts for pending tickets only. A move is a move: nobody leads the ticket any more, unless
 * the headers say who does. An SLA that the service has not is passed over (answers its name in `unfit`), and one that stood goes with its service.
 */
export async function changeByHeaders(
  work: Work,
  ticketId: string,
  wanted: HeaderValues,
): Promise<{ locked: boolean; unfit: string | null }> {
  const ticket = await ticketFor(work, ticketId, 'rw')
  const shall: Record<string, unknown> = Object.fromEntries(
    BY_HEADERS.map((name) => [name, wanted[name as keyof HeaderValues]]).filter(([, value]) => value !== undefined),
  )
  if (!wanted.title) delete shall['title']
  if (!ticket.stateType.startsWith('pending')) delete shall['pending']
  const queue = wanted.queue && wanted.queue.id !== ticket.queueId ? await findQueue(work.db, wanted.queue.id) : undefined
  if (queue) {
    await work.demandReach(queue.unitId)
    shall['queue'] = queue satisfies GivenOf<'queue'>
  } else {
    delete shall['queue']
  }
  const led = wanted.owner ? wanted.owner.id !== null : !queue && ticket.ownerId !== null
  const locked = !wanted.lock || wanted.lock === 'unlock' || led
  if (!locked) delete shall['lock']
  const about = await fitting(work, ticket, { typeId: wanted.type?.id, serviceId: wanted.service?.id, slaId: wanted.sla?.id })
  for (const name of ['type', 'service', 'sla'] as const) delete shall[name]
  Object.assign(shall, about.shall)
  const unfit = about.wrong === 'sla' ? wanted.sla!.name : null
  await change(work, ticket, shall as Shall)
  return { locked, unfit }
}
