/**
 * pomoc in a real mail chain: behind Debian's Postfix with OpenDKIM, OpenDMARC and rspamd, and before Dovecot's mailboxes.
 * What each program does to a mail, and in which order it writes its headers, nobody here made up.
 */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerTicket } from '../../core/ticket/change/tickets.ts'
import { eventually, startStation, type InboundEnd, type Station } from '../mail/station.ts'
import type { DnsServer } from '../servers/dns.ts'
import { freePort } from '../servers/ports.ts'
import { startCampusDns, startMailExchange, type Entry, type MailExchange } from '../servers/mail-exchange.ts'

const POMOC = 'pomoc@uni.example'
const BARE = 'goly@uni.example'
/** Nobody listens there until a test starts it. */
const AWAY = 'daleko@uni.example'
const INSIDE = 'wewnatrz@uni.example'
/** Addresses of the world (RFC 5737), told to Postfix by XCLIENT: its milters and its Received see no other. */
const STRANGER = '203.0.113.66'
const PARTNER = '203.0.113.25'

let dns: DnsServer
let exchange: MailExchange
/** `vouching`: as the README tells. `bare`: the relay is named and vouches for nobody. `xforward`: it tells who the client was. */
const stations: Record<'vouching' | 'bare' | 'xforward' | 'away', Station> = {} as never
const keys = mkdtempSync(join(tmpdir(), 'pomoc-keys-'))
const awayPort = await freePort()
const relay = { addresses: ['127.0.0.2'], trustHeaders: false }
const ready = await (async () => {
  dns = await startCampusDns().catch((error: NodeJS.ErrnoException) => {
    process.stderr.write(`\nSKIPPED, since nothing can listen on port 53 (${error.code}).\n\n`)
    return undefined as never
  })
  if (!dns) return false
  const mail = { ownDomains: ['uni.example'], dnsServers: [dns.address], autoResponsesPerDay: 40 }
  stations.vouching = await startStation({
    mail: { ...mail, relays: [{ ...relay, vouchesFor: ['uni.example'], authservId: 'mx.uni.example', xclient: false }] },
  } as never)
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  dns.txt.set('pomoc._domainkey.uni.example', `v=DKIM1; k=rsa; p=${pair.publicKey.toString('base64')}`)
  const keyFile = join(keys, 'dkim.pem')
  writeFileSync(keyFile, pair.privateKey, { mode: 0o600 })
  stations.bare = await startStation({
    address: BARE,
    mail: {
      ...mail,
      relays: [{ ...relay, vouchesFor: [], xclient: false }],
      dkim: [{ domain: 'uni.example', selector: 'pomoc', keyFile }],
    },
  } as never)
  stations.xforward = await startStation({
    address: INSIDE,
    mail: { ...mail, relays: [{ ...relay, vouchesFor: [], authservId: 'mx.uni.example', xclient: true }] },
  } as never)
  const found = await startMailExchange(dns, {
    [POMOC]: stations.vouching.port,
    'sprawy@uni.example': stations.vouching.port,
    'apteka@uni.example': stations.vouching.port,
    [BARE]: stations.bare.port,
    [INSIDE]: stations.xforward.port,
    [AWAY]: awayPort,
  })
  if (!found) return false
  exchange = found
  for (const station of Object.values(stations)) station.sendThrough(`smtp://127.0.0.1:${exchange.port('inner')}`)
  // Here its signatures are looked at as by anybody.
  stations.bare.sendThrough(`smtp://127.0.0.1:${exchange.port('dkim')}`)
  return true
})()

beforeAll(async () => {
  if (!ready) return
  dns.txt.set('_dmarc.uni.example', 'v=DMARC1; p=reject')
  dns.txt.set('uni.example', 'v=spf1 ip4:127.0.0.2 -all')
  dns.txt.set('_dmarc.partner.example', 'v=DMARC1; p=none')
  dns.txt.set('partner.example', `v=spf1 ip4:${PARTNER} -all`)
  dns.txt.set('_dmarc.bank.example', 'v=DMARC1; p=reject')
  dns.txt.set('bank.example', 'v=spf1 -all')
  dns.txt.set('evil.example', `v=spf1 ip4:${STRANGER} -all`)
  // The look-up of a name that is signed for makes its key.
  exchange.signedBy('uni.example')
  exchange.signedBy('partner.example')
  for (const [name, address] of [
    ['Jan Nowak', 'jan.nowak@uni.example'],
    ['Anna Kowalska', 'anna.kowalska@uni.example'],
    ['Student', 's214503@uni.example'],
    ['Adam', 'adam@partner.example'],
  ] as const)
    for (const station of Object.values(stations)) await station.make.person({ name, address })
  await stations.vouching.database.db
    .insertInto('system_address')
    .values([
      { address: 'sprawy@uni.example', name: 'Sprawy', queue_id: '4' },
      { address: 'apteka@uni.example', name: 'Apteka', queue_id: '1' },
    ])
    .execute()
})
afterAll(async () => {
  await exchange?.stop()
  for (const station of Object.values(stations)) await station.stop()
  await dns?.stop()
  rmSync(keys, { recursive: true, force: true })
})

let count = 0
const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
async function written(mail: SendMailOptions): Promise<string> {
  const { message } = await composer.sendMail({ text: 'Dzień dobry,\nproszę o pomoc.', date: new Date(), ...mail })
  return (message as Buffer).toString('latin1')
}
interface Way {
  entry: Entry
  client?: string
  envelope: string
  login?: string
  station?: Station
  to?: string | string[]
}
/** Through the exchange to pomoc; answers what became of it. */
async function through(mail: SendMailOptions & { subject?: string }, way: Way): Promise<InboundEnd> {
  const subject = mail.subject ?? `sprawa ${++count}`
  const to = way.to ?? POMOC
  const raw = await written({ to, ...mail, subject })
  return passed(raw, subject, { ...way, to })
}
async function passed(raw: string, subject: string, { entry, client, envelope, login, station = stations.vouching, to = POMOC }: Way) {
  await exchange.send({ raw, from: envelope, to, entry, ...(client ? { client } : {}), ...(login ? { login } : {}) })
  return (
    await station.processed(subject).catch((error: Error) => {
      throw new Error(`${error.message}\n${exchange.log()}`)
    })
  )[0]!
}
const article = (end: InboundEnd, station: Station = stations.vouching) =>
  station.database.db.selectFrom('article').selectAll().where('id', '=', end.article_id!).executeTakeFirstOrThrow()
const ticketOf = (id: string, station: Station = stations.vouching) =>
  station.database.db.selectFrom('ticket').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
describe.skipIf(!ready)('who wrote, as the exchange saw it', () => {
  test('an outsider with a signature, judged by OpenDKIM and OpenDMARC: confirmed, with a receipt in their mailbox', async () => {
    const end = await through(
      { from: 'Adam Partner <adam@partner.example>', dkim: exchange.signedBy('partner.example') },
      { entry: 'dmarc', client: PARTNER, envelope: 'adam@partner.example' },
    )
    expect(end.outcome).toBe('new-ticket')
    expect(await article(end)).toMatchObject({ assurance: 'confirmed', assurance_rule: 'relay-says-pass' })
    await eventually(
      async () => exchange.mailbox('adam@partner.example').filter((mail) => mail.includes(`<ticket.${end.ticket_id}.`)).length,
    ).toBe(1)
  })

  test.each(['dmarc', 'rspamd'] as const)('an outsider with a signature, judged by %s: never failed', async (entry) => {
    const end = await through(
      { from: 'adam@partner.example', dkim: exchange.signedBy('partner.example') },
      { entry, client: PARTNER, envelope: 'adam@partner.example' },
    )
    expect((await article(end)).assurance).not.toBe('failed')
    expect((await article(end)).person_id).not.toBeNull()
  })

  // Whatever judges at the exchange, wherever it writes, and also where nobody does: a stranger's mail in our own name is nobody's.
  for (const entry of ['dmarc', 'dkim', 'rspamd', 'bare'] as const)
    for (const envelope of ['anna.kowalska@uni.example', 'x@evil.example'])
      for (const which of ['vouching', 'bare', 'xforward'] as const)
        test(`forged in our own domain, envelope ${envelope}, seen by ${entry}, taken by ${which}: nobody's`, async () => {
          const station = stations[which]
          const to = { vouching: POMOC, bare: BARE, xforward: INSIDE }[which]
          const end = await through(
            { from: 'Anna Kowalska <anna.kowalska@uni.example>' },
            { entry, client: STRANGER, envelope, station, to },
          )
          expect(await article(end, station)).toMatchObject({ person_id: null, assurance: expect.stringMatching(/^(failed|unverified)$/) })
          expect(end.reason.find(({ step }) => step === 'auto-response')?.decided).toBe('not-sent')
        })

  test('OpenDMARC stops, mail is taken all the same: nobody is believed who is not', async () => {
    const end = await through(
      { from: 'anna.kowalska@uni.example' },
      { entry: 'dkim', client: STRANGER, envelope: 'anna.kowalska@uni.example' },
    )
    expect(await article(end)).toMatchObject({ person_id: null })
  })

  test('a header that says “pass” in the name of our exchange, inside of a stranger’s mail, is not believed', async () => {
    for (const entry of ['dmarc', 'dkim', 'rspamd', 'bare'] as const) {
      const end = await through(
        {
          from: 'anna.kowalska@uni.example',
          headers: { 'Authentication-Results': 'mx.uni.example; dkim=pass header.d=uni.example; dmarc=pass header.from=uni.example' },
        },
        { entry, client: STRANGER, envelope: 'x@evil.example' },
      )
      expect([entry, await article(end)]).toMatchObject([entry, { person_id: null }])
    }
  })

  test('a bank that says p=reject, forged: failed and not answered', async () => {
    for (const entry of ['dmarc', 'rspamd', 'bare'] as const) {
      const end = await through({ from: 'bok@bank.example' }, { entry, client: STRANGER, envelope: 'bok@bank.example' })
      expect([entry, await article(end)]).toMatchObject([entry, { assurance: 'failed' }])
    }
  })

  test('a student who logged in and writes as the administrator: an address only, held on the ticket of another', async () => {
    const opened = await through(
      { from: 'jan.nowak@uni.example', dkim: exchange.signedBy('uni.example') },
      { entry: 'dmarc', client: '127.0.0.2', envelope: 'jan.nowak@uni.example' },
    )
    const { number } = await ticketOf(opened.ticket_id!)
    const end = await through(
      { from: 'Anna Kowalska <anna.kowalska@uni.example>', subject: `Re: [Ticket#${number}] pilne` },
      { entry: 'submission', envelope: 's214503@uni.example', login: 's214503@uni.example' },
    )
    const kept = await article(end)
    expect(kept.assurance).not.toBe('confirmed')
    expect(kept.visible).toBe(false)
  })
})

describe.skipIf(!ready)('ways of a mail', () => {
  const lista = 'lista@lists.example'
  test('forwarded by an old address: SPF breaks, the signature holds, the author is known', async () => {
    for (const envelope of ['adam@partner.example', 'SRS0=x=partner.example=adam@old.example']) {
      const end = await through(
        { from: 'adam@partner.example', to: 'stary@old.example', dkim: exchange.signedBy('partner.example') },
        { entry: 'dmarc', client: '203.0.113.99', envelope, to: POMOC },
      )
      expect(await article(end)).toMatchObject({ assurance: 'confirmed' })
    }
  })

  test('a list that writes itself into From: no receipt', async () => {
    const end = await through(
      {
        from: '"Adam Partner przez Lista" <lista@lists.example>',
        replyTo: `Adam <adam@partner.example>, ${lista}`,
        headers: { 'List-Id': '<lista.lists.example>', 'List-Post': `<mailto:${lista}>`, Precedence: 'list' },
      },
      { entry: 'dmarc', client: '203.0.113.77', envelope: 'lista-bounces@lists.example' },
    )
    expect(end.outcome).toBe('new-ticket')
    expect(end.reason.find(({ step }) => step === 'auto-response')?.decided).toBe('not-sent')
  })

  test('of two addresses of ours the one that stands first in To decides, in whatever order Postfix hands them over', async () => {
    const end = await through(
      { from: 'adam@partner.example', to: 'sprawy@uni.example, apteka@uni.example', dkim: exchange.signedBy('partner.example') },
      { entry: 'dmarc', client: PARTNER, envelope: 'adam@partner.example', to: ['apteka@uni.example', 'sprawy@uni.example'] },
    )
    const tickets = await stations.vouching.database.db
      .selectFrom('ticket')
      .select(['id', 'queue_id'])
      .where('title', '=', (await ticketOf(end.ticket_id!)).title)
      .orderBy('id')
      .execute()
    // Both queues are of one unit: one ticket, in the queue of the first.
    expect(tickets.map(({ queue_id }) => queue_id)).toEqual(['4'])
  })

  test('pomoc is away for a while: Postfix keeps the mails, and each becomes one ticket', async () => {
    const subjects = ['pod nieobecność 1', 'pod nieobecność 2', 'pod nieobecność 3']
    for (const subject of subjects)
      await exchange.send({
        raw: await written({ from: 'adam@partner.example', to: AWAY, subject }),
        from: 'adam@partner.example',
        to: AWAY,
        entry: 'bare',
        client: PARTNER,
      })
    await eventually(() =>
      exchange
        .log()
        .split('\n')
        .some((line) => line.includes(AWAY) && line.includes('Connection refused')),
    ).toBe(true)
    stations.away = await startStation({ address: AWAY, smtp: { port: awayPort } })
    for (const subject of subjects) expect((await stations.away.processed(subject))[0]).toMatchObject({ outcome: 'new-ticket' })
    const tickets = await stations.away.database.db.selectFrom('ticket').select('title').where('title', 'in', subjects).execute()
    expect(tickets).toHaveLength(3)
  })

  test('two hundred mails by smtp-source: two hundred tickets', async () => {
    const before = Number(
      (await stations.bare.database.db.selectFrom('ticket').select(sql<string>`count(*)`.as('n')).executeTakeFirstOrThrow()).n,
    )
    execFileSync('smtp-source', [
      '-s',
      '8',
      '-m',
      '200',
      '-l',
      '2000',
      '-f',
      'wielu@partner.example',
      '-t',
      BARE,
      `127.0.0.1:${exchange.port('inner')}`,
    ])
    await eventually(async () =>
      Number((await stations.bare.database.db.selectFrom('ticket').select(sql<string>`count(*)`.as('n')).executeTakeFirstOrThrow()).n),
    ).toBe(before + 200)
    const states = await stations.bare.database.db.selectFrom('inbound_mail').select('state').distinct().execute()
    expect(states).toEqual([{ state: 'processed' }])
  })
})

const receiptOf = (end: InboundEnd, mail: string) => mail.includes(`<ticket.${end.ticket_id}.`) && mail.includes(BARE)

describe.skipIf(!ready)('what we write', () => {
  /** An agent answers; the mail leaves at once. */
  async function answered(ticketId: string, body = 'Proszę spróbować teraz.', stateId?: string): Promise<string> {
    const station = stations.vouching
    const actor = await station.make.actor(await station.make.agent({ 1: ['rw'] }))
    const { mailId } = await station.host.work(actor, (work) =>
      answerTicket(work, ticketId, { body, ...(stateId === undefined ? {} : { state: { stateId } }) }),
    )
    await hurry(mailId!)
    return mailId!
  }
  const hurry = (id: string) =>
    sql`update graphile_worker._private_jobs set run_at = now() where key = ${`mail/send/${id}`} and locked_at is null`.execute(
      stations.vouching.database.db,
    )
  const mailOf = (id: string) =>
    stations.vouching.database.db.selectFrom('outbound_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const articlesOf = (ticketId: string) =>
    stations.vouching.database.db.selectFrom('article').selectAll().where('ticket_id', '=', ticketId).orderBy('id').execute()
  async function ticketFor(address: string): Promise<string> {
    if (address !== 'adam@partner.example') await stations.vouching.make.person({ address })
    const end = await through({ from: address }, { entry: 'inner', envelope: address })
    return end.ticket_id!
  }

  test("somebody's vacation answers our answer: no answer to that, and no ticket opens again", async () => {
    const ticket = await ticketFor('urlop@partner.example')
    const closed = await stations.vouching.database.db
      .selectFrom('ticket_state')
      .select('id')
      .where('type', '=', 'closed')
      .orderBy('id')
      .executeTakeFirstOrThrow()
    await answered(ticket, 'Już działa.', closed.id)
    await eventually(async () => (await articlesOf(ticket)).some(({ body }) => body.includes('Jestem na urlopie'))).toBe(true)
    expect(await ticketOf(ticket)).toMatchObject({ state_type: 'closed' })
    const sent = await stations.vouching.database.db.selectFrom('outbound_mail').select('kind').where('ticket_id', '=', ticket).execute()
    expect(sent.map(({ kind }) => kind).filter((kind) => kind !== 'reply')).toHaveLength(1)
  })

  test.each([
    ['nobody there', 'nie.ma.takiego@partner.example', /5\.1\.1/],
    ['a full mailbox', 'pelna@partner.example', /5\.2\.2|quota/i],
  ])('%s: the report reaches the ticket as a note for agents, and the answer says so', async (_name, address, words) => {
    const ticket = await ticketFor(address)
    const id = await answered(ticket)
    await eventually(async () => (await mailOf(id)).state).toBe('failed')
    const report = (await articlesOf(ticket)).at(-1)!
    expect(report.visible).toBe(false)
    expect(report.body).toMatch(words)
    const { count } = await stations.vouching.database.db
      .selectFrom('ticket')
      .select(sql<string>`count(*)`.as('count'))
      .where('title', 'ilike', '%undeliver%')
      .executeTakeFirstOrThrow()
    expect(count).toBe('0')
  })

  test('a delayed mail is only said to be delayed', async () => {
    const ticket = await ticketFor('czeka@wolny.example')
    const id = await answered(ticket)
    await eventually(async () => (await articlesOf(ticket)).some(({ body }) => /delayed|more than \d+ hour/i.test(body))).toBe(true)
    expect((await mailOf(id)).state).toBe('sent')
  })

  test('a read receipt in the form of Thunderbird’s is a note, never a message of the customer', async () => {
    const ticket = await ticketFor('adam@partner.example')
    const id = await answered(ticket)
    const { message_id } = await mailOf(id)
    const subject = `Przeczytano: odpowiedź ${++count}`
    const raw = [
      'From: Adam <adam@partner.example>',
      `To: ${POMOC}`,
      `Subject: =?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`,
      `References: ${message_id}`,
      `In-Reply-To: ${message_id}`,
      `Message-ID: <mdn-${count}@partner.example>`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary="mdn"',
      '',
      '--mdn',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      'To jest potwierdzenie otwarcia wiadomości.',
      '--mdn',
      'Content-Type: message/disposition-notification',
      '',
      'Reporting-UA: partner.example; Czytnik 1.0',
      'Final-Recipient: rfc822;adam@partner.example',
      `Original-Message-ID: ${message_id}`,
      'Disposition: manual-action/MDN-sent-manually; displayed',
      '',
      '--mdn--',
      '',
    ].join('\r\n')
    const end = await passed(raw, subject, { entry: 'dmarc', client: PARTNER, envelope: 'adam@partner.example' })
    expect(end.ticket_id).toBe(ticket)
    expect(await article(end)).toMatchObject({ visible: false })
  })

  test('OpenDKIM elsewhere holds our own signature good', async () => {
    const end = await through(
      { from: 'adam@partner.example', dkim: exchange.signedBy('partner.example') },
      { entry: 'dmarc', client: PARTNER, envelope: 'adam@partner.example', station: stations.bare, to: BARE },
    )
    await eventually(() => exchange.mailbox('adam@partner.example').some((mail) => receiptOf(end, mail))).toBe(true)
    const receipt = exchange.mailbox('adam@partner.example').find((mail) => receiptOf(end, mail))!
    expect(receipt.replace(/\r?\n\s+/g, ' ')).toMatch(/Authentication-Results: mx\.uni\.example; dkim=pass [^\n]*header\.d=uni\.example/)
  })

  test('a mail signed by S/MIME, opaque, as Outlook sends it: its words are read', async () => {
    const dir = exchange.caFile.replace(/\/ca\.pem$/, '')
    const signed = execFileSync(
      'openssl',
      [
        'smime',
        '-sign',
        '-nodetach',
        '-signer',
        `${dir}/ca.pem`,
        '-inkey',
        `${dir}/ca.key`,
        '-from',
        'adam@partner.example',
        '-to',
        POMOC,
        '-subject',
        'podpis nieprzezroczysty',
      ],
      { input: 'Content-Type: text/plain; charset=utf-8\r\n\r\nZażółć gęślą jaźń w podpisie.\r\n' },
    ).toString('latin1')
    const end = await passed(signed.replace(/\r?\n/g, '\r\n'), 'podpis nieprzezroczysty', {
      entry: 'dmarc',
      client: PARTNER,
      envelope: 'adam@partner.example',
    })
    expect((await article(end)).body).toContain('gęślą jaźń w podpisie')
  })
})
