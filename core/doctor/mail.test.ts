import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Resolver } from 'node:dns/promises'
import { createServer, type AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMailSink } from '../../test/servers/mail-sink.ts'
import { loadConfig, type Config } from '../machine/config.ts'
import { checkCertificates, checkDns, checkSmarthost, type Dns } from './mail.ts'

const NOW = new Date('2026-11-17T09:15:00Z')
const DAY = 86_400_000
const dir = mkdtempSync(join(tmpdir(), 'pomoc-doctor-'))
let config: Config
beforeAll(async () => {
  const read = await loadConfig({ env: { POMOC_DATA_DIR: dir, POMOC_MAIL_ADDRESS: 'pomoc@uni.pl', POMOC_BASE_URL: 'http://pomoc.uni.pl' } })
  config = { ...read, plugins: ['smtp-receiver'] }
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const missing = async (): Promise<never> => {
  throw Object.assign(new Error('queryMx ENOTFOUND'), { code: 'ENOTFOUND' })
}
/** What a name server says, written down: no test asks a real one. */
const dns = (answers: object): Dns => ({ resolveMx: missing, resolve4: missing, resolve6: missing, reverse: missing, ...answers }) as Dns

test('mail servers in their order, and a name that leads here and back', async () => {
  const findings = await checkDns(
    { config },
    ['uni.pl', 'wydział.uni.pl'],
    dns({
      resolveMx: async () => [
        { priority: 20, exchange: 'mx2.uni.pl' },
        { priority: 10, exchange: 'mx1.uni.pl' },
      ],
      resolve4: async () => ['198.51.100.7'],
      reverse: async () => ['UNI.pl'],
    }),
  )
  expect(findings).toEqual([
    { name: 'MX of uni.pl', state: 'ok', says: 'Mail goes to mx1.uni.pl, mx2.uni.pl.' },
    { name: 'MX of xn--wydzia-8db.uni.pl', state: 'ok', says: 'Mail goes to mx1.uni.pl, mx2.uni.pl.' },
    { name: 'PTR of uni.pl', state: 'ok', says: 'uni.pl is 198.51.100.7, and back.' },
  ])
})

test('no mail server, a null MX, no address and an address that leads elsewhere are told with who can help', async () => {
  expect(await checkDns({ config }, [], dns({}))).toMatchObject([
    { state: 'warn', says: 'DNS names no mail server for uni.pl.', remedy: expect.stringContaining('MX record') },
    { name: 'PTR of uni.pl', state: 'warn', says: expect.stringContaining('no address'), remedy: expect.stringContaining('mail.hostname') },
  ])
  const [mx, ptr] = await checkDns(
    { config },
    [],
    dns({
      resolveMx: async () => [{ priority: 0, exchange: '' }],
      resolve6: async () => ['2001:db8::7'],
      reverse: async () => ['host7.provider.example'],
    }),
  )
  expect(mx).toMatchObject({ state: 'fail', says: expect.stringContaining('RFC 7505') })
  expect(ptr).toMatchObject({
    state: 'warn',
    says: '2001:db8::7, the address of uni.pl, leads back to host7.provider.example.',
    remedy: expect.stringContaining('PTR record from 2001:db8::7 to uni.pl'),
  })
})

test('without a network there is one warning, not one for each question', async () => {
  const offline = new Resolver({ timeout: 200, tries: 1 })
  offline.setServers(['127.0.0.1:1'])
  expect(await checkDns({ config }, ['a.uni.pl', 'b.uni.pl'], offline)).toEqual([
    { name: 'DNS', state: 'warn', says: expect.stringContaining('does not answer'), remedy: expect.stringContaining('/etc/resolv.conf') },
  ])
})

test('names of examples lead nowhere and are not asked for', async () => {
  expect(await checkDns({ config: await loadConfig({ env: {} }) }, [], dns({}))).toMatchObject([
    { name: 'MX of localhost', state: 'warn' },
    { name: 'PTR of localhost', state: 'warn' },
  ])
})

async function certificate(days: number, from = -400) {
  const made = await generate([{ name: 'commonName', value: 'uni.pl' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(NOW.getTime() + from * DAY),
    notAfterDate: new Date(NOW.getTime() + days * DAY),
  })
  const [tlsCert, tlsKey] = [join(dir, `${days}-cert.pem`), join(dir, `${days}-key.pem`)]
  writeFileSync(tlsCert, made.cert)
  writeFileSync(tlsKey, made.private)
  return { files: { tlsCert, tlsKey }, made }
}
const withCertificate = async (smtp: Partial<Config['smtp']>) =>
  (await checkCertificates({ config: { ...config, smtp: { ...config.smtp, ...smtp } }, now: NOW }))[0]

test("a certificate is good, ends soon, has ended, has not begun, has another's key, or cannot be read", async () => {
  const good = (await certificate(100)).files
  expect(await withCertificate(good)).toMatchObject({ name: 'certificate for mail', state: 'ok', says: 'It holds until 2027-02-25.' })
  expect(await withCertificate((await certificate(5)).files)).toMatchObject({
    state: 'warn',
    says: expect.stringMatching(/expires on 2026-11-22\.$/),
  })
  const old = (await certificate(-2)).files
  expect(await withCertificate(old)).toEqual({
    name: 'certificate for mail',
    state: 'fail',
    says: `The certificate of ${old.tlsCert} expired on 2026-11-15.`,
    remedy: 'Renew it (certbot, or whoever gives you certificates); pomoc takes the new one into use by itself.',
  })
  expect(await withCertificate((await certificate(300, 10)).files)).toMatchObject({
    state: 'fail',
    says: expect.stringContaining('holds only from 2026-11-27'),
  })
  expect(await withCertificate({ tlsCert: good.tlsCert, tlsKey: old.tlsKey })).toMatchObject({
    state: 'fail',
    says: expect.stringContaining('does not belong'),
    remedy: expect.stringContaining('smtp.tlsKey'),
  })
  expect(await withCertificate({ tlsCert: join(dir, 'nowhere'), tlsKey: old.tlsKey })).toMatchObject({
    state: 'fail',
    says: expect.stringContaining('ENOENT'),
  })
  expect(await withCertificate({})).toMatchObject({ state: 'ok', says: 'pomoc makes its own at the first start.' })
})

test('a site whose certificate has ended or is unknown, and one that does not answer', async () => {
  const site = async (days: number) => {
    const { made } = await certificate(days)
    const server = createTlsServer({ key: made.private, cert: made.cert }, (socket) => socket.end())
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const [found] = await checkCertificates({ config: { ...config, plugins: [], baseUrl }, now: NOW })
    server.close()
    return found
  }
  expect(await site(-3)).toMatchObject({
    state: 'fail',
    says: expect.stringContaining('expired on 2026-11-14'),
    remedy: 'Renew it at the reverse proxy.',
  })
  expect(await site(90)).toMatchObject({ state: 'warn', says: expect.stringContaining('Browsers will not trust it') })
  expect((await checkCertificates({ config: { ...config, plugins: [], baseUrl: 'https://127.0.0.1:1' }, now: NOW }))[0]).toMatchObject({
    state: 'warn',
    says: expect.stringContaining('ECONNREFUSED'),
  })
})

const smarthost = async (smarthostUrl: string) => (await checkSmarthost({ config: { ...config, smarthostUrl } }))[0]

test('a smarthost that greets without encryption, sends us away, or is not there', async () => {
  const sink = await startMailSink()
  expect(await smarthost(sink.url)).toMatchObject({
    name: 'smarthost',
    state: 'warn',
    says: `127.0.0.1:${sink.port} greets us, but offers no encryption (STARTTLS).`,
  })
  sink.refusal = { at: 'connect', code: 554, text: 'go away' }
  expect(await smarthost(sink.url)).toMatchObject({ state: 'fail', says: expect.stringContaining('go away') })
  await sink.stop()
  expect(await smarthost(sink.url)).toMatchObject({
    state: 'fail',
    says: expect.stringMatching(/cannot be used \(connect ECONNREFUSED .*\); outgoing mail waits\.$/),
    remedy: expect.stringContaining('POMOC_SMARTHOST_URL'),
  })
  expect(await checkSmarthost({ config })).toMatchObject([{ state: 'warn', says: expect.stringContaining('None is set') }])
})

test('a smarthost that wants a password takes ours, or refuses it', async () => {
  const { made } = await certificate(30)
  const server = new SMTPServer({
    key: made.private,
    cert: made.cert,
    onAuth: ({ username, password }, _session, done) =>
      done(username === 'pomoc' && password === 'tajne' ? null : new Error('Invalid login'), { user: username ?? '' }),
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.server.address() as AddressInfo
  expect(await smarthost(`smtp://pomoc:tajne@127.0.0.1:${port}`)).toMatchObject({
    state: 'ok',
    says: `127.0.0.1:${port} greets us, encrypted, and takes our password.`,
  })
  const refused = await smarthost(`smtp://pomoc:falsch@127.0.0.1:${port}`)
  expect(refused).toMatchObject({
    state: 'fail',
    says: expect.stringContaining('refuses user or password'),
    remedy: expect.stringContaining('POMOC_SMARTHOST_URL'),
  })
  expect(JSON.stringify(refused)).not.toContain('falsch')
  await new Promise<void>((resolve) => {
    server.close(resolve)
  })
})

test('a smarthost that takes less than agents may send, and refuses some of our addresses', async () => {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    size: 10 * 1024 * 1024,
    onMailFrom: ({ address }, _session, done) =>
      done(address === 'kadry@uni.pl' ? Object.assign(new Error('5.7.1 not owned by user pomoc'), { responseCode: 550 }) : null),
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.server.address() as AddressInfo
  const ask = (mail: Partial<Config['mail']> = {}) =>
    checkSmarthost({ config: { ...config, smarthostUrl: `smtp://127.0.0.1:${port}`, mail: { ...config.mail, ...mail } } }, [
      'pomoc@uni.pl',
      'kadry@uni.pl',
    ])
  expect((await ask()).slice(1)).toMatchObject([
    { name: 'largest mail out', state: 'warn', remedy: expect.stringContaining('Set mail.maxSizeKb to 10240') },
    { name: 'sender kadry@uni.pl', state: 'fail', says: expect.stringContaining('not owned by user pomoc') },
  ])
  expect((await ask({ maxSizeKb: 10_240 })).map(({ name }) => name)).toEqual(['smarthost', 'sender kadry@uni.pl'])
  await new Promise<void>((resolve) => {
    server.close(resolve)
  })
})

test('a smarthost whose certificate nobody here knows: what to do is said, and helps', async () => {
  const made = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  const smarthostCa = join(dir, 'ca.pem')
  writeFileSync(smarthostCa, made.cert)
  const server = new SMTPServer({ secure: true, authOptional: true, key: made.private, cert: made.cert })
  server.on('error', () => {}) // that we break off is what is tried
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const smarthostUrl = `smtps://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  expect(await checkSmarthost({ config: { ...config, smarthostUrl } })).toMatchObject([
    { state: 'fail', says: expect.not.stringContaining('Node'), remedy: expect.stringContaining('POMOC_SMARTHOST_CA') },
  ])
  expect(await checkSmarthost({ config: { ...config, smarthostUrl, smarthostCa } })).toMatchObject([{ state: 'ok' }])
  expect(await checkSmarthost({ config: { ...config, smarthostUrl, smarthostCa: join(dir, 'nowhere.pem') } })).toMatchObject([
    { state: 'fail', says: expect.stringContaining('nowhere.pem cannot be read'), remedy: expect.stringContaining('smarthostCa') },
  ])
  await new Promise<void>((resolve) => {
    server.close(resolve)
  })
})

test('a smarthost that accepts the connection and says nothing is cut off', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  expect(await smarthost(`smtp://127.0.0.1:${(server.address() as AddressInfo).port}`)).toMatchObject({
    state: 'fail',
    says: expect.stringMatching(/Greeting never received|Timeout|no answer within/),
  })
  server.close()
})
