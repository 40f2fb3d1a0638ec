/** What is refused before anything runs: one sentence each. */
import { describe, expect, it } from 'vitest'
import { defineTexts } from '../i18n/texts.ts'
import { checkPlugins } from './check-plugins.ts'
import type { AnyPlugin } from './load-plugins.ts'
import { loadPlugins } from './load-plugins.ts'
import { integer } from '../kernel/settings/settings.ts'

const plugin = (name: string, more: Record<string, unknown> = {}): AnyPlugin => ({ name, api: 1, scope: 'unit', ...more }) as AnyPlugin
const words = defineTexts({ label: 'x' }, { label: 'x' })
const check =
  (...plugins: AnyPlugin[]) =>
  () =>
    checkPlugins(plugins)
const render = () => null
const thing = {
  type: 'a/thing',
  right: 'unit',
  lies: 'said',
  words: 'label',
  fields: { name: { words: 'field.name' } },
  way: { noWayBack: 'no-way.secret' },
} as const

describe('a plugin is refused', () => {
  const alone: [string, Record<string, unknown>, RegExp][] = [
    ['written for another contract', { api: 2 }, /“a” is written for contract version 2, this program has 1: install a fitting version/],
    ['without a scope', { scope: 'queue' }, /must say scope: “unit” or “installation”/],
    ['with a word the contract does not know', { slot: {} }, /says “slot”, which the contract does not know/],
    [
      'with a filling that cannot be rendered',
      { slots: { 'page.footer': { order: 1 } } },
      /brings “page.footer” in “slots” without the function “render”/,
    ],
    ['with a filling in no order', { slots: { 'page.footer': { render } } }, /fills the place “page.footer” without an order/],
    [
      'with a filling for a place nobody offers',
      { slots: { 'page.fooder': { order: 1, render } } },
      /fills the place “page.fooder”, which nobody offers/,
    ],
    ['with a fact that tells nobody', { on: { 'ticket.created': true } }, /brings “ticket.created” in “on” without a function/],
    ['with a start in no role', { start: render, startsIn: 'mail' }, /starts in “mail”, which is none of web, smtp, jobs/],
    ['with routes that are none', { routes: {} }, /has “routes”, which must be a function/],
    ['with jobs in a list', { jobs: [] }, /has “jobs”, which must be an object/],
    ["with a job of another's name", { jobs: { 'b/tidy': { run: render } } }, /brings the job “b\/tidy”, whose name must begin with “a\/”/],
    [
      "with a thing of another's name",
      { texts: words, administered: { 'b/thing': { ...thing, type: 'b/thing' } } },
      /administers “b\/thing”, whose name and type must both begin with “a\/”/,
    ],
    [
      'with a thing that stands in the log under another name',
      { texts: words, administered: { 'a/thing': { ...thing, type: 'queue' } } },
      /administers “a\/thing”, whose name and type/,
    ],
    [
      'with a thing of no values',
      { texts: words, administered: { 'a/thing': { ...thing, fields: undefined } } },
      /administers “a\/thing” without its fields, or without a way back/,
    ],
    [
      'with a thing of nobody',
      { texts: words, administered: { 'a/thing': { ...thing, right: undefined as never } } },
      /administers “a\/thing” without saying right/,
    ],
    [
      'with a thing without words',
      { texts: words, administered: { 'a/thing': { ...thing, words: 'nothing' } } },
      /has no text “nothing” in Polish and English for its administered “a\/thing”/,
    ],
    [
      "with a right of another's name",
      { texts: words, permissions: { 'b.edit': 'label' } },
      /brings the right “b.edit”, whose name must begin with “a\.”/,
    ],
    ["with a place of another's name", { places: { 'b.side': 'x' } }, /offers the place “b.side”, whose name must begin with “a\.”/],
    [
      'with a setting that has no words',
      { settings: { many: integer('many', 1) } },
      /has no text “many” in Polish and English for its setting “many”/,
    ],
    [
      'with a setting whose fallback is not valid',
      { texts: words, settings: { many: integer('label', 99, { max: 9 }) } },
      /has a setting “many” whose own fallback is not valid/,
    ],
    [
      'with a guard of no act',
      { guards: { 'ticket.close': { onFault: 'allow', check: render } } },
      /guards “ticket.close”, which is no act \(ticket\.create, /,
    ],
    ['with a guard that does not say what a fault means', { guards: { 'ticket.create': { check: render } } }, /without saying onFault/],
    [
      'with a mail step beside one that is not there',
      { mailSteps: { tag: { after: 'destiny', run: render } } },
      /puts its mail step “tag” next to “destiny”, which there is not \(duplicate, loop/,
    ],
    ['that needs one which is not loaded', { needs: ['portal'] }, /needs “portal”: add it to “plugins”/],
  ]
  it.each(alone)('%s', (_name, more, sentence) => {
    expect(check(plugin('a', more))).toThrow(sentence)
  })
  it('without a proper name', () => {
    for (const name of ['', 'FAQ', 'a b', 'core', '1st']) expect(check(plugin(name))).toThrow(/calls itself “.*”: a name is a–z/)
  })
})

describe('two plugins are refused', () => {
  const both: [string, Record<string, unknown>, RegExp][] = [
    ['that bring the same file', { files: { 'x.css': '/x.css' } }, /Plugins “a” and “b” both bring the file “x.css”: remove one/],
  ]
  it.each(both)('%s', (_name, more, sentence) => {
    expect(check(plugin('a', more), plugin('b', more))).toThrow(sentence)
  })
  it('of one name', () => {
    expect(check(plugin('a'), plugin('a'))).toThrow(/“a” is named twice in “plugins”/)
  })
  it('whose tables would have one name', () => {
    const migrations = { '0001': { up: render } }
    expect(check(plugin('a-b', { migrations }), plugin('a_b'.replace('_', '-'), { migrations }))).toThrow(/named twice/)
  })
  it('whose mail steps wait for each other', () => {
    const step = (after: string) => ({ mailSteps: { x: { after, run: render } } })
    expect(check(plugin('a', step('b/x')), plugin('b', step('a/x')))).toThrow(
      /The mail steps “a\/x”, “b\/x” wait for each other in a circle/,
    )
  })
  it('that need each other in a circle', async () => {
    const modules: Record<string, unknown> = {
      a: { default: plugin('a', { needs: ['b'] }) },
      b: { default: plugin('b', { needs: ['a'] }) },
    }
    await expect(loadPlugins(['a', 'b'], async (name) => modules[name])).rejects.toThrow(/need each other in a circle: a → b → a/)
  })
})

describe('what may be', () => {
  it('a filling for a plugin that is not loaded stays unused', () => {
    expect(check(plugin('a', { slots: { 'faq.item.footer': { order: 1, render } } }))).not.toThrow()
  })
  it('each plugin comes after those it needs, else in the order of the configuration', async () => {
    const modules: Record<string, unknown> = {
      a: { default: plugin('a', { needs: ['c'] }) },
      b: { default: plugin('b') },
      c: { default: plugin('c') },
    }
    expect((await loadPlugins(['a', 'b', 'c'], async (name) => modules[name])).map(({ name }) => name)).toEqual(['c', 'a', 'b'])
  })
  it('a module that cannot be loaded, or has no plugin, is told in a sentence', async () => {
    await expect(loadPlugins(['x'], () => Promise.reject(new Error('no such file')))).rejects.toThrow(
      /“x” cannot be loaded \(no such file\)/,
    )
    await expect(loadPlugins(['x'], async () => ({}))).rejects.toThrow(/“x” has no default export made with definePlugin/)
  })
})
