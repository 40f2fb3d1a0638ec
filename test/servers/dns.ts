/** Owns a small DNS server for tests: answers from a table over UDP, and can fall silent. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export interface DnsServer {
  /** '127.0.0.1:port' for the configuration. */
  address: string
  /** Name → TXT text, or A addresses. Names that are not here do not exist; changed at will. */
  txt: Map<string, string>
  a: Map<string, string[]>
  /** Answers nothing at all, as when the line is down. */
  silent: boolean
  /** Domains about which, and about all below them, it answers that it failed (SERVFAIL). */
  failing: Set<string>
  /** Names asked for, with their type. */
  asked: string[]
  stop(): Promise<void>
}

const TYPES: Record<number, string> = { 1: 'A', 15: 'MX', 16: 'TXT', 28: 'AAAA' }

/** Starts a server on a free port of 127.0.0.1, or where it is told; 53 takes root. */
export async function startDns({ host = '127.0.0.1', port = 0 } = {}): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const server: DnsServer = {
    address: '',
    txt: new Map(),
    a: new Map(),
    silent: false,
    failing: new Set(),
    asked: [],
    stop: () => new Promise((resolve) => socket.close(resolve)),
  }
  socket.on('message', (query, from) => {
    if (server.silent) return
    const labels: string[] = []
    let at = 12
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length))
      at += 1 + length
    }
    const name = labels.join('.').toLowerCase()
    const type = TYPES[query.readUInt16BE(at + 1)] ?? '?'
    server.asked.push(`${type} ${name}`)
    const exists = server.txt.has(name) || server.a.has(name)
    const data =
      type === 'TXT' && server.txt.has(name)
        ? [asText(server.txt.get(name)!)]
        : type === 'A'
          ? (server.a.get(name) ?? []).map((address) => Buffer.from(address.split('.').map(Number)))
          : []
    const head = Buffer.alloc(12)
    query.copy(head, 0, 0, 2)
    // A response to a recursive question; RCODE 3 (NXDOMAIN) where there is no such name.
    const fails = [...server.failing].some((domain) => name === domain || name.endsWith(`.${domain}`))
    head.writeUInt16BE(0x8180 | (fails ? 2 : exists ? 0 : 3), 2)
    head.writeUInt16BE(1, 4)
    if (fails) data.length = 0
    head.writeUInt16BE(data.length, 6)
    const answers = data.map((bytes) => {
      const record = Buffer.alloc(12)
      record.writeUInt16BE(0xc00c, 0)
      query.copy(record, 2, at + 1, at + 5)
      record.writeUInt32BE(60, 6)
      record.writeUInt16BE(bytes.length, 10)
      return Buffer.concat([record, bytes])
    })
    socket.send(Buffer.concat([head, query.subarray(12, at + 5), ...answers]), from.port, from.address)
  })
  socket.bind(port, host)
  await once(socket, 'listening')
  server.address = `${host}:${socket.address().port}`
  return server
}

/** Character strings of 255 bytes at most (RFC 1035 3.3). */
function asText(text: string): Buffer {
  const pieces = text.match(/.{1,255}/gs) ?? ['']
  return Buffer.concat(pieces.map((piece) => Buffer.concat([Buffer.from([piece.length]), Buffer.from(piece, 'latin1')])))
}
