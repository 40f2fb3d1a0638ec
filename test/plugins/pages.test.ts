/** Addresses of plugins' pages: who may claim which. */
import { afterEach, describe, expect, test } from 'vitest'
import { definePlugin } from '../../core/kernel/contract.ts'
import type { AnyPlugin } from '../../core/run/load-plugins.ts'
import { openSite, type Site } from '../web.ts'

let site: Site | undefined
afterEach(async () => {
  await site?.close()
  site = undefined
})
const page = (name: string, ...paths: string[]): AnyPlugin =>
  definePlugin({
    name,
    api: 1,
    scope: 'installation',
    routes(app) {
      for (const path of paths) {
        if (path.includes('*'))
          app.use(path, async (c, next) => {
            await next()
            c.header('x-by', name)
          })
        else app.get(path, (c) => c.text(name))
      }
    },
  })

describe('an address', () => {
  test('that two plugins claim is refused, whatever its parameters are called', async () => {
    await expect(openSite([page('a', '/faq/:id'), page('b', '/faq/:item')])).rejects.toThrow(
      'Plugins “a” and “b” both bring the page GET /faq/:: remove one of them from “plugins”.',
    )
  })
  test("of core's own is refused", async () => {
    await expect(openSite([page('a', '/live')])).rejects.toThrow(/Plugins “pomoc” and “a” both bring the page GET \/live/)
  })
  test("that covers every page is not a plugin's to stand before", async () => {
    await expect(openSite([page('a', '*')])).rejects.toThrow(/“a” puts itself before every page/)
    await expect(openSite([page('a', '/*')])).rejects.toThrow(/“a” puts itself before every page/)
  })
  test("below a plugin's own is its own: middlewares reach no other page", async () => {
    site = await openSite([page('a', '/a/*', '/a/x'), page('b', '/b')])
    const visitor = site.visitor()
    expect((await visitor.get('/a/x')).headers.get('x-by')).toBe('a')
    expect((await visitor.get('/b')).headers.get('x-by')).toBeNull()
  })
  test('whose making fails is told in a sentence', async () => {
    const broken = definePlugin({
      name: 'a',
      api: 1,
      scope: 'unit',
      routes() {
        throw new Error('no such folder')
      },
    })
    await expect(openSite([broken])).rejects.toThrow(
      'Plugin “a” cannot add its pages (no such folder): correct its code, or take it out of “plugins”.',
    )
  })
})
