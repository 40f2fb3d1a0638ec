/** Owns a source of any size that is nowhere: each row is computed of its number and a seed, so that it costs neither disk nor memory. For tests and the bench. */
import type { Row, Source, Value, Wanted } from '../source.ts'

const ARTICLES = 4
const AGENTS = 12
const QUEUES = 10
const CUSTOMERS = 200
const BEGIN = Date.UTC(2020, 0, 6, 7)
const YEAR = 365 * 86_400_000
/** Ids of what was written after all else. */
const NEW = 1_000_000_000
const KINDS = ['ticket', 'history', 'flag', 'value', 'words'] as const

/** As OTRS has them: of a thousand tickets four thousand articles, twenty thousand rows of history, 3,400 parts, 2,300 raw mails. */
export function seededSource({
  tickets,
  seed = 1,
  slim = false,
  changes = 0,
}: {
  tickets: number
  seed?: number /** Little of each. */
  slim?: boolean
  /** In about so many tickets something is otherwise than without: in each one thing, of five kinds in turn. */
  changes?: number
}): Source {
  const HISTORY = slim ? 3 : 20
  const most = (size: number) => (slim ? Math.min(size, 60) : size)
  const text = (moment: number) => new Date(moment).toISOString().slice(0, 19).replace('T', ' ')
  /** A number below `below`, the same for the same `n`. */
  const pick = (n: number, below: number, salt = 0): number => {
    let x = (n * 2654435761 + seed * 40503 + salt * 97) >>> 0
    x = (x ^ (x >>> 15)) >>> 0
    x = Math.imul(x, 2246822519) >>> 0
    x = (x ^ (x >>> 13)) >>> 0
    return x % below
  }
  const noise = Buffer.alloc(256 * 1024)
  for (let n = 0; n < noise.length; n += 4) noise.writeUInt32LE(pick(n, 0xffffffff, 7), n)
  const bytes = (n: number, size: number): Buffer => {
    const head = Buffer.from(`${seed}:${n}:`)
    const from = pick(n, noise.length - size, 8)
    return Buffer.concat([head, noise.subarray(from, from + size)])
  }
  let said = ''
  for (let k = 0; said.length < 64 * 1024; k++) said += `${WORDS[pick(k, WORDS.length, 9)]} `
  const story = Buffer.from(said).toString()
  const words = (n: number, length: number): string => {
    const from = pick(n, story.length - length, 9)
    return story.slice(from, from + length)
  }
  const created = (ticket: number) => BEGIN + ticket * 180_000
  const wrote = (article: number) => created(ticketOf(article)) + (article % ARTICLES) * 3_600_000
  const ticketOf = (article: number) => Math.floor((article - 1) / ARTICLES) + 1
  const person = (n: number) => 2 + (n % AGENTS)
  const customer = (ticket: number) => `klient${pick(ticket, CUSTOMERS, 3)}`
  const by = (who: number, at: number) => ({ create_time: text(at), create_by: who, change_time: text(at), change_by: who })
  const sender = (article: number) => (article % ARTICLES === 1 ? 3 : article % ARTICLES === 2 ? 2 : 1)

  const every = changes > 0 ? Math.max(1, Math.floor(tickets / changes)) : 0
  const changed = (ticketId: number, kind: 'ticket' | 'history' | 'flag' | 'value' | 'words'): boolean =>
    every > 0 && ticketId % every === 0 && KINDS[(ticketId / every) % KINDS.length] === kind
  const later = text(BEGIN + 10 * YEAR + 3_600_000)

  const ticket = (id: number): Row => ({
    id,
    tn: `${2020_0000_0000_0000 + id}`,
    title: words(id, 40),
    queue_id: 1 + pick(id, QUEUES, 1),
    ticket_lock_id: 1,
    type_id: 1,
    service_id: null,
    sla_id: null,
    user_id: id % 3 === 0 ? 1 : person(id),
    responsible_user_id: 1,
    ticket_priority_id: 3,
    ticket_state_id: id % 10 === 0 ? 4 : 2,
    customer_id: 'WF',
    customer_user_id: customer(id),
    timeout: 0,
    until_time: 0,
    escalation_time: 0,
    escalation_update_time: 0,
    escalation_response_time: 0,
    escalation_solution_time: 0,
    archive_flag: 0,
    ...by(1, created(id)),
    change_time: text(created(id) + 86_400_000),
    ...(changed(id, 'ticket') && { title: 'Nowy tytuł', change_time: later }),
  })
  const article = (id: number): Row => ({
    id,
    ticket_id: ticketOf(id),
    article_sender_type_id: sender(id),
    communication_channel_id: id % ARTICLES === 0 ? 3 : 1,
    is_visible_for_customer: id % ARTICLES === 0 ? 0 : 1,
    ...by(sender(id) === 1 ? person(ticketOf(id)) : 1, wrote(id)),
  })
  const mime = (id: number): Row => ({
    id,
    article_id: id,
    a_from: sender(id) === 3 ? `Klient <${customer(ticketOf(id))}@uni.example>` : 'Pomoc <pomoc@uni.example>',
    a_reply_to: null,
    a_to: 'Pomoc <pomoc@uni.example>',
    a_cc: null,
    a_bcc: null,
    a_subject: words(id, 50),
    a_message_id: `<${seed}.${id}@uni.example>`,
    a_message_id_md5: null,
    a_in_reply_to: null,
    a_references: null,
    a_content_type: 'text/plain; charset=utf-8',
    a_body: words(id, most(300 + pick(id, 2400, 2))),
    incoming_time: Math.floor(wrote(id) / 1000),
    content_path: '2020/01/06',
    ...by(1, wrote(id)),
    ...(id % ARTICLES === 1 && changed(ticketOf(id), 'words') && { a_body: 'poprawione', change_time: later }),
  })
  /** Parts of an article: none of a note, else its HTML and now and then a file. */
  const partsOf = (articleId: number): Row[] => {
    if (articleId % ARTICLES === 0) return []
    const html = Buffer.from(`<html><body><p>${words(articleId, most(300 + pick(articleId, 3000, 4)))}</p></body></html>`)
    const part = (n: number, filename: string, content_type: string, content: Buffer, disposition: string | null): Row => ({
      id: articleId * 2 + n,
      article_id: articleId,
      filename,
      content_size: String(content.length),
      content_type,
      content_id: null,
      content_alternative: null,
      disposition,
      content,
      ...by(1, wrote(articleId)),
    })
    return [
      part(0, 'file-2', 'text/html; charset="utf-8"', html, null),
      ...(pick(articleId, 8, 5) === 0
        ? [part(1, 'skan.pdf', 'application/pdf', bytes(articleId, most(20_000 + pick(articleId, 40_000, 6))), 'attachment')]
        : []),
    ]
  }
  const rawOf = (articleId: number): Row[] =>
    articleId % ARTICLES === 1 || articleId % ARTICLES === 3
      ? [
          {
            id: articleId,
            article_id: articleId,
            body: bytes(articleId * 3 + 1, most(6000 + pick(articleId, 5000, 10))),
            ...by(1, wrote(articleId)),
          },
        ]
      : []
  const history = (id: number): Row => {
    const of = Math.floor((id - 1) / HISTORY) + 1
    const n = (id - 1) % HISTORY
    const type = n === 0 ? 1 : n === HISTORY - 1 && of % 10 !== 0 ? 27 : [8, 15, 16, 17, 22, 23, 25][n % 7]!
    return {
      id,
      name: n === 0 ? `%%${2020_0000_0000_0000 + of}%%Kolejka%%3 normal%%new%%${of}` : `%%${words(id, 30)}%%${n}`,
      history_type_id: type,
      ticket_id: of,
      article_id: n % 5 === 0 ? (of - 1) * ARTICLES + 1 : null,
      type_id: 1,
      queue_id: 1 + pick(of, QUEUES, 1),
      owner_id: person(of),
      priority_id: 3,
      state_id: type === 27 ? 2 : 4,
      ...by(person(id), created(of) + n * 600_000),
    }
  }
  const flagsOf = (ticketId: number): Row[] => {
    const flag = (n: number, article_key: string, create_time: string): Row => ({
      article_id: (ticketId - 1) * ARTICLES + n,
      article_key,
      article_value: '1',
      create_time,
      create_by: person(ticketId),
    })
    const seen = [1, 2].map((n) => flag(n, 'Seen', text(created(ticketId) + 7_200_000)))
    return changed(ticketId, 'flag') ? [flag(1, 'Important', later), ...seen] : seen
  }
  const valuesOf = (ticketId: number): Row[] => [
    {
      // Set anew, a value has a new id.
      id: changed(ticketId, 'value') ? NEW + ticketId : ticketId * 2 - 1,
      field_id: 3,
      object_id: ticketId,
      value_text: changed(ticketId, 'value') ? 'INV/inny' : `INV/${ticketId}`,
      value_date: null,
      value_int: null,
      index_value: null,
      index_set: null,
    },
    {
      id: ticketId * 2,
      field_id: 7,
      object_id: ticketId,
      value_text: null,
      value_date: null,
      value_int: ticketId % 2,
      index_value: null,
      index_set: null,
    },
  ]
  const timeOf = (ticketId: number): Row[] =>
    ticketId % 5 === 0
      ? []
      : [
          {
            id: ticketId,
            ticket_id: ticketId,
            article_id: (ticketId - 1) * ARTICLES + 4,
            time_unit: '15.00',
            ...by(person(ticketId), created(ticketId)),
          },
        ]

  const valid = { valid_id: 1, ...by(1, BEGIN) }
  const named = (names: readonly string[], more: Row = {}): Row[] =>
    names.map((name, n) => ({ id: n + 1, name, comments: null, ...more, ...valid }))
  const small: Record<string, Row[]> = {
    ticket_lock_type: named(['unlock', 'lock', 'tmp_lock']),
    ticket_state_type: named(['new', 'open', 'closed', 'pending reminder', 'pending auto', 'removed', 'merged']),
    ticket_state: (
      [
        'new 1',
        'closed successful 3',
        'closed unsuccessful 3',
        'open 2',
        'removed 6',
        'pending reminder 4',
        'pending auto close+ 5',
        'pending auto close- 5',
        'merged 7',
      ] as const
    ).map((said, n) => ({ id: n + 1, name: said.slice(0, -2), type_id: Number(said.at(-1)), comments: null, ...valid })),
    ticket_priority: named(['1 very low', '2 low', '3 normal', '4 high', '5 very high']),
    ticket_type: named(['Unclassified']),
    ticket_history_type: (
      [
        [1, 'NewTicket'],
        [8, 'SendAnswer'],
        [15, 'AddNote'],
        [16, 'Move'],
        [17, 'Lock'],
        [22, 'PriorityUpdate'],
        [23, 'OwnerUpdate'],
        [25, 'Misc'],
        [27, 'StateUpdate'],
      ] as const
    ).map(([id, name]) => ({ id, name, ...valid })),
    article_sender_type: named(['agent', 'system', 'customer']),
    communication_channel: named(['Email', 'Phone', 'Internal', 'Chat']),
    groups: named(['users', 'admin', 'stats']),
    users: [...Array(AGENTS + 1).keys()].map((n) => ({
      id: n + 1,
      login: n === 0 ? 'root@localhost' : `agent${n}`,
      pw: '',
      title: null,
      first_name: 'Agent',
      last_name: `${n}`,
      ...valid,
    })),
    user_preferences: [...Array(AGENTS).keys()].map((n) => ({
      user_id: n + 2,
      preferences_key: 'UserEmail',
      preferences_value: `agent${n + 1}@uni.example`,
    })),
    customer_company: [
      { customer_id: 'WF', name: 'Wydział', street: null, zip: null, city: null, country: null, url: null, comments: null, ...valid },
    ],
    customer_user: [...Array(CUSTOMERS).keys()].map((n) => ({
      id: n + 1,
      login: `klient${n}`,
      email: `klient${n}@uni.example`,
      customer_id: 'WF',
      pw: null,
      title: null,
      first_name: 'Klient',
      last_name: `${n}`,
      phone: null,
      fax: null,
      mobile: null,
      street: null,
      zip: null,
      city: null,
      country: null,
      comments: null,
      ...valid,
    })),
    system_address: [
      { id: 1, value0: 'pomoc@uni.example', value1: 'Pomoc', value2: null, value3: null, queue_id: 1, comments: null, ...valid },
    ],
    salutation: [{ id: 1, name: 'powitanie', text: 'Dzień dobry', content_type: 'text/plain', comments: null, ...valid }],
    signature: [{ id: 1, name: 'podpis', text: 'Pomoc', content_type: 'text/plain', comments: null, ...valid }],
    follow_up_possible: named(['possible', 'reject', 'new ticket']),
    queue: [...Array(QUEUES).keys()].map((n) => ({
      id: n + 1,
      name: `Kolejka ${n + 1}`,
      group_id: 1,
      unlock_timeout: 0,
      first_response_time: 0,
      first_response_notify: 0,
      update_time: 0,
      update_notify: 0,
      solution_time: 0,
      solution_notify: 0,
      system_address_id: 1,
      calendar_name: null,
      default_sign_key: null,
      salutation_id: 1,
      signature_id: 1,
      follow_up_id: 1,
      follow_up_lock: 0,
      comments: null,
      ...valid,
    })),
    dynamic_field: (
      [
        [3, 'NrInwentarzowy', 'Text'],
        [7, 'Pilne', 'Checkbox'],
      ] as const
    ).map(([id, name, field_type]) => ({
      id,
      internal_field: 0,
      name,
      label: name,
      field_order: id,
      field_type,
      object_type: 'Ticket',
      config: "---\nDefaultValue: ''\n",
      ...valid,
    })),
  }

  /** Large tables: by which column they are asked for, how many of it a ticket has, and the rows of each; `ids`: how many ids each has, in its order. */
  const large: Record<string, { by: string; per: number; ids?: number; rows(key: number): Row[] }> = {
    ticket: { by: 'id', per: 1, rows: (id) => [ticket(id)] },
    ticket_history: {
      by: 'ticket_id',
      per: 1,
      ids: HISTORY,
      rows: (of) => [
        ...[...Array(HISTORY).keys()].map((n) => history((of - 1) * HISTORY + n + 1)),
        ...(changed(of, 'history') ? [{ ...history(of * HISTORY), id: NEW + of }] : []),
      ],
    },
    article: { by: 'ticket_id', per: 1, rows: (of) => [1, 2, 3, 4].map((n) => article((of - 1) * ARTICLES + n)) },
    article_data_mime: { by: 'article_id', per: ARTICLES, rows: (id) => [mime(id)] },
    article_data_mime_attachment: { by: 'article_id', per: ARTICLES, rows: partsOf },
    article_data_mime_plain: { by: 'article_id', per: ARTICLES, rows: rawOf },
    article_flag: { by: 'article_id', per: ARTICLES, rows: (id) => flagsOf(ticketOf(id)).filter((row) => row['article_id'] === id) },
    dynamic_field_value: { by: 'object_id', per: 1, ids: 2, rows: valuesOf },
    time_accounting: { by: 'ticket_id', per: 1, ids: 1, rows: timeOf },
  }
  const range = { from: 1, to: tickets }

  return {
    product: { name: 'otobo', version: '11.0.5', major: 11 },
    dialect: 'mysql',
    label: `seed ${seed}, ${tickets} tickets`,
    snapshotAt: new Date(BEGIN + 10 * YEAR),
    oneMoment: true,
    zone: 'UTC',
    files: undefined,
    has: (table, column) =>
      table in small
        ? !column || small[table]!.some((row) => column in row)
        : table in large && (!column || column === 'id' ? table !== 'article_flag' : true),
    sizes: async () => new Map(),
    async *rows(table: string, { columns, between, among, since }: Wanted = {}) {
      const cut = (row: Row): Row =>
        columns ? Object.fromEntries(columns.map((column): [string, Value] => [column, row[column] ?? null])) : row
      const of = large[table]
      if (!of) {
        for (const row of small[table] ?? []) {
          const value = Number(row[between?.column ?? among?.column ?? ''])
          if (between ? value >= between.from && value <= between.to : among ? among.ids.includes(value) : true) yield cut(row)
        }
        return
      }
      /** As indexes find them: in the tickets that something was changed in, and in those from a key on. */
      const inChanged = function* (is: (row: Row) => boolean, before = tickets): Generator<Row> {
        for (let id = every; every > 0 && id <= before; id += every)
          for (let key = (id - 1) * of.per + 1; key <= id * of.per; key++) yield* of.rows(key).filter(is)
      }
      if (since) {
        for (const row of inChanged((one) => String(one[since.column] ?? '') >= since.moment)) yield cut(row)
        return
      }
      if (between?.column === 'id' && of.ids) {
        const first = Math.floor((between.from - 1) / of.ids) + 1
        const is = (row: Row) => Number(row['id']) >= between.from && Number(row['id']) <= between.to
        for (const row of inChanged(is, Math.min(tickets, first - 1))) yield cut(row)
        for (let key = first; key <= tickets; key++) for (const row of of.rows(key).filter(is)) yield cut(row)
        return
      }
      const isOwn = (column: string | undefined) => column === of.by || column === undefined
      const last = tickets * of.per
      if (among && isOwn(among.column)) {
        for (const id of among.ids) if (id >= 1 && id <= last) for (const row of of.rows(id)) yield cut(row)
        return
      }
      const [from, to] = between && isOwn(between.column) ? [Math.max(1, between.from), Math.min(last, between.to)] : [1, last]
      for (let id = from; id <= to; id++) {
        for (const row of of.rows(id)) {
          const value = Number(row[between?.column ?? among?.column ?? ''])
          if (between && !isOwn(between.column) && (value < between.from || value > between.to)) continue
          if (among && !among.ids.includes(value)) continue
          yield cut(row)
        }
      }
    },
    async count(table) {
      let n = 0
      for await (const _ of this.rows(table)) n++
      return n
    },
    range: async (table, column) => (table === 'dynamic_field_value' && column === 'id' ? { from: 1, to: tickets * 2 } : range),
    moment: (value) => (typeof value === 'string' ? new Date(`${value.replace(' ', 'T')}Z`) : undefined),
    setting: () => undefined,
    settings: () => ({}),
    close: async () => {},
  }
}

const WORDS =
  'drukarka nie działa od rana proszę o pomoc w pokoju sieć hasło konto poczta system zgłoszenie dział wydział student termin serwer kabel monitor żółty źle łącze'.split(
    ' ',
  )
