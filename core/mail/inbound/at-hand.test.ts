import { afterEach, expect, it, vi } from 'vitest'
import type { Kysely } from 'kysely'
import type { Database } from '../../database/schema.ts'
import { keepAtHand, takeAtHand } from './at-hand.ts'
import type { InboundRow } from './inbound.store.ts'

const connections = () => ({}) as Kysely<Database>
const mail = (id: string, bytes = 10): InboundRow => ({
  id,
  blobId: id,
  envelopeFrom: 'a@uni.example',
  envelopeTo: 'pomoc@uni.example',
  acceptedAt: new Date(0),
  peerAddress: '127.0.0.1',
  peerName: 'uni.example',
  state: 'accepted',
  attempts: 0,
  raw: Buffer.alloc(bytes),
})

afterEach(() => {
  vi.useRealTimers()
})

it('a mail is given once, and to nobody who reads another database', () => {
  const [one, other] = [connections(), connections()]
  keepAtHand(one, mail('7'))
  expect(takeAtHand(other, '7')).toBeUndefined()
  expect(takeAtHand(one, '7')).toMatchObject({ id: '7' })
  expect(takeAtHand(one, '7')).toBeUndefined()
})

it('what is kept is bounded: those that came first stay, and their going makes room', () => {
  const db = connections()
  const quarter = 2 * 1024 * 1024
  for (const id of ['1', '2', '3', '4', '5']) keepAtHand(db, mail(id, quarter))
  expect(takeAtHand(db, '5')).toBeUndefined()
  expect(takeAtHand(db, '1')).toBeDefined()
  keepAtHand(db, mail('6', quarter))
  expect(takeAtHand(db, '6')).toBeDefined()
  for (const id of ['2', '3', '4']) expect(takeAtHand(db, id)).toBeDefined()
})

it('a mail that nobody asks for within a minute is let go, later ones are not', () => {
  vi.useFakeTimers()
  const db = connections()
  keepAtHand(db, mail('1', 6 * 1024 * 1024))
  vi.advanceTimersByTime(40_000)
  keepAtHand(db, mail('2', 1024))
  vi.advanceTimersByTime(30_000)
  expect(takeAtHand(db, '1')).toBeUndefined()
  // Its room is free again.
  keepAtHand(db, mail('3', 6 * 1024 * 1024))
  expect(takeAtHand(db, '3')).toBeDefined()
  expect(takeAtHand(db, '2')).toBeDefined()
})
