import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig, type ConfigError } from './config.ts'
import { defaultDataDir } from './data-dir.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pomoc-config-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function writeLocal(text: string): void {
  mkdirSync(join(dir, 'config'))
  writeFileSync(join(dir, 'config', 'local.ts'), text)
}
const load = (env: Record<string, string> = {}) => loadConfig({ dir, env })

test('with nothing said it serves this machine only', async () => {
  expect(await load()).toMatchObject({
    http: { host: '127.0.0.1', port: 8080 },
    smtp: { host: '127.0.0.1', port: 2525 },
    baseUrl: 'http://localhost:8080',
    systemId: '10',
    ticketNumber: { generator: 'DateChecksum' },
    zone: 'Europe/Warsaw',
    plugins: ['desk', 'portal', 'admin', 'units', 'faq', 'waiting', 'notifications', 'automation', 'acl', 'smtp-receiver'],
  })
})

test('local.ts goes over the defaults key by key, the environment over both', async () => {
  writeLocal(`export default { http: { port: 81 }, smtp: { port: 25 }, plugins: ['desk'], mailAddress: 'it@uni.example' as string }`)
  expect(await load({ POMOC_HTTP_PORT: '82', POMOC_BASE_URL: 'https://pomoc.example/', POMOC_SMTP_HOST: '' })).toMatchObject({
    http: { host: '127.0.0.1', port: 82 },
    smtp: { host: '127.0.0.1', port: 25 },
    plugins: ['desk'],
    baseUrl: 'https://pomoc.example',
    mail: { hostname: 'uni.example' },
  })
})

test('what a process does: everything, or what the variable or the command line says', async () => {
  expect((await load()).only).toEqual(['web', 'smtp', 'jobs'])
  expect((await load({ POMOC_ONLY: 'web, jobs' })).only).toEqual(['web', 'jobs'])
  expect((await loadConfig({ dir, env: { POMOC_ONLY: 'web' }, options: { only: ['smtp'] } })).only).toEqual(['smtp'])
  await expect(loadConfig({ dir, env: {}, options: { only: ['mail'] } })).rejects.toThrow(
    /^--only is "mail": write one or more of web, smtp, jobs\.$/,
  )
  expect((await load({ POMOC_PLUGINS: 'desk,/srv/care' })).plugins).toEqual(['desk', '/srv/care'])
})

test('relative paths count from the folder of the configuration', async () => {
  expect(await load({ POMOC_DATA_DIR: 'kept' })).toMatchObject({ dataDir: join(dir, 'kept') })
})

test.for([
  [{ POMOC_HTTP_PORT: 'many' }, /^POMOC_HTTP_PORT is "many": write a port, a whole number from 0 to 65535\.$/],
  [{ POMOC_MAIL_ADDRESS: 'pomoc' }, /^POMOC_MAIL_ADDRESS is "pomoc": write a mail address/],
  [{ POMOC_LOG_LEVEL: 'loud' }, /^POMOC_LOG_LEVEL is "loud": write one of trace/],
  [{ POMOC_DATABASE_URL: 'mysql://me:secret@db/x' }, /^POMOC_DATABASE_URL is not right: write an address such as postgresql:/],
  [{ POMOC_ONLY: 'web,jbos' }, /^POMOC_ONLY is "jbos": write one or more of web, smtp, jobs\.$/],
  [{ POMOC_SMARTHOST_URL: 'secret' }, /^POMOC_SMARTHOST_URL is not right/],
] as const)('a bad variable is named, with what to write: %j', async ([env, sentence]) => {
  await expect(load(env)).rejects.toThrow(sentence)
  await expect(load(env)).rejects.not.toThrow(/secret/)
})

test.for([
  [`{ smtp: { prot: 25 } }`, /^config\/local\.ts sets smtp\.prot, which pomoc does not know: /],
  [`{ trustedProxies: ['10.0.0.0/33'] }`, /^trustedProxies\.0 in config\/local\.ts is "10\.0\.0\.0\/33": write an address or a network/],
  [`{ systemId: 10 }`, /^systemId in config\/local\.ts is 10: write digits/],
  [`{ zone: 'Europe/Atlantis' }`, /^zone in config\/local\.ts is "Europe\/Atlantis": write a time zone/],
  [`{ smtp: { tlsKey: 'key.pem' } }`, /^smtp\.tlsCert in config\/local\.ts is missing: write both tlsKey and tlsCert, or neither\.$/],
  [`{ http: { port: '80' } }`, /^http\.port in config\/local\.ts is "80": write a port, .*\(POMOC_HTTP_PORT sets it too\)\.$/],
  [`{ http: 80 }`, /^http in config\/local\.ts is 80: write /],
] as const)('a bad key in local.ts is named, with what to write: %s', async ([text, sentence]) => {
  writeLocal(`export default ${text}`)
  await expect(load()).rejects.toThrow(sentence)
})

test('a local.ts that is no TypeScript is told in one sentence', async () => {
  writeLocal('export default {')
  await expect(load()).rejects.toThrow(/^The file .*local\.ts cannot be used, .*: correct it or take it away\.$/)
})

test('root keeps data in /var/lib, a folder for each program; others beside the program', () => {
  expect(defaultDataDir(dir, false)).toBe(join(dir, 'data'))
  expect(defaultDataDir(dir, true)).toMatch(/^\/var\/lib\/pomoc\/pomoc-config-\w+-[0-9a-f]{8}$/)
})

test('all faults of the configuration are known at once, each of config/local.ts with its line', async () => {
  mkdirSync(join(dir, 'config'), { recursive: true })
  writeFileSync(
    join(dir, 'config', 'local.ts'),
    "export default {\n  zone: 'Mars',\n  smtp: {\n    maxClients: 'many',\n    maxClient: 5,\n  },\n}\n",
  )
  const error = await loadConfig({ dir, env: { POMOC_HTTP_PORT: '70000' } }).catch((fault: unknown) => fault as ConfigError)
  expect((error as ConfigError).faults.map(({ line, says }) => `${line ?? '-'} ${says.split(' ')[0]}`).toSorted()).toEqual([
    '- POMOC_HTTP_PORT',
    '2 zone',
    '4 smtp.maxClients',
    '5 config/local.ts',
  ])
})

test('a smarthost whose user or password holds a sign of addresses says how to write it', async () => {
  const told = /POMOC_SMARTHOST_URL|smarthostUrl/
  for (const url of [
    'smtp://pomoc:a/b@mail.example:587',
    'smtp://pomoc:a?b@mail.example',
    'smtps://pomoc:a#b@mail.example',
    'smtp://pomoc:10%@mail.example',
  ])
    await expect(load({ POMOC_SMARTHOST_URL: url }), url).rejects.toThrow(/@ as %40.*# as %23/)
  await expect(load({ POMOC_SMARTHOST_URL: 'smtp://pomoc:a/b@mail.example' })).rejects.toThrow(told)
  for (const url of [
    'smtp://pomoc@uni.example:tajne@mail.example:587',
    'smtp://pomoc%40uni.example:a%2Fb@mail.example',
    'smtp://mail.example:25/',
  ])
    expect((await load({ POMOC_SMARTHOST_URL: url })).smarthostUrl).toBe(url)
})
