/** The address of the configuration: taken, told and written from; where it is not taken, everybody who could mend it hears so. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { system } from '../../core/kernel/actor.ts'
import { checkOwnAddress } from '../../core/doctor/mail.ts'
import { destinationOf, ownSender, readAddressBook } from '../../core/mail/addresses.ts'
import { sendPasswordLink } from '../../core/person/person-admin.ts'
import { sendDeviceLink } from '../../core/person/login.ts'
import { firstRun } from '../../core/run/first-run.ts'
import { mailLinks } from '../../test/mail-links.ts'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import portal from '../portal/index.tsx'
import admin from './index.tsx'

const SET = 'pomoc@uni.example'
const TAKEN = 'helpdesk@uni.example'
let site: Site
let boss: Visitor
let adminId: string
let customer: string
beforeAll(async () => {
  site = await openSite([portal, admin])
  await firstRun(site.kernel.host)
  adminId = await site.make.agent({ 1: ['rw'], 2: ['rw'] }, { login: 'ada', address: 'ada@inna.example' })
  customer = await site.make.person({ name: 'Ewa Nowak', login: 'ewa', address: 'ewa@inna.example' })
  boss = await site.loggedIn(adminId)
})
afterAll(() => site?.close())

const from = async () =>
  (await site.database.db.selectFrom('outbound_mail').select('from_text').orderBy('id', 'desc').executeTakeFirstOrThrow()).from_text
const text = async (visitor: Visitor, path: string) => (await visitor.get(path)).text()
const taken = async (address: string) =>
  destinationOf(await readAddressBook(site.database.db, site.kernel.host.config), address)?.rule === 'address'
const doctor = () => checkOwnAddress({ config: site.kernel.host.config }, site.database.db)

/** Saves the first address anew, as its page does, and reads what the next page says. */
async function save(address: string, valid = true): Promise<string> {
  const { id, queue_id } = await site.database.db.selectFrom('system_address').select(['id', 'queue_id']).executeTakeFirstOrThrow()
  const path = `/admin/addresses/${id}`
  await boss.get(path)
  const response = await boss.post(path, {
    address,
    name: 'Pomoc',
    queueId: queue_id,
    byUnit: '',
    topicId: '',
    ...(valid && { valid: 'on' }),
  })
  expect(response.status).toBe(303)
  return text(boss, '/admin/addresses')
}

it('the first start takes it, and nobody has anything to say', async () => {
  expect(await taken(SET)).toBe(true)
  expect(await doctor()).toMatchObject([{ state: 'ok' }])
  expect(await text(boss, '/admin')).not.toContain(SET)
  expect(await ownSender(site.database.db, site.kernel.host.config)).toMatchObject({ address: SET })
  expect(await save(SET)).not.toContain('POMOC_MAIL_ADDRESS')
})

it('given another name in the form: the answer says what to set, in the reader’s language', async () => {
  const said = await save(TAKEN)
  expect(said).toContain(`poczty na adres ${SET}, który ustawia konfiguracja, nie przyjmujemy`)
  expect(said).toContain(`Ustaw POMOC_MAIL_ADDRESS (mailAddress w config/local.ts) na ${TAKEN}`)
  expect(said).toMatch(/class="[^"]*warn/)
  await boss.get('/admin?lang=en')
  expect(await save(TAKEN)).toContain(`Set POMOC_MAIL_ADDRESS (mailAddress in config/local.ts) to ${TAKEN} and restart`)
  await boss.get('/admin?lang=pl')
  expect(await taken(SET)).toBe(false)
})

it('from then on the doctor fails and the first page is red', async () => {
  const [finding] = await doctor()
  expect(finding).toMatchObject({ name: `address ${SET}`, state: 'fail', remedy: expect.stringContaining('POMOC_MAIL_ADDRESS') })
  expect(finding!.says).toContain(TAKEN)
  expect(await text(boss, '/admin')).toContain(
    `Poczty na adres ${SET}, ustawiony w konfiguracji, nie przyjmujemy; piszemy z adresu ${TAKEN}`,
  )
})

it('people are told the one that is taken', async () => {
  const stranger = site.visitor()
  const home = await text(stranger, '/')
  expect(home).toContain(`mailto:${TAKEN}`)
  expect(home).not.toContain(SET)
  await stranger.get('/login')
  const sent = await (await stranger.post('/login/link', { address: 'ewa@inna.example' })).text()
  expect(sent).toContain(TAKEN)
  expect(sent).not.toContain(SET)
  await mailLinks(site.kernel.host)
  expect(await from()).toContain(`<${TAKEN}>`)
})

it('what no queue writes leaves under it', async () => {
  const { host } = site.kernel
  await host.work(system('test'), (work) => sendPasswordLink(work, customer))
  expect(await from()).toContain(`<${TAKEN}>`)
  await site.database.db.deleteFrom('outbound_mail').execute()
  await sendDeviceLink(host, { login: 'ewa', language: 'pl', client: { address: '192.0.2.9', userAgent: 'test' } })
  await mailLinks(host)
  expect(await from()).toContain(`<${TAKEN}>`)
})

it('switched off it says the same, and no other is made up', async () => {
  const said = await save(TAKEN, false)
  expect(said).toContain('a innego adresu nie ma')
  expect(await ownSender(site.database.db, site.kernel.host.config)).toMatchObject({ address: SET })
})

it('who named no address before the first start gets the one named later', async () => {
  const { db } = site.database
  await db.updateTable('system_address').set({ address: 'pomoc@localhost', valid: true }).execute()
  expect(await doctor()).toMatchObject([{ state: 'fail' }])
  await firstRun(site.kernel.host)
  expect(await taken(SET)).toBe(true)
  expect(await doctor()).toMatchObject([{ state: 'ok' }])
})
