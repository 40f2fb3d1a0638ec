/** Owns how acts are written into rows: columns with their history, articles with their files, mails of ours. */
import { formatNumber, sayAddress, type Config, type Id, type StateType } from '../../core/index.ts'
import type { MadeFile } from './files.ts'
import type { House } from './house.ts'
import { writeOutbound, type Letter, type PostedLetter } from './mails.ts'
import type { DemoAgent, DemoPerson } from './people.ts'
import type { Random } from './random.ts'
import { UNJUDGED, type Row, type Rows } from './rows.ts'
import type { Story } from './tell.ts'
import { DOMAIN } from './university.ts'
import { numberDay } from './when.ts'

/** Everything a story is written with. */
export interface Desk {
  random: Random
  rows: Rows
  house: House
  config: Config
  numbers: Map<string, number>
  letters: PostedLetter[]
}

export interface State {
  id: Id
  name: string
  type: StateType
}

/** Ids of the seed (OTRS's, and ours for waiting). */
export const STATES = {
  new: { id: '1', name: 'new', type: 'new' },
  open: { id: '4', name: 'open', type: 'open' },
  closed: { id: '2', name: 'closed successful', type: 'closed' },
  unsuccessful: { id: '3', name: 'closed unsuccessful', type: 'closed' },
  pending: { id: '6', name: 'pending reminder', type: 'pending reminder' },
  waiting: { id: '20', name: 'waiting for customer', type: 'pending reminder' },
} as const satisfies Record<string, State>

type Parts = readonly (string | number)[]
export type NewArticleRow = Partial<Row<'article'>> & Pick<Row<'article'>, 'channel' | 'sender_type' | 'body'>

export class Pen {
  readonly ticketId: Id
  readonly number: string
  /** The ticket's row; acts change it. */
  readonly row: Row<'ticket'>
  queue: string
  state: State = STATES.new
  /** Message-IDs of the conversation, oldest first. */
  references: string[] = []
  private act = ''
  private readonly desk: Desk
  private readonly story: Story

  constructor(desk: Desk, story: Story) {
    this.desk = desk
    this.story = story
    this.queue = story.queue
    this.number = nextNumber(desk, story.arrivedAt)
    const customerId = desk.house.person(story.customer)
    this.ticketId = desk.rows.add('ticket', {
      number: this.number,
      title: story.title,
      queue_id: desk.house.queue(story.queue),
      state_id: STATES.new.id,
      state_type: 'new',
      priority_id: '3',
      lock: 'unlock',
      owner_id: null,
      responsible_id: null,
      customer_id: customerId,
      customer_company: '',
      preview: '',
      pending_until: null,
      received_at: story.receivedAt,
      created_at: story.arrivedAt,
      created_by: story.scenario.channel === 'web' ? customerId : null,
      changed_at: story.arrivedAt,
      closed_at: null,
      last_customer_at: null,
      last_agent_at: null,
      archived: false,
    })
    this.row = desk.rows.tables.ticket.at(-1)!
  }

  /** A new act begins. */
  begin(at: Date): void {
    this.act = this.desk.random.uuid()
    this.row.changed_at = at
  }

  note(type: string, parts: Parts, at: Date, by: DemoPerson | null, more: Partial<Row<'history'>> = {}): void {
    this.desk.rows.add('history', {
      ticket_id: this.ticketId,
      type,
      name: `%%${parts.join('%%')}`,
      person_id: by && this.desk.house.person(by),
      act_id: this.act,
      created_at: at,
      article_id: null,
      before: null,
      after: null,
      reason: null,
      ...more,
    })
  }

  /** Columns that an act changes, with the history row that tells it. */
  change(type: string, parts: Parts, at: Date, by: DemoPerson | null, columns: Partial<Row<'ticket'>>): void {
    const keys = Object.keys(columns) as (keyof Row<'ticket'>)[]
    this.note(type, parts, at, by, { before: Object.fromEntries(keys.map((key) => [key, this.row[key] ?? null])), after: columns })
    Object.assign(this.row, columns)
  }

  enter(to: State, at: Date, by: DemoPerson | null, until: Date | null = null): void {
    if (to.id !== this.state.id) {
      const closing = to.type === 'closed'
      this.change('StateUpdate', [this.state.name, to.name, ''], at, by, {
        state_id: to.id,
        state_type: to.type,
        ...(closing ? { closed_at: at } : this.row.closed_at ? { closed_at: null } : {}),
      })
      this.state = to
      if (closing && this.row.lock !== 'unlock') this.change('Unlock', ['unlock'], at, by, { lock: 'unlock' })
    }
    if ((this.row.pending_until ?? null) !== until) {
      this.change('SetPendingTime', [until?.toISOString().slice(0, 16).replace('T', ' ') ?? '00-00-00 00:00'], at, by, {
        pending_until: until,
      })
    }
  }

  /** Who acts first leads the ticket from then on. */
  take(by: DemoAgent, at: Date): void {
    const id = this.desk.house.person(by)
    if (this.row.owner_id === null) this.change('OwnerUpdate', [by.login, id], at, by, { owner_id: id })
    if (this.row.lock === 'unlock' && this.state.type !== 'closed') this.change('Lock', ['lock'], at, by, { lock: 'lock' })
  }

  article(at: Date, wanted: NewArticleRow, files: readonly MadeFile[] = []): Id {
    const { rows } = this.desk
    const id = rows.add('article', {
      ticket_id: this.ticketId,
      visible: true,
      person_id: null,
      from_text: '',
      to_text: '',
      cc_text: '',
      reply_to: '',
      subject: this.story.title,
      html: null,
      message_id: null,
      in_reply_to: '',
      reference_ids: '',
      inbound_mail_id: null,
      act_id: this.act,
      created_at: at,
      withdrawn_at: null,
      ...UNJUDGED,
      ...wanted,
    })
    for (const file of files) {
      const blob = rows.blob(file.content, at)
      rows.add('article_attachment', {
        article_id: id,
        blob_id: blob.id,
        name: file.name,
        content_type: file.contentType,
        content_id: file.contentId,
        disposition: file.disposition,
        size: blob.size,
      })
    }
    return id
  }

  /** An article of ours that left as a mail. */
  post(kind: Letter['kind'], at: Date, by: DemoPerson | null, subject: string, body: string, files: readonly MadeFile[] = []): Id {
    const { rows, house, config, random } = this.desk
    const sender = house.sender(this.queue)
    const letter: Letter = {
      kind,
      ticketId: this.ticketId,
      at,
      sender,
      to: this.story.customer.address,
      subject,
      actId: this.act,
      messageId: `<ticket.${this.ticketId}.${random.uuid()}@${DOMAIN}>`,
      inReplyTo: this.references.at(-1) ?? '',
      references: this.references.join(' '),
    }
    const id = this.article(
      at,
      {
        channel: 'email',
        sender_type: by ? 'agent' : 'system',
        person_id: by && house.person(by),
        from_text: sayAddress(sender),
        to_text: letter.to,
        subject,
        body,
        message_id: letter.messageId,
        in_reply_to: letter.inReplyTo,
        reference_ids: letter.references,
      },
      files,
    )
    writeOutbound(rows, config, letter, id)
    this.references.push(letter.messageId)
    return id
  }
}

function nextNumber({ config, numbers }: Desk, at: Date): string {
  const date = numberDay(at, config.zone)
  const counter = (numbers.get(date) ?? 0) + 1
  numbers.set(date, counter)
  return formatNumber('DateChecksum', {
    systemId: config.systemId,
    counter,
    date,
    minCounterSize: 5,
    useFormattedCounter: false,
    random: 0,
  })
}
