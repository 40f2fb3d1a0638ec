import { expect, it } from 'vitest'
import { queueTree, queueWithChildren } from './queue-tree.ts'
import { shortName, type Queue } from './queues.ts'

const queue = (id: string, name: string, parentId: string | null = null) => ({ id, name, parentId }) as Queue
const queues = [
  queue('1', 'Żaki'),
  queue('2', 'IT'),
  queue('3', 'IT::Sieć', '2'),
  queue('4', 'IT::Sieć::eduroam', '3'),
  queue('5', 'IT::Łącza', '2'),
  queue('6', 'Dziekanat'),
]
const counts = new Map([
  ['2', { open: 1 }],
  ['3', { open: 2 }],
  ['4', { open: 4 }],
  ['6', { open: 8 }],
])
const all = new Set(queues.map(({ id }) => id))

it('stands parents before children, names as Polish sorts them, and sums upwards', () => {
  expect(queueTree(queues, all, counts).map((node) => `${'-'.repeat(node.depth)}${node.name} ${node.open}`)).toEqual([
    'Dziekanat 8',
    'IT 7',
    '-Łącza 0',
    '-Sieć 6',
    '--eduroam 4',
    'Żaki 0',
  ])
})

it('shows a queue without the right only as the way to one with it, and counts nothing of its own', () => {
  const seen = queueTree(queues, new Set(['4']), new Map([['4', { open: 4 }]]))
  expect(seen.map((node) => [node.name, node.readable, node.own])).toEqual([
    ['IT', false, 0],
    ['Sieć', false, 0],
    ['eduroam', true, 4],
  ])
})

it('keeps children whose parent is switched off', () => {
  expect(
    queueTree(
      queues.filter(({ id }) => id !== '3'),
      all,
      counts,
    ).map((node) => node.name),
  ).toContain('eduroam')
})

it('names a queue with all below it', () => {
  expect(queueWithChildren(queues, '2').toSorted()).toEqual(['2', '3', '4', '5'])
  expect(queueWithChildren(queues, '99')).toEqual(['99'])
})

it('says a queue by its last level, one without levels by its name', () => {
  expect([shortName('IT::Sieć::eduroam'), shortName('Raw')]).toEqual(['eduroam', 'Raw'])
})
