import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addKey, fingerprint, makeKeyFile, newestKey, readKeyRing, seal, unseal, type KeyRing } from './key-ring.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pomoc-keys-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const path = (name: string) => join(dir, name)

describe('the key file', () => {
  it('is for its owner alone, and of several who make it at once all read the same key', async () => {
    const rings = await Promise.all(Array.from({ length: 8 }, () => makeKeyFile(path('first.keys'), 1)))
    expect(new Set(rings.map((ring) => fingerprint(ring.get(1)!))).size).toBe(1)
    expect(statSync(path('first.keys')).mode & 0o777).toBe(0o600)
    expect(readdirSync(dir)).toEqual(['first.keys'])
  })
  it('takes further keys and keeps those before; what was sealed with them goes on opening', async () => {
    const first = await makeKeyFile(path('more.keys'), 1)
    const sealed = seal(first, 'JBSWY3DPEHPK3PXP', 'Ewa')
    chmodSync(path('more.keys'), 0o640)
    const more = await addKey(path('more.keys'), 2)
    expect([newestKey(more), fingerprint(more.get(1)!)]).toEqual([2, fingerprint(first.get(1)!)])
    expect([sealed.key, seal(more, 'x', 'Ewa').key]).toEqual([1, 2])
    expect(unseal(more, sealed, 'Ewa')).toBe('JBSWY3DPEHPK3PXP')
    expect(unseal(first, seal(more, 'x', 'Ewa'), 'Ewa')).toBeUndefined()
  })
  it('that is not there is no fault; one that is spoilt or cannot be written is, with what to do', async () => {
    expect(await readKeyRing(path('none.keys'))).toBeUndefined()
    for (const [text, fault] of [
      ['', /holds no key: bring it back/],
      ['1 short\n', /^Line 1 of the key file .* is no key/],
      [readFileSync(path('first.keys'), 'utf8').replace(/\n1 .*/, (line) => line + line), /^Line 4 of the key file .* is no key/],
    ] as const) {
      writeFileSync(path('spoilt.keys'), text)
      await expect(readKeyRing(path('spoilt.keys'))).rejects.toThrow(fault)
    }
    await expect(makeKeyFile(path('nowhere/a.keys'), 1)).rejects.toThrow(
      /cannot be written \(ENOENT.*\): let pomoc write there, or name another in “secretKeys”/,
    )
    await expect(makeKeyFile('/proc/pomoc.keys', 1)).rejects.toThrow('cannot be written')
    expect(existsSync(path('nowhere'))).toBe(false)
  })
})

describe('what is sealed', () => {
  let one: KeyRing
  let other: KeyRing
  beforeAll(async () => {
    one = await makeKeyFile(path('one.keys'), 1)
    other = await makeKeyFile(path('other.keys'), 1)
  })
  it('opens with its own key for its own holder, unchanged, and never else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.nat(), (text, holder, stranger, at) => {
        const sealed = seal(one, text, holder)
        expect(unseal(one, sealed, holder)).toBe(text)
        expect(unseal(other, sealed, holder)).toBeUndefined()
        expect(unseal(undefined, sealed, holder)).toBeUndefined()
        if (stranger !== holder) expect(unseal(one, sealed, stranger)).toBeUndefined()
        const spoilt = Buffer.from(sealed.bytes)
        spoilt[at % spoilt.length]! ^= 1
        expect(unseal(one, { ...sealed, bytes: spoilt }, holder)).toBeUndefined()
        expect(unseal(one, { ...sealed, bytes: sealed.bytes.subarray(0, at % sealed.bytes.length) }, holder)).toBeUndefined()
        expect(seal(one, text, holder).bytes.equals(sealed.bytes)).toBe(false)
      }),
    )
  })
})
