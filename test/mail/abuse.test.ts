/** What strangers try on an open mail port, over real sockets: refused or contained, and whoever is honest is served beside it. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readWholeBlob } from '../../core/index.ts'
import { startListener } from '../../plugins/smtp-receiver/listener.ts'
import { converse, eventually, startStation, type Conversation, type Station } from './station.ts'

let station: Station
const open: Conversation[] = []
beforeAll(async () => {
  station = await startStation({
    smtp: { maxSizeKb: 2048, maxClients: 60, maxPerPeer: 10 },
    mail: {
      relays: [
        { addresses: ['127.9.0.0/16'], vouchesFor: [], xclient: true, trustHeaders: false },
        { addresses: ['127.8.0.1'], vouchesFor: [], xclient: false, trustHeaders: false },
      ],
    },
  })
})
afterAll(() => station.stop())
afterEach(async () => {
  await Promise.all(
    open.splice(0).map((talk) => {
      talk.end()
      return talk.closed
    }),
  )
})

async function greeted(port = station.port, from?: string): Promise<Conversation> {
  const talk = await converse(port, from)
  open.push(talk)
  expect(await talk.hear()).toMatch(/^220/)
  expect(await talk.say('EHLO klient.example')).toContain('250')
  return talk
}
async function atData(port?: number, from?: string): Promise<Conversation> {
  const talk = await greeted(port, from)
  await talk.say('MAIL FROM:<a@b.example>')
  await talk.say('RCPT TO:<pomoc@uni.example>')
  expect(await talk.say('DATA')).toMatch(/^354/)
  return talk
}
const rows = () => station.database.db.selectFrom('inbound_mail').selectAll().orderBy('id').execute()
const count = async () =>
  Number(
    (
      await station.database.db
        .selectFrom('inbound_mail')
        .select((eb) => eb.fn.countAll<string>().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  )
/** Somebody honest from elsewhere is served: connection, mail, ticket. */
async function goodClientIsServed(subject: string, port = station.port): Promise<void> {
  const talk = await atData(port, '127.1.1.1')
  expect(await talk.say(`From: Anna <anna.nowak@student.example>\r\nSubject: ${subject}\r\n\r\nNie działa sieć.\r\n.`)).toMatch(/^250/)
  expect(await talk.say('QUIT')).toMatch(/^221/)
  const [end] = await station.processed(subject)
  expect(end!.outcome).toBe('new-ticket')
}
const limited = (smtp: Partial<Station['config']['smtp']>) =>
  startListener({ ...station.host, config: { ...station.config, smtp: { ...station.config.smtp, port: 0, ...smtp } } })

describe('relaying', () => {
  test.each([
    ['elsewhere', '<ktos@gmail.example>'],
    ['by the percent hack', '<ktos%gmail.example@uni.example>'],
    ['by a bang path', '<gmail.example!ktos@uni.example>'],
    ['by a quoted local part', '<"ktos@gmail.example"@uni.example>'],
    ['by a quoted local part without a domain', '<"ktos@gmail.example">'],
    ['by a source route', '<@uni.example:ktos@gmail.example>'],
    ['by our address as a route to elsewhere', '<@pomoc.uni.example,@uni.example:ktos@gmail.example>'],
    ['to an address literal', '<ktos@[127.0.0.1]>'],
    ['to this machine by name', '<root@localhost>'],
    ['with a second address hidden behind ours', '<pomoc@uni.example> <ktos@gmail.example>'],
    ['with two addresses in one', '<pomoc@uni.example,ktos@gmail.example>'],
    ['with an at sign too many', '<pomoc@uni.example@gmail.example>'],
    ['with a NUL', '<pomoc@uni.example\0@gmail.example>'],
  ])('%s is refused, and nothing becomes of the mail', async (_how, recipient) => {
    const before = await count()
    const talk = await greeted()
    await talk.say('MAIL FROM:<spam@b.example>')
    const answer = await talk.say(`RCPT TO:${recipient}`)
    if (answer.startsWith('250')) {
      // Taken for the address of ours that it begins with, never for the other.
      await talk.say('DATA')
      expect(await talk.say('Subject: x\r\n\r\nx\r\n.')).toMatch(/^250/)
      expect((await rows()).slice(before).map((row) => row.envelope_to)).toEqual(['pomoc@uni.example'])
    } else {
      expect(answer).toMatch(/^5\d\d/)
      expect(await talk.say('DATA')).toMatch(/^503/)
    }
    expect(station.sink.mails.filter(({ to }) => to.some((address) => /gmail|root|localhost/.test(address)))).toEqual([])
  })

  test('a sender of ours opens no door: who claims our domain may relay as little', async () => {
    const talk = await greeted()
    await talk.say('MAIL FROM:<pomoc@uni.example>')
    expect(await talk.say('RCPT TO:<ktos@gmail.example>')).toMatch(/^550/)
  })

  test('who asks for address after address is shown the door; a relay of ours is not', async () => {
    const talk = await greeted()
    await talk.say('MAIL FROM:<a@b.example>')
    const answers: string[] = []
    for (let n = 0; n < 20; n++) answers.push((await talk.say(`RCPT TO:<slownik${n}@uni.example>`)).slice(0, 3))
    expect(answers).toEqual([...Array.from({ length: 19 }, () => '550'), '421'])
    await talk.closed
    const relay = await greeted(station.port, '127.8.0.1')
    await relay.say('MAIL FROM:<a@b.example>')
    for (let n = 0; n < 25; n++) expect(await relay.say(`RCPT TO:<slownik${n}@uni.example>`)).toMatch(/^550/)
    expect(await relay.say('RCPT TO:<pomoc@uni.example>')).toMatch(/^250/)
  })
})

describe('a second mail smuggled in', () => {
  const second = 'MAIL FROM:<szef@uni.example>\r\nRCPT TO:<pomoc@uni.example>\r\nDATA\r\nSubject: przemycony\r\n\r\nx\r\n.\r\n'
  test.each([
    ['LF . LF', '\n.\n'],
    ['LF . CRLF', '\n.\r\n'],
    ['CR . CR', '\r.\r'],
    ['CR . LF', '\r.\n'],
    ['CR . CRLF', '\r.\r\n'],
    ['CRLF . CR', '\r\n.\r'],
    ['CRLF . LF', '\r\n.\n'],
    ['LF . CR', '\n.\r'],
    ['CRLF . CR CRLF', '\r\n.\r\r\n'],
    ['NUL after CRLF', '\r\n\0.\r\n'],
    ['a dot after a NUL', '\r\n.\0\r\n'],
  ])('after %s is no mail of its own, whole or byte by byte', async (_how, end) => {
    for (const split of [false, true]) {
      const before = await count()
      const talk = await atData()
      const bytes = Buffer.from(`Subject: niewinny ${split}\r\n\r\ntekst${end}${second}`, 'latin1')
      if (split)
        for (const byte of bytes) {
          talk.socket.setNoDelay(true)
          talk.write(Buffer.from([byte]))
        }
      else talk.write(bytes)
      expect(await talk.hear()).toMatch(end.includes('\0') ? /^250/ : /^554 5\.6\.0/)
      expect(await talk.say('NOOP')).toMatch(/^250/)
      const made = (await rows()).slice(before)
      expect(made.length).toBe(end.includes('\0') ? 1 : 0)
      expect(made.map((row) => row.envelope_from)).not.toContain('szef@uni.example')
    }
  })

  test('what a client pipelines after a real end is a mail of its own: that is no smuggling', async () => {
    const before = await count()
    const talk = await atData()
    talk.write(`Subject: pierwszy\r\n\r\nx\r\n.\r\nRSET\r\n${second}`)
    expect(await talk.hear()).toMatch(/^250/)
    for (const code of ['250', '250', '250', '354', '250']) expect((await talk.hear()).slice(0, 3)).toBe(code)
    expect(await count()).toBe(before + 2)
  })
})

describe('STARTTLS', () => {
  test('commands sent ahead of the handshake are never run: neither in clear nor after it, and the greeting begins anew', async () => {
    const before = await count()
    const talk = await greeted()
    await talk.say('MAIL FROM:<przed@b.example>')
    talk.write(
      'STARTTLS\r\nRSET\r\nMAIL FROM:<wtrysk@b.example>\r\nRCPT TO:<pomoc@uni.example>\r\nDATA\r\nSubject: wtrysk\r\n\r\nx\r\n.\r\n',
    )
    expect(await talk.hear()).toMatch(/^220/)
    const secure = await secured(talk)
    // Not even who it said it was counts any more (RFC 3207 4.2).
    expect(await secure.ask('MAIL FROM:<a@b.example>')).toMatch(/^503/)
    expect(await secure.ask('EHLO klient.example')).not.toContain('STARTTLS')
    expect(await secure.ask('RCPT TO:<pomoc@uni.example>')).toMatch(/^503/)
    expect(await secure.ask('DATA')).toMatch(/^503/)
    secure.socket.destroy()
    expect(await count()).toBe(before)
  })

  test('a handshake that never comes, or is no handshake, takes only its own connection', async () => {
    const talk = await greeted()
    await talk.say('STARTTLS')
    talk.write('EHLO to nie jest TLS\r\n')
    await talk.closed
    await goodClientIsServed('po złym uścisku')
  })

  async function secured(talk: Conversation): Promise<{ socket: TLSSocket; ask(line: string): Promise<string> }> {
    const socket = connectTls({ socket: talk.socket, rejectUnauthorized: false })
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve)
      socket.once('error', reject)
    })
    let heard = ''
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString('latin1')
    })
    return {
      socket,
      async ask(line) {
        heard = ''
        socket.write(`${line}\r\n`)
        await eventually(() => /^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n/.test(heard)).toBe(true)
        return heard
      },
    }
  }
})

describe('slow ones', () => {
  test('fifty slow clients at every stage, from as many addresses: each is cut off, and a good one beside them is served', async () => {
    const one = await limited({ maxClients: 60, maxPerPeer: 10, maxSecondsWithoutMail: 2, slowSeconds: 2, minBytesPerSecond: 200 })
    try {
      const before = await count()
      const slow = await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          const from = `127.2.0.${n + 1}`
          const talk =
            n % 5 === 0 ? await converse(one.port, from) : n % 5 < 3 ? await greeted(one.port, from) : await atData(one.port, from)
          open.push(talk)
          // Each gives a byte now and then, so that no idle timeout ever comes.
          const drip = n % 5 === 0 ? 'E' : n % 5 === 1 ? 'NOOP\r\n' : n % 5 === 2 ? 'M' : 'x'
          const timer = setInterval(() => talk.write(drip), 300)
          void talk.closed.then(() => clearInterval(timer))
          return talk
        }),
      )
      await goodClientIsServed('obok powolnych', one.port)
      await Promise.all(slow.map((talk) => talk.closed))
      expect(await count()).toBe(before + 1)
    } finally {
      await one.stop()
    }
  })

  test('when all places are taken the slow ones lose theirs, and the good one gets in', async () => {
    const one = await limited({ maxClients: 12, maxPerPeer: 20, maxSecondsWithoutMail: 20, slowSeconds: 20 })
    try {
      const slow = await Promise.all(Array.from({ length: 12 }, () => greeted(one.port, '127.3.0.1')))
      await eventually(async () => {
        const talk = await converse(one.port, '127.3.0.2')
        const greeting = await talk.hear()
        talk.end()
        await talk.closed
        return greeting.slice(0, 3)
      }).toBe('220')
      await goodClientIsServed('gdy było pełno', one.port)
      await Promise.all(slow.map((talk) => talk.closed))
    } finally {
      await one.stop()
    }
  })

  test('one address cannot take all places; a relay of ours may take more', async () => {
    const held = await Promise.all(Array.from({ length: 10 }, () => greeted(station.port, '127.4.0.1')))
    const next = await converse(station.port, '127.4.0.1')
    open.push(next)
    expect(await next.hear()).toMatch(/^421/)
    await goodClientIsServed('obok zachłannego')
    await Promise.all(Array.from({ length: 12 }, () => greeted(station.port, '127.8.0.1')))
    expect(held).toHaveLength(10)
  })

  test('a mail that is only long, not slow, is left alone', async () => {
    const one = await limited({ maxSecondsWithoutMail: 1, slowSeconds: 1, minBytesPerSecond: 100 })
    try {
      const talk = await atData(one.port)
      talk.write('Subject: długi\r\n\r\n')
      // Five times as long as a talk without a mail may last: what counts is that bytes come.
      for (let n = 0; n < 25; n++) {
        talk.write(`${'x'.repeat(500)}\r\n`)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      expect(await talk.say('.')).toMatch(/^250/)
    } finally {
      await one.stop()
    }
  })
})

describe('commands', () => {
  test('a line without end, a line too long, web pages and too much nonsense end the connection', async () => {
    const endless = await greeted()
    endless.write('MAIL FROM:<'.padEnd(100_000, 'a'))
    expect(await endless.hear()).toMatch(/^421/)
    await endless.closed
    const long = await greeted()
    expect(await long.say(`NOOP ${'x'.repeat(3000)}`)).toMatch(/^421/)
    const browser = await greeted()
    expect(await browser.say('POST / HTTP/1.1')).toMatch(/^421/)
    await browser.closed
    const noise = await greeted()
    let last = ''
    for (let n = 0; n < 10; n++) last = await noise.say(`\x16\x03\x01 bzdura ${n}`)
    expect(last).toMatch(/^421/)
    await noise.closed
    await goodClientIsServed('po bzdurach')
  })

  test('who speaks before the greeting is sent away', async () => {
    const talk = await converse(station.port)
    open.push(talk)
    talk.write('EHLO pospieszny.example\r\nMAIL FROM:<a@b.example>\r\n')
    expect(await talk.hear()).toMatch(/^421/)
    await talk.closed
  })

  test('ten thousand commands at once are answered or refused, while others are served', async () => {
    const talk = await greeted()
    talk.write('NOOP\r\n'.repeat(10_000))
    await goodClientIsServed('obok potoku')
    talk.end()
  })

  test('names with line ends in them never reach an answer', async () => {
    const talk = await greeted()
    await talk.say('MAIL FROM:<a@b.example>')
    const answer = await talk.say('RCPT TO:<x\u000b250 OK@uni.example>')
    expect(answer).toMatch(/^5\d\d[^\r\n]*$/)
  })
})

describe('XCLIENT and XFORWARD', () => {
  test('a stranger is offered neither and obeyed in neither; nor is a relay without leave', async () => {
    for (const from of ['127.5.0.1', '127.8.0.1']) {
      const talk = await converse(station.port, from)
      open.push(talk)
      await talk.hear()
      expect(await talk.say('EHLO klient.example')).not.toMatch(/XCLIENT|XFORWARD/)
      expect(await talk.say('XCLIENT ADDR=192.0.2.9 NAME=zaufany.uni.example')).toMatch(/^500/)
      expect(await talk.say('XFORWARD ADDR=192.0.2.9')).toMatch(/^500/)
      await talk.say('MAIL FROM:<a@b.example>')
      await talk.say('RCPT TO:<pomoc@uni.example>')
      await talk.say('DATA')
      expect(await talk.say(`Subject: udawany ${from}\r\n\r\nx\r\n.`)).toMatch(/^250/)
      expect((await rows()).at(-1)).toMatchObject({ peer_address: from, client_address: '', client_name: '', client_helo: '' })
    }
  })

  test("a relay with leave tells of its client by XCLIENT: kept beside the relay's own address", async () => {
    const talk = await greeted(station.port, '127.9.0.1')
    expect(await talk.say('XCLIENT ADDR=192.0.2.77 NAME=klient.dom.example HELO=laptop')).toMatch(/^220/)
    await talk.say('EHLO laptop')
    expect(await talk.say('XCLIENT ADDR=192.0.2.78'), 'the client behind it may not').toMatch(/^5/)
    await talk.say('MAIL FROM:<a@b.example>')
    await talk.say('RCPT TO:<pomoc@uni.example>')
    await talk.say('DATA')
    expect(await talk.say('Subject: przez przekaźnik\r\n\r\nx\r\n.')).toMatch(/^250/)
    expect((await rows()).at(-1)).toMatchObject({
      peer_address: '127.9.0.1',
      client_address: '192.0.2.77',
      client_name: 'klient.dom.example',
      client_helo: 'laptop',
    })
  })

  test('by XFORWARD it speaks of one mail: the next does not inherit it', async () => {
    const talk = await greeted(station.port, '127.9.0.1')
    expect(await talk.say('XFORWARD NAME=mx.obcy.example ADDR=IPv6:2001:db8::25 HELO=obcy.example')).toMatch(/^250/)
    for (const client of ['2001:db8::25', '']) {
      await talk.say('MAIL FROM:<a@b.example>')
      await talk.say('RCPT TO:<pomoc@uni.example>')
      await talk.say('DATA')
      expect(await talk.say(`Subject: xforward ${client}\r\n\r\nx\r\n.`)).toMatch(/^250/)
      expect((await rows()).at(-1)).toMatchObject({
        peer_address: '127.9.0.1',
        client_address: client,
        client_name: client ? 'mx.obcy.example' : '',
      })
    }
  })

  test('values with line ends or that are no addresses are refused', async () => {
    const talk = await greeted(station.port, '127.9.0.1')
    expect(await talk.say('XCLIENT ADDR=192.0.2.9+0D+0AMAIL')).toMatch(/^501/)
    expect(await talk.say('XCLIENT ADDR=nie.adres')).toMatch(/^501/)
    expect(await talk.say('XCLIENT NAME=zly+0A.example')).toMatch(/^501/)
  })
})

describe('what a mail may be made of', () => {
  test('NULs, lines of a megabyte, 8-bit everywhere: taken, kept as they came, and a ticket all the same', async () => {
    const raw = Buffer.concat([
      Buffer.from('From: A <a@b.example>\r\nSubject: dziwne bajty\r\nX-Null: a\0b\r\n\r\n', 'latin1'),
      Buffer.alloc(1_000_000, 'x'),
      Buffer.from('\r\n'),
      Buffer.from([0, 0, 0, 0xff, 0xfe, 0x80]),
      Buffer.from('\r\n'),
    ])
    expect(await station.deliver(raw)).toMatch(/^250/)
    const [end] = await station.processed('dziwne bajty')
    expect(end!.outcome).toBe('new-ticket')
    const row = (await rows()).find(({ id }) => id === end!.id)!
    expect((await readWholeBlob(station.database.db, row.blob_id!)).equals(raw)).toBe(true)
    const article = await station.database.db
      .selectFrom('article')
      .select('body')
      .where('id', '=', end!.article_id!)
      .executeTakeFirstOrThrow()
    expect(article.body).not.toContain('\0')
  })

  test('a size that is told, a size that is reached, and one that lies about itself: 552, and the connection goes on', async () => {
    const before = await count()
    const talk = await greeted()
    expect(await talk.say('MAIL FROM:<a@b.example> SIZE=99999999999')).toMatch(/^552/)
    expect(await talk.say('MAIL FROM:<a@b.example> SIZE=-1')).toMatch(/^501/)
    await talk.say('MAIL FROM:<a@b.example> SIZE=10')
    await talk.say('RCPT TO:<pomoc@uni.example>')
    await talk.say('DATA')
    talk.write(`Subject: za duży\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(3000)}.\r\n`)
    expect(await talk.hear()).toMatch(/^552/)
    expect(await talk.say('NOOP')).toMatch(/^250/)
    expect(await count()).toBe(before)
    expect(await readdir(join(station.config.dataDir, 'spool')).catch(() => [])).toEqual([])
  })

  test('a head of two megabytes, or with a hundred and more hops, is refused', async () => {
    const before = await count()
    await expect(station.deliver(`${`X-Filler: ${'x'.repeat(900)}\r\n`.repeat(2000)}\r\nx\r\n`)).rejects.toThrow(/554/)
    await expect(
      station.deliver(`${'Received: from a by b; Tue, 17 Nov 2026 10:00:00 +0100\r\n'.repeat(120)}Subject: x\r\n\r\nx\r\n`),
    ).rejects.toThrow(/554.*circles/)
    expect(await count()).toBe(before)
  })

  const BOMBS: [string, () => string][] = [
    [
      'ten thousand parts',
      () => `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: text/plain\r\n\r\nx\r\n'.repeat(10_000)}--b--\r\n`,
    ],
    [
      'a thousand levels of multipart',
      () =>
        `${Array.from({ length: 1000 }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`).join('')}Content-Type: text/plain\r\n\r\ngłąb\r\n`,
    ],
    ['two hundred mails one in another', () => `${'Content-Type: message/rfc822\r\n\r\n'.repeat(200)}Subject: środek\r\n\r\nx\r\n`],
    ['a subject of 100 kB', () => `X-Kind: subject\r\nX-Subject: ${'ż'.repeat(50_000)}\r\n\r\nx\r\n`],
    [
      'ten thousand recipients in To',
      () => `To: ${Array.from({ length: 10_000 }, (_, n) => `a${n}@b.example`).join(',\r\n ')}\r\n\r\nx\r\n`,
    ],
    ['ten thousand encoded words', () => `X-Words: ${'=?utf-8?q?=C5=BC?=\r\n '.repeat(10_000)}\r\n\r\nx\r\n`],
    [
      'a megabyte of base64 that is nothing but zeros',
      () =>
        `Content-Type: application/zip; name=bomba.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n${`${'A'.repeat(76)}\r\n`.repeat(13_000)}`,
    ],
    ['a hundred thousand nested tags', () => `Content-Type: text/html\r\n\r\n${'<div><table><tr><td>'.repeat(25_000)}x\r\n`],
    ['a hundred thousand unclosed comments and quotes', () => `Content-Type: text/html\r\n\r\n${'<!--<a href="'.repeat(50_000)}\r\n`],
    [
      'a boundary of brackets',
      () =>
        `Content-Type: multipart/mixed; boundary="((((((((((.*)+)+)+)+$"\r\n\r\n--((((((((((.*)+)+)+)+$\r\n\r\n${'a'.repeat(50_000)}\r\n`,
    ],
    [
      'parameters continued ten thousand times',
      () => `Content-Type: application/x; ${Array.from({ length: 10_000 }, (_, n) => `name*${n}*=%41`).join(';\r\n ')}\r\n\r\nx\r\n`,
    ],
    [
      'quoted-printable of nothing but soft breaks',
      () => `Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${'=\r\n'.repeat(300_000)}\r\n`,
    ],
  ]
  test.each(BOMBS)('%s: the mail becomes a ticket, and the next one too', async (name, make) => {
    const subject = `bomba: ${name.slice(0, 40)}`
    expect(await station.deliver(`From: A <a@b.example>\r\nSubject: ${subject}\r\n${make()}`)).toMatch(/^250/)
    const [end] = await station.processed(subject)
    expect(end!.outcome).toBe('new-ticket')
    const rest = await station.database.db
      .selectFrom('article_attachment')
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .where('article_id', '=', end!.article_id!)
      .executeTakeFirstOrThrow()
    expect(Number(rest.n)).toBeLessThanOrEqual(501)
    await goodClientIsServed(`po ${name.slice(0, 40)}`)
  })
})

describe('headers smuggled into what we send', () => {
  const crlf = '=?utf-8?q?=0D=0ABcc:_ofiara@b.example=0D=0AX-Wtrysk:_tak?='
  const base64 = `=?utf-8?b?${Buffer.from('x\r\nBcc: ofiara@b.example\r\nX-Wtrysk: tak\r\n\r\ntreść').toString('base64')}?=`
  test.each([
    ['the name of the sender', (n: number) => `From: ${crlf} <zly${n}@b.example>\r\nSubject: wtrysk ${n}\r\n`],
    ['the name of the sender in base64', (n: number) => `From: ${base64} <zly${n}@b.example>\r\nSubject: wtrysk ${n}\r\n`],
    ['the subject', (n: number) => `From: A <zly${n}@b.example>\r\nSubject: wtrysk ${n} ${crlf}\r\n`],
    ['the subject in base64', (n: number) => `From: A <zly${n}@b.example>\r\nSubject: wtrysk ${n} ${base64}\r\n`],
    ['Reply-To', (n: number) => `From: A <zly${n}@b.example>\r\nReply-To: ${crlf} <zly${n}@b.example>\r\nSubject: wtrysk ${n}\r\n`],
    [
      'Message-ID',
      (n: number) =>
        `From: A <zly${n}@b.example>\r\nSubject: wtrysk ${n}\r\nMessage-ID: <a\r\n Bcc:ofiara@b.example\r\n X-Wtrysk:tak@b.example>\r\n`,
    ],
    [
      'References',
      (n: number) =>
        `From: A <zly${n}@b.example>\r\nSubject: wtrysk ${n}\r\nMessage-ID: <w${n}@b.example>\r\nReferences: <x\r\n\t@b.example> Bcc: ofiara@b.example\rX-Wtrysk: tak\r\n`,
    ],
  ])('by %s stay words', async (_how, head) => {
    const n = station.sink.mails.length + Math.floor(performance.now())
    expect(await station.deliver(`${head(n)}\r\nx\r\n`, { from: `zly${n}@b.example` })).toMatch(/^250/)
    const answer = await station.sink.waitFor(({ to }) => to.includes(`zly${n}@b.example`))
    expect(answer.to).toEqual([`zly${n}@b.example`])
    const sent = answer.raw.subarray(0, answer.raw.indexOf('\r\n\r\n')).toString('latin1')
    expect(sent).not.toMatch(/^(bcc|x-wtrysk):/im)
    expect(answer.parsed.headers.has('bcc')).toBe(false)
    expect(answer.parsed.headers.has('x-wtrysk')).toBe(false)
    expect(sent).not.toMatch(/[^\r]\n/)
  })
})

test('who leaves at any stage leaves nothing behind, and the next is served', async () => {
  const before = await count()
  const stages = [
    '',
    'EHLO a.example\r\n',
    'EHLO a.example\r\nMAIL FROM:<a@b.example>\r\n',
    'EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<pomoc@uni.example>\r\n',
    'EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<pomoc@uni.example>\r\nDATA\r\n',
    'EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<pomoc@uni.example>\r\nDATA\r\nSubject: urwany\r\n',
    `EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<pomoc@uni.example>\r\nDATA\r\nSubject: urwany\r\n\r\n${'x'.repeat(700_000)}`,
    'EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<pomoc@uni.example>\r\nDATA\r\nSubject: urwany\r\n\r\nx\r\n.',
    'EHLO a.example\r\nSTARTTLS\r\n',
  ]
  for (const gentle of [true, false]) {
    for (const stage of stages) {
      const talk = await converse(station.port)
      await talk.hear()
      await new Promise<void>((resolve) => {
        talk.socket.write(stage === '' ? 'NOOP\r\n' : stage, () => resolve())
      })
      if (gentle) talk.socket.end()
      else talk.socket.resetAndDestroy()
      await talk.closed
    }
  }
  await goodClientIsServed('po wszystkich, którzy odeszli')
  expect(await count()).toBe(before + 1)
  await eventually(() => readdir(join(station.config.dataDir, 'spool')).catch(() => [])).toEqual([])
})
