/** Owns finding what a test file leaves behind in its worker, which the next file shares: any of it fails the file, by name. */
import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect } from 'vitest'
import { openDatabases } from './database.ts'

/** What ends by itself gets so long, in steps of 25 ms: a socket whose other side has gone, a process told to end. */
const STEPS = 200

interface Handle {
  constructor: { name: string }
  pid?: number
  spawnargs?: string[]
  fd?: number
  address?(): AddressInfo | string | null
  remoteAddress?: string
  remotePort?: number
  /** Of a socket: what it reads. */
  _handle?: { fd?: number } | null
}

/**
 * Whatever holds this process alive: listeners, connections, processes. What is let go (`unref`) does not count, nor do the standard
 * streams: where they are pipes, each is a socket from the first time that anything looks at it.
 */
function handles(): Handle[] {
  // The only way to have them themselves and not just their kind (`process.getActiveResourcesInfo`).
  const all = (process as unknown as { _getActiveHandles(): Handle[] })._getActiveHandles()
  return all.filter(({ constructor: { name }, _handle }) => !(name === 'Socket' && [0, 1, 2].includes(_handle?.fd ?? -1)))
}

const words = (handle: Handle): string => {
  const {
    constructor: { name },
  } = handle
  if (name === 'ChildProcess') return `the process ${handle.pid}: ${handle.spawnargs?.join(' ').slice(0, 200)}`
  if (name.endsWith('Server')) return `a listener (${name}) on ${JSON.stringify(handle.address?.() ?? null)}`
  return handle.remoteAddress ? `a connection (${name}) to ${handle.remoteAddress}:${handle.remotePort}` : `an open ${name}`
}

/** The processes that this one started, dead ones that are still to be collected too. */
function children(): Map<number, string> {
  const found = new Map<number, string>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))![1])
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200)
      // The compiler of plugins from outside keeps one helper for as long as the worker lives, and lets go of it.
      if (parent === process.pid && !/\besbuild --service=/.test(line)) found.set(Number(pid), line)
    } catch {
      // It ended while we looked.
    }
  }
  return found
}

// Node opens these when they are first asked for.
void [process.stdout, process.stderr]
const before = { handles: new Set(handles()), children: children(), databases: new Set(openDatabases) }

function left(): string[] {
  return [
    ...handles()
      .filter((handle) => !before.handles.has(handle))
      .map(words),
    ...[...children()].filter(([pid]) => !before.children.has(pid)).map(([pid, line]) => `the process ${pid}: ${line}`),
    ...[...openDatabases].filter((name) => !before.databases.has(name)).map((name) => `the database ${name}`),
  ]
}

// Registered before the file's own, so it runs after them.
afterAll(async () => {
  for (let step = 0; step < STEPS && left().length > 0; step++) await sleep(25)
  expect(left(), 'what this file left behind').toEqual([])
})
