/** Owns what years do to a database: rows that are damaged, each with the lines that a run has to say of it. */
import type { FindingCode } from '../../findings.ts'
import type { MadeProduct, MadeRow, MadeRows, MadeSource } from './made.fixture.ts'

export interface Damage {
  name: string
  rows?: MadeRows
  /** What no program would write, as statements of either database. */
  spoil?(source: MadeSource): Promise<void>
  /** Lines of the run: code, table and key of the source. */
  finds: readonly (readonly [FindingCode, string, string])[]
  /** Products that have no such table, or databases that cannot hold it. */
  not?: readonly (MadeProduct | 'mysql' | 'postgres' | 'files')[]
}

const ticket = (id: number, more: MadeRow = {}): MadeRow => ({
  id,
  tn: `20240301100${String(id).padStart(5, '0')}`,
  title: `Zgłoszenie ${id}`,
  queue_id: 2,
  ticket_lock_id: 1,
  type_id: 1,
  user_id: 1,
  responsible_user_id: 1,
  ticket_priority_id: 3,
  ticket_state_id: 4,
  customer_id: 'BIOL',
  customer_user_id: 'ewa.lis',
  create_time: '2024-03-01 10:00:00',
  change_time: '2024-03-01 10:00:00',
  ...more,
})
const article = (id: number, ticket_id: number, more: MadeRow = {}): MadeRow => ({
  id,
  ticket_id,
  article_sender_type_id: 3,
  communication_channel_id: 1,
  is_visible_for_customer: 1,
  create_time: '2024-03-01 10:00:00',
  change_time: '2024-03-01 10:00:00',
  ...more,
})
const mime = (id: number, more: MadeRow = {}): MadeRow => ({
  id,
  article_id: id,
  a_from: 'Ewa Lis <ewa.lis@uni.example>',
  a_to: 'pomoc@uni.example',
  a_subject: `Wiadomość ${id}`,
  a_body: 'Treść.',
  a_content_type: 'text/plain; charset=utf-8',
  content_path: '2024/03/01',
  create_time: '2024-03-01 10:00:00',
  change_time: '2024-03-01 10:00:00',
  ...more,
})
const history = (id: number, ticket_id: number, more: MadeRow = {}): MadeRow => ({
  id,
  ticket_id,
  history_type_id: 25,
  name: '%%damage',
  type_id: 1,
  queue_id: 2,
  owner_id: 1,
  priority_id: 3,
  state_id: 4,
  create_time: '2024-03-01 10:00:00',
  change_time: '2024-03-01 10:00:00',
  ...more,
})

export const DAMAGES: readonly Damage[] = [
  { name: 'a state that is gone', rows: { ticket: [ticket(901, { ticket_state_id: 99 })] }, finds: [['unknown-state', 'ticket', '901']] },
  { name: 'a queue that is gone', rows: { ticket: [ticket(902, { queue_id: 99 })] }, finds: [['unknown-queue', 'ticket', '902']] },
  { name: 'an owner who is gone', rows: { ticket: [ticket(903, { user_id: 99 })] }, finds: [['unknown-user', 'ticket', '903']] },
  {
    name: 'a priority that is gone',
    rows: { ticket: [ticket(904, { ticket_priority_id: 99 })] },
    finds: [['unknown-priority', 'ticket', '904']],
  },
  { name: 'a type that is gone', rows: { ticket: [ticket(905, { type_id: 99 })] }, finds: [['unknown-type', 'ticket', '905']] },
  { name: 'locked by nobody', rows: { ticket: [ticket(906, { ticket_lock_id: 2 })] }, finds: [['locked-without-owner', 'ticket', '906']] },
  {
    name: 'one number twice',
    rows: { ticket: [ticket(907, { tn: '2024030110090700' }), ticket(908, { tn: '2024030110090700' })] },
    finds: [['number-taken', 'ticket', '908']],
  },
  {
    name: 'a company that nobody knows',
    rows: { ticket: [ticket(909, { customer_id: 'NIE-MA' })] },
    finds: [['unknown-company', 'ticket', '909']],
  },
  {
    name: 'a customer whom nobody knows',
    rows: { ticket: [ticket(910, { customer_user_id: 'nikt.taki' })] },
    finds: [['unknown-customer', 'ticket', '910']],
  },
  {
    name: 'an article without a ticket',
    rows: { article: [article(920, 9999)], article_data_mime: [mime(920)] },
    finds: [['orphan-article', 'article', '920']],
  },
  {
    name: 'an article without its text',
    rows: { ticket: [ticket(921)], article: [article(921, 921)] },
    finds: [['no-body', 'article', '921']],
    not: ['otrs5'],
  },
  {
    name: 'a sender of no kind',
    rows: { ticket: [ticket(922)], article: [article(922, 922, { article_sender_type_id: 9 })], article_data_mime: [mime(922)] },
    finds: [['unknown-sender', 'article', '922']],
  },
  {
    name: 'a channel that an add-on brought',
    rows: { ticket: [ticket(923)], article: [article(923, 923, { communication_channel_id: 9 })], article_data_mime: [mime(923)] },
    finds: [['unknown-channel', 'article', '923']],
    not: ['otrs5'],
  },
  {
    name: 'history without a ticket',
    rows: { ticket_history: [history(930, 9999)] },
    finds: [['orphan-history', 'ticket_history', '930']],
  },
  {
    name: 'history of a type that is gone',
    rows: { ticket: [ticket(931)], ticket_history: [history(931, 931, { history_type_id: 777 })] },
    finds: [['unknown-history-type', 'ticket_history', '931']],
  },
  {
    name: 'a part without its article',
    rows: {
      article_data_mime_attachment: [
        {
          id: 940,
          article_id: 9999,
          filename: 'sierota.txt',
          content: Buffer.from('x'),
          content_type: 'text/plain',
          disposition: 'attachment',
        },
      ],
    },
    finds: [['orphan-attachment', 'article_data_mime_attachment', '940']],
    not: ['files'],
  },
  {
    name: 'a raw mail without its article',
    rows: { article_data_mime_plain: [{ id: 941, article_id: 9999, body: Buffer.from('Subject: x\r\n\r\nx') }] },
    finds: [['orphan-raw', 'article_data_mime_plain', '941']],
    not: ['files'],
  },
  {
    name: 'a second raw mail',
    rows: {
      ticket: [ticket(942)],
      article: [article(942, 942)],
      article_data_mime: [mime(942)],
      article_data_mime_plain: [
        { id: 942, article_id: 942, body: Buffer.from('Subject: one\r\n\r\nx') },
        { id: 943, article_id: 942, body: Buffer.from('Subject: two\r\n\r\nx') },
      ],
    },
    finds: [['second-raw', 'article_data_mime_plain', '943']],
    not: ['files'],
  },
  {
    name: 'an error of sending without its article',
    rows: { article_data_mime_send_error: [{ id: 944, article_id: 9999, log_message: 'x', create_time: '2024-03-01 10:00:00' }] },
    finds: [['orphan-send-error', 'article_data_mime_send_error', '944']],
    not: ['otrs5'],
  },
  {
    name: 'time without a ticket',
    rows: { time_accounting: [{ id: 945, ticket_id: 9999, time_unit: '5.00' }] },
    finds: [['orphan-time', 'time_accounting', '945']],
  },
  {
    name: 'time of an article that is gone',
    rows: { ticket: [ticket(946)], time_accounting: [{ id: 946, ticket_id: 946, article_id: 9999, time_unit: '5.00' }] },
    finds: [['orphan-time', 'time_accounting', '946']],
  },
  {
    name: 'a value of a field that is gone',
    rows: { dynamic_field_value: [{ id: 950, field_id: 777, object_id: 1, value_text: 'x' }] },
    finds: [['unknown-field', 'dynamic_field_value', '950']],
  },
  {
    name: 'a value of a ticket that is gone',
    rows: { dynamic_field_value: [{ id: 951, field_id: 3, object_id: 9999, value_text: 'x' }] },
    finds: [['orphan-value', 'dynamic_field_value', '951']],
  },
  {
    name: 'a moment of zeros',
    async spoil(source) {
      await source.add({ ticket: [ticket(960)] })
      await source.run(`update ticket set create_time = '0000-00-00 00:00:00' where id = 960`)
    },
    finds: [['zero-date', 'ticket', '960']],
    not: ['postgres'],
  },
  { name: 'UTF-8 encoded twice', rows: { ticket: [ticket(961, { title: 'Å¼Ã³Å‚w' })] }, finds: [['bad-encoding', 'ticket', '961']] },
  {
    name: 'a queue of a group that is gone',
    rows: { queue: [{ id: 9, name: 'Bez grupy', group_id: 99, system_address_id: 1, salutation_id: 1, signature_id: 1, follow_up_id: 1 }] },
    finds: [['unknown-group', 'queue', '9']],
  },
  {
    name: 'minutes below nothing',
    rows: {
      queue: [
        { id: 10, name: 'Ujemna', group_id: 1, system_address_id: 1, salutation_id: 1, signature_id: 1, follow_up_id: 1, update_time: -5 },
      ],
    },
    finds: [['negative-minutes', 'queue', '10']],
  },
  {
    name: 'one name twice',
    rows: {
      queue: [
        { id: 11, name: 'Dwie', group_id: 1, system_address_id: 1, salutation_id: 1, signature_id: 1, follow_up_id: 1 },
        { id: 12, name: 'Dwie ', group_id: 1, system_address_id: 1, salutation_id: 1, signature_id: 1, follow_up_id: 1 },
      ],
    },
    finds: [['name-taken', 'queue', '12']],
  },
  {
    name: 'a template of a kind that an add-on brought',
    rows: { standard_template: [{ id: 91, name: 'Dodatek', template_type: 'Umowa', text: 'x' }] },
    finds: [['unknown-template-type', 'standard_template', '91']],
  },
  {
    name: 'an automatic answer of no kind',
    rows: { auto_response: [{ id: 91, name: 'bez rodzaju', type_id: 99, system_address_id: 1, text0: 'x', text1: 'x' }] },
    finds: [['unknown-answer-type', 'auto_response', '91']],
  },
  {
    name: 'a field whose description is broken',
    rows: {
      dynamic_field: [{ id: 91, name: 'Zepsute', label: 'Zepsute', field_type: 'Dropdown', object_type: 'Ticket', config: 'zepsute' }],
    },
    finds: [['bad-config', 'dynamic_field', '91']],
  },
  {
    name: 'a filter with a broken pattern',
    rows: {
      postmaster_filter: [
        { f_name: '91 zły wzorzec', f_type: 'Match', f_key: 'Subject', f_value: '(niedomknięty' },
        { f_name: '91 zły wzorzec', f_type: 'Set', f_key: 'X-OTRS-Queue', f_value: 'Junk' },
      ],
    },
    finds: [['bad-pattern', 'postmaster_filter', '91 zły wzorzec']],
  },
  {
    name: 'a state of a type that is gone',
    rows: { ticket_state: [{ id: 91, name: 'dziwny', type_id: 99 }] },
    finds: [['unknown-state-type', 'ticket_state', '91']],
  },
  {
    name: 'an entry of a category that is gone',
    rows: {
      faq_item: [
        {
          id: 91,
          f_number: '1091',
          f_subject: 'Bez kategorii',
          f_name: 'x',
          f_language_id: 3,
          state_id: 3,
          category_id: 99,
          approved: 1,
          content_type: 'text/html',
        },
      ],
    },
    finds: [['entry-without-category', 'faq_item', '91']],
  },
  {
    name: 'a file of an entry that is gone',
    rows: { faq_attachment: [{ id: 91, faq_id: 99, filename: 'x.txt', content_type: 'text/plain', content: Buffer.from('x') }] },
    finds: [['orphan-file', 'faq_attachment', '91']],
  },
  {
    name: 'a vote on an entry that is gone',
    rows: { faq_voting: [{ id: 91, item_id: 99, created_by: 'x', interface: 'public', rate: 50 }] },
    finds: [['orphan-vote', 'faq_voting', '91']],
  },
  {
    name: 'a link to a ticket that is gone',
    rows: { link_relation: [{ source_object_id: 1, source_key: '1', target_object_id: 1, target_key: '9999', type_id: 1, state_id: 1 }] },
    finds: [['orphan-link', 'link_relation', '1-9999']],
  },
  {
    name: 'a ticket tied to itself',
    rows: { link_relation: [{ source_object_id: 1, source_key: '3', target_object_id: 1, target_key: '3', type_id: 1, state_id: 1 }] },
    finds: [['own-link', 'link_relation', '3-3']],
  },
  {
    name: 'whoever watches is gone',
    rows: { ticket_watcher: [{ ticket_id: 3, user_id: 99 }] },
    finds: [['unknown-user', 'ticket_watcher', '3:99']],
  },
  {
    name: 'a watched ticket that is gone',
    rows: { ticket_watcher: [{ ticket_id: 9999, user_id: 2 }] },
    finds: [['orphan-watcher', 'ticket_watcher', '9999']],
  },
  {
    name: 'a flag of somebody who is gone',
    rows: { article_flag: [{ article_id: 1, article_key: 'Important', article_value: '1', create_by: 99 }] },
    finds: [['unknown-user', 'article_flag', '1:Important:99']],
  },
  {
    name: 'a flag of an article that is gone',
    rows: { article_flag: [{ article_id: 9999, article_key: 'Seen', article_value: '1', create_by: 2 }] },
    finds: [['orphan-flag', 'article_flag', '9999']],
  },
  {
    name: 'UTF-8 encoded twice, of a queue',
    rows: { queue: [{ id: 13, name: 'WydziaÅ‚', group_id: 1, system_address_id: 1, salutation_id: 1, signature_id: 1, follow_up_id: 1 }] },
    finds: [['bad-encoding', 'queue', '13']],
  },
]
