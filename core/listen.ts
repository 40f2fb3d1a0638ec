/** Owns binding a port, with a sentence for the operator when that fails. */
import type { AddressInfo, Server } from 'node:net'
import { BootError, codeOf, reasonOf } from './boot-error.ts'

/**
 * Binds a server and answers its port (chosen by the system where 0 was asked for).
 * `key` names the configuration, `http` or `smtp`, for the sentence.
 */
export async function listen(server: Server, { host, port }: { host: string; port: number }, key: 'http' | 'smtp'): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    throw new BootError(listenSentence(error, { host, port }, key))
  }
  return (server.address() as AddressInfo).port
}

/** What to tell the operator about an error of `listen`; for servers that bind by themselves. */
export function listenSentence(error: unknown, { host, port }: { host: string; port: number }, key: 'http' | 'smtp'): string {
  const [portName, hostName] = key === 'http' ? ['POMOC_HTTP_PORT', 'POMOC_HTTP_HOST'] : ['POMOC_SMTP_PORT', 'POMOC_SMTP_HOST']
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
