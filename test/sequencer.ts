/** Owns the order in which test files run: the longest first, so that no worker is left alone with a long one at the end. */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Seconds by file as they were last written down (`npm run test:seconds`); tracked, so that a fresh clone knows them too. */
export const secondsFile = join(import.meta.dirname, 'seconds.json')

/** A file that nobody has measured yet is taken for one of middling length. Seconds. */
const UNKNOWN = 5

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const known = JSON.parse(readFileSync(secondsFile, 'utf8')) as Record<string, number>
    const seconds = (file: TestSpecification) => known[relative(this.ctx.config.root, file.moduleId)] ?? UNKNOWN
    return files.toSorted((a, b) => seconds(b) - seconds(a) || a.moduleId.localeCompare(b.moduleId))
  }
}
