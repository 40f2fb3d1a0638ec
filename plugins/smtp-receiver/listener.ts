/** Owns the SMTP conversation: who may connect, which recipients are ours, and that 250 follows a commit. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { acceptMail, destinationOf, isOurDomain, keepAddressBook, listen, type Host } from '../../core/index.ts'
import { certificateFor } from './certificate.ts'
import { makePeerLimit } from './peers.ts'
import { reply } from './reply.ts'
import { spool } from './spool.ts'

/** RFC 5321 4.5.3.1.8: at least a hundred. */
const MAX_RECIPIENTS = 100
/** A connection that says nothing for so long while we stop has nothing under way. */
const QUIET_MS = 1000
/** Of several processes that start at once on one data folder one makes the certificate. */
const CERTIFICATE_LOCK = 7003

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
  /** Sessions that are giving us a mail, and what we do with it. */
  const underWay = new Map<string, Promise<void>>()
  let stopping = false

  const server = new SMTPServer({
    ...await agreedCertificate(host),
    name: config.mail.hostname,
    banner: 'pomoc',
    logger: false,
    // Nobody logs in here, nobody relays. Names of peers are not asked for: a slow DNS must not delay mail.
    disabledCommands: ['AUTH', 'WIZ', 'SHELL', 'KILL'],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    size: config.smtp.maxSizeKb * 1024,
    rejectOversized: true,
    maxRecipients: MAX_RECIPIENTS,
    maxClients: config.smtp.maxClients,
    socketTimeout: config.smtp.idleTimeoutSeconds * 1000,
    // Our own stop has waited before.
    closeTimeout: 1,

    onConnect(session, done) {
      if (peers.enter(session.id, session.remoteAddress)) return done()
      log.warn({ peer: session.remoteAddress }, 'a peer has too many connections; the next one was refused')
      return done(reply(421, 'Too many connections from your address, try again later'))
    },
    onClose(session) { peers.leave(session.id) },
    onRcptTo({ address }, session, done) {
      addressBook().then((book) => {
        if (destinationOf(book, address)) return done()
        log.info({ peer: session.remoteAddress, recipient: address }, 'recipient refused')
        return done(reply(550, isOurDomain(book, address) ? `No such address here: <${address}>` : `We do not relay mail: <${address}>`))
      }, (error: unknown) => {
        log.error({ err: error }, 'a recipient could not be looked up; the peer was asked to try again')
        done(reply(451, 'Cannot look up recipients now, try again later'))
      })
    },
    onData(stream, session, done) {
      const settled = take(stream, session).then(
        (text) => done(null, text),
        (error: Error) => done(error),
      )
      underWay.set(session.id, settled)
      void settled.finally(() => {
        underWay.delete(session.id)
        if (stopping) setImmediate(part, session.id)
      })
    },
  })

  /** The answer after DATA. Whatever goes wrong is 451: the peer keeps the mail and comes again. */
  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    // As it stands now: the session is cleared for the next mail while this one is being stored.
    const { mailFrom, rcptTo } = session.envelope
    const envelope = {
      from: mailFrom ? mailFrom.address : '', recipients: rcptTo.map(({ address }) => address), peerAddress: session.remoteAddress,
      peerName: session.hostNameAppearsAs || '', encrypted: session.secure,
    }
    const mail = await spool(stream, folder, () => stream.sizeExceeded).catch((error: unknown) => {
      log.warn({ err: error, peer: envelope.peerAddress }, 'a mail did not come in whole')
      throw reply(451, 'The mail could not be taken in, try again later')
    })
    try {
      if (stream.sizeExceeded) return ''
      const ids = await acceptMail(host.db, envelope, mail, host.clock())
      log.info({ peer: envelope.peerAddress, from: envelope.from, to: envelope.recipients, size: mail.size, mails: ids }, 'mail accepted')
      return ids.length > 0 ? `Accepted as ${ids.join(', ')}` : 'Accepted before'
    } catch (error) {
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
    for (const until = performance.now() + config.smtp.closeTimeoutSeconds * 1000; server.connections.size > 0 && performance.now() < until;) {
      const before = heard
      heard = new Map([...server.connections].map(({ id, _socket }) => [id, _socket.bytesRead]))
      for (const [id, bytes] of heard) if (before.get(id) === bytes) part(id)
      for (const pause = performance.now() + QUIET_MS; server.connections.size > 0 && performance.now() < pause;) await sleep(20)
    }
  }

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
      // Not the server's own close: from there on it says 421 to every command, also within a mail.
      server.server.close()
      await partWithAll()
      await new Promise<void>((resolve) => { server.close(resolve) })
      // Those that lasted longer have been told 421; what is already being stored is stored.
      await Promise.all(underWay.values())
    },
  }
}

const agreedCertificate = (host: Host) => host.db.transaction().execute(async (db) => {
  await sql`select pg_advisory_xact_lock(${CERTIFICATE_LOCK})`.execute(db)
  return certificateFor(host.config, host.clock(), (sentence) => host.log.warn(sentence))
})
