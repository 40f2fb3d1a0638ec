/** Owns the command doctor: what the checks found, for a person or for a script. */
import type { Command } from 'commander'
import { loadConfig, type Config } from '../machine/config.ts'
import { examine } from '../doctor/doctor.ts'
import { failed, type Finding } from '../doctor/finding.ts'
import { loadPlugins } from '../run/load-plugins.ts'
import { findPlugin } from '../run/plugins.ts'
import { say } from './open.ts'

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' }

export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .option('--json', 'write the findings as JSON: name, state (ok, warn, fail), says, remedy')
    .option('--blobs', 'also read every stored file and compare it with its checksum')
    .description('look whether all is well, and tell what to do where it is not; exit code 1 where something fails')
    .action(async ({ json = false, blobs = false }: { json?: boolean; blobs?: boolean }) => {
      const findings = await findingsOf(blobs)
      if (json) say(JSON.stringify(findings, undefined, 2))
      else for (const line of report(findings)) say(line)
      process.exitCode = findings.some(({ state }) => state === 'fail') ? 1 : 0
    })
}

async function findingsOf(blobs: boolean): Promise<Finding[]> {
  let config: Config
  try {
    config = await loadConfig()
  } catch (error) {
    return [failed('configuration', error)]
  }
  return examine({
    config,
    loadPlugins: () => loadPlugins(config.plugins, (name) => findPlugin(name, config.dir)),
    clock: () => new Date(),
    blobs,
  })
}

/** A line each, its remedy below it, and a line in the end. */
export function report(findings: Finding[]): string[] {
  const width = Math.min(36, Math.max(...findings.map(({ name }) => name.length)))
  const lines = findings.flatMap(({ name, state, says, remedy }) => [
    `${MARKS[state]}  ${name.padEnd(width)}  ${says}`,
    ...(remedy ? [`${' '.repeat(width + 8)}→ ${remedy}`] : []),
  ])
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length
  const [broken, notable] = [count('fail'), count('warn')]
  const things = (n: number) => (n === 1 ? '1 thing' : `${n} things`)
  return [
    ...lines,
    '',
    broken > 0
      ? `${things(broken)} must be put right${notable > 0 ? `, ${things(notable)} are worth knowing`.replace('1 thing are', '1 thing is') : ''}.`
      : notable > 0
        ? `Nothing is broken; ${things(notable)} ${notable === 1 ? 'is' : 'are'} worth knowing.`
        : 'All is well.',
  ]
}
