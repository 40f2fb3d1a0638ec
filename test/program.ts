/** Owns running the real program as a child process, as `npm start` does. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { projectDir } from '../core/machine/project.ts'

export interface Program {
  pid: number
  /** What it has printed so far. */
  stdout: string
  stderr: string
  /** Resolves when it says that it is ready; rejects when it ends before. */
  ready: Promise<void>
  /** Resolves when the process is gone. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  kill(signal: NodeJS.Signals): void
}

/**
 * Runs `core/launch.mjs` with free ports and only the POMOC_… variables given. `sockets` are handed over by name as systemd
 * does it.
 */
export function runProgram(
  env: Record<string, string>,
  args: string[] = ['start'],
  {
    sockets = {},
    project = projectDir,
    byName = false,
  }: {
    sockets?: Record<string, HeldSocket>
    project?: string /** As `pomoc …` is called, without Node's options. */
    byName?: boolean
  } = {},
): Program {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(POMOC_|PG|NODE_|VITEST)/.test(name)))
  const names = Object.keys(sockets)
  const listening = names.length === 0 ? {} : { LISTEN_FDS: String(names.length), LISTEN_FDNAMES: names.join(':') }
  const child = spawn(
    'sh',
    [
      '-c',
      names.length === 0 ? 'exec "$0" "$@"' : 'LISTEN_PID=$$ exec "$0" "$@"',
      process.execPath,
      // As the scripts of package.json start it.
      ...(byName ? [] : ['--max-semi-space-size=8']),
      join(project, 'core', 'launch.mjs'),
      ...args,
    ],
    {
      env: { ...inherited, ...(byName ? {} : { MALLOC_ARENA_MAX: '2' }), ...listening, POMOC_HTTP_PORT: '0', POMOC_SMTP_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...names.map((name) => sockets[name]!.fd)],
    },
  )
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  )
  const program: Program = {
    pid: child.pid ?? 0,
    stdout: '',
    stderr: '',
    ready: new Promise((resolve, reject) => {
      child.stdout!.setEncoding('utf8').on('data', (text: string) => {
        program.stdout += text
        if (/^pomoc is ready/m.test(program.stdout)) resolve()
      })
      child.stderr!.setEncoding('utf8').on('data', (text: string) => (program.stderr += text))
      void ended.then(({ code }) => reject(new Error(`pomoc ended with ${code} before it was ready:\n${program.stderr}`)))
    }),
    ended,
    kill: (signal) => void child.kill(signal),
  }
  program.ready.catch(() => {}) // for tests that wait for the end instead
  return program
}

export interface HeldSocket {
  fd: number
  port: number
  close(): void
}

/**
 * A socket on a free port, held open as systemd holds it: whoever connects waits in it until a program takes them. Nobody
 * takes them here, which is why it is bound below `listen`, by what Node's own cluster uses for that.
 */
export function holdSocket(): HeldSocket {
  const handle = (
    net as unknown as {
      _createServerHandle(
        address: string,
        port: number,
        family: 4,
        fd: -1,
        flags: 0,
      ): { fd: number; getsockname(into: object): number; close(): void }
    }
  )._createServerHandle('127.0.0.1', 0, 4, -1, 0)
  const name = {} as { port: number }
  handle.getsockname(name)
  return { fd: handle.fd, port: name.port, close: () => handle.close() }
}

/** A data folder of its own; `remove` also ends a database server that a killed program left there. */
export function temporaryData(): { dir: string; postmaster(): number | undefined; remove(): Promise<void> } {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-data-'))
  const postmaster = () => {
    try {
      return Number(readFileSync(join(dir, 'postgresql', 'postmaster.pid'), 'utf8').split('\n')[0])
    } catch {
      return undefined
    }
  }
  const remove = async () => {
    const pid = postmaster()
    if (pid !== undefined && isAlive(pid)) {
      process.kill(pid, 'SIGINT')
      while (isAlive(pid)) await sleep(50)
    }
    rmSync(dir, { recursive: true, force: true })
  }
  return { dir, postmaster, remove }
}

/** Whether the process runs; a dead one that nobody has collected yet does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
