/** Owns ports of this machine for tests: a free one, and waiting until somebody listens. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Free a moment ago, at 127.0.0.1. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Until somebody listens on the port. `ended` says that nobody will; throws that, or after `seconds` what `logs` hold. */
export async function answering(
  port: number,
  {
    seconds = 10,
    ended = () => undefined,
    logs = () => '',
  }: { seconds?: number; ended?: () => string | undefined; logs?: () => string } = {},
): Promise<void> {
  for (const begun = performance.now(); performance.now() - begun < seconds * 1000; await sleep(25)) {
    const why = ended()
    if (why !== undefined) throw new Error(why)
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (up) return
  }
  throw new Error(`nobody listens on ${port}\n${logs()}`)
}
