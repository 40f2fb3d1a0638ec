/** One installation under two names: cookies of each, forms of both, links to the one where the person is. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import portal from '../../plugins/portal/index.tsx'
import { mailLinks } from '../../test/mail-links.ts'
import { givePassword, openSite, PASSWORD, type Site } from '../../test/web.ts'

let site: Site
const proxied = (name: string) => ({ host: name, 'x-forwarded-proto': 'https' })
beforeAll(async () => {
  site = await openSite([portal], {
    baseUrl: 'https://pomoc.uni.example',
    otherUrls: ['https://help.uni.example'],
    trustedProxies: ['192.0.2.7'],
  })
  const id = await site.make.person({ login: 'zofia', address: 'zofia@uni.example' })
  await givePassword(site, id)
})
afterAll(() => site.close())

const linkMailed = async () => {
  await mailLinks(site.kernel.host)
  const { body } = await site.database.db.selectFrom('outbound_mail').select('body').orderBy('id', 'desc').executeTakeFirstOrThrow()
  return /https?:\/\/[^\s]+\/login\/link\//.exec(body!)![0]
}

it.each(['pomoc.uni.example', 'help.uni.example'])('at %s one logs in, with a cookie of this very host', async (name) => {
  const visitor = site.visitor(proxied(name))
  await visitor.get('/login')
  const answer = await visitor.post('/login', { login: 'zofia', password: PASSWORD }, { headers: { origin: `https://${name}` } })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
  const cookie = answer.headers.getSetCookie().find((one) => one.startsWith('__Host-pomoc='))!
  expect(cookie).toMatch(/Secure/)
  expect(cookie).not.toMatch(/Domain/i)
})
it('a form is taken from either name also where the proxy hides which was asked for, and from no other site', async () => {
  for (const [origin, status] of [
    ['https://pomoc.uni.example', 303],
    ['https://help.uni.example', 303],
    ['https://help.uni.example.evil.example', 403],
    ['http://help.uni.example', 403],
  ] as const) {
    const visitor = site.visitor(proxied('10.0.0.5:8080'))
    await visitor.get('/login')
    expect((await visitor.post('/login', { login: 'zofia', password: PASSWORD }, { headers: { origin } })).status, origin).toBe(status)
  }
})
it('a mailed link leads to the name where it was asked for, and to the first name whatever a request makes up', async () => {
  for (const [origin, leads] of [
    ['https://help.uni.example', 'https://help.uni.example/login/link/'],
    ['https://pomoc.uni.example', 'https://pomoc.uni.example/login/link/'],
  ] as const) {
    const visitor = site.visitor(proxied(new URL(origin).host))
    await visitor.get('/login')
    expect((await visitor.post('/login/link', { address: 'zofia@uni.example' }, { headers: { origin } })).status).toBe(200)
    expect(await linkMailed()).toBe(leads)
    await site.database.db.deleteFrom('login_attempt').execute()
  }
  const visitor = site.visitor(proxied('evil.example'))
  await visitor.get('/login')
  await visitor.post('/login/link', { address: 'zofia@uni.example' }, { headers: { origin: 'https://evil.example' } })
  expect(await linkMailed()).toBe('https://pomoc.uni.example/login/link/')
})
