/** Owns plugins from outside: npm packages and folders, found, and loaded so that they share the program's own instances. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { BootError } from '../machine/boot-error.ts'
import { projectDir } from '../machine/project.ts'

/** What a plugin gets from the program, never a copy of its own: two copies of one class are two classes. */
const SHARED = /^(hono|kysely|zod)(\/|$)/
type Door = 'pomoc' | `pomoc/${'pages' | 'administration' | 'testing'}`
/** The program's own doors as they run, from sources or built, by the name they are imported under. */
export type Doors = Partial<Record<Door, Record<string, unknown>>>

const roots = new Set<string>()
const doors = new Map<Door, Record<string, unknown>>()
const project = pathToFileURL(join(projectDir, 'package.json')).href
const requireHere = createRequire(project)

/**
 * Lets code below `folder` import the doors and the shared libraries of the program, and be written in TypeScript and JSX.
 */
export function openDoors(folder: string, opened: Doors): void {
  roots.add(`${pathToFileURL(realpathSync(folder)).href}/`)
  for (const [name, door] of Object.entries(opened)) doors.set(name as Door, door)
  Object.assign(globalThis, { [REGISTRY]: doors })
  if (hooked) return
  hooked = true
  registerHooks({
    resolve(specifier, context, next) {
      if (!context.parentURL || !outside(context.parentURL)) return next(specifier, context)
      if (doors.has(specifier as Door)) return { url: `pomoc:${specifier}`, format: 'module', shortCircuit: true }
      return next(specifier, SHARED.test(specifier) ? { ...context, parentURL: project } : context)
    },
    load(url, context, next) {
      if (url.startsWith('pomoc:')) return { format: 'module', source: reexport(url.slice(6) as Door), shortCircuit: true }
      if (outside(url) && /\.(tsx?|jsx|mts)$/.test(url))
        return { format: 'module', source: compile(fileURLToPath(url)), shortCircuit: true }
      return next(url, context)
    },
  })
}

let hooked = false
const REGISTRY = Symbol.for('pomoc.doors')

const outside = (url: string): boolean => [...roots].some((root) => url.startsWith(root))

/** A module that hands on what runs already, whoever loaded that: Node, tsx, or a test runner. */
function reexport(name: Door): string {
  const names = Object.keys(doors.get(name)!).filter((key) => key !== 'default')
  return `export const { ${names.join(', ')} } = globalThis[Symbol.for('pomoc.doors')].get('${name}')\n`
}

function compiler(path: string): typeof import('esbuild') {
  try {
    // Else it leaves a process running, which would keep the rights of whoever started pomoc.
    process.env['ESBUILD_WORKER_THREADS'] ??= '0'
    return requireHere('esbuild') as typeof import('esbuild')
  } catch {
    throw new BootError(
      `${path} is TypeScript or JSX, and its compiler, an optional package, is not installed: run \`npm ci --omit=dev\` again, without --omit=optional.`,
    )
  }
}

/** Node runs TypeScript but not JSX, and neither below node_modules. */
function compile(path: string): string {
  const { transformSync } = compiler(path)
  return transformSync(readFileSync(path, 'utf8'), {
    loader: path.endsWith('x') ? 'tsx' : 'ts',
    format: 'esm',
    target: 'node24',
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    sourcemap: 'inline',
    sourcefile: path,
    logLevel: 'silent',
  }).code
}

/** Imports a plugin that lies outside of the program. `name` is a path from `dir` ('./x', '/x') or a package of node_modules. */
export async function importOutside(name: string, dir: string, opened: Doors): Promise<unknown> {
  const path = /^[./]/.test(name) ? resolve(dir, name) : findPackage(name, dir)
  if (path === undefined || !existsSync(path)) {
    throw new BootError(
      /^[./]/.test(name)
        ? `Plugin “${name}” is not there: correct its path in “plugins” in config/local.ts.`
        : `Plugin “${name}” is not there: install it with “npm install ${name}”, or correct “plugins” in config/local.ts.`,
    )
  }
  const folder = statSync(path).isDirectory() ? path : resolve(path, '..')
  const entry = statSync(path).isDirectory() ? entryOf(path) : path
  if (entry === undefined)
    throw new BootError(`Plugin “${name}” has no index.ts, index.tsx or index.js, and its package.json names no other: add one.`)
  openDoors(folder, opened)
  const module = (await import(/* @vite-ignore */ pathToFileURL(realpathSync(entry)).href)) as { default?: unknown }
  if (typeof module.default === 'object' && module.default !== null) outsiders.add(module.default)
  return module
}

const outsiders = new WeakSet<object>()

/** Was this plugin loaded from outside of the project? What it calls itself says nothing of that. */
export const liesOutside = (plugin: object): boolean => outsiders.has(plugin)

function findPackage(name: string, dir: string): string | undefined {
  return [dir, projectDir].map((from) => join(from, 'node_modules', name)).find((path) => existsSync(path))
}

/** By package.json's `exports` (a file, or that of '.'), `main`, or an index file. */
function entryOf(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  const { exports, main } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { exports?: unknown; main?: string }) : {}
  const named = target(exports) ?? main
  return [...(named ? [named] : []), 'index.ts', 'index.tsx', 'index.js', 'index.mjs']
    .map((name) => join(folder, name))
    .find((path) => existsSync(path))
}

function target(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports
  if (typeof exports !== 'object' || exports === null) return undefined
  const of = exports as Record<string, unknown>
  return target(of['.'] ?? of['import'] ?? of['node'] ?? of['default'])
}
