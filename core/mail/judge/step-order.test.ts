import { expect, test } from 'vitest'
import type { AnyPlugin } from '../../run/load-plugins.ts'
import { ORDER } from './order.ts'
import { orderSteps } from './step-order.ts'

const run = () => undefined
const plugin = (name: string, steps: Record<string, object>): AnyPlugin =>
  ({
    name,
    api: 1,
    scope: 'unit',
    mailSteps: Object.fromEntries(Object.entries(steps).map(([key, where]) => [key, { ...where, run }])),
  }) as AnyPlugin
const names = (...plugins: AnyPlugin[]) => orderSteps(plugins).map(({ name }) => name)

test("without plugins it is core's order", () => {
  expect(names()).toEqual(ORDER.map(({ name }) => name))
})
test('a step comes right behind, or right ahead of, what it names; without a name last', () => {
  const order = names(plugin('faq', { behind: { after: 'sender' }, ahead: { before: 'destination' }, last: {} }))
  expect(order.indexOf('faq/behind')).toBe(order.indexOf('sender') + 1)
  expect(order.indexOf('faq/ahead')).toBe(order.indexOf('destination') - 1)
  expect(order.at(-1)).toBe('faq/last')
})
test('several at one spot stand in the order in which their plugins are loaded', () => {
  const order = names(plugin('b', { x: { after: 'destination' } }), plugin('a', { x: { after: 'destination' } }))
  expect(order.slice(-3)).toEqual(['destination', 'b/x', 'a/x'])
})
test("a step may name another plugin's, loaded before or after it", () => {
  const order = names(
    plugin('a', { x: { after: 'b/y' } }),
    plugin('b', { y: { after: 'bounce' } }),
    plugin('c', { z: { before: 'a/x', after: 'b/y' } }),
  )
  expect(order.filter((name) => name.includes('/'))).toEqual(['b/y', 'c/z', 'a/x'])
  expect(order.filter((name) => !name.includes('/'))).toEqual(ORDER.map(({ name }) => name))
})
test("what core's order forbids is refused", () => {
  expect(() => names(plugin('a', { x: { after: 'destination', before: 'loop' } }))).toThrow(/wait for each other in a circle/)
})
