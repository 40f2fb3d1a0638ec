/** Owns connections to the servers of one directory: encrypted, used again, and another server when one does not answer. */
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'
import { Client, InvalidCredentialsError, ResultCodeError } from 'ldapts'
import { faultOf, serviceFault, Unreachable, type Fault } from './faults.ts'
import type { Directory } from './options.ts'

export interface Connections {
  /** Runs with a connection bound as the service account. */
  asService<T>(run: (client: Client) => Promise<T>): Promise<T>
  /** Runs with a connection nobody is bound on, to bind as a person. */
  asNobody<T>(run: (client: Client) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** A server that did not answer is left alone for so long, as far as another one does. */
const REST_MS = 10_000
/** None of them answered in time: whoever asks within this is told at once and does not wait as well; then one asks for all. */
const ALL_REST_MS = 3_000
/** A refused password of the service account is not tried again for so long: each try counts towards a lock of the account. */
const REFUSED_REST_MS = 30 * 60_000
/** Connections kept for the next; servers close them sooner or later, which is noticed. */
const IDLE = 8
const IDLE_MS = 60_000
/** Operations error, time limit exceeded, busy, unavailable …: this server cannot, another may (RFC 4511 A.1). */
const SERVER_TROUBLE = new Set([1, 3, 51, 52, 80])

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
  let refused: { secret: string; until: number } | undefined
  let silent: { faults: Fault[]; until: number } | undefined

  /** Binds as the service account, unless its password was refused and is still the same: once for all servers, for they share it. */
  async function bindService({ client, lost }: Wire, server: string): Promise<void> {
    const service = directory.service!
    const password = service.password()
    const secret = `${service.stamp()} ${password}`
    if (refused?.secret === secret && refused.until > clock())
      throw new Unreachable([{ server: '', name: 'service-rests', params: { who: service.dn, minutes: REFUSED_REST_MS / 60_000 } }])
    try {
      await Promise.race([client.bind(service.dn, password), lost])
      refused = undefined
    } catch (error) {
      if (!(error instanceof InvalidCredentialsError)) throw error
      refused = { secret, until: clock() + REFUSED_REST_MS }
      throw new Unreachable([serviceFault(error, server, service.dn)])
    }
  }

  async function open(server: string, purpose: Purpose): Promise<Wire> {
    const wire = newWire(directory, server)
    const { client } = wire
    try {
      if (server.startsWith('ldap:') && directory.encryption === 'starttls') await client.startTLS(tlsOptions(directory, server))
      if (purpose === 'service') await bindService(wire, server)
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
    const tried: Fault[] = []
    const awake = directory.servers.filter((server) => (resting.get(server) ?? 0) <= clock())
    const began = clock()
    if (awake.length === 0 && silent) {
      if (silent.until > began) throw new Unreachable(silent.faults)
      // This one asks for all who come meanwhile.
      silent.until = began + ALL_REST_MS
    }
    // All of them rest: they are asked all the same, so that a directory that is back is back at once.
    for (const server of awake.length > 0 ? awake : directory.servers) {
      for (let kept = again(server, purpose); ; kept = undefined) {
        const from = clock()
        let wire = kept
        try {
          wire ??= await open(server, purpose)
          const answer = await Promise.race([run(wire.client), wire.lost])
          keep(wire, server, purpose)
          resting.delete(server)
          silent = undefined
          return answer
        } catch (error) {
          if (error instanceof ResultCodeError && !SERVER_TROUBLE.has(error.code) && wire) {
            keep(wire, server, purpose)
            throw new Unreachable([faultOf(error, server, directory)])
          }
          if (wire) end(wire)
          // Said of the account and not of this server: the next one would say the same.
          if (error instanceof Unreachable) throw error
          // A connection of before may have been closed meanwhile: that says nothing of the server yet.
          if (kept && clock() - from < directory.timeoutSeconds * 900) continue
          resting.set(server, clock() + REST_MS)
          tried.push(faultOf(error, server, directory))
          break
        }
      }
    }
    // Refused at once costs nobody any time: they are asked again each time.
    if (clock() - began >= directory.timeoutSeconds * 900) silent = { faults: tried, until: clock() + ALL_REST_MS }
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

/**
 * What the certificate is held against: the operator's name for the server, else that of its address. It never says where to
 * connect: tls.connect would take a `host` among its options for that.
 */
function tlsOptions(directory: Directory, server: string) {
  const name = directory.serverName ?? new URL(server.replace(/^ldaps?:/, 'http:')).hostname.replace(/^\[|\]$/g, '')
  return {
    ...(directory.caPem ? { ca: directory.caPem } : {}),
    ...(isIP(name) ? {} : { servername: name }),
    checkServerIdentity: (_host: string, certificate: PeerCertificate) => checkServerIdentity(name, certificate),
    minVersion: 'TLSv1.2' as const,
  }
}
