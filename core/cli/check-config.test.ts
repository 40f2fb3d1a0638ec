/** check-config refuses what a start refuses, all of it at once. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configFaults } from './check-config.ts'

test('plugins that are not there or not configured are faults too, each named', async ({ onTestFinished }) => {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-check-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  mkdirSync(join(dir, 'config'))
  writeFileSync(join(dir, 'config', 'local.ts'), `export default { plugins: ['desk', '/nie/ma', './nor/this', 'ldap-auth'] }`)
  const { faults } = await configFaults({ dir, env: {} })
  expect(faults).toHaveLength(3)
  expect(faults[0]).toContain('/nie/ma')
  expect(faults[1]).toContain('./nor/this')
  expect(faults[2]).toMatch(
    /^pluginOptions\.ldap-auth\.directories in config\/local\.ts is missing or not right: write a list of directories\./,
  )
})

test('a configuration that a start takes has none', async ({ onTestFinished }) => {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-check-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  expect((await configFaults({ dir, env: {} })).faults).toEqual([])
})
