/** Owns saying history rows as a person would, from the form in which OTRS keeps them. */
import {
  changeable,
  sayAttribute,
  sayDateTime,
  sayMisc,
  sayPriority,
  sayType,
  shortName,
  type Changeable,
  type HistoryRow,
  type Id,
  type Language,
  type StateType,
} from '../../core/index.ts'
import { sayStateName } from '../../core/pages.ts'
import { deskTexts, type DeskKey } from './words.ts'

export interface HistoryRoom {
  language: Language
  zone: string
  now: Date
  /** Names of persons that rows speak of by id. */
  names: ReadonlyMap<Id, string>
  /** Types of states by name, to say them. */
  stateTypes: ReadonlyMap<string, StateType>
}

/** What happened, as the middle of a sentence whose subject stands beside it: "przeniesienie do kolejki Sieć (z Raw)". */
export function sayHistory(row: HistoryRow, room: HistoryRoom): string {
  const t = deskTexts.in(room.language)
  const say = sayers[row.type]
  // Rows of old OTRS versions are plain sentences: said as they are.
  if (say && !(row.parts.length < 2 && row.parts[0] && TWO_PARTS.has(row.type))) return say(row, room)
  if (say) return row.parts.join(' ')
  const key = `history.${row.type}` as DeskKey
  if (Object.hasOwn(deskTexts.pl, key)) return t(key, { text: row.parts.filter(Boolean).join(', ') }).replace(/[:,]\s*$/, '')
  // A type of a plugin, or of a later OTRS: its own words are better than none.
  return t('history.other', { type: row.type, text: row.parts.filter(Boolean).join(' · ') }).replace(/:\s*$/, '')
}

type Say = (row: HistoryRow, room: HistoryRoom) => string

const part = (row: HistoryRow, index: number): string => row.parts[index]?.trim() ?? ''
const text = (room: HistoryRoom) => deskTexts.in(room.language)
const state = (name: string, room: HistoryRoom) => sayStateName(name, room.stateTypes.get(name) ?? 'open', room.language)

/** A person by id in the columns, else the login that OTRS wrote. */
function person(row: HistoryRow, column: string, fallback: string, room: HistoryRoom): string {
  const id = row.after?.[column]
  return (typeof id === 'string' ? room.names.get(id) : undefined) ?? fallback
}

/** Who is it now? Nobody has words of their own. */
const agent =
  (name: Changeable, nobody: DeskKey): Say =>
  (row, room) => {
    const who = person(row, changeable[name].column, part(row, 0), room)
    return who ? text(room)('history.is', { what: sayAttribute(name, room.language), to: who }) : text(room)(nobody)
  }

/** What it is now, and what it was where there was something: at these two places of OTRS's form. */
const both =
  (name: Changeable, places: readonly [number, number], say: (stored: string, room: HistoryRoom) => string): Say =>
  (row, room) => {
    const [from, to] = places.map((place) => say(part(row, place), room)) as [string, string]
    return text(room)(from ? 'history.was' : 'history.is', { what: sayAttribute(name, room.language), from: from || '–', to: to || '–' })
  }

/** OTRS SetPendingTime: 'yyyy-mm-dd hh:mm', '00-00-00 00:00' when there is none; ours keeps the moment in the columns. */
const pending: Say = (row, room) => {
  const stored = row.after?.[changeable.pending.column]
  const raw = part(row, 0)
  if (typeof stored === 'string') {
    return text(room)('history.SetPendingTime', { when: sayDateTime(new Date(stored), room.zone, room.language, room.now) })
  }
  return row.after || !/[1-9]/.test(raw) ? text(room)('history.SetPendingTime.none') : text(room)('history.SetPendingTime', { when: raw })
}

/** Attributes whose rows say was and is, by kind: all of them, also those that nobody here has heard of. */
const BY_KIND: Partial<Record<string, { places: readonly [number, number]; say(stored: string, room: HistoryRoom): string }>> = {
  text: { places: [0, 1], say: (stored) => stored },
  state: { places: [0, 1], say: state },
  priority: { places: [0, 2], say: (stored, room) => sayPriority(stored, room.language) },
  // OTRS: the new one first; NULL is none.
  type: { places: [2, 0], say: (stored, room) => sayType(named(stored), room.language) },
  service: { places: [2, 0], say: (stored) => named(stored).replaceAll('::', ' · ') },
  sla: { places: [2, 0], say: named },
}
function named(stored: string): string {
  return stored === 'NULL' ? '' : stored
}
const attributes: Record<string, Say> = Object.fromEntries(
  Object.values(changeable).flatMap(({ name, kind, history }) => {
    const how = BY_KIND[kind]
    return how && typeof history.type === 'string' ? [[history.type, both(name, how.places, how.say)]] : []
  }),
)

/** Types whose sentence needs what was and what is. */
const TWO_PARTS: ReadonlySet<string> = new Set(['NewTicket', 'Move', 'Merged', ...Object.keys(attributes)])

const sayers: Record<string, Say> = {
  ...attributes,
  NewTicket: (row, room) =>
    part(row, 1)
      ? text(room)('history.NewTicket', {
          number: part(row, 0),
          queue: part(row, 1).replaceAll('::', ' · '),
          state: state(part(row, 3), room),
        })
      : text(room)('history.NewTicket.plain'),
  Move: (row, room) => text(room)('history.Move', { to: shortName(part(row, 0)), from: shortName(part(row, 2)) }),
  OwnerUpdate: agent('owner', 'history.OwnerUpdate.nobody'),
  ResponsibleUpdate: agent('responsible', 'history.ResponsibleUpdate.nobody'),
  SetPendingTime: pending,
  // OTRS writes who a mail was redirected to; ours with two parts says whom a mail did not reach, and the other server's words.
  Bounce: (row, room) =>
    text(room)(row.parts.length > 1 ? 'history.Bounce.returned' : 'history.Bounce', { text: row.parts.filter(Boolean).join(', ') }).replace(
      /[:,]\s*$/,
      '',
    ),
  FollowUp: (row, room) => text(room)('history.FollowUp'),
  CustomerUpdate: (row, room) => {
    const name = person(row, changeable.customer.column, part(row, 0).match(/CustomerUser=([^;]*)/)?.[1] ?? part(row, 0), room)
    const company = part(row, 0).match(/CustomerID=([^;]*)/)?.[1] ?? ''
    // What changed is said; a row of older times, or of OTRS, names the customer.
    if (row.after && !Object.hasOwn(row.after, changeable.customer.column))
      return text(room)('history.is', { what: sayAttribute('company', room.language), to: company || '–' })
    return text(room)('history.is', { what: sayAttribute('customer', room.language), to: company ? `${name} (${company})` : name })
  },
  Merged: (row, room) => text(room)('history.Merged', { from: part(row, 0), to: part(row, 2) }),
  TimeAccounting: (row, room) => text(room)('history.TimeAccounting', { units: part(row, 0), total: part(row, 1) }),
  ArchiveFlagUpdate: (row, room) => text(room)(part(row, 0) === 'n' ? 'history.unarchived' : 'history.archived'),
  TicketDynamicFieldUpdate: dynamicField,
  ArticleDynamicFieldUpdate: dynamicField,
  Misc: (row, room) =>
    sayMisc(row.parts, room.language, (type) => actName(type, room)) ??
    text(room)('history.Misc', { text: row.parts.filter(Boolean).join(', ') }),
}

/** OTRS: '%%FieldName%%f%%Value%%v%%OldValue%%o'. */
function dynamicField(row: HistoryRow, room: HistoryRoom): string {
  const at = (label: string) => row.parts[row.parts.indexOf(label) + 1] ?? ''
  return row.parts.includes('FieldName')
    ? text(room)(at('OldValue') ? 'history.TicketDynamicFieldUpdate.was' : 'history.TicketDynamicFieldUpdate', {
        field: at('FieldName'),
        value: at('Value') || '–',
        from: at('OldValue'),
      })
    : text(room)('history.Misc', { text: row.parts.join(', ') })
}

/** Short name of an act, for saying what was taken back. */
function actName(type: string, room: HistoryRoom): string {
  const key = `history.name.${type}` as DeskKey
  if (Object.hasOwn(deskTexts.pl, key)) return text(room)(key)
  const entry = Object.values(changeable).find(({ history }) => history.type === type)
  return entry ? text(room)('history.name.change', { what: sayAttribute(entry.name, room.language) }) : type
}
