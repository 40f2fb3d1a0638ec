import { spawn } from 'node:child_process'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listen, passedSocket } from './listen.ts'
import { projectDir } from './project.ts'

test('a socket of systemd is found by its name, and only in the process it was given to', () => {
  const env = { LISTEN_PID: '77', LISTEN_FDS: '2', LISTEN_FDNAMES: 'http:smtp' }
  expect(passedSocket('http', env, 77)).toBe(3)
  expect(passedSocket('smtp', env, 77)).toBe(4)
  expect(passedSocket('metrics', env, 77)).toBeUndefined()
  expect(passedSocket('smtp', env, 78)).toBeUndefined()
  expect(passedSocket('smtp', { ...env, LISTEN_FDS: '1' }, 77)).toBeUndefined()
  expect(passedSocket('smtp', {}, 77)).toBeUndefined()
})

test('a program that got its socket answers there, whatever port is configured', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => {
    holder.listen(0, '127.0.0.1', resolve)
  })
  const { port } = holder.address() as AddressInfo
  const { fd } = (holder as Server & { _handle: { fd: number } })._handle
  const program = `import { createServer } from 'node:http'
    import { listen } from '${join(projectDir, 'core', 'machine', 'listen.ts')}'
    process.stdout.write(String(await listen(createServer(() => {}), { host: '192.0.2.1', port: 1 }, 'smtp')))
    process.exit(0)`
  const child = spawn('sh', ['-c', 'LISTEN_PID=$$ exec "$0" --input-type=module', process.execPath], {
    env: { PATH: process.env['PATH'], LISTEN_FDS: '1', LISTEN_FDNAMES: 'smtp' },
    stdio: ['pipe', 'pipe', 'inherit', fd],
  })
  child.stdin!.end(program)
  expect(await text(child.stdout!)).toBe(String(port))
  holder.close()
})

test('a port that cannot be had is told by the name of its variable', async () => {
  const holder = createServer()
  const port = await listen(holder, { host: '127.0.0.1', port: 0 }, 'http')
  await expect(listen(createServer(), { host: '127.0.0.1', port }, 'metrics')).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is in use by another program: stop that program, or set POMOC_METRICS_PORT to another port.`,
  )
  holder.close()
})
