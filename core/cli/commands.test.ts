/** Commands about plugins and facts, on a database of their own. */
import { Command } from 'commander'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { factCommands } from './facts.ts'
import { jobsCommand } from './jobs.ts'
import { addOwnCommands } from './own-commands.ts'
import { pluginCommands } from './plugins.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase()
  process.env['POMOC_DATABASE_URL'] = database.url
  process.env['POMOC_LOG_LEVEL'] = 'silent'
})
afterAll(async () => {
  delete process.env['POMOC_DATABASE_URL']
  delete process.env['POMOC_LOG_LEVEL']
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
