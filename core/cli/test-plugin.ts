/** Owns running a plugin's tests: Node's own test runner, with the program's door open to the plugin. */
import { spawn } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { codeOf } from '../machine/boot-error.ts'
import { projectDir } from '../machine/project.ts'
import { fail } from './open.ts'

/** Answers the exit code. */
export async function testPlugin(folder: string): Promise<number> {
  const dir = resolve(process.env['INIT_CWD'] ?? '.', folder)
  const refusal = readable(dir)
  if (refusal === 'EACCES')
    fail(`The user who runs this may not read ${dir}. Commands of root work as the user pomoc: let it in, or test as yourself.`)
  if (refusal) fail(`The folder ${dir} is not there: name the folder of a plugin.`)
  const tests = readdirSync(dir, { recursive: true })
    .map(String)
    .filter((file) => /\.test\.(ts|tsx|js|mjs)$/.test(file) && !file.includes('node_modules'))
  if (tests.length === 0) fail(`There is no test in ${dir}: its name ends in .test.ts.`)
  const door = join(projectDir, 'dist', 'plugin-door.js')
  const child = spawn(
    process.execPath,
    ['--import', pathToFileURL(door).href, '--test', '--test-concurrency=1', ...tests.map((file) => relative(dir, join(dir, file)))],
    {
      cwd: dir,
      stdio: 'inherit',
      env: { ...process.env, POMOC_PLUGIN_DIR: dir },
    },
  )
  return new Promise((done) => {
    child.on('close', (code) => done(code ?? 1))
  })
}

/** Why the folder cannot be read: a code of the system; undefined: it can. */
function readable(dir: string): string | undefined {
  try {
    accessSync(dir, constants.R_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return codeOf(error) ?? 'ENOENT'
  }
}
