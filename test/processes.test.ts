/**
 * Several processes share one database: two serve pages, one takes mail, two do jobs. They are the real program, and each
 * listens on a socket that is held open for it, as systemd does (config/samples).
 */
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSession } from '../core/person/sessions.ts'
import { testDatabase } from './database.ts'
import { deliver, newCrowd, stream, subjectOf, type Crowd } from './mail/crowd.ts'
import { maker, type Maker } from './make.ts'
import { removePackages, writePackage } from './plugins/house.ts'
import { CHIME, PROBE } from './plugins/probe.ts'
import { holdSocket, runProgram, temporaryData, type HeldSocket, type Program } from './program.ts'
import { built } from './stage.ts'

type Name = 'webA' | 'webB' | 'smtp' | 'jobsA' | 'jobsB' | 'smtpB'
const NAMES: Name[] = ['webA', 'webB', 'smtp', 'jobsA', 'jobsB']

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
let env: Record<string, string>
const data = temporaryData()
const sockets = new Map<string, HeldSocket>()
const programs = new Map<Name, Program>()
let session: { token: string; csrf: string }
/** Mails are numbered through the whole file. */
let next = 0

const port = (name: Name): number => sockets.get(name)!.port
const at = (name: Name, path: string): string => `http://127.0.0.1:${port(name)}${path}`
const said = (line: string): void => {
  process.stdout.write(`  ${line}\n`)
}

function start(name: Name): Promise<void> {
  const role = name.replace(/[AB]$/, '')
  const socket = sockets.get(name)
  const program = runProgram(env, ['start', '--only', role], socket ? { sockets: { [role === 'web' ? 'http' : 'smtp']: socket } } : {})
  programs.set(name, program)
  return program.ready
}
async function end(name: Name, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const program = programs.get(name)!
  program.kill(signal)
  const { code } = await program.ended
  if (signal === 'SIGTERM') expect({ name, code, stderr: program.stderr }).toEqual({ name, code: 0, stderr: program.stderr })
}

/** `npm run test:long` takes the minutes that these need. */
const LONG = process.env['POMOC_LONG'] === 'yes'

/** For a machine that has much else to do. */
const PATIENCE = 240_000

/** Asks until the answer is true; answers after how many milliseconds that was. */
async function until(what: string, holds: () => Promise<boolean>, seconds = 120): Promise<number> {
  const begun = performance.now()
  while (!(await holds())) {
    if (performance.now() - begun > seconds * 1000)
      throw new Error(`waited ${seconds} s in vain: ${what}\n${[...programs].map(([name, { stderr }]) => `${name}: ${stderr}`).join('\n')}`)
    await sleep(10)
  }
  return Math.round(performance.now() - begun)
}
const rows = async <T>(statement: string, values: unknown[] = []): Promise<T[]> =>
  (await database.pool.query(statement, values)).rows as T[]

const get = (name: Name, path: string) => fetch(at(name, path), { headers: { cookie: `pomoc=${session.token}` }, redirect: 'manual' })
async function post(name: Name, path: string, fields: Record<string, string>): Promise<void> {
  const response = await fetch(at(name, path), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: `pomoc=${session.token}` },
    body: new URLSearchParams({ ...fields, _csrf: session.csrf }),
  })
  if (response.status !== 303 && response.status !== 302)
    throw new Error(`POST ${path}: ${response.status} ${(await response.text()).slice(0, 2000)}`)
}

/** Each accepted mail is exactly one ticket, and nothing is left over. */
async function expectOneTicketEach(crowd: Crowd): Promise<void> {
  await until(
    'every mail is processed',
    async () => (await rows(`select 1 from inbound_mail where state <> 'processed' limit 1`)).length === 0,
    150,
  )
  const made = new Map(
    (
      await rows<{ title: string; count: string }>(`select title, count(*) from ticket where title = any($1) group by title`, [
        [...crowd.accepted].map(subjectOf),
      ])
    ).map(({ title, count }) => [title, count]),
  )
  expect([...crowd.accepted].filter((n) => made.get(subjectOf(n)) !== '1')).toEqual([])
}

beforeAll(async () => {
  database = await testDatabase({ empty: true })
  for (const name of ['webA', 'webB', 'smtp']) sockets.set(name, holdSocket())
  env = {
    POMOC_DATABASE_URL: database.url,
    POMOC_DATA_DIR: data.dir,
    POMOC_BASE_URL: 'http://pomoc.uni.example',
    POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
    POMOC_PLUGINS: ['desk', 'portal', 'admin', 'smtp-receiver', writePackage(PROBE), writePackage(CHIME)].join(','),
    POMOC_LOG_LEVEL: 'error',
  }
  await built()
  // All at once on nothing: one of them makes the tables, the others wait.
  await Promise.all(NAMES.map(start))
  make = await maker(database.db)
  make.now = new Date()
  const admin = (await rows<{ id: string }>(`select id from person where login = 'admin'`)).map(({ id }) => id)
  expect(admin).toHaveLength(1)
  const token = await make.asSystem((work) => openSession(work, admin[0]!, { address: '127.0.0.1', userAgent: 'test' }))
  session = { token, csrf: (await rows<{ csrf: string }>('select csrf from session'))[0]!.csrf }
})
afterAll(async () => {
  for (const program of programs.values()) {
    program.kill('SIGKILL')
    await program.ended
  }
  for (const socket of sockets.values()) socket.close()
  await data.remove()
  removePackages()
  await database?.close()
})

test(
  'each does its part only, and the doctor counts them',
  async () => {
    expect(programs.get('webA')!.stdout).toMatch(/web +http:/)
    expect(programs.get('webA')!.stdout).not.toMatch(/mail +smtp:/)
    expect(programs.get('smtp')!.stdout).toMatch(/mail +smtp:/)
    expect(programs.get('smtp')!.stdout).not.toMatch(/web +http:/)
    expect(programs.get('jobsA')!.stdout).not.toMatch(/https?:|smtp:/)
    // A plugin's `start` ran in the role it belongs to.
    expect((await rows<{ process: number }>('select process from chime_started order by 1')).map(({ process }) => process)).toEqual(
      [programs.get('jobsA')!.pid, programs.get('jobsB')!.pid].sort((a, b) => a - b),
    )
    const doctor = runProgram(env, ['doctor', '--json'])
    await doctor.ended
    expect((JSON.parse(doctor.stdout) as { name: string }[]).find(({ name }) => name === 'processes')).toEqual({
      name: 'processes',
      state: 'ok',
      says: '5 run: 2 × web, 1 × smtp, 2 × jobs.',
    })
  },
  PATIENCE,
)

test(
  'a page on one web process hears of a change made through the other, and of a mail',
  async () => {
    const crowd = newCrowd()
    const n = next++
    await deliver(crowd, port('smtp'), n)
    await expectOneTicketEach(crowd)
    const [ticket] = await rows<{ id: string; tn: string }>(`select id, number as tn from ticket where title = $1`, [subjectOf(n)])
    const live = await get('webA', `/live?ticket=${ticket!.id}`)
    const reader = live.body!.pipeThrough(new TextDecoderStream()).getReader()
    let heard = ''
    const hear = async (words: string) => {
      while (!heard.includes(words)) heard += (await reader.read()).value ?? ''
      heard = ''
    }
    await hear('live-connected')
    let begun = performance.now()
    await post('webB', `/desk/tickets/${ticket!.id}/note`, { body: 'Zajmę się tym.' })
    await hear(`event: ticket-${ticket!.id}`)
    said(`a change through the other web process was heard ${Math.round(performance.now() - begun)} ms after it was asked for`)
    await sleep(1100) // a page is told once a second at most
    begun = performance.now()
    const { createTransport } = await import('nodemailer')
    await createTransport({ host: '127.0.0.1', port: port('smtp'), ignoreTLS: true }).sendMail({
      from: `osoba${n}@klient.example`,
      to: 'pomoc@uni.example',
      subject: `Re: ${subjectOf(n)}`,
      inReplyTo: `<${n}@klient.example>`,
      text: 'Jeszcze jedno.',
    })
    await hear(`event: ticket-${ticket!.id}`)
    said(`a mail was heard ${Math.round(performance.now() - begun)} ms after its sending began`)
    await reader.cancel()
    expect(await rows(`select 1 from article where ticket_id = $1 and body = 'Jeszcze jedno.'`, [ticket!.id])).toHaveLength(1)
  },
  PATIENCE,
)

test(
  'a plugin switched on, a setting and an address hold in every process at once, without a restart',
  async () => {
    expect((await get('webB', '/u/it/probe')).status).toBe(404)
    await post('webA', '/admin/plugins/probe', { 'unit.1': 'on' })
    const on = await until('the plugin is on in the other process', async () => (await get('webB', '/u/it/probe')).status === 200)
    await post('webA', '/admin/settings/probe', { 'from.limit': 'own', limit: '7' })
    const set = await until(
      'the setting holds in the other process',
      async () => (await (await get('webB', '/u/it/probe')).text()) === 'limit 7',
    )
    const nodemailer = await import('nodemailer')
    const transport = nodemailer.createTransport({ host: '127.0.0.1', port: port('smtp'), ignoreTLS: true })
    const mail = { from: 'ktos@klient.example', to: 'nowy@uni.example', subject: 'na nowy adres', text: 'x' }
    await expect(transport.sendMail(mail)).rejects.toThrow(/550/)
    await post('webA', '/admin/addresses/new', { address: 'nowy@uni.example', name: 'Nowy', queueId: '4', valid: 'on' })
    const known = await until('the new address is known to the listener', () =>
      transport.sendMail(mail).then(
        () => true,
        () => false,
      ),
    )
    // The jobs processes treat the next mail by what holds since.
    await until('the mail was judged', async () => (await rows('select 1 from probe_mail')).length > 0)
    expect(await rows('select subject, limit_then from probe_mail')).toEqual([{ subject: 'na nowy adres', limit_then: 7 }])
    said(`until it held in another process: plugin ${on} ms, setting ${set} ms, address ${known} ms (with the conversation that tries it)`)
    await post('webB', '/admin/plugins/probe', { 'unit.1': 'off' })
    await until('the plugin is off again', async () => (await get('webA', '/u/it/probe')).status === 404)
  },
  PATIENCE,
)

test(
  'kill -9 of a jobs process in the middle of its work: every mail becomes one ticket, and what it had under way goes on',
  async () => {
    const crowd = newCrowd()
    const from = next
    next += 16
    const mails = Promise.all(Array.from({ length: 16 }, (_, i) => deliver(crowd, port('smtp'), from + i, { files: 120 })))
    await until(
      'both have work',
      async () =>
        (
          await rows(`
    select 1 from graphile_worker._private_jobs where locked_by is not null group by locked_by`)
        ).length === 2,
    )
    await end('jobsA', 'SIGKILL')
    const killed = performance.now()
    let orphaned: { key: string }[] = []
    await until('the server has noticed the death', async () => {
      orphaned = await rows(`
      select key from graphile_worker._private_jobs where locked_by is not null and pg_try_advisory_xact_lock(hashtextextended(locked_by, 7001))`)
      return orphaned.length > 0
    })
    await mails
    await until(
      'the jobs of the dead one are done',
      async () =>
        (await rows('select 1 from graphile_worker._private_jobs where key = any($1)', [orphaned.map(({ key }) => key)])).length === 0,
      120,
    )
    said(`${orphaned.length} jobs of the dead process were done ${Math.round((performance.now() - killed) / 100) / 10} s after kill -9`)
    expect(crowd).toMatchObject({ refusals: [] })
    expect(crowd.accepted.size).toBe(16)
    await expectOneTicketEach(crowd)
    await start('jobsA')
  },
  PATIENCE,
)

test(
  'kill -9 of the process that takes mail: senders come again, nothing acknowledged is lost, nothing made twice',
  async () => {
    const crowd = newCrowd()
    let over = false
    const mails = stream(crowd, port('smtp'), { from: next, perSecond: 50, enough: () => over, retry: true })
    await until('mails come in', async () => crowd.accepted.size >= 30)
    await end('smtp', 'SIGKILL')
    await start('smtp')
    const before = crowd.accepted.size
    await until('mails come in again', async () => crowd.accepted.size >= before + 30)
    over = true
    const from = next
    next = await mails
    expect(crowd.accepted.size).toBe(next - from)
    said(`kill -9 of smtp: ${next - from} mails, ${crowd.refusals.length} attempts cut off and made again`)
    await expectOneTicketEach(crowd)
  },
  PATIENCE,
)

test(
  'kill -9 of one web process: the other serves',
  async () => {
    await end('webA', 'SIGKILL')
    expect((await get('webB', '/desk')).status).toBe(200)
    await start('webA')
    expect((await get('webA', '/desk')).status).toBe(200)
  },
  PATIENCE,
)

if (LONG)
  test(
    'a restart of every process, one after the other, under 50 mails a second refuses none, and no page',
    async () => {
      const [crowd, visits] = [newCrowd(), { answers: 0, refusals: [] as string[] }]
      let over = false
      const begun = performance.now()
      const mails = stream(crowd, port('smtp'), { from: next, perSecond: 50, enough: () => over })
      const agent = new Agent({ keepAlive: true })
      const browse = async (name: Name) => {
        while (!over) {
          await new Promise<void>((resolve) => {
            const asked = request(at(name, '/desk'), { agent, headers: { cookie: `pomoc=${session.token}` } }, (response) => {
              if (response.statusCode === 200) visits.answers++
              else visits.refusals.push(String(response.statusCode))
              response.resume().on('end', resolve)
            })
            asked
              .on('error', (error) => {
                visits.refusals.push(error.message)
                resolve()
              })
              .end()
          })
          await sleep(40)
        }
      }
      const browsing = [browse('webA'), browse('webB')]
      for (const name of NAMES) {
        await end(name, 'SIGTERM')
        await start(name)
      }
      over = true
      const from = next
      next = await mails
      await Promise.all(browsing)
      agent.destroy()
      const seconds = (performance.now() - begun) / 1000
      said(
        `${next - from} mails in ${seconds.toFixed(1)} s (${((next - from) / seconds).toFixed(0)}/s), ${crowd.refusals.length} refused, the slowest took ${(crowd.slowest / 1000).toFixed(1)} s; ` +
          `${visits.answers} pages, ${visits.refusals.length} refused`,
      )
      expect(crowd.refusals).toEqual([])
      expect(visits.refusals).toEqual([])
      expect(crowd.accepted.size).toBe(next - from)
      await expectOneTicketEach(crowd)
    },
    PATIENCE,
  )

if (LONG)
  test(
    'of two processes that take mail from one socket either may go at any time, and nobody meets a closed door',
    async () => {
      const crowd = newCrowd()
      sockets.set('smtpB', sockets.get('smtp')!)
      await start('smtpB')
      let over = false
      const mails = stream(crowd, port('smtp'), { from: next, perSecond: 50, enough: () => over })
      await until('mails come in', async () => crowd.accepted.size >= 10)
      await end('smtp', 'SIGTERM')
      const before = crowd.accepted.size
      await until('the other takes them', async () => crowd.accepted.size >= before + 10)
      await start('smtp')
      await end('smtpB', 'SIGTERM')
      over = true
      const from = next
      next = await mails
      expect(crowd.refusals).toEqual([])
      expect(crowd.accepted.size).toBe(next - from)
      await expectOneTicketEach(crowd)
    },
    PATIENCE,
  )

if (LONG)
  test(
    'of two jobs processes one does what the clock asks, each minute once',
    async () => {
      await until('a full minute has come', async () => (await rows('select 1 from chime_rung')).length > 0, 120)
      await sleep(1000) // whoever would ring twice does so now
      const rung = await rows<{ minute: string; count: string }>('select minute, count(*) from chime_rung group by 1')
      said(`the clock rang in ${rung.length} minutes`)
      expect(rung.filter(({ count }) => count !== '1')).toEqual([])
    },
    PATIENCE,
  )
