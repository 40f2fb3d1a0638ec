import { describe, expect, it } from 'vitest'
import { makeGate, PluginFault, type Call } from './gate.ts'

const call: Call = { plugin: 'faq', kind: 'slot', name: 'portal.home', unitId: '1' }
const seconds = { slot: 0.05, guard: 1, mailCheck: 1, mailStep: 1, login: 1, search: 1, page: 1, fact: 1, job: 1, start: 1 }
function gate() {
  const told: string[] = []
  return {
    told,
    ...makeGate(seconds, (at, error) => {
      told.push(`${at.plugin} ${at.kind}: ${error instanceof Error ? error.message : String(error)}`)
    }),
  }
}

describe('the way into a plugin', () => {
  it('hands on what it answers', async () => {
    const { told, call: through } = gate()
    expect(await through(call, () => 5)).toBe(5)
    expect(told).toEqual([])
  })
  it('tells what is thrown, rejected, thrown without being an error', async () => {
    const { told, call: through } = gate()
    await expect(
      through(call, () => {
        throw new Error('at once')
      }),
    ).rejects.toThrow(PluginFault)
    await expect(through(call, () => Promise.reject(new Error('later')))).rejects.toThrow(PluginFault)
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error
    await expect(
      through(call, () => {
        throw 'words'
      }),
    ).rejects.toThrow(PluginFault)
    expect(told).toEqual(['faq slot: at once', 'faq slot: later', 'faq slot: words'])
  })
  it("waits no longer than its time, and a late end is nobody's fault any more", async () => {
    const { told, call: through } = gate()
    await expect(through(call, () => new Promise(() => {}))).rejects.toMatchObject({ late: true })
    let fail = (_error: Error): void => {}
    await expect(
      through(
        call,
        () =>
          new Promise((_, reject) => {
            fail = reject
          }),
      ),
    ).rejects.toMatchObject({ late: true })
    fail(new Error('long after'))
    await Promise.resolve()
    expect(told).toEqual(['faq slot: it did not answer within 0.05 s', 'faq slot: it did not answer within 0.05 s'])
  })
  it('tells of one that kept the whole program waiting, and takes its answer', async () => {
    const { told, call: through } = gate()
    const until = performance.now() + 80
    expect(
      await through(call, () => {
        while (performance.now() < until) {
          /* busy */
        }
        return 'done'
      }),
    ).toBe('done')
    expect(told[0]).toMatch(/^faq slot: it kept the whole program waiting for \d+ ms$/)
  })
  it('blames nobody for a database that went away, nor for what may pass', async () => {
    const { told, call: through } = gate()
    await expect(
      through(call, () => {
        throw Object.assign(new Error('bye'), { code: '57P01' })
      }),
    ).rejects.toThrow('bye')
    await expect(
      through(
        call,
        () => {
          throw new Error('a refusal')
        },
        () => true,
      ),
    ).rejects.toThrow('a refusal')
    expect(told).toEqual([])
  })
})
