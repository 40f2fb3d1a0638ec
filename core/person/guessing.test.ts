/** Guessing over real HTTP, from many addresses behind a trusted proxy: stopped, while the owner gets in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import portal from '../../plugins/portal/index.tsx'
import { mailLinks } from '../../test/mail-links.ts'
import { givePassword, openSite, PASSWORD, type Site } from '../../test/web.ts'
import { stranger } from './attempts.ts'

let site: Site
let url: string
beforeAll(async () => {
  site = await openSite([portal], { trustedProxies: ['127.0.0.1'] })
  url = await site.serve()
})
afterAll(() => site.close())

/** A browser behind an address, as the proxy tells it. */
function browser(address: string) {
  const cookies = new Map<string, string>()
  const ask = async (path: string, fields?: Record<string, string>) => {
    const response = await fetch(`${url}${path}`, {
      redirect: 'manual',
      headers: {
        'x-forwarded-for': address,
        accept: 'text/html',
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      ...(fields ? { method: 'POST', body: new URLSearchParams({ ...fields, _csrf: token }) } : {}),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
      cookies.set(name!, value!)
    }
    const body = await response.text()
    token = /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? token
    return { status: response.status, body, location: response.headers.get('location') }
  }
  let token = ''
  return {
    ask,
    cookies,
    logIn: async (login: string, password: string) => {
      if (token === '') await ask('/login')
      return ask('/login', { login, password })
    },
  }
}

async function owner(login: string): Promise<void> {
  const id = await site.make.person({ login, address: `${login}@uni.example` })
  await givePassword(site, id)
}
/** So many guesses, some at a time; how often each status came. */
async function guess(login: string, addresses: readonly string[], times: number): Promise<Record<number, number>> {
  const seen: Record<number, number> = {}
  const guessers = addresses.map(browser)
  await Promise.all(guessers.map((guesser) => guesser.ask('/login')))
  let next = 0
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let n = next++; n < times; n = next++) {
        const { status } = await guessers[n % guessers.length]!.logIn(login, `zgaduję ${n}`)
        seen[status] = (seen[status] ?? 0) + 1
      }
    }),
  )
  return seen
}

describe('a thousand guesses at one account', () => {
  it('from one address: ten are looked at, and the owner gets in from anywhere else, also with a browser never seen', async () => {
    await owner('cel1')
    const seen = await guess('cel1', ['192.0.2.66'], 1000)
    expect(seen).toEqual({ 422: 10, 429: 990 })
    expect((await browser('198.51.100.1').logIn('cel1', PASSWORD)).status).toBe(303)
    expect((await browser('192.0.2.66').logIn('cel1', PASSWORD)).status).toBe(429)
  }, 60_000)

  it('from a hundred addresses: a hundred are looked at, then only browsers of the owner may try, and a mailed link makes a new one theirs', async () => {
    await owner('cel2')
    const known = browser('198.51.100.2')
    expect((await known.logIn('cel2', PASSWORD)).status).toBe(303)
    await known.ask('/logout', {})
    const seen = await guess(
      'cel2',
      Array.from({ length: 100 }, (_, i) => `203.0.113.${i + 1}`),
      1000,
    )
    expect(seen).toEqual({ 422: 100, 429: 900 })

    // The owner's own browser, wherever it is now: even behind an address of the guessers.
    const moved = browser('203.0.113.7')
    for (const [name, value] of known.cookies) if (name === 'device') moved.cookies.set(name, value)
    expect((await moved.logIn('cel2', PASSWORD)).status).toBe(303)

    // A new browser: the right password is not even looked at, but the owner's mail opens the way.
    const fresh = browser('198.51.100.99')
    const guarded = await fresh.logIn('cel2', PASSWORD)
    expect([guarded.status, guarded.body.includes('Ktoś zgaduje hasło')]).toEqual([429, true])
    await fresh.ask('/login/device', { login: 'cel2' })
    await mailLinks(site.kernel.host)
    const mail = await site.database.db
      .selectFrom('outbound_mail')
      .select(['body', 'to_text'])
      .where('kind', '=', 'login link')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    const path = /\/login\/device\/[\w-]+/.exec(mail.body!)![0]
    await fresh.ask(path)
    expect((await fresh.ask(path, {})).location).toBe('/login')
    expect((await fresh.logIn('cel2', 'nie to')).status).toBe(422)
    expect((await fresh.logIn('cel2', PASSWORD)).status).toBe(303)
    // Its link works once, and logs in nobody by itself.
    expect((await browser('203.0.113.8').ask(path)).status).toBe(422)
  }, 60_000)

  it('others at the same address are stopped by none of it', async () => {
    await owner('sasiad')
    expect((await browser('203.0.113.7').logIn('sasiad', PASSWORD)).status).toBe(303)
  })
  it('an account that is not there is guarded alike', async () => {
    const seen = await guess(
      'nie-ma-mnie',
      Array.from({ length: 20 }, (_, i) => `192.0.2.${100 + i}`),
      200,
    )
    expect(seen).toEqual({ 422: 100, 429: 100 })
  }, 60_000)
})

it('a network of 64 bits counts as one client, however its addresses are written', () => {
  const keys = ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::9', '2001:0db8:0001:0002:0:0:0:7'].map((address) => stranger(address).key)
  expect(new Set(keys)).toEqual(new Set(['2001:db8:1:2::/64']))
  expect(stranger('::1').key).not.toBe(stranger('2001:db8::1').key)
  expect(stranger('192.0.2.1').key).toBe('192.0.2.1')
})
