/** Owns saying history rows as a person would, from the form in which OTRS keeps them. */
import {
  sayDateTime, sayPriority, sayStateName, shortName, type HistoryRow, type Id, type Language, type StateType,
} from '../../core/index.ts'
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

function owner(column: 'owner_id' | 'responsible_id', given: DeskKey, nobody: DeskKey): Say {
  return (row, room) => {
    const name = person(row, column, part(row, 0), room)
    return name ? text(room)(given, { who: name }) : text(room)(nobody)
  }
}

/** OTRS SetPendingTime: 'yyyy-mm-dd hh:mm', '00-00-00 00:00' when there is none; ours keeps the moment in the columns. */
const pending: Say = (row, room) => {
  const stored = row.after?.['pending_until']
  const raw = part(row, 0)
  if (typeof stored === 'string') {
    return text(room)('history.SetPendingTime', { when: sayDateTime(new Date(stored), room.zone, room.language, room.now) })
  }
  return row.after || !/[1-9]/.test(raw) ? text(room)('history.SetPendingTime.none') : text(room)('history.SetPendingTime', { when: raw })
}

/** Types whose sentence needs what was and what is. */
const TWO_PARTS: ReadonlySet<string> = new Set(['NewTicket', 'Move', 'StateUpdate', 'PriorityUpdate', 'TitleUpdate', 'Merged'])

/** What core writes about messages held apart and their senders. */
const HELD: ReadonlySet<string> = new Set(['message held', 'message refused', 'message accepted', 'sender accepted', 'message rejected', 'sender confirmed'])

const sayers: Record<string, Say> = {
  NewTicket: (row, room) => part(row, 1)
    ? text(room)('history.NewTicket', { number: part(row, 0), queue: part(row, 1).replaceAll('::', ' · '), state: state(part(row, 3), room) }) : text(room)('history.NewTicket.plain'),
  Move: (row, room) => text(room)('history.Move', { to: shortName(part(row, 0)), from: shortName(part(row, 2)) }),
  StateUpdate: (row, room) => text(room)('history.StateUpdate', { from: state(part(row, 0), room), to: state(part(row, 1), room) }),
  OwnerUpdate: owner('owner_id', 'history.OwnerUpdate', 'history.OwnerUpdate.nobody'),
  ResponsibleUpdate: owner('responsible_id', 'history.ResponsibleUpdate', 'history.ResponsibleUpdate.nobody'),
  PriorityUpdate: (row, room) => text(room)('history.PriorityUpdate', {
    from: sayPriority(part(row, 0), room.language), to: sayPriority(part(row, 2), room.language),
  }),
  TitleUpdate: (row, room) => text(room)('history.TitleUpdate', { from: part(row, 0), to: part(row, 1) }),
  SetPendingTime: pending,
  // OTRS writes who a mail was redirected to; ours with two parts says whom a mail did not reach, and the other server's words.
  Bounce: (row, room) => text(room)(row.parts.length > 1 ? 'history.Bounce.returned' : 'history.Bounce', { text: row.parts.filter(Boolean).join(', ') }).replace(/[:,]\s*$/, ''),
  FollowUp: (row, room) => text(room)('history.FollowUp'),
  CustomerUpdate: (row, room) => {
    const name = person(row, 'customer_id', part(row, 0).match(/CustomerUser=([^;]*)/)?.[1] ?? part(row, 0), room)
    return text(room)('history.CustomerUpdate', { who: name })
  },
  Merged: (row, room) => text(room)('history.Merged', { from: part(row, 0), to: part(row, 2) }),
  TimeAccounting: (row, room) => text(room)('history.TimeAccounting', { units: part(row, 0), total: part(row, 1) }),
  TypeUpdate: (row, room) => text(room)('history.TypeUpdate', { to: part(row, 0) }),
  ServiceUpdate: (row, room) => text(room)('history.ServiceUpdate', { to: part(row, 0) }),
  SLAUpdate: (row, room) => text(room)('history.SLAUpdate', { to: part(row, 0) }),
  TicketDynamicFieldUpdate: dynamicField,
  ArticleDynamicFieldUpdate: dynamicField,
  Misc: (row, room) => HELD.has(row.parts[0] ?? '')
    ? text(room)(`history.${row.parts[0]!.replace(' ', '-')}` as DeskKey, { text: part(row, 1) })
    : row.parts[0] === 'undo'
    ? text(room)('history.undo', { what: [...new Set(row.parts.slice(1))].map((type) => actName(type, room)).join(', ') })
    : text(room)('history.Misc', { text: row.parts.filter(Boolean).join(', ') }),
}

/** OTRS: '%%FieldName%%f%%Value%%v%%OldValue%%o'. */
function dynamicField(row: HistoryRow, room: HistoryRoom): string {
  const at = (label: string) => row.parts[row.parts.indexOf(label) + 1] ?? ''
  return row.parts.includes('FieldName')
    ? text(room)('history.TicketDynamicFieldUpdate', { field: at('FieldName'), value: at('Value') || '–' })
    : text(room)('history.Misc', { text: row.parts.join(', ') })
}

/** Short name of an act, for saying what was taken back. */
function actName(type: string, room: HistoryRoom): string {
  const key = `history.name.${type}` as DeskKey
  return Object.hasOwn(deskTexts.pl, key) ? text(room)(key) : type
}
