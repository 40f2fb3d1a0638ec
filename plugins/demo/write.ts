/** Owns writing a story down: its ticket, articles, history and mails, as the acts themselves would have left them. */
import { buildSubject, DEFAULT_SUBJECT_SETTINGS, firstWords, sayAddress, type Id } from '../../core/index.ts'
import { makeFile } from './files.ts'
import { answer, asHtml, question } from './letters.ts'
import { autoReplyText, closingText } from './mails.ts'
import { Pen, STATES, type Desk } from './pen.ts'
import { fullName, type DemoAgent, type DemoPerson } from './people.ts'
import { agentsOf, type Question, type Said, type Story } from './tell.ts'
import { DOMAIN } from './university.ts'

const PRIORITIES = ['', '1 very low', '2 low', '3 normal', '4 high', '5 very high'] as const
/** Sends advertisements; nobody answers them. */
const UNWANTED = 'Hurt'

/** Writes one story; mails that came in are left in `desk.letters`, to be made into raw mails. Returns the ticket's id. */
export function writeStory(desk: Desk, story: Story): Id {
  const pen = new Pen(desk, story)
  let answered: { at: Date; by: string; text: string } | undefined
  for (const moment of story.moments) {
    pen.begin(moment.at)
    switch (moment.kind) {
      case 'question':
        if (moment === story.moments[0]) writeFirst(desk, story, pen, moment)
        else writeFollowUp(desk, story, pen, moment, answered)
        break
      case 'answer':
      case 'note':
        answered = writeSaid(desk, story, pen, moment) ?? answered
        break
      case 'move':
        pen.change('Move', [moment.queue, desk.house.queue(moment.queue), pen.queue, desk.house.queue(pen.queue)], moment.at, moment.by, {
          queue_id: desk.house.queue(moment.queue),
        })
        pen.queue = moment.queue
        break
      case 'priority': {
        const before = String(pen.row.priority_id)
        pen.change(
          'PriorityUpdate',
          [PRIORITIES[Number(before)]!, before, PRIORITIES[Number(moment.priority)]!, moment.priority],
          moment.at,
          moment.by,
          {
            priority_id: moment.priority,
          },
        )
      }
    }
  }
  addReaders(desk, story, pen)
  return pen.ticketId
}

const channelOf = (story: Story) => story.scenario.channel ?? 'email'

function writeFirst(desk: Desk, story: Story, pen: Pen, moment: Question): void {
  const { house } = desk
  const channel = channelOf(story)
  // A call: an agent wrote the ticket.
  const clerk: DemoAgent | undefined = channel === 'phone' ? agentsOf(story.queue)[0] : undefined
  const body = channel === 'email' ? question(desk.random, moment.by, moment.text) : moment.text
  Object.assign(pen.row, {
    preview: firstWords(body),
    ...(clerk ? { created_by: house.person(clerk), last_agent_at: moment.at } : { last_customer_at: moment.at }),
  })
  const author = clerk ?? (channel === 'web' ? moment.by : null)
  pen.note('NewTicket', [pen.number, story.queue, PRIORITIES[3], 'new', pen.ticketId], moment.at, author)
  const articleId =
    channel === 'email'
      ? receiveMail(desk, story, pen, moment, body, story.title)
      : pen.article(
          moment.at,
          {
            channel,
            assurance: 'login',
            assurance_rule: 'logged-in',
            sender_type: clerk ? 'agent' : 'customer',
            person_id: house.person(author!),
            from_text: fullName(author!),
            body,
          },
          moment.files.map((file) => makeFile(file, Number(pen.ticketId))),
        )
  pen.note(clerk ? 'PhoneCallAgent' : channel === 'email' ? 'EmailCustomer' : 'WebRequestCustomer', [], moment.at, author, {
    article_id: articleId,
  })
  if (channel !== 'email' || story.customer.lastName === UNWANTED) return
  const at = new Date(moment.at.getTime() + 1500)
  const text = autoReplyText(desk.config, { ...told(desk, story, pen), receivedAt: story.receivedAt, at: moment.at })
  pen.note('SendAutoReply', [story.customer.address], at, null, { article_id: pen.post('auto reply', at, null, text.subject, text.body) })
}

function writeFollowUp(desk: Desk, story: Story, pen: Pen, moment: Question, answered?: { at: Date; by: string; text: string }): void {
  const mail = channelOf(story) === 'email'
  const body = mail ? question(desk.random, moment.by, moment.text, answered) : moment.text[0]!.toUpperCase() + moment.text.slice(1)
  const articleId = mail
    ? receiveMail(
        desk,
        story,
        pen,
        moment,
        body,
        buildSubject({ number: pen.number, subject: story.title, kind: 'reply' }, DEFAULT_SUBJECT_SETTINGS),
      )
    : pen.article(moment.at, {
        channel: 'web',
        sender_type: 'customer',
        assurance: 'login',
        assurance_rule: 'logged-in',
        person_id: desk.house.person(moment.by),
        from_text: fullName(moment.by),
        body,
      })
  pen.note('FollowUp', [pen.number, ''], moment.at, mail ? null : moment.by, { article_id: articleId })
  pen.row.last_customer_at = moment.at
  if (pen.state.type !== 'new') pen.enter(STATES.open, moment.at, null)
}

function receiveMail(desk: Desk, story: Story, pen: Pen, moment: Question, text: string, subject: string): Id {
  const { house, random } = desk
  const files = moment.files.map((file) => makeFile(file, Number(pen.ticketId)))
  const picture = files.find((file) => file.disposition === 'inline')?.contentId ?? undefined
  const html = story.scenario.html ? asHtml(text, picture) : null
  const messageId = `<${random.uuid().slice(0, 23)}@mail.${moment.by.address.split('@')[1]!}>`
  const to = house.sender(pen.queue)
  const first = pen.references.length === 0
  const articleId = pen.article(
    moment.at,
    {
      channel: 'email',
      sender_type: 'customer',
      person_id: house.person(moment.by),
      from_text: sayAddress({ address: moment.by.address, name: fullName(moment.by) }),
      ...judged(moment.by),
      to_text: sayAddress(to),
      subject,
      body: text,
      html,
      message_id: messageId,
      in_reply_to: pen.references.at(-1) ?? '',
      reference_ids: pen.references.join(' '),
    },
    files,
  )
  desk.letters.push({
    ticketId: pen.ticketId,
    articleId,
    number: pen.number,
    queueId: house.queue(pen.queue),
    at: moment.at,
    from: moment.by,
    to,
    subject,
    text,
    html,
    picture,
    files,
    messageId,
    references: [...pen.references],
    first,
  })
  pen.references.push(messageId)
  return articleId
}

/** Mail of the university comes through its own server, which vouches for it; nothing proves who wrote from elsewhere. */
const judged = ({ address }: DemoPerson) =>
  address.endsWith(`@${DOMAIN}`)
    ? ({ assurance: 'confirmed', assurance_rule: 'vouched-by-relay', assurance_detail: `mx.${DOMAIN}: ${DOMAIN}` } as const)
    : ({
        assurance: 'address',
        assurance_rule: 'nothing-proves',
        assurance_detail: `203.0.113.9, spf=none ${address.split('@')[1]}`,
      } as const)

/** An answer or a note; what a customer would quote of it. */
function writeSaid(desk: Desk, story: Story, pen: Pen, moment: Said): { at: Date; by: string; text: string } | undefined {
  const { house } = desk
  pen.take(moment.by, moment.at)
  const files = moment.files.map((file) => makeFile(file, Number(pen.ticketId)))
  let quoted: { at: Date; by: string; text: string } | undefined
  if (moment.kind === 'note') {
    const text = moment.text[0]!.toUpperCase() + moment.text.slice(1)
    const articleId = pen.article(
      moment.at,
      {
        channel: 'internal',
        sender_type: 'agent',
        visible: false,
        person_id: house.person(moment.by),
        from_text: fullName(moment.by),
        body: text,
      },
      files,
    )
    pen.note('AddNote', [], moment.at, moment.by, { article_id: articleId })
    if (moment.state) pen.enter(STATES[moment.state], moment.at, moment.by, moment.until ?? null)
  } else {
    const text = answer(moment.by, moment.text, story.language)
    const subject = buildSubject({ number: pen.number, subject: story.title, kind: 'reply' }, DEFAULT_SUBJECT_SETTINGS)
    pen.note('SendAnswer', [story.customer.address], moment.at, moment.by, {
      article_id: pen.post('reply', moment.at, moment.by, subject, text, files),
    })
    pen.row.last_agent_at = moment.at
    quoted = { at: moment.at, by: house.sender(pen.queue).name, text }
    pen.enter(STATES[moment.state ?? 'open'], moment.at, moment.by, moment.until ?? null)
  }
  if (moment.state && pen.state.type === 'closed') tellClosed(desk, story, pen, moment.at)
  return quoted
}

function tellClosed(desk: Desk, story: Story, pen: Pen, after: Date): void {
  if (channelOf(story) === 'phone' || story.customer.lastName === UNWANTED) return
  const at = new Date(after.getTime() + 800)
  const text = closingText(desk.config, { ...told(desk, story, pen), done: pen.state.id === STATES.closed.id })
  pen.note('SendCustomerNotification', [story.customer.address], at, null, {
    article_id: pen.post('closed', at, null, text.subject, text.body),
  })
}

const told = (desk: Desk, story: Story, pen: Pen) => ({
  number: pen.number,
  ticketId: pen.ticketId,
  title: story.title,
  language: story.language,
  sender: desk.house.sender(pen.queue).name,
})

/** Who has seen the ticket, and who watches it. */
function addReaders({ random, rows, house }: Desk, story: Story, pen: Pen): void {
  const last = story.moments.findLast((moment) => moment.kind !== 'question')
  const owner = pen.row.owner_id as Id | null
  // Who works in the queue has read along; what came after the last act is news to all of them.
  const readers = new Set([...(owner ? [owner] : []), ...agentsOf(pen.queue).map((agent) => house.person(agent))])
  if (last) for (const person_id of readers) rows.tables.ticket_seen.push({ ticket_id: pen.ticketId, person_id, seen_at: last.at })
  if (!random.chance(0.07)) return
  const watcher = house.person(random.pick(agentsOf(pen.queue)))
  if (watcher !== owner) rows.tables.ticket_watcher.push({ ticket_id: pen.ticketId, person_id: watcher })
}
