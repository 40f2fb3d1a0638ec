/** Owns where the program lies on disk, whether it runs from its sources or from dist. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder that holds pomoc's package.json, config and dist. */
export const projectDir = findProject(import.meta.dirname)

/** pomoc's own version, from package.json. */
export const version: string = (JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { version: string }).version

function findProject(start: string): string {
  for (let dir = start; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json'))) return dir
    if (dir === dirname(dir)) throw new Error(`no package.json above ${start}`)
  }
}
