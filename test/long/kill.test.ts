/**
 * Kills the real program and its database server with SIGKILL while mails are delivered by a client that retries until it gets 250: each mail
 * must become exactly one ticket that is answered once. Seed and counts are printed; POMOC_TEST_SEED repeats a run.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
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
  private opened = 0
  private sockets = new Set<Socket>()
  private constructor(private server: Server) {}
  static async open(target: number): Promise<Gate> {
    const server = createServer()
    const gate = new Gate(server)
    server.on('connection', (near) => {
      // Of several addresses, as several mail servers: what one of them brings is answered 200 times an hour.
      const far = connect({ port: target, host: '127.0.0.1', localAddress: `127.0.0.${2 + (gate.opened++ % 20)}` })
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
  /** How often each mail was taken, by its Message-ID. */
  taken = new Map<string, number>()
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
        void text(stream)
          .then((mail) => {
            if (sink.holding) return void sink.held++
            const id = /^message-id:\s*(<[^>]+>)/im.exec(mail)![1]!
            sink.taken.set(id, (sink.taken.get(id) ?? 0) + 1)
            done(null)
          })
          .catch(done)
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
  const { rows: busy } = await pool.query(`
    select pid, application_name, state, wait_event_type, wait_event, extract(epoch from now() - xact_start)::int as seconds, left(query, 160) as query
    from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() order by pid`)
  return [
    `${(await tickets(pool)).length} tickets, ${progress.accepted} accepted, ${progress.refused.length} refused; left over:`,
    ...[...rows, ...busy].map((row) => JSON.stringify(row)),
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

async function expectEachOnce(pool: Pool, count: number, sink: SlowSink, kills: number): Promise<void> {
  const made = await tickets(pool)
  expect(made.filter((row) => row.count !== '1')).toEqual([])
  expect(made.length).toBe(count)
  const { rows } = await pool.query(
    `select count(*) filter (where state <> 'processed')::int as open, count(*)::int as all from inbound_mail`,
  )
  expect(rows[0]).toEqual({ open: 0, all: count })
  const answers = () =>
    pool.query<{ message_id: string; ticket_id: string; state: string }>('select message_id, ticket_id, state from outbound_mail')
  await until('all answers have left', async () => (await answers()).rows.every(({ state }) => state === 'sent'))
  const sent = (await answers()).rows
  expect(sent.length).toBe(count)
  expect(new Set(sent.map(({ ticket_id }) => ticket_id)).size).toBe(count)
  expect(sent.filter(({ message_id }) => !sink.taken.has(message_id))).toEqual([])
  // One that was under way to the smarthost when the program was killed leaves again, never more than that: as many as are sent at once.
  const twice = [...sink.taken.values()].reduce((sum, times) => sum + times - 1, 0)
  expect(twice).toBeLessThanOrEqual(4 * kills)
  process.stdout.write(`  ${count} answers, ${twice} of them twice on the wire\n`)
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

  it('loses none and makes none twice: 40 kills, before commit, after it, in parsing, in sending, twenty between the end of a job and its being written down', async () => {
    const rand = random(seed)
    const moments = [
      ...['before commit', 'between commit and 250', 'in parsing', 'in sending'].flatMap((kind) => [kind, kind, kind, kind]),
      'any',
      'any',
      'any',
      'any',
      ...Array.from({ length: 20 }, () => 'done and not told'),
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
      } else if (moment === 'done and not told') {
        // The end of a job waits some milliseconds for others': here its row is held, so that the mail is a ticket while its job stands there.
        sendMore(share)
        const holder = new Client({ connectionString: database.url })
        await holder.connect()
        await until('a mail is a ticket whose job still stands there', async () => {
          await holder.query('begin')
          const { rows } = await holder.query<{ id: string }>(
            `select j.id from graphile_worker._private_jobs j join inbound_mail m on j.key = 'mail/process/' || m.id
             where j.locked_at is not null order by j.id desc limit 1 for update of j skip locked`,
          )
          for (let look = 0; rows[0] && look < 200; look++) {
            const { rows: done } = await pool.query(
              `select 1 from graphile_worker._private_jobs j join inbound_mail m on j.key = 'mail/process/' || m.id where j.id = $1 and m.state = 'processed'`,
              [rows[0].id],
            )
            if (done[0]) return true
            await sleep(5)
          }
          await holder.query('rollback')
          if (sent < MAILS && progress.accepted >= sent) sendMore(1)
          return false
        })
        await kill()
        await holder.query('rollback')
        await holder.end()
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
    if (sent < MAILS) sendMore(MAILS - sent)
    await stream
    const total = nextHeavy
    await allTickets(pool, total, program!, progress, restarted)
    process.stdout.write(
      `  seed ${seed}: ${JSON.stringify(done)}; ${progress.accepted} accepted, all ${total} tickets ${Date.now() - restarted} ms after the last restart\n`,
    )
    await expectEachOnce(pool, total, sink, moments.length)
    program!.kill('SIGTERM')
    expect(await program!.ended).toMatchObject({ code: 0 })
  }, 1_200_000)
})

describe(`kill -9 of the database server while mails arrive (seed ${seed})`, () => {
  it('is answered with 451, the server is started again, everything arrives once: 24 kills, twenty with tickets that stand in no log on the disk yet', async () => {
    const data = temporaryData()
    const smtp = await freePort()
    const sink = await SlowSink.open()
    const gate = await Gate.open(smtp)
    const start = async () => {
      const program = runProgram({
        POMOC_DATA_DIR: data.dir,
        POMOC_SMTP_PORT: String(smtp),
        POMOC_LOG_LEVEL: 'error',
        POMOC_SMARTHOST_URL: `smtp://127.0.0.1:${sink.port}`,
      })
      await program.ready
      return program
    }
    let program = await start()
    try {
      const progress: Progress = { accepted: 0, refused: [] }
      const rand = random(seed)
      const moments = [
        ...Array.from({ length: 10 }, () => 'not on the disk'),
        ...Array.from({ length: 10 }, () => 'not on the disk, program too'),
        ...Array.from({ length: 4 }, () => 'any'),
      ]
      let stream = Promise.resolve()
      let sent = 0
      const sendMore = (count: number) => {
        const from = sent
        sent += count
        stream = Promise.all([stream, deliver(gate.port, from, sent, progress)]).then(() => {})
      }
      const share = Math.floor(MAILS / (moments.length + 1))
      let revived = Date.now()
      let lost = 0
      for (const moment of moments) {
        await stream
        sendMore(share)
        let there: { id: string; at: string }[] = []
        if (moment === 'any') await sleep(rand() * 600)
        else {
          const looking = new Client({ connectionString: socketUrl(data.dir) })
          looking.on('error', () => {})
          await looking.connect()
          // Tickets are there, and what was written of them lies behind what the disk has.
          await until('a ticket is committed and not on the disk', async () => {
            const { rows } = await looking.query<{ behind: boolean; there: typeof there | null }>(
              `select pg_current_wal_insert_lsn() > pg_current_wal_lsn() as behind, (
                select json_agg(m) from (select id, processed_at::text as at from inbound_mail where state = 'processed' order by processed_at desc limit 8) m) as there`,
            )
            there = rows[0]!.there ?? []
            return rows[0]!.behind && there.length > 0
          })
          void looking.end().catch(() => {})
        }
        const pid = data.postmaster()!
        // All its processes at once: none is left to write what stands in memory only.
        const below = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
          .trim()
          .split('\n')
        execFileSync('sh', ['-c', 'kill -9 "$@" || true', 'kill', String(pid), ...below])
        if (moment.endsWith('program too')) {
          program.kill('SIGKILL')
          await program.ended
          program = await start()
        }
        await until('another server runs', async () => {
          const now = data.postmaster()
          return now !== undefined && now !== pid && isAlive(now)
        })
        revived = Date.now()
        if (there.length === 0) continue
        const rows = await until('the server answers', async () => {
          const after = new Client({ connectionString: socketUrl(data.dir) })
          after.on('error', () => {})
          return after
            .connect()
            .then(() =>
              after.query<{ lost: number }>(
                `select count(*)::int as lost from json_to_recordset($1) as t(id bigint, at text) join inbound_mail m using (id)
                 where m.processed_at::text is distinct from t.at`,
                [JSON.stringify(there)],
              ),
            )
            .then(
              (answer) => answer.rows,
              () => undefined,
            )
            .finally(() => after.end().catch(() => {}))
        })
        lost += rows[0]!.lost
      }
      sendMore(MAILS - sent)
      await stream
      expect(progress.refused.filter((code) => code !== '451' && code !== '421')).toEqual([])
      expect(progress.refused).toContain('451')
      const pool = new Pool({ connectionString: socketUrl(data.dir), max: 1 })
      pool.on('error', () => {})
      await allTickets(pool, MAILS, program, progress, Date.now())
      process.stdout.write(
        `  seed ${seed}: ${moments.length} kills of the server, ten of them with the program, ${lost} of the tickets seen before were gone with them and made anew, ${progress.refused.length} answers of 451 or 421, all ${MAILS} tickets ${Date.now() - revived} ms after its last start\n`,
      )
      await expectEachOnce(pool, MAILS, sink, moments.length)
      await pool.end()
      program.kill('SIGTERM')
      expect(await program.ended).toMatchObject({ code: 0 })
    } finally {
      program.kill('SIGKILL')
      await program.ended
      gate.close()
      sink.close()
      await data.remove()
    }
  }, 900_000)
})

/** The embedded server's socket, as its own pid file tells (line 5). */
function socketUrl(dataDir: string): string {
  const socketDir = readFileSync(join(dataDir, 'postgresql', 'postmaster.pid'), 'utf8').split('\n')[4]!
  return `postgresql://pomoc@/pomoc?host=${encodeURIComponent(socketDir)}&port=5432`
}
