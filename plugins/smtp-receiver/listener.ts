/** Owns the SMTP conversation: who may connect, which recipients are ours, and that 250 follows a commit. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import {
  acceptMail,
  carriesMany,
  clientKey,
  destinationOf,
  isOurDomain,
  keepAddressBook,
  LIMITS,
  listen,
  makeBouncer,
  makeTrust,
  noteRefused,
  relayOf,
  worthTelling,
  type Host,
  type Relay,
} from '../../core/index.ts'
import { certificateFor } from './certificate.ts'
import { watchCertificate } from './certificate-watch.ts'
import { takeClient } from './client.ts'
import { inspectMail } from './inspect.ts'
import { impatience, type Talk } from './patience.ts'
import { makePeerLimit } from './peers.ts'
import { reply } from './reply.ts'
import { spool } from './spool.ts'

/** RFC 5321 4.5.3.1.8: at least a hundred. */
const MAX_RECIPIENTS = 100
/** A connection that says nothing for so long while we stop has nothing under way. */
const QUIET_MS = 1000
/** Of several processes that start at once on one data folder one makes the certificate. */
const CERTIFICATE_LOCK = 7003
/** RFC 5321 4.5.3.1.4 asks for 512 octets, and its extensions for some more. */
const MAX_COMMAND_LENGTH = 2048
/** A stranger who asks for more that are not there is looking for addresses, not writing to them. */
const MAX_REFUSED_RECIPIENTS = 20
/** Nobody logs in here. What relays may say of their clients is for relays. */
const NEVER = ['AUTH', 'WIZ', 'SHELL', 'KILL']
const FOR_RELAYS = ['XCLIENT', 'XFORWARD']

/** A connection: who it is, whatever it says of its clients, and how it behaves. */
interface Guest extends Talk {
  peer: string
  relay: Relay | undefined
  refused: number
}

export interface Listener {
  host: string
  /** The one bound, also where 0 was asked for. */
  port: number
  /** Takes no more connections, lets those go on that are giving us a mail (for `closeTimeoutSeconds` at most), closes. */
  stop(): Promise<void>
}

export async function startListener(host: Host): Promise<Listener> {
  const { config, log } = host
  const folder = join(config.dataDir, 'spool')
  const addressBook = keepAddressBook(host.db, config, host.live)
  const peers = makePeerLimit(config.smtp.maxPerPeer)
  const withoutTls = makeTrust(config.smtp.withoutTls)
  const hourly = makeBouncer(LIMITS['mails-peer'].windowMs)
  /** Sessions that are giving us a mail, and what we do with it. */
  const underWay = new Map<string, Promise<void>>()
  const guests = new Map<string, Guest>()
  let stopping = false

  const server = new SMTPServer({
    ...(await agreedCertificate(host)),
    minVersion: 'TLSv1.2',
    name: config.mail.hostname,
    banner: 'pomoc',
    logger: false,
    // Names of peers are not asked for: a slow DNS must not delay mail.
    disabledCommands: [...NEVER, ...FOR_RELAYS],
    disableReverseLookup: true,
    // On at all; `onConnect` gives them to relays that are configured so, and to nobody else.
    useXClient: true,
    useXForward: true,
    maxCommandLength: MAX_COMMAND_LENGTH,
    hideENHANCEDSTATUSCODES: false,
    size: config.smtp.maxSizeKb * 1024,
    rejectOversized: true,
    maxRecipients: MAX_RECIPIENTS,
    maxClients: config.smtp.maxClients,
    socketTimeout: config.smtp.idleTimeoutSeconds * 1000,
    // Our own stop has waited before.
    closeTimeout: 1,

    onConnect(session, done) {
      const peer = session.remoteAddress
      const relay = relayOf(config, peer)
      // A relay carries everybody's mail: only the limit of all connections counts for it.
      if (!relay && !peers.enter(session.id, peer)) {
        log.warn({ peer }, 'a peer has too many connections; the next one was refused')
        return done(reply(421, 'Too many connections from your address, try again later'))
      }
      const now = performance.now()
      guests.set(session.id, { peer, relay, refused: 0, connectedAt: now, lastMailAt: now, storing: false })
      session.disabledCommands = [...NEVER, ...(relay?.xclient ? [] : FOR_RELAYS), ...(withoutTls(peer) ? ['STARTTLS'] : [])]
      return done()
    },
    onClose(session) {
      peers.leave(session.id)
      guests.delete(session.id)
    },
    onMailFrom(_from, session, done) {
      const guest = guests.get(session.id)
      const most = config.smtp.mailsPerPeerAndHour
      // Nothing is lost: who is put off keeps the mail and comes again.
      if (!guest || most === 0 || carriesMany(config, guest.peer)) return done()
      const peer = clientKey(guest.peer)
      const now = host.clock()
      if (hourly.enter(peer, most, now.getTime())) return done()
      const times = hourly.refused(peer, now.getTime())
      if (worthTelling(times)) {
        log.warn({ peer, most, times }, 'a peer hands over more mails than one may within an hour; they were put off')
        noteRefused(host.db, 'mails-peer', peer, now, times === 1 ? 1 : times - times / 10).catch(() => {})
      }
      return done(reply(451, 'Too many mails from your address within an hour, try again later'))
    },
    onRcptTo({ address }, session, done) {
      const guest = guests.get(session.id)
      addressBook().then(
        (book) => {
          if (destinationOf(book, address)) return done()
          log.info({ peer: guest?.peer, recipient: address }, 'recipient refused')
          if (guest && !guest.relay && ++guest.refused >= MAX_REFUSED_RECIPIENTS)
            return done(reply(421, 'Too many recipients that are not here'))
          return done(reply(550, isOurDomain(book, address) ? `No such address here: <${address}>` : `We do not relay mail: <${address}>`))
        },
        (error: unknown) => {
          log.error({ err: error }, 'a recipient could not be looked up; the peer was asked to try again')
          done(reply(451, 'Cannot look up recipients now, try again later'))
        },
      )
    },
    onData(stream, session, done) {
      const guest = guests.get(session.id)
      if (guest) guest.incoming = { bytes: () => stream.byteLength, since: performance.now(), seen: 0 }
      stream.once('end', () => {
        if (guest) {
          guest.incoming = undefined
          guest.storing = true
        }
      })
      const settled = take(stream, session, guest?.peer ?? session.remoteAddress).then(
        (text) => done(null, text),
        (error: Error) => done(error),
      )
      underWay.set(session.id, settled)
      void settled.finally(() => {
        underWay.delete(session.id)
        if (guest) Object.assign(guest, { storing: false, incoming: undefined, lastMailAt: performance.now() } satisfies Partial<Talk>)
        if (stopping) setImmediate(part, session.id)
      })
    },
  })

  /** The answer after DATA. Whatever goes wrong is 451: the peer keeps the mail and comes again. */
  async function take(stream: SMTPServerDataStream, session: SMTPServerSession, peerAddress: string): Promise<string> {
    // As it stands now: the session is cleared for the next mail while this one is being stored.
    const { mailFrom, rcptTo } = session.envelope
    const client = takeClient(session)
    const envelope = {
      from: mailFrom ? mailFrom.address : '',
      recipients: rcptTo.map(({ address }) => address),
      peerAddress,
      peerName: session.hostNameAppearsAs || '',
      encrypted: session.secure,
      ...(client ? { client } : {}),
    }
    const inspection = inspectMail()
    const mail = await spool(stream, folder, {
      tooBig: () => stream.sizeExceeded || inspection.fault() !== undefined,
      see: inspection.see,
    }).catch((error: unknown) => {
      log.warn({ err: error, peer: envelope.peerAddress }, 'a mail did not come in whole')
      throw reply(451, 'The mail could not be taken in, try again later')
    })
    try {
      if (stream.sizeExceeded) return ''
      const fault = inspection.fault()
      if (fault) {
        log.warn({ peer: peerAddress, from: envelope.from, fault }, 'a mail was refused for what it is')
        throw reply(554, fault)
      }
      const ids = await acceptMail(host.db, envelope, mail, host.clock())
      log.info({ peer: envelope.peerAddress, from: envelope.from, to: envelope.recipients, size: mail.size, mails: ids }, 'mail accepted')
      return ids.length > 0 ? `Accepted as ${ids.join(', ')}` : 'Accepted before'
    } catch (error) {
      if ((error as { responseCode?: number }).responseCode === 554) throw error
      log.error({ err: error, peer: envelope.peerAddress }, 'a mail could not be stored; the peer was asked to try again')
      throw reply(451, 'Cannot store mail now, try again later')
    } finally {
      await mail.discard()
    }
  }

  /** Says 421 to a connection that has given its mail and ends it: the next one goes elsewhere. */
  function part(session: string): void {
    const connection = [...server.connections].find(({ id }) => id === session)
    if (connection && !underWay.has(session)) connection.send(421, 'Closing down, try again later', false)
  }

  /** Ends connections, each as soon as it has been quiet for a moment; one in the middle of its commands may give its mail first. */
  async function partWithAll(): Promise<void> {
    let heard = new Map<string, number>()
    for (
      const until = performance.now() + config.smtp.closeTimeoutSeconds * 1000;
      server.connections.size > 0 && performance.now() < until;
    ) {
      const before = heard
      heard = new Map([...server.connections].map(({ id, _socket }) => [id, _socket.bytesRead]))
      for (const [id, bytes] of heard) if (before.get(id) === bytes) part(id)
      for (const pause = performance.now() + QUIET_MS; server.connections.size > 0 && performance.now() < pause; ) await sleep(20)
    }
  }

  /** Cuts those who take a place and give nothing for it. */
  const watch = setInterval(() => {
    const now = performance.now()
    const crowded = server.connections.size > config.smtp.maxClients * 0.75
    for (const connection of server.connections) {
      const guest = guests.get(connection.id)
      const why = guest && impatience(guest, now, config.smtp, crowded)
      if (!why) continue
      log.info({ peer: guest.peer, why }, 'a connection was cut off')
      connection.send(421, why)
    }
  }, 1000).unref()
  const unwatch = watchCertificate(config, host, (certificate) => server.updateSecureContext({ ...certificate }))

  // After `listen` only single connections report here: a failed handshake, a peer that went away.
  server.on('error', (error: Error & { remoteAddress?: string }) => {
    log.debug({ err: error, peer: error.remoteAddress }, 'a connection ended with an error')
  })
  const port = await listen(server.server, config.smtp, 'smtp')
  log.info({ host: config.smtp.host, port }, 'mail is taken')
  return {
    host: config.smtp.host,
    port,
    async stop() {
      stopping = true
      clearInterval(watch)
      unwatch()
      // Not the server's own close: from there on it says 421 to every command, also within a mail.
      server.server.close()
      await partWithAll()
      await new Promise<void>((resolve) => {
        server.close(resolve)
      })
      // Those that lasted longer have been told 421; what is already being stored is stored.
      await Promise.all(underWay.values())
    },
  }
}

const agreedCertificate = (host: Host) =>
  host.db.transaction().execute(async (db) => {
    await sql`select pg_advisory_xact_lock(${CERTIFICATE_LOCK})`.execute(db)
    return certificateFor(host.config, host.clock(), (sentence) => host.log.warn(sentence))
  })
