import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { obstacle } from './account.ts'

const stranger = { name: 'stranger', uid: 54321, gid: 54321 }
let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pomoc-account-'))
  chmodSync(dir, 0o755)
  mkdirSync(join(dir, 'open'))
  mkdirSync(join(dir, 'closed'))
  writeFileSync(join(dir, 'open', 'file'), '')
  writeFileSync(join(dir, 'closed', 'file'), '')
  chmodSync(join(dir, 'closed'), 0o711)
})
afterAll(() => rmSync(dir, { recursive: true }))

test('a path open to everybody has no obstacle', () => {
  expect(obstacle(stranger, join(dir, 'open', 'file'))).toBeUndefined()
})

test('a folder that may be entered but not listed hinders only listing it', () => {
  expect(obstacle(stranger, join(dir, 'closed', 'file'))).toBeUndefined()
  expect(obstacle(stranger, join(dir, 'closed'))).toBe(join(dir, 'closed'))
})

test('the folder above that is closed is named, and its owner passes', () => {
  chmodSync(join(dir, 'closed'), 0o700)
  expect(obstacle(stranger, join(dir, 'closed', 'file'))).toBe(join(dir, 'closed'))
  const owner = { name: 'owner', uid: process.getuid?.() ?? 0, gid: 1 }
  expect(obstacle(owner, join(dir, 'closed', 'file'))).toBeUndefined()
})
