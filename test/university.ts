/** Owns a small university for tests of the admin pages: an administrator, an agent, a customer, and one of everything. */
import type { Site } from './web.ts'
import { acceptMail, mailInMemory } from '../core/mail/inbound/accept.ts'
import { createPart, setQueueParts } from '../core/mail/texts/answer-parts.ts'
import { createTemplate } from '../core/mail/texts/answer-templates.ts'
import { createFilter } from '../core/mail/filters/filter-admin.ts'
import { queueMail } from '../core/mail/outbound.ts'
import { setPersonRights, setPersonRole, setRoleRights } from '../core/permission/rights.ts'
import { createRole } from '../core/permission/roles.ts'
import { createQueue } from '../core/queue/queue-admin.ts'
import { createSystemAddress } from '../core/queue/system-addresses.ts'
import { createUnit } from '../core/unit/units.ts'

export interface University {
  admin: string
  agent: string
  customer: string
  role: string
  group: string
  queue: string
  address: string
  unit: string
  inbound: string
  failed: string
  outbound: string
  ticket: string
  ticketNumber: string
  takenLogin: string
  filter: string
  template: string
  signature: string
}

export async function makeUniversity(site: Site): Promise<University> {
  const { make } = site
  const { db } = site.database
  const admin = await make.agent({ 1: ['rw'], 2: ['rw'] }, { name: 'Ada Nowak', login: 'anowak', address: 'ada.nowak@uni.example' })
  const agent = await make.agent(
    { 1: ['ro', 'note', 'close'] },
    { name: 'Jan Kowalski', login: 'jkowalski', address: 'jan.kowalski@uni.example', phone: '2447' },
  )
  const customer = await make.person({ name: 'Paulina Szpak', address: 'paulina.szpak@student.uni.example' })
  for (let n = 0; n < 60; n++) await make.person()
  const actor = await make.actor(admin)
  const act = <T>(run: Parameters<typeof make.work<T>>[1]) => make.work(actor, run)
  const faculty = await act((work) =>
    createUnit(work, {
      parentId: '1',
      slug: 'wm',
      name: 'Wydział Mechaniczny',
      nameEn: 'Faculty of Mechanical Engineering',
      calendarId: null,
      valid: true,
    }),
  )
  const unit = await act((work) =>
    createUnit(work, { parentId: faculty, slug: 'wm-dziekanat', name: 'Dziekanat WM', nameEn: '', calendarId: null, valid: true }),
  )
  const group = await make.group('Sieć i eduroam')
  const role = await act((work) => createRole(work, { name: 'Dyżur serwisu', comment: 'Pierwsza linia, pon.–pt.', valid: true }))
  await act((work) =>
    setRoleRights(
      work,
      role,
      new Map([
        ['1', ['ro', 'note', 'owner']],
        [group, ['rw']],
      ]),
    ),
  )
  await act((work) => setPersonRole(work, agent, role, true))
  await act((work) => setPersonRights(work, agent, new Map([[group, ['ro']]])))
  const queueForm = {
    parentId: null,
    unitId: '1',
    groupId: '1',
    calendarId: null,
    addressId: null,
    followUpPossible: 'possible' as const,
    followUpLock: true,
    language: null,
    signature: 'Dział Informatyzacji\ntel. 2447',
    comment: '',
    valid: true,
  }
  const top = await act((work) => createQueue(work, { ...queueForm, name: 'Dział Informatyzacji', comment: 'Pierwsza linia wsparcia' }))
  const queue = await act((work) => createQueue(work, { ...queueForm, name: 'Sieć', parentId: top, groupId: group }))
  await act((work) => createQueue(work, { ...queueForm, name: 'eduroam', parentId: queue, groupId: group }))
  await act((work) => createQueue(work, { ...queueForm, name: 'Dziekanat WM', unitId: unit }))
  const address = await act((work) =>
    createSystemAddress(work, { address: 'siec@uni.example', name: 'Sieć uczelni', queueId: queue, valid: true }),
  )
  await act((work) => createSystemAddress(work, { address: 'pomoc@uni.example', name: 'Pomoc informatyczna', queueId: '2', valid: true }))
  const ticket = await make.ticket({
    subject: 'Brak sieci w sali 214',
    body: 'Dzień dobry,\nod rana w sali 214 nie ma sieci.',
    queueId: queue,
    customerId: customer,
  })

  const receive = async (subject: string, from: string, to: string) => {
    const raw = Buffer.from(
      `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\nMessage-ID: <${Math.random()}@x.example>\r\n\r\nDzień dobry.\r\n`,
    )
    const [id] = await acceptMail(
      db,
      { from, recipients: [to], peerAddress: '192.0.2.25', peerName: 'mx.student.uni.example', encrypted: true },
      mailInMemory(raw),
      make.now,
    )
    return id!
  }
  const inbound = await receive('Brak sieci w sali 214', 'paulina.szpak@student.uni.example', 'siec@uni.example')
  await db
    .updateTable('inbound_mail')
    .set({
      state: 'processed',
      outcome: 'new-ticket',
      subject: 'Brak sieci w sali 214',
      from_text: 'Paulina Szpak <paulina.szpak@student.uni.example>',
      ticket_id: ticket.id,
      article_id: ticket.articleId,
      attempts: 1,
      processed_at: make.now,
      reason: JSON.stringify([
        { step: 'sender', decided: 'known', rule: 'sender-by-from', detail: 'paulina.szpak@student.uni.example' },
        { step: 'destination', decided: queue, rule: 'recipient-address', detail: 'siec@uni.example' },
        { step: 'auto-response', decided: 'sent', rule: 'auto reply', detail: 'paulina.szpak@student.uni.example' },
      ]),
    })
    .where('id', '=', inbound)
    .execute()
  const failed = await receive('=?utf-8?Q?zepsuty', 'x@obcy.example', 'pomoc@uni.example')
  await db
    .updateTable('inbound_mail')
    .set({
      state: 'failed',
      outcome: 'failed',
      subject: 'Zepsuty list',
      from_text: 'x@obcy.example',
      attempts: 8,
      reason: JSON.stringify([{ step: 'process', decided: 'failed', rule: 'error', detail: 'unexpected end of part' }]),
    })
    .where('id', '=', failed)
    .execute()
  await receive('Jeszcze czeka', 'y@obcy.example', 'pomoc@uni.example')

  const filter = await act((work) =>
    createFilter(work, {
      name: '010 Alarmy PRTG',
      comment: 'Monitoring serwerów',
      stop: true,
      valid: true,
      match: [
        { key: 'Subject', value: '^\\[PRTG\\] (\\S+)', negated: false },
        { key: 'Auto-Submitted', value: 'auto-replied', negated: true },
      ],
      set: [
        { key: 'X-OTRS-Queue', value: 'Dział Informatyzacji::Sieć' },
        { key: 'X-OTRS-Priority', value: '4 high' },
        { key: 'X-OTRS-Title', value: 'Alarm: [***]' },
      ],
    }),
  )
  await act((work) =>
    createFilter(work, {
      name: '900 Reklamy',
      comment: '',
      stop: false,
      valid: false,
      match: [{ key: 'From', value: 'EMAILADDRESS:.*@promocje\\.example', negated: false }],
      set: [{ key: 'X-OTRS-Ignore', value: 'yes' }],
    }),
  )
  const template = await act((work) =>
    createTemplate(work, {
      name: 'Instrukcja eduroam',
      type: 'Answer',
      body: 'Instrukcję połączenia z siecią eduroam znajdzie Pan/Pani w załączniku.\n\nNumer zgłoszenia: <OTRS_TICKET_TicketNumber>',
      valid: true,
      queueIds: [queue, top],
      newFiles: [{ name: 'eduroam-instrukcja.pdf', contentType: 'application/pdf', content: Buffer.alloc(120_000, 'x') }],
      dropFileIds: [],
    }),
  )
  const salutation = await act((work) =>
    createPart(work, 'salutation', { name: 'Dzień dobry', body: 'Dzień dobry, <OTRS_CUSTOMER_REALNAME>!', valid: true }),
  )
  const signature = await act((work) =>
    createPart(work, 'signature', {
      name: 'Z nazwiskiem',
      body: '<OTRS_CURRENT_UserFullname>\nDział Informatyzacji, tel. 2447',
      valid: true,
    }),
  )
  await act((work) => setQueueParts(work, queue, { salutation, signature }))

  const from = { address: 'siec@uni.example', name: 'Sieć uczelni' }
  const outbound = await act((work) =>
    queueMail(work, {
      kind: 'auto reply',
      from,
      envelopeFrom: '',
      to: ['paulina.szpak@student.uni.example'],
      subject: `[Ticket#${ticket.number}] Przyjęliśmy Twoje zgłoszenie`,
      body: `Dzień dobry,\n\nTwoje zgłoszenie dostało numer ${ticket.number}. Właśnie je przyjęliśmy.\n`,
      ticketId: ticket.id,
      headers: { 'Auto-Submitted': 'auto-replied' },
    }),
  )
  await db
    .updateTable('outbound_mail')
    .set({ attempts: 2, last_error: '451 4.7.1 Greylisted, try again later' })
    .where('id', '=', outbound)
    .execute()
  await act((work) =>
    queueMail(work, { kind: 'reply', from, to: ['ktos@obcy.example'], subject: '=HYPERLINK("http://zly.example")', body: 'Treść' }),
  )
  return {
    admin,
    agent,
    customer,
    role,
    group,
    queue,
    address,
    unit,
    inbound,
    failed,
    outbound,
    ticket: ticket.id,
    ticketNumber: ticket.number,
    takenLogin: 'anowak',
    filter,
    template,
    signature,
  }
}
