/** Owns the measure of a bad morning: open lists, changes, a flood of logins, a slow database and very many mails at once, and what others feel of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepareAct } from '../../core/ticket/acts/acts.ts'
import { runWork } from '../../core/kernel/work.ts'
import { loadActor } from '../../core/permission/access.store.ts'
import { REFRESH } from '../../core/web/parts/live-region.tsx'
import { openDatabase } from '../../core/database/database.ts'
import { loadConfig } from '../../core/machine/config.ts'
import { runProgram } from '../program.ts'
import { startChild } from './child.ts'
import { portOf } from './mail-in.ts'
import { makeMails, type Delivery } from './mails.ts'
import type { Place } from './place.ts'
import { makeRecorder } from './record.ts'
import { median, percentile, type Figure } from './report.ts'
import { open } from './smtp-client.ts'

const LISTS = 100
const CHANGES_A_SECOND = 5
const LOGINS_AT_ONCE = 50
const MAIL_CONNECTIONS = 100
/** Made before, as making them takes the processor. */
const MAILS_EACH = 20
/** Connections from one address that the program lets in. */
const FROM_ONE = 10
const SECONDS = 30

interface Crowd {
  http: number
  smtp: number
  url: string
  /** Sessions of agents, whose lists are open. */
  cookies: string[]
  queue: string
}

/** In a database of its own, in which each mail that comes waits half a second; everything comes at once. */
export async function measureCrowd(place: Place): Promise<Figure[]> {
  await place.copy('pages', 'crowd')
  await place.query(
    'crowd',
    `create function wait_a_while() returns trigger language plpgsql as $$ begin perform pg_sleep(0.5); return null; end $$`,
  )
  await place.query('crowd', 'create trigger slow before insert on inbound_mail for each statement execute function wait_a_while()')
  const opened = await place.open('crowd')
  const recorder = await makeRecorder(opened, { ...place.config, baseUrl: 'http://localhost' })
  const dir = await mkdtemp(join(tmpdir(), 'pomoc-bench-data-'))
  const program = runProgram({
    POMOC_DATABASE_URL: place.url('crowd'),
    POMOC_DATA_DIR: dir,
    POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
    POMOC_LOG_LEVEL: 'error',
  })
  const crowd = await startChild('crowd', {})
  try {
    await program.ready
    const port = portOf(program.stdout, 'http')
    const agents = await opened.db
      .selectFrom('person')
      .select('id')
      .where('agent', '=', true)
      .where('valid', '=', true)
      .orderBy('id')
      .limit(20)
      .execute()
    const cookies: string[] = []
    for (const { id } of agents) cookies.push(await recorder.logIn(id))
    const boss = await opened.db.selectFrom('person').select('id').where('login', '=', 'akowalska').executeTakeFirstOrThrow()
    const student = await opened.db.selectFrom('person').select('id').where('login', '=', 's214503').executeTakeFirstOrThrow()
    const [queue] = await place.query(
      'crowd',
      `select q.id from queue q join ticket t on t.queue_id = q.id and t.state_type = 'open' where q.name like 'Dział%'
      group by q.id order by count(*) desc limit 1`,
    )
    const [ticket] = await place.query('crowd', `select id from ticket where queue_id = ${String(queue!['id'])} order by id desc limit 1`)
    const [agent, customer] = [await recorder.logIn(boss.id), await recorder.logIn(student.id)]
    const watch = () =>
      watchFor(SECONDS, port, {
        'ticket page': { path: `/desk/tickets/${String(ticket!['id'])}`, cookie: agent },
        'queue page': { path: `/desk/queue/${String(queue!['id'])}`, cookie: agent },
        portal: { path: '/', cookie: customer },
        'health/live': { path: '/health/live' },
        'health/ready': { path: '/health/ready' },
      })
    await watchFor(3, port, { warm: { path: `/desk/queue/${String(queue!['id'])}`, cookie: agent } })
    const quiet = await watch()
    await crowd.tell({
      http: port,
      smtp: portOf(program.stdout, 'smtp'),
      url: place.url('crowd'),
      cookies,
      queue: String(queue!['id']),
    } satisfies Crowd)
    await sleep(3000)
    const [before] = await place.query('crowd', 'select count(*)::int as mails from inbound_mail')
    const loud = await watch()
    if (!crowd.runs()) throw new Error('the crowd is gone: what it said is above')
    const [after] = await place.query('crowd', 'select count(*)::int as mails from inbound_mail')
    const mails = Number(after!['mails']) - Number(before!['mails'])
    return Object.keys(loud).map((name) => ({
      name: `crowd: ${name}, p95`,
      unit: 'ms',
      pomoc: percentile(loud[name]!, 0.95),
      atMost: name.startsWith('health') ? 100 : 200,
      note: `quiet ${percentile(quiet[name]!, 0.95).toFixed(0)}, median ${median(quiet[name]!).toFixed(0)}; median ${median(loud[name]!).toFixed(0)}, most ${Math.max(...loud[name]!).toFixed(0)}, of ${loud[name]!.length}${name === 'portal' ? `; ${(mails / SECONDS).toFixed(0)} mails/s meanwhile` : ''}`,
    }))
  } finally {
    await crowd.stop()
    program.kill('SIGINT')
    await program.ended
    await recorder.stop()
    await opened.close()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Asks for each of these four times a second, one after the other; milliseconds of each answer. */
async function watchFor(
  seconds: number,
  port: number,
  pages: Record<string, { path: string; cookie?: string }>,
): Promise<Record<string, number[]>> {
  const end = performance.now() + seconds * 1000
  const times: Record<string, number[]> = {}
  await Promise.all(
    Object.entries(pages).map(async ([name, { path, cookie }]) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const own: number[] = (times[name] = [])
      while (performance.now() < end) {
        const began = performance.now()
        const status = await ask(port, path, { agent, headers: cookie ? { cookie } : {} })
        if (status !== 200) throw new Error(`${path} answered ${status}`)
        own.push(performance.now() - began)
        await sleep(Math.max(0, 250 - (performance.now() - began)))
      }
      agent.destroy()
    }),
  )
  return times
}

function ask(
  port: number,
  path: string,
  options: { agent?: Agent; headers?: Record<string, string>; method?: string; body?: string; localAddress?: string },
): Promise<number> {
  const { body, ...rest } = options
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, ...rest }, (response) => {
      response
        .resume()
        .on('end', () => resolve(response.statusCode!))
        .on('error', reject)
    })
      .on('error', reject)
      .end(body)
  })
}

/** Runs in a process of its own, so that what others feel is not what the crowd costs. */
export async function runCrowd(): Promise<void> {
  process.on('message', (message) => {
    void enter(message as Crowd).then(() => process.send!('ready'))
  })
  process.send!({})
}

async function enter(crowd: Crowd): Promise<void> {
  const mails = await makeMails('5 kB', MAIL_CONNECTIONS * MAILS_EACH)
  for (let n = 0; n < LISTS; n++) void openList(crowd, crowd.cookies[n % crowd.cookies.length]!)
  void changeTickets(crowd)
  for (let n = 0; n < LOGINS_AT_ONCE; n++) void tryLogins(crowd, n)
  for (let n = 0; n < MAIL_CONNECTIONS; n++) void sendMails(crowd, n, mails.slice(n * MAILS_EACH, (n + 1) * MAILS_EACH))
}

/** As the page does it: it is told, then fetches the list and the rail. */
async function openList({ http, queue }: Crowd, cookie: string): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  const headers = { cookie, 'hx-request': 'true', [REFRESH]: '1' }
  const fetchParts = () =>
    Promise.all([
      ask(http, `/desk/queue/${queue}`, { agent, headers: { ...headers, 'hx-target': 'list' } }),
      ask(http, `/desk/rail?here=queue-${queue}`, { agent, headers }),
    ])
  for (;;) {
    await new Promise<void>((resolve) => {
      request({ host: '127.0.0.1', port: http, path: '/live?list=1', headers: { cookie } }, (response) => {
        response.setEncoding('utf8')
        response.on('data', (text: string) => {
          if (text.includes('event: tickets')) fetchParts().catch(() => {})
        })
        response.on('error', () => resolve())
        response.on('end', resolve)
      })
        .on('error', () => resolve())
        .end()
    })
    await sleep(1000)
  }
}

async function changeTickets({ url, queue }: Crowd): Promise<void> {
  const opened = await openDatabase(url, { max: 5 })
  const config = await loadConfig({ env: { POMOC_MAIL_ADDRESS: 'pomoc@uni.example', POMOC_LOG_LEVEL: 'silent' } })
  const room = { db: opened.db, config, clock: () => new Date(), subscribers: () => [] }
  const { id } = await opened.db.selectFrom('person').select('id').where('login', '=', 'akowalska').executeTakeFirstOrThrow()
  const actor = (await loadActor(opened.db, id))!
  const tickets = await opened.db
    .selectFrom('ticket')
    .select('id')
    .where('queue_id', '=', queue)
    .where('state_type', '=', 'open')
    .limit(50)
    .execute()
  for (let n = 0; ; n++) {
    const change = await prepareAct({ db: opened.db }, 'priority', { priority: String(1 + (n % 5)) })
    const ticket = tickets[n % tickets.length]!.id
    void runWork(room, actor, (work) => change(work, ticket)).catch(() => {})
    await sleep(1000 / CHANGES_A_SECOND)
  }
}

/** Wrong passwords from many addresses, as fast as they are answered. */
async function tryLogins({ http }: Crowd, n: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const localAddress = `127.1.${n}.${1 + (tries % 250)}`
    const { cookie, token } = await formOf(http, localAddress)
    const body = new URLSearchParams({ login: `u${(n * 1000 + tries) % 20_000}`, password: 'zgaduję', _csrf: token }).toString()
    await ask(http, '/login', {
      method: 'POST',
      localAddress,
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', origin: `http://127.0.0.1:${http}` },
      body,
    }).catch(() => sleep(100))
  }
}

/** The form cookie and the token of the login page. */
function formOf(port: number, localAddress: string): Promise<{ cookie: string; token: string }> {
  return new Promise((resolve) => {
    const nothing = () => resolve({ cookie: '', token: '' })
    request({ host: '127.0.0.1', port, path: '/login', localAddress }, (response) => {
      let html = ''
      response.setEncoding('utf8').on('data', (text: string) => (html += text))
      response.on('error', nothing)
      response.on('end', () =>
        resolve({
          cookie: (response.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]!).join('; '),
          token: /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '',
        }),
      )
    })
      .on('error', nothing)
      .end()
  })
}

/** Each mail is another one: of one that came before nothing is kept anew. */
async function sendMails({ smtp }: Crowd, n: number, mails: Delivery[]): Promise<void> {
  for (;;) {
    try {
      const client = await open(smtp, `127.2.0.${1 + Math.floor(n / FROM_ONE)}`)
      for (let mail = mails.shift(); mail; mail = mails.shift()) await client.send(mail)
      await client.close()
      mails.push(...(await makeMails('5 kB', MAILS_EACH)))
    } catch {
      await sleep(200)
    }
  }
}
