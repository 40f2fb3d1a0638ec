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

const SOUND = { name: 'uni', kind: 'openldap', servers: ['ldaps://x.example'], bind: { as: 'uid={login}' }, people: { base: 'dc=x' } }
const localWith = (directories: object[]): string =>
  `export default { plugins: ['portal', 'ldap-auth'], pluginOptions: { 'ldap-auth': ${JSON.stringify({ directories })} } }`

test('all faults of a plugin’s options are told at once', async ({ onTestFinished }) => {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-check-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  mkdirSync(join(dir, 'config'))
  const directories = [{ ...SOUND, servers: ['http://x'], kind: 'ldap', peeple: {} }]
  writeFileSync(join(dir, 'config', 'local.ts'), localWith(directories))
  const { faults } = await configFaults({ dir, env: {} })
  expect(faults).toHaveLength(3)
  for (const key of ['directories.0.kind', 'directories.0.servers.0', 'knows no “peeple”']) expect(faults.join('\n')).toContain(key)
})

test('files and names that the options of several directories get wrong, too', async ({ onTestFinished }) => {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-check-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  mkdirSync(join(dir, 'config'))
  const directories = [
    SOUND,
    { ...SOUND, ca: '/nowhere/ca.pem' },
    { ...SOUND, name: 'inny', bind: { dn: 'cn=x', passwordFile: '/nowhere/pw' }, sameAs: ['x'] },
  ]
  writeFileSync(join(dir, 'config', 'local.ts'), localWith(directories))
  const { faults } = await configFaults({ dir, env: {} })
  expect(faults).toEqual([
    expect.stringContaining('Two directories'),
    expect.stringContaining('no directory before it is called so'),
    expect.stringContaining('names a certificate that cannot be read'),
    expect.stringContaining('has no password for its service account'),
  ])
})

test('a configuration that a start takes has none', async ({ onTestFinished }) => {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-check-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  expect((await configFaults({ dir, env: {} })).faults).toEqual([])
})
