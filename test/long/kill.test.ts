/**
 * Kills the real program with SIGKILL while mails are delivered by a client that retries until it gets 250: each mail must
 * become exactly one ticket. Seed and counts are printed; POMOC_TEST_SEED repeats a run.
 */
import { readFileSync } from 'node:fs'
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport } from 'nodemailer'
import { Client, Pool } from 'pg'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../database.ts'
import { isAlive, runProgram, temporaryData, type Program } from '../program.ts'
import { freePort } from '../servers/ports.ts'

const MAILS = 500
const seed = Number(process.env['POMOC_TEST_SEED'] ?? Date.now() % 1_000_000)

/** mulberry32: the same seed gives the same run. */
function random(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Stands between client and program; `holdAccepted` keeps back its "250 Accepted". */
class Gate {
  holdAccepted = false
  port = 0
  private sockets = new Set<Socket>()
  private constructor(private server: Server) {}
  static async open(target: number): Promise<Gate> {
    const server = createServer()
    const gate = new Gate(server)
    server.on('connection', (near) => {
      const far = connect(target, '127.0.0.1')
      gate.sockets.add(near)
      near.on('data', (data) => far.write(data))
      far.on('data', (data) => {
        if (!gate.holdAccepted || !data.toString('latin1').startsWith('250 2.6.0 Accepted')) near.write(data)
      })
      const end = () => {
        near.destroy()
        far.destroy()
        gate.sockets.delete(near)
      }
      for (const socket of [near, far]) socket.on('error', end).on('close', end)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    gate.port = (server.address() as AddressInfo).port
    return gate
  }
  close() {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
  }
}

/** Where auto-responses go: takes everything; while `holding`, never answers the end of DATA. */
class SlowSink {
  holding = false
  held = 0
  taken = 0
  private constructor(
    readonly port: number,
    private server: SMTPServer,
  ) {}
  static async open(): Promise<SlowSink> {
    let sink!: SlowSink
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 500,
      onData: (stream, _session, done) => {
        stream.resume()
        stream.on('end', () => {
          if (sink.holding) sink.held++
          else {
            sink.taken++
            done(null)
          }
        })
      },
    })
    server.on('error', () => {})
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve())
    })
    sink = new SlowSink((server.server.address() as AddressInfo).port, server)
    return sink
  }
  close() {
    this.server.close()
  }
}

async function until<T>(what: string, look: () => Promise<T | undefined | false>, timeout = 60_000, explain = async () => ''): Promise<T> {
  const end = Date.now() + timeout
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited ${timeout} ms in vain: ${what}. ${await explain()}`)
    await sleep(15)
  }
}

interface Progress {
  accepted: number
  refused: string[]
  lost?: Error
}

/** Delivers mails `from`…`to` side by side, each again and again until 250. From MAILS on they are heavy: some 18 MB. */
async function deliver(port: number, from: number, to: number, progress: Progress): Promise<void> {
  let next = from
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
    connectionTimeout: 2000,
    greetingTimeout: 5000,
    socketTimeout: 60_000,
  })
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      while (next < to) {
        const n = next++
        const subject = `zgłoszenie ${String(n).padStart(4, '0')}`
        const mail = {
          envelope: { from: `osoba${n}@klient.example`, to: 'pomoc@localhost' },
          from: `Osoba ${n} <osoba${n}@klient.example>`,
          to: 'pomoc@localhost',
          subject,
          text: `Treść ${n}: zażółć gęślą jaźń.`,
          // Fixed, as a mail server's queue keeps them: each attempt sends the very same bytes.
          messageId: `<${n}@klient.example>`,
          date: new Date('2026-11-20T10:00:00Z'),
          attachments:
            n >= MAILS ? Array.from({ length: 400 }, (_, i) => ({ filename: `plik ${i}.txt`, content: `${i} `.repeat(9000) })) : [],
        }
        const raw = await compose(mail)
        for (;;) {
          try {
            await transport.sendMail({ envelope: mail.envelope, raw })
            progress.accepted++
            break
          } catch (error) {
            const { responseCode } = error as { responseCode?: number }
            if (responseCode) progress.refused.push(String(responseCode))
            if (responseCode && responseCode >= 500) progress.lost = error as Error
            if (progress.lost) throw error
            await sleep(120)
          }
        }
      }
    }),
  )
  transport.close()
}

async function compose(mail: object): Promise<Buffer> {
  const streamed = await createTransport({ streamTransport: true, buffer: true }).sendMail(mail)
  return streamed.message as Buffer
}

const tickets = (pool: Pool) =>
  pool
    .query<{ title: string; count: string }>(`select title, count(*) from ticket where title like 'zgłoszenie %' group by title`)
    .then((r) => r.rows)

/** What became of the mails that are not tickets yet, of their jobs, and what the program said: for a failure. */
async function leftOver(pool: Pool, program: Program, progress: Progress): Promise<string> {
  const { rows } = await pool.query(`
    select m.id, m.envelope_from, m.state, m.attempts, m.reason, j.attempts as runs, j.locked_by, j.locked_at, j.run_at, j.last_error
    from inbound_mail m left join graphile_worker._private_jobs j on j.key = 'mail/process/' || m.id
    where m.state <> 'processed' order by m.id limit 10`)
  return [
    `${(await tickets(pool)).length} tickets, ${progress.accepted} accepted, ${progress.refused.length} refused; left over:`,
    ...rows.map((row) => JSON.stringify(row)),
    program.stderr.slice(-3000),
  ].join('\n')
}

/** Waits until there are `total` tickets and no mail is left over, at most a minute from `since`. */
async function allTickets(pool: Pool, total: number, program: Program, progress: Progress, since: number): Promise<void> {
  await until(
    'all tickets are there',
    async () =>
      (await tickets(pool)).length === total &&
      (await pool.query(`select 1 from inbound_mail where state <> 'processed' limit 1`)).rows.length === 0,
    since + 60_000 - Date.now(),
    () => leftOver(pool, program, progress),
  )
}

async function expectEachOnce(pool: Pool, count: number): Promise<void> {
  const made = await tickets(pool)
  expect(made.filter((row) => row.count !== '1')).toEqual([])
  expect(made.length).toBe(count)
  const { rows } = await pool.query(
    `select count(*) filter (where state <> 'processed')::int as open, count(*)::int as all from inbound_mail`,
  )
  expect(rows[0]).toEqual({ open: 0, all: count })
}

describe(`kill -9 of the program while mails arrive (seed ${seed})`, () => {
  const data = temporaryData()
  let database: Awaited<ReturnType<typeof testDatabase>>
  let program: Program | undefined
  let sink: SlowSink
  let gate: Gate
  let smtp: number

  beforeAll(async () => {
    database = await testDatabase({ empty: true })
    sink = await SlowSink.open()
    smtp = await freePort()
    gate = await Gate.open(smtp)
  })
  afterAll(async () => {
    program?.kill('SIGKILL')
    await program?.ended
    gate.close()
    sink.close()
    await data.remove()
    await database.close()
  })

  const start = async () => {
    program = runProgram({
      POMOC_DATABASE_URL: database.url,
      POMOC_DATA_DIR: data.dir,
      POMOC_SMTP_PORT: String(smtp),
      POMOC_LOG_LEVEL: 'error',
      POMOC_SMARTHOST_URL: `smtp://127.0.0.1:${sink.port}`,
    })
    await program.ready
  }
  const kill = async () => {
    program!.kill('SIGKILL')
    await program!.ended
  }

  it('loses none and makes none twice: 20 kills, at least three each before commit, after it, in parsing, in sending', async () => {
    const rand = random(seed)
    const moments = [
      ...['before commit', 'between commit and 250', 'in parsing', 'in sending'].flatMap((kind) => [kind, kind, kind, kind]),
      'any',
      'any',
      'any',
      'any',
    ]
    for (let i = moments.length - 1; i > 0; i--) {
      const j = Math.floor(rand() * (i + 1))
      ;[moments[i], moments[j]] = [moments[j]!, moments[i]!]
    }
    const pool = database.pool
    await start()
    const progress: Progress = { accepted: 0, refused: [] }
    // The steady stream, thinned so that it lasts over all the kills.
    let stream = Promise.resolve()
    const share = Math.floor(MAILS / (moments.length + 1))
    let sent = 0
    const sendMore = (count: number) => {
      const from = sent
      sent += count
      stream = Promise.all([stream, deliver(gate.port, from, from + count, progress)]).then(() => {})
    }
    let nextHeavy = MAILS
    const done: Record<string, number> = {}
    for (const moment of moments) {
      await stream
      if (moment === 'before commit') {
        const locker = new Client({ connectionString: database.url })
        await locker.connect()
        await locker.query('begin; lock table inbound_mail in share mode')
        sendMore(share)
        await until(
          'a mail waits for its commit',
          async () =>
            (
              await pool.query(
                `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%insert into inbound_mail%' and datname = current_database()`,
              )
            ).rows[0],
        )
        await kill()
        await locker.query('rollback')
        await locker.end()
      } else if (moment === 'between commit and 250') {
        // Some go through whole; then the answer is kept back, and a mail is committed without its client knowing.
        sendMore(share)
        await sleep(rand() * 40)
        gate.holdAccepted = true
        const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from inbound_mail')
        await until(
          'a mail is committed whose 250 is held',
          async () => (await pool.query<{ n: number }>('select count(*)::int as n from inbound_mail')).rows[0]!.n > rows[0]!.n,
        )
        await kill()
        gate.holdAccepted = false
      } else if (moment === 'in parsing') {
        // On a busy machine a mail may have been read between two looks: then with the next one.
        for (let seen = false; !seen; ) {
          const n = nextHeavy++
          stream = Promise.all([stream, deliver(gate.port, n, n + 1, progress)]).then(() => {})
          seen = await until(
            'the heavy mail is being read',
            async () => {
              const { rows } = await pool.query<{ state: string; reading: boolean }>(
                `select m.state, exists (select 1 from graphile_worker._private_jobs j
                 where j.key = 'mail/process/' || m.id and j.locked_at is not null) as reading
               from inbound_mail m where m.envelope_from = $1`,
                [`osoba${n}@klient.example`],
              )
              return rows[0] && (rows[0].reading || rows[0].state === 'processed') && rows[0]
            },
            60_000,
            () => leftOver(pool, program!, progress),
          ).then(({ state, reading }) => reading && state === 'accepted')
        }
        const n = nextHeavy - 1
        await kill()
        const { rows } = await pool.query('select state from inbound_mail where envelope_from = $1', [`osoba${n}@klient.example`])
        expect(rows[0]?.state).toBe('accepted')
      } else if (moment === 'in sending') {
        sink.held = 0
        sink.holding = true
        sendMore(share)
        await until('a mail is being sent', async () => sink.held > 0)
        await kill()
        sink.holding = false
      } else {
        sendMore(share)
        await sleep(rand() * 600)
        await kill()
      }
      done[moment] = (done[moment] ?? 0) + 1
      await start()
    }
    const restarted = Date.now()
    sendMore(MAILS - sent)
    await stream
    const total = nextHeavy
    await allTickets(pool, total, program!, progress, restarted)
    process.stdout.write(
      `  seed ${seed}: ${JSON.stringify(done)}; ${progress.accepted} accepted, all ${total} tickets ${Date.now() - restarted} ms after the last restart\n`,
    )
    await expectEachOnce(pool, total)
    program!.kill('SIGTERM')
    expect(await program!.ended).toMatchObject({ code: 0 })
  }, 600_000)
})

describe(`kill -9 of the database server while mails arrive (seed ${seed})`, () => {
  it('is answered with 451, the server is started again, everything arrives once', async () => {
    const data = temporaryData()
    const smtp = await freePort()
    const program = runProgram({ POMOC_DATA_DIR: data.dir, POMOC_SMTP_PORT: String(smtp), POMOC_LOG_LEVEL: 'error' })
    try {
      await program.ready
      const progress: Progress = { accepted: 0, refused: [] }
      const stream = deliver(smtp, 0, 200, progress)
      const rand = random(seed)
      let revived = 0
      for (let i = 0; i < 4; i++) {
        await until('some mails are in', async () => {
          if (progress.lost) throw progress.lost
          return progress.accepted > (i + 1) * 20
        })
        await sleep(rand() * 300)
        const pid = data.postmaster()!
        process.kill(pid, 'SIGKILL')
        await until('another server runs', async () => {
          const now = data.postmaster()
          return now !== undefined && now !== pid && isAlive(now)
        })
        revived = Date.now()
      }
      await stream
      expect(progress.refused.filter((code) => code !== '451' && code !== '421')).toEqual([])
      expect(progress.refused).toContain('451')
      const pool = new Pool({ connectionString: socketUrl(data.dir), max: 1 })
      pool.on('error', () => {})
      await allTickets(pool, 200, program, progress, revived)
      process.stdout.write(
        `  seed ${seed}: 4 kills of the server, ${progress.refused.length} answers of 451 or 421, all 200 tickets ${Date.now() - revived} ms after its last start\n`,
      )
      await expectEachOnce(pool, 200)
      await pool.end()
      program.kill('SIGTERM')
      expect(await program.ended).toMatchObject({ code: 0 })
    } finally {
      program.kill('SIGKILL')
      await program.ended
      await data.remove()
    }
  }, 300_000)
})

/** The embedded server's socket, as its own pid file tells (line 5). */
function socketUrl(dataDir: string): string {
  const socketDir = readFileSync(join(dataDir, 'postgresql', 'postmaster.pid'), 'utf8').split('\n')[4]!
  return `postgresql://pomoc@/pomoc?host=${encodeURIComponent(socketDir)}&port=5432`
}
