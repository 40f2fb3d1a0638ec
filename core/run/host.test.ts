import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { setActivation } from '../administration/plugin-admin.ts'
import { saveSettings } from '../administration/setting-admin.ts'
import type { PersonActor } from '../kernel/actor.ts'
import type { Work } from '../kernel/work.ts'
import { createPriority, editPriority } from '../service/ticket-priorities.ts'
import desk from '../../plugins/desk/index.tsx'
import faq from '../../plugins/faq/index.tsx'
import portal from '../../plugins/portal/index.tsx'

let site: Site
let admin: Visitor
let actor: PersonActor
beforeAll(async () => {
  site = await openSite([desk, portal, faq])
  // Of the groups that may administer everything (OTRS's admin).
  actor = await site.make.actor(await site.make.agent({ '1': ['rw'], '2': ['rw'] }))
  admin = await site.loggedIn(actor.id)
})
afterAll(() => site.close())

const act = <T>(run: (work: Work) => Promise<T>) => site.kernel.host.work(actor, run)
const hostOf = (name: string) => site.kernel.hostOf(site.kernel.plugins.find((plugin) => plugin.name === name)!)

it('settings and the units of a plugin are those of the last change', async () => {
  const [own, units] = [hostOf('portal'), hostOf('faq')]
  expect((await own.settings())['welcome']).toBe((await own.settings())['welcome'])
  await act((work) => saveSettings(work, 'portal', portal.settings!, { welcome: 'Dzień dobry' }))
  expect((await own.settings())['welcome']).toBe('Dzień dobry')
  await act((work) => saveSettings(work, 'portal', portal.settings!, { welcome: 'Witamy' }))
  expect((await own.settings())['welcome']).toBe('Witamy')

  expect(await units.units()).toEqual([])
  await act((work) => setActivation(work, 'faq', '1', true))
  expect(await units.units()).toContain('1')
  await act((work) => setActivation(work, 'faq', '1', false))
  expect(await units.units()).toEqual([])

  // Nobody changes by theirs what others are told.
  ;(await own.settings())['welcome'] = 'Mine'
  ;(await units.units()).push('7')
  expect([(await own.settings())['welcome'], await units.units()]).toEqual(['Witamy', []])
})

it('a list shows what is administered as the last change left it', async () => {
  const shown = async () => (await admin.get('/desk/view/open')).text()
  expect(await shown()).not.toContain('Wczoraj')
  let id = ''
  await act(async (work) => (id = await createPriority(work, { name: 'Na wczoraj', valid: true })))
  expect(await shown()).toContain('Na wczoraj')
  await act((work) => editPriority(work, id, { name: 'Na przedwczoraj', valid: true }))
  expect(await shown()).toContain('Na przedwczoraj')
})

it('and an act that fails changes nothing of it', async () => {
  const failing = act(async (work) => {
    await saveSettings(work, 'portal', portal.settings!, { welcome: 'Nigdy' })
    throw new Error('undone')
  })
  await expect(failing).rejects.toThrow('undone')
  expect((await hostOf('portal').settings())['welcome']).toBe('Witamy')
})
