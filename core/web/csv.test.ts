import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { randomBytes } from 'node:crypto'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { WebEnv } from '../kernel/contract.ts'
import { csvAnswer, csvLine } from './csv.ts'
import { compressAnswers } from './wire/compress.ts'

it('quotes what holds the separator, quotes or line breaks (RFC 4180), and ends lines with CRLF', () => {
  expect(csvLine(['a', 'b;c', 'say "x"', 'two\nlines', ' edge', 'ąę'])).toBe('a;"b;c";"say ""x""";"two\nlines";" edge";ąę\r\n')
  expect(csvLine(['a,b', 'c'], ',')).toBe('"a,b",c\r\n')
})

it.each(['=1+1', '+48 600', '-1', '@SUM(A1)', ' =1', '\t=1', '\r=1', '＝1', '\u0000=1'])(
  'lets no spreadsheet run %j as a formula',
  (cell) => {
    expect(csvLine([cell])).toMatch(/^"?'/)
  },
)

it('leaves words alone', () => {
  expect(csvLine(['2026111710000032', 'otwarte', '', 'a=b'])).toBe('2026111710000032;otwarte;;a=b\r\n')
})

it.each(['gzip', 'identity'])('reads no more rows than its reader takes, and none once they have left (%s)', async (encoding) => {
  const ROWS = 200_000
  let read = 0
  let left = false
  async function* rows() {
    try {
      // What no compression makes much less of.
      for (; read < ROWS; read++) yield [randomBytes(750).toString('base64')]
    } finally {
      left = true
    }
  }
  const app = new Hono<WebEnv>()
  app.use(compressAnswers)
  app.get('/', (c) => {
    c.set('language', 'pl')
    return csvAnswer(c, 'lista.csv', ['Temat'], rows())
  })
  const server = createAdaptorServer({ fetch: app.fetch }).listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.pause()
  socket.write(`GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\n\r\n`)
  // Until it has stood still for a while: whoever does not wait for the reader goes to the end.
  for (let before = -1; before !== read || read === 0; ) {
    before = read
    await sleep(100)
  }
  expect(read).toBeLessThan(ROWS / 4)
  socket.destroy()
  while (!left) await sleep(5)
  expect(read).toBeLessThan(ROWS / 4)
  server.close()
})
