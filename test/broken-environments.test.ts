/** Holds what the real program says in twelve broken environments: one sentence each, with what to do, and nothing left behind. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport } from 'nodemailer'
import { Client } from 'pg'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { unprivilegedAccount } from '../core/machine/account.ts'
import { startEmbedded, type Embedded } from '../core/database/embedded.ts'
import type { Finding } from '../core/doctor/finding.ts'
import { projectDir } from '../core/machine/project.ts'
import { testDatabase } from './database.ts'
import { asSuperuser, withDatabase } from './global.ts'
import { temporaryData, type Program } from './program.ts'
import { debianProgram } from './servers/debian.ts'
import { freePort } from './servers/ports.ts'
import { builtAndUsed, onStage } from './stage.ts'

const { SOURCES } = (await import('../core/run/build.mjs' as string)) as { SOURCES: readonly string[] }

const DAY = 24 * 3600_000
const PATIENCE = 180_000

/** One test's data folder, programs and whatever else it has to put away at its end. */
async function place(context: Pick<TestContext, 'onTestFinished'>, { used = false } = {}) {
  const undo: (() => Promise<void> | void)[] = []
  const { data, run: runThere } = await onStage(context, { used })
  // Runs before the stage's own end, which takes the folder away, and with the programs gone.
  const programs: Program[] = []
  context.onTestFinished(async () => {
    for (const program of programs) {
      program.kill('SIGKILL')
      await program.ended
    }
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  })

  function run(env: Record<string, string> = {}, args: string[] = ['start'], project = projectDir): Program {
    const program = runThere(args, { POMOC_MAIL_ADDRESS: 'pomoc@uni.example', ...env }, project)
    programs.push(program)
    return program
  }

  /** Starts the program, which must end by itself: exit code 1, one sentence, no stack, its port and its database server let go. */
  async function refusal(env: Record<string, string> = {}, { args = ['start'], project = projectDir } = {}): Promise<string> {
    const port = await freePort()
    const program = run({ POMOC_HTTP_PORT: String(port), ...env }, args, project)
    expect(await program.ended).toEqual({ code: 1, signal: null })
    expect(program.stdout).toBe('')
    const said = withoutStalls(program.stderr)
    expect(said).toMatch(/^\S.*[^.]\.\n$/)
    expect(said.trim().split('\n')).toHaveLength(1)
    await new Promise<void>((resolve) => {
      const other = listening(port, () => other.close(() => resolve()))
    })
    expect(data.postmaster()).toBeUndefined()
    return said.trim()
  }

  async function doctor(env: Record<string, string> = {}, project = projectDir): Promise<Finding[]> {
    const program = run(env, ['doctor', '--json'], project)
    await program.ended
    expect(program.stderr).toBe('')
    const findings = JSON.parse(program.stdout) as Finding[]
    for (const { state, says, remedy } of findings) {
      expect(says).toMatch(/\.$/)
      if (state !== 'ok') expect(remedy).toMatch(/^[A-Z].*\.$/)
    }
    return findings
  }

  const ownDatabase = () => `postgresql://pomoc@/pomoc?host=${encodeURIComponent(join(data.dir, 'run'))}&port=5432`

  /** The program in a folder of its own, so that it has its own config/local.ts. */
  function ownProgram(local: string): string {
    const dir = mkdtempSync(join(tmpdir(), 'pomoc-program-'))
    chmodSync(dir, 0o755)
    for (const name of [...SOURCES, 'config', 'dist']) {
      cpSync(join(projectDir, name), join(dir, name), {
        recursive: true,
        preserveTimestamps: true,
        filter: (path) => !path.endsWith('/config/local.ts'),
      })
    }
    symlinkSync(join(projectDir, 'node_modules'), join(dir, 'node_modules'))
    writeFileSync(join(dir, 'config', 'local.ts'), local)
    undo.push(() => rmSync(dir, { recursive: true, force: true }))
    return dir
  }

  return { data, undo, run, refusal, doctor, ownDatabase, ownProgram }
}

/** Nine programs start beside each other: one that had to wait for them says so in its log. */
const withoutStalls = (log: string): string =>
  log
    .split('\n')
    .filter((line) => !line.includes('kept everybody waiting'))
    .join('\n')

/** What the log of a running program warns of. */
const warnings = (program: Program): string[] =>
  withoutStalls(program.stderr)
    .split('\n')
    .filter((line) => line.startsWith('{"level":40'))
    .map((line) => (JSON.parse(line) as { msg: string }).msg)

async function until<T>(what: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const found = await what()
    if (found) return found
    await sleep(100)
  }
  throw new Error(`waited in vain for ${what}`)
}

function listening(port: number, then: () => void): Server {
  return createServer().listen(port, '127.0.0.1', then)
}

const mailer = (program: Program) => {
  const { hostname, port } = new URL(/smtp:\/\/\S+/.exec(program.stdout)![0])
  return createTransport({ host: hostname, port: Number(port), ignoreTLS: true })
}
const mail = (n: number | string, bytes = 1000) => ({
  from: 'anna@klient.example',
  to: 'pomoc@uni.example',
  subject: `Sprawa ${n}`,
  text: `${n} `.repeat(bytes / 4),
})

/** Asks the program's own database, beside it. */
async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

// A server of its own: what the cases break in it, nobody else meets.
let server: Embedded
const serverData = temporaryData()
beforeAll(async () => {
  await builtAndUsed()
  const started = await startEmbedded({ dataDir: serverData.dir, durable: false })
  server = { ...started, url: asSuperuser(started.url) }
})
afterAll(async () => {
  await server.stop()
  await serverData.remove()
})
const onServer = (text: string, database = 'postgres') => ask(withDatabase(server.url, database), text)
let made = 0
async function makeDatabase(): Promise<string> {
  const name = `broken_${++made}`
  await onServer(`create database ${name}`)
  return name
}

test.concurrent(
  '1. a port is taken',
  async (context) => {
    const { data, undo, run } = await place(context)
    const other = await new Promise<Server>((resolve) => {
      const taken = listening(0, () => resolve(taken))
    })
    const { port } = other.address() as AddressInfo
    undo.push(() => new Promise((resolve) => other.close(() => resolve())))
    const program = run({ POMOC_HTTP_PORT: String(port) })
    expect(await program.ended).toEqual({ code: 1, signal: null })
    expect(program).toMatchObject({
      stdout: '',
      stderr: `Port ${port} on 127.0.0.1 is in use by another program: stop that program, or set POMOC_HTTP_PORT to another port.\n`,
    })
    // Told before a database was made.
    expect(readdirSync(data.dir)).toEqual([])
    const mail = run({ POMOC_SMTP_PORT: String(port) })
    expect(await mail.ended).toEqual({ code: 1, signal: null })
    expect(mail.stderr).toBe(
      `Port ${port} on 127.0.0.1 is in use by another program: stop that program, or set POMOC_SMTP_PORT to another port.\n`,
    )
    expect(data.postmaster()).toBeUndefined()
  },
  PATIENCE,
)

/** A disk of so many megabytes under the data folder; undefined where mounting is forbidden, and says so. */
const mayMount = ((): boolean => {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir], { stdio: 'ignore' })
    execFileSync('umount', [dir])
    return true
  } catch {
    process.stderr.write(
      '\nSKIPPED, since a small disk cannot be mounted. Run the tests as root, in a container with the right to mount:\n  docker run --privileged …\n\n',
    )
    return false
  } finally {
    rmSync(dir, { recursive: true })
  }
})()

test.skipIf(!mayMount).concurrent(
  '2. the disk is full, at the first start and later while mails arrive',
  async (context) => {
    const { data, undo, run, refusal, doctor, ownDatabase } = await place(context)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', data.dir])
    undo.push(async () => {
      const pid = data.postmaster()
      if (pid) process.kill(pid, 'SIGQUIT')
      await until(() => data.postmaster() === undefined || !existsSync(`/proc/${pid}`))
      execFileSync('umount', ['-l', data.dir])
    })
    expect(await refusal()).toMatch(
      new RegExp(`^A database cannot be created in ${data.dir} \\(.*No space left on device\\): .*POMOC_DATA_DIR`),
    )
    expect(readdirSync(data.dir)).toEqual([])

    execFileSync('mount', ['-o', 'remount,size=160m', data.dir])
    const program = run()
    await program.ready
    const peer = mailer(program)
    await peer.sendMail(mail('before'))
    const acknowledged = ['before']
    // The rest of the disk goes: to a file, so that it can come back.
    const hog = join(data.dir, 'hog')
    const fill = () => {
      try {
        for (;;) writeFileSync(hog, Buffer.alloc(65_536), { flag: 'a' })
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC')
      }
    }
    fill()
    const refused: number[] = []
    for (let n = 0; refused.length < 3 && n < 200; n++) {
      const subject = `${n}`
      await peer.sendMail(mail(subject, n % 2 === 0 ? 200_000 : 2_000_000)).then(
        () => acknowledged.push(subject),
        (error: { responseCode?: number }) => refused.push(error.responseCode ?? 0),
      )
      fill()
    }
    expect(refused.map((code) => [421, 451, 452].includes(code))).toEqual([true, true, true])
    expect((await doctor()).find(({ name }) => name === 'disk')).toMatchObject({
      state: 'fail',
      remedy: expect.stringMatching(/^Make room on the disk of /),
    })

    rmSync(hog)
    await until(() =>
      peer.sendMail(mail('after')).then(
        () => true,
        () => false,
      ),
    )
    acknowledged.push('after')
    const subjects = await until(async () => {
      const rows = await ask<{ title: string }>(ownDatabase(), `select title from ticket where title like 'Sprawa %'`).catch(() => [])
      return acknowledged.every((one) => rows.some(({ title }) => title === `Sprawa ${one}`)) && rows
    })
    // Nothing twice either, though the peer came again.
    expect(new Set(subjects.map(({ title }) => title)).size).toBe(subjects.length)
    peer.close()

    program.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: 0, signal: null })
    fill()
    expect(await refusal()).toMatch(new RegExp(`^The (data folder|database in) .*${data.dir}.*[Nn]o space left on device.*`))
  },
  PATIENCE,
)

test.concurrent(
  '3. the database url is wrong: its server, its password, its name',
  async (context) => {
    const { data, refusal } = await place(context)
    const nobody = await freePort()
    const url = (login: string, at: string) => ({ POMOC_DATABASE_URL: `postgresql://${login}@${at}` })
    const local = (name: string) => `/${name}?host=${new URL(server.url.replace('@/', '@x/')).searchParams.get('host')}&port=5432`
    const name = await makeDatabase()
    await onServer(`create role guest login password 'right'`)
    const rules = join(serverData.dir, 'postgresql', 'pg_hba.conf')
    const before = readFileSync(rules, 'utf8')
    writeFileSync(rules, `local all guest scram-sha-256\n${before}`)
    await onServer('select pg_reload_conf()')

    expect(await refusal(url('me:secret', `127.0.0.1:${nobody}/help`))).toMatch(
      new RegExp(
        `^The database help at 127\\.0\\.0\\.1:${nobody} cannot be used \\(.*ECONNREFUSED.*\\): start the server, or correct POMOC_DATABASE_URL\\.$`,
      ),
    )
    expect(await refusal(url('me:secret', 'no-such-host.invalid/help'))).toMatch(
      /^The database help at no-such-host\.invalid cannot be used \(.*(ENOTFOUND|EAI_AGAIN).*\): start the server, or correct POMOC_DATABASE_URL\.$/,
    )
    const wrong = await refusal(url('guest:secret', local(name)))
    expect(wrong).toMatch(
      /^The database broken_\d+ at a local socket cannot be used \(password authentication failed for user "guest"\): correct user and password in POMOC_DATABASE_URL\.$/,
    )
    expect(wrong).not.toContain('secret')
    expect(await refusal(url('guest:right', local('no_such_database')))).toMatch(
      /^The database no_such_database at a local socket cannot be used \(database "no_such_database" does not exist\): create it, or correct POMOC_DATABASE_URL\.$/,
    )
    // Nothing of pomoc's own was begun beside it.
    expect(existsSync(join(data.dir, 'postgresql'))).toBe(false)
  },
  PATIENCE,
)

test.concurrent(
  '4. the server is older than PostgreSQL 15',
  async (context) => {
    const { refusal, doctor } = await place(context)
    // No distribution offers one any more beside 15, so a server says that it is one.
    const name = await makeDatabase()
    await onServer(`create schema old`, name)
    await onServer(
      `create function old.current_setting(text) returns text language sql as $$
    select case $1 when 'server_version' then '14.9' when 'server_version_num' then '140009' else pg_catalog.current_setting($1) end $$`,
      name,
    )
    await onServer(`alter database ${name} set search_path = old, pg_catalog, public`)
    const url = { POMOC_DATABASE_URL: withDatabase(server.url, name) }
    expect(await refusal(url)).toMatch(
      /^The database broken_\d+ at a local socket is PostgreSQL 14\.9 and pomoc needs 15 or newer: upgrade it, or leave POMOC_DATABASE_URL unset/,
    )
    expect((await doctor(url)).find(({ name }) => name === 'database')).toMatchObject({
      state: 'fail',
      remedy: expect.stringMatching(/^Upgrade it/),
    })
    expect(await onServer(`select from pg_tables where schemaname = 'public'`, name)).toEqual([])
  },
  PATIENCE,
)

test.concurrent(
  '5. permission is missing: to the data folder, to the database',
  async (context) => {
    const { data, refusal } = await place(context)
    writeFileSync(join(data.dir, 'file'), '')
    expect(await refusal({ POMOC_DATA_DIR: join(data.dir, 'file', 'data') })).toMatch(
      /^The data folder .*\/file\/data cannot be used \(.*\): give access to it, or set POMOC_DATA_DIR to another folder\.$/,
    )
    const theirs = join(data.dir, 'theirs')
    mkdirSync(theirs, { mode: 0o700 })
    writeFileSync(join(theirs, 'thesis.doc'), '')
    // Root works as another account, to which a folder of root's is closed; for anybody else a folder that may not be written is.
    if (unprivilegedAccount()) {
      chmodSync(data.dir, 0o755)
      chownSync(theirs, 4711, 4711)
      expect(await refusal({ POMOC_DATA_DIR: theirs })).toMatch(
        /^The data folder .*\/theirs (belongs to another user than \w+: run "chown|is of no use, since pomoc works as the user \w+, who cannot enter .*: set POMOC_DATA_DIR)/,
      )
    } else {
      chmodSync(theirs, 0o500)
      expect(await refusal({ POMOC_DATA_DIR: theirs })).toMatch(
        /^The data folder .*\/theirs cannot be used \(EACCES.*\): give access to it/,
      )
    }
    expect(readdirSync(theirs)).toEqual(['thesis.doc'])

    const name = await makeDatabase()
    await onServer('create role visitor login')
    expect(
      await refusal({
        POMOC_DATABASE_URL: withDatabase(server.url, name).replace('pomoc@', 'visitor@'),
        POMOC_DATA_DIR: join(data.dir, 'fresh'),
      }),
    ).toMatch(
      /^The database user may not do what pomoc needs \(permission denied .*\): make that user the owner of the database, with "alter database … owner to …"\.$/,
    )
  },
  PATIENCE,
)

test.runIf(process.getuid?.() === 0)(
  '5. permission is missing: root starts a program that its user cannot read, or asks the doctor',
  { concurrent: true, timeout: PATIENCE },
  async (context) => {
    const { data, refusal, run, ownProgram } = await place(context)
    const project = ownProgram('export default {}')
    chmodSync(join(project, 'plugins'), 0o700)
    const sentence =
      /^pomoc does not work as root but as the user pomoc, who cannot read .*\/plugins: give access with "chmod -R a\+rX .*\/plugins"\.$/
    expect(await refusal({}, { project })).toMatch(sentence)
    expect(readdirSync(data.dir)).toEqual([])
    for (const command of ['doctor', 'check-config', 'migrate', 'jobs']) {
      const program = run({}, [command], project)
      expect((await program.ended).code).toBe(1)
      expect(program.stderr.trim()).toMatch(sentence)
      expect(program.stdout).toBe('')
    }
  },
)

test.concurrent(
  '6. the configuration is broken: a word of the language, a type, a name, a variable',
  async (context) => {
    const { refusal, doctor, ownProgram } = await place(context)
    const project = ownProgram(`export default { http: { port: 8080 } // the bracket at the end is missing`)
    const local = join(project, 'config', 'local.ts')
    expect(await refusal({}, { project })).toMatch(/^The file .*\/config\/local\.ts cannot be used, .*: correct it or take it away\.$/)
    writeFileSync(local, `export default { smtp: { maxClients: 'many' } }`)
    expect(await refusal({}, { project })).toMatch(/^smtp\.maxClients in config\/local\.ts is "many": write .*\.$/)
    writeFileSync(local, `export default { smtp: { maxClient: 5 } }`)
    expect(await refusal({}, { project })).toMatch(
      /^config\/local\.ts sets smtp\.maxClient, which pomoc does not know: correct the name \(config\/defaults\.ts lists all\) or take it out\.$/,
    )
    expect(await refusal({ POMOC_SMTP_PORT: '70000' })).toMatch(/^POMOC_SMTP_PORT is 70000: write a port/)
    expect(await doctor({ POMOC_SMTP_PORT: '70000' })).toMatchObject([
      { name: 'configuration', state: 'fail', says: 'POMOC_SMTP_PORT is 70000.', remedy: expect.stringMatching(/^Write a port/) },
    ])
  },
  PATIENCE,
)

test.concurrent(
  '7. the server lacks an extension',
  async (context) => {
    const { refusal, doctor } = await place(context)
    const name = await makeDatabase()
    // Where the server looks for extensions (PostgreSQL 18): as if the package with them had not been installed.
    await onServer(`alter database ${name} set extension_control_path = '/nowhere'`)
    const url = { POMOC_DATABASE_URL: withDatabase(server.url, name) }
    expect(await refusal(url)).toBe(
      `The database server lacks the extension pg_trgm: install PostgreSQL's contrib package (postgresql-contrib) on it.`,
    )
    expect((await doctor(url)).find(({ name }) => name === 'database extension')).toMatchObject({
      state: 'fail',
      says: 'The server does not have the extension pg_trgm.',
    })
    expect(await onServer(`select tablename from pg_tables where schemaname = 'public' and tablename not like 'migration%'`, name)).toEqual(
      [],
    )
  },
  PATIENCE,
)

const faketime = debianProgram('/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', ['libfaketime'])

test.skipIf(!faketime).concurrent(
  '8. the clock jumps back, and stands wrong at the next start',
  async (context) => {
    const { undo, run, doctor } = await place(context, { used: true })
    // The program reads it under an account of its own.
    const room = mkdtempSync(join(tmpdir(), 'pomoc-clock-'))
    chmodSync(room, 0o755)
    undo.push(() => rmSync(room, { recursive: true }))
    const stands = join(room, 'clock')
    const ahead = (days: number) => writeFileSync(stands, `+${days}d\n`)
    ahead(40)
    // Wall clocks only: timers go on as they do when somebody sets the clock of a machine.
    const program = run({
      LD_PRELOAD: faketime!,
      FAKETIME_TIMESTAMP_FILE: stands,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    })
    await program.ready
    const peer = mailer(program)
    await peer.sendMail(mail(1))
    expect(warnings(program)).toEqual([])
    ahead(30)
    const [jump] = await until(() => warnings(program).length > 0 && warnings(program))
    expect(jump).toMatch(
      /^This machine's clock jumped back by 10 days and now stands at \d{4}-\d\d-\d\d \d\d:\d\d UTC: let this machine set its clock by NTP .*\.$/,
    )
    // It goes on working.
    await peer.sendMail(mail(2))
    peer.close()
    program.kill('SIGTERM')
    await program.ended

    const next = run()
    await next.ready
    expect(warnings(next)[0]).toMatch(
      /^This machine's clock stands at .* UTC, yet the last entry in the database is of .* UTC: let this machine set its clock by NTP .*\.$/,
    )
    const clock = (await doctor()).filter(({ name }) => name === 'clock')
    expect(clock).toContainEqual({
      name: 'clock',
      state: 'fail',
      says: expect.stringContaining('the last entry in the database is of '),
      remedy: 'Let this machine set its clock by NTP (chrony or systemd-timesyncd).',
    })
  },
  PATIENCE,
)

test.concurrent(
  '9. the certificate for mail has expired',
  async (context) => {
    const { run, refusal, doctor, ownProgram } = await place(context, { used: true })
    const old = await generate([{ name: 'commonName', value: 'uni.example' }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      notBeforeDate: new Date(Date.now() - 400 * DAY),
      notAfterDate: new Date(Date.now() - 2 * DAY),
    })
    const project = ownProgram(`export default { smtp: { tlsCert: 'old.crt', tlsKey: 'old.key' } }`)
    const [cert, key] = [join(project, 'old.crt'), join(project, 'old.key')]
    writeFileSync(cert, old.cert)
    writeFileSync(key, 'no key at all')
    expect(await refusal({}, { project })).toMatch(
      /^The certificate .*\/old\.crt and the key .*\/old\.key are of no use \(.*\): correct smtp\.tlsCert and smtp\.tlsKey in config\/local\.ts\.$/,
    )
    writeFileSync(key, old.private)
    const program = run({}, ['start'], project)
    await program.ready
    const day = new Date(Date.now() - 2 * DAY).toISOString().slice(0, 10)
    expect(warnings(program)).toEqual([
      expect.stringMatching(new RegExp(`^The certificate for mail ${cert} expired on ${day}: renew it, .*; .*\\.$`)),
    ])
    // An old certificate still encrypts: mail goes on.
    const { hostname, port } = new URL(/smtp:\/\/\S+/.exec(program.stdout)![0])
    const peer = createTransport({ host: hostname, port: Number(port), requireTLS: true, tls: { rejectUnauthorized: false } })
    expect((await peer.sendMail(mail('tls'))).response).toMatch(/^250 /)
    peer.close()
    expect((await doctor({}, project)).find(({ name }) => name === 'certificate for mail')).toMatchObject({
      state: 'fail',
      says: `The certificate of ${cert} expired on ${day}.`,
      remedy: expect.stringMatching(/^Renew it/),
    })
  },
  PATIENCE,
)

test.concurrent(
  '10. the database was made by a newer program',
  async (context) => {
    const { undo, run, refusal, doctor } = await place(context)
    const database = await testDatabase()
    undo.push(() => database.close())
    const env = { POMOC_DATABASE_URL: database.url }
    const dry = run(env, ['migrate', '--dry-run'])
    expect(await dry.ended).toEqual({ code: 0, signal: null })
    expect(dry.stdout).toMatch(/^(would run \S+ \S+\n)*(Nothing was changed\. .*|The database is up to date\.)\n$/)
    await database.pool.query(`insert into migration_core (name, timestamp) values ('9999_future', now())`)
    for (const args of [['start'], ['migrate'], ['migrate', '--dry-run']]) {
      expect(await refusal(env, { args })).toBe(
        'The database was made by a newer pomoc (it has 9999_future): start that version, or restore a backup from before.',
      )
    }
    expect((await doctor(env)).find(({ name }) => name === 'migrations')).toMatchObject({
      state: 'fail',
      says: 'The database was made by a newer pomoc (it has 9999_future).',
      remedy: 'Start that version, or restore a backup from before.',
    })
  },
  PATIENCE,
)

test.concurrent(
  '11. two programs share one data folder',
  async (context) => {
    const { data, run } = await place(context, { used: true })
    const first = run()
    await first.ready
    const second = run()
    expect(await second.ended).toEqual({ code: 1, signal: null })
    expect(second.stdout).toBe('')
    expect(second.stderr).toMatch(new RegExp(`^Another pomoc \\(process ${first.pid}\\) is using the data in ${data.dir}.*\\.\n$`))
    // Several processes side by side need a server of their own; that is said too.
    const third = run({ POMOC_ONLY: 'jobs' })
    expect(await third.ended).toEqual({ code: 1, signal: null })
    expect(third.stderr).toMatch(/several processes side by side need .*POMOC_DATABASE_URL\.$/m)
    const web = /http:\/\/\S+/.exec(first.stdout)![0]
    expect((await fetch(web, { redirect: 'manual' })).status).toBeLessThan(500)
  },
  PATIENCE,
)

test.concurrent(
  '12. the smarthost cannot be reached',
  async (context) => {
    const { run, doctor, ownDatabase } = await place(context, { used: true })
    const smarthost = { POMOC_SMARTHOST_URL: `smtp://127.0.0.1:${await freePort()}` }
    const program = run(smarthost)
    await program.ready
    const peer = mailer(program)
    await peer.sendMail(mail('waits'))
    peer.close()
    const tried = await until(
      async () =>
        (
          await ask<{ state: string; last_error: string }>(
            ownDatabase(),
            `select state, last_error from outbound_mail where last_error is not null`,
          )
        )[0],
    )
    expect(tried).toMatchObject({ state: 'queued', last_error: expect.stringContaining('ECONNREFUSED') })
    const where = new URL(smarthost.POMOC_SMARTHOST_URL).host
    expect((await doctor(smarthost)).find(({ name }) => name === 'smarthost')).toMatchObject({
      state: 'fail',
      says: expect.stringMatching(new RegExp(`^${where} cannot be used \\(.*ECONNREFUSED.*\\); outgoing mail waits\\.$`)),
      remedy: 'Start that server or open the way to it, or correct POMOC_SMARTHOST_URL.',
    })

    // The administrator reads it on the first page, and at the mail.
    const site = /http:\/\/\S+?(?=\/?\n|$)/m.exec(program.stdout)![0]
    const cookie = await setFirstPassword(site, program.stdout)
    const page = async (path: string) => (await fetch(site + path, { headers: { cookie, 'accept-language': 'en' } })).text()
    expect(await page('/admin')).toMatch(/1 mail could not leave yet[^<]*ECONNREFUSED/)
    expect(await page('/admin/mail/out?state=queued')).toContain('Sprawa waits')
  },
  PATIENCE,
)

/** Goes the first administrator's way: the link printed at start, a password, a session. */
async function setFirstPassword(site: string, printed: string): Promise<string> {
  const token = /\/password\/(\S+)/.exec(printed)![1]
  const form = await fetch(`${site}/password/${token}`)
  const cookie = form.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await form.text())?.[1] ?? ''
  const words = { password: 'a long first password', password2: 'a long first password' }
  const answer = await fetch(`${site}/password/${token}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: site, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ _csrf: csrf, ...words }),
  })
  expect(answer.status).toBe(303)
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
}
