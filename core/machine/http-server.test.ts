import type { Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig } from './config.ts'
import { limitedServer } from './http-server.ts'
import { listen } from './listen.ts'

let server: Server | undefined
let sockets: Socket[]
beforeEach(() => {
  sockets = []
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server?.close(resolve))
  server = undefined
})

async function serve(http: object, trustedProxies: string[] = []): Promise<number> {
  const config = await loadConfig({ env: {} })
  server = limitedServer({ http: { ...config.http, ...http }, trustedProxies }, (_request, response) => response.end('ok'))
  return listen(server, { host: '127.0.0.1', port: 0 }, 'http')
}
async function open(port: number): Promise<{ ended: Promise<string>; socket: Socket }> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  let text = ''
  socket.on('data', (data) => (text += data.toString()))
  socket.on('error', () => {})
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(text))
  })
  await new Promise((resolve) => {
    socket.on('connect', resolve)
  })
  return { ended, socket }
}

it('a head that comes too slowly ends with a word, while others are answered', async () => {
  const port = await serve({ headSeconds: 1 })
  const slow = await Promise.all(Array.from({ length: 20 }, () => open(port)))
  for (const { socket } of slow) socket.write('GET / HTTP/1.1\r\nHost: a\r\nX: ')
  const drip = setInterval(() => {
    for (const { socket } of slow) if (socket.writable) socket.write('a')
  }, 100)
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok')
  for (const { ended } of slow) expect(await ended).toMatch(/^HTTP\/1\.1 408 /)
  clearInterval(drip)
  server!.closeAllConnections()
})

it('of one peer there are so many connections, of a proxy any number', async () => {
  const count = () =>
    new Promise<number>((resolve) => {
      server!.getConnections((_error, open) => resolve(open))
    })
  const settled = async (wanted: number) => {
    for (let left = 200; left > 0 && (await count()) !== wanted; left--) await sleep(10)
    return count()
  }
  const port = await serve({ maxConnectionsPerPeer: 10 })
  await Promise.all(Array.from({ length: 15 }, () => open(port)))
  expect(await settled(10)).toBe(10)
  // One that has gone makes room.
  for (const socket of sockets) socket.destroy()
  expect(await settled(0)).toBe(0)
  const again = await open(port)
  again.socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  expect(await again.ended).toContain('ok')
  await new Promise((resolve) => server!.close(resolve))

  const behind = await serve({ maxConnectionsPerPeer: 10 }, ['127.0.0.0/8'])
  await Promise.all(Array.from({ length: 15 }, () => open(behind)))
  expect(await settled(15)).toBe(15)
  expect((server!.address() as AddressInfo).port).toBe(behind)
})
