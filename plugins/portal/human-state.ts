/** Owns how a ticket's state is told to the one who asked: who is on it, whose turn it is, when it was done. Never OTRS's words. */
import { sayDate, sayDateTime, sayNearDay, type Language, type Ticket } from '../../core/index.ts'
import { toneOf, type Tone } from '../../core/pages.ts'
import { words } from './words.ts'

export interface Told {
  words: string
  tone: Tone
}

/** "Jan Maria Kowalski" → "Jan K.": enough to know who, no more than one would be told on the phone. */
export function shortName(name: string): string {
  const parts = name.trim().split(/\s+/)
  return parts.length > 1 ? `${parts[0]} ${parts.at(-1)![0]}.` : name
}

export function tellState(
  ticket: Pick<Ticket, 'stateName' | 'stateType' | 'pendingUntil' | 'receivedAt' | 'closedAt' | 'changedAt' | 'ownerName'>,
  room: { language: Language; zone: string; now: Date },
): Told {
  const { language, zone, now } = room
  const t = words.in(language)
  const moment = (date: Date) => sayDateTime(date, zone, language, now)
  const day = (date: Date | null) => {
    const at = date ?? ticket.changedAt
    return sayNearDay(at, zone, language, now) ?? sayDate(at, zone, language, now)
  }
  const tell = (said: string, tone: Tone = toneOf(ticket.stateType)): Told => ({ words: said, tone })
  switch (ticket.stateType) {
    case 'new':
    case 'open':
      if (ticket.ownerName) return tell(t('state.in-hand', { who: shortName(ticket.ownerName) }), 'open')
      if (ticket.receivedAt > now) return tell(t('state.later', { when: moment(ticket.receivedAt) }))
      return tell(t(ticket.stateType === 'new' ? 'state.queued' : 'state.open'))
    case 'pending reminder':
      if (ticket.stateName === 'waiting for customer') return tell(t('state.your-turn'))
      return tell(
        ticket.pendingUntil && ticket.pendingUntil > now
          ? t('state.pending-until', { when: moment(ticket.pendingUntil) })
          : t('state.pending'),
      )
    case 'pending auto':
      return tell(t('state.pending'))
    case 'closed':
      return tell(
        t(
          ticket.stateName === 'closed successful'
            ? 'state.solved'
            : ticket.stateName === 'closed unsuccessful'
              ? 'state.unsolved'
              : 'state.closed',
          { when: day(ticket.closedAt) },
        ),
      )
    case 'merged':
      return tell(t('state.merged'))
    case 'removed':
      return tell(t('state.removed'))
  }
}
