/** Owns what an attribute of a ticket is, in words: in a column of the list, in the export. */
import {
  entryOf,
  sayDateTime,
  sayPriority,
  sayType,
  type AttributeKind,
  type AttributeName,
  type Language,
  type PageContext,
  type Ticket,
} from '../../core/index.ts'
import { sayStateName } from '../../core/pages.ts'
import { deskTexts } from './words.ts'

export interface ValueRoom {
  language: Language
  moment(at: Date | null): string
}

/** As moments are said on a page; '' where there is none. */
export const sayMoment = (c: PageContext, at: Date | null): string =>
  at ? sayDateTime(at, c.get('host').config.zone, c.get('language'), c.get('host').clock()) : ''

/** '' where there is nothing, or nobody. */
export function sayValue(name: AttributeName, ticket: Ticket, room: ValueRoom): string {
  const { kind, field, shown } = entryOf[name]
  const values = ticket as unknown as Record<string, unknown>
  const own = values[Object.keys(shown ?? {})[0] ?? field]
  return SAY[kind]?.(own, ticket, room) ?? (own === null || own === undefined ? '' : String(own))
}

/** 'Poczta::Limity' → 'Poczta · Limity'. */
const sayLevels = (name: unknown): string => (name === null ? '' : String(name).replaceAll('::', ' · '))
const moment = (own: unknown, _ticket: Ticket, room: ValueRoom) => room.moment(own as Date | null)
const yesNo = (own: unknown, _ticket: Ticket, { language }: ValueRoom) =>
  own === null ? '' : deskTexts.in(language)(own ? 'value.yes' : 'value.no')
const SAY: Partial<Record<AttributeKind, (own: unknown, ticket: Ticket, room: ValueRoom) => string>> = {
  state: (own, ticket, { language }) => sayStateName(String(own), ticket.stateType, language),
  priority: (own, _ticket, { language }) => sayPriority(String(own), language),
  type: (own, _ticket, { language }) => sayType(String(own), language),
  service: (own) => sayLevels(own),
  'yes-no': yesNo,
  'yes-no-null': yesNo,
  date: moment,
  moment,
}
