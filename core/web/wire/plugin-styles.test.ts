import { describe, expect, it } from 'vitest'
import { ownStyles } from './plugin-styles.ts'

const OWN = /:where\([^)]*(?:\[[^\]]*\][^)]*)*\)/g
const seen = (css: string) => ownStyles(css, 'care').replace(OWN, '®').replace(/\s+/g, ' ').trim()

describe('a plugin’s style sheet', () => {
  it('chooses what is its own: by page, frame or class', () => {
    expect(ownStyles('a{}', 'care')).toBe(
      'a:where(.page-of-care, .page-of-care *, .frame-care, .frame-care *, [class^="care-"], [class^="care-"] *, [class*=" care-"], [class*=" care-"] *) {}',
    )
  })

  it.each([
    ['.form > p, main :is(h2, h3) { margin: 0 }', '.form > p®, main :is(h2, h3)® { margin: 0 }'],
    ['.a::after { content: "}{ ,\\"" } .b{x:y}', '.a®::after { content: "}{ ,\\"" } .b® {x:y}'],
    ['a[title="x, {y}"]::before{}', 'a[title="x, {y}"]®::before {}'],
    ['@media (max-width: 900px) { .a, .b { c: d } .e{} }', '@media (max-width: 900px) { .a®, .b® { c: d } .e® {} }'],
    ['@keyframes turn { from { opacity: 0 } to { opacity: 1 } } .a{}', '@keyframes turn { from { opacity: 0 } to { opacity: 1 } } .a® {}'],
    ['@font-face { src: url("a{b") } /* .x { } , */ .a {}', '@font-face { src: url("a{b") } .a® {}'],
    ['@layer one, two; .a { .b { c: d } }', '@layer one, two; .a® { .b { c: d } }'],
    ['.\\31 0\\,a {} .b', '.\\31 0\\,a® {} .b'],
  ])('%s', (css, expected) => expect(seen(css)).toBe(expected))
})
