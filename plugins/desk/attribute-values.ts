/** Owns what an attribute of a ticket is, in words: in a column of the list, in the export. */
import { entryOf, sayPriority, sayStateName, type AttributeKind, type AttributeName, type Language, type Ticket } from '../../core/index.ts'

export interface ValueRoom {
  language: Language
  moment(at: Date | null): string
}

/** '' where there is nothing, or nobody. */
export function sayValue(name: AttributeName, ticket: Ticket, room: ValueRoom): string {
  const { kind, field, shown } = entryOf[name]
  const values = ticket as unknown as Record<string, unknown>
  const own = values[Object.keys(shown ?? {})[0] ?? field]
  return SAY[kind]?.(own, ticket, room) ?? (own === null || own === undefined ? '' : String(own))
}

const moment = (own: unknown, _ticket: Ticket, room: ValueRoom) => room.moment(own as Date | null)
const SAY: Partial<Record<AttributeKind, (own: unknown, ticket: Ticket, room: ValueRoom) => string>> = {
  state: (own, ticket, { language }) => sayStateName(String(own), ticket.stateType, language),
  priority: (own, _ticket, { language }) => sayPriority(String(own), language),
  date: moment,
  moment,
}
