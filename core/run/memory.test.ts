import { expect, it, vi } from 'vitest'
import { LIVE_AGAIN, type Notice } from '../kernel/live.ts'
import { ADMINISTERED, makeMemory, TICKETS } from './memory.ts'

function opened(forgetting = ADMINISTERED) {
  const listeners = new Set<(notice: Notice) => void>()
  const memory = makeMemory({ subscribe: (listener) => (listeners.add(listener), () => {}), stop: async () => {} }, forgetting)
  let stands = 'old'
  let reads = 0
  return {
    ...memory,
    notice: (fact: string, ticket?: string) => listeners.forEach((listener) => listener({ fact, ...(ticket ? { ticket } : {}) })),
    change: (to: string) => void (stands = to),
    ask: (key = 'rules') => memory.remembered(key, async () => (reads++, stands)),
    reads: () => reads,
  }
}

it.each(['admin.changed', 'plugin.activation-changed', LIVE_AGAIN])('reads once, and anew after %s', async (fact) => {
  const m = opened()
  expect([await m.ask(), await m.ask(), m.reads()]).toEqual(['old', 'old', 1])
  m.change('new')
  m.notice('ticket.created')
  expect(await m.ask()).toBe('old')
  m.notice(fact)
  expect([await m.ask(), await m.ask(), m.reads()]).toEqual(['new', 'new', 2])
  expect([await m.ask('others'), m.reads()]).toEqual(['new', 3])
})

it('does not keep what was being read while it changed', async () => {
  const m = opened()
  let answer = (_value: string) => {}
  const slow = m.remembered('rules', () => new Promise<string>((resolve) => void (answer = resolve)))
  m.change('new')
  m.forget()
  answer('old')
  expect([await slow, await m.ask()]).toEqual(['old', 'new'])
})

it('one that fails fails alone: others read for themselves, and nothing is kept of it', async () => {
  const m = opened()
  const failing = m.remembered('rules', () => Promise.reject(new Error('its transaction is over')))
  const meanwhile = m.ask()
  await expect(failing).rejects.toThrow('its transaction is over')
  expect([await meanwhile, await m.ask(), m.reads()]).toEqual(['old', 'old', 1])
})

it('figures of tickets go with any change of a ticket or of administration, and with time', async () => {
  vi.useFakeTimers()
  try {
    const m = opened(TICKETS)
    for (const [fact, ticket] of [['article.created', '7'], ['admin.changed'], [LIVE_AGAIN]] as const) {
      m.change(`before ${fact}`)
      m.forget()
      expect(await m.ask()).toBe(`before ${fact}`)
      m.change('new')
      m.notice('session.ended')
      expect(await m.ask()).toBe(`before ${fact}`)
      m.notice(fact, ticket)
      expect(await m.ask()).toBe('new')
    }
    m.change('later')
    vi.advanceTimersByTime(29_000)
    expect(await m.ask()).toBe('new')
    vi.advanceTimersByTime(2_000)
    expect(await m.ask()).toBe('later')
  } finally {
    vi.useRealTimers()
  }
})
