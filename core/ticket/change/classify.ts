/** Owns what a ticket is about: its type, service and SLA, set together so that they fit. */
import type { Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import type { Work } from '../../kernel/work.ts'
import { findAbout, type AboutIds } from '../../service/fitting.ts'
import { ATTRIBUTES, type GivenOf } from '../attributes.ts'
import type { Ticket } from '../ticket.ts'
import { change, ticketFor, type Shall } from './change.ts'

const NOTHING = { id: null, name: '' }

/**
 * Gives a ticket another type, service or SLA; what is left out stays. Another service takes away an SLA that it does not have. Errors:
 * `choice-gone` at 'type' or 'service', `service.not-offered` to the customer or in the queue's unit, `sla.not-of-service`.
 */
export async function classifyTicket(work: Work, ticketId: Id, wanted: AboutIds): Promise<void> {
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.type.right)
  const { shall, wrong } = await fitting(work, ticket, wanted)
  if (wrong === 'type') throw refused('choice-gone', {}, 'type')
  if (wrong === 'service') throw refused('choice-gone', {}, 'service')
  if (wrong === 'sla') throw refused('sla.not-of-service', {}, 'sla')
  if (wrong === 'offered') throw refused('service.not-offered', { service: shall.service!.name }, 'service')
  await change(work, ticket, shall)
}

/** What shall stand of it, and the first that cannot be had: that is left out of `shall`, but for a service that is only not `offered`. */
export async function fitting(
  work: Work,
  ticket: Ticket,
  { typeId, serviceId, slaId }: AboutIds,
): Promise<{ shall: Pick<Shall, 'type' | 'service' | 'sla'>; wrong: 'type' | 'service' | 'offered' | 'sla' | null }> {
  const type = typeId !== undefined && typeId !== ticket.typeId
  const service = serviceId !== undefined && serviceId !== ticket.serviceId
  const sla = slaId !== undefined && slaId !== ticket.slaId
  if (!type && !service && !sla) return { shall: {}, wrong: null }
  const found = await findAbout(
    work.db,
    { typeId, serviceId: service ? serviceId : ticket.serviceId, slaId: sla ? slaId : ticket.slaId },
    ticket,
  )
  const shall: { type?: GivenOf<'type'>; service?: GivenOf<'service'>; sla?: GivenOf<'sla'> } = {}
  const wrong =
    type && !found.type
      ? 'type'
      : service && serviceId !== null && !found.service
        ? 'service'
        : service && found.service?.offered === false
          ? 'offered'
          : sla && slaId !== null && !found.sla
            ? 'sla'
            : null
  if (type && found.type) shall.type = found.type
  if (service && (serviceId === null || found.service)) shall.service = serviceId === null ? NOTHING : found.service!
  if (sla && slaId !== null) {
    if (found.sla) shall.sla = found.sla
  } else if (sla || (shall.service && ticket.slaId !== null && !found.sla)) {
    shall.sla = NOTHING
  }
  return { shall, wrong }
}
