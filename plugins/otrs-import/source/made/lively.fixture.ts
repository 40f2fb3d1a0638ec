/** Owns one lively set of rows: at least one of every kind that an import maps, keeps or asks about. Nobody in it exists. */
import type { MadeRow } from './made.fixture.ts'

/** What is secret in these rows: nothing of it may stand in any page, log, export, mapping file or kept row. */
export const SECRETS = ['skrytka-pocztowa-7', 'haslo-do-uslugi-9', 'klucz-api-4412', 'haslo-ldap-31', 'haslo-bazy-55'] as const

/** Passwords of the logins, in every kind that OTRS has. Whoever is missing has none. */
export const PASSWORDS: Readonly<Record<string, { password: string; hash: string; kind: string }>> = {
  akowalska: { password: 'secret', kind: 'sha256', hash: '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b' },
  admin: { password: 'Zażółć gęślą jaźń', kind: 'bcrypt', hash: 'BCRYPT:9:0123456789ABCDEF:SI.yKO1WdUY/8FigQkGmJTHf/h/BDCa' },
  mwojcik: { password: 'secret', kind: 'bcrypt', hash: 'BCRYPT:12:abcdefghijklmnop:fspui54XeZl2C5nuwntJzMTPf2nFTfi' },
  'jan.nowak': { password: 'secret', kind: 'sha1', hash: 'e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4' },
  'ewa.lis': {
    password: 'secret',
    kind: 'sha512',
    hash: 'bd2b1aaf7ef4f09be9f52ce2d8d599674d81aa9d6a4421696dc4d93dd0619d682ce56b4d64a9ef097761ced99e0f67265b5f76085e5b0ee7ca4696b2ad6fe2b2',
  },
  'piotr.zając': { password: 'secret', kind: 'des', hash: 'abNANd1rDfiNc' },
  'adam.sowa': { password: 'secret', kind: 'md5crypt', hash: '$1$saltsalt$9xy1btjgzLYfb7hivXtC//' },
  'ola.wrona': { password: 'secret', kind: 'apr1', hash: '$apr1$saltsalt$LrttParrLPdxvgutaSXWJ0' },
}

/** Builds the rows; each call makes them anew, so that a test may change its own. */
export function lively(): Record<string, MadeRow[]> {
  return { ...lists(), ...people(), ...queues(), ...tickets(), ...rules(), ...faq(), ...settings() }
}

const named = (names: Readonly<Record<number, string>>, more: MadeRow = {}): MadeRow[] =>
  Object.entries(names).map(([id, name]) => ({ id: Number(id), name, ...more }))

function lists(): Record<string, MadeRow[]> {
  return {
    valid: named({ 1: 'valid', 2: 'invalid', 3: 'invalid-temporarily' }),
    follow_up_possible: named({ 1: 'possible', 2: 'reject', 3: 'new ticket' }),
    ticket_lock_type: named({ 1: 'unlock', 2: 'lock', 3: 'tmp_lock' }),
    ticket_state_type: named({ 1: 'new', 2: 'open', 3: 'closed', 4: 'pending reminder', 5: 'pending auto', 6: 'removed', 7: 'merged' }),
    ticket_state: [
      [1, 'new', 1],
      [2, 'closed successful', 3],
      [3, 'closed unsuccessful', 3],
      [4, 'open', 2],
      [5, 'removed', 6],
      [6, 'pending reminder', 4],
      [7, 'pending auto close+', 5],
      [8, 'pending auto close-', 5],
      [9, 'merged', 7],
      // One that is off, and those that a house made for itself: their numbers are ours, too.
      [10, 'oddane na zewnątrz', 2, 2],
      [20, 'u dostawcy', 4],
      [21, 'zamknięte przez telefon', 3],
      [22, 'czeka na rektora', 4],
    ].map(([id, name, type_id, valid_id = 1]) => ({ id: id!, name: name!, type_id: type_id!, valid_id })),
    ticket_priority: named({ 1: '1 very low', 2: '2 low', 3: '3 normal', 4: '4 high', 5: '5 very high', 6: '6 awaria' }),
    ticket_type: named({ 1: 'Unclassified', 2: 'Incydent', 3: 'Wniosek' }),
    ticket_history_type: named({
      1: 'NewTicket',
      2: 'FollowUp',
      4: 'SendAutoReply',
      8: 'SendAnswer',
      9: 'SendAgentNotification',
      13: 'PhoneCallAgent',
      15: 'AddNote',
      16: 'Move',
      17: 'Lock',
      18: 'Unlock',
      20: 'TimeAccounting',
      21: 'CustomerUpdate',
      22: 'PriorityUpdate',
      23: 'OwnerUpdate',
      25: 'Misc',
      26: 'SetPendingTime',
      27: 'StateUpdate',
      28: 'TicketDynamicFieldUpdate',
      30: 'TicketLinkAdd',
      33: 'Merged',
      35: 'Subscribe',
      40: 'ArchiveFlagUpdate',
      // Of an add-on that nobody knows any more.
      90: 'KsiegowoscEksport',
    }),
    article_sender_type: named({ 1: 'agent', 2: 'system', 3: 'customer' }),
    communication_channel: [
      [1, 'Email'],
      [2, 'Phone'],
      [3, 'Internal'],
      [4, 'Chat'],
    ].map(([id, name]) => ({
      id: id!,
      name: name!,
      module: `Kernel::System::CommunicationChannel::${name}`,
      package_name: 'Framework',
      channel_data: '---\n',
    })),
    link_type: named({ 1: 'Normal', 2: 'ParentChild' }),
    link_state: named({ 1: 'Valid', 2: 'Temporary' }),
    link_object: named({ 1: 'Ticket', 2: 'FAQ' }),
    auto_response_type: named({ 1: 'auto reply', 2: 'auto reject', 3: 'auto follow up', 4: 'auto reply/new ticket', 5: 'auto remove' }),
  }
}

function people(): Record<string, MadeRow[]> {
  const customer = (
    id: number,
    login: string,
    email: string,
    customer_id: string,
    first_name: string,
    last_name: string,
    more: MadeRow = {},
  ): MadeRow => ({
    id,
    login,
    email,
    customer_id,
    first_name,
    last_name,
    pw: PASSWORDS[login]?.hash ?? null,
    ...more,
  })
  const preference = (user_id: number, preferences_key: string, preferences_value: string): MadeRow => ({
    user_id,
    preferences_key,
    preferences_value,
  })
  const right = (role_id: number, group_id: number, permission_key: string, permission_value = 1): MadeRow => ({
    role_id,
    group_id,
    permission_key,
    permission_value,
  })
  return {
    users: [
      { id: 1, login: 'root@localhost', pw: 'roK20XGbWEsSM', first_name: 'Admin', last_name: 'OTRS' },
      { id: 2, login: 'akowalska', pw: PASSWORDS['akowalska']!.hash, title: 'dr', first_name: 'Anna', last_name: 'Kowalska' },
      // Ours has an admin too.
      { id: 3, login: 'admin', pw: PASSWORDS['admin']!.hash, first_name: 'Adam', last_name: 'Minowski' },
      // Two hats with one login and one address.
      { id: 4, login: 'jan.nowak', pw: PASSWORDS['jan.nowak']!.hash, first_name: 'Jan', last_name: 'Nowak' },
      // Two hats with one login and no common address.
      { id: 5, login: 'mwojcik', pw: PASSWORDS['mwojcik']!.hash, first_name: 'Maria', last_name: 'Wójcik' },
      { id: 6, login: 'odeszly', pw: '', first_name: 'Ktoś', last_name: 'Odeszły', valid_id: 2 },
      { id: 7, login: 'urlop', pw: '', first_name: 'Bez', last_name: 'Adresu', valid_id: 3 },
    ],
    user_preferences: [
      preference(2, 'UserEmail', 'anna.kowalska@uni.example'),
      preference(2, 'UserLanguage', 'pl'),
      preference(2, 'UserTimeZone', 'Europe/Warsaw'),
      preference(2, 'UserMobile', '+48 600 100 200'),
      preference(2, 'UserComment', 'pokój 12, „stary gmach”'),
      preference(2, 'UserGoogleAuthenticatorSecretKey', 'JBSWY3DPEHPK3PXP'),
      preference(2, 'UserRefreshTime', '5'),
      preference(3, 'UserEmail', 'admin@uni.example'),
      preference(3, 'UserLanguage', 'de'),
      preference(4, 'UserEmail', 'jan.nowak@uni.example'),
      preference(4, 'OutOfOffice', '1'),
      preference(4, 'OutOfOfficeStartYear', '2026'),
      preference(4, 'OutOfOfficeStartMonth', '11'),
      preference(4, 'OutOfOfficeStartDay', '2'),
      preference(4, 'OutOfOfficeEndYear', '2026'),
      preference(4, 'OutOfOfficeEndMonth', '12'),
      preference(4, 'OutOfOfficeEndDay', '31'),
      preference(5, 'UserEmail', 'maria.wojcik@it.uni.example'),
      preference(6, 'UserEmail', 'odeszly@uni.example'),
    ],
    groups: [...named({ 1: 'users', 2: 'admin', 3: 'stats', 4: 'sieć', 5: 'faq-redakcja' }), { id: 6, name: 'dawna grupa', valid_id: 2 }],
    roles: [
      { id: 1, name: 'Sieciowcy', comments: 'dyżury' },
      { id: 2, name: 'Redakcja' },
    ],
    role_user: [
      { role_id: 1, user_id: 2 },
      { role_id: 1, user_id: 4 },
      { role_id: 2, user_id: 2 },
    ],
    group_role: [right(1, 4, 'rw'), right(1, 1, 'ro'), right(1, 1, 'note'), right(2, 5, 'rw'), right(1, 2, 'rw', 0), right(1, 4, 'bounce')],
    group_user: [
      { user_id: 1, group_id: 2, permission_key: 'rw' },
      { user_id: 3, group_id: 2, permission_key: 'rw' },
      { user_id: 2, group_id: 1, permission_key: 'rw' },
      { user_id: 5, group_id: 1, permission_key: 'ro' },
      { user_id: 5, group_id: 1, permission_key: 'create' },
      { user_id: 6, group_id: 1, permission_key: 'rw' },
    ],
    group_customer: [
      { customer_id: 'BIOL', group_id: 1, permission_key: 'rw', permission_value: 1, permission_context: 'Ticket::CustomerID::Same' },
    ],
    group_customer_user: [{ user_id: 'ewa.lis', group_id: 1, permission_key: 'rw', permission_value: 1 }],
    personal_queues: [
      { user_id: 2, queue_id: 5 },
      { user_id: 2, queue_id: 6 },
    ],
    personal_services: [{ user_id: 2, service_id: 2 }],
    customer_company: [
      {
        customer_id: 'BIOL',
        name: 'Wydział Biologii',
        street: 'Zielona 1',
        zip: '00-001',
        city: 'Przykładów',
        country: 'Poland',
        url: 'https://biol.uni.example',
        comments: 'dziekanat: I piętro',
      },
      { customer_id: 'FIZ', name: 'Wydział Fizyki' },
      { customer_id: 'DAWNY', name: 'Instytut dawny', valid_id: 2 },
    ],
    customer_user: [
      customer(1, 'ewa.lis', 'ewa.lis@uni.example', 'BIOL', 'Ewa', 'Lis', {
        title: 'prof.',
        phone: '22 100 20 30',
        fax: '22 100 20 31',
        mobile: '600 200 300',
        street: 'Zielona 1/5',
        zip: '00-001',
        city: 'Przykładów',
        country: 'Poland',
        comments: 'woli telefon',
      }),
      customer(2, 'jan.nowak', 'Jan.Nowak@uni.example', 'FIZ', 'Jan', 'Nowak'),
      customer(3, 'mwojcik', 'mwojcik@student.uni.example', 'FIZ', 'Maria', 'Wójcik'),
      customer(4, 'piotr.zając', 'piotr@uni.example', 'BIOL', 'Piotr', 'Zając'),
      // One address, two people.
      customer(5, 'sekretariat1', 'sekretariat@uni.example', 'BIOL', 'Sekretariat', 'Biologii'),
      customer(6, 'sekretariat2', 'SEKRETARIAT@uni.example', 'BIOL', 'Zofia', 'Sekretarska'),
      customer(7, 'adam.sowa', 'adam.sowa@uni.example', 'FIZ', 'Adam', 'Sowa', { valid_id: 2 }),
      customer(8, 'ola.wrona', 'ola.wrona@uni.example', 'NIEMA', 'Ola', 'Wrona'),
      customer(9, 'obca@poczta.example', 'obca@poczta.example', 'obca@poczta.example', 'Obca', 'Osoba', { pw: 'jawne', valid_id: 3 }),
    ],
    customer_user_customer: [{ user_id: 'ewa.lis', customer_id: 'FIZ' }],
    customer_preferences: [
      { user_id: 'ewa.lis', preferences_key: 'UserLanguage', preferences_value: 'en' },
      { user_id: 'ewa.lis', preferences_key: 'UserTimeZone', preferences_value: 'Europe/Warsaw' },
      { user_id: 'piotr.zając', preferences_key: 'UserLanguage', preferences_value: 'uk' },
    ],
  }
}

function queues(): Record<string, MadeRow[]> {
  const queue = (id: number, name: string, group_id: number, more: MadeRow = {}): MadeRow => ({
    id,
    name,
    group_id,
    unlock_timeout: 0,
    system_address_id: 1,
    salutation_id: 1,
    signature_id: 1,
    follow_up_id: 1,
    follow_up_lock: 0,
    ...more,
  })
  return {
    system_address: [
      { id: 1, value0: 'pomoc@uni.example', value1: 'Pomoc Uczelni', queue_id: 2 },
      { id: 2, value0: 'siec@uni.example', value1: 'Sieć', queue_id: 6 },
      { id: 3, value0: 'SIEC@uni.example', value1: 'Sieć (stary)', queue_id: 6, valid_id: 2 },
      { id: 4, value0: 'rektorat@uni.example', value1: 'Rektorat', queue_id: 7 },
    ],
    salutation: [
      {
        id: 1,
        name: 'system standard salutation (en)',
        text: 'Dear <OTRS_CUSTOMER_REALNAME>,\n\nThank you for your request.',
        content_type: 'text/plain; charset=utf-8',
      },
      { id: 2, name: 'powitanie', text: 'Szanowni Państwo,<br/><br/>dziękujemy za „zgłoszenie”.', content_type: 'text/html' },
    ],
    signature: [
      {
        id: 1,
        name: 'system standard signature (en)',
        text: '\nYour Ticket-Team\n\n<OTRS_Agent_UserFirstname> <OTRS_Agent_UserLastname>',
        content_type: 'text/plain; charset=utf-8',
      },
      { id: 2, name: 'podpis sieci', text: '<p><b>Sekcja Sieci</b><br />wew. 4455</p>', content_type: 'text/html' },
    ],
    queue: [
      queue(1, 'Postmaster', 1),
      queue(2, 'Raw', 1),
      queue(3, 'Junk', 1),
      queue(4, 'Misc', 1),
      queue(5, 'Informatyka', 1, {
        first_response_time: 240,
        first_response_notify: 80,
        update_time: 480,
        solution_time: 960,
        comments: 'dział',
      }),
      queue(6, 'Informatyka::Sieć i WiFi', 4, {
        system_address_id: 2,
        salutation_id: 2,
        signature_id: 2,
        calendar_name: '1',
        unlock_timeout: 60,
        follow_up_id: 3,
        follow_up_lock: 1,
        first_response_time: 60,
        first_response_notify: 50,
        default_sign_key: 'SMIME::abcd1234.0',
      }),
      queue(7, 'Rektorat', 1, { system_address_id: 4, follow_up_id: 2 }),
      queue(8, 'Dawna kolejka', 6, { valid_id: 2 }),
    ],
    queue_preferences: [{ queue_id: 6, preferences_key: 'Comment2', preferences_value: 'II piętro' }],
    auto_response: [
      {
        id: 1,
        name: 'default reply',
        type_id: 1,
        system_address_id: 1,
        text1: 'RE: <OTRS_CUSTOMER_SUBJECT[24]>',
        text0: 'Przyjęliśmy zgłoszenie <OTRS_TICKET_TicketNumber>.',
        content_type: 'text/plain',
      },
      {
        id: 2,
        name: 'odmowa',
        type_id: 2,
        system_address_id: 1,
        text1: 'Zamknięte',
        text0: 'Proszę pisać <b>na nowo</b>.',
        content_type: 'text/html',
      },
    ],
    queue_auto_response: [
      { id: 1, queue_id: 2, auto_response_id: 1 },
      { id: 2, queue_id: 7, auto_response_id: 2 },
    ],
    standard_template: [
      { id: 1, name: 'empty answer', text: '', content_type: 'text/plain; charset=utf-8', template_type: 'Answer' },
      {
        id: 2,
        name: 'WiFi: eduroam',
        text: '<p>Proszę o zdjęcie ekranu.</p>',
        content_type: 'text/html',
        template_type: 'Answer',
        preselected_ticket_state_id: 6,
      },
      { id: 3, name: 'telefon', text: 'Rozmowa z <OTRS_CUSTOMER_UserFullname>', content_type: 'text/plain', template_type: 'PhoneCall' },
      { id: 4, name: 'nowe', text: 'Zgłoszenie z papieru', content_type: 'text/plain', template_type: 'Create', valid_id: 2 },
      { id: 5, name: 'notatka', text: 'oddzwonić', content_type: 'text/plain', template_type: 'Note' },
    ],
    standard_attachment: [
      {
        id: 1,
        name: 'instrukcja',
        filename: 'Instrukcja – żółć.txt',
        content_type: 'text/plain',
        content: Buffer.from('Włącz i wyłącz.\n'),
      },
    ],
    standard_template_attachment: [{ id: 1, standard_attachment_id: 1, standard_template_id: 2 }],
    queue_standard_template: [
      { queue_id: 2, standard_template_id: 1 },
      { queue_id: 6, standard_template_id: 2 },
    ],
    service: named({ 1: 'Sieć', 2: 'Sieć::Eduroam', 3: 'Poczta' }),
    service_preferences: [{ service_id: 1, preferences_key: 'Comment2', preferences_value: 'usługa podstawowa' }],
    service_customer_user: [
      { customer_user_login: '<DEFAULT>', service_id: 3 },
      { customer_user_login: 'ewa.lis', service_id: 2 },
    ],
    sla: [
      {
        id: 1,
        name: 'Całą dobę',
        calendar_name: '2',
        first_response_time: 60,
        first_response_notify: 80,
        update_time: 0,
        solution_time: 720,
      },
      { id: 2, name: 'Zwykła', first_response_time: 0, update_time: 480, solution_time: 0 },
    ],
    sla_preferences: [{ sla_id: 1, preferences_key: 'Comment2', preferences_value: 'tylko serwerownia' }],
    service_sla: [
      { service_id: 2, sla_id: 1 },
      { service_id: 3, sla_id: 2 },
    ],
  }
}

/** Of a mail as it came. */
const RAW = Buffer.from(
  [
    'From: Ewa Lis <ewa.lis@uni.example>',
    'To: pomoc@uni.example',
    'Subject: =?utf-8?Q?Drukarka_nie_drukuje?=',
    'Message-ID: <1@uni.example>',
    'Date: Mon, 15 Jan 2024 09:12:30 +0100',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Dzień dobry, drukarka nie drukuje. Żółty papier.',
    '',
  ].join('\r\n'),
)
/** One pixel. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

const epoch = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`) / 1000

function tickets(): Record<string, MadeRow[]> {
  const at = (text: string): MadeRow => ({ create_time: text, change_time: text })
  const ticket = (id: number, tn: string, title: string, created: string, more: MadeRow = {}): MadeRow => ({
    id,
    tn,
    title,
    queue_id: 2,
    ticket_lock_id: 1,
    type_id: 1,
    user_id: 1,
    responsible_user_id: 1,
    ticket_priority_id: 3,
    ticket_state_id: 4,
    customer_id: 'BIOL',
    customer_user_id: 'ewa.lis',
    timeout: epoch(created),
    ...at(created),
    ...more,
  })
  const article = (
    id: number,
    ticket_id: number,
    sender: 1 | 2 | 3,
    channel: 1 | 2 | 3 | 4,
    visible: 0 | 1,
    when: string,
    create_by = 1,
  ): MadeRow => ({
    id,
    ticket_id,
    article_sender_type_id: sender,
    communication_channel_id: channel,
    is_visible_for_customer: visible,
    ...at(when),
    create_by,
    change_by: create_by,
  })
  const mime = (article_id: number, a_subject: string, a_body: string, when: string, more: MadeRow = {}): MadeRow => ({
    id: article_id,
    article_id,
    a_subject,
    a_body,
    a_from: 'Ewa Lis <ewa.lis@uni.example>',
    a_to: 'Pomoc <pomoc@uni.example>',
    a_content_type: 'text/plain; charset=utf-8',
    incoming_time: epoch(when),
    content_path: when.slice(0, 10).replaceAll('-', '/'),
    ...at(when),
    ...more,
  })
  let part = 0
  const file = (article_id: number, filename: string, content_type: string, content: string | Buffer, more: MadeRow = {}): MadeRow => {
    const bytes = Buffer.from(content)
    part += 1
    return { id: part, article_id, filename, content_type, content: bytes, content_size: String(bytes.length), ...more }
  }
  let row = 0
  const history = (ticket_id: number, type: number, name: string, when: string, more: MadeRow = {}): MadeRow => {
    row += 1
    return {
      id: row,
      ticket_id,
      history_type_id: type,
      name,
      type_id: 1,
      queue_id: 2,
      owner_id: 1,
      priority_id: 3,
      state_id: 4,
      ...at(when),
      ...more,
    }
  }
  let value = 0
  const field = (field_id: number, object_id: number, more: MadeRow): MadeRow => {
    value += 1
    return { id: value, field_id, object_id, ...more }
  }
  const link = (
    source_object_id: number,
    source: number,
    target_object_id: number,
    target: number,
    type_id: number,
    state_id = 1,
  ): MadeRow => ({
    source_object_id,
    source_key: String(source),
    target_object_id,
    target_key: String(target),
    type_id,
    state_id,
    create_time: '2024-02-01 10:00:00',
    create_by: 2,
  })
  return {
    ticket: [
      // A conversation by mail, taken by an agent, with everything a ticket can have.
      ticket(1, '2024011510000012', 'Drukarka nie drukuje', '2024-01-15 08:12:30', {
        queue_id: 6,
        ticket_lock_id: 2,
        type_id: 2,
        service_id: 2,
        sla_id: 1,
        user_id: 2,
        responsible_user_id: 4,
        ticket_priority_id: 4,
        escalation_time: epoch('2024-01-15 20:12:30'),
        escalation_solution_time: epoch('2024-01-15 20:12:30'),
        change_time: '2024-01-15 11:00:00',
      }),
      ticket(2, '2024011610000011', 'Hasło do USOS', '2024-01-16 09:00:00', {
        ticket_state_id: 2,
        customer_user_id: 'jan.nowak',
        customer_id: 'FIZ',
        archive_flag: 1,
        user_id: 4,
        ticket_lock_id: 2,
      }),
      ticket(3, '2024011610000029', 'Prośba o konto', '2024-01-16 10:00:00', {
        ticket_state_id: 6,
        until_time: epoch('2027-03-01 09:00:00'),
        user_id: 2,
        ticket_lock_id: 2,
      }),
      ticket(4, '2024011710000018', 'Zamknij za tydzień', '2024-01-17 09:00:00', {
        ticket_state_id: 7,
        until_time: epoch('2024-01-24 09:00:00'),
        user_id: 2,
      }),
      ticket(5, '2024011710000027', 'Podwójne zgłoszenie', '2024-01-17 10:00:00', { ticket_state_id: 9, user_id: 2 }),
      // Whom nobody knows, and one without anybody.
      ticket(6, '2024011810000017', 'Pytanie z zewnątrz', '2024-01-18 09:00:00', {
        ticket_state_id: 1,
        customer_user_id: 'ktos@gdzies.example',
        customer_id: 'ktos@gdzies.example',
      }),
      ticket(7, '2024011810000026', 'Czat z dyżurnym', '2024-01-18 10:00:00', {
        ticket_state_id: 3,
        customer_user_id: null,
        customer_id: null,
        type_id: null,
      }),
      ticket(8, '2024011910000016', 'Usunięte', '2024-01-19 09:00:00', { ticket_state_id: 5, queue_id: 3 }),
      // States that a house made for itself.
      ticket(9, '2024011910000025', 'U dostawcy od miesiąca', '2024-01-19 10:00:00', {
        ticket_state_id: 20,
        queue_id: 5,
        ticket_priority_id: 6,
        until_time: epoch('2027-01-04 08:00:00'),
        user_id: 5,
      }),
      ticket(10, '2024012010000014', 'Telefon z rektoratu', '2024-01-20 09:00:00', {
        ticket_state_id: 21,
        queue_id: 7,
        user_id: 6,
        customer_user_id: 'mwojcik',
        customer_id: 'FIZ',
      }),
      // Locked, and nobody has it.
      ticket(11, '2024012010000023', 'Zajęte przez nikogo', '2024-01-20 10:00:00', { ticket_lock_id: 2, service_id: 3, sla_id: 2 }),
      ticket(12, '2015071510123456', 'Welcome!', '2015-07-15 12:00:00', { ticket_state_id: 1, customer_user_id: null, customer_id: null }),
    ],
    article: [
      article(1, 1, 3, 1, 1, '2024-01-15 08:12:30'),
      article(2, 1, 2, 1, 1, '2024-01-15 08:12:31'),
      article(3, 1, 1, 1, 1, '2024-01-15 09:00:00', 2),
      article(4, 1, 1, 3, 0, '2024-01-15 10:00:00', 2),
      article(5, 1, 3, 1, 1, '2024-01-15 11:00:00'),
      article(6, 2, 3, 1, 1, '2024-01-16 09:00:00'),
      article(7, 3, 1, 2, 1, '2024-01-16 10:00:00', 2),
      article(8, 4, 3, 1, 1, '2024-01-17 09:00:00'),
      article(9, 5, 1, 3, 0, '2024-01-17 10:30:00', 2),
      article(10, 6, 3, 1, 1, '2024-01-18 09:00:00'),
      article(11, 7, 1, 4, 1, '2024-01-18 10:00:00', 2),
      article(12, 8, 3, 1, 1, '2024-01-19 09:00:00'),
      article(13, 9, 3, 1, 1, '2024-01-19 10:00:00'),
      article(14, 10, 1, 2, 1, '2024-01-20 09:00:00', 6),
      article(15, 11, 3, 1, 1, '2024-01-20 10:00:00'),
      article(16, 12, 3, 1, 1, '2015-07-15 12:00:00'),
    ],
    article_data_mime: [
      mime(1, 'Drukarka nie drukuje', 'Dzień dobry, drukarka nie drukuje. Żółty papier.', '2024-01-15 08:12:30', {
        a_message_id: '<1@uni.example>',
        a_cc: 'sekretariat@uni.example',
      }),
      mime(2, '[Ticket#2024011510000012] Drukarka nie drukuje', 'Przyjęliśmy zgłoszenie.', '2024-01-15 08:12:31', {
        a_from: 'Pomoc Uczelni <pomoc@uni.example>',
        a_to: 'ewa.lis@uni.example',
        a_message_id: '<2@uni.example>',
        a_in_reply_to: '<1@uni.example>',
        a_references: '<1@uni.example>',
      }),
      mime(3, 'Re: [Ticket#2024011510000012] Drukarka nie drukuje', 'Proszę o zdjęcie ekranu.', '2024-01-15 09:00:00', {
        a_from: 'Sieć <siec@uni.example>',
        a_to: 'Ewa Lis <ewa.lis@uni.example>',
        a_bcc: 'archiwum@uni.example',
        a_message_id: '<3@uni.example>',
        a_in_reply_to: '<1@uni.example>',
        a_references: '<1@uni.example> <2@uni.example>',
        a_content_type: 'text/html; charset=utf-8',
      }),
      mime(4, 'Notatka', 'Toner zamówiony.', '2024-01-15 10:00:00', {
        a_from: '"Anna Kowalska" <anna.kowalska@uni.example>',
        a_to: 'Sieć',
      }),
      mime(5, 'Odp: [Ticket#2024011510000012] Drukarka nie drukuje', 'W załączeniu.', '2024-01-15 11:00:00', {
        a_message_id: '<5@uni.example>',
        a_in_reply_to: '<3@uni.example>',
        a_references: '<1@uni.example> <3@uni.example>',
      }),
      mime(6, 'Hasło do USOS', 'Nie pamiętam hasła 😀', '2024-01-16 09:00:00', {
        a_from: 'Jan.Nowak@uni.example',
        a_message_id: '<6@uni.example>',
      }),
      mime(7, 'Rozmowa', 'Dzwonili z FIZ.', '2024-01-16 10:00:00', { a_from: 'Jan Nowak <Jan.Nowak@uni.example>', a_to: 'Raw' }),
      mime(8, 'Zamknij za tydzień', 'Czekamy.', '2024-01-17 09:00:00', { a_message_id: '<8@uni.example>' }),
      mime(9, 'Ticket Merged', 'Merged Ticket#2024011710000027 to Ticket#2024011510000012.', '2024-01-17 10:30:00', {
        a_from: 'root@localhost',
      }),
      mime(10, 'Pytanie', 'Czy jest nabór?', '2024-01-18 09:00:00', {
        a_from: 'ktos@gdzies.example',
        a_message_id: '<10@gdzies.example>',
        a_reply_to: 'inny@gdzies.example',
      }),
      // The same Message-ID twice.
      mime(12, 'Reklama', 'Kup teraz!', '2024-01-19 09:00:00', { a_message_id: '<10@gdzies.example>' }),
      mime(13, 'Serwis', 'Oddane do serwisu.', '2024-01-19 10:00:00', {
        a_from: 'mwojcik@student.uni.example',
        a_message_id: '<13@uni.example>',
      }),
      mime(14, 'Telefon', 'Sprawa załatwiona.', '2024-01-20 09:00:00', { a_from: 'Rektorat', a_to: 'Rektorat' }),
      mime(15, 'Poczta', 'Nie dochodzi.', '2024-01-20 10:00:00', { a_message_id: '<15@uni.example>' }),
      mime(16, 'Welcome!', 'Welcome!', '2015-07-15 12:00:00', {
        a_from: 'Feedback <marketing@otrs.example>',
        a_message_id: '<007@localhost>',
      }),
    ],
    article_data_mime_plain: [
      { id: 1, article_id: 1, body: RAW },
      { id: 2, article_id: 3, body: Buffer.from(String(RAW).replace('<1@', '<3@')) },
      {
        id: 3,
        article_id: 6,
        body: Buffer.from('From: Jan.Nowak@uni.example\r\nSubject: Has\xb3o\r\n\r\nISO: \xb1\xe6\xea\r\n', 'latin1'),
      },
    ],
    article_data_mime_attachment: [
      file(3, 'file-2', 'text/html; charset="utf-8"', '<p>Proszę o <b>zdjęcie</b> ekranu: <img src="cid:logo1"></p>'),
      file(3, 'logo.png', 'image/png', PNG, { content_id: '<logo1>', disposition: 'inline' }),
      file(5, 'file-1', 'text/plain; charset="utf-8"', 'W załączeniu.', { content_alternative: '1' }),
      file(5, 'file-2', 'text/html; charset="utf-8"', '<p>W załączeniu.</p>', { content_alternative: '1', disposition: 'inline' }),
      file(5, 'Zdjęcie ekranu – żółć.PNG', 'image/png; name="Zdjęcie"', PNG, { disposition: 'attachment' }),
      file(5, 'ekran.png', 'image/png', PNG),
      file(5, 'pusty.txt', 'text/plain', ''),
      file(10, 'Untitled-1.eml', 'message/rfc822', RAW, { disposition: 'attachment' }),
    ],
    article_data_mime_send_error: [
      { id: 1, article_id: 3, message_id: '<3@uni.example>', log_message: '550 5.1.1 mailbox full', create_time: '2024-01-15 09:00:05' },
    ],
    article_data_otrs_chat: [
      {
        id: 1,
        article_id: 11,
        chat_participant_id: '2',
        chat_participant_name: 'Anna Kowalska',
        chat_participant_type: 'User',
        message_text: 'W czym mogę pomóc?',
        create_time: '2024-01-18 10:00:00',
      },
      {
        id: 2,
        article_id: 11,
        chat_participant_id: 'gość',
        chat_participant_name: 'Gość',
        chat_participant_type: 'Public',
        message_text: 'Nie działa <b>WiFi</b>',
        create_time: '2024-01-18 10:00:20',
      },
      {
        id: 3,
        article_id: 11,
        chat_participant_id: '2',
        chat_participant_name: 'Anna Kowalska',
        chat_participant_type: 'User',
        message_text: 'Gość wyszedł',
        system_generated: 1,
        create_time: '2024-01-18 10:05:00',
      },
    ],
    article_flag: [
      ...[1, 2, 3].map((article_id) => ({
        article_id,
        article_key: 'Seen',
        article_value: '1',
        create_time: '2024-01-15 09:30:00',
        create_by: 2,
      })),
      { article_id: 1, article_key: 'Important', article_value: '1', create_time: '2024-01-15 09:31:00', create_by: 2 },
      { article_id: 6, article_key: 'Seen', article_value: '1', create_time: '2024-01-16 09:30:00', create_by: 4 },
    ],
    ticket_flag: [{ ticket_id: 2, ticket_key: 'Seen', ticket_value: '1', create_time: '2024-01-16 09:30:00', create_by: 4 }],
    ticket_watcher: [{ ticket_id: 1, user_id: 4, ...at('2024-01-15 09:10:00'), create_by: 4 }],
    ticket_history: [
      history(1, 1, '%%2024011510000012%%Informatyka::Sieć i WiFi%%4 high%%new%%1', '2024-01-15 08:12:30', {
        queue_id: 6,
        state_id: 1,
        priority_id: 4,
      }),
      history(1, 4, '%%ewa.lis@uni.example', '2024-01-15 08:12:31', { article_id: 2, queue_id: 6 }),
      history(1, 17, '%%lock', '2024-01-15 09:00:00', { create_by: 2, queue_id: 6, owner_id: 2 }),
      history(1, 23, '%%akowalska%%2', '2024-01-15 09:00:00', { create_by: 2, queue_id: 6, owner_id: 2 }),
      history(1, 8, '%%ewa.lis@uni.example', '2024-01-15 09:00:00', { article_id: 3, create_by: 2, queue_id: 6, owner_id: 2 }),
      history(1, 27, '%%new%%open%%', '2024-01-15 09:00:00', { create_by: 2, queue_id: 6, owner_id: 2 }),
      history(1, 15, '%%', '2024-01-15 10:00:00', { article_id: 4, create_by: 2, queue_id: 6, owner_id: 2 }),
      history(1, 20, '%%15%%15', '2024-01-15 10:00:00', { create_by: 2, queue_id: 6, owner_id: 2 }),
      history(1, 25, 'Reset of unlock time.', '2024-01-15 10:00:00', { create_by: 2, queue_id: 6, owner_id: 2 }),
      history(1, 35, '%%Jan Nowak', '2024-01-15 09:10:00', { create_by: 4, queue_id: 6 }),
      history(1, 28, '%%FieldName%%Budynek%%Value%%bud_a%%OldValue%%', '2024-01-15 10:30:00', { create_by: 2, queue_id: 6 }),
      history(1, 2, '%%2024011510000012%%', '2024-01-15 11:00:00', { article_id: 5, queue_id: 6 }),
      history(2, 1, '%%2024011610000011%%Raw%%3 normal%%new%%2', '2024-01-16 09:00:00', { article_id: 0 }),
      history(2, 27, '%%new%%closed successful%%', '2024-01-16 09:40:00', { create_by: 4, state_id: 2 }),
      history(2, 40, '%%y', '2024-06-16 00:00:00', { state_id: 2 }),
      history(3, 1, '%%2024011610000029%%Raw%%3 normal%%open%%3', '2024-01-16 10:00:00', { create_by: 2 }),
      history(3, 26, '%%2027-03-01 10:00', '2024-01-16 10:00:00', { create_by: 2, state_id: 6 }),
      history(4, 1, '%%2024011710000018%%Raw%%3 normal%%new%%4', '2024-01-17 09:00:00'),
      history(5, 1, '%%2024011710000027%%Raw%%3 normal%%new%%5', '2024-01-17 10:00:00'),
      history(5, 33, '%%2024011710000027%%5%%2024011510000012%%1', '2024-01-17 10:30:00', { create_by: 2, state_id: 9 }),
      history(6, 1, '%%2024011810000017%%Raw%%3 normal%%new%%6', '2024-01-18 09:00:00', { state_id: 1 }),
      history(7, 1, '%%2024011810000026%%Raw%%3 normal%%new%%7', '2024-01-18 10:00:00'),
      history(8, 1, '%%2024011910000016%%Junk%%3 normal%%new%%8', '2024-01-19 09:00:00', { queue_id: 3 }),
      history(9, 1, '%%2024011910000025%%Informatyka%%6 awaria%%new%%9', '2024-01-19 10:00:00', { queue_id: 5, priority_id: 6 }),
      history(9, 90, 'wysłano do księgowości', '2024-01-19 11:00:00', { queue_id: 5 }),
      history(10, 1, '%%2024012010000014%%Rektorat%%3 normal%%new%%10', '2024-01-20 09:00:00', { queue_id: 7, create_by: 6 }),
      history(11, 1, '%%2024012010000023%%Raw%%3 normal%%new%%11', '2024-01-20 10:00:00'),
      history(12, 1, 'New Ticket [2015071510123456] created.', '2015-07-15 12:00:00', { state_id: 1 }),
      history(1, 30, '%%2024011610000011%%2%%1', '2024-02-01 10:00:00', { create_by: 2 }),
    ],
    time_accounting: [
      { id: 1, ticket_id: 1, article_id: 4, time_unit: '15.00', ...at('2024-01-15 10:00:00'), create_by: 2 },
      { id: 2, ticket_id: 2, article_id: null, time_unit: '0.50', ...at('2024-01-16 09:40:00'), create_by: 4 },
    ],
    link_relation: [link(1, 1, 1, 2, 1), link(1, 1, 1, 5, 2), link(2, 1, 1, 1, 1), link(1, 3, 1, 4, 1, 2)],
    ticket_number_counter: [
      { id: 1, counter: 1, counter_uid: 'a', create_time: '2024-01-20 09:00:00' },
      { id: 2, counter: 2, counter_uid: 'b', create_time: '2024-01-20 10:00:00' },
    ],
    ticket_loop_protection: [
      { sent_to: 'ewa.lis@uni.example', sent_date: '2024-01-15' },
      { sent_to: 'ktos@gdzies.example', sent_date: '2024-01-18' },
    ],
    dynamic_field: fields(),
    dynamic_field_value: [
      field(3, 1, { value_text: 'INV/2024/001' }),
      field(4, 1, { value_text: 'wiersz 1\nwiersz 2' }),
      field(5, 1, { value_text: 'bud_a' }),
      field(6, 1, { value_text: 'mail', index_value: 0 }),
      field(6, 1, { value_text: 'wifi', index_value: 1 }),
      field(7, 1, { value_int: 1 }),
      field(8, 1, { value_date: '2024-02-01 00:00:00' }),
      field(9, 1, { value_date: '2024-02-01 12:30:00' }),
      // A key that the list no longer has.
      field(5, 2, { value_text: 'bud_z' }),
      field(3, 2, { value_text: '' }),
      field(7, 2, { value_int: 0 }),
      field(10, 1, { value_text: 'formularz www' }),
      field(11, 1, { value_text: 'L-12345' }),
      field(12, 1, { value_text: 'co to jest' }),
      field(1, 9, { value_text: 'Process-1' }),
      field(13, 2, { value_int: 1 }),
    ],
    dynamic_field_obj_id_name: [{ object_id: 1, object_name: 'ewa.lis', object_type: 'CustomerUser' }],
    article_version: [
      {
        id: 1,
        ticket_id: 1,
        article_sender_type_id: 1,
        communication_channel_id: 3,
        is_visible_for_customer: 0,
        ...at('2024-01-15 10:00:00'),
        create_by: 2,
        source_article_id: 4,
        version_create_by: 2,
        version_create_time: '2024-01-15 10:10:00',
      },
    ],
    article_data_mime_version: [mime(1, 'Notatka', 'Toner zamówiony? (pierwsza wersja)', '2024-01-15 10:00:00')],
  }
}

function fields(): MadeRow[] {
  const field = (
    id: number,
    name: string,
    field_type: string,
    object_type: string,
    config = "---\nDefaultValue: ''\n",
    more: MadeRow = {},
  ): MadeRow => ({
    id,
    name,
    label: `${name} (etykieta)`,
    field_order: id,
    field_type,
    object_type,
    config,
    ...more,
  })
  return [
    field(1, 'ProcessManagementProcessID', 'ProcessID', 'Ticket', undefined, { internal_field: 1 }),
    field(2, 'ProcessManagementActivityID', 'ActivityID', 'Ticket', undefined, { internal_field: 1 }),
    field(3, 'NrInwentarzowy', 'Text', 'Ticket', "---\nDefaultValue: ''\nRegExList:\n- ErrorMessage: zły numer\n  Value: ^INV\n"),
    field(4, 'OpisTechniczny', 'TextArea', 'Ticket', "---\nCols: 42\nDefaultValue: ''\nRegExList: []\nRows: 7\n"),
    field(
      5,
      'Budynek',
      'Dropdown',
      'Ticket',
      "---\nDefaultValue: ''\nPossibleNone: 1\nPossibleValues:\n  bud_a: Gmach A\n  bud_b: Gmach B\nTranslatableValues: 0\n",
    ),
    field(6, 'Systemy', 'Multiselect', 'Ticket', "---\nDefaultValue: ''\nPossibleNone: 1\nPossibleValues:\n  mail: Poczta\n  wifi: WiFi\n"),
    field(7, 'Pilne', 'Checkbox', 'Ticket', '---\nDefaultValue: 0\n'),
    field(8, 'DataZajec', 'Date', 'Ticket', '---\nDefaultValue: 0\nYearsPeriod: 0\n'),
    field(9, 'TerminWizyty', 'DateTime', 'Ticket', '---\nDefaultValue: 0\nYearsPeriod: 0\n'),
    field(10, 'KanalZgloszenia', 'Text', 'Article'),
    field(11, 'Legitymacja', 'Text', 'CustomerUser'),
    // A type that an add-on brought.
    field(12, 'Nieznane', 'PolaczenieZMagazynem', 'Ticket', '---\nServer: magazyn.example\n'),
    field(13, 'Dawne', 'Checkbox', 'Ticket', '---\nDefaultValue: 0\n', { valid_id: 2 }),
    field(14, 'FaqRecenzent', 'Text', 'FAQ'),
  ]
}

function rules(): Record<string, MadeRow[]> {
  const item = (event_key: string, event_value: string): MadeRow => ({ notification_id: 1, event_key, event_value })
  const filter = (f_name: string, f_type: string, f_key: string, f_value: string, f_not: number | null = 0): MadeRow => ({
    f_name,
    f_stop: 1,
    f_type,
    f_key,
    f_value,
    f_not,
  })
  const job = (job_key: string, job_value: string): MadeRow => ({ job_name: 'Archiwizacja', job_key, job_value })
  const profile = (profile_type: string, profile_key: string, profile_value: string): MadeRow => ({
    login: 'TicketSearch::akowalska',
    profile_name: 'Moje drukarki',
    profile_type,
    profile_key,
    profile_value,
  })
  return {
    notification_event: [{ id: 1, name: 'Nowe zgłoszenie', comments: 'dla dyżuru' }],
    notification_event_item: [
      item('Events', 'NotificationNewTicket'),
      item('Recipients', 'AgentMyQueues'),
      item('RecipientGroups', '4'),
      item('Transports', 'Email'),
      item('QueueID', '6'),
      item('OncePerDay', '1'),
    ],
    notification_event_message: [
      {
        id: 1,
        notification_id: 1,
        language: 'pl',
        subject: 'Nowe: <OTRS_TICKET_Title>',
        text: 'Witaj <OTRS_NOTIFICATION_RECIPIENT_UserFirstname>',
        content_type: 'text/plain',
      },
      { id: 2, notification_id: 1, language: 'zh_CN', subject: '新', text: '新', content_type: 'text/html' },
    ],
    postmaster_filter: [
      filter('01 reklama', 'Match', 'Subject', '\\[REKLAMA\\]'),
      filter('01 reklama', 'Set', 'X-OTRS-Queue', 'Junk', null),
      filter('02 sieć', 'Match', 'To', 'EMAILADDRESS:siec@uni.example'),
      filter('02 sieć', 'Match', 'Subject', '(?i)spam', 1),
      filter('02 sieć', 'Set', 'X-OTOBO-Priority', '4 high'),
    ],
    mail_account: [
      {
        id: 1,
        login: 'pomoc',
        pw: SECRETS[0],
        host: 'imap.uni.example',
        account_type: 'IMAPS',
        queue_id: 2,
        imap_folder: 'INBOX',
        trusted: 0,
      },
      { id: 2, login: 'siec', pw: SECRETS[0], host: 'pop.uni.example', account_type: 'POP3', queue_id: 6, trusted: 1, valid_id: 2 },
    ],
    acl: [
      {
        id: 1,
        name: '100-Rektorat',
        description: 'bez przenoszenia',
        config_match: '---\nProperties:\n  Queue:\n    Name:\n    - Rektorat\n',
        config_change: '---\nPossibleNot:\n  Action:\n  - AgentTicketMove\n',
      },
    ],
    generic_agent_jobs: [
      job('StateIDs', '2'),
      job('StateIDs', '3'),
      job('TicketCloseTimeSearchType', 'TimePoint'),
      job('NewArchiveFlag', 'y'),
      job('NewCMD', `/opt/wyslij --haslo=${SECRETS[1]}`),
      job('Valid', '1'),
    ],
    pm_process: [
      {
        id: 1,
        entity_id: 'Process-1',
        name: 'Wniosek o konto',
        state_entity_id: 'S1',
        layout: '---\n',
        config: '---\nStartActivity: Activity-1\n',
      },
    ],
    pm_activity: [{ id: 1, entity_id: 'Activity-1', name: 'Wniosek', config: '---\nActivityDialog: {}\n' }],
    pm_activity_dialog: [{ id: 1, entity_id: 'ActivityDialog-1', name: 'Formularz', config: '---\nFields: {}\n' }],
    pm_transition: [{ id: 1, entity_id: 'Transition-1', name: 'Zgoda', config: '---\nCondition: {}\n' }],
    pm_transition_action: [{ id: 1, entity_id: 'TransitionAction-1', name: 'Zamknij', config: '---\nModule: TicketStateSet\n' }],
    gi_webservice_config: [
      {
        id: 1,
        name: 'Formularze',
        config: [
          '---',
          'Provider:',
          '  Transport:',
          '    Config:',
          '      RouteOperationMapping:',
          '        TicketCreate:',
          '          RequestMethod: [POST]',
          '          Route: /ticket-create',
          '    Type: HTTP::REST',
          'Requester:',
          '  Transport:',
          '    Config:',
          '      Authentication:',
          '        AuthType: BasicAuth',
          '        BasicAuthUser: magazyn',
          `        BasicAuthPassword: ${SECRETS[1]}`,
          '      AdditionalHeaders:',
          `        X-Api-Key: ${SECRETS[2]}`,
          '',
        ].join('\n'),
      },
    ],
    gi_webservice_config_history: [{ id: 1, config_id: 1, config: `---\nPassword: ${SECRETS[1]}\n`, config_md5: '0' }],
    calendar: [{ id: 1, group_id: 1, name: 'Dyżury', salt_string: 'sól', color: '#3A87AD' }],
    calendar_appointment: [
      { id: 1, calendar_id: 1, unique_id: 'u1', title: 'Dyżur Anny', start_time: '2024-02-01 07:00:00', end_time: '2024-02-01 15:00:00' },
    ],
    calendar_appointment_ticket: [{ calendar_id: 1, ticket_id: 1, rule_id: 'r', appointment_id: 1 }],
    xml_storage: [
      {
        xml_type: 'Stats',
        xml_key: '1',
        xml_content_key: "[0]{'otrs_stats'}[1]{'Title'}[1]{'Content'}",
        xml_content_value: 'Zgłoszenia miesięczne',
      },
      {
        xml_type: 'Stats',
        xml_key: '1',
        xml_content_key: "[0]{'otrs_stats'}[1]{'Object'}[1]{'Content'}",
        xml_content_value: 'TicketAccumulation',
      },
    ],
    search_profile: [
      profile('SCALAR', 'MIMEBase_Subject', 'drukarka'),
      profile('ARRAY', 'StateIDs', '1'),
      profile('ARRAY', 'StateIDs', '4'),
    ],
    form_draft: [{ id: 1, object_type: 'Ticket', object_id: 1, action: 'AgentTicketNote', title: 'szkic', content: Buffer.from('pst0') }],
    translation_item: [
      {
        id: 1,
        language: 'pl',
        content: 'Ticket',
        translation: 'Sprawa',
        flag: 'n',
        create_by: 1,
        create_time: '2024-01-10 08:00:00',
        change_by: 1,
        change_time: '2024-01-10 08:00:00',
      },
    ],
    sessions: [{ id: 1, session_id: 'x', data_key: 'UserLogin', data_value: 'akowalska' }],
  }
}

function faq(): Record<string, MadeRow[]> {
  const at: MadeRow = { created: '2024-03-01 10:00:00', created_by: 2, changed: '2024-03-02 10:00:00', changed_by: 2 }
  const item = (id: number, f_subject: string, more: MadeRow = {}): MadeRow => ({
    id,
    f_number: `10000${id}`,
    f_subject,
    f_name: f_subject,
    f_language_id: 3,
    state_id: 3,
    category_id: 2,
    approved: 1,
    content_type: 'text/html',
    f_keywords: 'eduroam wifi',
    f_field1: '<p>Nie łączy się.</p>',
    f_field3: `<p>Ustaw certyfikat: <img src="/otrs/index.pl?Action=AgentFAQZoom;Subaction=DownloadAttachment;ItemID=${id};FileID=1" alt=""></p>`,
    ...at,
    ...more,
  })
  return {
    faq_language: named({ 1: 'en', 2: 'de', 3: 'pl' }),
    faq_state_type: named({ 1: 'internal', 2: 'external', 3: 'public' }),
    faq_state: [
      { id: 1, name: 'internal (agent)', type_id: 1 },
      { id: 2, name: 'external (customer)', type_id: 2 },
      { id: 3, name: 'public (all)', type_id: 3 },
    ],
    faq_category: [
      { id: 1, parent_id: 0, name: 'Misc', ...at },
      { id: 2, parent_id: 0, name: 'Sieć', comments: 'wszystko o sieci', ...at },
      { id: 3, parent_id: 2, name: 'Eduroam', ...at },
      { id: 4, parent_id: 0, name: 'Redakcja', ...at },
    ],
    faq_category_group: [
      { id: 1, category_id: 1, group_id: 1, ...at },
      { id: 2, category_id: 2, group_id: 1, ...at },
      { id: 3, category_id: 4, group_id: 5, ...at },
    ],
    faq_item: [
      item(1, 'Jak połączyć się z eduroam?'),
      item(2, 'Dla pracowników', {
        state_id: 2,
        category_id: 3,
        content_type: 'text/plain',
        f_field1: 'gwiazdki *nie* są znacznikami',
        f_field3: '1. krok\n2. krok',
      }),
      item(3, 'Tylko dla redakcji', { state_id: 1, category_id: 4, f_field6: 'uwaga wewnętrzna', valid_until: '2024-12-31 00:00:00' }),
      item(4, 'Czeka na zgodę', { approved: 0, f_language_id: 1 }),
      item(5, 'Dawne', { valid_id: 2, f_language_id: 2 }),
    ],
    faq_attachment: [
      {
        id: 1,
        faq_id: 1,
        filename: 'certyfikat.png',
        content_type: 'image/png',
        content: PNG,
        content_size: String(PNG.length),
        inlineattachment: 1,
        ...at,
      },
      {
        id: 2,
        faq_id: 1,
        filename: 'Instrukcja.txt',
        content_type: 'text/plain',
        content: Buffer.from('krok po kroku'),
        content_size: '13',
        ...at,
      },
    ],
    faq_history: [{ id: 1, name: 'Created', item_id: 1, ...at }],
    faq_log: [
      { id: 1, item_id: 1, interface: 'public', ip: '192.0.2.7', user_agent: 'Przeglądarka', created: '2024-03-03 09:00:00' },
      { id: 2, item_id: 1, interface: 'customer', created: '2024-03-03 09:01:00' },
    ],
    faq_voting: [
      { id: 1, created_by: 'głosujący 1', item_id: 1, interface: 'public', ip: '192.0.2.7', rate: 100, created: '2024-03-03 09:02:00' },
      { id: 2, created_by: 'ewa.lis', item_id: 1, interface: 'customer', rate: 50, created: '2024-03-03 09:03:00' },
    ],
  }
}

/** Settings in force, as version 6 and later keep them. */
export const SETTINGS: Readonly<Record<string, string>> = {
  OTRSTimeZone: '--- UTC\n',
  SystemID: "--- '10'\n",
  FQDN: '--- pomoc.uni.example\n',
  HttpType: '--- https\n',
  AdminEmail: '--- admin@uni.example\n',
  DefaultLanguage: '--- pl\n',
  UserDefaultTimeZone: '--- Europe/Warsaw\n',
  CustomerGroupSupport: "--- '1'\n",
  'Ticket::Service': "--- '1'\n",
  'Ticket::Hook': '--- Ticket#\n',
  'Ticket::NumberGenerator': '--- Kernel::System::Ticket::Number::DateChecksum\n',
  SendmailModule: '--- Kernel::System::Email::SMTP\n',
  'SendmailModule::Host': '--- smtp.uni.example\n',
  'SendmailModule::AuthUser': '--- pomoc\n',
  'SendmailModule::AuthPassword': `--- ${SECRETS[0]}\n`,
  'Customer::AuthModule::LDAP::SearchUserPw': `--- ${SECRETS[3]}\n`,
  TimeWorkingHours: `---\n${['Mon', 'Tue', 'Wed', 'Thu', 'Fri'].map((day) => `${day}:\n${[7, 8, 9, 10, 11, 12, 13, 14].map((hour) => `- ${hour}\n`).join('')}`).join('')}Sat: []\nSun: []\n`,
  TimeVacationDays: "---\n'1':\n  '1': Nowy Rok\n'6':\n  '31': Nie ma takiego dnia\n'12':\n  '24': ''\n  '25': Boże Narodzenie\n",
  TimeVacationDaysOneTime: "---\n'2026':\n  '6':\n    '4': Boże Ciało\n",
  'TimeZone::Calendar1Name': '--- Dyżury sieci\n',
  'TimeZone::Calendar1': '--- Europe/Warsaw\n',
  'TimeWorkingHours::Calendar1': `---\n${['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((day) => `${day}:\n${Array.from({ length: 24 }, (_, hour) => `- ${hour}\n`).join('')}`).join('')}`,
  'TimeVacationDays::Calendar1': '--- {}\n',
  'TimeZone::Calendar2Name': '--- Całą dobę\n',
  'TimeZone::Calendar2': '--- Europe/Warsaw\n',
  'TimeWorkingHours::Calendar2': `---\n${['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((day) => `${day}:\n${Array.from({ length: 24 }, (_, hour) => `- ${hour}\n`).join('')}`).join('')}`,
}

function settings(): Record<string, MadeRow[]> {
  const rows = Object.entries(SETTINGS).map(([name, effective_value], n) => ({
    id: n + 1,
    sysconfig_default_id: n + 1,
    name,
    effective_value,
    is_valid: 1,
  }))
  return {
    sysconfig_default: [
      ...rows.map((row) => ({ ...row, effective_value: '--- unchanged\n' })),
      { id: 500, name: 'Ticket::SubjectSize', effective_value: "--- '100'\n", is_valid: 1 },
      { id: 501, name: 'Ticket::Frontend::Odd', effective_value: '--- x\n', is_valid: 1 },
    ],
    sysconfig_modified: [
      ...rows,
      // One that is switched off, and one that is a person's own.
      { id: 501, sysconfig_default_id: 501, name: 'Ticket::Frontend::Odd', effective_value: '--- y\n', is_valid: 0 },
      { id: 502, sysconfig_default_id: 500, name: 'Ticket::SubjectSize', effective_value: "--- '50'\n", is_valid: 1, user_id: 2 },
    ],
  }
}
