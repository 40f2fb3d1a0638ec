/** Owns a site with two units below a faculty and everybody who may ask, and trying a route by each of them. */
import { expect } from 'vitest'
import type { Id } from '../../core/database/schema.ts'
import { addUnitAdministrator } from '../../core/permission/unit-administrators.ts'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import { UNIT_LIMITS, unitLimits } from '../../core/unit/limits.ts'
import acl from '../../plugins/acl/index.tsx'
import admin from '../../plugins/admin/index.tsx'
import automation from '../../plugins/automation/index.tsx'
import desk from '../../plugins/desk/index.tsx'
import faq from '../../plugins/faq/index.tsx'
import { closeDirectories } from '../../plugins/ldap-auth/house.ts'
import ldapAuth from '../../plugins/ldap-auth/index.tsx'
import notifications from '../../plugins/notifications/index.ts'
import otrsImport from '../../plugins/otrs-import/index.tsx'
import portal from '../../plugins/portal/index.tsx'
import units from '../../plugins/units/index.tsx'
import { openSite, type Site, type Visitor } from '../web.ts'
import { ROLES, standing, type Role, type Row, type Side } from './pages.ts'
import { makeSide } from './side.ts'
import { freshThing } from './tickets.ts'
import { board } from './units.ts'

/** Of the campus login: nothing answers there. */
export const DIRECTORY = {
  name: 'uni',
  kind: 'openldap',
  servers: ['ldaps://127.0.0.1:9'],
  bind: { as: 'uid={login},dc=uni,dc=example' },
  people: { base: 'dc=uni,dc=example' },
}

/** As they are logged in; `enter` anew where an act has ended a session. */
export interface Everybody {
  site: Site
  a: Side
  b: Side
  people: Record<Role, Visitor>
  enter(): Promise<void>
  close(): Promise<void>
}

export async function openEverybody(): Promise<Everybody> {
  const site = await openSite([desk, portal, admin, units, faq, notifications, automation, acl, ldapAuth, otrsImport, board], {
    pluginOptions: { 'ldap-auth': { directories: [DIRECTORY] } },
  })
  const { make } = site
  const faculty = await make.unit()
  const on = ['faq', 'notifications', 'automation', 'acl'].map((plugin) => ({
    plugin,
    unit_id: '1',
    active: true,
    changed_at: make.now,
    changed_by: null,
  }))
  await make.db.insertInto('plugin_activation').values(on).execute()
  await make.asSystem((work) => saveSettings(work, UNIT_LIMITS, unitLimits, { ownAddresses: true, maxQueues: 1000 }, '1'))
  const [a, b] = [await makeSide(site, 'A', faculty), await makeSide(site, 'B', faculty)]
  await make.person({ address: 'kolega@uni.example' })
  const parent = await make.agent({})
  await make.asSystem((work) => addUnitAdministrator(work, faculty, parent))
  const ids: Record<Exclude<Role, 'stranger'>, Id> = {
    customer: a.customer,
    agentA: a.agent,
    agentB: b.agent,
    adminA: a.admin,
    adminB: b.admin,
    parent,
    central: await make.agent({ 2: ['rw'] }),
  }
  const all: Everybody = {
    site,
    a,
    b,
    people: {} as Everybody['people'],
    async enter() {
      const stranger = site.visitor()
      await stranger.get('/login')
      all.people = { stranger } as Everybody['people']
      for (const [role, id] of Object.entries(ids)) {
        const visitor = await site.loggedIn(id)
        await visitor.get('/account')
        all.people[role as Role] = visitor
      }
    },
    async close() {
      await closeDirectories(site.kernel.host.config)
      await site.close()
    },
  }
  await all.enter()
  const asset = /\/static\/[^"]+/.exec(await (await all.people.stranger.get('/login')).text())![0]
  a.asset = b.asset = asset
  return all
}

/** The agent of one of the units. */
export const keeperOf = ({ people }: Everybody, { of }: Side): Visitor => (of === 'A' ? people.agentA : people.agentB)

/** A side as a row of the tables wants it: with a ticket as it is made, where it is about one. */
export async function freshen(all: Everybody, side: Side, row: Pick<Row, 'ticket' | 'before'>): Promise<void> {
  // Whatever reads one that it did not ask for fails.
  side.thing = row.ticket
    ? await freshThing(all.site, { queue: side.main, otherQueue: side.queue, customer: side.customer, agent: keeperOf(all, side) })
    : (undefined as never)
  await row.before?.(all.site, side)
}

const ask = (visitor: Visitor, name: string, row: Row, side: Side): Promise<Response> => {
  const headers = row.headers ?? {}
  return name.startsWith('POST')
    ? visitor.post(row.path(side), row.fields?.(side) ?? {}, { headers })
    : visitor.get(row.path(side), headers)
}

/**
 * Firefox puts back on a reload what a form held, ticks by their place among others, unless the served page says no. Each form that changes
 * something says whether: 'off' where it shows what is stored or names rows; 'on' where a text that nobody keeps would be lost.
 */
export const formsWithoutWord = (html: string): string[] =>
  (html.match(/<form\b[^>]*>/g) ?? []).filter((tag) => /method="post"/.test(tag) && !/\sautocomplete="(on|off)"/.test(tag))

/** Asks for a row's route, for the things of both units, by everybody: who may gets it, nobody else does. */
export async function tryRow(all: Everybody, name: string, row: Row): Promise<void> {
  const { site, a, b } = all
  const wrong: string[] = []
  const compare = (what: string, got: unknown, expected: unknown, page = '') => {
    if (got !== expected) wrong.push(`${what}: ${String(got)}, not ${String(expected)}${page}`)
  }
  if (row.counted) site.make.now = new Date(site.make.now.getTime() + 20 * 60_000)
  for (const side of [a, b]) {
    // Those who may not first, all before the same thing; each who may finds it as it was.
    const order = [...ROLES].sort((one, other) => Number(standing(one, side.of) in row.may) - Number(standing(other, side.of) in row.may))
    await freshen(all, side, row)
    for (const role of order) {
      const who = standing(role, side.of)
      const may = row.may[who]
      if (may !== undefined && name.startsWith('POST')) await freshen(all, side, row)
      const response = await ask(all.people[role], name, row, side)
      const text = await response.text()
      const key = `${role}, of ${side.of}`
      const words =
        /<main[\s\S]*/
          .exec(text)?.[0]
          .replace(/<[^>]+>/g, ' ')
          .replace(/\s+/g, ' ')
          .slice(0, 300) ?? ''
      for (const form of formsWithoutWord(text)) wrong.push(`${key}, a browser may restore what it likes: ${form}`)
      compare(key, response.status, may ?? row.not?.[who] ?? (who === 'stranger' ? (name.startsWith('POST') ? 401 : 303) : 404), words)
      if (row.shows) compare(`${key}, shows it`, text.includes(row.shows(side)), row.does!.includes(who))
      if (row.done) compare(`${key}, is done`, await row.done(site, side), row.does!.includes(who))
      if (row.endsSession) await all.enter()
    }
  }
  expect(wrong).toEqual([])
}
