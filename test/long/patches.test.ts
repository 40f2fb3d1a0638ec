/**
 * What is declared once is added once: each patch beside this file adds one thing to a list – an attribute of a ticket, an act, an
 * administered thing – with its words and, where it needs one, its migration, and touches nothing else. It is applied to a copy of
 * this checkout, whose types must still agree, and the small test that the patch brings is run there.
 */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const patches = join(import.meta.dirname, 'patches')

/** All files that git knows of, as they stand now. */
function copyOfCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pomoc-patched-'))
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  }).split('\0')
  for (const file of files.filter((name) => name !== '' && name !== 'node_modules' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Runs a tool of the project in the copy, as if nobody had started a test around it. Answers what it said and how it ended. */
function run(folder: string, tool: string, args: string[]): Promise<{ code: number | null; said: string }> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|VITE_|TEST$|POMOC_|NODE_ENV$|MODE$|DEV$|PROD$|SSR$|BASE_URL$)/.test(name)),
  )
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(folder, 'node_modules', tool), ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
    child.on('error', fail)
    child.on('close', (code) => done({ code, said }))
  })
}

describe('a patch that adds one thing', () => {
  it.each(
    readdirSync(patches)
      .filter((name) => name.endsWith('.patch'))
      .toSorted(),
  )('%s is all it takes', async (name) => {
    const patch = join(patches, name)
    const tests = [...readFileSync(patch, 'utf8').matchAll(/^\+\+\+ b\/(\S+\.test\.tsx?)$/gm)].map((match) => match[1]!)
    expect(tests).not.toEqual([])
    const folder = copyOfCheckout()
    try {
      // Without a repository around it git applies to the folder itself.
      const git = (...args: string[]) =>
        execFileSync('git', args, { cwd: folder, encoding: 'utf8', env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) } })
      git('apply', '--recount', patch)
      console.log(`${name}\n${git('apply', '--stat', patch)}`)
      const types = await run(folder, 'typescript/bin/tsc', ['--noEmit'])
      expect(types).toEqual({ code: 0, said: '' })
      const tested = await run(folder, 'vitest/vitest.mjs', ['run', '--config', 'test/vitest.config.ts', ...tests])
      expect(tested.code, tested.said).toBe(0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
