/** Owns a plain SMTP client, quick enough not to be what is measured: several connections, commands pipelined (RFC 2920). */
import { connect, type Socket } from 'node:net'
import type { Delivery } from './mails.ts'

/** Delivers all mails and answers the seconds from the first command to the last 250. Throws at anything but success. */
export async function deliver(port: number, mails: readonly Delivery[], connections: number): Promise<number> {
  const waiting = [...mails]
  const clients = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const began = performance.now()
  await Promise.all(
    clients.map(async (client) => {
      for (let mail = waiting.shift(); mail; mail = waiting.shift()) await client.send(mail)
    }),
  )
  const seconds = (performance.now() - began) / 1000
  await Promise.all(clients.map((client) => client.close()))
  return seconds
}

export interface Client {
  /** Delivers one mail; seconds from DATA to 250, and what the server said with that. */
  send(mail: Delivery): Promise<{ seconds: number; said: string }>
  close(): Promise<void>
}

/** `localAddress`: from another address of this machine, where so many from one are too many. */
export async function open(port: number, localAddress = '127.0.0.1'): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, localAddress })
  const reply = replies(socket)
  await reply(220)
  socket.write('EHLO bench.example\r\n')
  await reply(250)
  return {
    async send({ from, to, raw }) {
      socket.write(`MAIL FROM:<${from}>\r\nRCPT TO:<${to}>\r\nDATA\r\n`)
      const began = performance.now()
      await reply(250)
      await reply(250)
      await reply(354)
      socket.cork()
      socket.write(stuffed(raw))
      socket.write(raw.subarray(-2).equals(Buffer.from('\r\n')) ? '.\r\n' : '\r\n.\r\n')
      socket.uncork()
      const said = await reply(250)
      return { seconds: (performance.now() - began) / 1000, said }
    },
    async close() {
      socket.write('QUIT\r\n')
      await reply(221)
      socket.destroy()
    },
  }
}

/** A dot that begins a line is sent twice (RFC 5321 4.5.2). */
const stuffed = (raw: Buffer): Buffer =>
  raw.includes('\r\n.') ? Buffer.from(raw.toString('latin1').replaceAll('\r\n.', '\r\n..'), 'latin1') : raw

/** Waits for the next whole reply and checks its code. */
function replies(socket: Socket): (code: number) => Promise<string> {
  let buffered = ''
  const ready: string[] = []
  let wake: (() => void) | undefined
  let failure: Error | undefined
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    const lines = (buffered + text).split('\r\n')
    buffered = lines.pop()!
    ready.push(...lines.filter((line) => line[3] === ' '))
    wake?.()
  })
  const end = (error?: Error) => {
    failure ??= error ?? new Error('the server closed the connection')
    wake?.()
  }
  socket.on('error', end)
  socket.on('close', () => end())
  return async (code) => {
    while (ready.length === 0) {
      if (failure) throw failure
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const line = ready.shift()!
    if (!line.startsWith(String(code))) throw new Error(`the server said ${line} instead of ${code}`)
    return line
  }
}
