/** Owns the measures of a start: seconds until ready, the first time and later, and memory at rest. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { runProgram, temporaryData } from '../program.ts'
import { median, spread, type Figure } from './report.ts'

const ROUNDS = 3
/** At rest: what the start left behind is collected by then. */
const REST_SECONDS = 15

export async function measureStart(): Promise<Figure[]> {
  const seconds = { first: [] as number[], second: [] as number[] }
  const memory = { node: [] as number[], resident: [] as number[], postgres: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    const data = temporaryData()
    try {
      for (const which of ['first', 'second'] as const) {
        const began = performance.now()
        const program = runProgram({ POMOC_DATA_DIR: data.dir, POMOC_LOG_LEVEL: 'warn' })
        await program.ready
        seconds[which].push((performance.now() - began) / 1000)
        if (which === 'second') {
          await sleep(REST_SECONDS * 1000)
          memory.node.push(proportional(program.pid))
          memory.resident.push(field(`/proc/${program.pid}/status`, 'VmRSS'))
          const postmaster = data.postmaster()
          if (postmaster) memory.postgres.push([postmaster, ...childrenOf(postmaster)].reduce((sum, pid) => sum + proportional(pid), 0))
        }
        program.kill('SIGINT')
        await program.ended
      }
    } finally {
      await data.remove()
    }
  }
  const mb = 'MB'
  return [
    { name: 'first start (database made)', unit: 's', pomoc: median(seconds.first), note: `rounds ${spread(seconds.first)}` },
    { name: 'second start', unit: 's', pomoc: median(seconds.second), atMost: 2, note: `rounds ${spread(seconds.second)}` },
    { name: 'Node at rest (PSS)', unit: mb, pomoc: median(memory.node), atMost: 130, note: `RSS ${median(memory.resident).toFixed(0)} MB` },
    { name: 'PostgreSQL at rest (PSS of all its processes)', unit: mb, pomoc: median(memory.postgres) },
  ]
}

/** A process's share of memory in MB: pages shared by n processes count 1/n each (proc(5), smaps_rollup). */
const proportional = (pid: number): number => field(`/proc/${pid}/smaps_rollup`, 'Pss')

function field(path: string, name: string): number {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0 // it ended meanwhile
  }
}

export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(/^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]) === parent
      } catch {
        return false
      }
    })
}
