/** Owns binding a port, with a sentence for the operator when that fails. */
import type { AddressInfo, Server } from 'node:net'
import { BootError, codeOf, reasonOf } from './boot-error.ts'

/** Which configuration names the port. */
export type PortKey = 'http' | 'smtp' | 'metrics'

/**
 * Binds a server and answers its port (chosen by the system where 0 was asked for). A socket that systemd opened under the
 * name `key` is taken instead: then it stays open over a restart, and the port may be below 1024.
 */
export async function listen(server: Server, { host, port }: { host: string; port: number }, key: PortKey): Promise<number> {
  const fd = passedSocket(key)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(fd === undefined ? { host, port } : { fd }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    throw new BootError(listenSentence(error, { host, port }, key))
  }
  return (server.address() as AddressInfo).port
}

/** sd_listen_fds(3): sockets begin at descriptor 3 and are ours when LISTEN_PID is this process. */
export function passedSocket(key: PortKey, env: Record<string, string | undefined> = process.env, pid = process.pid): number | undefined {
  if (env['LISTEN_PID'] !== String(pid)) return undefined
  const at = (env['LISTEN_FDNAMES'] ?? '')
    .split(':')
    .slice(0, Number(env['LISTEN_FDS'] ?? 0))
    .indexOf(key)
  return at === -1 ? undefined : 3 + at
}

/** What to tell the operator about an error of `listen`; for servers that bind by themselves. */
export function listenSentence(error: unknown, { host, port }: { host: string; port: number }, key: PortKey): string {
  const [portName, hostName] = [`POMOC_${key.toUpperCase()}_PORT`, `POMOC_${key.toUpperCase()}_HOST`]
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use by another program: stop that program, or set ${portName} to another port.`
    case 'EACCES':
      return `Port ${port} may be opened by root only: start pomoc as root (it gives root's rights up), or set ${portName} to 1024 or more.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${host}: set ${hostName} to one it has, such as 127.0.0.1, or to 0.0.0.0 for all.`
    default:
      return `Port ${port} on ${host} cannot be opened (${reasonOf(error)}): set ${hostName} and ${portName} to what this machine allows.`
  }
}
