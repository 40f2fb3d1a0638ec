/** Owns running the real program as a child process, as `npm start` does. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { projectDir } from '../core/project.ts'

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

/** Runs `core/launch.mjs` of the project with free ports and only the POMOC_… variables given. */
export function runProgram(env: Record<string, string>, args: string[] = ['start'], project: string = projectDir): Program {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(POMOC_|PG|NODE_|VITEST)/.test(name)))
  const child = spawn(process.execPath, [join(project, 'core', 'launch.mjs'), ...args], {
    env: { ...inherited, POMOC_HTTP_PORT: '0', POMOC_SMTP_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  )
  const program: Program = {
    pid: child.pid ?? 0,
    stdout: '',
    stderr: '',
    ready: new Promise((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        program.stdout += text
        if (/^pomoc is ready/m.test(program.stdout)) resolve()
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => (program.stderr += text))
      void ended.then(({ code }) => reject(new Error(`pomoc ended with ${code} before it was ready:\n${program.stderr}`)))
    }),
    ended,
    kill: (signal) => void child.kill(signal),
  }
  program.ready.catch(() => {}) // for tests that wait for the end instead
  return program
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
