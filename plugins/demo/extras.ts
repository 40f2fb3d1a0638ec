/** Owns what goes wrong in the made-up university: an answer that did not arrive, doubles, loops, an absent colleague. */
import { sayAddress, type Config } from '../../core/index.ts'
import type { House } from './house.ts'
import { addInbound, composeMail } from './mails.ts'
import { CUSTOMERS, fullName } from './people.ts'
import { UNJUDGED, type Rows } from './rows.ts'
import { DOMAIN, QUEUES } from './university.ts'
import { HOUR } from './when.ts'

export async function addMishaps(rows: Rows, house: House, config: Config, now: Date): Promise<void> {
  await bounced(rows, house)
  await absent(rows, house)
  await stranger(rows, house, now)
  await misdirected(rows, house, config, now)
}

/** The last answer that went out by mail a day ago or earlier comes back: its delivery failed, the report is on the ticket. */
async function bounced(rows: Rows, house: House): Promise<void> {
  const mail = rows.tables.outbound_mail.findLast(
    (row) => row.kind === 'reply' && rows.get('ticket', String(row.ticket_id)).state_id !== '2',
  )
  if (!mail) return
  const at = new Date((mail.sent_at as Date).getTime() + 4000)
  const said = `550 5.1.1 <${mail.to_text}>: Recipient address rejected: User unknown in local recipient table`
  Object.assign(mail, { state: 'failed', last_error: `5.1.1 smtp; ${said}` })
  const sender = house.sender('Dział Informatyzacji')
  const body = `This is the mail system at host smtp.${DOMAIN}.\n\nI'm sorry to have to inform you that your message could not be delivered to one or more recipients.\n\n<${mail.to_text}>: ${said}\n`
  const messageId = `<20261101.bounce.${mail.id}@smtp.${DOMAIN}>`
  const subject = 'Undelivered Mail Returned to Sender'
  const raw = await composeMail({
    from: { name: 'Mail Delivery System', address: `MAILER-DAEMON@${DOMAIN}` },
    to: sender.address,
    subject,
    text: body,
    date: at,
    messageId,
    headers: { 'Auto-Submitted': 'auto-replied' },
  })
  const reasons = [
    { step: 'automatic', decided: 'no-automatic-answer', rule: 'null-return-path', detail: '<>' },
    { step: 'bounce', decided: 'bounce-attached', rule: 'report-failed', detail: `5.1.1 ${mail.to_text} smtp; ${said}` },
  ]
  const articleId = rows.add('article', {
    ticket_id: mail.ticket_id!,
    channel: 'email',
    sender_type: 'system',
    visible: false,
    person_id: null,
    from_text: `Mail Delivery System <MAILER-DAEMON@${DOMAIN}>`,
    to_text: sender.address,
    cc_text: '',
    reply_to: '',
    subject,
    body,
    html: null,
    message_id: messageId,
    in_reply_to: '',
    reference_ids: '',
    inbound_mail_id: null,
    act_id: mail.act_id,
    created_at: at,
    withdrawn_at: null,
    ...UNJUDGED,
  })
  rows.add('history', {
    ticket_id: mail.ticket_id!,
    article_id: articleId,
    type: 'Bounce',
    name: `%%${String(mail.to_text)}%%5.1.1 ${said}`,
    before: null,
    after: null,
    reason: reasons,
    person_id: null,
    act_id: mail.act_id,
    created_at: at,
  })
  rows.tables.article.at(-1)!.inbound_mail_id = addInbound(rows, raw, {
    from: '',
    to: sender.address,
    at,
    outcome: 'bounce-attached',
    reasons,
    subject,
    fromText: `Mail Delivery System <MAILER-DAEMON@${DOMAIN}>`,
    messageId,
    ticketId: mail.ticket_id as string,
    articleId,
  })
}

/** An answering machine wrote back: kept on the ticket, whose state stayed as it was. */
async function absent(rows: Rows, house: House): Promise<void> {
  const closed = rows.tables.outbound_mail.findLast((row) => row.kind === 'closed')
  const person = closed && CUSTOMERS.find(({ address }) => address === closed.to_text)
  if (!closed || !person) return
  const at = new Date((closed.sent_at as Date).getTime() + 6000)
  const subject = `Automatyczna odpowiedź: ${String(closed.subject)}`
  const body =
    'Dzień dobry,\n\njestem poza biurem do końca tygodnia i nie odczytuję poczty. W pilnych sprawach proszę o kontakt z sekretariatem.\n'
  const messageId = `<urlop.${closed.id}@mail.${DOMAIN}>`
  const from = sayAddress({ name: fullName(person), address: person.address })
  const sender = house.sender('Dział Informatyzacji')
  const raw = await composeMail({
    from,
    to: sender.address,
    subject,
    text: body,
    date: at,
    messageId,
    inReplyTo: closed.message_id,
    references: [closed.message_id],
    headers: { 'Auto-Submitted': 'auto-replied' },
  })
  const articleId = rows.add('article', {
    ticket_id: closed.ticket_id!,
    channel: 'email',
    sender_type: 'customer',
    visible: true,
    person_id: house.person(person),
    from_text: from,
    to_text: sender.address,
    cc_text: '',
    reply_to: '',
    subject,
    body,
    html: null,
    message_id: messageId,
    in_reply_to: closed.message_id,
    reference_ids: closed.message_id,
    inbound_mail_id: null,
    act_id: closed.act_id,
    created_at: at,
    withdrawn_at: null,
    ...UNJUDGED,
  })
  rows.add('history', {
    ticket_id: closed.ticket_id!,
    article_id: articleId,
    type: 'FollowUp',
    name: '%%',
    before: null,
    after: null,
    reason: null,
    person_id: null,
    act_id: closed.act_id,
    created_at: at,
  })
  rows.tables.article.at(-1)!.inbound_mail_id = addInbound(rows, raw, {
    from: person.address,
    to: sender.address,
    at,
    outcome: 'follow-up',
    subject,
    fromText: from,
    messageId,
    ticketId: closed.ticket_id as string,
    articleId,
    reasons: [
      { step: 'automatic', decided: 'no-automatic-answer', rule: 'auto-submitted', detail: 'auto-replied' },
      { step: 'sender', decided: 'known', rule: 'sender-by-from', detail: person.address },
      {
        step: 'follow-up',
        decided: String(rows.get('ticket', String(closed.ticket_id)).number),
        rule: 'references',
        detail: String(closed.message_id),
      },
    ],
  })
}

/** Somebody from outside asks about a ticket of which they know the number: the message waits for an agent. */
async function stranger(rows: Rows, house: House, now: Date): Promise<void> {
  const at = new Date(now.getTime() - 2 * HOUR)
  const central = QUEUES.filter(({ unit }) => unit === 'it').map(({ name }) => house.queue(name))
  const ticket = rows.tables.ticket.findLast(
    (row) => row.state_type === 'open' && row.owner_id !== null && central.includes(String(row.queue_id)) && (row.changed_at as Date) < at,
  )
  const person = CUSTOMERS.find((one) => one.kind === 'stranger' && house.person(one) !== ticket?.customer_id)
  if (!ticket || !person) return
  const sender = house.sender('Dział Informatyzacji')
  const from = sayAddress({ name: fullName(person), address: person.address })
  const subject = `[Ticket#${ticket.number}] czy coś już wiadomo?`
  const body = 'Dzień dobry,\n\nczy w tej sprawie jest już jakaś decyzja? Proszę o przesłanie całej korespondencji na ten adres.\n'
  const messageId = `<pytanie.${ticket.id}@${person.address.split('@')[1]}>`
  const judged = { assurance: 'address', assurance_rule: 'nothing-proves', assurance_detail: '203.0.113.9, spf=none' } as const
  const raw = await composeMail({ from, to: sender.address, subject, text: body, date: at, messageId })
  const act = String(rows.tables.article.findLast((row) => row.ticket_id === ticket.id)!.act_id)
  const articleId = rows.add('article', {
    ticket_id: ticket.id!,
    channel: 'email',
    sender_type: 'customer',
    visible: false,
    person_id: house.person(person),
    from_text: from,
    to_text: sender.address,
    cc_text: '',
    reply_to: '',
    subject,
    body,
    html: null,
    message_id: messageId,
    in_reply_to: '',
    reference_ids: '',
    inbound_mail_id: null,
    act_id: act,
    created_at: at,
    withdrawn_at: null,
    ...UNJUDGED,
    ...judged,
    held_at: at,
    held_rule: 'no-part-in-ticket',
  })
  rows.add('history', {
    ticket_id: ticket.id!,
    article_id: articleId,
    type: 'Misc',
    name: `%%message held%%${from}`,
    before: null,
    after: null,
    reason: null,
    person_id: null,
    act_id: act,
    created_at: at,
  })
  rows.tables.article.at(-1)!.inbound_mail_id = addInbound(rows, raw, {
    from: person.address,
    to: sender.address,
    at,
    outcome: 'follow-up-held',
    subject,
    fromText: from,
    messageId,
    ticketId: ticket.id as string,
    articleId,
    reasons: [
      { step: 'sender', decided: 'known', rule: 'sender-by-from', detail: person.address },
      { step: 'assurance', decided: 'address', rule: judged.assurance_rule, detail: judged.assurance_detail },
      { step: 'follow-up', decided: String(ticket.number), rule: 'number-in-subject', detail: subject },
      { step: 'participant', decided: 'follow-up-held', rule: 'no-part-in-ticket', detail: person.address },
    ],
  })
}

/** One mail to two of our addresses, one of ours that came back, one that could not be processed. */
async function misdirected(rows: Rows, house: House, config: Config, now: Date): Promise<void> {
  const [sender, other] = [house.sender('Dział Informatyzacji'), house.sender('Dział Informatyzacji::Konta')]
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * HOUR)
  const first = rows.tables.inbound_mail.findLast((row) => row.outcome === 'new-ticket' && row.envelope_to === sender.address)
  if (first) {
    const bytes = rows.tables.blob_chunk.find((chunk) => chunk.blob_id === first.blob_id)!.data as Buffer
    addInbound(rows, bytes, {
      from: String(first.envelope_from),
      to: other.address,
      at: first.accepted_at as Date,
      outcome: 'duplicate',
      subject: String(first.subject),
      fromText: String(first.from_text),
      messageId: null,
      ticketId: first.ticket_id as string,
      articleId: first.article_id as string,
      reasons: [
        { step: 'duplicate', decided: 'duplicate', rule: 'same-bytes-other-recipient', detail: `${sender.address}, ${other.address}` },
      ],
    })
  }
  const ours = {
    from: sayAddress(sender),
    to: `pracownicy@${DOMAIN}`,
    subject: 'Przyjęliśmy Twoje zgłoszenie: lista mailingowa',
    messageId: `<petla.1@${DOMAIN}>`,
  }
  const loop = await composeMail({
    ...ours,
    text: 'Dzień dobry,\n\nTwoje zgłoszenie dostało numer.',
    date: hoursAgo(30),
    headers: { 'X-Loop': `pomoc:${config.mailAddress}` },
  })
  addInbound(rows, loop, {
    from: '',
    to: sender.address,
    at: hoursAgo(30),
    outcome: 'loop',
    subject: ours.subject,
    fromText: ours.from,
    messageId: ours.messageId,
    ticketId: null,
    articleId: null,
    reasons: [{ step: 'loop', decided: 'loop', rule: 'own-x-loop', detail: `pomoc:${config.mailAddress}` }],
  })
  const broken = {
    from: 'skaner-b112@uni.example',
    to: sender.address,
    subject: 'Skan 0417',
    messageId: '<skan.0417@skaner-b112.uni.example>',
  }
  const scan = await composeMail({ ...broken, text: 'Skan w załączniku.', date: hoursAgo(7) })
  addInbound(rows, scan, {
    from: broken.from,
    to: broken.to,
    at: hoursAgo(7),
    outcome: 'failed',
    state: 'failed',
    subject: broken.subject,
    fromText: broken.from,
    messageId: broken.messageId,
    ticketId: null,
    articleId: null,
    reasons: [{ step: 'process', decided: 'failed', rule: 'error', detail: 'canceling statement due to lock timeout' }],
  })
}
