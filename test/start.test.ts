import { spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport } from 'nodemailer'
import { beforeAll, expect, test, vi } from 'vitest'
import { projectDir } from '../core/machine/project.ts'
import { testDatabase } from './database.ts'
import { isAlive } from './program.ts'
import type { Program } from './program.ts'
import { builtAndUsed, onStage } from './stage.ts'

// The program starts up to three times in each, beside other tests.
vi.setConfig({ testTimeout: 180_000 })
beforeAll(builtAndUsed)

/** Ends by itself with exit code 1, one sentence on standard error and nothing else. */
async function refusal(program: Program): Promise<string> {
  const { code } = await program.ended
  expect(code).toBe(1)
  expect(program.stderr.trim().split('\n')).toHaveLength(1)
  expect(program.stderr).toMatch(/\.\n$/)
  expect(program.stdout).toBe('')
  return program.stderr
}

test.concurrent.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'it starts on nothing, and %s stops it and its database',
  async (signal, context) => {
    const { data, start } = await onStage(context, { used: false })
    const program = start()
    await program.ready
    const web = /http:\/\/\S+/.exec(program.stdout)?.[0] as string
    expect((await fetch(web, { redirect: 'manual' })).status).toBeLessThan(500)
    const postmaster = data.postmaster() as number
    expect(isAlive(postmaster)).toBe(true)
    program.kill(signal)
    expect(await program.ended).toEqual({ code: 0, signal: null })
    expect(isAlive(postmaster)).toBe(false)
  },
)

const children = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .flatMap((child) => [Number(child), ...children(Number(child))])
const userOf = (pid: number): number => Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])

test.runIf(process.getuid?.() === 0)(
  'started by root, no process of it is root when it is ready',
  { concurrent: true },
  async (context) => {
    const { start } = await onStage(context)
    const program = start()
    await program.ready
    expect([program.pid, ...children(program.pid)].filter((pid) => userOf(pid) === 0)).toEqual([])
  },
)

/** Whether the process holds a TCP socket that listens (state 0A in /proc/net/tcp). */
function listens(pid: number): boolean {
  const listening = new Set(
    ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .flatMap((fields) => (fields[3] === '0A' ? [`socket:[${fields[9]}]`] : [])),
    ),
  )
  return readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try {
      return listening.has(readlinkSync(`/proc/${pid}/fd/${fd}`))
    } catch {
      return false // closed meanwhile
    }
  })
}

// It builds the whole program anew.
if (process.env['POMOC_LONG'] === 'yes')
  test.runIf(process.getuid?.() === 0)(
    'started by root where it must be built first, nothing listens before the builder has ended, and nothing stays root',
    { concurrent: true },
    async (context) => {
      const project = mkdtempSync(join(tmpdir(), 'pomoc-unbuilt-'))
      context.onTestFinished(() => rmSync(project, { recursive: true, force: true }))
      chmodSync(project, 0o755)
      for (const name of ['core', 'plugins', 'themes', 'migrations', 'config', 'test', 'package.json', 'tsconfig.json'])
        cpSync(join(projectDir, name), join(project, name), { recursive: true, filter: (path) => !path.endsWith('/config/local.ts') })
      symlinkSync(join(projectDir, 'node_modules'), join(project, 'node_modules'))
      const { data, run } = await onStage(context)
      const program = run(['start'], { POMOC_DATA_DIR: data.dir }, project)
      const builders = new Set<number>()
      const early: number[] = []
      let ready = false
      void program.ready.finally(() => (ready = true)).catch(() => {})
      while (!ready) {
        // Only the builder runs below it until the program itself begins.
        const below = children(program.pid)
        if (!existsSync(join(project, 'dist', 'cli.js'))) for (const pid of below) builders.add(pid)
        if (below.some((pid) => builders.has(pid))) early.push(...[program.pid, ...below].filter((pid) => isAlive(pid) && listens(pid)))
        await sleep(20)
      }
      await program.ready
      expect(builders.size).toBeGreaterThan(0)
      expect(early).toEqual([])
      expect([...builders].filter(isAlive)).toEqual([])
      expect([program.pid, ...children(program.pid)].filter((pid) => userOf(pid) === 0)).toEqual([])
    },
  )

test.runIf(process.getuid?.() === 0)('a command of root works as the same user', { concurrent: true }, async (context) => {
  const { data, run, start } = await onStage(context)
  await start().ready
  const closed = join(data.dir, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const command = run(['backup', join(closed, 'one.tar.zst')])
  expect((await command.ended).code).toBe(1)
  expect(command.stderr).toMatch(/Commands of root work as the user pomoc: name a place that this user may use\.\n$/)
  const open = run(['backup', join(data.dir, 'one.tar.zst')])
  expect((await open.ended).code).toBe(0)
  expect(statSync(join(data.dir, 'one.tar.zst')).uid).toBe(statSync(data.dir).uid)
})

test.concurrent('the end of npm ends it, also where npm alone was told', async (context) => {
  const { data, onEnd } = { data: (await onStage(context)).data, onEnd: context.onTestFinished }
  const npm = spawn('npm', ['start'], {
    cwd: projectDir,
    env: { ...process.env, POMOC_DATA_DIR: data.dir, POMOC_HTTP_PORT: '0', POMOC_SMTP_PORT: '0', POMOC_MAIL_ADDRESS: 'pomoc@uni.example' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onEnd(() => void npm.kill('SIGKILL'))
  let said = ''
  for await (const text of npm.stdout.setEncoding('utf8')) if (/pomoc is ready/.test((said += String(text)))) break
  const below = children(npm.pid!)
  npm.kill('SIGTERM')
  await vi.waitFor(() => expect(below.filter(isAlive)).toEqual([]), { timeout: 60_000, interval: 100 })
  expect(data.postmaster()).toBeUndefined()
})

test.concurrent('Ctrl-C that npm passes on a second time still stops it cleanly', async (context) => {
  const { data, start } = await onStage(context)
  const program = start()
  await program.ready
  const postmaster = data.postmaster() as number
  program.kill('SIGINT')
  program.kill('SIGINT')
  expect(await program.ended).toEqual({ code: 0, signal: null })
  expect(isAlive(postmaster)).toBe(false)
})

test.concurrent('a signal while it starts stops it when it has started', async (context) => {
  const { data, start } = await onStage(context, { used: false })
  const program = start()
  while (data.postmaster() === undefined) await new Promise((resolve) => setTimeout(resolve, 10))
  program.kill('SIGINT')
  expect(await program.ended).toEqual({ code: 0, signal: null })
  expect(data.postmaster()).toBeUndefined()
})

test.concurrent('after kill -9 it starts again and adopts the database server left behind', async (context) => {
  const { data, start } = await onStage(context)
  const killed = start()
  await killed.ready
  const postmaster = data.postmaster() as number
  killed.kill('SIGKILL')
  await killed.ended
  expect(isAlive(postmaster)).toBe(true)
  const next = start()
  await next.ready
  expect(data.postmaster()).toBe(postmaster)
  next.kill('SIGINT')
  expect(await next.ended).toEqual({ code: 0, signal: null })
  expect(isAlive(postmaster)).toBe(false)
})

test.concurrent('after kill -9 of it and of its database server it starts again', async (context) => {
  const { data, start } = await onStage(context)
  const killed = start()
  await killed.ready
  killed.kill('SIGKILL')
  process.kill(data.postmaster() as number, 'SIGKILL')
  await killed.ended
  await start().ready
})

test.concurrent('two programs started at once on nothing: one serves, the other is refused', async (context) => {
  const { start } = await onStage(context, { used: false })
  const two = [start(), start()]
  const outcomes = await Promise.allSettled(two.map((program) => program.ready))
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const refused = two[outcomes.findIndex(({ status }) => status === 'rejected')] as Program
  expect(await refusal(refused)).toMatch(/^Another pomoc/)
})

test.concurrent('a command works beside a program that is running', async (context) => {
  const { run, start } = await onStage(context)
  await start().ready
  const command = run(['migrate'])
  expect(await command.ended).toEqual({ code: 0, signal: null })
  expect(command.stdout).toBe('The database is up to date.\n')
})

test.concurrent('with a database elsewhere the data folder is its own too: a big mail, which passes through it, is taken', async (context) => {
  const { start } = await onStage(context, { used: false })
  const database = await testDatabase({ empty: true })
  try {
    const program = start({ POMOC_DATABASE_URL: database.url })
    await program.ready
    const port = Number(/smtp:\/\/\S+:(\d+)/.exec(program.stdout)?.[1])
    const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true })
    const { response } = await transport.sendMail({
      from: 'anna@klient.example',
      to: 'pomoc@localhost',
      subject: 'Logi',
      text: 'Błąd w logach.\n'.repeat(100_000),
    })
    expect(response).toMatch(/^250 /)
    program.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: 0, signal: null })
  } finally {
    await database.close()
  }
})

test.concurrent('a folder that holds something else than a database is left alone', async (context) => {
  const { data, start } = await onStage(context, { used: false })
  mkdirSync(join(data.dir, 'inner'))
  mkdirSync(join(data.dir, 'inner', 'postgresql'))
  writeFileSync(join(data.dir, 'inner', 'postgresql', 'thesis.doc'), '')
  const text = await refusal(start({ POMOC_DATA_DIR: join(data.dir, 'inner') }))
  expect(text).toMatch(/^The (data folder|folder) /)
})
