import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { connect as connectTcp, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { createTransport } from 'nodemailer'
import { generate } from 'selfsigned'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../core/database/database.ts'
import { addressesChanged, readWholeBlob, system } from '../../core/index.ts'
import { cuttable } from '../../test/servers/cuttable.ts'
import { converse, eventually, startStation, type Conversation, type Station } from '../../test/mail/station.ts'
import { startListener } from './listener.ts'

let station: Station
const open: Conversation[] = []
beforeAll(async () => {
  // No relay: those are held against no limit of a peer.
  station = await startStation({ mail: { relays: [] }, smtp: { maxSizeKb: 2048, maxClients: 6, maxPerPeer: 4, idleTimeoutSeconds: 20 } })
  await station.database.db
    .insertInto('system_address')
    .values([
      { address: 'żółć@zażółć.example', name: 'IDN', queue_id: '4' },
      { address: 'dawny@uni.example', name: 'old', queue_id: '4', valid: false },
    ])
    .execute()
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

async function talkTo(port = station.port): Promise<Conversation> {
  const talk = await converse(port)
  open.push(talk)
  return talk
}
async function greeted(port?: number): Promise<Conversation> {
  const talk = await talkTo(port)
  expect(await talk.hear()).toMatch(/^220 uni\.example ESMTP/)
  expect(await talk.say('EHLO klient.example')).toContain('250')
  return talk
}
const rows = () => station.database.db.selectFrom('inbound_mail').selectAll().orderBy('id').execute()

describe('what is offered', () => {
  test('EHLO offers SIZE with the limit, 8BITMIME, SMTPUTF8, PIPELINING, ENHANCEDSTATUSCODES, STARTTLS; no AUTH', async () => {
    const talk = await talkTo()
    await talk.hear()
    const offered = await talk.say('EHLO klient.example')
    for (const what of ['SIZE 2097152', '8BITMIME', 'SMTPUTF8', 'PIPELINING', 'ENHANCEDSTATUSCODES', 'STARTTLS'])
      expect(offered).toContain(what)
    expect(offered).not.toContain('AUTH')
    expect(await talk.say('AUTH PLAIN AGEAYg==')).toMatch(/^500/)
  })

  test('STARTTLS gives an encrypted session with a certificate of our own, made once, readable by the owner alone', async () => {
    const transport = createTransport({ host: '127.0.0.1', port: station.port, requireTLS: true, tls: { rejectUnauthorized: false } })
    await transport.sendMail({ from: 'a@b.example', to: 'pomoc@uni.example', subject: 'szyfrowany', text: 'x' })
    expect((await rows()).at(-1)).toMatchObject({ encrypted: true, peer_address: '127.0.0.1' })
    const key = join(station.config.dataDir, 'tls', 'smtp-key.pem')
    expect((await stat(key)).mode & 0o777).toBe(0o600)
    const before = await readFile(key, 'utf8')
    const again = await startListener(station.host)
    await again.stop()
    expect(await readFile(key, 'utf8')).toBe(before)
  })

  test('two that start at once on one data folder agree on one certificate', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'pomoc-tls-'))
    const config = { ...station.config, dataDir, smtp: { ...station.config.smtp, port: 0 } }
    const two = await Promise.all([startListener({ ...station.host, config }), startListener({ ...station.host, config })])
    const shown = (port: number) =>
      new Promise<string>((resolve, reject) => {
        const plain = connectTcp(port, '127.0.0.1')
        let heard = ''
        plain.on('error', reject).on('data', (bytes: Buffer) => {
          heard += bytes.toString('latin1')
          if (/^220[^]*\n220/.test(heard)) {
            plain.removeAllListeners('data')
            const secure = connectTls({ socket: plain, rejectUnauthorized: false }, () => {
              resolve(secure.getPeerX509Certificate()!.fingerprint256)
              secure.destroy()
            })
          } else if (/^220[^]*\n250 /.test(heard)) {
            heard = '220\n'
            plain.write('STARTTLS\r\n')
          } else plain.write('EHLO klient.example\r\n')
        })
      })
    expect(await shown(two[0].port)).toBe(await shown(two[1].port))
    await Promise.all(two.map((one) => one.stop()))
    await rm(dataDir, { recursive: true })
  })

  test('whom the configuration names for its old TLS is not offered STARTTLS, and gives its mail in the clear; nobody else', async () => {
    const without = async (withoutTls: string[]) => {
      const one = await startListener({
        ...station.host,
        config: { ...station.config, smtp: { ...station.config.smtp, port: 0, withoutTls } },
      })
      try {
        const talk = await greeted(one.port)
        return {
          offered: await talk.say('EHLO kopiarka.example'),
          asked: await talk.say('STARTTLS'),
          mail: await talk.say('MAIL FROM:<a@b.example>'),
        }
      } finally {
        await one.stop()
      }
    }
    const named = await without(['127.0.0.0/8'])
    expect(named.offered).not.toContain('STARTTLS')
    expect(named.asked).toMatch(/^500/)
    expect(named.mail).toMatch(/^250/)
    expect((await without(['10.0.0.0/8'])).offered).toContain('STARTTLS')
  })

  test('commands smuggled in before the TLS handshake are thrown away', async () => {
    const talk = await greeted()
    talk.write('STARTTLS\r\nMAIL FROM:<evil@b.example>\r\n')
    expect(await talk.hear()).toMatch(/^220/)
    expect(await Promise.race([talk.hear(), new Promise((resolve) => setTimeout(resolve, 200, 'nothing'))])).toBe('nothing')
  })
})

describe('recipients', () => {
  test.each([
    ['an address of ours', 'pomoc@uni.example', '250'],
    ['in any case', 'PoMoc@UNI.Example', '250'],
    ['postmaster of a domain of ours', 'postmaster@uni.example', '250'],
    ['abuse of a domain of ours', 'Abuse@uni.example', '250'],
    ['postmaster alone', 'Postmaster', '250'],
    ['nobody of ours', 'nikt@uni.example', '550 5.1.1'],
    ['an address that is not valid any more', 'dawny@uni.example', '550 5.1.1'],
    ['postmaster of a foreign domain', 'postmaster@other.example', '550 5.1.1'],
    ['somebody elsewhere: no relay', 'ktos@other.example', '550 5.1.1'],
    ['an international address in its ASCII form', `ktos@xn--zazl-9ta1b0izh.example`, '550 5.1.1'],
  ])('%s', async (_what, address, answer) => {
    const talk = await greeted()
    await talk.say('MAIL FROM:<a@b.example>')
    expect(await talk.say(`RCPT TO:<${address}>`)).toMatch(new RegExp(`^${answer}`))
  })

  test('SMTPUTF8: an international address, its domain in Unicode or in ASCII', async () => {
    const talk = await greeted()
    await talk.say('MAIL FROM:<a@b.example> SMTPUTF8')
    expect(await talk.say(Buffer.from('RCPT TO:<żółć@zażółć.example>\r\n'))).toMatch(/^250/)
    const ascii = new URL('http://zażółć.example').hostname
    expect(await talk.say(Buffer.from(`RCPT TO:<żółć@${ascii}>\r\n`))).toMatch(/^250/)
  })

  test('more than a hundred are told to come in another mail', async () => {
    const talk = await greeted()
    await talk.say('MAIL FROM:<a@b.example>')
    await station.database.db
      .insertInto('system_address')
      .values(
        Array.from({ length: 101 }, (_, n) => ({
          address: `wiele${n}@uni.example`,
          name: 'x',
          queue_id: '4',
        })),
      )
      .execute()
    // The table is remembered for a few seconds: without a notice the new addresses would come late.
    await station.host.work(system('test'), addressesChanged)
    await eventually(async () => (await talk.say('RCPT TO:<wiele0@uni.example>')).slice(0, 3)).toBe('250')
    let last = ''
    for (let n = 1; n <= 100; n++) last = await talk.say(`RCPT TO:<wiele${n}@uni.example>`)
    expect(last).toMatch(/^452 4\.5\.3/)
  })
})

describe('data', () => {
  test('pipelined commands and two mails on one connection', async () => {
    const talk = await greeted()
    const before = (await rows()).length
    talk.write('MAIL FROM:<a@b.example>\r\nRCPT TO:<pomoc@uni.example>\r\nDATA\r\n')
    expect([await talk.hear(), await talk.hear(), await talk.hear()].map((line) => line.slice(0, 3))).toEqual(['250', '250', '354'])
    talk.write('Subject: jeden\r\n\r\ntext\r\n.\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<pomoc@uni.example>\r\nDATA\r\n')
    expect(await talk.hear()).toMatch(/^250 2\.6\.0 Accepted as \d+$/)
    expect([await talk.hear(), await talk.hear(), await talk.hear()].map((line) => line.slice(0, 3))).toEqual(['250', '250', '354'])
    talk.write('Subject: dwa\r\n\r\n..kropka\r\n.\r\nQUIT\r\n')
    expect(await talk.hear()).toMatch(/^250/)
    expect(await talk.hear()).toMatch(/^221/)
    const made = (await rows()).slice(before)
    expect(made).toHaveLength(2)
    expect((await readWholeBlob(station.database.db, made[1]!.blob_id!)).toString()).toBe('Subject: dwa\r\n\r\n.kropka\r\n')
  })

  test('every byte is kept as it came: NUL, 8-bit, bare line ends', async () => {
    const talk = await greeted()
    await talk.say('MAIL FROM:<> BODY=8BITMIME')
    await talk.say('RCPT TO:<pomoc@uni.example>')
    await talk.say('DATA')
    const raw = Buffer.concat([
      Buffer.from('Subject: bajty\r\n\r\n'),
      Buffer.from([0, 1, 0x80, 0xff, 0x0a, 0x0d, 0x0a, 0]),
      Buffer.from('\r\n'),
    ])
    expect(await talk.say(Buffer.concat([raw, Buffer.from('.\r\n')]))).toMatch(/^250/)
    const row = (await rows()).at(-1)!
    expect(await readWholeBlob(station.database.db, row.blob_id!)).toEqual(raw)
    expect(row).toMatchObject({ envelope_from: '', peer_name: 'klient.example' })
  })

  test('only CRLF dot CRLF ends a mail, and one with another dot alone is refused: no smuggling by bare line feeds', async () => {
    const talk = await greeted()
    const before = (await rows()).length
    await talk.say('MAIL FROM:<a@b.example>')
    await talk.say('RCPT TO:<pomoc@uni.example>')
    await talk.say('DATA')
    expect(
      await talk.say(
        Buffer.from(
          'Subject: przemyt\r\n\r\nx\n.\nMAIL FROM:<evil@b.example>\nRCPT TO:<pomoc@uni.example>\nDATA\nSubject: drugi\n\n\r\n.\r\n',
        ),
      ),
    ).toMatch(/^554 5\.6\.0/)
    expect(await rows()).toHaveLength(before)
  })

  test('a mail that announces too much is refused at MAIL, one that grows too big after DATA; nothing is stored', async () => {
    const talk = await greeted()
    const before = (await rows()).length
    expect(await talk.say('MAIL FROM:<a@b.example> SIZE=99999999')).toMatch(/^552 5\.3\.4/)
    await talk.say('MAIL FROM:<a@b.example>')
    await talk.say('RCPT TO:<pomoc@uni.example>')
    await talk.say('DATA')
    talk.write(`Subject: x\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(2200)}.\r\n`)
    expect(await talk.hear()).toMatch(/^552 5\.3\.4/)
    expect(await talk.say('NOOP')).toMatch(/^250/)
    expect(await rows()).toHaveLength(before)
  })

  test('a mail larger than memory holds goes through a file and leaves none behind', async () => {
    const raw = `Subject: duzy\r\n\r\n${`${'0123456789'.repeat(90)}\r\n`.repeat(1500)}`
    expect(await station.deliver(raw)).toMatch(/^250/)
    const row = (await rows()).at(-1)!
    expect((await readWholeBlob(station.database.db, row.blob_id!)).toString()).toBe(raw)
    const chunks = await station.database.db
      .selectFrom('blob_chunk')
      .select('data')
      .where('blob_id', '=', row.blob_id!)
      .orderBy('seq')
      .execute()
    expect(chunks.slice(0, -1).every(({ data }) => data.length === 256 * 1024)).toBe(true)
    expect(await readdir(join(station.config.dataDir, 'spool'))).toEqual([])
    expect(await station.deliver(raw)).toBe('250 2.6.0 Accepted before')
  })

  test('the same DATA again to the same recipient is 250 again and no second mail; to another recipient it is a second row', async () => {
    const before = (await rows()).length
    const raw = 'Message-ID: <ten-sam@b.example>\r\nSubject: ten sam\r\n\r\nx\r\n'
    expect(await station.deliver(raw)).toMatch(/Accepted as/)
    expect(await station.deliver(raw, { to: 'POMOC@uni.example' })).toMatch(/Accepted before/)
    expect(await station.deliver(raw, { to: ['postmaster@uni.example', 'pomoc@uni.example'] })).toMatch(/Accepted as/)
    expect(await rows()).toHaveLength(before + 2)
  })

  test('a peer that leaves before the end has given nothing', async () => {
    const talk = await greeted()
    const before = (await rows()).length
    await talk.say('MAIL FROM:<a@b.example>')
    await talk.say('RCPT TO:<pomoc@uni.example>')
    await talk.say('DATA')
    talk.write('Subject: urwany\r\n\r\nx')
    talk.end()
    await talk.closed
    expect(await station.deliver('Subject: po urwanym\r\n\r\nx\r\n')).toMatch(/^250/)
    expect(await rows()).toHaveLength(before + 1)
  })
})

describe('limits', () => {
  test('one address may hold only so many connections; the next is told 421 and one that ends makes room', async () => {
    const held = await Promise.all(Array.from({ length: 4 }, () => greeted()))
    const fifth = await talkTo()
    expect(await fifth.hear()).toMatch(/^421/)
    await fifth.closed
    held[0]!.end()
    await held[0]!.closed
    await eventually(async () => {
      const talk = await talkTo()
      const greeting = await talk.hear()
      talk.end()
      await talk.closed
      return greeting.slice(0, 3)
    }).toBe('220')
  })

  test('so may all together', async () => {
    const few = await startListener({
      ...station.host,
      config: { ...station.config, smtp: { ...station.config.smtp, port: 0, maxClients: 2, maxPerPeer: 50 } },
    })
    try {
      await greeted(few.port)
      await greeted(few.port)
      expect(await (await talkTo(few.port)).hear()).toMatch(/^421/)
    } finally {
      await few.stop()
    }
  })

  test('a silent peer is closed', async () => {
    const quick = await startListener({
      ...station.host,
      config: { ...station.config, smtp: { ...station.config.smtp, port: 0, idleTimeoutSeconds: 1 } },
    })
    try {
      const talk = await greeted(quick.port)
      expect(await talk.hear()).toMatch(/^421 4\.4\.2/)
    } finally {
      await quick.stop()
    }
  })
})

describe('start and stop', () => {
  test('a port in use is one sentence that says what to do', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const config = { ...station.config, smtp: { ...station.config.smtp, port } }
    await expect(startListener({ ...station.host, config })).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use by another program`)
    await new Promise((resolve) => other.close(resolve))
  })

  test('a mail under way is taken to its end, idle connections are told 421, nobody new gets in', async () => {
    const one = await startListener({
      ...station.host,
      config: { ...station.config, smtp: { ...station.config.smtp, port: 0, maxPerPeer: 50 } },
    })
    const idle = await greeted(one.port)
    const busy = await greeted(one.port)
    await busy.say('MAIL FROM:<a@b.example>')
    await busy.say('RCPT TO:<pomoc@uni.example>')
    await busy.say('DATA')
    busy.write('Subject: ostatni\r\n\r\n')
    const stopped = one.stop()
    expect(await idle.hear()).toMatch(/^421/)
    await expect(converse(one.port).then((talk) => talk.hear())).resolves.toBe('')
    expect(await busy.say('text\r\n.')).toMatch(/^250 2\.6\.0 Accepted as/)
    await stopped
  })

  test('who is in the middle of giving a mail when it stops may give it, and is told 421 only then', async () => {
    const one = await startListener({
      ...station.host,
      config: { ...station.config, smtp: { ...station.config.smtp, port: 0, maxPerPeer: 50 } },
    })
    const busy = await greeted(one.port)
    await busy.say('MAIL FROM:<a@b.example>')
    const stopped = one.stop()
    expect(await busy.say('RCPT TO:<pomoc@uni.example>')).toMatch(/^250/)
    expect(await busy.say('DATA')).toMatch(/^354/)
    expect(await busy.say('Subject: w trakcie\r\n\r\ntext\r\n.')).toMatch(/^250 2\.6\.0 Accepted as/)
    expect(await busy.hear()).toMatch(/^421/)
    await stopped
  })

  test('a mail that never ends does not hold up the stop for long', async () => {
    const one = await startListener({
      ...station.host,
      config: { ...station.config, smtp: { ...station.config.smtp, port: 0, maxPerPeer: 50, closeTimeoutSeconds: 1 } },
    })
    const busy = await greeted(one.port)
    await busy.say('MAIL FROM:<a@b.example>')
    await busy.say('RCPT TO:<pomoc@uni.example>')
    await busy.say('DATA')
    busy.write('Subject: bez końca\r\n\r\n')
    await one.stop()
    await busy.closed
  })
})

test('the database is away: 451 for recipients and for mails, and the peer keeps them; it is back: 250', async () => {
  const way = await cuttable(station.database.url)
  const { db, close } = await openDatabase(way.url)
  const one = await startListener({
    ...station.host,
    db,
    config: { ...station.config, smtp: { ...station.config.smtp, port: 0, maxPerPeer: 50 } },
  })
  const before = (await rows()).length
  const talk = await greeted(one.port)
  await talk.say('MAIL FROM:<a@b.example>')
  way.cut()
  expect(await talk.say('RCPT TO:<pomoc@uni.example>')).toMatch(/^451 4\.3\.0/)
  way.mend()
  expect(await talk.say('RCPT TO:<pomoc@uni.example>')).toMatch(/^250/)
  await talk.say('DATA')
  way.cut()
  expect(await talk.say('Subject: nie teraz\r\n\r\nx\r\n.')).toMatch(/^451 4\.3\.0/)
  expect(await rows()).toHaveLength(before)
  way.mend()
  await talk.say('MAIL FROM:<a@b.example>')
  await talk.say('RCPT TO:<pomoc@uni.example>')
  await talk.say('DATA')
  expect(await talk.say('Subject: nie teraz\r\n\r\nx\r\n.')).toMatch(/^250/)
  expect(await rows()).toHaveLength(before + 1)
  await one.stop()
  await close()
  await way.stop()
})

test('a TLS handshake on the plain port gets nothing', async () => {
  const socket = connectTls({ host: '127.0.0.1', port: station.port, rejectUnauthorized: false })
  await expect(
    new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve)
      socket.once('error', reject)
    }),
  ).rejects.toThrow()
})

test('a renewed certificate is taken into use without a restart; half of a new pair is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pomoc-tls-'))
  const files = { tlsKey: join(folder, 'key.pem'), tlsCert: join(folder, 'cert.pem') }
  const make = async (name: string) =>
    generate([{ name: 'commonName', value: name }], { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' })
  const put = async (path: string, text: string) => {
    await writeFile(`${path}.new`, text)
    await rename(`${path}.new`, path)
  }
  const first = await make('pierwszy.example')
  await put(files.tlsKey, first.private)
  await put(files.tlsCert, first.cert)
  const one = await startListener({
    ...station.host,
    config: { ...station.config, smtp: { ...station.config.smtp, port: 0, maxPerPeer: 50, ...files } },
  })
  const shown = async () => {
    const talk = await greeted(one.port)
    await talk.say('STARTTLS')
    const socket = connectTls({ socket: talk.socket, rejectUnauthorized: false })
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve)
      socket.once('error', reject)
    })
    const name = socket.getPeerX509Certificate()?.subject
    socket.destroy()
    return name
  }
  try {
    expect(await shown()).toBe('CN=pierwszy.example')
    const second = await make('drugi.example')
    await put(files.tlsCert, second.cert)
    expect(await shown()).toBe('CN=pierwszy.example')
    await put(files.tlsKey, second.private)
    await eventually(shown).toBe('CN=drugi.example')
    await put(files.tlsCert, 'to nie jest certyfikat')
    expect(await shown()).toBe('CN=drugi.example')
  } finally {
    await one.stop()
    await rm(folder, { recursive: true, force: true })
  }
})

test('a peer hands over so many mails an hour; more are put off, a relay of ours is not counted, and it stands where the doctor looks', async () => {
  const db = station.database.db
  const smtp = { ...station.config.smtp, port: 0, maxPerPeer: 50, mailsPerPeerAndHour: 3 }
  const at = { now: station.make.now }
  const start = (mail: Partial<Station['config']['mail']> = {}) =>
    startListener({ ...station.host, clock: () => at.now, config: { ...station.config, smtp, mail: { ...station.config.mail, ...mail } } })
  const give = async (port: number, from: string): Promise<string> => {
    const talk = await converse(port, from)
    await talk.hear()
    await talk.say('EHLO klient.example')
    let said = await talk.say('MAIL FROM:<ktos@obca.example>')
    if (said.startsWith('250')) {
      await talk.say('RCPT TO:<pomoc@uni.example>')
      await talk.say('DATA')
      said = await talk.say(`Subject: raz ${Math.random()}\r\n\r\nx\r\n.`)
    }
    talk.end()
    await talk.closed
    return said
  }
  const one = await start()
  try {
    for (let n = 0; n < 3; n++) expect(await give(one.port, '127.0.0.2')).toMatch(/^250/)
    for (let n = 0; n < 12; n++) expect(await give(one.port, '127.0.0.2')).toMatch(/^451 .*try again later/)
    expect(await give(one.port, '127.0.0.3'), 'another peer').toMatch(/^250/)
    const refused = () => db.selectFrom('limit_count').select(['key', 'refused']).where('name', '=', 'mails-peer').execute()
    await eventually(refused).toEqual([{ key: '127.0.0.2', refused: 10 }])
    at.now = new Date(at.now.getTime() + 3_600_000)
    expect(await give(one.port, '127.0.0.2')).toMatch(/^250/)
  } finally {
    await one.stop()
  }
  const two = await start({ relays: [{ addresses: ['127.0.0.2'], vouchesFor: [], xclient: false, trustHeaders: false }] })
  try {
    for (let n = 0; n < 5; n++) expect(await give(two.port, '127.0.0.2')).toMatch(/^250/)
  } finally {
    await two.stop()
  }
})
