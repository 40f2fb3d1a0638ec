/** The way back by the earlier version itself: its own program, from this repository's history, takes back what `migrate --backup` wrote. */
import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../../core/database/database.ts'
import { projectDir } from '../../core/machine/project.ts'
import { testDatabase } from '../database.ts'
import { earlierBackups } from '../upgrade/earlier.ts'

const run = promisify(execFile)

/** The tree of a commit; undefined where the history does not reach so far, as in a shallow clone. */
function treeOf(commit: string, into: string): string | undefined {
  try {
    execFileSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: projectDir, stdio: 'ignore' })
  } catch {
    process.stdout.write(`the history does not hold ${commit}: its program is not tried\n`)
    return undefined
  }
  mkdirSync(into)
  execFileSync('tar', ['-x', '-C', into], { input: execFileSync('git', ['archive', commit], { cwd: projectDir, maxBuffer: 1 << 28 }) })
  symlinkSync(join(projectDir, 'node_modules'), join(into, 'node_modules'))
  return into
}

/** The command line of a tree, wherever its version has it. */
const cliOf = (project: string): string =>
  ['core/cli/cli.ts', 'core/cli.ts'].map((path) => join(project, path)).find((path) => existsSync(path))!

describe.each(earlierBackups())('$name', ({ commit, file, said, tickets }) => {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-way-back-'))
  const tree = treeOf(commit, join(dir, 'before'))
  const opened: OpenDatabase[] = []
  let dataDir: string
  const pomoc = async (project: string, database: OpenDatabase, ...args: string[]) =>
    (
      await run(process.execPath, ['--import', 'tsx', cliOf(project), ...args], {
        cwd: project,
        env: {
          ...process.env,
          POMOC_DATABASE_URL: database.url,
          POMOC_DATA_DIR: dataDir,
          POMOC_LOG_LEVEL: 'silent',
          POMOC_PLUGINS: 'desk,portal,admin,units,faq,smtp-receiver,ldap-auth',
        },
      })
    ).stdout
  beforeAll(() => {
    mkdirSync((dataDir = join(dir, 'data')))
    // Started as root, the program works as another user.
    chmodSync(dir, 0o755)
    chmodSync(dataDir, 0o777)
  })
  afterAll(async () => {
    for (const one of opened) await one.close()
    rmSync(dir, { recursive: true, force: true })
  })

  it.skipIf(!tree)('old program, upgrade with a backup, and back again', async () => {
    const [first, again] = [await testDatabase({ empty: true }), await testDatabase({ empty: true })]
    opened.push(first, again)
    // The old program has the data, the new one migrates them.
    expect(await pomoc(tree!, first, 'restore', '--leave-out', 'probe', '--leave-out', 'brittle', '--', file)).toContain(
      'every table was compared with the backup',
    )
    const kept = join(dir, 'kept')
    mkdirSync(kept)
    chmodSync(kept, 0o777)
    expect(await pomoc(projectDir, first, 'migrate', '--backup', kept)).toMatch(
      /^Saved [\s\S]*ran core [\s\S]*The database is up to date\.\n$/,
    )
    await expect(pomoc(tree!, first, 'migrate')).rejects.toMatchObject({ stderr: expect.stringContaining('made by a newer pomoc') })
    // And back: an empty database for the old program, as before.
    expect(await pomoc(tree!, again, 'restore', join(kept, readdirSync(kept)[0]!))).toContain('every table was compared with the backup')
    expect(await pomoc(tree!, again, 'migrate')).toBe('The database is up to date.\n')
    const { rows } = await again.pool.query<{ n: number }>('select count(*)::integer as n from ticket where id = any($1)', [
      Object.values(tickets),
    ])
    expect(rows[0]!.n).toBe(said.tickets.length)
    // And in place, as somebody in a hurry does it.
    expect(await pomoc(tree!, first, 'restore', '--force', join(kept, readdirSync(kept)[0]!))).toContain('What was there before is kept in')
    expect(await pomoc(tree!, first, 'migrate')).toBe('The database is up to date.\n')
  })
})
