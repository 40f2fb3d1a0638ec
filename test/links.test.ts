/** Every link on every page that somebody is shown leads them to a page, and each is whole: one heading, no id twice, no gap in a sentence. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminThings } from './route-tables/admin.ts'
import { makeRule, makeRun } from './route-tables/automation.ts'
import { freshen, openEverybody, type Everybody } from './route-tables/everybody.ts'
import { makeNotification } from './route-tables/notifications.ts'
import type { Visitor } from './web.ts'

let all: Everybody
let people: Record<string, Visitor>

beforeAll(async () => {
  all = await openEverybody()
  const { site, a, b } = all
  for (let n = 0; n < 2; n++) await freshen(all, a, { ticket: true })
  const things = await adminThings(site, a, b)
  for (const make of Object.values(things.ids)) await make()
  await makeNotification(site, null)
  await makeRun(site, await makeRule(site, null))
  people = {
    stranger: all.people.stranger,
    customer: all.people.customer,
    agent: all.people.agentA,
    'local administrator': all.people.adminA,
    'administrator above': all.people.parent,
    // One who has work to do, too.
    'central administrator': await site.loggedIn(await site.make.agent({ 2: ['rw'], [a.group]: ['rw'] })),
  }
}, 120_000)
afterAll(() => all?.close())

/** Of one kind of page this many are opened: what differs in ids and words alone is drawn by the same lines. */
const OF_A_KIND = 2
const kindOf = (address: URL): string =>
  `${address.pathname.replace(/\/(\d+|unit-\d+|[0-9a-f-]{36})(?=\/|$)/g, '/:id')}?${[...address.searchParams.keys()].toSorted().join('&')}`

const linksOf = (html: string): string[] =>
  [...html.matchAll(/\s(?:href|src|hx-get)="([^"]+)/g)].map(([, address]) =>
    address!.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'"),
  )

/** A DN is shown with the place of a login in it, as it is configured: uid={login}. */
function faultsOf(html: string): string[] {
  const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
  const headings = html.match(/<h1[\s>]/g)?.length ?? 0
  const text = html.replace(/<(script|style|textarea|pre|code|option)\b[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, ' ')
  return [
    ...ids.filter((id, n) => ids.indexOf(id) !== n).map((id) => `twice #${id}`),
    ...(headings === 1 ? [] : [`${headings} headings`]),
    ...[...text.matchAll(/.{0,30}(?:undefined|\bNaN\b|\[object |Invalid DateTime|(?<!=)\{[a-z][\w-]*\}).{0,30}/g)].map(([words]) =>
      words.trim(),
    ),
  ]
}

it('a page that is not whole is seen', () => {
  expect(
    faultsOf('<html><h1>Kolejka {name}</h1><p id="a">undefined</p><i id="a">{ok</i><h1>x</h1><textarea>{name} NaN</textarea>'),
  ).toEqual(['twice #a', '2 headings', 'Kolejka {name}  undefined  {ok  x'])
})

/** Who, and how many kinds of page they reach at least: where a way in is lost, nothing would be left to fail. */
it.each([
  ['stranger', 5],
  ['customer', 20],
  ['agent', 70],
  ['local administrator', 150],
  ['administrator above', 100],
  ['central administrator', 500],
] as const)(
  'what a %s is offered opens',
  async (who, least) => {
    const visitor = people[who]!
    const here = new URL('https://pomoc.example/')
    const seen = new Map<string, number>()
    const asked = new Set<string>()
    const wrong: string[] = []
    const ahead = [{ to: '/', from: 'the start' }]
    for (let next = ahead.shift(); next; next = ahead.shift()) {
      const address = new URL(next.to, here)
      const place = decodeURIComponent(address.hash.slice(1))
      address.hash = ''
      if (address.origin !== here.origin || asked.has(`${address.href}#${place}`)) continue
      asked.add(`${address.href}#${place}`)
      const kind = `${kindOf(address)}${place && '#'}`
      const times = seen.get(kind) ?? 0
      if (times >= (place ? 1 : OF_A_KIND) || /^\/(live|static)\b/.test(address.pathname)) continue
      seen.set(kind, times + 1)
      const at = address.pathname + address.search
      const answer = await visitor.get(at)
      if (answer.status >= 400) wrong.push(`${answer.status} ${at}, from ${next.from}`)
      const leads = answer.headers.get('location')
      const html = /text\/html/.test(answer.headers.get('content-type') ?? '') ? await answer.text() : ''
      if (html.includes('<html')) wrong.push(...faultsOf(html).map((fault) => `${fault}: ${at}`))
      if (place && !html.includes(` id="${place}"`)) wrong.push(`no #${place} on ${at}, from ${next.from}`)
      await answer.body?.cancel().catch(() => {})
      for (const to of [...(leads ? [leads] : []), ...linksOf(html)]) ahead.push({ to: new URL(to, address).href, from: at })
    }
    expect(wrong).toEqual([])
    expect(seen.size).toBeGreaterThanOrEqual(least)
  },
  60_000,
)
