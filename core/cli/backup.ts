/** Owns the commands backup, restore, dump and load: one form of backup, as a file or as a folder. */
import { mkdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { BootError, reasonOf } from '../machine/boot-error.ts'
import { loadConfig } from '../machine/config.ts'
import { counted } from '../machine/counted.ts'
import { fingerprint, keyFileOf, readKeyRing, type KeyPlace } from '../machine/key-ring.ts'
import { createFileArchive, createFolderArchive, type ArchiveWriter } from '../backup/archive.ts'
import { writeBackup, type Manifest, type Progress } from '../backup/backup.ts'
import type { OpenDatabase } from '../database/database.ts'
import { checkBackup, restoreBackup } from '../backup/restore.ts'
import { sayBytes } from '../machine/bytes.ts'
import { say, withDatabase } from './open.ts'
import { showProgress } from './progress.ts'

const ENDING = '.tar.zst'

export function backupCommands(program: Command): void {
  program
    .command('backup')
    .argument('<file>', 'where to, such as /backup/monday.tar.zst; in a folder it is named after the time')
    .description('write a backup of everything while pomoc goes on working')
    .action((file: string) => withDatabase({}, ({ database }) => saveBackup(database, file)))

  program
    .command('dump')
    .argument('<path>', `a new folder for plain files, or a file ending in ${ENDING}`)
    .description('write all data for another server or another PostgreSQL version')
    .action(async (target: string) => {
      const path = resolve(target)
      await withDatabase({}, ({ database }) =>
        save(database, path, () => (path.endsWith(ENDING) ? createFileArchive(path, new Date()) : createFolderArchive(path))),
      )
    })

  for (const [name, description] of [
    ['restore', 'take a backup back into an empty database'],
    ['load', 'load what "npm run pomoc -- dump" wrote into an empty database'],
  ] as const) {
    program
      .command(name)
      .argument('<path>', 'a file of "npm run pomoc -- backup", or a folder of "npm run pomoc -- dump"')
      .option('--check', 'only read it and compare it with its own sums; no database is needed')
      .option('--force', 'replace what is in the database, after a backup of it')
      .option('--leave-out <plugin...>', 'go without the data of plugins that are not in use here')
      .description(description)
      .action((path: string, options: { check?: boolean; force?: boolean; leaveOut?: string[] }) =>
        options.check ? check(resolve(path)) : restore(resolve(path), options),
      )
  }
}

/** Writes a backup to a file, or into a folder under a name after the time, and says so. */
export async function saveBackup(database: OpenDatabase, file: string): Promise<void> {
  const path = (await isFolder(file)) ? join(resolve(file), nameFor(new Date())) : resolve(file)
  await save(database, path, () => createFileArchive(path, new Date()))
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

const nameFor = (at: Date): string => `pomoc-${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z${ENDING}`

async function save(database: OpenDatabase, path: string, create: () => Promise<ArchiveWriter>): Promise<void> {
  const { progress, stop } = showProgress()
  const { manifest, size } = await write(database, await create(), progress).finally(stop)
  say(`Saved ${amounts(manifest)} as they stood at ${manifest.madeAt} to ${path} (${sayBytes(size)}).`)
}

async function write(database: OpenDatabase, archive: ArchiveWriter, progress: Progress): Promise<{ manifest: Manifest; size: number }> {
  // Ctrl-C leaves no half behind, and a database server that was started for this is stopped again.
  let broken = false
  const breakOff = () => {
    broken = true
  }
  process.on('SIGINT', breakOff).on('SIGTERM', breakOff)
  try {
    const manifest = await writeBackup(database.pool, archive, (done, what) => {
      if (broken) throw new BootError('The backup was broken off: nothing of it was kept.')
      progress(done, what)
    })
    return { manifest, size: await archive.finish() }
  } catch (error) {
    await archive.abandon()
    throw error instanceof BootError
      ? error
      : new BootError(`The backup could not be made (${reasonOf(error)}): put that right and repeat it.`)
  } finally {
    process.off('SIGINT', breakOff).off('SIGTERM', breakOff)
  }
}

async function check(path: string): Promise<void> {
  const { progress, stop } = showProgress()
  const manifest = await checkBackup(path, progress).finally(stop)
  await sayKeys(await loadConfig(), manifest)
  say(
    `${path} is whole: ${amounts(manifest)} as they stood at ${manifest.madeAt}, made by pomoc ${manifest.program} on PostgreSQL ${manifest.postgresql}.`,
  )
}

async function restore(path: string, { force = false, leaveOut = [] }: { force?: boolean; leaveOut?: string[] }): Promise<void> {
  await withDatabase({ alone: true }, async ({ config, database, owners }) => {
    const { progress, stop } = showProgress()
    const keep = async () => {
      await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
      const kept = join(config.dataDir, `before-restore-${nameFor(new Date()).slice('pomoc-'.length)}`)
      await write(database, await createFileArchive(kept, new Date()), (done, what) => progress(done, `keeping ${what}`))
      return kept
    }
    const { manifest, damagedBlobs, migrated, kept } = await restoreBackup(path, database, {
      owners,
      leaveOut,
      progress,
      found: (manifest) => sayKeys(config, manifest),
      ...(force && { keep }),
    }).finally(stop)
    say(`Restored ${amounts(manifest)} as they stood at ${manifest.madeAt}; every table was compared with the backup.`)
    if (migrated.length > 0) say(`It was made by pomoc ${manifest.program}; these migrations ran after it: ${migrated.join(', ')}.`)
    if (damagedBlobs.length > 0) {
      say(
        `Attachments or raw mails whose bytes had changed before the backup was made: blobs ${damagedBlobs.join(', ')}. Look for them in older backups.`,
      )
    }
    const waiting = await database.db
      .selectFrom('outbound_mail')
      .select((of) => of.fn.countAll<string>().as('count'))
      .where('state', '=', 'queued')
      .executeTakeFirst()
    if (Number(waiting?.count ?? 0) > 0) {
      say(
        `${waiting!.count} outgoing mails were waiting at that time and leave when pomoc starts; for a mere look, start it with smarthostUrl unset.`,
      )
    }
    if (kept) say(`What was there before is kept in ${kept}.`)
  })
}

/** Before anything else: which keys the backup's secrets need and this machine does not have. All else is restored without them. */
async function sayKeys(place: KeyPlace, { keys = [] }: Manifest): Promise<void> {
  const path = keyFileOf(place)
  const ring = await readKeyRing(path).catch(() => undefined)
  for (const { number, fingerprint: print, secrets } of keys) {
    const here = ring?.get(number)
    if (secrets === 0 || (here && fingerprint(here) === print)) continue
    say(
      `${counted(secrets, 'secret')} of two-step login in this backup can be opened by nothing but key ${number} (fingerprint ${print}), which ${path} does not hold: put the file of that ` +
        'installation there, before or after, and all is well. Everything else comes back without it; “npm run pomoc -- doctor” says how to go on where it is lost.',
    )
  }
}

const amounts = ({ tables, jobs }: Manifest): string => {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const of = (name: string) => tables.find((table) => table.name === `public.${name}`)?.rows ?? 0
  return `${rows} rows in ${tables.length} tables (${of('ticket')} tickets, ${of('article')} articles, ${of('blob')} files) and ${jobs.rows} jobs`
}
