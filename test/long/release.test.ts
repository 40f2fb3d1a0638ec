/** A release as an operator has it: unpacked beside production packages alone, started, upgraded, gone back from; and a clone without its builder. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { projectDir } from '../../core/machine/project.ts'
import { runProgram, temporaryData, type Program } from '../program.ts'
import { built } from '../stage.ts'

const place = mkdtempSync(join(tmpdir(), 'pomoc-release-'))
const data = temporaryData()
let archive: string
chmodSync(place, 0o755)

beforeAll(async () => {
  await built()
  const { makeRelease } = (await import('../../core/run/release.mjs' as string)) as {
    makeRelease(project: string, to: string): Promise<string>
  }
  archive = await makeRelease(projectDir, place)
}, 300_000)
afterAll(async () => {
  await data.remove()
  rmSync(place, { recursive: true, force: true })
})

/** What `npm ci --omit=dev` installs there, by its lock. */
function productionPackages(folder: string): void {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>
  }
  for (const [path, { dev = false }] of Object.entries(packages))
    if (path.startsWith('node_modules/') && path.lastIndexOf('node_modules/') === 0 && !dev && existsSync(join(projectDir, path))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      execFileSync('cp', ['-al', join(projectDir, path), join(folder, path)])
    }
}

function unpack(name: string, version?: string): string {
  const folder = join(place, name)
  mkdirSync(folder)
  execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1'])
  productionPackages(folder)
  if (version) {
    const file = join(folder, 'package.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"version": "[^"]+"/, `"version": "${version}"`))
  }
  return folder
}

const run = (project: string, args: string[], dir = data.dir, more: Record<string, string> = {}): Program =>
  runProgram({ POMOC_DATA_DIR: dir, POMOC_MAIL_ADDRESS: 'pomoc@uni.example', ...more }, args, { project })
async function command(project: string, args: string[], dir = data.dir) {
  const program = run(project, args, dir)
  const { code } = await program.ended
  return { code, stdout: program.stdout, stderr: program.stderr }
}
async function stopped(program: Program): Promise<void> {
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
}

test('is as its checksum says, and holds no builder', () => {
  expect(execFileSync('sha256sum', ['-c', `${archive}.sha256`], { cwd: place }).toString()).toContain('OK')
  const folder = unpack('look')
  expect(['tsup', 'typescript', 'vitest', 'tsx'].filter((name) => existsSync(join(folder, 'node_modules', name)))).toEqual([])
  expect(readdirSync(folder)).not.toContain('test')
  expect(existsSync(join(folder, 'config', 'local.ts'))).toBe(false)
})

test('is installed without a word about the Node that npm runs on', () => {
  const folder = unpack('install')
  const { stderr, status } = spawnSync('npm', ['ci', '--omit=dev', '--dry-run'], { cwd: folder, encoding: 'utf8' })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
})

test('starts, loads a plugin of others in TypeScript and JSX by config/local.ts, is upgraded, and gone back from by a backup', async () => {
  const first = unpack('first')
  const care = join(place, 'care')
  expect(await command(first, ['plugins', 'new', 'care', '--dir', care])).toMatchObject({ code: 0 })
  expect(readdirSync(care).some((file) => file.endsWith('.tsx'))).toBe(true)
  writeFileSync(
    join(first, 'config', 'local.ts'),
    `export default { plugins: ['desk', 'portal', 'admin', 'units', 'faq', 'smtp-receiver', ${JSON.stringify(care)}] }\n`,
  )
  const begun = run(first, ['start'])
  onTestFinished(() => begun.kill('SIGKILL'))
  await begun.ready
  const url = /http:\/\/\S+/.exec(begun.stdout)![0].replace(/[.,]$/, '')
  expect((await fetch(new URL('/health/ready', url))).status).toBe(200)
  // Whoever started it as root leaves no process of root behind.
  if (process.getuid?.() === 0) {
    const all = execFileSync('ps', ['-eo', 'pid=,ppid=,uid=,args='])
      .toString()
      .trim()
      .split('\n')
      .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line)!)
      .map(([, pid, above, uid, args]) => ({ pid: Number(pid), above: Number(above), uid: Number(uid), args: args! }))
    const ours = new Set([begun.pid])
    for (let more = true; more; ) {
      more = false
      for (const { pid, above } of all) if (!ours.has(pid) && ours.has(above)) more = Boolean(ours.add(pid))
    }
    expect(all.filter(({ pid, uid }) => ours.has(pid) && uid === 0).map(({ args }) => args)).toEqual([])
  }
  expect((await command(first, ['plugins'])).stdout).toContain('care')
  expect(await command(first, ['plugins', 'test', care])).toMatchObject({ code: 0 })
  expect(await command(first, ['user', 'add', 'ewa', '--name', 'Ewa Nowak', '--admin'])).toMatchObject({
    code: 0,
  })
  const backups = join(place, 'backups')
  mkdirSync(backups)
  chmodSync(backups, 0o777)
  const file = join(backups, 'before.tar.zst')
  expect(await command(first, ['backup', file])).toMatchObject({ code: 0 })
  await stopped(begun)

  // The next version takes the same data, and the operator's configuration.
  const next = unpack('next', '9.9.9')
  cpSync(join(first, 'config', 'local.ts'), join(next, 'config', 'local.ts'))
  const upgraded = run(next, ['start'])
  await upgraded.ready
  expect((await command(next, ['user'])).stdout).toContain('ewa')
  await stopped(upgraded)

  // Back: the version of before with its own data again.
  const back = temporaryData()
  try {
    expect(await command(first, ['restore', file], back.dir)).toMatchObject({ code: 0 })
    const again = runProgram({ POMOC_DATA_DIR: back.dir, POMOC_MAIL_ADDRESS: 'pomoc@uni.example' }, ['start'], {
      project: first,
      byName: true,
    })
    await again.ready
    // However it is called, it is the process that was started, with a small young generation and few arenas.
    expect(readFileSync(`/proc/${again.pid}/cmdline`, 'utf8')).toContain('--max-semi-space-size=8')
    expect(readFileSync(`/proc/${again.pid}/environ`, 'utf8')).toContain('MALLOC_ARENA_MAX=2')
    expect((await command(first, ['user'], back.dir)).stdout).toContain('ewa')
    await stopped(again)
  } finally {
    await back.remove()
  }
}, 300_000)

test('a clone whose builder was not installed says in one sentence what to do', async () => {
  const clone = join(place, 'clone')
  mkdirSync(clone)
  for (const name of ['config', 'core', 'migrations', 'plugins', 'themes', 'package.json', 'package-lock.json', 'tsconfig.json'])
    execFileSync('cp', ['-a', join(projectDir, name), join(clone, name)])
  productionPackages(clone)
  const { code, stderr } = await command(clone, ['start'])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^What builds pomoc is not installed: run `npm ci --include=dev && npm run build` here, or install a release[^\n]*\n$/,
  )
})
