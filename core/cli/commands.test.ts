/** Commands about plugins and facts, on a database of their own. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { logIn, logInByLink, setPasswordByLink } from '../person/login.ts'
import { beginSecondFactor } from '../person/second-factor.ts'
import { backupCommands } from './backup.ts'
import { factCommands } from './facts.ts'
import { beginAnewCommand } from './begin-anew.ts'
import { checkIds } from '../doctor/database.ts'
import { jobsCommand } from './jobs.ts'
import { newPlugin } from './new-plugin.ts'
import { addOwnCommands, demandCommand } from './own-commands.ts'
import { personCommand } from './persons/person.ts'
import { userCommands } from './persons/user.ts'
import { pluginCommands } from './plugins.ts'
import { makeProgram } from './program.ts'

const dir = mkdtempSync(join(tmpdir(), 'pomoc-commands-'))
let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase()
  process.env['POMOC_DATABASE_URL'] = database.url
  process.env['POMOC_LOG_LEVEL'] = 'silent'
  process.env['POMOC_SECRET_KEYS'] = join(dir, 'secret.keys')
})
afterAll(async () => {
  delete process.env['POMOC_DATABASE_URL']
  delete process.env['POMOC_LOG_LEVEL']
  delete process.env['POMOC_SECRET_KEYS']
  rmSync(dir, { recursive: true })
  await database.close()
})
afterEach(() => vi.restoreAllMocks())

async function pomoc(...words: string[]): Promise<string> {
  let said = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
  const program = new Command('pomoc').exitOverride()
  pluginCommands(program)
  factCommands(program)
  jobsCommand(program)
  beginAnewCommand(program)
  personCommand(program)
  userCommands(program)
  backupCommands(program)
  await addOwnCommands(program, words)
  await program.parseAsync(words, { from: 'user' })
  vi.restoreAllMocks()
  return said
}

test('plugins: what is loaded, its order at every place, where it is on', async () => {
  const said = await pomoc('plugins')
  expect(said).toContain('Plugins, in the order in which they are asked\n\n  desk\n    on everywhere\n')
  expect(said).toMatch(/ {2}person\.menu: desk \(10\), portal \(20\), .*admin \(30\)/)
  expect(said).toMatch(/ {2}empty: .*page\.footer/)
  expect(said).toMatch(/ {2}duplicate → loop → .*automatic → bounce → sender → .*follow-up → waiting → .*closed → .*destination\n/)
  expect(said).toContain('  ticket.create: –\n')
})

test('plugins on and off want a plugin that units choose', async () => {
  await expect(pomoc('plugins', 'on', 'faqq')).rejects.toThrow(
    'There is no plugin “faqq”: “npm run pomoc -- plugins” lists those that are loaded.',
  )
  await expect(pomoc('plugins', 'off', 'desk')).rejects.toThrow(/“desk” belongs to the whole installation and is always on/)
})

test('plugins on, off and inherit say what they did, and where', async () => {
  expect(await pomoc('plugins', 'on', 'faq')).toBe('faq is on in Dział Informatyzacji, and below it where nobody said otherwise.\n')
  expect(await pomoc('plugins', 'off', 'faq', '--unit', 'it')).toBe(
    'faq is off in Dział Informatyzacji, and below it where nobody said otherwise.\n',
  )
  expect(await pomoc('plugins', 'inherit', 'faq')).toBe('faq is in Dział Informatyzacji as in the unit above it.\n')
})

test('a command that is not there is named, with the way to those that are', () => {
  const program = makeProgram()
  const fault = (line: string) => () => demandCommand(program, line.split(' ').filter(Boolean))
  expect(fault('doctr')).toThrow('There is no command “doctr” – did you mean “doctor”? “npm run pomoc -- help” lists all.')
  expect(fault('plugins onn faq')).toThrow(
    'There is no command “plugins onn” – did you mean “plugins on”? “npm run pomoc -- help plugins” lists all.',
  )
  expect(fault('person erasse x --yes')).toThrow('did you mean “person erase”?')
  expect(fault('zzzzzzzz')).toThrow('There is no command “zzzzzzzz”: “npm run pomoc -- help” lists all.')
  for (const line of [
    '',
    '--only web',
    '--help',
    'help doctr',
    'doctor',
    'start',
    'jobs retry 12',
    'user jan',
    'plugins on faq',
    'restore file.tar',
  ])
    expect(fault(line)).not.toThrow()
})

test('a plugin that cannot be written, or whose name is in use, is a sentence that says what to do', async () => {
  // Below a file there is no folder, for root either.
  await expect(newPlugin('hello', '/proc/version/hello')).rejects.toThrow(
    /^The plugin cannot be written to \/proc\/version\/hello \(.+\): name a folder that you may write to with --dir\.$/,
  )
  await expect(newPlugin('desk', '/proc/version/desk')).rejects.toThrow('There is a plugin “desk” in pomoc already: choose another name.')
})

test('person export writes an archive, and only under a name that says so', async ({ onTestFinished }) => {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-export-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  await (await maker(database.db)).person({ name: 'Ewa Nowak', address: 'ewa@uni.example' })
  await expect(pomoc('person', 'export', 'ewa@uni.example', join(dir, 'ewa.zip'))).rejects.toThrow('give it a name that ends in .tar.')
  expect(existsSync(join(dir, 'ewa.zip'))).toBe(false)
  const file = join(dir, 'ewa.tar')
  expect(await pomoc('person', 'export', 'ewa@uni.example', file)).toBe(`Written to ${file}.\n`)
  // POSIX: the magic of a tar archive.
  expect(readFileSync(file).subarray(257, 262).toString()).toBe('ustar')
  await expect(pomoc('person', 'export', 'ewa@uni.example', file)).rejects.toThrow('name a file that is not there yet')
})

/** What a command reads where no terminal is. */
function typed(text: string): void {
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([text]) as typeof process.stdin)
}
const audited = async (personId: string) =>
  (
    await database.db
      .selectFrom('audit_event')
      .select(['kind', 'object_type', 'after', 'program'])
      .where('object_id', '=', personId)
      .orderBy('id')
      .execute()
  ).map(({ kind, object_type, after, program }) => [kind, object_type, JSON.stringify(after), program])

test('accounts: who administers, a new one, another administrator, on and off; the last administrator stays', async () => {
  expect(await pomoc('user', 'add', 'szef', '--name', 'Szef Nowy', '--admin')).toBe(
    'Added Szef Nowy (login szef), who administers all of it.\nThey set their password by a link: “npm run pomoc -- link szef”.\n',
  )
  expect(await pomoc('user')).toBe('Szef Nowy (login szef)  in use; has no password; no two-step login\n')
  await expect(pomoc('user', 'off', 'szef')).rejects.toThrow(/administrat/)
  await expect(pomoc('user', 'add', 'SZEF')).rejects.toThrow('login')
  const make = await maker(database.db)
  const id = await make.person({ name: 'Ola Lis', address: 'ola@uni.example', phone: '12' })
  await pomoc('user', 'off', 'ola@uni.example')
  await expect(pomoc('link', 'ola@uni.example')).rejects.toThrow('is switched off: “npm run pomoc -- user on ola@uni.example” first.')
  expect(await pomoc('user', 'admin', 'ola@uni.example')).toBe('Ola Lis (ola@uni.example) administers all of it.\n')
  expect(await database.db.selectFrom('person').select(['agent', 'valid', 'phone']).where('id', '=', id).executeTakeFirst()).toEqual({
    agent: true,
    valid: true,
    phone: '12',
  })
  expect(await pomoc('user', 'ola@uni.example')).toMatch(
    /administers all of it, .*\n {2}in use; has no password; no two-step login\n {2}not logged in anywhere; last login never\n$/,
  )
  expect(await pomoc('user', 'off', 'szef')).toBe('Szef Nowy (login szef) is switched off.\n')
  expect((await audited(id)).map(([, type, , program]) => `${type} ${program}`)).toEqual([
    'person command line',
    'person command line',
    'person right command line',
  ])
  await expect(pomoc('user', 'nikt')).rejects.toThrow('There is no person “nikt”: give an address, a login')
})

test('person erase says whom and what, and erases only who was named again, or with --yes', async () => {
  const make = await maker(database.db)
  await make.agent({ 2: ['rw'] }, { name: 'Ada Stała', login: 'astala', address: 'astala@uni.example' })
  const id = await make.person({ name: 'Piotr Zając', login: 'pzajac', address: 'pzajac@uni.example' })
  const ticket = await make.ticket({ customerId: id })
  await database.db.updateTable('ticket').set({ state_id: '2', state_type: 'closed' }).where('id', '=', ticket.id).execute()
  const stands = async () => (await database.db.selectFrom('person').select('name').where('id', '=', id).executeTakeFirstOrThrow()).name
  await expect(pomoc('person', 'erase', 'pzajac')).rejects.toThrow(
    'Nobody is here to confirm it, and nothing was erased: “npm run pomoc -- person erase pzajac --yes” erases without asking',
  )
  expect(await pomoc('person', 'erase', 'pzajac', '--dry-run')).toMatch(/^This would take traces out of/)
  expect(await stands()).toBe('Piotr Zając')
  const said = await pomoc('person', 'erase', 'pzajac', '--yes')
  expect(said).toMatch(
    /^Piotr Zając \(login pzajac, pzajac@uni\.example\)\nhad a part in 1 ticket and wrote 1 message there, with 0 files\..*\nTook traces/,
  )
  expect(await stands()).not.toBe('Piotr Zając')
})

test('a lost password: set from the console, or by a link that works once; a lost app: switched off; all in the log', async () => {
  const make = await maker(database.db)
  const id = await make.agent({ 2: ['rw'] }, { name: 'Ewa Zając', login: 'ezajac', address: 'ewa.zajac@uni.example' })
  const room = {
    db: database.db,
    work: make.work,
    clock: () => new Date(),
    config: { ...make.config, secretKeys: process.env['POMOC_SECRET_KEYS']! },
  }
  const client = { address: '192.0.2.1', userAgent: 'test' }
  typed('administrator1\n')
  await expect(pomoc('password', 'ezajac')).rejects.toThrow('easy to guess')
  typed('kawa parasol turbina ogórek\n')
  expect(await pomoc('password', 'ezajac')).toBe(
    'The password of Ewa Zając (login ezajac, ewa.zajac@uni.example) is set, and their sessions have ended.\n',
  )
  await logIn(room, { login: 'ezajac', password: 'kawa parasol turbina ogórek', client })
  const url = (await pomoc('link', 'ezajac')).match(/\nhttp.*\/password\/([\w-]{43})\n/)![1]!
  await setPasswordByLink(room, { token: url, password: 'wiosna za kwaśna śruba', client })
  await expect(setPasswordByLink(room, { token: url, password: 'wiosna za kwaśna śruba', client })).rejects.toMatchObject({
    code: 'link-expired',
  })
  const once = (await pomoc('link', 'ezajac', '--login')).match(/\/login\/link\/([\w-]{43})\n/)![1]!
  await logInByLink(room, { token: once, client })
  expect(await pomoc('factor-off', '--unreadable')).toBe('Every secret of two-step login opens.\n')
  await expect(pomoc('factor-off', 'ezajac')).rejects.toThrow('has no two-step login')
  await expect(pomoc('factor-off')).rejects.toThrow('Say for whom')
  await make.asSystem((work) => beginSecondFactor(Object.assign(work, { config: room.config }), id))
  await database.db.updateTable('second_factor').set({ confirmed_at: new Date() }).where('person_id', '=', id).execute()
  expect(await pomoc('user', 'ezajac')).toContain('two-step login, 0 recovery codes left')
  expect(await pomoc('link', 'ezajac')).toContain('“npm run pomoc -- factor-off ezajac”')

  expect(await pomoc('secret-key')).toMatch(/^key 1 {2}[0-9a-f]{16} {2}1 secret {2}in \//)
  expect(await pomoc('secret-key', 'new')).toMatch(/^Key 2 \(fingerprint [0-9a-f]{16}\) is in .*, with 1 secret sealed\./)
  const saved = join(dir, 'b.tar.zst')
  await pomoc('backup', saved)
  rmSync(process.env['POMOC_SECRET_KEYS']!)
  expect(await pomoc('restore', '--check', saved)).toMatch(
    /^1 secret of two-step login in this backup can be opened by nothing but key 2 \(fingerprint .*Everything else comes back without it.*\n.* is whole/,
  )
  expect(await pomoc('factor-off', '--unreadable')).toBe('Two-step login of Ewa Zając (login ezajac, ewa.zajac@uni.example) is off.\n')
  expect(await audited(id)).toEqual(
    expect.arrayContaining([
      ['password-set', 'person password', '{"by":"command"}', 'command line'],
      ['password-link', 'person', '{"by":"command"}', 'command line'],
      ['login-link', 'person', '{"by":"command"}', 'command line'],
      ['admin-changed', 'second factor', '{"by":"command","on":false}', 'command line'],
    ]),
  )
})

test('plugins faults and resume: what went wrong, where it is suspended, and its end', async () => {
  expect(await pomoc('plugins', 'faults')).toBe('No plugin has failed.\n')
  const at = new Date('2026-11-17T09:15:00Z')
  const { id } = await database.db
    .insertInto('plugin_fault')
    .values({
      plugin: 'faq',
      unit_id: '1',
      kind: 'slot',
      name: 'portal.home',
      sort: 'x',
      error: 'it broke',
      times: 5,
      first_at: at,
      last_at: at,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await database.db
    .insertInto('plugin_suspension')
    .values({ plugin: 'faq', unit_id: '1', since: at, first_fault_at: at, fault_id: id })
    .execute()
  expect(await pomoc('plugins', 'faults', 'faq')).toBe(
    '2026-11-17 09:15 UTC  faq, slot portal.home, Dział Informatyzacji: it broke (5×)\n2026-11-17 09:15 UTC  faq is suspended in Dział Informatyzacji\n',
  )
  await expect(pomoc('plugins', 'resume', 'faq', '--unit', 'nowhere')).rejects.toThrow('There is no unit “nowhere”')
  expect(await pomoc('plugins', 'resume', 'faq', '--unit', 'it')).toBe('faq goes on in Dział Informatyzacji.\n')
  await expect(pomoc('plugins', 'resume', 'faq')).rejects.toThrow(
    'Plugin “faq” is not suspended anywhere: “npm run pomoc -- plugins faults” lists suspensions.',
  )
})

test('facts replay wants a plugin that listens, and a time', async () => {
  await expect(pomoc('facts', 'replay', '--to', 'nobody', '--from', '2026-11-17')).rejects.toThrow('There is no plugin “nobody”')
  await expect(pomoc('facts', 'replay', '--to', 'desk', '--from', '2026-11-17')).rejects.toThrow('Plugin “desk” listens to no facts.')
  await expect(pomoc('facts', 'replay', '--to', 'desk', '--from', 'yesterday')).rejects.toThrow(
    '“yesterday” is no time: write it as 2026-11-17',
  )
})

test('jobs lists what was given up, starts it again, drops it', async () => {
  expect(await pomoc('jobs')).toBe('No job was given up.\n')
  expect(await pomoc('jobs', 'retry')).toBe('No job was given up.\n')
  await database.pool.query('delete from graphile_worker._private_jobs')
  const make = await maker(database.db)
  await make.asSystem(async (work) => {
    work.enqueue('mail/send', { id: '1' }, { maxAttempts: 1 })
  })
  const fail = () =>
    database.pool.query(`update graphile_worker._private_jobs set attempts = max_attempts, last_error = E'no way\\n  at x'`)
  await fail()
  const said = await pomoc('jobs')
  expect(said).toMatch(
    /^\d+ {2}\S+ {2}mail\/send \{"id":"1"\} {2}no way\nStart them again with "npm run pomoc -- jobs retry", all or by number\.\n$/,
  )
  const id = said.split(' ')[0]!
  expect(await pomoc('jobs', 'retry')).toBe(`Started again: ${id}.\n`)
  expect(await pomoc('jobs', 'retry', id)).toBe('No such job was given up.\n')
  await fail()
  expect(await pomoc('jobs', 'drop', id, '999')).toBe(`Dropped: ${id}.\n`)
  expect(await pomoc('jobs')).toBe('No job was given up.\n')
})

test("begin-anew: a pilot's tickets go, which the doctor tells of; people, queues and what waits stay", async () => {
  const own = await testDatabase()
  const before = process.env['POMOC_DATABASE_URL']
  try {
    process.env['POMOC_DATABASE_URL'] = own.url
    const make = await maker(own.db)
    const room = { config: make.config, now: make.now, database: own, owners: [] }
    const idsOf = async () => (await checkIds(room)).map(({ state, says }) => [state, says])
    expect(await idsOf()).toEqual([['ok', 'Those that a take-over of OTRS keeps are free.']])
    const person = await make.person({ name: 'Anna Zostaje' })
    const queue = await make.queue({ name: 'Zostaje' })
    await sql`alter sequence ticket_id_seq restart with 1`.execute(own.db)
    const ticket = await make.ticket({ customerId: person, queueId: queue })
    const mail = (key: string, state: 'processed' | 'accepted') =>
      own.db
        .insertInto('inbound_mail')
        .values({
          key: Buffer.from(key),
          blob_id: null,
          envelope_from: '',
          envelope_to: '',
          accepted_at: make.now,
          state,
          outcome: null,
          message_id_md5: null,
          ticket_id: state === 'processed' ? ticket.id : null,
          article_id: null,
          processed_at: null,
        })
        .execute()
    await mail('done', 'processed')
    await mail('waits', 'accepted')
    await own.db
      .insertInto('link')
      .values({ from_kind: 'ticket', from_id: ticket.id, to_kind: 'faq', to_id: '1', type: 'normal', at: make.now, by_id: null })
      .execute()
    expect(await idsOf()).toEqual([['warn', 'Rows made here have ids that a take-over of OTRS may bring: ticket (1).']])
    await expect(pomoc('begin-anew')).rejects.toThrow(/^Nobody is here to confirm it, and nothing was taken away: .*--yes/)
    expect(await pomoc('begin-anew', '--yes')).toContain('Taken away: 1 ticket, 1 message, 1 mail.')
    expect(await idsOf()).toEqual([['ok', 'Those that a take-over of OTRS keeps are free.']])
    for (const [table, left] of [
      ['ticket', 0],
      ['article', 0],
      ['history', 0],
      ['link', 0],
      ['fact', 0],
      ['inbound_mail', 1],
    ] as const)
      expect([table, (await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(own.db)).rows[0]!.n]).toEqual([
        table,
        left,
      ])
    expect(await own.db.selectFrom('person').select('name').where('id', '=', person).execute()).toHaveLength(1)
    expect(await own.db.selectFrom('queue').select('name').where('id', '=', queue).execute()).toHaveLength(1)
    const logged = await own.db.selectFrom('audit_event').select(['program', 'before']).where('object_type', '=', 'tickets').execute()
    expect(logged).toEqual([{ program: expect.any(String), before: { tickets: 1, articles: 1, mails: 1 } }])
  } finally {
    process.env['POMOC_DATABASE_URL'] = before
    await own.close()
  }
})
