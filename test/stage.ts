/** Owns running the real program for single tests: built once in a run, on data that it made before, ended with the test. */
import { mkdirSync } from 'node:fs'
import type { TestContext } from 'vitest'
import { projectDir } from '../core/machine/project.ts'
import { runProgram, temporaryData, type Program } from './program.ts'
import { copyFolder, onceInRun } from './run-folder.ts'

/**
 * A data folder in which the program has run before and was stopped: its database is there with every table, so that a test
 * which is not about the very first start need not wait for that. The program makes it once in a test run.
 */
export async function usedData(): Promise<ReturnType<typeof temporaryData>> {
  const made = await onceInRun('used-data', makeUsedData)
  const data = temporaryData()
  await copyFolder(made, data.dir)
  return data
}

async function makeUsedData(folder: string): Promise<void> {
  mkdirSync(folder)
  const program = runProgram({ POMOC_DATA_DIR: folder, POMOC_MAIL_ADDRESS: 'pomoc@uni.example' })
  await program.ready
  program.kill('SIGTERM')
  await program.ended
}

export interface Stage {
  data: ReturnType<typeof temporaryData>
  /** Runs a command of the program on that data. */
  run(args: string[], env?: Record<string, string>, project?: string): Program
  start(env?: Record<string, string>): Program
}

/**
 * A data folder for one test and the programs that it runs there, all of which end with the test: so tests may run side by side.
 * `used: false` gives an empty folder, for what is about the first start.
 */
export async function onStage({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, { used = true } = {}): Promise<Stage> {
  const data = used ? await usedData() : temporaryData()
  const programs: Program[] = []
  onTestFinished(async () => {
    for (const program of programs) {
      program.kill('SIGKILL')
      await program.ended
    }
    await data.remove()
  })
  const run: Stage['run'] = (args, env = {}, project = projectDir) => {
    const program = runProgram({ POMOC_DATA_DIR: data.dir, ...env }, args, { project })
    programs.push(program)
    return program
  }
  return { data, run, start: (env) => run(['start'], env) }
}

/** Builds the program, once in a test run: for beforeAll, so that no test waits for it, and none measured by its output does it. */
export async function built(): Promise<void> {
  await onceInRun('built', async (folder) => {
    await runProgram({}, ['--build-only']).ended
    mkdirSync(folder)
  })
}

/** The same, and the folder that `usedData` copies. */
export async function builtAndUsed(): Promise<void> {
  await built()
  await onceInRun('used-data', makeUsedData)
}
