/** What plugins/README.md teaches, done; and what "npm run pomoc -- plugins new" writes, tried. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newPlugin } from '../../core/cli/new-plugin.ts'
import { describePlugins } from '../../core/cli/plugin-list.ts'
import { projectDir } from '../../core/machine/project.ts'
import { system } from '../../core/kernel/actor.ts'
import { runProgram } from '../program.ts'
import { built } from '../stage.ts'
import { openHouse, removePackages, writePackage } from './house.ts'

beforeAll(built)
// The type checker and the program, beside other tests.
vi.setConfig({ testTimeout: 180_000 })
afterAll(removePackages)

const readme = readFileSync(join(projectDir, 'plugins', 'README.md'), 'utf8')
/** Code that has a file's name beside its language. */
const blocks = [...readme.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```/gm)].map((match) => ({ file: match[1]!, text: match[2]! }))
const upTo = (count: number) => Object.fromEntries(blocks.slice(0, count).map(({ file, text }) => [file, text]))

async function program(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const running = runProgram({}, args)
  const { code } = await running.ended
  return { code, stdout: running.stdout, stderr: running.stderr }
}
/** Checks types as an author's editor does; one checker, for other tests run beside it. */
async function typesOf(folder: string): Promise<string> {
  const tsc = join(projectDir, 'node_modules/typescript/bin/tsc')
  const child = spawn(process.execPath, [tsc, '--noEmit', '--checkers', '1', '-p', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await new Promise((resolve) => {
    child.on('close', resolve)
  })
  return said
}
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
/** A folder as "npm run pomoc -- plugins new" makes it. */
async function freshPlugin(name: string): Promise<string> {
  const above = writePackage({})
  chmodSync(above, 0o755) // root's commands work as the user pomoc
  const folder = join(above, name)
  await newPlugin(name, folder)
  return folder
}

test('the lesson has its files', () => {
  expect(blocks.map(({ file }) => file)).toEqual(['texts.ts', 'index.tsx', 'index.tsx', 'index.test.ts'])
})

test('step 1: a card beside tickets that need care, after a switch', async () => {
  const house = await openHouse(['desk', writePackage(upTo(2))])
  try {
    const agent = await house.loggedIn(await house.make.agent({ 1: ['rw'] }))
    const [careful, other] = [await house.make.ticket({ subject: 'PESEL w indeksie' }), await house.make.ticket({ subject: 'Drukarka' })]
    const page = async (id: string) => (await agent.get(`/desk/tickets/${id}`)).text()
    expect(await page(careful.id)).not.toContain('Ostrożnie')
    await house.turn('care', '1', true)
    await house.until(async () => (await page(careful.id)).includes('Ostrożnie: dane osobowe'))
    expect(await page(other.id)).not.toContain('Ostrożnie')
    const list = (await describePlugins(house.kernel)).join('\n')
    expect(list).toContain('  care\n    on in every unit\n    1 settings\n')
    expect(list).toContain('  desk.ticket.side: care (20)')
  } finally {
    await house.close()
  }
})

/** What the lesson ends with, and a new plugin as it is written; what the checker says of both, of whom most is core's and read once. */
const both = once(async () => {
  const [care, hello] = [await freshPlugin('care'), await freshPlugin('hello-there')]
  for (const { file, text } of blocks) writeFileSync(join(care, file), text)
  writeFileSync(join(care, 'store.ts'), 'export {}\n')
  const settings = JSON.parse(readFileSync(join(care, 'tsconfig.json'), 'utf8')) as { include: string[] }
  expect(settings.include).toContain('.')
  const folder = writePackage({
    'tsconfig.json': JSON.stringify({ ...settings, include: [...settings.include.filter((one) => one !== '.'), care, hello] }),
  })
  return { care, hello, said: await typesOf(folder) }
})

test.concurrent('steps 2 and 3: what the lesson ends with passes its own test, and the type checker', async () => {
  const { care: folder, said } = await both()
  expect(said).toBe('')
  const { code, stdout, stderr } = await program(['plugins', 'test', folder])
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toContain('pass 3')
})

test.concurrent('a new plugin works as it is written: types and test', async () => {
  const { hello: folder, said } = await both()
  expect(said).toBe('')
  const { code, stdout, stderr } = await program(['plugins', 'test', folder])
  expect(code, stdout + stderr).toBe(0)
})

test('its commands answer at the terminal', async () => {
  const house = await openHouse(['desk', writePackage(upTo(3))])
  try {
    const plugin = house.kernel.plugins.find(({ name }) => name === 'care')!
    const said: string[] = []
    await plugin.commands!['count']!.run([], house.kernel.hostOf(plugin), (line) => said.push(line))
    expect(said).toEqual(['0'])
    await house.kernel.host.work(system('test'), async () => {})
  } finally {
    await house.close()
  }
})

test('a new plugin wants a name and an empty folder', async () => {
  await expect(newPlugin('Hello')).rejects.toThrow(/“Hello” cannot be a plugin's name: take a–z/)
  const folder = join(writePackage({}), 'there')
  mkdirSync(folder)
  writeFileSync(join(folder, 'mine.txt'), '')
  await expect(newPlugin('hello', folder)).rejects.toThrow(/is not empty: name another with --dir/)
})
