import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, TUESDAY, type Maker } from '../../test/make.ts'
import { pluginConnections } from '../run/assemble.ts'
import { storeBlob } from '../database/blob.ts'
import type { OpenDatabase } from '../database/database.ts'
import { ownersOf } from '../backup/migrate-all.ts'
import { checkBlobs, checkClock, checkMigrations, checkServer, type WithDatabase } from './database.ts'
import { checkKeys } from './keys.ts'
import type { Work } from '../kernel/work.ts'
import { makeKeyFile } from '../machine/key-ring.ts'
import { beginSecondFactor } from '../person/second-factor.ts'
import { keysInUse } from '../person/secret/keys.ts'
import { startLive } from '../kernel/live.ts'
import { makeLog } from '../machine/log.ts'
import { countLimit, noteRefused } from '../kernel/limits/limits.ts'
import { checkJobs, checkLimits, checkMails, checkProcesses } from './work.ts'

let database: OpenDatabase
let make: Maker
let room: WithDatabase
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  room = { config: make.config, now: new Date(), database, owners: ownersOf([]) }
})
afterAll(() => database.close())

const later = { up: async () => {} }

test('the server tells its version, size, checksums and connections', async () => {
  const findings = await checkServer(room)
  expect(findings.map(({ name }) => name)).toEqual(['database', 'database checksums', 'database connections'])
  expect(findings[0]).toMatchObject({ state: 'ok', says: expect.stringMatching(/^PostgreSQL 1\d.* answers; the database holds .*B\.$/) })
  expect((await checkServer({ ...room, config: { ...room.config, databaseConnections: 1000 } }))[2]).toMatchObject({
    state: 'warn',
    remedy: expect.stringContaining('max_connections'),
  })
})

test('migrations: up to date, to come, or of a newer program', async () => {
  expect(await checkMigrations(room)).toMatchObject([{ state: 'ok' }])
  const owners = [...room.owners, { name: 'faq', migrations: { '0001_faq': later } }]
  expect(await checkMigrations({ ...room, owners })).toMatchObject([
    { state: 'warn', says: 'The next start will run faq 0001_faq.', remedy: expect.stringContaining('backup') },
  ])
  expect(await checkMigrations({ ...room, owners: [{ name: 'core', migrations: {} }] })).toMatchObject([
    { state: 'fail', says: expect.stringContaining('newer pomoc'), remedy: expect.stringMatching(/^Start that version/) },
  ])
})

test('two clocks that differ are told by how much', async () => {
  expect(await checkClock(room, () => new Date())).toMatchObject([{ state: 'ok' }])
  expect(await checkClock(room, () => new Date(Date.now() + 20_000))).toMatchObject([
    { state: 'warn', says: expect.stringMatching(/(19|20|21) seconds/) },
  ])
  expect(await checkClock(room, () => new Date(Date.now() - 3_600_000))).toMatchObject([
    { state: 'fail', remedy: expect.stringContaining('NTP') },
  ])
})

test('the key file: what needs it, whether it is there, and who reads it', async ({ onTestFinished }) => {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-doctor-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const secretKeys = join(dir, 'secret.keys')
  const here = { ...room, config: { ...room.config, secretKeys } }
  expect(await checkKeys(here)).toMatchObject([{ state: 'ok', says: 'Nothing is sealed with a key yet.' }])
  const host = {
    work: <T>(_: unknown, run: (work: Work) => Promise<T>) => make.asSystem((work) => run(Object.assign(work, { config: here.config }))),
  }
  const person = await make.person()
  await host.work(undefined, (work) => beginSecondFactor(work, person))
  const fingerprint = (await keysInUse(database.db, undefined)).keys[0]!.fingerprint
  expect(await checkKeys(here)).toMatchObject([
    { state: 'ok', says: expect.stringContaining(`Key 1 (fingerprint ${fingerprint}) in ${secretKeys}`) },
  ])
  chmodSync(secretKeys, 0o644)
  expect(await checkKeys(here)).toMatchObject([{ state: 'warn', remedy: `Run "chmod go-rwx ${secretKeys}".` }])
  rmSync(secretKeys)
  expect(await checkKeys(here)).toMatchObject([
    {
      state: 'fail',
      says: expect.stringContaining('is not there; without it nothing opens 1 secret of'),
      remedy: expect.stringContaining('secret-key new'),
    },
  ])
  await makeKeyFile(secretKeys, 1)
  expect(await checkKeys(here)).toMatchObject([
    { state: 'fail', says: expect.stringContaining(`lacks key 1 (fingerprint ${fingerprint}), or holds another one`) },
  ])
  // A stray key seals nothing.
  await expect(host.work(undefined, (work) => beginSecondFactor(work, person))).rejects.toMatchObject({ code: 'factor.no-key' })
})

test('a part of the work that no process does is told, with the command that starts one', async () => {
  expect(await checkProcesses(room)).toMatchObject([{ state: 'ok', says: 'pomoc does not run at this moment.' }])
  const start = (...roles: Parameters<typeof startLive>[2] & {}) => startLive(database.url, makeLog('silent'), roles)
  const web = await start('web')
  expect(await checkProcesses(room)).toMatchObject([
    {
      state: 'fail',
      says: 'pomoc runs, but nobody takes mail, and mails become no tickets and no answer leaves.',
      remedy: 'Start a process with "npm run pomoc -- start --only smtp,jobs".',
    },
  ])
  const rest = await start('smtp', 'jobs')
  expect(await checkProcesses(room)).toMatchObject([{ state: 'ok', says: '2 run: 1 × web, 1 × smtp, 1 × jobs.' }])
  expect((await checkServer(room))[2]).toMatchObject({
    says: expect.stringContaining(
      `2 processes of pomoc want up to ${2 * (make.config.databaseConnections + pluginConnections(make.config) + 8)}; `,
    ),
  })
  // A command beside them is no process of the installation.
  const command = await start()
  expect(await checkProcesses(room)).toMatchObject([{ says: '2 run: 1 × web, 1 × smtp, 1 × jobs.' }])
  await Promise.all([web, rest, command].map((live) => live.stop()))
})

test('late jobs and jobs that were given up are told, with the error', async () => {
  expect(await checkJobs(room)).toMatchObject([
    { name: 'jobs', state: 'ok' },
    { name: 'given-up jobs', state: 'ok' },
  ])
  await make.asSystem(async (work) => {
    work.enqueue('mail/send', { id: '1' })
    work.enqueue('mail/send', { id: '2' }, { maxAttempts: 1 })
    work.enqueue('mail/send-waiting', { _cron: { ts: 'x' } }, { maxAttempts: 1 })
  })
  await sql`update graphile_worker._private_jobs set attempts = max_attempts, last_error = E'no such host\n  at x' where max_attempts = 1`.execute(
    database.db,
  )
  expect(await checkJobs({ ...room, now: new Date(Date.now() + 3_600_000) })).toMatchObject([
    {
      state: 'fail',
      says: '1 of 1 jobs should have begun more than 10 minutes ago, and no pomoc that does jobs is running.',
      remedy: 'Start pomoc.',
    },
    {
      state: 'warn',
      says: '1 jobs were given up: 1 × mail/send (no such host).',
      remedy: expect.stringContaining('npm run pomoc -- jobs retry'),
    },
  ])
})

test('mails that failed, wait or cannot leave are told', async () => {
  expect(await checkMails(room)).toMatchObject([
    { name: 'mail in', state: 'ok' },
    { name: 'mail out', state: 'ok' },
  ])
  const blob = await storeBlob(database.db, Buffer.from('mail'), TUESDAY)
  const mail = (n: number) => ({
    key: Buffer.from([n]),
    blob_id: blob.id,
    envelope_from: '',
    envelope_to: '',
    accepted_at: TUESDAY,
    outcome: null,
    message_id_md5: null,
    ticket_id: null,
    article_id: null,
    processed_at: null,
  })
  await database.db
    .insertInto('inbound_mail')
    .values([
      { ...mail(1), state: 'failed' },
      { ...mail(2), state: 'held' },
      { ...mail(3), state: 'accepted' },
    ])
    .execute()
  await database.db
    .insertInto('outbound_mail')
    .values({
      kind: 'reply',
      ticket_id: null,
      article_id: null,
      from_text: '',
      envelope_from: '',
      recipients: ['a@b.example'],
      to_text: '',
      subject: '',
      body: '',
      html: null,
      message_id: '<1@x>',
      not_before: TUESDAY,
      give_up_at: TUESDAY,
      last_error: '450 greylisted',
      act_id: '00000000-0000-0000-0000-000000000000',
      created_at: TUESDAY,
      sent_at: null,
    })
    .execute()
  const findings = await checkMails(room)
  expect(findings.map(({ name, state }) => `${name} ${state}`)).toEqual(['mail in fail', 'mail in warn', 'mail in fail', 'mail out warn'])
  expect(findings.every(({ remedy }) => remedy)).toBe(true)
  expect((await checkMails({ ...room, config: { ...room.config, smarthostUrl: 'smtp://mail.example' } })).at(-1)).toMatchObject({
    state: 'fail',
    says: expect.stringContaining('(450 greylisted)'),
  })
})

test('limits that were reached in the last day are told, each with what to do', async () => {
  expect(await checkLimits(room)).toEqual([{ name: 'limits', state: 'ok', says: 'None was reached in the last 24 hours.' }])
  for (let n = 0; n < 4; n++) await countLimit(database.db, { name: 'answers-to', key: 'automat@obca.example', most: 2 }, room.now)
  await noteRefused(database.db, 'login', '192.0.2.9', room.now, 590)
  await noteRefused(database.db, 'mails-peer', '192.0.2.10', new Date(room.now.getTime() - 2 * 86_400_000))
  expect(await checkLimits(room)).toMatchObject([
    {
      state: 'warn',
      says: expect.stringMatching(/^In the last 24 hours 2 automatic answers .*automat@obca\.example: .*loop/),
      remedy: expect.stringContaining('X-OTRS-Loop'),
    },
    { state: 'warn', says: expect.stringMatching(/590 attempts to log in .* 192\.0\.2\.9/), remedy: expect.stringContaining('audit log') },
  ])
})

test('a stored file whose bytes changed is found', async () => {
  expect(await checkBlobs(room)).toMatchObject([{ state: 'ok' }])
  await sql`update blob_chunk set data = 'mall'`.execute(database.db)
  expect(await checkBlobs(room)).toMatchObject([{ name: 'stored files', state: 'fail', says: expect.stringMatching(/blobs \d+\)/) }])
})
