/** Who is believed: forged, private, signed, vouched for and redistributed mails over real sockets, each with its reason on the page. */
import { generateKeyPairSync } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import admin from '../../plugins/admin/index.tsx'
import desk from '../../plugins/desk/index.tsx'
import portal from '../../plugins/portal/index.tsx'
import { startDns, type DnsServer } from '../servers/dns.ts'
import { marksOf, openSite, type Site, type Visitor } from '../web.ts'
import { eventually, startStation, type InboundEnd, type Station } from './station.ts'

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
/** Signs as nodemailer does for a sender. */
const signedBy = (domainName: string) => ({ domainName, keySelector: 's1', privateKey: keys.privateKey })

let dns: DnsServer
let station: Station
let site: Site
let agent: Visitor
let administrator: Visitor
beforeAll(async () => {
  dns = await startDns()
  dns.txt.set('s1._domainkey.inna.example', `v=DKIM1; k=rsa; p=${keys.publicKey.toString('base64')}`)
  dns.txt.set('s1._domainkey.uni.example', `v=DKIM1; k=rsa; p=${keys.publicKey.toString('base64')}`)
  dns.txt.set('s1._domainkey.lista.example', `v=DKIM1; k=rsa; p=${keys.publicKey.toString('base64')}`)
  dns.txt.set('_dmarc.inna.example', 'v=DMARC1; p=none')
  dns.txt.set('_dmarc.bank.example', 'v=DMARC1; p=reject')
  dns.txt.set('_dmarc.uni.example', 'v=DMARC1; p=reject')
  dns.txt.set('serwer.example', 'v=spf1 ip4:127.0.0.1 -all')
  for (const domain of ['inna.example', 'bank.example', 'prywatna.example', 'uni.example']) dns.txt.set(domain, 'v=spf1 -all')
  station = await startStation({
    mail: {
      ownDomains: ['uni.example'],
      dnsServers: [dns.address],
      relays: [
        { addresses: ['127.0.0.2'], vouchesFor: ['uni.example'], authservId: 'mx.uni.example', xclient: false, trustHeaders: false },
      ],
    },
  })
  await station.database.db
    .insertInto('system_address')
    .values({ address: 'dziekanat@uni.example', name: 'Dziekanat', queue_id: '4' })
    .execute()
  site = await openSite([desk, portal, admin], {}, station.database)
  agent = await site.loggedIn(await station.make.agent({ '1': ['rw'] }, { address: 'agent@uni.example' }))
  administrator = await site.loggedIn(await station.make.agent({ '2': ['rw'] }, { address: 'admin@uni.example' }))
})
afterAll(async () => {
  await site.close()
  await station.stop()
  await dns.stop()
})

type Mail = Parameters<Station['mail']>[0]
/** Sends from an address of this machine: 127.0.0.2 is the campus relay, everything else is outside. */
async function send(
  mail: Mail & { subject: string },
  { from = '127.0.0.1', raw }: { from?: string; raw?: string } = {},
): Promise<InboundEnd> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: station.port,
    secure: false,
    tls: { rejectUnauthorized: false },
    localAddress: from,
  })
  await transport.sendMail(
    raw === undefined ? { to: 'pomoc@uni.example', ...mail } : { envelope: { from: String(mail.from), to: 'pomoc@uni.example' }, raw },
  )
  return (await station.processed(mail.subject))[0]!
}
const article = (end: InboundEnd) =>
  station.database.db.selectFrom('article').selectAll().where('id', '=', end.article_id!).executeTakeFirstOrThrow()
const ticket = (end: InboundEnd) =>
  station.database.db.selectFrom('ticket').selectAll().where('id', '=', end.ticket_id!).executeTakeFirstOrThrow()
const text = async (visitor: Visitor, path: string) => {
  const response = await visitor.get(path)
  expect([path, response.status]).toEqual([path, 200])
  return (await response.text()).replaceAll('&#39;', "'")
}
/** What the page of the ticket and that of the mail say of this article: level and reason, in words. */
async function expectWords(end: InboundEnd, level: string, reason: string) {
  const page = await text(agent, `/desk/tickets/${end.ticket_id}`)
  const card = new RegExp(`<article[^>]*id="article-${end.article_id}"[\\s\\S]*?</article>`).exec(page)?.[0] ?? ''
  expect(card).toContain(level)
  expect(card).toContain(reason)
  const mail = await text(administrator, `/admin/mail/in/${end.id}`)
  expect(mail).toContain(level)
  expect(mail).toContain(reason)
}
const knownPerson = (address: string, name = 'Anna Nowak') => station.make.person({ name, address })

describe('five mails, five outcomes', () => {
  test("forged in the university's name: failed, nobody's, answered to nobody, a ticket that says so", async () => {
    const rector = await knownPerson('rektor@uni.example', 'Rektor')
    const end = await send({ from: 'Rektor <rektor@uni.example>', subject: 'Pilny przelew', text: 'Proszę zapłacić.' })
    expect(end.outcome).toBe('new-ticket')
    expect(await article(end)).toMatchObject({ assurance: 'failed', assurance_rule: 'own-domain-not-proven', person_id: null })
    expect(await ticket(end)).toMatchObject({ customer_id: null })
    expect(end.reason.find(({ step }) => step === 'auto-response')).toMatchObject({ decided: 'not-sent', rule: 'sender-not-proven' })
    await expectWords(end, 'niezgodny', 'nic nie potwierdza, że stamtąd pochodzi')
    expect(await text(agent, '/desk/view/open')).toContain('assurance-failed')
    const own = await site.loggedIn(rector)
    expect((await own.get(`/tickets/${end.ticket_id}`)).status).toBe(404)
    // An agent can answer all the same, warned that the address is only a claim.
    const page = await text(agent, `/desk/tickets/${end.ticket_id}`)
    expect(page).toContain('value="rektor@uni.example"')
    expect(page).toContain('odpowiedź może trafić do kogoś, kto do nas nie pisał')
  })

  test("from a private account with somebody's number in the subject: held, seen by agents alone", async () => {
    const opened = await send({ from: 'Anna <anna@inna.example>', subject: 'Moja legitymacja', text: 'x', dkim: signedBy('inna.example') })
    const { number, customer_id: customer } = await ticket(opened)
    const end = await send({
      from: 'ktos@prywatna.example',
      subject: `[Ticket#${number}] i co?`,
      text: 'TAJNE-SŁOWO',
      attachments: [{ filename: 'tajne.txt', content: 'TAJNY-PLIK' }],
    })
    expect(end).toMatchObject({ outcome: 'follow-up-held', ticket_id: opened.ticket_id })
    expect(await article(end)).toMatchObject({
      assurance: 'unverified',
      assurance_rule: 'nothing-proves',
      held_rule: 'no-part-in-ticket',
      visible: false,
    })
    await expectWords(end, 'niezweryfikowany', 'Nic nie potwierdza')
    expect(await text(agent, `/desk/tickets/${end.ticket_id}`)).toContain('Nadawca nie bierze udziału w zgłoszeniu')
    const own = await site.loggedIn(customer!)
    expect(await text(own, `/tickets/${end.ticket_id}`)).not.toMatch(/TAJNE|tajne/)
  })

  test('correctly signed: confirmed once the address is known, unverified when it is the first mail from it', async () => {
    await knownPerson('jan@inna.example', 'Jan')
    const end = await send({ from: 'Jan <jan@inna.example>', subject: 'Podpisane', text: 'x', dkim: signedBy('inna.example') })
    expect(await article(end)).toMatchObject({ assurance: 'confirmed', assurance_rule: 'dmarc-pass' })
    await expectWords(end, 'potwierdzony', 'Domena nadawcy potwierdza tę wiadomość (DMARC)')
    const first = await send({ from: 'nowy@inna.example', subject: 'Pierwszy raz', text: 'x', dkim: signedBy('inna.example') })
    expect(await article(first)).toMatchObject({ assurance: 'unverified', assurance_rule: 'proven-but-unknown' })
    await expectWords(first, 'niezweryfikowany', 'to pierwszy mail z tego adresu')
  })

  test("vouched for by the relay's word: confirmed, and the person's", async () => {
    const person = await knownPerson('dziekan@uni.example', 'Dziekan')
    const end = await send(
      {
        from: 'Dziekan <dziekan@uni.example>',
        subject: 'Z kampusu',
        text: 'x',
        headers: [
          { key: 'Authentication-Results', value: 'mx.uni.example; dmarc=pass header.from=uni.example' },
          {
            key: 'Received',
            value:
              'from biuro.uni.example (biuro.uni.example [203.0.113.8]) by mx.uni.example with ESMTP id 7; Tue, 17 Nov 2026 10:00:00 +0100',
          },
        ],
      },
      { from: '127.0.0.2' },
    )
    expect(await article(end)).toMatchObject({ assurance: 'confirmed', assurance_rule: 'vouched-by-relay', person_id: person })
    expect(end.reason.find(({ step }) => step === 'auto-response')).toMatchObject({ decided: 'sent' })
    await expectWords(end, 'potwierdzony', 'ręczy za nadawców tej domeny')
  })

  test("through a mailing list: address only while From is kept, the list's own when it is rewritten; ARC counts for nothing", async () => {
    await knownPerson('piotr@inna.example', 'Piotr')
    const raw = (await signed({ from: 'Piotr <piotr@inna.example>', subject: 'Przez listę', text: 'x' }, 'inna.example')).replace(
      /^/,
      'List-Id: <studenci.lista.example>\r\nARC-Authentication-Results: i=1; lista.example; dmarc=pass header.from=inna.example\r\nARC-Seal: i=1; a=rsa-sha256; cv=none; d=lista.example; s=s1; b=AA==\r\n',
    )
    const kept = await send({ from: 'listy@lista.example', subject: 'Przez listę' }, { raw: `${raw}--\r\nLista studentów\r\n` })
    expect(await article(kept)).toMatchObject({ assurance: 'address', assurance_rule: 'changed-by-list' })
    await expectWords(kept, 'tylko adres', 'Lista dyskusyjna zmieniła wiadomość po drodze')
    const rewritten = await send({
      from: '"Piotr przez listę" <studenci@lista.example>',
      subject: 'Przez listę z jej adresem',
      text: 'x',
      headers: { 'List-Id': '<studenci.lista.example>' },
      dkim: signedBy('lista.example'),
    })
    expect(await article(rewritten)).toMatchObject({ assurance: 'unverified', assurance_rule: 'proven-but-unknown' })
    expect((await ticket(rewritten)).customer_id).not.toBe((await ticket(kept)).customer_id)
  })
})

/** The mail as its sender's server would have signed it. */
async function signed(mail: Mail, domain: string): Promise<string> {
  const stream = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const { message } = await stream.sendMail({ to: 'pomoc@uni.example', ...mail, dkim: signedBy(domain) })
  return (message as Buffer).toString()
}

describe('what else may be tried', () => {
  test("a forged answer to a ticket of the university's own is held even from its customer's address, and in a queue that takes strangers", async () => {
    const customer = await knownPerson('ewa@uni.example', 'Ewa')
    const { number, id } = await station.make.ticket({ customerId: customer, queueId: await station.make.queue() })
    await station.database.db.updateTable('queue').set({ follow_up_strangers: 'accept' }).execute()
    const end = await send({ from: 'Ewa <ewa@uni.example>', subject: `Re: [Ticket#${number}] zmiana hasła`, text: 'x' })
    await station.database.db.updateTable('queue').set({ follow_up_strangers: 'hold' }).execute()
    expect(end).toMatchObject({ outcome: 'follow-up-held', ticket_id: id })
    expect(await article(end)).toMatchObject({ assurance: 'failed', held_rule: 'sender-not-proven', person_id: null })
    const page = await text(agent, `/desk/tickets/${id}`)
    expect(page).toContain('Przyjmij tę wiadomość')
    expect(page).not.toContain('Przyjmuj od tej osoby')
  })

  test('a subdomain of our own, another author beside a proven one, and a signature of another domain are claims too', async () => {
    for (const [n, from] of ['x@wmi.uni.example', 'jan@uni.example, jan@inna.example', 'x@UNI.example'].entries()) {
      const raw = (await signed({ from: 'x@inna.example', subject: `podszycie ${n}`, text: 'x' }, 'inna.example')).replace(
        /^From: .*$/m,
        `From: ${from}`,
      )
      const end = await send({ from: 'x@inna.example', subject: `podszycie ${n}` }, { raw })
      expect([from, (await article(end)).assurance, (await ticket(end)).customer_id]).toEqual([from, 'failed', null])
    }
  })

  test('who writes from the relay but fails there is not vouched for; forged results below its own line are not read', async () => {
    const received =
      'Received: from evil.example (evil.example [203.0.113.9]) by mx.uni.example with ESMTP id 1; Tue, 17 Nov 2026 10:00:00 +0100\r\n'
    const body = (n: number, from = 'jan@uni.example') =>
      `From: ${from}\r\nTo: pomoc@uni.example\r\nSubject: przez przekaźnik ${n}\r\n\r\nx\r\n`
    const failed = 'Authentication-Results: mx.uni.example; dmarc=fail (p=REJECT) header.from=uni.example\r\n'
    const passed = 'Authentication-Results: mx.uni.example; dmarc=pass header.from=uni.example\r\n'
    const one = await send(
      { from: 'jan@uni.example', subject: 'przez przekaźnik 1' },
      { raw: failed + received + passed + body(1), from: '127.0.0.2' },
    )
    expect(await article(one)).toMatchObject({ assurance: 'failed', assurance_rule: 'own-domain-not-proven', person_id: null })
    // Another domain: the relay's word counts, a stranger's in its name does not.
    const passedBank = passed.replace('header.from=uni.example', 'header.from=bank.example')
    await knownPerson('kasa@bank.example', 'Kasa')
    const two = await send(
      { from: 'kasa@bank.example', subject: 'przez przekaźnik 2' },
      { raw: received + passedBank + body(2, 'kasa@bank.example'), from: '127.0.0.2' },
    )
    expect(await article(two)).toMatchObject({ assurance: 'failed', assurance_rule: 'dmarc-fail' })
    const three = await send(
      { from: 'kasa@bank.example', subject: 'przez przekaźnik 3' },
      { raw: passedBank + received + body(3, 'kasa@bank.example'), from: '127.0.0.2' },
    )
    expect(await article(three)).toMatchObject({ assurance: 'confirmed', assurance_rule: 'relay-says-pass' })
  })

  test('forged in the name of a domain that forbids it: failed; SPF alone proves an address; more signatures than honest mail has prove nothing', async () => {
    await knownPerson('prezes@bank.example', 'Prezes')
    expect(await article(await send({ from: 'prezes@bank.example', subject: 'z banku', text: 'x' }))).toMatchObject({
      assurance: 'failed',
      assurance_rule: 'dmarc-fail',
      person_id: null,
    })
    await knownPerson('ala@serwer.example', 'Ala')
    expect(await article(await send({ from: 'ala@serwer.example', subject: 'z serwera', text: 'x' }))).toMatchObject({
      assurance: 'confirmed',
      assurance_rule: 'spf-aligned',
    })
    await knownPerson('ola@inna.example', 'Ola')
    const once = await signed({ from: 'ola@inna.example', subject: 'dużo podpisów', text: 'x' }, 'inna.example')
    const signature = /^DKIM-Signature:[\s\S]*?\r\n(?! |\t)/m.exec(once)![0]
    expect(
      await article(await send({ from: 'ola@inna.example', subject: 'dużo podpisów' }, { raw: signature.repeat(11) + once })),
    ).toMatchObject({ assurance: 'address' })
  })

  test('while the DNS is silent nobody fails, but who claims our own domain is not believed either', async () => {
    for (const domain of ['cicha.example', 'cicha.uni.example']) dns.failing.add(domain)
    try {
      const person = await knownPerson('cisza@cicha.example', 'Cisza')
      await knownPerson('cisza@cicha.uni.example', 'Cisza')
      const [end, own] = await Promise.all([
        patiently(send({ from: 'cisza@cicha.example', subject: 'cisza w DNS', text: 'x' })),
        patiently(send({ from: 'cisza@cicha.uni.example', subject: 'cisza u nas', text: 'x' })),
      ])
      expect(await article(end)).toMatchObject({ assurance: 'unverified', assurance_rule: 'dns-unavailable', person_id: person })
      await expectWords(end, 'niezweryfikowany', 'DNS nie odpowiedział')
      expect(await article(own)).toMatchObject({ assurance: 'unverified', person_id: null })
    } finally {
      dns.failing.clear()
    }
  })

  test('a mail waits for the DNS, says so, and is judged by what it answers when it is back', async () => {
    await knownPerson('wraca@wraca.example', 'Wraca')
    dns.failing.add('wraca.example')
    dns.txt.set('wraca.example', 'v=spf1 ip4:127.0.0.1 -all')
    const sent = send({ from: 'wraca@wraca.example', subject: 'DNS wraca', text: 'x' })
    const waiting = () =>
      station.database.db
        .selectFrom('inbound_mail')
        .select(['id', 'reason'])
        .where('envelope_from', '=', 'wraca@wraca.example')
        .executeTakeFirst()
    await eventually(async () => (await waiting())?.reason ?? []).toMatchObject([
      { step: 'assurance', decided: 'looks-again', rule: 'dns-unavailable' },
    ])
    expect(await text(administrator, `/admin/mail/in/${(await waiting())!.id}`)).toContain('sprawdzamy ponownie')
    dns.failing.clear()
    expect(await article(await patiently(sent))).toMatchObject({ assurance: 'confirmed', assurance_rule: 'spf-aligned' })
  })
})

/** Lets the mails that come back do so at once, until what was sent is processed. */
async function patiently<T>(sent: Promise<T>): Promise<T> {
  const hurrying = setInterval(() => void station.hurry(), 100)
  try {
    return await sent
  } finally {
    clearInterval(hurrying)
  }
}

describe('an agent decides with one click', () => {
  /** A held message on a ticket of a customer's. */
  async function held(subject: string) {
    const { number, id, customerId } = await station.make.ticket()
    const end = await send({
      from: `${subject.replaceAll(' ', '')}@prywatna.example`,
      subject: `[Ticket#${number}] ${subject}`,
      text: `treść ${subject}`,
    })
    return { id, end, customer: await site.loggedIn(customerId) }
  }
  const decide = async (id: string, act: string, articleId: string) => {
    await agent.get(`/desk/tickets/${id}`)
    const response = await agent.post(`/desk/tickets/${id}/${act}`, { article: articleId })
    expect(response.status).toBe(303)
    return text(agent, response.headers.get('location')!)
  }
  const undo = async (page: string) => {
    const action = /action="(\/desk\/tickets\/\d+\/undo\/[^"]+)"/.exec(page)![1]!
    expect((await agent.post(action)).status).toBe(303)
  }

  test('accepting makes it a message of the ticket, and can be undone; its sender stays a stranger', async () => {
    const { id, end, customer } = await held('przyjmij mnie')
    expect(await text(agent, '/desk/view/held')).toContain('wstrzymana wiadomość')
    expect(await text(agent, '/desk/rail')).toContain('/desk/view/held')
    const page = await decide(id, 'accept-message', end.article_id!)
    expect(await text(customer, `/tickets/${id}`)).toContain('treść przyjmij mnie')
    await undo(page)
    expect(await text(customer, `/tickets/${id}`)).not.toContain('treść przyjmij mnie')
    expect(await article(end)).toMatchObject({ visible: false, held_decision: null })
    await decide(id, 'accept-message', end.article_id!)
    expect((await ticket(end)).state_type).toBe('new')
    const { number } = await ticket(end)
    expect(await send({ from: 'przyjmijmnie@prywatna.example', subject: `[Ticket#${number}] drugi raz`, text: 'x' })).toMatchObject({
      outcome: 'follow-up-held',
    })
    expect(await text(agent, `/desk/tickets/${id}/history`)).toContain('Wstrzymana wiadomość przyjęta')
    expect((await agent.post(`/desk/tickets/${id}/accept-message`, { article: end.article_id! })).status).toBe(409)
  })

  test('accepting the person lets them into the ticket, mail and page, until it is undone', async () => {
    const { id, end } = await held('wpuść mnie')
    const page = await decide(id, 'accept-sender', end.article_id!)
    const stranger = await site.loggedIn((await article(end)).person_id!)
    expect(await text(stranger, `/tickets/${id}`)).toContain('treść wpuść mnie')
    const { number } = await ticket(end)
    expect(await send({ from: 'wpuśćmnie@prywatna.example', subject: `[Ticket#${number}] już mogę`, text: 'x' })).toMatchObject({
      outcome: 'follow-up',
    })
    // Somebody wrote since, and the state stayed: taking the act back is still possible.
    await undo(page)
    expect((await stranger.get(`/tickets/${id}`)).status).toBe(404)
  })

  test('rejecting keeps it folded away, and it can be accepted later', async () => {
    const { id, end, customer } = await held('odrzuć mnie')
    const page = await decide(id, 'reject-message', end.article_id!)
    expect(page).toContain('1 odrzucona wiadomość')
    expect(page).not.toContain('id="held"')
    expect(await text(customer, `/tickets/${id}`)).not.toContain('treść odrzuć mnie')
    await decide(id, 'accept-message', end.article_id!)
    expect(await text(customer, `/tickets/${id}`)).toContain('treść odrzuć mnie')
  })

  test('who may only read the queue cannot decide, and who may not see it finds nothing', async () => {
    const { id, end } = await held('nie dla mnie')
    const reader = await site.loggedIn(await station.make.agent({ '1': ['ro'] }))
    expect(await text(reader, `/desk/tickets/${id}`)).not.toContain('accept-message')
    for (const act of ['accept-message', 'accept-sender', 'reject-message']) {
      expect((await reader.post(`/desk/tickets/${id}/${act}`, { article: end.article_id! })).status).toBe(403)
    }
    const outsider = await site.loggedIn(await station.make.agent({ [await station.make.group()]: ['rw'] }))
    await outsider.get('/desk')
    expect((await outsider.post(`/desk/tickets/${id}/accept-message`, { article: end.article_id! })).status).toBe(404)
    // An article of another ticket, and one that is not held, are not there.
    const other = await station.make.ticket()
    await agent.get('/desk')
    for (const wrong of [other.articleId, 'x', ''])
      expect((await agent.post(`/desk/tickets/${id}/accept-message`, { article: wrong })).status).toBe(404)
  })
})

describe('what is held leaks nowhere', () => {
  test('not to the customer, participants or by any address of it: page, files, frame; nor into what is mailed', async () => {
    const { number, id, customerId } = await station.make.ticket()
    await send({
      from: 'obcy@prywatna.example',
      subject: `[Ticket#${number}] przeciek`,
      text: 'PRZECIEK-TEKST',
      html: '<p>PRZECIEK-HTML</p>',
      attachments: [{ filename: 'przeciek.txt', content: 'PRZECIEK-PLIK' }],
    })
    const { db } = station.database
    const leaked = await db
      .selectFrom('article')
      .innerJoin('article_attachment as file', 'file.article_id', 'article.id')
      .select(['article.id', 'file.id as file', 'message_id'])
      .where('ticket_id', '=', id)
      .where('held_at', 'is not', null)
      .executeTakeFirstOrThrow()
    const participant = await station.make.person()
    await db.insertInto('ticket_participant').values({ ticket_id: id, person_id: participant, right: 'reply' }).execute()
    for (const person of [customerId, participant]) {
      const visitor = await site.loggedIn(person)
      expect(await text(visitor, `/tickets/${id}`)).not.toMatch(/PRZECIEK|przeciek|wstrzyman/i)
      expect((await visitor.get(`/tickets/${id}/attachments/${leaked.file}`)).status).toBe(404)
      expect((await visitor.get(`/articles/${leaked.id}/html`)).status).toBe(404)
    }
    // The agent sees all of it; the answer refers to the customer's mail, not to the stranger's.
    expect(await text(agent, `/desk/tickets/${id}`)).toContain('PRZECIEK-TEKST')
    expect((await agent.get(`/desk/tickets/${id}/attachments/${leaked.file}`)).status).toBe(200)
    const marks = marksOf(await text(agent, `/desk/tickets/${id}`), `ticket/${id}/reply`)
    await agent.post(`/desk/tickets/${id}/insert?into=reply`, { ...marks, insert: `quote ${leaked.id}` })
    expect(await text(agent, `/desk/tickets/${id}`)).not.toContain('&gt; PRZECIEK')
    await agent.post(`/desk/tickets/${id}/reply`, { body: 'Odpowiadam.', to: 'osoba@uni.example' })
    await agent.post(`/desk/tickets/${id}/close`, { how: 'successful' })
    const mails = await db.selectFrom('outbound_mail').selectAll().where('ticket_id', '=', id).execute()
    expect(mails.length).toBeGreaterThan(0)
    expect(JSON.stringify(mails)).not.toContain('PRZECIEK')
    for (const mail of mails) expect(`${mail.in_reply_to} ${mail.reference_ids}`).not.toContain(leaked.message_id!)
    const csv = await text(agent, `/desk/export.csv?place=search&q=${number}`)
    expect(csv).not.toContain('PRZECIEK')
    expect(csv).toContain('Wstrzymane wiadomości')
  })
})

describe('the customer confirms', () => {
  test('one click of whoever is logged in raises their own mailed message, once; others are offered nothing', async () => {
    const person = await knownPerson('ufam@prywatna.example', 'Ufam')
    const end = await send({ from: 'ufam@prywatna.example', subject: 'To naprawdę ja', text: 'x' })
    expect(await article(end)).toMatchObject({ assurance: 'address' })
    const own = await site.loggedIn(person)
    expect(await text(own, `/tickets/${end.ticket_id}`)).toContain('Potwierdź, że to Ty')
    // Being logged in and looking confirms nothing by itself.
    expect(await article(end)).toMatchObject({ assurance: 'address' })
    const reader = await site.loggedIn(await station.make.person())
    await reader.get('/')
    expect((await reader.post(`/tickets/${end.ticket_id}/confirm`)).status).toBe(404)
    await own.get(`/tickets/${end.ticket_id}`)
    expect((await own.post(`/tickets/${end.ticket_id}/confirm`)).status).toBe(303)
    expect(await article(end)).toMatchObject({ assurance: 'login', assurance_rule: 'confirmed-by-login' })
    expect(await text(own, `/tickets/${end.ticket_id}`)).not.toContain('Potwierdź, że to Ty')
    expect(await text(agent, `/desk/tickets/${end.ticket_id}`)).toContain('Autor zalogował się i potwierdził')
  })
})
