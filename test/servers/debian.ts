/** Owns programs that tests take from Debian: found, installed where CI=true, else loudly missed. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * The path of `program` when it is there or, with CI=true, can be installed from `packages`. Otherwise prints the line
 * that installs it and answers undefined: give that to describe.skipIf. With CI=true a failed installation throws.
 */
export function debianProgram(program: string, packages: string[]): string | undefined {
  if (existsSync(program)) return program
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (process.env['CI'] !== 'true') {
    process.stderr.write(`\nSKIPPED, since ${program} is missing. Install it with:\n  apt-get update && ${install}\n\n`)
    return undefined
  }
  // One installation at a time: two test files may want the same.
  const shell = (command: string) =>
    execFileSync('flock', ['/tmp/pomoc-test-apt.lock', 'sh', '-c', command], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  shell(`test -e ${program} || { apt-get update && ${install}; }`)
  if (!existsSync(program)) throw new Error(`${packages.join(', ')} installed, but ${program} is not there`)
  return program
}
