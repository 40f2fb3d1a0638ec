import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { route, type RoutingTable } from './route.ts'

// root 1 ← faculty 2 ← dean's office 3; faculty 4
const table = (optedIn: string[], routes: RoutingTable['routes']): RoutingTable => ({
  units: new Map(
    [
      ['1', null],
      ['2', '1'],
      ['3', '2'],
      ['4', '1'],
    ].map(([id, parentId]) => [id!, { id: id!, parentId: parentId ?? null, optedIn: optedIn.includes(id!) }]),
  ),
  routes,
})
const HMS = '7'
const MAIL = '8'

describe('routing', () => {
  const routes = [
    { unitId: '1', topicId: MAIL, queueId: 'mail' },
    { unitId: '2', topicId: HMS, queueId: 'faculty' },
    { unitId: '3', topicId: HMS, queueId: 'office' },
  ]
  it('a unit that opted in and took the topic answers itself', () => {
    expect(route(table(['2', '3'], routes), '3', HMS)).toMatchObject({
      queueId: 'office',
      rule: 'unit-topic',
      why: { via: [{ unitId: '3', said: 'taken' }] },
    })
  })
  it('a unit that has not opted in hands on to its parent: the faculty takes HMS for its offices', () => {
    expect(route(table(['2'], routes), '3', HMS)).toMatchObject({
      queueId: 'faculty',
      why: {
        via: [
          { unitId: '3', said: 'not-opted-in' },
          { unitId: '2', said: 'taken' },
        ],
      },
    })
  })
  it('a topic that no unit took goes to central IT, and in the end to the reception', () => {
    expect(route(table(['2', '3'], routes), '3', MAIL)).toMatchObject({ queueId: 'mail', rule: 'unit-topic' })
    expect(route(table(['2', '3'], routes), '3', '9')).toMatchObject({ queueId: null, rule: 'unit-central' })
  })
  it('a queue for everything else comes after the one for the very topic', () => {
    const all = [...routes, { unitId: '3', topicId: null, queueId: 'rest' }]
    expect(route(table(['3'], all), '3', HMS).queueId).toBe('office')
    expect(route(table(['3'], all), '3', MAIL)).toMatchObject({ queueId: 'rest', rule: 'unit-rest' })
    expect(route(table(['3'], all), '3', null).queueId).toBe('rest')
  })
  it('whoever belongs to no unit is answered by central IT', () => {
    expect(route(table(['2', '3'], routes), null, MAIL).queueId).toBe('mail')
    expect(route(table(['2', '3'], routes), '99', HMS).queueId).toBeNull()
  })

  it('in every tree: the queue is one that a unit on the way upwards took, the nearest that could', () => {
    const ids = ['1', '2', '3', '4', '5', '6']
    const anyTable = fc.record({
      parents: fc.tuple(...ids.slice(1).map((_, i) => fc.integer({ min: 0, max: i }))),
      optedIn: fc.subarray(ids),
      routes: fc.array(
        fc.record({ unitId: fc.constantFrom(...ids), topicId: fc.constantFrom(null, 'a', 'b'), queueId: fc.constantFrom('q', 'r', 's') }),
      ),
      from: fc.constantFrom(...ids),
      topic: fc.constantFrom(null, 'a', 'b'),
    })
    fc.assert(
      fc.property(anyTable, ({ parents, optedIn, routes: wanted, from, topic }) => {
        const parentOf = (id: string): string | null => (id === '1' ? null : ids[parents[Number(id) - 2]!]!)
        const units = new Map(ids.map((id) => [id, { id, parentId: parentOf(id), optedIn: optedIn.includes(id) }]))
        const found = route({ units, routes: wanted }, from, topic)
        const way: string[] = []
        for (let at: string | null = from; at !== null; at = parentOf(at)) way.push(at)
        const could = way.find(
          (id) =>
            (id === '1' || optedIn.includes(id)) &&
            wanted.some((one) => one.unitId === id && (one.topicId === topic || one.topicId === null)),
        )
        expect(found.why.via.map(({ unitId }) => unitId)).toEqual(could === undefined ? way : way.slice(0, way.indexOf(could) + 1))
        expect(found.queueId === null).toBe(could === undefined)
        if (found.queueId !== null)
          expect(wanted).toContainEqual({ unitId: could, topicId: found.rule === 'unit-topic' ? topic : null, queueId: found.queueId })
        // A child that says nothing itself is answered as its parent is.
        const child = { id: 'child', parentId: from, optedIn: false }
        expect(route({ units: new Map([...units, ['child', child]]), routes: wanted }, 'child', topic).queueId).toBe(found.queueId)
      }),
      { numRuns: 500 },
    )
  })
})
