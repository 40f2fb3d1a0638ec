/** Owns running a plugin's tests: Node's own test runner, with the program's door open to the plugin. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { codeOf, reasonOf } from '../machine/boot-error.ts'
import { projectDir } from '../machine/project.ts'
import { fail } from './open.ts'

/** Answers the exit code. */
export async function testPlugin(folder: string): Promise<number> {
  const dir = resolve(process.env['INIT_CWD'] ?? '.', folder)
  const tests = filesIn(dir)
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

function filesIn(dir: string): (string | Buffer)[] {
  try {
    return readdirSync(dir, { recursive: true })
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'is not there' : `cannot be read (${reasonOf(error)})`
    return fail(`The folder ${dir} ${why}: name the folder of a plugin.`)
  }
}
