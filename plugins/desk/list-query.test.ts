import { describe, expect, it } from 'vitest'
import type { Access, OwnField, Queue } from '../../core/index.ts'
import { filtersSet, listUrl, readListQuery, readPlace, sayPlace, toFilter } from './list-query.ts'

const access: Access = { personId: '7', agent: true, admin: false, queueRights: new Map() }
const queue = (id: string, parentId: string | null) => ({ id, parentId, name: id }) as Queue
const visit = {
  own: [],
  access,
  queues: [queue('1', null), queue('2', '1'), queue('3', '2'), queue('9', null)],
  zone: 'Europe/Warsaw',
  now: new Date('2026-11-17T09:15:00Z'),
}
const toTake = { access, at: visit.now }
const take = { kind: 'view', view: 'take' } as const

describe('the address of a list', () => {
  it('says the same when it is read from its own link', () => {
    const query = readListQuery(
      { kind: 'queue', queueId: '1' },
      {
        state: '4',
        priority: '5',
        owner: 'me',
        q: 'żółć & sól',
        from: '2026-11-01',
        to: '2026-11-30',
        below: 'only',
        sort: 'title',
        dir: 'desc',
      },
    )
    const url = new URL(listUrl(query), 'http://x')
    expect(url.pathname).toBe('/desk/queue/1')
    expect(readListQuery(query.place, Object.fromEntries(url.searchParams))).toEqual(query)
  })
  it('leaves out what makes no sense, without an error', () => {
    const query = readListQuery(take, {
      state: "4'; drop",
      priority: 'x',
      owner: '-1',
      from: '31.12.2026',
      to: '2026-02-31',
      sort: 'salary',
      dir: 'up',
      queue: '1 or 1',
    })
    expect(query).toEqual(readListQuery(take, {}))
    expect(listUrl(query)).toBe('/desk/view/take')
  })
  it('begins at the first page when anything but the page changes', () => {
    const query = readListQuery(take, { after: 'abc' })
    expect(listUrl(query, { sort: 'title', dir: 'asc' })).toBe('/desk/view/take?sort=title&dir=asc')
    expect(listUrl(query, { after: query.after! })).toBe('/desk/view/take?after=abc')
  })
  it('names its place for the export and the rail', () => {
    for (const place of [take, { kind: 'queue', queueId: '5' }, { kind: 'search' }] as const)
      expect(readPlace(sayPlace(place))).toEqual(place)
    for (const wrong of [undefined, '', 'view-nothing', 'queue-x', 'elsewhere']) expect(readPlace(wrong)).toBeUndefined()
  })
})

describe('the filter behind it', () => {
  it("is the view's own, with the reader in it", () => {
    expect(toFilter(readListQuery(take, {}), visit)).toEqual({ stateTypes: ['new', 'open'], toTake })
    expect(toFilter(readListQuery({ kind: 'view', view: 'mine' }, {}), visit)).toMatchObject({ owner: '7' })
  })
  it('takes the queues below along, unless told not to', () => {
    expect(toFilter(readListQuery({ kind: 'queue', queueId: '1' }, {}), visit).queueIds).toEqual(['1', '2', '3'])
    expect(toFilter(readListQuery({ kind: 'queue', queueId: '1' }, { below: 'only' }), visit).queueIds).toEqual(['1'])
    expect(toFilter(readListQuery(take, { queue: '2' }), visit).queueIds).toEqual(['2', '3'])
  })
  it("lets a chosen state win over the view's", () => {
    expect(toFilter(readListQuery(take, { state: 'any' }), visit)).toEqual({ toTake })
    expect(toFilter(readListQuery(take, { state: '6' }), visit)).toEqual({ toTake, stateId: '6' })
  })
  it("includes both days, in the site's zone", () => {
    const filter = toFilter(readListQuery(take, { from: '2026-11-01', to: '2026-11-30' }), visit)
    expect(filter.createdFrom!.toISOString()).toBe('2026-10-31T23:00:00.000Z')
    expect(filter.createdTo!.toISOString()).toBe('2026-11-30T23:00:00.000Z')
  })
  it('takes fields of the installation’s own, each as its type is looked for', () => {
    const field = (name: string, type: string) => ({ id: name, name, type }) as OwnField
    const own = [
      field('Sala', 'Text'),
      field('Dzien', 'Date'),
      field('Kiedy', 'DateTime'),
      field('Pilne', 'Checkbox'),
      field('Dom', 'Dropdown'),
    ]
    const asked = {
      'field.Sala': ' 214 ',
      'field.Dzien.to': '2026-11-30',
      'field.Kiedy.from': '2026-11-01',
      'field.Pilne': '0',
      'field.Dom': 'a',
      'field.Nie': 'x',
      'field.Dzien': '2026-11-30',
      'field.Kiedy.to': 'jutro',
    }
    const query = readListQuery(take, asked)
    expect(toFilter(query, { ...visit, own }).ownFields).toEqual([
      { field: own[0], words: '214' },
      { field: own[1], to: new Date('2026-12-01T00:00:00Z') },
      { field: own[2], from: new Date('2026-10-31T23:00:00Z') },
      { field: own[3], is: '0' },
      { field: own[4], is: 'a' },
    ])
    // They stay in the address whatever else is changed, until they are taken off.
    expect(readListQuery(take, Object.fromEntries(new URL(listUrl(query, { sort: 'priority' }), 'http://x').searchParams)).own).toEqual(
      query.own,
    )
    expect(listUrl(query, { own: {} })).not.toContain('field.')
    expect(filtersSet(query)).toBe(8)
  })
  it('counts what the reader set, not the words of a search', () => {
    expect(filtersSet(readListQuery({ kind: 'search' }, { q: 'x' }))).toBe(0)
    expect(filtersSet(readListQuery({ kind: 'search' }, { q: 'x', state: 'open', owner: 'me' }))).toBe(2)
  })
})
