/** Owns what customer, agent and administrator do on a usual day, in any browser: each journey looks at pages and at what is kept. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { editQueue, findAdminQueue } from '../../core/administration.ts'
import { listArticles, setState, setTitle, type Id, type PersonActor } from '../../core/index.ts'
import admin from '../../plugins/admin/index.tsx'
import desk from '../../plugins/desk/index.tsx'
import portal from '../../plugins/portal/index.tsx'
import type { Browser, Tab } from '../servers/tab.ts'
import { givePassword, openSite, PASSWORD, type Site } from '../web.ts'

export interface World {
  site: Site
  address: string
  /** A file to send. */
  file: string
  customer: Id
  agent: PersonActor
  admin: PersonActor
  network: Id
  close(): Promise<void>
}

/** People with passwords: róża asks, jan answers, anna administers. */
export async function makeWorld(): Promise<World> {
  const site = await openSite([desk, portal, admin])
  const { make } = site
  const folder = await mkdtemp(join(tmpdir(), 'pomoc-journey-'))
  const file = join(folder, 'zrzut – błąd.txt')
  await writeFile(file, 'Błąd 691: odmowa dostępu\n')
  const customer = await make.person({ name: 'Róża Śliwa', address: 'roza.sliwa@uni.example', login: 'rsliwa', language: 'pl' })
  const agent = await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski', login: 'jkowalski', address: 'jan@uni.example', language: 'pl' })
  const chief = await make.agent(
    { 1: ['rw'], 2: ['rw'] },
    { name: 'Anna Nowak', login: 'anowak', address: 'anna@uni.example', language: 'pl' },
  )
  for (const id of [customer, agent, chief]) await givePassword(site, id)
  return {
    site,
    address: await site.serve(),
    file,
    customer,
    agent: await make.actor(agent),
    admin: await make.actor(chief),
    network: await make.queue({ name: 'Sieć' }),
    async close() {
      await site.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** Until it holds in what is kept; the answer. */
async function kept<T>(what: string, look: () => Promise<T | undefined | null | false>): Promise<T> {
  for (let patience = 400; patience > 0; patience--, await sleep(50)) {
    const found = await look()
    if (found) return found
  }
  throw new Error(`not kept: ${what}`)
}

async function logIn({ address }: World, browser: Browser, login: string): Promise<Tab> {
  const tab = await browser.open(address)
  await tab.goto('/login')
  await tab.type('form[action="/login"] [name=login]', login)
  await tab.type('form[action="/login"] [name=password]', PASSWORD)
  await tab.press('form[action="/login"] button')
  return tab
}

const valueOf = (tab: Tab, css: string) => tab.evaluate((css: string) => document.querySelector<HTMLInputElement>(css)?.value, css)
const ticketOf = ({ site }: World, id: Id) =>
  site.database.db
    .selectFrom('ticket')
    .innerJoin('ticket_state', 'ticket_state.id', 'ticket.state_id')
    .selectAll('ticket')
    .select('ticket_state.type')
    .where('ticket.id', '=', id)
    .executeTakeFirstOrThrow()
const bodies = async ({ site }: World, id: Id) =>
  (await listArticles(site.database.db, id, { visibleOnly: false }))
    .filter(({ senderType }) => senderType !== 'system')
    .map(({ body }) => body.trim())
const times = (list: string[], words: string) => list.filter((body) => body.includes(words)).length

/** Nothing that a page's own script complained of. A request that is cut off since somebody leaves is the browser's own word. */
const calm = (tab: Tab) => expect(tab.complaints().filter((words) => !/NetworkError when attempting to fetch/.test(words))).toEqual([])

/** Asks with a file, writes again, goes back and reloads, and writes to what was closed. */
export async function customerJourney(world: World, browser: Browser): Promise<void> {
  const { site, customer, file } = world
  const tab = await logIn(world, browser, 'rsliwa')
  await tab.type('#ask [name=subject]', 'VPN odmawia dostępu')
  await tab.type('#ask [name=body]', 'Dzień dobry,\n\nod rana błąd 691 – zażółć gęślą jaźń.')
  await tab.attach('#ask [name=files]', file)
  await tab.press('#ask .button-primary')
  const id = /\d+/.exec(await tab.path())![0]
  await tab.sees('zrzut – błąd.txt')
  expect(await bodies(world, id)).toEqual(['Dzień dobry,\n\nod rana błąd 691 – zażółć gęślą jaźń.'])

  await tab.type('#reply [name=body]', 'Na telefonie działa.')
  await tab.press('#reply .button-primary')
  await tab.sees('Na telefonie działa.')
  await kept('the reply', async () => (await bodies(world, id)).length === 2)
  // Neither a reload nor a step back sends it again, or offers it as if it had not been sent.
  await tab.reload()
  await tab.sees('Na telefonie działa.')
  expect(await valueOf(tab, '#reply [name=body]')).toBe('')
  await tab.goto('/')
  await tab.back()
  await tab.sees('Na telefonie działa.')
  expect(await valueOf(tab, '#reply [name=body]')).toBe('')
  expect(await bodies(world, id)).toHaveLength(2)

  // An answer, and the end, come while the page is open.
  await site.make.work(world.agent, (work) => setState(work, id, { stateId: '2' }))
  await tab.reload()
  await tab.type('#reply [name=body]', 'Niestety znów nie działa.')
  await tab.press('#reply .button-primary')
  await tab.sees('Niestety znów nie działa.')
  const ticket = await kept('open again', async () => {
    const ticket = await ticketOf(world, id)
    return ticket.type === 'open' && ticket
  })
  expect(ticket.customer_id).toBe(customer)
  expect(await bodies(world, id)).toHaveLength(3)
  calm(tab)
}

/** Lists, takes, answers, notes, undoes, moves, closes; acts on several; reload and Back on the way. */
export async function agentJourney(world: World, browser: Browser): Promise<void> {
  const { site, agent, network } = world
  const { make } = site
  const first = await make.ticket({ subject: 'Drukarka w sali 214', body: 'Nie drukuje.' })
  const [second, third] = [await make.ticket({ subject: 'Toner – drugi' }), await make.ticket({ subject: 'Toner – trzeci' })]
  const tab = await logIn(world, browser, 'jkowalski')
  await tab.goto('/desk/view/open')
  await tab.press('#list a', 'Drukarka w sali 214')
  await tab.sees('Nie drukuje.')
  await tab.press('form[action$="/take"] button')
  await kept('taken', async () => (await ticketOf(world, first.id)).owner_id === agent.id)

  await tab.click('#note-box > summary')
  await tab.type('#note', 'Papier się skończył.')
  await tab.press('#note-form .composer-foot button')
  await tab.until('the note', () => document.querySelector('.timeline')?.textContent.includes('Papier się skończył.'))

  // A reply, taken back, comes back into its field; a reload keeps it; then it goes, once.
  await tab.type('#reply', 'Dołożyliśmy papieru.')
  await tab.press('#reply-form .button-primary')
  await tab.until('the reply', () => document.querySelector('.timeline')?.textContent.includes('Dołożyliśmy papieru.'))
  await tab.press('form[action*="/undo/"] button')
  await tab.until('the words again', () => document.querySelector<HTMLTextAreaElement>('#reply')?.value.includes('Dołożyliśmy papieru.'))
  await tab.reload()
  await tab.until('the words still', () => document.querySelector<HTMLTextAreaElement>('#reply')?.value.includes('Dołożyliśmy papieru.'))
  await tab.press('#reply-form .button-primary')
  await tab.until('the reply again', () => !document.querySelector<HTMLTextAreaElement>('#reply')?.value.includes('Dołożyliśmy'))
  const sent = () =>
    site.database.db.selectFrom('outbound_mail').select('id').where('ticket_id', '=', first.id).where('state', '!=', 'cancelled').execute()
  const mails = (await sent()).length
  await tab.reload()
  await tab.goto('/desk/view/open')
  await tab.back()
  await tab.until('the page', () => document.querySelector('#reply') !== null)
  expect(await valueOf(tab, '#reply')).not.toContain('Dołożyliśmy')
  expect((await sent()).length).toBe(mails)
  // Withdrawn once, said once.
  expect(times(await bodies(world, first.id), 'Dołożyliśmy papieru.')).toBeLessThanOrEqual(2)

  await tab.click('#menu-move > summary')
  await tab.choose('#move-queue', network)
  await tab.press('form[action$="/move"] button')
  await kept('moved', async () => (await ticketOf(world, first.id)).queue_id === network)
  await tab.click('#menu-close > summary')
  await tab.press('form[action$="/close"] button')
  await kept('closed', async () => (await ticketOf(world, first.id)).type === 'closed')

  // Two at once.
  await tab.goto('/desk/view/open')
  for (const { id } of [second, third]) await tab.click(`#bulk [name=ticket][value="${id}"]`)
  await tab.choose('#bulk-queue', network)
  await tab.press('#bulk button[value=move]')
  await kept('both moved', async () => {
    const [a, b] = [await ticketOf(world, second.id), await ticketOf(world, third.id)]
    return a.queue_id === network && b.queue_id === network
  })
  calm(tab)
}

/** A queue, a filter, a person: made, shown again, changed. */
export async function administratorJourney(world: World, browser: Browser): Promise<void> {
  const {
    site: {
      database: { db },
    },
    network,
  } = world
  const tab = await logIn(world, browser, 'anowak')
  const save = async () => {
    await tab.press('form.form-beside > .form-foot .button-primary')
    expect(await tab.path()).not.toMatch(/\/new$/)
  }
  await tab.goto('/admin/queues/new')
  await tab.type('[name=name]', 'eduroam')
  await tab.choose('[name=parentId]', network)
  await save()
  const queue = await kept('the queue', () => db.selectFrom('queue').selectAll().where('name', '=', 'Sieć::eduroam').executeTakeFirst())
  await tab.goto(`/admin/queues/${queue.id}`)
  await tab.retype('[name=comment]', 'Także akademiki.')
  await save()
  await kept('its comment', async () => (await findAdminQueue(db, queue.id))?.comment === 'Także akademiki.')
  await tab.back()
  await tab.goto(`/admin/queues/${queue.id}`)
  await tab.reload()
  expect(await valueOf(tab, '[name=comment]')).toBe('Także akademiki.')

  await tab.goto('/admin/mail/filters/new')
  await tab.type('[name=name]', 'Reklamy')
  await tab.type('[name="match.0.key"]', 'Subject')
  await tab.type('[name="match.0.value"]', 'tonery')
  await tab.type('[name="set.0.key"]', 'X-OTRS-Ignore')
  await tab.type('[name="set.0.value"]', 'yes')
  await save()
  await kept('the filter', () => db.selectFrom('postmaster_filter').select('id').where('name', '=', 'Reklamy').executeTakeFirst())

  await tab.goto('/admin/persons/new')
  await tab.type('[name=firstName]', 'Grażyna')
  await tab.type('[name=lastName]', 'Żak')
  await tab.type('[name=address]', 'grazyna.zak@uni.example')
  await save()
  await kept('the person', () => db.selectFrom('person').select('id').where('name', '=', 'Grażyna Żak').executeTakeFirst())
  calm(tab)
}

/** Ticks that the browser restores are those of the same tickets, or of none. */
export async function ticksJourney(world: World, browser: Browser): Promise<void> {
  const { make } = world.site
  make.now = new Date(make.now.getTime() + 60_000)
  const wanted = await make.ticket({ subject: 'Ten zaznaczony' })
  const agent = await logIn(world, browser, 'jkowalski')
  await agent.goto('/desk/view/open')
  await agent.click(`#bulk [name=ticket][value="${wanted.id}"]`)
  make.now = new Date(make.now.getTime() + 60_000)
  await make.ticket({ subject: 'Nowszy, nad nim' })
  await agent.reload()
  await agent.sees('Nowszy, nad nim')
  const ticked = await agent.evaluate(() =>
    [...document.querySelectorAll<HTMLInputElement>('#bulk [name=ticket]')].filter((box) => box.checked).map((box) => box.value),
  )
  expect(ticked.filter((id) => id !== wanted.id)).toEqual([])
}

/** Choices that the browser restores are not taken for what is stored, nor for what somebody chose. */
export async function choicesJourney(world: World, browser: Browser): Promise<void> {
  const { site, network } = world
  const { make } = site
  const ticket = await make.ticket()
  const agent = await logIn(world, browser, 'jkowalski')
  // In a closed menu nobody would see it.
  await agent.goto(`/desk/tickets/${ticket.id}`)
  await agent.click('#menu-close > summary')
  await agent.click('#menu-close input[value=unsuccessful]')
  await agent.reload()
  await agent.until('the page', () => document.querySelector('#menu-close') !== null)
  expect(await valueOf(agent, '#menu-close input:checked')).toBe('successful')

  // Changed elsewhere while the form was open.
  const chief = await logIn(world, browser, 'anowak')
  const [one, two] = [await make.queue({ name: 'Rektorat' }), await make.queue({ name: 'Biblioteka' })]
  await chief.goto(`/admin/queues/${one}`)
  await chief.choose('[name=parentId]', network)
  const queue = (await findAdminQueue(site.database.db, one))!
  await make.work(world.admin, (work) => editQueue(work, one, { ...queue, name: 'Rektorat', parentId: two }))
  await chief.reload()
  expect(await valueOf(chief, '[name=parentId]')).toBe(two)
}

/** A list that one comes back to is as it is now, and leaving a page is no fault of its stream. */
export async function backJourney(world: World, browser: Browser): Promise<void> {
  const { make } = world.site
  const ticket = await make.ticket({ subject: 'Przed zmianą' })
  const tab = await logIn(world, browser, 'jkowalski')
  await tab.goto('/desk/view/open')
  await tab.press('#list a', 'Przed zmianą')
  await tab.until('its page', () => document.querySelector('#reply-form') !== null)
  await make.work(world.agent, (work) => setTitle(work, ticket.id, 'Po zmianie'))
  await tab.back()
  await tab.until('the list', () => document.querySelector('#list') !== null)
  await tab.sees('Po zmianie')
  await tab.goto(`/desk/tickets/${ticket.id}`)
  await tab.goto('/desk/view/open')
  calm(tab)
}

export const JOURNEYS = {
  'a customer asks, writes again and reopens': customerJourney,
  'an agent takes, answers, takes back, moves and closes, one and several': agentJourney,
  'an administrator makes a queue, a filter and a person': administratorJourney,
  'ticks of a list stay with their tickets after a reload': ticksJourney,
  'a form shows after a reload what is stored': choicesJourney,
  'coming back shows what is now': backJourney,
}
