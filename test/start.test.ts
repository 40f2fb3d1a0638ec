import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testDatabase } from './database.ts'
import { isAlive, runProgram, temporaryData } from './program.ts'
import type { Program } from './program.ts'

let data: ReturnType<typeof temporaryData>
const programs: Program[] = []

function start(env: Record<string, string> = {}): Program {
  const program = runProgram({ POMOC_DATA_DIR: data.dir, ...env })
  programs.push(program)
  return program
}

beforeEach(() => { data = temporaryData() })
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill('SIGKILL')
    await program.ended
  }
  await data.remove()
})

/** Ends by itself with exit code 1, one sentence on standard error and nothing else. */
async function refusal(program: Program): Promise<string> {
  const { code } = await program.ended
  expect(code).toBe(1)
  expect(program.stderr.trim().split('\n')).toHaveLength(1)
  expect(program.stderr).toMatch(/\.\n$/)
  expect(program.stdout).toBe('')
  return program.stderr
}

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('it starts on nothing, and %s stops it and its database', async (signal) => {
  const program = start()
  await program.ready
  const web = /http:\/\/\S+/.exec(program.stdout)?.[0] as string
  expect((await fetch(web, { redirect: 'manual' })).status).toBeLessThan(500)
  const postmaster = data.postmaster() as number
  expect(isAlive(postmaster)).toBe(true)
  program.kill(signal)
  expect(await program.ended).toEqual({ code: 0, signal: null })
  expect(isAlive(postmaster)).toBe(false)
})

test('Ctrl-C that npm passes on a second time still stops it cleanly', async () => {
  const program = start()
  await program.ready
  const postmaster = data.postmaster() as number
  program.kill('SIGINT')
  program.kill('SIGINT')
  expect(await program.ended).toEqual({ code: 0, signal: null })
  expect(isAlive(postmaster)).toBe(false)
})

test('a signal while it starts stops it when it has started', async () => {
  const program = start()
  while (data.postmaster() === undefined) await new Promise((resolve) => setTimeout(resolve, 10))
  program.kill('SIGINT')
  expect(await program.ended).toEqual({ code: 0, signal: null })
  expect(data.postmaster()).toBeUndefined()
})

test('after kill -9 it starts again and adopts the database server left behind', async () => {
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

test('after kill -9 of it and of its database server it starts again', async () => {
  const killed = start()
  await killed.ready
  killed.kill('SIGKILL')
  process.kill(data.postmaster() as number, 'SIGKILL')
  await killed.ended
  await start().ready
})

test('two programs started at once on nothing: one serves, the other is refused', async () => {
  const two = [start(), start()]
  const outcomes = await Promise.allSettled(two.map((program) => program.ready))
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const refused = two[outcomes.findIndex(({ status }) => status === 'rejected')] as Program
  expect(await refusal(refused)).toMatch(/^Another pomoc/)
})

test('a command works beside a program that is running', async () => {
  await start().ready
  const command = runProgram({ POMOC_DATA_DIR: data.dir }, ['migrate'])
  programs.push(command)
  expect(await command.ended).toEqual({ code: 0, signal: null })
  expect(command.stdout).toBe('The database is up to date.\n')
})

test('with a database elsewhere the data folder is its own too: a big mail, which passes through it, is taken', async () => {
  const database = await testDatabase({ empty: true })
  try {
    const program = start({ POMOC_DATABASE_URL: database.url })
    await program.ready
    const port = Number(/smtp:\/\/\S+:(\d+)/.exec(program.stdout)?.[1])
    const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true })
    const { response } = await transport.sendMail({ from: 'anna@klient.example', to: 'pomoc@localhost', subject: 'Logi', text: 'Błąd w logach.\n'.repeat(100_000) })
    expect(response).toMatch(/^250 /)
    program.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: 0, signal: null })
  } finally {
    await database.close()
  }
})

test('a folder that holds something else than a database is left alone', async () => {
  mkdirSync(join(data.dir, 'inner'))
  mkdirSync(join(data.dir, 'inner', 'postgresql'))
  writeFileSync(join(data.dir, 'inner', 'postgresql', 'thesis.doc'), '')
  const text = await refusal(start({ POMOC_DATA_DIR: join(data.dir, 'inner') }))
  expect(text).toMatch(/^The (data folder|folder) /)
})
