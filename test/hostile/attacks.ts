/** Owns what hostile clients send over HTTP, byte for byte, and how an answer of the real program is read. */
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface Attack {
  name: string
  /** Whoever sends it: nobody with a cookie, somebody with a form's cookie, a customer. */
  as: 'stranger' | 'visitor' | 'customer'
  path: string
  type: string
  body: Buffer
  /** Sent in pieces without a Content-Length (RFC 9112 7.1). */
  chunked?: boolean
  /** The answer. */
  status: number
}

const PAIRS = 'application/x-www-form-urlencoded'
const BOUNDARY = 'hostile'
const PARTS = `multipart/form-data; boundary=${BOUNDARY}`
const part = (head: string, content: string) => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`
const parts = (count: number, head: string, content = ''): Buffer => Buffer.from(part(head, content).repeat(count) + `--${BOUNDARY}--\r\n`)

const million = Buffer.from('a&'.repeat(1_000_000))
/** As many pairs as go into what is read at all. */
const halfMillion = Buffer.from('a&'.repeat(524_288))
const manyParts = parts(100_000, 'name="a"')

export const ATTACKS: readonly Attack[] = [
  { name: 'a million pairs from nowhere', as: 'stranger', path: '/login', type: PAIRS, body: million, status: 413 },
  { name: 'half a million pairs from nowhere', as: 'stranger', path: '/login', type: PAIRS, body: halfMillion, status: 403 },
  { name: 'a million pairs to no page', as: 'stranger', path: '/nothing', type: PAIRS, body: million, status: 404 },
  { name: 'half a million pairs by one who saw a page', as: 'visitor', path: '/login', type: PAIRS, body: halfMillion, status: 413 },
  { name: 'a million pairs by a customer', as: 'customer', path: '/', type: PAIRS, body: million, status: 413 },
  { name: 'a million pairs by a customer, in pieces', as: 'customer', path: '/', type: PAIRS, body: million, chunked: true, status: 413 },
  { name: 'half a million pairs by a customer', as: 'customer', path: '/', type: PAIRS, body: halfMillion, status: 413 },
  { name: 'a thousand pairs of one name', as: 'customer', path: '/', type: PAIRS, body: Buffer.from('a=&'.repeat(999)), status: 403 },
  { name: 'percent signs', as: 'visitor', path: '/login', type: PAIRS, body: Buffer.from(`a=${'%'.repeat(1_000_000)}`), status: 403 },
  { name: 'a hundred thousand parts from nowhere', as: 'stranger', path: '/', type: PARTS, body: manyParts, status: 413 },
  { name: 'a hundred thousand parts by a customer', as: 'customer', path: '/', type: PARTS, body: manyParts, status: 413 },
  {
    name: 'a hundred thousand empty files',
    as: 'customer',
    path: '/',
    type: PARTS,
    body: parts(100_000, 'name="files"; filename="a"'),
    status: 413,
  },
  { name: 'parts within parts', as: 'customer', path: '/', type: PARTS, body: Buffer.from(`--${BOUNDARY}`.repeat(1_000_000)), status: 403 },
  {
    name: 'a part without end',
    as: 'customer',
    path: '/',
    type: PARTS,
    body: Buffer.from(part(`name="${'a'.repeat(20_000_000)}"`, '')),
    status: 422,
  },
  {
    name: 'a file name of twenty million signs',
    as: 'customer',
    path: '/',
    type: PARTS,
    body: parts(1, `name="files"; filename="${'%22/'.repeat(5_000_000)}"`),
    status: 422,
  },
  {
    name: 'a head of a part with a million lines',
    as: 'customer',
    path: '/',
    type: PARTS,
    body: Buffer.from(`--${BOUNDARY}\r\n${'a: b\r\n'.repeat(1_000_000)}\r\n\r\n--${BOUNDARY}--\r\n`),
    status: 422,
  },
  {
    name: 'a thousand parts with heads of four thousand signs',
    as: 'customer',
    path: '/',
    type: PARTS,
    body: parts(1000, `name="a"; x="${'a'.repeat(3900)}"`),
    status: 413,
  },
  {
    name: 'a thousand fields and fifty files',
    as: 'customer',
    path: '/',
    type: PARTS,
    body: Buffer.from(part('name="a"', 'b').repeat(1000) + part('name="files"; filename="c"', 'd').repeat(50) + `--${BOUNDARY}--\r\n`),
    status: 403,
  },
  {
    name: 'thirty million bytes of one file',
    as: 'customer',
    path: '/',
    type: PARTS,
    body: parts(1, 'name="files"; filename="a"', 'a'.repeat(30_000_000)),
    status: 403,
  },
  {
    name: 'thirty million bytes of text',
    as: 'customer',
    path: '/',
    type: PARTS,
    body: parts(1, 'name="a"', 'a'.repeat(30_000_000)),
    status: 413,
  },
  { name: 'a boundary of two readings', as: 'customer', path: '/', type: `${PARTS}; boundary=x`, body: manyParts, status: 413 },
  { name: 'no boundary', as: 'customer', path: '/', type: 'multipart/form-data; boundary=', body: manyParts, status: 422 },
]

/** Sends it as it is; answers the status, once the answer's head is there. `cookie`: of the one who sends it. */
export function attack(port: number, { path, type, body, chunked }: Attack, cookie: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (data) => {
      answer += data.toString('latin1')
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)
      if (!status) return
      resolve(Number(status[1]))
      socket.destroy()
    })
    socket.on('error', (error) => (answer === '' ? reject(error) : undefined))
    socket.on('close', () => reject(new Error('the connection ended without an answer')))
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nContent-Type: ${type}\r\n${cookie ? `Cookie: ${cookie}\r\n` : ''}` +
        (chunked ? 'Transfer-Encoding: chunked\r\n\r\n' : `Content-Length: ${body.length}\r\n\r\n`),
    )
    if (chunked) {
      for (let at = 0; at < body.length; at += 65_536) {
        const piece = body.subarray(at, at + 65_536)
        socket.write(`${piece.length.toString(16)}\r\n`)
        socket.write(piece)
        socket.write('\r\n')
      }
      socket.write('0\r\n\r\n')
    } else socket.write(body)
  })
}

/** Connections whose head comes sign by sign; `stop` lets go of them and answers how many the server had ended by then. */
export async function slowHeads(port: number, count: number): Promise<{ stop(): number; allEnded(): boolean }> {
  let ended = 0
  const sockets = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => resolve(socket))
          socket.on('error', () => {})
          socket.on('close', () => ended++)
          socket.resume()
        }),
    ),
  )
  for (const socket of sockets) socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ')
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('a')
  }, 250)
  return {
    stop() {
      clearInterval(drip)
      const before = ended
      for (const socket of sockets) socket.destroy()
      return before
    },
    allEnded: () => ended === count,
  }
}

/**
 * For a program that is started with `env`: how long, in seconds, it kept everybody waiting at most since this was last asked – what its main
 * thread computed between two turns of its loop (turns.ts), whatever else the machine does.
 */
export function makeStallWatch(): { env: Record<string, string>; longestStall(): Promise<number> } {
  const name = `pomoc-turns-${randomUUID()}`
  return {
    env: { TURNS_SOCKET: name, NODE_OPTIONS: `--import ${join(import.meta.dirname, 'turns.ts')}` },
    longestStall: async () => Number(await text(connect(`\0${name}`))),
  }
}
