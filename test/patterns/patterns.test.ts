/** Holds that no regular expression works longer than its text warrants: each one of the sources is tried with texts made to hurt it. */
import { expect, test } from 'vitest'
import { attacksOn, textOf } from './attacks.ts'
import { growsFasterThanItsText } from './growth.ts'
import { MADE, NO_STRANGERS } from './known.ts'
import { patternsIn, patternsOf } from './sources.ts'

const all = patternsOf(['core', 'plugins', 'themes', 'config', 'migrations'])
const key = ({ file, text }: { file: string; text: string }) => `${file}: ${text}`

test('twice the text takes about twice the time, for every pattern of which nobody says why it need not', () => {
  const excused = new Set(NO_STRANGERS.map(key))
  const tried = new Map<string, ReturnType<typeof growsFasterThanItsText>>()
  const slow = all.flatMap((one) => {
    if (!one.pattern || excused.has(key(one))) return []
    if (!tried.has(one.text)) tried.set(one.text, growsFasterThanItsText(one.pattern))
    const attack = tried.get(one.text)
    return attack ? [`${key(one)} – try ${JSON.stringify(textOf(attack, 12 * attack.pump.length).slice(0, 80))} and more of it`] : []
  })
  expect(slow).toEqual([])
})

test('a pattern that is put together when the program runs has examples, or a reason', () => {
  const known = new Map(MADE.map((one) => [key(one), one]))
  expect(all.filter((one) => !one.pattern && !known.has(key(one))).map(key)).toEqual([])
  for (const { examples = [], why, ...one } of MADE) {
    expect(examples.length > 0 || Boolean(why), key(one)).toBe(true)
    for (const example of examples) expect(growsFasterThanItsText(example), `${key(one)}: ${example}`).toBeUndefined()
  }
})

test('what is said of patterns is said of ones that stand there', () => {
  const there = new Set(all.map(key))
  expect([...NO_STRANGERS, ...MADE].map(key).filter((one) => !there.has(one))).toEqual([])
})

test('patterns that backtrack are found: these were ours', () => {
  for (const pattern of [
    /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/,
    /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]+(?=@[\p{L}\p{N}-]+\.)/gu,
    /^\s*([+-]?)\s*(\d{1,9})\s*([smhd]?)\s*$/,
    /^["']+|["']+$/g,
    /<[^>]*>\s*$/,
    /^(a+)+$/,
    /x.*y.*z/,
  ])
    expect(growsFasterThanItsText(pattern), String(pattern)).toBeDefined()
})

test('patterns that do not are let pass', () => {
  for (const pattern of [/^[a-z]+$/, /\s+/g, /<!--/, /(?<!\s)\s+$/, /[^<>]{1,996}/g, /^(\d{4})-(\d\d)$/])
    expect(growsFasterThanItsText(pattern), String(pattern)).toBeUndefined()
  expect(attacksOn(/^(\d{4})-(\d\d)$/)).toEqual([])
})

test('patterns are found wherever they stand, and nothing that only looks like one', () => {
  const source =
    "const a = b / c / d; const s = '/x/'; // /y/\nconst found = [/[/]x+/g.exec(`${/in/u}`), RegExp('z'), new globalThis.RegExp(s)]"
  expect(patternsIn('made.ts', source).map(({ text }) => text)).toEqual(['/[/]x+/g', '/in/u', "RegExp('z')", 'new globalThis.RegExp(s)'])
})
