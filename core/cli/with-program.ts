/** Owns what commands that need plugins and database share: assembling them, and taking them apart again. */
import { assemble, type Assembly } from '../run/assemble.ts'
import { loadConfig } from '../machine/config.ts'
import { makeLog } from '../machine/log.ts'

/** Runs a command beside a program that may be running; nothing is served. */
export async function withProgram<T>(run: (assembly: Assembly) => Promise<T>): Promise<T> {
  const config = await loadConfig()
  const assembly = await assemble(config, { log: makeLog(config.logLevel === 'info' ? 'warn' : config.logLevel), share: true })
  try {
    return await run(assembly)
  } finally {
    for (let end = assembly.started.pop(); end; end = assembly.started.pop()) await end()
  }
}
