/** Holds package-lock.json whole, so that `npm ci` works with any registry mirror. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectDir } from '../core/machine/project.ts'

interface Entry {
  optionalDependencies?: Record<string, string>
  hasInstallScript?: boolean
  os?: string[]
  cpu?: string[]
}
const { packages } = JSON.parse(readFileSync(join(projectDir, 'package-lock.json'), 'utf8')) as { packages: Record<string, Entry> }

/** Where `name` lies for the package at `path`: in its own node_modules or in one above. */
function entryOf(path: string, name: string): Entry | undefined {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('node_modules/'))) {
    const entry = packages[`${at}${at && !at.endsWith('/') ? '/' : ''}node_modules/${name}`]
    if (entry || !at.includes('node_modules/')) return entry
  }
}

test('every optional dependency has its entry, those of other platforms too', () => {
  // npm install leaves out what the registry in use does not hold; npm ci then refuses the file. Such entries are
  // restored by hand: version, os, cpu, libc, "optional": true.
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !entryOf(path, name))
      .map((name) => `${name} of ${path || 'pomoc'}`),
  )
  expect(missing).toEqual([])
})

test('only packages named in package.json run something when they are installed, and npm is told to hold to it', () => {
  const { allowScripts } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { allowScripts: Record<string, boolean> }
  const linux = Object.entries(packages).filter(
    ([, { hasInstallScript, os, cpu }]) => hasInstallScript && (!os || os.includes('linux')) && (!cpu || cpu.includes('x64')),
  )
  const named = linux.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
  expect(named.filter((name) => !allowScripts[name])).toEqual([])
  expect(Object.keys(allowScripts).filter((name) => !named.includes(name))).toEqual([])
  expect(readFileSync(join(projectDir, '.npmrc'), 'utf8')).toMatch(/^strict-allow-scripts=true$/m)
})
