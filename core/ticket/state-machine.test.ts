import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Change,
  isPending,
  type MachineState,
  next,
  type Outcome,
  STATE_REFUSALS,
  STATE_TYPES,
  type StateType,
} from './state-machine.ts'

const MONDAY = new Date('2026-11-23T07:00:00Z')
const TUESDAY = new Date('2026-11-24T07:00:00Z')

function ticket(type: StateType, change: Partial<MachineState> = {}): MachineState {
  return { type, lock: 'unlock', ownerId: '7', pendingUntil: isPending(type) ? MONDAY : null, ...change }
}

const reply: Change & { kind: 'customer-reply' } = {
  kind: 'customer-reply',
  followUpLock: false,
  ownerUsable: true,
  ownerOutOfOffice: false,
}

function after(outcome: Outcome): MachineState {
  if (!outcome.ok) throw new Error(outcome.code)
  return outcome.state
}

const code = (outcome: Outcome) => (outcome.ok ? undefined : outcome.code)

describe('setting a state', () => {
  it('reaches every type from every other, except from and to merged', () => {
    for (const from of STATE_TYPES) {
      for (const to of STATE_TYPES) {
        const outcome = next(ticket(from), { kind: 'set-state', to, pendingUntil: TUESDAY })
        if (from === 'merged') expect(code(outcome)).toBe('ticket.merged-is-final')
        else if (to === 'merged') expect(code(outcome)).toBe('ticket.merge-needs-target')
        else expect(outcome).toMatchObject({ ok: true, stateChange: 'given', state: { type: to } })
      }
    }
  })

  it('wants a date for pending, except where the state allows to wait without', () => {
    expect(code(next(ticket('open'), { kind: 'set-state', to: 'pending reminder' }))).toBe('ticket.pending-needs-date')
    expect(code(next(ticket('open'), { kind: 'set-state', to: 'pending auto', dateOptional: true }))).toBe('ticket.pending-needs-date')
    expect(after(next(ticket('open'), { kind: 'set-state', to: 'pending reminder', dateOptional: true })).pendingUntil).toBeNull()
    expect(after(next(ticket('open'), { kind: 'set-state', to: 'pending auto', pendingUntil: TUESDAY })).pendingUntil).toEqual(TUESDAY)
  })

  it('keeps the date within one pending type, and drops it for a state that may wait without', () => {
    const waiting = ticket('pending auto')
    expect(after(next(waiting, { kind: 'set-state', to: 'pending auto' })).pendingUntil).toEqual(MONDAY)
    expect(code(next(waiting, { kind: 'set-state', to: 'pending auto', pendingUntil: null }))).toBe('ticket.pending-needs-date')
    expect(code(next(waiting, { kind: 'set-state', to: 'pending reminder' }))).toBe('ticket.pending-needs-date')
    const reminder = ticket('pending reminder')
    expect(after(next(reminder, { kind: 'set-state', to: 'pending reminder', dateOptional: true })).pendingUntil).toBeNull()
  })

  it('clears the date when it leaves pending', () => {
    expect(after(next(ticket('pending reminder'), { kind: 'set-state', to: 'open', pendingUntil: TUESDAY })).pendingUntil).toBeNull()
  })

  it('unlocks what is done with and keeps its owner', () => {
    for (const to of ['closed', 'removed'] as const) {
      expect(after(next(ticket('open', { lock: 'lock' }), { kind: 'set-state', to }))).toEqual(ticket(to))
    }
    expect(after(next(ticket('open', { lock: 'lock' }), { kind: 'set-state', to: 'pending auto', pendingUntil: MONDAY })).lock).toBe('lock')
  })
})

describe("a customer's reply", () => {
  it('leaves new new and opens what is closed or pending', () => {
    expect(next(ticket('new'), reply)).toEqual({ ok: true, state: ticket('new') })
    expect(next(ticket('open'), reply)).toEqual({ ok: true, state: ticket('open') })
    for (const type of ['closed', 'pending reminder', 'pending auto'] as const) {
      expect(next(ticket(type), reply)).toEqual({ ok: true, state: ticket('open'), stateChange: 'follow-up' })
    }
  })

  it('never brings back what is removed or merged', () => {
    for (const keepState of [false, true]) {
      expect(code(next(ticket('removed'), { ...reply, keepState }))).toBe('ticket.removed-needs-set-state')
      expect(code(next(ticket('merged'), { ...reply, keepState }))).toBe('ticket.merged-is-final')
    }
  })

  it('locks a closed ticket to its owner where the queue wants that', () => {
    const wanted = { ...reply, followUpLock: true }
    expect(after(next(ticket('closed'), wanted)).lock).toBe('lock')
    expect(after(next(ticket('pending reminder'), wanted)).lock).toBe('unlock')
    expect(after(next(ticket('open', { lock: 'lock' }), reply)).lock).toBe('lock')
  })

  it('unlocks when the owner is away, gone, or nobody', () => {
    const locked = ticket('open', { lock: 'lock' })
    expect(after(next(locked, { ...reply, ownerOutOfOffice: true }))).toEqual(ticket('open'))
    expect(after(next(locked, { ...reply, ownerUsable: false })).lock).toBe('unlock')
    expect(after(next(ticket('closed'), { ...reply, followUpLock: true, ownerOutOfOffice: true })).lock).toBe('unlock')
    expect(after(next(ticket('closed', { ownerId: null }), { ...reply, followUpLock: true })).lock).toBe('unlock')
  })

  it('obeys a header: keep the state, or take this one, also when new', () => {
    expect(next(ticket('closed'), { ...reply, keepState: true })).toEqual({ ok: true, state: ticket('closed') })
    expect(next(ticket('new'), { ...reply, state: { to: 'open' } })).toEqual({ ok: true, state: ticket('open'), stateChange: 'given' })
    expect(code(next(ticket('new'), { ...reply, state: { to: 'merged' } }))).toBe('ticket.merge-needs-target')
  })
})

describe("an agent's answer", () => {
  it('opens what is new and keeps every other state', () => {
    expect(next(ticket('new'), { kind: 'agent-reply' })).toEqual({ ok: true, state: ticket('open'), stateChange: 'answered' })
    for (const type of ['open', 'closed', 'pending reminder', 'pending auto', 'removed'] as const) {
      expect(next(ticket(type), { kind: 'agent-reply' })).toEqual({ ok: true, state: ticket(type) })
    }
  })

  it('sets the state chosen with it', () => {
    const waiting = { to: 'pending reminder', dateOptional: true } as const
    expect(next(ticket('new'), { kind: 'agent-reply', state: waiting })).toEqual({
      ok: true,
      state: ticket('pending reminder', { pendingUntil: null }),
      stateChange: 'given',
    })
    expect(code(next(ticket('new'), { kind: 'agent-reply', state: { to: 'pending auto' } }))).toBe('ticket.pending-needs-date')
  })
})

describe('lock and owner', () => {
  it('taking locks and owns, unless somebody else holds the lock', () => {
    expect(after(next(ticket('new', { ownerId: null }), { kind: 'take', by: '9' }))).toEqual(ticket('new', { ownerId: '9', lock: 'lock' }))
    expect(after(next(ticket('new'), { kind: 'take', by: '9' })).ownerId).toBe('9')
    const held = ticket('open', { lock: 'lock' })
    expect(code(next(held, { kind: 'take', by: '9' }))).toBe('ticket.locked-by-other')
    expect(after(next(held, { kind: 'take', by: '9', fromOther: true })).ownerId).toBe('9')
    expect(next(held, { kind: 'take', by: '7' })).toEqual({ ok: true, state: held })
  })

  it('releasing keeps the owner', () => {
    expect(after(next(ticket('open', { lock: 'tmp_lock' }), { kind: 'release' }))).toEqual(ticket('open'))
  })

  it('a locked ticket has an owner', () => {
    expect(code(next(ticket('open', { ownerId: null }), { kind: 'set-lock', lock: 'lock' }))).toBe('ticket.lock-needs-owner')
    expect(after(next(ticket('open', { lock: 'lock' }), { kind: 'set-owner', ownerId: null })).lock).toBe('unlock')
    expect(after(next(ticket('open', { lock: 'lock' }), { kind: 'set-owner', ownerId: '9' })).lock).toBe('lock')
  })
})

describe('time and merging', () => {
  it('a pending auto ticket closes and unlocks when its time has come, not before', () => {
    const waiting = ticket('pending auto', { lock: 'lock' })
    expect(next(waiting, { kind: 'pending-elapsed', at: MONDAY })).toEqual({
      ok: true,
      state: ticket('closed'),
      stateChange: 'after-pending',
    })
    const early = new Date(MONDAY.getTime() - 1)
    expect(next(waiting, { kind: 'pending-elapsed', at: early })).toEqual({ ok: true, state: waiting })
  })

  it('changes nothing else, so that a job may come late or twice', () => {
    for (const type of STATE_TYPES.filter((type) => type !== 'pending auto')) {
      expect(next(ticket(type), { kind: 'pending-elapsed', at: TUESDAY })).toEqual({ ok: true, state: ticket(type) })
    }
  })

  it('merging is final, and not for what is removed', () => {
    const merged = next(ticket('pending reminder', { lock: 'lock' }), { kind: 'merge' })
    expect(merged).toEqual({ ok: true, state: ticket('merged'), stateChange: 'merged' })
    expect(code(next(ticket('merged'), { kind: 'merge' }))).toBe('ticket.merged-is-final')
    expect(code(next(ticket('removed'), { kind: 'merge' }))).toBe('ticket.removed-needs-set-state')
  })
})

const dates = fc.constantFrom(null, MONDAY, TUESDAY)
const chosen = fc.record({ to: fc.constantFrom(...STATE_TYPES), pendingUntil: dates, dateOptional: fc.boolean() }, { requiredKeys: ['to'] })
const persons = fc.constantFrom('7', '8', '9')
const plainReply = fc.record({
  kind: fc.constant('customer-reply' as const),
  followUpLock: fc.boolean(),
  ownerUsable: fc.boolean(),
  ownerOutOfOffice: fc.boolean(),
})
const changes: fc.Arbitrary<Change> = fc.oneof(
  chosen.map((state) => ({ kind: 'set-state' as const, ...state })),
  plainReply,
  fc.tuple(plainReply, chosen, fc.boolean()).map(([change, state, keepState]) => ({ ...change, state, keepState })),
  fc.constant({ kind: 'agent-reply' as const }),
  chosen.map((state) => ({ kind: 'agent-reply' as const, state })),
  fc.record({ kind: fc.constant('take' as const), by: persons, fromOther: fc.boolean() }),
  fc.constant({ kind: 'release' as const }),
  fc.record({ kind: fc.constant('set-owner' as const), ownerId: fc.option(persons) }),
  fc.record({ kind: fc.constant('set-lock' as const), lock: fc.constantFrom('unlock', 'lock', 'tmp_lock') }),
  fc.record({ kind: fc.constant('pending-elapsed' as const), at: fc.constantFrom(MONDAY, TUESDAY) }),
  // Rare, for it ends the story.
  fc.constantFrom({ kind: 'merge' as const }, ...Array.from({ length: 9 }, () => ({ kind: 'release' as const }))),
)

describe('over any sequence of changes', () => {
  it('every state reached is a valid one, and every step keeps the rules', () => {
    const types = fc.constantFrom('new', 'open', 'closed')
    fc.assert(
      fc.property(types, fc.array(changes, { maxLength: 40 }), (type, sequence) => {
        let state: MachineState = ticket(type, { ownerId: null })
        for (const change of sequence) {
          const before = structuredClone(state)
          const outcome = next(state, change)
          expect(state).toEqual(before)
          if (!outcome.ok) {
            expect(STATE_REFUSALS).toContain(outcome.code)
            continue
          }
          state = outcome.state
          expect(STATE_TYPES).toContain(state.type)
          if (!isPending(state.type)) expect(state.pendingUntil).toBeNull()
          if (state.type === 'pending auto') expect(state.pendingUntil).not.toBeNull()
          if (state.lock !== 'unlock') expect(state.ownerId).not.toBeNull()
          if (before.type === 'merged') expect(state).toEqual(before)
          if (state.type === 'merged' && before.type !== 'merged') expect(change.kind).toBe('merge')
          const explicit = change.kind === 'set-state' || (change.kind === 'agent-reply' && change.state !== undefined)
          if (before.type === 'removed' && !explicit) expect(state.type).toBe('removed')
          if (change.kind === 'customer-reply' && !change.state && before.type !== state.type) expect(state.type).toBe('open')
          if (state.type !== before.type) expect(outcome.stateChange).toBeDefined()
          const finished = state.type !== before.type && ['closed', 'removed', 'merged'].includes(state.type)
          if (finished) expect(state.lock).toBe('unlock')
        }
      }),
      { numRuns: 500 },
    )
  })

  it('an act done twice is done once: a second click or a job run again changes nothing', () => {
    const repeatable = changes.filter((change) => change.kind !== 'merge' && change.kind !== 'customer-reply')
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 15 }), repeatable, (sequence, last) => {
        let state = ticket('new')
        for (const change of sequence) {
          const outcome = next(state, change)
          if (outcome.ok) state = outcome.state
        }
        const once = next(state, last)
        if (!once.ok) return
        expect(after(next(once.state, last))).toEqual(once.state)
      }),
      { numRuns: 500 },
    )
  })
})
