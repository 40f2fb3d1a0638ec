import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../../test/web.ts'
import { definePlugin } from '../kernel/contract.ts'
import { refused, type ErrorCode } from '../errors.ts'
import { readFields } from './forms.ts'
import { page } from './page.tsx'
import { CsrfField } from './parts/fields.tsx'

const trial = definePlugin({
  name: 'trial',
  api: 1,
  scope: 'installation',
  routes(app) {
    app.get('/form', (c) =>
      page(c, {
        title: 'Form',
        body: (
          <form method="post">
            <CsrfField c={c} />
            <textarea name="text" />
          </form>
        ),
      }),
    )
    app.post('/form', async (c) => c.text(`got ${(await readFields(c))['text']}`))
    app.get('/refuse/:code', (c) => {
      throw refused(c.req.param('code') as ErrorCode, { minutes: 3 })
    })
    app.get('/break', () => {
      throw new Error('a secret of the program')
    })
    app.get('/long', (c) => page(c, { title: 'Long', body: <p>{'x'.repeat(2000)}</p> }))
    app.get('/slot', (c) => page(c, { title: 'Slot', body: <p>body</p> }))
  },
  slots: {
    'page.footer': {
      order: 1,
      render: (_props, c) => {
        if (c.req.path === '/slot') throw new Error('faulty')
        return <p>footer</p>
      },
    },
  },
})

let site: Site
beforeAll(async () => {
  site = await openSite([trial])
})
afterAll(() => site.close())

const POLICY = /default-src 'none'; script-src 'nonce-[\w+/=]{20,}'; style-src 'self'/

describe('security headers', () => {
  it.each(['/form', '/nowhere', '/break', '/refuse/not-allowed', '/health/live', '/preferences'])('stand on %s', async (path) => {
    const { headers } = await site.visitor().get(path)
    expect(headers.get('content-security-policy')).toMatch(POLICY)
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe-(inline|eval)/)
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
  })
  it('give each answer a nonce of its own, and scripts carry it', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const response = await site.visitor().get('/form')
        const nonce = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy')!)![1]!
        const scripts = (await response.text()).match(/<script[^>]*>/g)!
        expect(scripts.every((script) => script.includes(`nonce="${nonce}"`))).toBe(true)
        return nonce
      }),
    )
    expect(nonces[0]).not.toBe(nonces[1])
  })
})

describe('static files', () => {
  it('are served under their hash, for ever, with their type', async () => {
    const html = await (await site.visitor().get('/form')).text()
    for (const [name, type] of [
      ['style.css', 'text/css'],
      ['app.js', 'text/javascript'],
      ['logo.svg', 'image/svg+xml'],
      ['inter.woff2', 'font/woff2'],
    ] as const) {
      const path = new RegExp(`/static/[0-9a-f]{16}/${name.replace('.', '\\.')}`).exec(html)![0]
      const response = await site.visitor().get(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toContain(type)
      expect(response.headers.get('cache-control')).toContain('immutable')
      if (name === 'style.css') expect(await response.text()).toMatch(/url\(\/static\/[0-9a-f]{16}\/inter\.woff2\)/)
      // A reload asks again, and has it.
      const again = await site.visitor().get(path, { 'if-none-match': response.headers.get('etag')! })
      expect([again.status, await again.text()]).toEqual([304, ''])
    }
  })
  it('are sent as small as the browser can read them, and so are pages', async () => {
    const [html, visitor] = [await (await site.visitor().get('/form')).text(), site.visitor()]
    const path = /\/static\/[0-9a-f]{16}\/style\.css/.exec(html)![0]
    const plain = Buffer.from(await (await visitor.get(path)).arrayBuffer())
    const sent = async (accepts: string, from = path) => {
      const response = await visitor.get(from, { 'accept-encoding': accepts })
      return [response.headers.get('content-encoding'), Buffer.from(await response.arrayBuffer())] as const
    }
    const [br, small] = await sent('gzip, deflate, br')
    expect([br, brotliDecompressSync(small).equals(plain), small.length < plain.length / 3]).toEqual(['br', true, true])
    const [gzip, less] = await sent('gzip, br;q=0')
    expect([gzip, gunzipSync(less).equals(plain)]).toEqual(['gzip', true])
    expect(await sent('identity')).toEqual([null, plain])
    const [encoding, page] = await sent('gzip', '/long')
    expect([encoding, gunzipSync(page).toString().includes('x'.repeat(2000))]).toEqual(['gzip', true])
  })
  it('are not found under another hash', async () => {
    expect((await site.visitor().get('/static/0000000000000000/style.css')).status).toBe(404)
  })
})

describe('forms', () => {
  it('carry a token that looks otherwise in each answer, so that nothing is learned from the length of compressed ones', async () => {
    const somebody = site.visitor()
    const tokens: string[] = []
    for (let n = 0; n < 2; n++) {
      await somebody.get('/form')
      tokens.push(somebody.token)
    }
    expect(tokens[0]).not.toBe(tokens[1])
    for (const token of tokens) expect((await somebody.post('/form', { text: 'a' }, { token })).status).toBe(200)
    expect((await somebody.post('/form', { text: 'a' }, { token: `${tokens[0]!.slice(0, -3)}AAA` })).status).toBe(403)
  })
  it('are accepted with the token of the page', async () => {
    const somebody = site.visitor()
    await somebody.get('/form')
    const response = await somebody.post('/form', { text: 'ok' })
    expect([response.status, await response.text()]).toEqual([200, 'got ok'])
  })
  it("are refused without a token, with another one, and with another visitor's", async () => {
    const [somebody, other] = [site.visitor(), site.visitor()]
    await somebody.get('/form')
    await other.get('/form')
    for (const token of [null, 'x', other.token]) {
      expect((await somebody.post('/form', { text: 'a' }, { token })).status).toBe(403)
    }
    const stranger = site.visitor()
    expect((await stranger.post('/form', { text: 'a' }, { token: '' })).status).toBe(403)
  })
  it('from another site are refused whatever they carry', async () => {
    const somebody = site.visitor()
    await somebody.get('/form')
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const response = await somebody.post('/form', { text: 'kept' }, { headers: headers as Record<string, string> })
      expect(response.status).toBe(403)
      expect(await response.text()).not.toContain('kept')
    }
  })
  it('with an old token come back with what was typed, and go through the second time', async () => {
    const somebody = site.visitor()
    await somebody.get('/form')
    const response = await somebody.post('/form', { text: 'długi list\nw dwóch wierszach' }, { token: 'old' })
    const html = await response.text()
    expect(response.status).toBe(403)
    expect(html).toContain('długi list\nw dwóch wierszach')
    expect(html).toContain('action="/form"')
    expect((await somebody.post('/form', { text: 'again' })).status).toBe(200)
  })
  it('never show a password again', async () => {
    const somebody = site.visitor()
    await somebody.get('/form')
    expect(await (await somebody.post('/form', { login: 'jan', password: 'tajne' }, { token: 'old' })).text()).not.toContain('tajne')
  })
  it('a token of one session is worth nothing in another', async () => {
    const [one, other] = await Promise.all([site.loggedIn(await site.make.person()), site.loggedIn(await site.make.person())])
    await one.get('/form')
    await other.get('/form')
    expect(one.token).not.toBe(other.token)
    expect((await one.post('/form', { text: 'a' }, { token: other.token })).status).toBe(403)
    expect((await one.post('/form', { text: 'a' })).status).toBe(200)
  })
  it('that are too large are refused with the limit', async () => {
    const somebody = site.visitor({ 'accept-language': 'en' })
    await somebody.get('/form')
    const response = await somebody.post('/form', { text: 'x'.repeat(2_200_000) })
    expect(response.status).toBe(413)
    expect(await response.text()).toContain('1\u00a0MB at most')
  })
})

describe('error pages', () => {
  it.each([
    ['/form/', '/form'],
    ['/form//?a=b', '/form?a=b'],
    ['/u/WM/nowhere', '/u/wm/nowhere'],
    ['/nowhere', null],
    ['/', null],
    ['//evil.example/', null],
    ['/u/%F0%9F/x', null],
  ])('an address written less exactly leads to the page it means: %s', async (path, expected) => {
    const answer = await site.visitor().get(path)
    expect([answer.headers.get('location'), answer.status]).toEqual([expected, expected === null ? 404 : 302])
  })
  it.each([
    ['pl', '/nowhere', 404, 'Nie ma takiej strony'],
    ['en', '/nowhere', 404, 'There is no such page'],
    ['pl', '/refuse/not-allowed', 403, 'Nie masz prawa'],
    ['en', '/refuse/not-allowed', 403, 'You may not do this'],
    ['pl', '/refuse/login-too-many', 429, 'za 3 min'],
    ['en', '/refuse/unavailable', 503, 'nothing is lost'],
  ])('speak %s on %s', async (language, path, status, words) => {
    const response = await site.visitor({ 'accept-language': language }).get(path)
    const html = await response.text()
    expect(response.status).toBe(status)
    expect(html).toContain(words)
    expect(html).toContain(`<html lang="${language}"`)
    expect(html).toMatch(/<a class="button[^>]*href="\/"/)
  })
  it('a fault shows its number and nothing of the program', async () => {
    const response = await site.visitor().get('/break')
    const html = await response.text()
    expect(response.status).toBe(500)
    expect(html).toContain(response.headers.get('x-request-id')!)
    expect(html).not.toContain('secret of the program')
  })
  it('a fragment that fails goes to the notices, not into its target', async () => {
    const response = await site.visitor().get('/refuse/not-allowed', { 'hx-request': 'true', 'hx-request-type': 'partial' })
    expect(response.headers.get('hx-retarget')).toBe('#notices')
    expect(await response.text()).not.toContain('<html')
  })
  it('a page that needs a login leads there and back', async () => {
    const response = await site.visitor().get('/refuse/login-needed?a=1')
    expect([response.status, response.headers.get('location')]).toEqual([303, '/login?next=%2Frefuse%2Flogin-needed%3Fa%3D1'])
  })
  it('a plugin that fails to fill its place harms no page', async () => {
    const response = await site.visitor().get('/slot')
    expect(response.status).toBe(200)
    expect(await (await site.visitor().get('/form')).text()).toContain('<p>footer</p>')
  })
})

describe('language and colours', () => {
  it('the query is kept, then the cookie counts before what the browser asks for', async () => {
    const somebody = site.visitor({ 'accept-language': 'de, en;q=0.8' })
    expect(await (await somebody.get('/form')).text()).toContain('<html lang="en"')
    expect(await (await somebody.get('/form?lang=pl')).text()).toContain('<html lang="pl"')
    expect(await (await somebody.get('/form')).text()).toContain('<html lang="pl"')
  })
  it("a person's own language comes before the cookie, and the switch changes it", async () => {
    const somebody = await site.loggedIn(await site.make.person({ language: 'en' }))
    expect(await (await somebody.get('/form', { 'accept-language': 'pl' })).text()).toContain('<html lang="en"')
    const response = await somebody.post('/preferences', { language: 'pl', colours: 'dark', back: '//evil.example' })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
    expect(await (await somebody.get('/form')).text()).toContain('<html lang="pl" data-colours="dark"')
  })
})

describe('health', () => {
  it('says live and ready', async () => {
    expect(await (await site.visitor().get('/health/live')).text()).toBe('live\n')
    expect((await site.visitor().get('/health/ready')).status).toBe(200)
  })
})

describe('live', () => {
  it('needs a login, and the right to the ticket', async () => {
    const ticket = await site.make.ticket()
    expect((await site.visitor().get(`/live?ticket=${ticket.id}`, { accept: 'text/event-stream' })).status).toBe(303)
    const stranger = await site.loggedIn(await site.make.person())
    expect((await stranger.get(`/live?ticket=${ticket.id}`)).status).toBe(404)
    expect((await stranger.get('/live?ticket=x')).status).toBe(404)
  })
})
