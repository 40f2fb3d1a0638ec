/** Owns how a ticket's state is said and coloured: a dot and words, never the colour alone. */
import type { Language, StateType } from '../../database/schema.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { coreTexts, type CoreKey } from '../../i18n/core-texts.ts'
import { sayDateTime } from '../../calendar/words.ts'

export interface Stated {
  stateName: string
  stateType: StateType
  pendingUntil: Date | null
}
export type Tone = 'new' | 'open' | 'waiting' | 'late' | 'done'

const TONES: Record<StateType, Tone> = {
  new: 'new',
  open: 'open',
  'pending reminder': 'waiting',
  'pending auto': 'waiting',
  closed: 'done',
  removed: 'done',
  merged: 'done',
}
export const toneOf = (type: StateType): Tone => TONES[type]

const KEYS: Record<string, CoreKey> = {
  'new': 'state.new',
  open: 'state.open',
  'pending reminder': 'state.pending-reminder',
  'waiting for customer': 'state.waiting-for-customer',
  'closed successful': 'state.closed-successful',
  'closed unsuccessful': 'state.closed-unsuccessful',
  merged: 'state.merged',
  removed: 'state.removed',
}

/** "odłożone do wt. 24 listopada, 8:00"; a state the site added is said by its own name. */
export function sayState(ticket: Stated, language: Language, zone: string, now: Date): string {
  const t = coreTexts.in(language)
  const when = ticket.pendingUntil ? sayDateTime(ticket.pendingUntil, zone, language, now) : undefined
  if (ticket.stateType === 'pending auto' && when) return t('state.pending-auto', { when })
  if (ticket.stateName === 'pending reminder' && when) return t('state.pending-until', { when })
  return sayStateName(ticket.stateName, ticket.stateType, language)
}

/** The state alone, for choices and filters. */
export function sayStateName(name: string, type: StateType, language: Language): string {
  const key = KEYS[name]
  if (key) return coreTexts.in(language)(key)
  if (name === 'pending auto close+' || name === 'pending auto close-') {
    const end = coreTexts.in(language)(name.endsWith('+') ? 'state.closed-successful' : 'state.closed-unsuccessful')
    return `${coreTexts.in(language)('state.pending-reminder')} → ${end}`
  }
  return type === 'closed' && name === 'closed' ? coreTexts.in(language)('state.closed') : name
}

export const Badge = ({ tone, words }: { tone: Tone; words: string }) => <span class={`badge badge-${tone}`}>{words}</span>

export const StateBadge = ({ c, ticket }: { c: PageContext; ticket: Stated }) => {
  const { config, clock } = c.get('host')
  return <Badge tone={toneOf(ticket.stateType)} words={sayState(ticket, c.get('language'), config.zone, clock())} />
}
