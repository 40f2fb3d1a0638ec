/** Owns connections to the servers of one directory: encrypted, used again, and another server when one does not answer. */
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { Client, ResultCodeError } from 'ldapts'
import { reasonOf } from '../../core/index.ts'
import type { Directory } from './options.ts'

/** No server answered: what each of them said. */
export class Unreachable extends Error {
  constructor(readonly tried: { server: string; reason: string }[]) {
    super(tried.map(({ server, reason }) => `${server}: ${reason}`).join('; '))
    this.name = 'Unreachable'
  }
}

export interface Connections {
  /** Runs with a connection bound as the service account. */
  asService<T>(run: (client: Client) => Promise<T>): Promise<T>
  /** Runs with a connection nobody is bound on, to bind as a person. */
  asNobody<T>(run: (client: Client) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** A server that did not answer is left alone for so long, as far as another one does. */
const REST_MS = 10_000
/** Connections kept for the next; servers close them sooner or later, which is noticed. */
const IDLE = 8
const IDLE_MS = 60_000
/** Busy, unavailable, time limit exceeded …: this server cannot, another may (RFC 4511 A.1). */
const SERVER_TROUBLE = new Set([1, 3, 11, 51, 52, 80])

/** A client and whether its connection still stands: ldapts itself waits for answers on a dead one until time is up. */
interface Wire {
  client: Client
  isClosed(): boolean /** Rejects when the connection ends. */
  lost: Promise<never>
}
interface Kept extends Wire {
  server: string
  since: number
}
type Purpose = 'service' | 'nobody'

export function openConnections(directory: Directory, clock: () => number = () => performance.now()): Connections {
  const resting = new Map<string, number>()
  const idle: Record<Purpose, Kept[]> = { service: [], nobody: [] }
  let closed = false

  async function open(server: string, purpose: Purpose): Promise<Wire> {
    const wire = newWire(directory, server)
    const { client } = wire
    try {
      if (server.startsWith('ldap:') && directory.encryption === 'starttls') await client.startTLS(tlsOptions(directory, server))
      if (purpose === 'service') await Promise.race([client.bind(directory.service!.dn, directory.service!.password()), wire.lost])
      return wire
    } catch (error) {
      end(wire)
      throw error
    }
  }

  /** A connection from the last time, as far as it still stands. */
  function again(server: string, purpose: Purpose): Wire | undefined {
    for (
      let at = idle[purpose].findIndex((one) => one.server === server);
      at >= 0;
      at = idle[purpose].findIndex((one) => one.server === server)
    ) {
      const [kept] = idle[purpose].splice(at, 1) as [Kept]
      if (!kept.isClosed() && clock() - kept.since < IDLE_MS) return kept
      end(kept)
    }
    return undefined
  }

  function keep(wire: Wire, server: string, purpose: Purpose): void {
    if (closed || wire.isClosed() || idle[purpose].length >= IDLE) end(wire)
    else idle[purpose].push({ ...wire, server, since: clock() })
  }

  async function use<T>(purpose: Purpose, run: (client: Client) => Promise<T>): Promise<T> {
    const tried: Unreachable['tried'] = []
    const awake = directory.servers.filter((server) => (resting.get(server) ?? 0) <= clock())
    // All of them rest: they are asked all the same, so that a directory that is back is back at once.
    for (const server of awake.length > 0 ? awake : directory.servers) {
      for (let kept = again(server, purpose); ; kept = undefined) {
        const began = clock()
        let wire = kept
        try {
          wire ??= await open(server, purpose)
          const answer = await Promise.race([run(wire.client), wire.lost])
          keep(wire, server, purpose)
          resting.delete(server)
          return answer
        } catch (error) {
          if (error instanceof ResultCodeError && !SERVER_TROUBLE.has(error.code) && wire) {
            keep(wire, server, purpose)
            throw error
          }
          if (wire) end(wire)
          // A connection of before may have been closed meanwhile: that says nothing of the server yet.
          if (kept && clock() - began < directory.timeoutSeconds * 900) continue
          resting.set(server, clock() + REST_MS)
          tried.push({ server, reason: reasonOf(error) })
          break
        }
      }
    }
    throw new Unreachable(tried)
  }

  return {
    asService: (run) => use('service', run),
    asNobody: (run) => use('nobody', run),
    async close() {
      closed = true
      for (const kept of [...idle.service.splice(0), ...idle.nobody.splice(0)]) end(kept)
    },
  }
}

function end(wire: Wire): void {
  if (!wire.isClosed()) void Promise.resolve(wire.client.unbind()).catch(() => {})
}

/**
 * A client that connects once. By itself ldapts would connect again when the server has closed: without StartTLS, so that the
 * next password went in clear, and bound as nobody.
 */
function newWire(directory: Directory, server: string): Wire {
  let connected = false
  let isClosed = false
  const { promise: lost, reject } = Promise.withResolvers<never>()
  lost.catch(() => {})
  const watched = <S extends Socket>(socket: S): S =>
    socket.once('close', () => {
      isClosed = true
      reject(new Error('the server closed the connection'))
    })
  const once = () => {
    if (connected) throw new Error('the server closed the connection')
    connected = true
  }
  const timeout = directory.timeoutSeconds * 1000
  const plain = (...to: unknown[]) => {
    once()
    return watched((connectPlain as (...args: unknown[]) => Socket)(...to))
  }
  const secure = (...to: unknown[]) => {
    if (server.startsWith('ldaps:')) once()
    return watched((connectTls as (...args: unknown[]) => TLSSocket)(...to))
  }
  const client = new Client({
    url: server,
    timeout,
    connectTimeout: timeout,
    strictDN: false,
    createConnection: plain as typeof connectPlain,
    createSecureConnection: secure as typeof connectTls,
    ...(server.startsWith('ldaps:') ? { tlsOptions: tlsOptions(directory, server) } : {}),
  })
  return { client, lost, isClosed: () => isClosed }
}

function tlsOptions(directory: Directory, server: string) {
  const host = directory.serverName ?? new URL(server.replace(/^ldaps?:/, 'http:')).hostname.replace(/^\[|\]$/g, '')
  return {
    ...(directory.caPem ? { ca: directory.caPem } : {}),
    host,
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    minVersion: 'TLSv1.2' as const,
  }
}
