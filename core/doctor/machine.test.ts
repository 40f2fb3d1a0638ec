import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig, type Config } from '../machine/config.ts'
import { checkDisk, checkNode, checkPorts } from './machine.ts'

const dir = mkdtempSync(join(tmpdir(), 'pomoc-doctor-'))
const servers: Server[] = []
let config: Config

beforeAll(async () => {
  config = await loadConfig({ env: { POMOC_DATA_DIR: dir } })
})
afterAll(() => {
  for (const server of servers) server.close()
  rmSync(dir, { recursive: true, force: true })
})

const listening = (server: Server) =>
  new Promise<number>((resolve) => {
    servers.push(server)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
const at = (http: number, smtp: number): { config: Config } => ({
  config: { ...config, plugins: ['smtp-receiver'], http: { ...config.http, port: http }, smtp: { ...config.smtp, port: smtp } },
})

test('this Node is new enough', async () => {
  expect(await checkNode()).toMatchObject([{ name: 'node', state: 'ok' }])
})

test('a data folder that is not there yet is judged by the disk it will lie on', async () => {
  expect((await checkDisk({ config: { ...config, dataDir: join(dir, 'not', 'yet') } }))[0]).toMatchObject({
    name: 'disk',
    says: expect.stringMatching(/ are free where the data folder .*not\/yet lies\.$/),
  })
})

function smallDisk(): string | undefined {
  const folder = join(dir, 'small')
  mkdirSync(folder)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    return folder
  } catch {
    process.stderr.write('\nSKIPPED, since mounting a small disk is for root and not in every container.\n\n')
    return undefined
  }
}
const small = smallDisk()

// Nothing to install would help where mounting is forbidden, so CI passes this by instead of failing.
test('a full disk is told with what to do', async () => {
  if (!small) return
  try {
    writeFileSync(join(small, 'full'), Buffer.alloc(1_040_000))
    expect(await checkDisk({ config: { ...config, dataDir: small } })).toMatchObject([
      {
        name: 'disk',
        state: 'fail',
        says: expect.stringMatching(/ \(0 %\) are free where the data folder .*small lies\.$/),
        remedy: expect.stringMatching(/^Make room on the disk of .*small, or move the data folder .*POMOC_DATA_DIR\.$/),
      },
    ])
  } finally {
    execFileSync('umount', [small])
  }
})

test("a port is free, ours, another's, or chosen at start", async () => {
  const saying = (text: string) =>
    createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end(text),
    )
  const other = saying('SSH-2.0-something\r\n')
  const [web, mail, foreign] = [
    await listening(createHttpServer((request, response) => response.end(request.url === '/health/live' ? 'live\n' : ''))),
    await listening(saying('220 uni.example ESMTP pomoc\r\n')),
    await listening(other),
  ]
  expect(await checkPorts(at(web, mail))).toMatchObject([
    { state: 'ok', says: 'pomoc answers there.' },
    { state: 'ok', says: 'pomoc answers there.' },
  ])
  expect(await checkPorts(at(foreign, foreign))).toMatchObject([
    {
      name: `port ${foreign} (web)`,
      state: 'fail',
      says: `Port ${foreign} on 127.0.0.1 is in use by another program.`,
      remedy: 'Stop that program, or set POMOC_HTTP_PORT to another port.',
    },
    { name: `port ${foreign} (mail)`, state: 'fail', remedy: expect.stringContaining('POMOC_SMTP_PORT') },
  ])
  await new Promise((resolve) => other.close(resolve))
  expect(await checkPorts(at(foreign, 0))).toMatchObject([
    { state: 'ok', says: expect.stringContaining('free') },
    { state: 'ok', says: expect.stringContaining('chooses') },
  ])
})

test('an address that this machine does not have is told', async () => {
  const [web] = await checkPorts({ config: { ...config, http: { ...config.http, host: '192.0.2.1', port: 8080 } } })
  expect(web).toMatchObject({
    state: 'fail',
    says: 'This machine has no address 192.0.2.1.',
    remedy: expect.stringContaining('POMOC_HTTP_HOST'),
  })
})
