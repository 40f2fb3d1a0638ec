/** Owns connections to the servers of one directory: encrypted, used again, and another server when one does not answer. */
import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
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

interface Kept { client: Client; server: string; since: number }

export function openConnections(directory: Directory, clock: () => number = () => performance.now()): Connections {
  const resting = new Map<string, number>()
  const idle: Record<'service' | 'nobody', Kept[]> = { service: [], nobody: [] }
  let closed = false

  async function open(server: string, purpose: 'service' | 'nobody'): Promise<Client> {
    const client = newClient(directory, server)
    try {
      if (server.startsWith('ldap:') && directory.encryption === 'starttls') await client.startTLS(tlsOptions(directory, server))
      if (purpose === 'service') await client.bind(directory.service!.dn, directory.service!.password())
      return client
    } catch (error) {
      void client.unbind().catch(() => {})
      throw error
    }
  }

  /** A connection from the last time, as far as it still stands. */
  function again(server: string, purpose: 'service' | 'nobody'): Client | undefined {
    for (let kept = idle[purpose].findIndex((one) => one.server === server); kept >= 0; kept = idle[purpose].findIndex((one) => one.server === server)) {
      const [{ client, since }] = idle[purpose].splice(kept, 1) as [Kept]
      if (client.isConnected && clock() - since < IDLE_MS) return client
      void client.unbind().catch(() => {})
    }
    return undefined
  }

  function keep(client: Client, server: string, purpose: 'service' | 'nobody'): void {
    if (closed || !client.isConnected || idle[purpose].length >= IDLE) void client.unbind().catch(() => {})
    else idle[purpose].push({ client, server, since: clock() })
  }

  async function use<T>(purpose: 'service' | 'nobody', run: (client: Client) => Promise<T>): Promise<T> {
    const tried: Unreachable['tried'] = []
    const awake = directory.servers.filter((server) => (resting.get(server) ?? 0) <= clock())
    // All of them rest: one is asked all the same, so that a directory that is back is back at once.
    for (const server of awake.length > 0 ? awake : directory.servers) {
      for (const fresh of [false, true]) {
        const kept = fresh ? undefined : again(server, purpose)
        if (!fresh && !kept) continue
        let client = kept
        const began = clock()
        try {
          client ??= await open(server, purpose)
          const answer = await run(client)
          keep(client, server, purpose)
          resting.delete(server)
          return answer
        } catch (error) {
          if (error instanceof ResultCodeError && !SERVER_TROUBLE.has(error.code) && client) {
            keep(client, server, purpose)
            throw error
          }
          void client?.unbind().catch(() => {})
          // A connection of before may have been closed meanwhile: that says nothing of the server yet.
          if (!fresh && clock() - began < directory.timeoutSeconds * 900) continue
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
      await Promise.all([...idle.service.splice(0), ...idle.nobody.splice(0)].map(({ client }) => client.unbind().catch(() => {})))
    },
  }
}

/**
 * A client that connects once. By itself ldapts would connect again when the server has closed: without StartTLS, so that the
 * next password went in clear, and bound as nobody.
 */
function newClient(directory: Directory, server: string): Client {
  let connected = false
  const once = <A extends unknown[], R>(connect: (...args: A) => R) => (...args: A): R => {
    if (connected) throw new Error('the server closed the connection')
    connected = true
    return connect(...args)
  }
  const timeout = directory.timeoutSeconds * 1000
  return new Client({
    url: server, timeout, connectTimeout: timeout, strictDN: false,
    ...(server.startsWith('ldaps:')
      ? { tlsOptions: tlsOptions(directory, server), createSecureConnection: once(connectTls as (...args: unknown[]) => ReturnType<typeof connectTls>) as typeof connectTls }
      : { createConnection: once(connectPlain as (...args: unknown[]) => ReturnType<typeof connectPlain>) as typeof connectPlain }),
  })
}

function tlsOptions(directory: Directory, server: string) {
  const host = directory.serverName ?? new URL(server.replace(/^ldaps?:/, 'http:')).hostname.replace(/^\[|\]$/g, '')
  return { ...(directory.caPem ? { ca: directory.caPem } : {}), host, ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }), minVersion: 'TLSv1.2' as const }
}
