import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { request, type IncomingMessage, type Server } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { WebEnv } from '../../kernel/contract.ts'
import { listen } from '../../machine/listen.ts'
import { compressAnswers, htmlAnswer } from './compress.ts'

const LONG = `<p>Zażółć gęślą jaźń – ${'wiersz '.repeat(400)}</p>`
let server: Server
let port: number
beforeAll(async () => {
  const app = new Hono<WebEnv>()
  app.use(compressAnswers)
  app.get('/long', (c) => htmlAnswer(c, LONG, 422))
  app.get('/short', (c) => htmlAnswer(c, '<p>ą</p>', 200))
  app.get('/words', (c) => c.text('słowa '.repeat(400)))
  app.get('/said', (c) => c.text('słowa', 200, { vary: 'accept-encoding' }))
  app.get('/picture', (c) => c.body('x'.repeat(4000), 200, { 'content-type': 'image/png' }))
  server = createAdaptorServer({ fetch: app.fetch }) as Server
  port = await listen(server, { host: '127.0.0.1', port: 0 }, 'http')
})
afterAll(() => server.close())

const get = async (path: string, encoding?: string) => {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers: encoding ? { 'accept-encoding': encoding } : {} }, resolve)
      .on('error', reject)
      .end()
  })
  const parts: Buffer[] = []
  for await (const part of answer) parts.push(part as Buffer)
  const body = Buffer.concat(parts)
  const said = answer.headers['content-encoding']
  return {
    status: answer.statusCode,
    headers: answer.headers,
    said,
    text: (said === 'gzip' ? gunzipSync(body) : body).toString(),
    size: body.length,
  }
}

it('a page is the same, made smaller or not, and says how long it is', async () => {
  const plain = await get('/long')
  const small = await get('/long', 'br, gzip')
  expect([plain.text, small.text]).toEqual([LONG, LONG])
  expect([plain.said, small.said]).toEqual([undefined, 'gzip'])
  expect([plain.status, small.status]).toEqual([422, 422])
  expect(small.size).toBeLessThan(plain.size / 4)
  for (const { headers, size } of [plain, small]) {
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=UTF-8', vary: 'Accept-Encoding' })
    // In one piece: what is taken apart and made anew goes out as a stream.
    expect(headers['content-length']).toBe(String(size))
  }
})

it('whoever refuses gzip or has little to read gets it plain', async () => {
  expect((await get('/long', 'gzip;q=0')).said).toBeUndefined()
  expect(await get('/short', 'gzip')).toMatchObject({ said: undefined, text: '<p>ą</p>' })
})

it('other words are made smaller too, and whatever may be says once that it depends', async () => {
  expect(await get('/words', 'gzip')).toMatchObject({ said: 'gzip', text: 'słowa '.repeat(400), headers: { vary: 'Accept-Encoding' } })
  expect((await get('/said')).headers.vary).toBe('accept-encoding')
  expect(await get('/picture', 'gzip')).toMatchObject({ said: undefined, headers: {} })
  expect((await get('/picture')).headers.vary).toBeUndefined()
})
