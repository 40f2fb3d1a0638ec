/** Finding tickets by what somebody types: words in any order, numbers however they are written. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../database/database.ts'
import type { Access } from '../kernel/actor.ts'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import { searchPersons } from '../person/person-search.ts'
import { countPersons } from '../person/person-list.ts'
import { countTickets } from './ticket-count.ts'
import { listTickets, SORTED_TICKETS, sortsNewest, ticketMeant } from './ticket-list.ts'
import { searchCondition } from './ticket-search.ts'

let opened: OpenDatabase
let make: Maker
let access: Access
let wifi: { id: string; number: string }
let year: { id: string; number: string }
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  access = (await make.actor(await make.agent({ 1: ['rw'] }))).access
  const zoe = await make.person({ name: 'Żaneta Łącka-Szukana', address: 'zaneta@student.example' })
  wifi = await make.ticket({ subject: 'Nie działa Wi-Fi w bibliotece', customerId: zoe })
  year = await make.ticket({ subject: 'Rekrutacja 2026: brak dostępu (50%_off)' })
})
afterAll(() => opened?.close())

const found = async (search: string) => (await listTickets(opened.db, access, 'ro', { filter: { search } })).tickets.map(({ id }) => id)

describe('words', () => {
  it.each([
    'nie działa',
    'bibliotece działa',
    'DZIALA bibliotece',
    'lacka',
    'Szukana Żaneta',
    'zaneta@student.example biblio',
    'biblioteka'.slice(0, 8) + ' żaneta',
    '„Wi-Fi”, działa!',
  ])('%j finds it: each of them, in any order, in title, customer or address, without case and marks', async (typed) =>
    expect(await found(typed)).toEqual([wifi.id]),
  )

  it.each(['działa drukarka', 'bibliotece rekrutacja', 'd.iała', 'Wi%Fi'])('%j finds nothing', async (typed) =>
    expect(await found(typed)).toEqual([]),
  )

  it('signs are letters, a year is a word', async () => {
    expect(await found('50%_off')).toEqual([year.id])
    expect(await found('2026 dostępu')).toEqual([year.id])
    expect(await found('2026 biblio')).toEqual([])
  })
})

describe('numbers', () => {
  it('whole, with a hook or without, anywhere in the text', async () => {
    const { number } = wifi
    for (const typed of [
      number,
      `#${number}`,
      `Ticket#${number}`,
      `[Ticket#${number}]`,
      `[Ticket # ${number}]`,
      `Odp: [Ticket#${number}] Pytanie o coś innego`,
    ]) {
      expect(await found(typed), typed).toEqual([wifi.id])
      expect(await ticketMeant(opened.db, access, 'ro', typed), typed).toBe(wifi.id)
    }
  })

  it('by their end, alone or with words', async () => {
    const end = wifi.number.slice(-6)
    expect(await found(end)).toContain(wifi.id)
    expect(await ticketMeant(opened.db, access, 'ro', `#${end}`)).toBe(wifi.id)
    expect(await found(`${end} biblio`)).toEqual([wifi.id])
    expect(await ticketMeant(opened.db, access, 'ro', `${end} biblio`)).toBeUndefined()
  })

  it('by their beginning, which is no single ticket', async () => {
    const begin = wifi.number.slice(0, 8)
    expect((await found(begin)).toSorted()).toEqual([wifi.id, year.id].toSorted())
    expect(await ticketMeant(opened.db, access, 'ro', begin)).toBeUndefined()
  })

  it('of tickets that one may not see find nothing', async () => {
    const nobody = (await make.actor(await make.agent({}))).access
    expect(await ticketMeant(opened.db, nobody, 'ro', wifi.number)).toBeUndefined()
    expect(await ticketMeant(opened.db, nobody, 'ro', wifi.number.slice(-6))).toBeUndefined()
  })
})

it('every way together finds what one condition means, page by page in any order', async () => {
  const words = ['sieć', 'sala', 'ab', 'Łącka', 'druk', 'wi-fi']
  const customers = [null, await make.person({ name: 'Jan Sala' }), await make.person({ name: 'Ewa Drukarz', address: 'wifi@uni.example' })]
  const at = make.now
  const numbers: string[] = []
  for (let n = 0; n < 40; n++) {
    make.now = new Date(at.getTime() + (n % 7) * 1000)
    const title = [words[n % 6], words[(n * 5 + 1) % 6], `nr ${n % 3}`].join(' ')
    numbers.push((await make.ticket({ subject: title, customerId: customers[n % 3] ?? null })).number)
  }
  make.now = at
  const word = fc.oneof(
    fc.constantFrom(...words, 'nr', 's'),
    fc.constantFrom(...numbers),
    fc.constantFrom(...numbers.map((one) => one.slice(-4))),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('created', 'title', 'changed', 'priority'),
      fc.constantFrom('asc', 'desc'),
      async (typed, sort, direction) => {
        const search = typed.join(' ')
        const ids: string[] = []
        for (let after: string | null = null; ; ) {
          const page = await listTickets(opened.db, access, 'ro', {
            filter: { search },
            sort,
            direction,
            limit: 7,
            ...(after ? { after } : {}),
          })
          ids.push(...page.tickets.map(({ id }) => id))
          after = page.after
          if (after === null) break
        }
        const meant = await sql<{ id: string }>`select id from ticket where ${searchCondition(search)!}`.execute(opened.db)
        expect(ids.toSorted()).toEqual(meant.rows.map(({ id }) => id).toSorted())
        expect(await countTickets(opened.db, access, 'ro', { search })).toBe(ids.length)
      },
    ),
    { numRuns: 60 },
  )
})

it('persons are found the same way', async () => {
  for (const typed of ['szukana zaneta', 'LACKA', 'Łącka, Żaneta <zaneta@student.example>', 'student.example żan'])
    expect(
      (await searchPersons(opened.db, typed)).map(({ name }) => name),
      typed,
    ).toEqual(['Żaneta Łącka-Szukana'])
  expect(await searchPersons(opened.db, 'żaneta kowalska')).toEqual([])
  expect(await countPersons(opened.db, { search: 'lacka zaneta' })).toBe(1)
})

describe('orders that no index has', () => {
  it('are made of the newest tickets where closed ones are shown, of all open ones, and pages go through each once', async () => {
    // Titles the other way round: the oldest would come first.
    await sql`insert into ticket (number, title, queue_id, state_id, state_type, priority_id, received_at, created_at, changed_at)
      select 'stary ' || n, 'a' || lpad(n::text, 6, '0'), 1, 2, 'closed', 3, at, at, at
      from generate_series(1, ${SORTED_TICKETS + 5}) n, lateral (select ${make.now}::timestamptz - interval '9000 hours' + n * interval '1 hour' as at) x`.execute(
      opened.db,
    )
    const closed = { filter: { stateTypes: ['closed' as const] }, sort: 'title' as const, direction: 'asc' as const, limit: 500 }
    expect([
      sortsNewest(closed),
      sortsNewest({ ...closed, sort: 'created' }),
      sortsNewest({ sort: 'title', filter: { stateTypes: ['open'] } }),
    ]).toEqual([true, false, false])
    const titles: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await listTickets(opened.db, access, 'ro', { ...closed, after })
      titles.push(...page.tickets.map(({ title }) => title))
      if (!page.after) break
      after = page.after
    }
    expect([titles.length, titles[0], titles.at(-1)]).toEqual([SORTED_TICKETS, 'a000006', `a00${SORTED_TICKETS + 5}`])
    expect(titles).toEqual(titles.toSorted())
  })
})
