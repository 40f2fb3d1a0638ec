/** Every route of a unit's pages × everybody who may ask: its own administrators, those above it and central ones; for all others it is not there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Id } from '../core/database/schema.ts'
import { saveSettings } from '../core/administration/setting-admin.ts'
import { setPersonRights } from '../core/permission/rights.ts'
import { addUnitAdministrator, removeUnitAdministrator } from '../core/permission/unit-administrators.ts'
import { editPerson } from '../core/person/person-admin.ts'
import { findPerson } from '../core/person/persons.ts'
import { UNIT_LIMITS, unitLimits } from '../core/unit/limits.ts'
import { mainQueueOf } from '../core/administration/opting.ts'
import { setActivation } from '../core/administration/plugin-admin.ts'
import { ROOT_UNIT } from '../core/unit/tree.ts'
import acl from '../plugins/acl/index.tsx'
import admin from '../plugins/admin/index.tsx'
import desk from '../plugins/desk/index.tsx'
import portal from '../plugins/portal/index.tsx'
import units from '../plugins/units/index.tsx'
import { ACL_ROUTES, board, makeUnit, UNIT_LOOKS, UNIT_ROUTES, type Owned } from './route-tables/units.ts'
import { givePassword, openSite, PASSWORD, type Site, type Visitor } from './web.ts'

const ALL = { ...UNIT_ROUTES, ...ACL_ROUTES }

describe('the pages of a unit', () => {
  let site: Site
  let routes: string[]
  let people: Record<'customer' | 'agentA' | 'agentB' | 'adminA' | 'adminB' | 'parent' | 'central', Visitor>
  let a: Owned
  let b: Owned
  let faculty: Id

  beforeAll(async () => {
    site = await openSite([desk, portal, admin, units, acl, board])
    const { make } = site
    routes = [...new Set(site.app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`))]
    faculty = await make.unit()
    await make.asSystem((work) => setActivation(work, 'acl', ROOT_UNIT, true))
    await make.asSystem((work) => saveSettings(work, UNIT_LIMITS, unitLimits, { ownAddresses: true, maxQueues: 1000 }, '1'))
    a = await makeUnit(site, faculty)
    b = await makeUnit(site, faculty)
    const parent = await make.agent({})
    await make.asSystem((work) => addUnitAdministrator(work, faculty, parent))
    people = {
      customer: await site.loggedIn(await make.person({ unitId: a.unit })),
      agentA: await site.loggedIn(await agentOf(a)),
      agentB: await site.loggedIn(await agentOf(b)),
      adminA: await site.loggedIn(a.admin),
      adminB: await site.loggedIn(b.admin),
      parent: await site.loggedIn(parent),
      central: await site.loggedIn(await make.agent({ 2: ['rw'] })),
    }
    for (const visitor of Object.values(people)) await visitor.get('/account')
  })
  afterAll(() => site.close())

  const agentOf = async (owned: Owned): Promise<Id> => {
    const { groupId } = (await mainQueueOf(site.make.db, owned.unit))!
    return site.make.agent({ [groupId]: ['rw'] })
  }

  const ask = async (visitor: Visitor, route: string, path: string, fields: Record<string, string>): Promise<Response> => {
    if (!route.startsWith('POST')) return visitor.get(path)
    const filled: Record<string, string> = {}
    for (const [name, value] of Object.entries(fields))
      filled[name.replace('GROUP', (await mainQueueOf(site.make.db, a.unit))?.groupId ?? '0')] = value
    return visitor.post(path, filled)
  }

  it('each has a fixture, and each fixture a route', () => {
    const named = routes.filter((route) => route.includes(' /u/:unit') && !UNIT_LOOKS.has(route))
    expect(named.filter((route) => !(route in ALL))).toEqual([])
    expect([...Object.keys(ALL), ...UNIT_LOOKS].filter((route) => !routes.includes(route))).toEqual([])
  })

  for (const [route, fixture] of Object.entries(ALL)) {
    it(route, async () => {
      // Whoever may changes things: each gets a unit as it was. A page that is looked at stays.
      const told: Record<string, number> = {}
      const stranger = site.visitor()
      await stranger.get('/login')
      a = await makeUnit(site, faculty)
      const path = (owned: Owned, of: Owned = owned) => `/u/${owned.slug}${fixture.path(of)}`
      // Somebody not logged in is led to the login, whatever there is.
      expect([303, 401], 'stranger').toContain((await ask(stranger, route, path(a), fixture.fields?.(a) ?? {})).status)
      for (const who of ['customer', 'agentA', 'agentB', 'adminB'] as const)
        told[who] = (await ask(people[who], route, path(a), fixture.fields?.(a) ?? {})).status
      if (fixture.foreign) {
        const own = await site.loggedIn(a.admin)
        await own.get('/account')
        told['foreign thing'] = (await ask(own, route, path(a, b), fixture.fields?.(a) ?? {})).status
      }
      expect(told).toEqual(Object.fromEntries(Object.keys(told).map((who) => [who, 404])))
      const looksOnly = route.startsWith('GET')
      if (looksOnly) await fixture.before?.(site, a)
      for (const who of ['adminA', 'parent', 'central'] as const) {
        if (!looksOnly) {
          a = await makeUnit(site, faculty)
          await fixture.before?.(site, a)
        }
        const visitor = who === 'adminA' ? await site.loggedIn(a.admin) : people[who]
        await visitor.get('/account')
        const answer = await ask(visitor, route, path(a), fixture.fields?.(a) ?? {})
        // One of two cannot throw the other out; whoever is above them can. Central rights bring the parent no rights in the groups.
        const expected =
          who === 'adminA' && route === 'POST /u/:unit/admin/administrators/:id/remove'
            ? 403
            : who === 'parent' && ['POST /u/:unit/admin/queues/new', 'POST /u/:unit/admin/people'].includes(route)
              ? 422
              : fixture.answer
        expect(
          answer.status,
          `${who}: ${(await answer.clone().text())
            .match(/<main[\s\S]*/)?.[0]
            .replace(/<[^>]+>/g, ' ')
            .replace(/\s+/g, ' ')
            .slice(0, 600)}`,
        ).toBe(expected)
      }
    })
  }

  it('whoever is appointed hears of it, and finds the unit at login and on the desk', async () => {
    const { make } = site
    a = await makeUnit(site, faculty)
    const lands = async (login: string) => {
      const visitor = site.visitor()
      await visitor.get('/login')
      return { visitor, at: (await visitor.post('/login', { login, password: PASSWORD })).headers.get('location') }
    }
    const [named, agent] = [
      await make.person({ login: `named-${a.slug}`, address: `named-${a.slug}@uni.example` }),
      await make.person({ login: `agent-${a.slug}`, address: `agent-${a.slug}@uni.example` }),
    ]
    for (const id of [named, agent]) await givePassword(site, id)
    expect((await lands(`named-${a.slug}`)).at).toBe('/')
    const central = people.central
    for (const who of ['named', 'agent'])
      expect((await central.post(`/admin/local/${a.unit}/administrators`, { who: `${who}-${a.slug}@uni.example` })).status).toBe(303)
    const mails = await make.db
      .selectFrom('outbound_mail')
      .select(['subject', 'body'])
      .where('to_text', '=', `named-${a.slug}@uni.example`)
      .execute()
    // One mail, though a hat came with it.
    expect(mails.map(({ subject }) => subject.split(' „')[0])).toEqual(['Administrujesz jednostką'])
    expect(mails[0]!.body).toContain(`/u/${a.slug}/admin`)
    const { visitor, at } = await lands(`named-${a.slug}`)
    expect(at).toBe(`/u/${a.slug}/admin`)
    expect(await (await visitor.get('/desk/rail')).text()).toContain(`href="/u/${a.slug}/admin"`)
    // Whoever has tickets to read lands among them.
    const { groupId } = (await mainQueueOf(make.db, a.unit))!
    await make.asSystem((work) => setPersonRights(work, agent, new Map([[groupId, ['rw']]])))
    expect((await lands(`agent-${a.slug}`)).at).toBe('/desk')
    // Hats that come without a unit are told too, and where they go.
    const form = await findPerson(make.db, named)
    await make.asSystem((work) => removeUnitAdministrator(work, a.unit, named))
    await make.asSystem((work) => editPerson(work, named, { ...form!, login: form!.login ?? '', agent: true }))
    await make.asSystem((work) => editPerson(work, named, { ...form!, login: form!.login ?? '', agent: false }))
    const told = await make.db
      .selectFrom('outbound_mail')
      .select('subject')
      .where('to_text', '=', `named-${a.slug}@uni.example`)
      .orderBy('id')
      .execute()
    // A browser that is new is told of as well.
    expect(
      told
        .map(({ subject }) => subject.split(/ [–„]/)[0])
        .filter((subject) => !subject!.startsWith('Logowanie'))
        .slice(1),
    ).toEqual(['Nie prowadzisz już zgłoszeń', 'Prowadzisz zgłoszenia', 'Nie prowadzisz już zgłoszeń'])
  })

  it("looks are anybody's to load, and nothing else of a unit", async () => {
    a = await makeUnit(site, faculty)
    const style = await site.visitor().get(`/u/${a.slug}/look.css`)
    expect([style.status, await style.text()]).toEqual([200, expect.stringContaining('#1a56b0')])
    const logo = await site.visitor().get(`/u/${a.slug}/logo`)
    expect([logo.status, logo.headers.get('content-type'), logo.headers.get('content-security-policy')]).toEqual([
      200,
      'image/svg+xml',
      expect.stringContaining("default-src 'none'"),
    ])
    expect((await site.visitor().get('/u/nie-ma/look.css')).status).toBe(404)
  })
})
