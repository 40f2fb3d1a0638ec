/** The way back from an upgrade: a backup that `migrate` takes first, and the version before takes back. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { migrateCommand } from '../../core/cli/migrate.ts'
import type { OpenDatabase } from '../../core/database/database.ts'
import { migrateOwners, ownersOf, type Owner } from '../../core/backup/migrate-all.ts'
import { migrationSuffix } from '../../core/database/migrate.ts'
import { checkBackup, restoreBackup } from '../../core/backup/restore.ts'
import type { Manifest } from '../../core/backup/backup.ts'
import { loadPlugins } from '../../core/run/load-plugins.ts'
import { findPlugin } from '../../core/run/plugins.ts'
import { testDatabase } from '../database.ts'
import { earlierBackups, type Earlier } from './earlier.ts'

const NAMES = ['desk', 'portal', 'admin', 'units', 'faq', 'smtp-receiver', 'ldap-auth']

/** Core and the plugins as they stood when the backup was made: what it names of their migrations, and no others. */
async function ownersAsOf({ migrations }: Manifest): Promise<Owner[]> {
  const now = ownersOf([...(await loadPlugins(NAMES, (name) => findPlugin(name))), { name: 'probe' }, { name: 'brittle' }])
  return now.map((owner) => ({
    ...owner,
    migrations: Object.fromEntries(
      Object.entries(owner.migrations).filter(([name]) => migrations[migrationSuffix(owner.name)]?.includes(name)),
    ),
  }))
}
const content = ({ tables, jobs, sequences }: Manifest) => ({
  tables: tables.map(({ name, columns, rows, sum }) => ({ name, columns, rows, sum })),
  jobs,
  sequences,
})

describe.each(earlierBackups())('$name', (earlier: Earlier) => {
  let old: OpenDatabase
  let dir: string
  let manifest: Manifest
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'pomoc-way-back-'))
    manifest = await checkBackup(earlier.file)
    old = await testDatabase({ empty: true })
    await restoreBackup(earlier.file, old, { owners: await ownersAsOf(manifest) })
    Object.assign(process.env, { POMOC_DATABASE_URL: old.url, POMOC_LOG_LEVEL: 'silent', POMOC_PLUGINS: NAMES.join(',') })
  })
  afterAll(async () => {
    for (const name of ['POMOC_DATABASE_URL', 'POMOC_LOG_LEVEL', 'POMOC_PLUGINS']) delete process.env[name]
    await old?.close()
    rmSync(dir, { recursive: true, force: true })
  })
  afterEach(() => vi.restoreAllMocks())

  async function migrate(...words: string[]): Promise<string> {
    let said = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text)
      return true
    })
    const program = new Command('pomoc').exitOverride()
    migrateCommand(program)
    await program.parseAsync(['migrate', ...words], { from: 'user' })
    vi.restoreAllMocks()
    return said
  }

  it('what would run is told, and no backup is made of it', async () => {
    expect(await migrate('--dry-run', '--backup', dir)).toMatch(/would run core \d{4}_\w+\n[\s\S]*Nothing was changed\./)
    expect(readdirSync(dir)).toEqual([])
  })
  it('migrate takes a backup first, with the rows and migrations of the version before', async () => {
    const said = await migrate('--backup', dir)
    expect(said).toMatch(
      /^Saved \d+ rows in \d+ tables .*pomoc-\d{4}-\d{2}-\d{2}T[\d-]+Z\.tar\.zst .*\n(ran core \d{4}_\w+\n)+.*The database is up to date\.\n$/s,
    )
    expect(readdirSync(dir)).toHaveLength(1)
    const kept = await checkBackup(join(dir, readdirSync(dir)[0]!))
    expect(content(kept)).toEqual(content(manifest))
    expect(kept.migrations).toEqual(manifest.migrations)
    expect(kept.format).toBe(manifest.format)
  })
  it('is taken back by a program that knows no later migration, and the migrated database is refused by it', async () => {
    const again = await testDatabase({ empty: true })
    try {
      const owners = await ownersAsOf(manifest)
      const { migrated } = await restoreBackup(join(dir, readdirSync(dir)[0]!), again, { owners })
      expect(migrated).toEqual([])
      await expect(migrateOwners(old, owners)).rejects.toThrow(/made by a newer pomoc .*restore a backup from before/)
    } finally {
      await again.close()
    }
  })
  it('a second time there is nothing to run, and no backup is made', async () => {
    expect(await migrate('--backup', dir)).toBe('The database is up to date.\n')
    expect(readdirSync(dir)).toHaveLength(1)
  })
})

it('an empty database has nothing to keep', async () => {
  const empty = await testDatabase({ empty: true })
  const folder = mkdtempSync(join(tmpdir(), 'pomoc-way-back-'))
  Object.assign(process.env, { POMOC_DATABASE_URL: empty.url, POMOC_LOG_LEVEL: 'silent', POMOC_PLUGINS: 'desk' })
  try {
    vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
    const program = new Command('pomoc').exitOverride()
    migrateCommand(program)
    await program.parseAsync(['migrate', '--backup', folder], { from: 'user' })
    expect(readdirSync(folder)).toEqual([])
  } finally {
    vi.restoreAllMocks()
    for (const name of ['POMOC_DATABASE_URL', 'POMOC_LOG_LEVEL', 'POMOC_PLUGINS']) delete process.env[name]
    await empty.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
