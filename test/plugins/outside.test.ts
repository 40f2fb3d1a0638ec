/** Plugins from outside: how they are found, and whose libraries they get. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, describe, expect, test } from 'vitest'
import { refused, Refusal } from '../../core/errors.ts'
import { definePlugin } from '../../core/kernel/contract.ts'
import { loadPlugins } from '../../core/run/load-plugins.ts'
import { findPlugin } from '../../core/run/plugins.ts'
import { removePackages, writePackage } from './house.ts'

afterAll(removePackages)

/** What it got is told by what it exports. */
const TELLS = `
import { definePlugin, refused, Refusal } from 'pomoc'
import { Hono } from 'hono'
import { own } from './own.ts'
export const got = { definePlugin, Refusal, Hono, own, refusal: refused('conflict') }
export default definePlugin({ name: 'tells', api: 1, scope: 'unit', slots: { 'page.footer': { order: 1, render: () => <b>{own}</b> } } })
`
const files = (folder = '') => ({
  [`${folder}index.tsx`]: TELLS,
  [`${folder}own.ts`]: 'export enum Own { Value = 1 }\nexport const own: number = Own.Value\n',
})
type Told = { got: { definePlugin: unknown; Refusal: unknown; Hono: unknown; own: number; refusal: unknown } }
const expectOurs = (module: unknown) => {
  const { got } = module as Told
  expect(got.definePlugin).toBe(definePlugin)
  expect(got.Refusal).toBe(Refusal)
  expect(got.Hono).toBe(Hono)
  expect(got.refusal).toBeInstanceOf(refused('conflict').constructor)
  expect(got.own).toBe(1)
}

describe('a plugin is found', () => {
  test("as a folder, or a file, by a path from the configuration's folder", async () => {
    const dir = writePackage(files('mine/'))
    expectOurs(await findPlugin('./mine', dir))
    expectOurs(await findPlugin(join(dir, 'mine', 'index.tsx'), dir))
  })
  test('as an npm package, in TypeScript too, through a link as well', async () => {
    const dir = writePackage({
      ...files('node_modules/pomoc-tells/'),
      'node_modules/pomoc-tells/package.json': '{ "type": "module", "exports": { ".": { "import": "./index.tsx" } } }',
    })
    expectOurs(await findPlugin('pomoc-tells', dir))
    const elsewhere = writePackage({ 'node_modules/.keep': '' })
    symlinkSync(join(dir, 'node_modules', 'pomoc-tells'), join(elsewhere, 'node_modules', 'pomoc-tells'))
    expectOurs(await findPlugin('pomoc-tells', elsewhere))
  })
  test('and copies of shared libraries beside it are passed over', async () => {
    const dir = writePackage(files())
    mkdirSync(join(dir, 'node_modules', 'hono'), { recursive: true })
    writeFileSync(join(dir, 'node_modules', 'hono', 'package.json'), '{ "type": "module", "main": "index.js" }')
    writeFileSync(join(dir, 'node_modules', 'hono', 'index.js'), 'export class Hono {}')
    expectOurs(await findPlugin(dir))
  })
})

describe('a plugin that cannot be had is told in one sentence', () => {
  const load = (name: string, dir?: string) => loadPlugins([name], (one) => findPlugin(one, dir))
  test.each([
    ['a path where nothing is', './nowhere', /^Plugin “\.\/nowhere” is not there: correct its path in “plugins”/],
    ['a package nobody installed', 'pomoc-nothing', /^Plugin “pomoc-nothing” is not there: install it with “npm install pomoc-nothing”/],
  ])('%s', async (_name, name, sentence) => {
    await expect(load(name, writePackage({}))).rejects.toThrow(sentence)
  })
  test('a folder without an entry', async () => {
    await expect(load(writePackage({ 'readme.txt': '' }))).rejects.toThrow(/has no index\.ts, index\.tsx or index\.js/)
  })
  test('code that does not compile, or asks the door for what it has not', async () => {
    await expect(load(writePackage({ 'index.ts': 'export default {' }))).rejects.toThrow(/cannot be loaded \(.*\): correct its code/)
    await expect(load(writePackage({ 'index.ts': "import { nonsense } from 'pomoc'\nexport default nonsense" }))).rejects.toThrow(
      /cannot be loaded \(.*nonsense.*\): correct its code/,
    )
  })
})
