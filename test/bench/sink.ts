/** Owns the smarthost of the bench: takes every mail and counts them. */
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'

export interface Sink {
  port: number
  taken(): number
  /** Until so many mails in all have come; throws after ten minutes. */
  until(taken: number): Promise<void>
  stop(): Promise<void>
}

export async function startSink(): Promise<Sink> {
  let taken = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, done) {
      stream.resume()
      stream.on('end', () => {
        taken++
        done(null)
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return {
    port: (server.server.address() as AddressInfo).port,
    taken: () => taken,
    async until(wanted) {
      const patience = performance.now() + 600_000
      while (taken < wanted) {
        if (performance.now() > patience) throw new Error(`after ten minutes ${taken} answers of ${wanted} have left`)
        await sleep(5)
      }
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
