/** Holds what an operator does with the real program: back up while it runs, restore elsewhere, ask the doctor, upgrade. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, test, vi, type TestContext } from 'vitest'
import type { Finding } from '../core/doctor/finding.ts'
import { testDatabase } from './database.ts'
import { temporaryData, type Program } from './program.ts'
import { builtAndUsed, onStage } from './stage.ts'

const files = mkdtempSync(join(tmpdir(), 'pomoc-files-'))
// Commands of root work as the user pomoc, who writes here too.
chmodSync(files, 0o777)

// The program starts several times in each, beside other tests.
vi.setConfig({ testTimeout: 180_000 })
beforeAll(builtAndUsed)
afterAll(() => rmSync(files, { recursive: true, force: true }))

const MAIL = { POMOC_MAIL_ADDRESS: 'pomoc@uni.example' }

/** Runs the program, or a command of it to its end. */
async function operate(context: Pick<TestContext, 'onTestFinished'>, { used = true } = {}) {
  const stage = await onStage(context, { used })
  const run = (args: string[], env: Record<string, string> = {}): Program => stage.run(args, { ...MAIL, ...env })
  async function command(args: string[], env: Record<string, string> = {}) {
    const program = run(args, env)
    const { code } = await program.ended
    return { code, stdout: program.stdout, stderr: program.stderr }
  }
  return { data: stage.data, run, command }
}

test.concurrent('a backup of the running program, restored into another folder, goes on with the same tickets', async (context) => {
  const other = temporaryData()
  context.onTestFinished(other.remove)
  const { run, command } = await operate(context)
  const program = run(['start'])
  await program.ready
  const smtp = new URL(/smtp:\/\/\S+/.exec(program.stdout)![0])
  const mailer = createTransport({ host: smtp.hostname, port: Number(smtp.port), secure: false, ignoreTLS: true })
  await mailer.sendMail({
    from: 'jan@klient.example',
    to: 'pomoc@uni.example',
    subject: 'Drukarka',
    text: 'Nie drukuje.',
    attachments: [{ filename: 'a.bin', content: Buffer.alloc(400_000, 7) }],
  })
  mailer.close()

  const file = join(files, 'backup.tar.zst')
  rmSync(file, { force: true })
  expect(await command(['backup', file])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Saved \d+ rows in \d+ tables .* as they stood at \S+Z to .*backup\.tar\.zst \(\d.*B\)\.\n$/),
    stderr: '',
  })
  expect(await command(['restore', '--check', file])).toMatchObject({ code: 0, stdout: expect.stringContaining('is whole') })
  expect(await command(['restore', '--force', file])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Another pomoc \(process \d+\) is using the data in /),
  })

  const elsewhere = { POMOC_DATA_DIR: other.dir }
  expect(await command(['restore', file], elsewhere)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Restored \d+ rows .*; every table was compared with the backup\.\n/),
    // How far it is, where that takes long enough to be told.
    stderr: expect.stringMatching(/^(\d+ %  [^\n]+\n)*$/),
  })
  expect(await command(['load', '--force', file], elsewhere)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('What was there before is kept in '),
  })
  expect(readdirSync(elsewhere.POMOC_DATA_DIR).some((name) => /^before-restore-.*\.tar\.zst$/.test(name))).toBe(true)

  const restored = run(['start'], elsewhere)
  await restored.ready
  const doctor = await command(['doctor', '--json', '--blobs'], elsewhere)
  const findings = JSON.parse(doctor.stdout) as Finding[]
  // Ports chosen by the system, an example's domain and no smarthost: worth knowing, not broken. The machine's disk is its own affair.
  expect(findings.filter(({ state, name }) => state === 'fail' && name !== 'disk')).toEqual([])
  expect(findings.find(({ name }) => name === 'stored files')).toMatchObject({ state: 'ok' })
}, 180_000)

test.concurrent('the doctor tells what is broken around the program, each in a sentence with what to do, and exits with 1', async (context) => {
  const { data, command } = await operate(context, { used: false })
  const old = new Date('2020-01-01')
  const made = await generate([{ name: 'commonName', value: 'uni.example' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: old,
    notAfterDate: new Date('2021-01-01'),
  })
  chmodSync(data.dir, 0o755) // no start has given it to the user pomoc yet
  mkdirSync(join(data.dir, 'tls'))
  writeFileSync(join(data.dir, 'tls', 'smtp-key.pem'), made.private)
  writeFileSync(join(data.dir, 'tls', 'smtp-cert.pem'), made.cert)
  const { code, stdout, stderr } = await command(['doctor', '--json'], {
    POMOC_SMARTHOST_URL: 'smtp://127.0.0.1:1',
    POMOC_DATABASE_URL: 'postgresql://me:secret@127.0.0.1:1/help',
    POMOC_HTTP_HOST: '192.0.2.1',
    POMOC_HTTP_PORT: '8080',
  })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(stdout).not.toContain('secret')
  const findings = JSON.parse(stdout) as Finding[]
  const broken = findings.filter(({ state, name }) => state === 'fail' && name !== 'disk')
  expect(broken.map(({ name }) => name)).toEqual(['port 8080 (web)', 'database', 'certificate for mail', 'smarthost'])
  for (const { state, says, remedy } of findings) {
    expect(says).toMatch(/\.$/)
    if (state !== 'ok') expect(remedy).toMatch(/^[A-Z].*\.$/)
  }
  const words = await command(['doctor'], { POMOC_SMARTHOST_URL: 'smtp://127.0.0.1:1' })
  expect(words).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/FAIL {2}smarthost .*127\.0\.0\.1:1 cannot be used.*\n +→ Start that server/),
  })
  expect(words.stdout.trim().split('\n').at(-1)).toMatch(/must be put right/)
})

test.concurrent('figures are on a port of their own when one is asked for', async (context) => {
  const { run } = await operate(context)
  const program = run(['start'], { POMOC_METRICS_PORT: '0' })
  await program.ready
  const at = /http:\/\/\S+\/metrics/.exec(program.stdout)![0]
  const text = await (await fetch(at)).text()
  expect(text).toMatch(/^pomoc_database_up 1$/m)
  expect(text).toMatch(/^pomoc_database_connections\{pool="pages",state="open"\} [1-9]/m)
})

test.concurrent('a backup that is broken off leaves no half of it behind', async (context) => {
  const { run } = await operate(context, { used: false })
  const database = await testDatabase()
  context.onTestFinished(database.close)
  // A lock that the backup has to wait for, so that the signal comes in its midst.
  const client = await database.pool.connect()
  await client.query('begin; lock table ticket in access exclusive mode')
  const program = run(['backup', join(files, 'broken.tar.zst')], { POMOC_DATABASE_URL: database.url })
  const waiting = `select from pg_locks l join pg_database d on d.oid = l.database where d.datname = current_database() and not l.granted`
  while ((await database.pool.query(waiting)).rowCount === 0)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  program.kill('SIGINT')
  await client.query('commit')
  client.release()
  expect(await program.ended).toEqual({ code: 1, signal: null })
  expect(program.stderr).toBe('The backup was broken off: nothing of it was kept.\n')
  expect(readdirSync(files).filter((name) => name.startsWith('broken'))).toEqual([])
})
