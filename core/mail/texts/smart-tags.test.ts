import { describe, expect, test } from 'vitest'
import { up as seed } from '../../../migrations/0002_seed.ts'
import { expandTags, expandTagsInHtml, siteWords, unknownTags, type TagWords } from './smart-tags.ts'

const anna = { name: 'Anna Nowak', firstName: 'Anna', lastName: 'Nowak', login: 'anowak', address: 'anna@uni.example' }
const words: TagWords = {
  language: 'pl',
  senderAddress: 'pomoc@uni.example',
  senderName: 'Pomoc IT',
  receipt: 'Przyjmiemy je jutro.',
  ticketUrl: 'https://x/my/tickets/7',
  customer: anna,
  recipient: null,
  owner: { ...anna, name: 'Jan Agent' },
  responsible: null,
  current: null,
  agentArticle: null,
  comment: 'uwaga',
  emailDate: (zone) => (zone === 'Nie/Ma' ? undefined : `Sun, 22 Nov 2026 11:00:00 +0100 (${zone ?? 'Europe/Warsaw'})`),
  site: siteWords({
    baseUrl: 'https://pomoc.uni.example',
    mailAddress: 'pomoc@uni.example',
    systemId: '10',
    mail: { fromName: 'Pomoc IT' },
  }),
  customerArticle: {
    id: '812',
    from: 'Anna Nowak <anna@uni.example>',
    to: 'pomoc@uni.example',
    cc: '',
    subject: 'Re: [Ticket#2024022910000012] Drukarka na korytarzu',
    body: 'raz\ndwa\ntrzy',
  },
  ticket: {
    id: '7',
    number: '2024022910000012',
    title: 'Drukarka',
    queue: 'Misc',
    state: 'otwarte',
    stateType: 'open',
    priority: '3 normal',
    lock: 'unlock',
    created: 'dziś',
    changed: 'dziś',
    age: '5 min',
    queueId: '4',
    stateId: '1',
    priorityId: '3',
    type: 'Awaria',
    typeId: '7',
    service: 'Sieć::Wi-Fi',
    serviceId: '3',
    sla: '',
    slaId: '',
    ownerId: '9',
    responsibleId: '',
    owner: 'jagent',
    responsible: '',
    customerUser: 'anowak',
    customerCompany: 'WIiT',
    pendingUntil: 'jutro',
  },
}

describe('tags', () => {
  test.each([
    ['<OTRS_TICKET_TicketNumber>', '2024022910000012'],
    ['<OTOBO_TICKET_TicketNumber>', '2024022910000012'],
    ['<otrs_ticket_ticketnumber>', '2024022910000012'],
    ['<OTRS_TICKET_ID>', '7'],
    ['<OTRS_TICKET_NUMBER>', '2024022910000012'],
    ['<OTRS_QUEUE>', 'Misc'],
    ['<OTRS_TICKET_QUEUE>', 'Misc'],
    ['<OTRS_TICKET_State>', 'otwarte'],
    ['<OTRS_CUSTOMER_REALNAME>', 'Anna Nowak'],
    ['<OTRS_CUSTOMER_DATA_UserFirstname>', 'Anna'],
    ['<OTRS_CUSTOMER_UserEmail>', 'anna@uni.example'],
    ['<OTRS_CUSTOMER_From>', 'Anna Nowak <anna@uni.example>'],
    ['<OTRS_OWNER_UserFullname>', 'Jan Agent'],
    ['<OTRS_TICKET_OWNER_UserFullname>', 'Jan Agent'],
    ['<OTRS_FIRST_NAME>', 'Anna'],
    ['<OTRS_LAST_NAME>', 'Nowak'],
    ['<OTRS_CUSTOMER_SUBJECT>', 'Drukarka na korytarzu'],
    ['<OTRS_CUSTOMER_SUBJECT[8]>', 'Drukarka [...]'],
    ['<OTRS_CUSTOMER_BODY[2]>', '> raz\n> dwa'],
    ['<OTRS_CUSTOMER_EMAIL>', '> raz\n> dwa\n> trzy'],
    ['<OTRS_TICKET_CustomerID>', 'WIiT'],
    ['<OTRS_TICKET_CustomerUserID>', 'anowak'],
    ['<OTRS_TICKET_Owner>', 'jagent'],
    ['<OTRS_TICKET_OwnerID>', '9'],
    ['<OTRS_TICKET_UntilTime>', 'jutro'],
    ['<OTRS_TICKET_Service> (<OTRS_TICKET_ServiceID>)', 'Sieć::Wi-Fi (3)'],
    ['<OTOBO_TICKET_Type> (<OTRS_TICKET_typeid>)', 'Awaria (7)'],
    ['<OTRS_TICKET_SLA>', '-'],
    ['<OTRS_TICKET_Responsible>', '-'],
    ['<OTRS_TICKET_StateType>', 'open'],
    ['<OTRS_TICKET_ID>', '7'],
    ['<OTRS_TICKET_TicketID>', '7'],
    ['<OTRS_TICKET_NUMBER>', '2024022910000012'],
    ['<OTRS_QUEUE>', 'Misc'],
    ['<OTRS_TICKET_QUEUE>', 'Misc'],
    ['<OTRS_UserFirstname>', 'Anna'],
    ['<OTRS_NOTIFICATION_RECIPIENT_UserFullname>', 'Anna Nowak'],
    ['<OTRS_RESPONSIBLE_UserFullname>', '-'],
    ['<OTRS_CURRENT_UserFullname>', '-'],
    ['<OTRS_CUSTOMER_DATA_UserPassword>', 'xxx'],
    ['<OTRS_OWNER_AuthToken>', 'xxx'],
    ['<OTRS_CONFIG_FQDN>', 'pomoc.uni.example'],
    ['<OTRS_CONFIG_HttpType>', 'https'],
    ['<OTRS_CONFIG_ScriptAlias>', 'otrs/'],
    ['<OTRS_CONFIG_Ticket::Hook>', 'Ticket#'],
    ['<OTRS_CONFIG_CustomerUser1Password>', 'xxx'],
    ['<OTRS_CONFIG_DatabasePw2>', 'xxx'],
    ['<OTRS_CONFIG_Niczego>', '-'],
    ['<OTOBO_CONFIG_SystemID>', '10'],
    ['<OTRS_COMMENT>', '> uwaga'],
    ['<OTRS_COMMENT[1]>', '> uwaga'],
    ['<OTRS_EMAIL_DATE>', 'Sun, 22 Nov 2026 11:00:00 +0100 (Europe/Warsaw)'],
    ['<OTRS_EMAIL_DATE[Europe/London]>', 'Sun, 22 Nov 2026 11:00:00 +0100 (Europe/London)'],
    ['<OTRS_EMAIL_DATE[Nie/Ma]>', '-'],
    ['<OTRS_CUSTOMER_NOTE[1]>', '> raz'],
    ['<OTRS_CUSTOMER_To>', 'pomoc@uni.example'],
    ['<OTRS_CUSTOMER_ArticleID>', '812'],
    ['<OTRS_AGENT_SUBJECT>', '-'],
    ['<OTRS_AGENT_ArticleID>', '-'],
    ['<POMOC_RECEIPT>', 'Przyjmiemy je jutro.'],
    ['<POMOC_TICKET_URL>', 'https://x/my/tickets/7'],
    ['<POMOC_ADDRESS>', 'pomoc@uni.example'],
    ['<POMOC_ADDRESS_NAME>', 'Pomoc IT'],
  ])('%s', (tag, value) => {
    expect(expandTags(`a ${tag} b`, words)).toBe(`a ${value} b`)
  })

  test('an unknown key of a known family is “-”; anything else in angle brackets stays', () => {
    expect(expandTags('<OTRS_TICKET_DynamicField_X> <OTRS_CONFIG_DatabasePw> <OTRS_AGENT_BODY[3]> <POMOC_X>', words)).toBe('- xxx - -')
    expect(expandTags('<OTRS_nic> <b> <a@b.example> <OTRSx>', words)).toBe('<OTRS_nic> <b> <a@b.example> <OTRSx>')
  })
  test('lines over 86 characters are broken where they are quoted, quotes in them are not', () => {
    const body = `${'słowo '.repeat(20).trim()}\n> ${'cytat '.repeat(20).trim()}`
    const lines = expandTags('<OTRS_CUSTOMER_BODY>', { ...words, customerArticle: { ...words.customerArticle!, body } }).split('\n')
    expect(lines.map((line) => line.length)).toEqual([2 + 83, 2 + 35, 2 + 121])
  })
  test('values are not expanded again', () => {
    expect(expandTags('<OTRS_TICKET_Title>', { ...words, ticket: { ...words.ticket, title: '<POMOC_ADDRESS>' } })).toBe('<POMOC_ADDRESS>')
  })
  test('the form is told of tags that stand for nothing', () => {
    expect(unknownTags('<OTRS_TICKET_Title> <OTRS_TICKET_Foo> <OTOBO_Bar> <POMOC_ADDRESS> <POMOC_BAZ>')).toEqual([
      '<OTRS_TICKET_Foo>',
      '<OTOBO_Bar>',
      '<POMOC_BAZ>',
    ])
  })
  test('the texts every installation begins with hold no unknown tag', () => {
    expect(unknownTags(seed.toString())).toEqual([])
  })
})

describe('whoever is told of a ticket', () => {
  const told: TagWords = { ...words, reader: { ...anna, name: 'Ewa Agent', firstName: 'Ewa', lastName: 'Agent', login: 'ewa' } }
  test('is the recipient, and the customer stays who they are', () => {
    expect(
      expandTags(
        '<OTRS_NOTIFICATION_RECIPIENT_UserFullname>, <OTRS_UserLogin>, <OTRS_FIRST_NAME>: <OTRS_CUSTOMER_REALNAME>, <OTRS_CUSTOMER_UserFirstname>',
        told,
      ),
    ).toBe('Ewa Agent, ewa, Ewa: Anna Nowak, Anna')
  })

  test('in HTML tags are escaped as all else, values too, lines break, and a link to write is written as addresses are', () => {
    const ticket = { ...told.ticket, title: 'Ćma & <b>"żarówka"</b>\ndruga' }
    expect(
      expandTagsInHtml(
        '<p>&lt;OTRS_TICKET_Title&gt; <OTRS_TICKET_TicketNumber></p><a href="mailto:x@y.example?subject=&lt;OTRS_TICKET_Title&gt;">&lt;NIC_X&gt;</a>',
        {
          ...told,
          ticket,
        },
      ),
    ).toBe(
      '<p>Ćma &amp; &lt;b&gt;&quot;żarówka&quot;&lt;/b&gt;<br>\ndruga 2024022910000012</p><a href="mailto:x@y.example?subject=%C4%86ma%20%26%20%3Cb%3E%22%C5%BCar%C3%B3wka%22%3C%2Fb%3E%0Adruga">&lt;NIC_X&gt;</a>',
    )
  })

  test('what stands for a tag is read as none again', () => {
    expect(expandTagsInHtml('&lt;OTRS_TICKET_Title&gt;', { ...told, ticket: { ...told.ticket, title: '<OTRS_UserLogin>' } })).toBe(
      '&lt;OTRS_UserLogin&gt;',
    )
  })
})
