/** A theme is chosen by the configuration: by name or path, whole or refused with a sentence. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSite } from '../../test/web.ts'
import { loadConfig } from './config.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pomoc-theme-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** Each folder has a name of its own: a module is read once. */
function writeTheme(folder: string, files: Record<string, string>): void {
  mkdirSync(join(dir, folder))
  for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files }))
    writeFileSync(join(dir, folder, name), text)
}
function load(theme: string) {
  mkdirSync(join(dir, 'config'), { recursive: true })
  writeFileSync(join(dir, 'config', 'local.ts'), `export default { theme: ${JSON.stringify(theme)} }`)
  return loadConfig({ dir, env: {} })
}
const DARK = {
  'theme.ts': `export default {
    files: { 'serif.woff2': './serif.woff2', 'logo.svg': './emblem.svg', 'style.css': ['./base.css', './colours.css'] } as Record<string, string | string[]>,
    fonts: ['serif.woff2'], tokens: { card: { light: '#fff8e7', dark: '#221133' } },
  }`,
  'serif.woff2': 'wOF2',
  'emblem.svg': '<svg xmlns="http://www.w3.org/2000/svg"><title>Uniwersytet</title></svg>',
  'base.css': 'body { font: 1em serif }\n@font-face { src: url(serif.woff2) }',
  'colours.css': 'body { color: purple }',
}

test('pages look as the configured theme says', async () => {
  writeTheme('royal', DARK)
  const { theme } = await load('./royal')
  const site = await openSite([], { theme })
  try {
    const visitor = site.visitor()
    const text = await (await visitor.get('/nothing-here')).text()
    expect(text).toContain('<meta name="theme-color" content="#fff8e7" media="(prefers-color-scheme: light)"/>')
    const [, style] = /<link rel="stylesheet" href="([^"]+\/style\.css)"/.exec(text)!
    const [, font] = /<link rel="preload" href="([^"]+\/serif\.woff2)" as="font"/.exec(text)!
    expect(await (await visitor.get(style!)).text()).toBe(
      `body { font: 1em serif }\n@font-face { src: url(${font!}) }\nbody { color: purple }`,
    )
    expect((await visitor.get('/favicon.ico')).headers.get('location')).toMatch(/logo\.svg$/)
    expect(text).not.toContain('inter-latin')
  } finally {
    await site.close()
  }
})

test('without a word it is the default one, whose fonts stand before the sheet that names them', async () => {
  const { theme } = await loadConfig({ dir, env: {} })
  expect(theme.fonts).toEqual(['inter.woff2', 'inter-polish.woff2'])
  expect(Object.keys(theme.files)).toEqual([
    'inter-latin.woff2',
    'inter-latin-ext.woff2',
    'inter.woff2',
    'inter-polish.woff2',
    'logo.svg',
    'style.css',
  ])
})

test.for([
  [
    'no-such',
    {},
    /^The theme “no-such” is not there, .*\/themes\/no-such has no theme\.ts: correct it, or “theme” in config\/local\.ts\.$/,
  ],
  ['./absent', {}, /^The theme “\.\/absent” is not there/],
  ['', {}, /^theme in config\/local\.ts is "": write the name of a folder in themes\/, or a path/],
  ['a/b', {}, /^theme in config\/local\.ts is "a\/b": write the name of a folder/],
  ['./broken', { 'theme.ts': 'export default {' }, /^The theme “\.\/broken” cannot be loaded \(.*\): correct it/],
  [
    './bare',
    { 'theme.ts': 'export default { files: { "style.css": "./base.css" }, tokens: { card: { light: "#ffffff", dark: "#000000" } } }' },
    /^The theme “\.\/bare” is not whole, see “default\.files\.logo\.svg” in /,
  ],
  [
    './gone',
    { ...DARK, 'theme.ts': DARK['theme.ts'].replace('./colours.css', './colors.css') },
    /^The theme “\.\/gone” names the file “\.\/colors\.css”, which is not there/,
  ],
  [
    './fontless',
    { ...DARK, 'theme.ts': DARK['theme.ts'].replace(`fonts: ['serif`, `fonts: ['sans`) },
    /^The theme “\.\/fontless” has no file “sans\.woff2”, which stands among its fonts/,
  ],
] as const)('one that is not there or not whole is refused with a sentence: %s', async ([theme, files, sentence]) => {
  if (Object.keys(files).length > 0) writeTheme(theme.slice(2), files)
  await expect(load(theme)).rejects.toThrow(sentence)
})
