import { describe, expect, test } from 'vitest'
import { up as seed } from '../../migrations/0002_seed.ts'
import { expandTags, unknownTags, type TagWords } from './smart-tags.ts'

const anna = { name: 'Anna Nowak', firstName: 'Anna', lastName: 'Nowak', login: 'anowak', address: 'anna@uni.example' }
const words: TagWords = {
  language: 'pl', senderAddress: 'pomoc@uni.example', senderName: 'Pomoc IT', receipt: 'Przyjmiemy je jutro.', ticketUrl: 'https://x/my/tickets/7',
  customer: anna, owner: { ...anna, name: 'Jan Agent' }, responsible: null, current: null, agentArticle: null,
  customerArticle: { from: 'Anna Nowak <anna@uni.example>', to: 'pomoc@uni.example', cc: '', subject: 'Re: [Ticket#2024022910000012] Drukarka na korytarzu', body: 'raz\ndwa\ntrzy' },
  ticket: {
    id: '7', number: '2024022910000012', title: 'Drukarka', queue: 'Misc', state: 'otwarte', stateType: 'open', priority: '3 normal', lock: 'unlock',
    created: 'dziś', changed: 'dziś', age: '5 min',
  },
}

describe('tags', () => {
  test.each([
    ['<OTRS_TICKET_TicketNumber>', '2024022910000012'], ['<OTOBO_TICKET_TicketNumber>', '2024022910000012'], ['<otrs_ticket_ticketnumber>', '2024022910000012'],
    ['<OTRS_TICKET_ID>', '7'], ['<OTRS_TICKET_NUMBER>', '2024022910000012'], ['<OTRS_QUEUE>', 'Misc'], ['<OTRS_TICKET_QUEUE>', 'Misc'],
    ['<OTRS_TICKET_State>', 'otwarte'], ['<OTRS_CUSTOMER_REALNAME>', 'Anna Nowak'], ['<OTRS_CUSTOMER_DATA_UserFirstname>', 'Anna'],
    ['<OTRS_CUSTOMER_UserEmail>', 'anna@uni.example'], ['<OTRS_CUSTOMER_From>', 'Anna Nowak <anna@uni.example>'],
    ['<OTRS_OWNER_UserFullname>', 'Jan Agent'], ['<OTRS_TICKET_OWNER_UserFullname>', 'Jan Agent'], ['<OTRS_FIRST_NAME>', 'Anna'], ['<OTRS_LAST_NAME>', 'Nowak'],
    ['<OTRS_CUSTOMER_SUBJECT>', 'Drukarka na korytarzu'], ['<OTRS_CUSTOMER_SUBJECT[8]>', 'Drukarka [...]'],
    ['<OTRS_CUSTOMER_BODY[2]>', '> raz\n> dwa'], ['<OTRS_CUSTOMER_EMAIL>', '> raz\n> dwa\n> trzy'],
    ['<POMOC_RECEIPT>', 'Przyjmiemy je jutro.'], ['<POMOC_TICKET_URL>', 'https://x/my/tickets/7'], ['<POMOC_ADDRESS>', 'pomoc@uni.example'], ['<POMOC_ADDRESS_NAME>', 'Pomoc IT'],
  ])('%s', (tag, value) => { expect(expandTags(`a ${tag} b`, words)).toBe(`a ${value} b`) })

  test('an unknown key of a known family is “-”; anything else in angle brackets stays', () => {
    expect(expandTags('<OTRS_TICKET_DynamicField_X> <OTRS_CONFIG_DatabasePw> <OTRS_AGENT_BODY[3]> <POMOC_X>', words)).toBe('- - - -')
    expect(expandTags('<OTRS_nic> <b> <a@b.example> <OTRSx>', words)).toBe('<OTRS_nic> <b> <a@b.example> <OTRSx>')
  })
  test('values are not expanded again', () => {
    expect(expandTags('<OTRS_TICKET_Title>', { ...words, ticket: { ...words.ticket, title: '<POMOC_ADDRESS>' } })).toBe('<POMOC_ADDRESS>')
  })
  test('the form is told of tags that stand for nothing', () => {
    expect(unknownTags('<OTRS_TICKET_Title> <OTRS_TICKET_Foo> <OTOBO_Bar> <POMOC_ADDRESS> <POMOC_BAZ>')).toEqual(['<OTRS_TICKET_Foo>', '<OTOBO_Bar>', '<POMOC_BAZ>'])
  })
  test('the texts every installation begins with hold no unknown tag', () => {
    expect(unknownTags(seed.toString())).toEqual([])
  })
})
