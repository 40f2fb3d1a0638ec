/** Errors that nobody caught: one that a plugin set going is its fault, any other ends the program. */
import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'

/** Runs a program whose only plugin call does `what`, and stops it after a while; answers what was told, and the exit code. */
function running(what: string, from: 'plugin' | 'core'): Promise<{ told: string; code: number | null }> {
  const script = `
    import { runUntilSignal } from '${import.meta.dirname}/run.ts'
    import { makeGate } from '${import.meta.dirname}/../kernel/gate.ts'
    const gate = makeGate({ slot: 1 }, (call, error) => console.log(call.plugin, error.message))
    const log = { info() {}, warn() {}, fatal({ err }) { console.log('fatal', err.message) } }
    const what = () => { ${what} }
    await runUntilSignal(log, async () => {
      if ('${from}' === 'plugin') await gate.call({ plugin: 'faq', kind: 'slot', name: 'x', unitId: null }, what)
      else what()
      setInterval(() => {}, 1000)
      setTimeout(() => process.kill(process.pid, 'SIGTERM'), 150)
      return { stop: async () => {} }
    })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ told: told.trim(), code }))
  })
}

test.each([
  ['a promise it did not wait for', `void Promise.reject(new Error('stray'))`],
  ['a timer', `setTimeout(() => { throw new Error('stray') }, 20)`],
  [
    'an event without a listener',
    `setTimeout(() => { process.getBuiltinModule('events').EventEmitter.prototype.emit.call(new (process.getBuiltinModule('events').EventEmitter)(), 'error', new Error('stray')) }, 20)`,
  ],
])('%s of a plugin is told as its fault, and the program goes on', async (_name, what) => {
  expect(await running(what, 'plugin')).toEqual({ told: 'faq stray', code: 0 })
})

test('one of core ends the program, with its error in the log', async () => {
  expect(await running(`void Promise.reject(new Error('stray'))`, 'core')).toEqual({ told: 'fatal stray', code: 1 })
})
