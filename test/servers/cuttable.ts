/** Owns a way to a PostgreSQL server that can be cut and mended, to see what the program does without its database. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Client } from 'pg'

export interface CuttableDatabase {
  url: string
  cut(): void
  mend(): void
  stop(): Promise<void>
}

/** `url` is the server's, over TCP or a socket. */
export async function cuttable(url: string): Promise<CuttableDatabase> {
  const real = new Client({ connectionString: url })
  const sockets = new Set<Socket>()
  let whole = true
  const server = createServer((near) => {
    if (!whole) {
      near.destroy()
      return
    }
    const far = real.host.startsWith('/') ? connect(`${real.host}/.s.PGSQL.${real.port}`) : connect(real.port, real.host)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        other.destroy()
        sockets.delete(one)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const login = [real.user ?? '', real.password ?? ''].map((part) => encodeURIComponent(String(part))).join(':')
  return {
    url: `postgresql://${login}@127.0.0.1:${port}/${real.database ?? ''}`,
    cut() {
      whole = false
      for (const socket of sockets) socket.destroy()
    },
    mend() {
      whole = true
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
