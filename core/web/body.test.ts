import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { definePlugin } from '../kernel/contract.ts'
import { readAll, readFields, readFiles } from './forms.ts'

const trial = definePlugin({
  name: 'trial',
  api: 1,
  scope: 'installation',
  routes(app) {
    app.get('/form', (c) => c.html(`<input name="_csrf" value="${c.get('csrf')}">`))
    app.post('/form', async (c) => {
      const files = await readFiles(c)
      return c.json({
        fields: { ...(await readFields(c)), _csrf: undefined },
        all: await readAll(c, 'a'),
        files: files.map(({ content, ...file }) => ({ ...file, content: content.toString() })),
      })
    })
  },
})

let site: Site
let somebody: Visitor
beforeAll(async () => {
  site = await openSite([trial])
  somebody = site.visitor()
  await somebody.get('/form')
})
afterAll(() => site.close())

const send = async (body: string, type: string, headers: Record<string, string> = {}) =>
  site.app.request('http://pomoc.example/form', {
    method: 'POST',
    body: Buffer.from(body, 'utf8'),
    headers: {
      host: 'pomoc.example',
      'content-type': type,
      cookie: [...somebody.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'x-csrf-token': somebody.token,
      ...headers,
    },
  })
const pairs = async (body: string) => (await send(body, 'application/x-www-form-urlencoded')).json()
const PARTS = 'multipart/form-data; boundary=----x'
const parts = (...list: string[]) => `${list.map((one) => `------x\r\n${one}\r\n`).join('')}------x--\r\n`
const field = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`
const file = (name: string, content: string, type = 'text/plain') =>
  `Content-Disposition: form-data; name="files"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n${content}`

describe('url-encoded', () => {
  it('is read as browsers write it', async () => {
    expect(await pairs('a=1&b=z+%C5%BC%C3%B3%C5%82%C4%87%26%3D&a=2&c&=d&e==&a=')).toEqual({
      fields: { a: '', b: 'z żółć&=', c: '', '': 'd', e: '=' },
      all: ['1', '2', ''],
      files: [],
    })
  })
  it('loses what no database takes, and keeps what is no encoding', async () => {
    expect((await pairs('a=x%00y%ED%A0%80&b=%zz%&c=1%0D%0A2%0D3')).fields).toEqual({ a: 'xy\ufffd\ufffd\ufffd', b: '%zz%', c: '1\n2\n3' })
  })
  it('with names that objects have of themselves is only fields', async () => {
    expect((await pairs('__proto__=1&constructor=2&a=3')).fields).toMatchObject({ constructor: '2', a: '3' })
  })
  it('has a thousand fields at most', async () => {
    expect((await send(Array(1000).fill('a=1').join('&'), 'application/x-www-form-urlencoded')).status).toBe(200)
    const more = await send(Array(1001).fill('a=1').join('&'), 'application/x-www-form-urlencoded', { 'accept-language': 'en' })
    expect([more.status, await more.text()]).toEqual([413, expect.stringContaining('1,000 fields and 50 files at most')])
  })
  it('of an agent may have ten thousand: the rights of a group', async () => {
    const agent = await site.loggedIn(await site.make.agent({}))
    await agent.get('/form')
    const body = new URLSearchParams([['_csrf', agent.token], ...Array.from({ length: 9000 }, (_, n) => [`r:${n}`, 'on'])])
    const cookie = [...agent.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    expect(
      (await site.app.request('http://pomoc.example/form', { method: 'POST', body, headers: { cookie, host: 'pomoc.example' } })).status,
    ).toBe(200)
  })
})

describe('multipart', () => {
  it('is read as browsers write it: fields, several files of one name, an empty file field', async () => {
    const body = parts(
      field('a', '1'),
      field('a', 'ż\r\n2'),
      file('plan ż.txt', 'treść\r\n------y'),
      file('b.bin', 'x\u0000y', 'application/pdf'),
      file('', ''),
    )
    expect(await (await send(body, PARTS)).json()).toEqual({
      fields: { a: 'ż\n2' },
      all: ['1', 'ż\n2'],
      files: [
        { name: 'plan ż.txt', contentType: 'text/plain', content: 'treść\r\n------y' },
        { name: 'b.bin', contentType: 'application/pdf', content: 'x\u0000y' },
      ],
    })
  })
  it('as Node itself writes it', async () => {
    const form = new FormData()
    form.append('a', 'ą"\r\n')
    form.append('files', new File(['treść'], 'a"b.txt', { type: 'text/csv' }))
    const written = new Response(form)
    const body = await written.text()
    expect(await (await send(body, written.headers.get('content-type')!)).json()).toMatchObject({
      fields: { a: 'ą"\n' },
      files: [{ name: 'a"b.txt', contentType: 'text/csv', content: 'treść' }],
    })
  })
  it('files have names that can be kept: no path, no NUL, 250 signs, none cut in two', async () => {
    const body = parts(
      file('../../etc/passwd', '1'),
      file('C:\\x\\y.txt', '2'),
      file('a%00b\u0000c', '3'),
      file(`${'a'.repeat(249)}😀.txt`, '4'),
      file('/', '5'),
    )
    const { files } = (await (await send(body, PARTS)).json()) as { files: { name: string }[] }
    expect(files.map(({ name }) => name)).toEqual(['passwd', 'y.txt', 'a%00bc', 'a'.repeat(249), 'file'])
  })
  it.each([
    ['no end', parts(field('a', '1')).slice(0, -8)],
    ['no beginning', `x${parts(field('a', '1'))}`],
    ['a part without a name', parts('Content-Disposition: form-data\r\n\r\n1')],
    ['a part without a head', parts('\r\n1')],
    ['a name of three hundred signs', parts(field('a'.repeat(300), '1'))],
    ['nothing', ''],
  ])('with %s is refused with a sentence', async (_what, body) => {
    expect((await send(body, PARTS)).status).toBe(422)
  })
  it('has a thousand fields, fifty files and a megabyte of text at most', async () => {
    const of = async (body: string) => (await send(body, PARTS)).status
    expect(await of(parts(...Array<string>(1000).fill(field('a', '1')), file('a', '1')))).toBe(200)
    expect(await of(parts(...Array<string>(1001).fill(field('a', '1'))))).toBe(413)
    expect(await of(parts(...Array<string>(51).fill(file('a', '1'))))).toBe(413)
    expect(await of(parts(field('a', 'x'.repeat(1_100_000))))).toBe(413)
    expect(await of(parts(file('a', 'x'.repeat(1_100_000))))).toBe(200)
  })
})

describe('a body that nobody asked for', () => {
  // Whoever reads it fails the test.
  const unread = (path: string, headers: Record<string, string>) => {
    const body = new ReadableStream(
      {
        pull() {
          throw new Error('it was read')
        },
      },
      { highWaterMark: 0 },
    )
    return site.app.request(`http://pomoc.example${path}`, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { host: 'pomoc.example', 'content-length': '1000', ...headers },
    } as RequestInit)
  }
  it.each([
    ['without a cookie of ours', '/form', 'application/x-www-form-urlencoded', '1000', 403],
    ['to an address that no page has', '/nothing', 'application/x-www-form-urlencoded', '1000', 404],
    ['to a page that is only read', '/health/live', 'multipart/form-data; boundary=x', '1000', 404],
    ['larger than text may be', '/form', 'application/x-www-form-urlencoded', '1048577', 413],
    ['larger than strangers may send', '/form', 'multipart/form-data; boundary=x', '2097153', 413],
  ])('%s is not read', async (_what, path, type, length, status) => {
    expect((await unread(path, { 'content-type': type, 'content-length': length })).status).toBe(status)
  })
  it('says which cookies are missing', async () => {
    const answer = await unread('/form', {
      'content-type': 'application/x-www-form-urlencoded',
      'accept-language': 'en',
      accept: 'text/html',
    })
    expect(await answer.text()).toContain('Your browser did not send the cookies of this site.')
  })
  it('whose session has ended is shown again, with a token that is good', async () => {
    const once = site.visitor()
    once.cookies.set('pomoc', 'gone')
    const answer = await once.post('/form', { a: 'długi list, który nie zginie' })
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('długi list, który nie zginie')])
    expect((await once.post('/form', { a: 'b' })).status).toBe(200)
  })
})
