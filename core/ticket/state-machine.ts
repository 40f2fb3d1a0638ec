/** Owns what may become of a ticket: state, lock, owner and pending time, as one pure function over state types. */

/** OTRS's state types. States themselves are rows with a name and one of these; the rules know types only. */
export const STATE_TYPES = ['new', 'open', 'closed', 'pending reminder', 'pending auto', 'removed', 'merged'] as const
export type StateType = (typeof STATE_TYPES)[number]

/** `tmp_lock` is OTRS's lock while a form is open; it counts as locked. */
export type Lock = 'unlock' | 'lock' | 'tmp_lock'

export interface MachineState {
  readonly type: StateType
  readonly lock: Lock
  /** A person's id; nobody is OTRS's user 1. Stays when a ticket is unlocked. A locked ticket has one. */
  readonly ownerId: string | null
  /** Only in a pending type; a `pending reminder` may be without. */
  readonly pendingUntil: Date | null
}

const LIVING: readonly StateType[] = ['new', 'open', 'closed', 'pending reminder', 'pending auto', 'removed']

/** Which types a person or a mail header may set from each. Merged is final, and only `merge` leads there. */
const SETTABLE: { readonly [from in StateType]: readonly StateType[] } = {
  'new': LIVING,
  open: LIVING,
  closed: LIVING,
  'pending reminder': LIVING,
  'pending auto': LIVING,
  removed: LIVING,
  merged: [],
}

/** The type that a customer's reply leads to (OTRS `PostmasterFollowUpState`); `undefined`: it is refused. */
const AFTER_CUSTOMER_REPLY: { readonly [from in StateType]: StateType | undefined } = {
  'new': 'new',
  open: 'open',
  closed: 'open',
  'pending reminder': 'open',
  'pending auto': 'open',
  removed: undefined,
  merged: undefined,
}

/** A state that somebody chose. `pendingUntil` is read for pending types only. */
interface ChosenState {
  readonly to: StateType
  /** Left out: the present date is kept within one type, unless the date is optional. */
  readonly pendingUntil?: Date | null
  /** The state allows `pending reminder` without a date, as "waiting for customer" does. */
  readonly dateOptional?: boolean
}

export type Change =
  | ({ readonly kind: 'set-state' } & ChosenState)
  | {
      /** A follow-up by the customer, by mail or on the web. */
      readonly kind: 'customer-reply'
      /** The queue's `follow_up_lock`: a closed ticket comes back locked to its owner. */
      readonly followUpLock: boolean
      /** The owner is valid and a real person (in OTRS: not user 1). */
      readonly ownerUsable: boolean
      readonly ownerOutOfOffice: boolean
      /** `X-OTRS-FollowUp-State-Keep`: the state stays; a removed or merged ticket refuses all the same. */
      readonly keepState?: boolean
      /** `X-OTRS-FollowUp-State`: wins over the rules here, also for a new ticket. */
      readonly state?: ChosenState
    }
  /** A public answer. Makes a new ticket open; any other keeps its state, unless one is chosen with it. */
  | { readonly kind: 'agent-reply'; readonly state?: ChosenState }
  /** Lock and own. `fromOther`: also when somebody else holds the lock. */
  | { readonly kind: 'take'; readonly by: string; readonly fromOther?: boolean }
  | { readonly kind: 'release' }
  | { readonly kind: 'set-owner'; readonly ownerId: string | null }
  | { readonly kind: 'set-lock'; readonly lock: Lock }
  /** The clock says `at`: closes a `pending auto` whose time has come, reminds (changes nothing) otherwise. */
  | { readonly kind: 'pending-elapsed'; readonly at: Date }
  | { readonly kind: 'merge' }

export const STATE_REFUSALS = [
  'ticket.merged-is-final',
  'ticket.removed-needs-set-state',
  'ticket.merge-needs-target',
  'ticket.pending-needs-date',
  'ticket.lock-needs-owner',
  'ticket.locked-by-other',
] as const
export type StateRefusal = (typeof STATE_REFUSALS)[number]

/**
 * Where the name of the new state comes from, when the state is to change; absent: the ticket keeps the state it has.
 * `given`: who asked named it. `follow-up`: the setting for follow-ups (on closed tickets there may be one of its own).
 * `answered`: the default open state. `after-pending`: the table from pending to following state. `merged`: the state
 * merged.
 */
export type StateChange = 'given' | 'follow-up' | 'answered' | 'after-pending' | 'merged'

export type Outcome =
  | { readonly ok: true; readonly state: MachineState; readonly stateChange?: StateChange }
  | { readonly ok: false; readonly code: StateRefusal }

export function isPending(type: StateType): boolean {
  return type === 'pending reminder' || type === 'pending auto'
}

/**
 * What becomes of a ticket. Changes nothing it is given; an act that finds its work done already is fine (`ok`, same
 * state).
 */
export function next(state: MachineState, change: Change): Outcome {
  // A pending job may find the ticket merged meanwhile, and has simply nothing to do.
  if (change.kind === 'pending-elapsed') return pendingElapsed(state, change.at)
  if (state.type === 'merged') return refusal('ticket.merged-is-final')
  switch (change.kind) {
    case 'set-state':
      return setState(state, change)
    case 'customer-reply':
      return customerReply(state, change)
    case 'agent-reply':
      if (change.state) return setState(state, change.state)
      return state.type === 'new' ? done(enter(state, 'open', null), 'answered') : done(state)
    case 'take': {
      const heldByOther = state.lock !== 'unlock' && state.ownerId !== null && state.ownerId !== change.by
      if (heldByOther && change.fromOther !== true) return refusal('ticket.locked-by-other')
      return done({ ...state, lock: 'lock', ownerId: change.by })
    }
    case 'release':
      return done({ ...state, lock: 'unlock' })
    case 'set-owner':
      return done({ ...state, ownerId: change.ownerId, lock: change.ownerId === null ? 'unlock' : state.lock })
    case 'set-lock':
      if (change.lock !== 'unlock' && state.ownerId === null) return refusal('ticket.lock-needs-owner')
      return done({ ...state, lock: change.lock })
    case 'merge':
      if (state.type === 'removed') return refusal('ticket.removed-needs-set-state')
      return done(enter(state, 'merged', null), 'merged')
  }
}

function setState(state: MachineState, { to, pendingUntil, dateOptional }: ChosenState): Outcome {
  if (to === 'merged') return refusal('ticket.merge-needs-target')
  if (!SETTABLE[state.type].includes(to)) return refusal('ticket.merged-is-final')
  if (!isPending(to)) return done(enter(state, to, null), 'given')
  const mayLackDate = to === 'pending reminder' && dateOptional === true
  const kept = pendingUntil === undefined && to === state.type && !mayLackDate ? state.pendingUntil : null
  const until = pendingUntil ?? kept
  if (until === null && !mayLackDate) return refusal('ticket.pending-needs-date')
  return done(enter(state, to, until), 'given')
}

/** OTRS: the lock is settled first, by the type before; then the state. */
function customerReply(state: MachineState, change: Change & { kind: 'customer-reply' }): Outcome {
  const to = AFTER_CUSTOMER_REPLY[state.type]
  if (to === undefined) return refusal('ticket.removed-needs-set-state')
  const settled = { ...state, lock: lockAfterReply(state, change) }
  if (change.keepState === true) return done(settled)
  if (change.state) return setState(settled, change.state)
  // A state of one's own of type open ("in progress") stays; OTRS would rename it to its follow-up state.
  return to === state.type ? done(settled) : done(enter(settled, to, null), 'follow-up')
}

function lockAfterReply(state: MachineState, change: Change & { kind: 'customer-reply' }): Lock {
  if (change.ownerOutOfOffice || !change.ownerUsable || state.ownerId === null) return 'unlock'
  return change.followUpLock && state.type === 'closed' ? 'lock' : state.lock
}

function pendingElapsed(state: MachineState, at: Date): Outcome {
  const due = state.type === 'pending auto' && state.pendingUntil !== null && state.pendingUntil <= at
  return due ? done(enter(state, 'closed', null), 'after-pending') : done(state)
}

/** Done with is unlocked; the owner stays, so that a follow-up finds them. */
function enter(state: MachineState, type: StateType, pendingUntil: Date | null): MachineState {
  const finished = type === 'closed' || type === 'removed' || type === 'merged'
  return { type, lock: finished ? 'unlock' : state.lock, ownerId: state.ownerId, pendingUntil }
}

function done(state: MachineState, stateChange?: StateChange): Outcome {
  return stateChange === undefined ? { ok: true, state } : { ok: true, state, stateChange }
}

function refusal(code: StateRefusal): Outcome {
  return { ok: false, code }
}
