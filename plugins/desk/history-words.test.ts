import { describe, expect, it } from 'vitest'
import { historyParts, type HistoryRow, type StateType } from '../../core/index.ts'
import { sayHistory, type HistoryRoom } from './history-words.ts'
import { reasonsIn, sayReason, sayReasons } from './reason-words.ts'

const room = (language: 'pl' | 'en' = 'pl'): HistoryRoom => ({
  language,
  zone: 'Europe/Warsaw',
  now: new Date('2026-11-17T09:15:00Z'),
  names: new Map([
    ['7', 'Jan Kowalski'],
    ['8', 'Paulina Szpak'],
  ]),
  stateTypes: new Map<string, StateType>([
    ['new', 'new'],
    ['open', 'open'],
    ['closed successful', 'closed'],
  ]),
})
const row = (type: string, name: string, more: Partial<HistoryRow> = {}): HistoryRow => ({
  id: '1',
  type,
  parts: historyParts(name),
  articleId: null,
  before: null,
  after: null,
  reason: null,
  personName: null,
  actId: 'x',
  createdAt: new Date('2026-11-17T09:15:00Z'),
  ...more,
})

// OTRS history types 1–55 (seed) and the three of OTOBO 11.
const ALL = [
  'NewTicket',
  'FollowUp',
  'SendAutoReject',
  'SendAutoReply',
  'SendAutoFollowUp',
  'Forward',
  'Bounce',
  'SendAnswer',
  'SendAgentNotification',
  'SendCustomerNotification',
  'EmailAgent',
  'EmailCustomer',
  'PhoneCallAgent',
  'PhoneCallCustomer',
  'AddNote',
  'Move',
  'Lock',
  'Unlock',
  'Remove',
  'TimeAccounting',
  'CustomerUpdate',
  'PriorityUpdate',
  'OwnerUpdate',
  'LoopProtection',
  'Misc',
  'SetPendingTime',
  'StateUpdate',
  'TicketDynamicFieldUpdate',
  'WebRequestCustomer',
  'TicketLinkAdd',
  'TicketLinkDelete',
  'SystemRequest',
  'Merged',
  'ResponsibleUpdate',
  'Subscribe',
  'Unsubscribe',
  'TypeUpdate',
  'ServiceUpdate',
  'SLAUpdate',
  'ArchiveFlagUpdate',
  'EscalationSolutionTimeStop',
  'EscalationResponseTimeStart',
  'EscalationUpdateTimeStart',
  'EscalationSolutionTimeStart',
  'EscalationResponseTimeNotifyBefore',
  'EscalationUpdateTimeNotifyBefore',
  'EscalationSolutionTimeNotifyBefore',
  'EscalationResponseTimeStop',
  'EscalationUpdateTimeStop',
  'TitleUpdate',
  'EmailResend',
  'ArticleDynamicFieldUpdate',
  'ArticleEdit',
  'ArticleRestore',
  'ArticleDelete',
]

describe('history in words', () => {
  it.each(ALL)('has words of its own for %s, in both languages, empty or full', (type) => {
    for (const language of ['pl', 'en'] as const) {
      for (const name of ['', '%%', '%%a%%1%%b%%2', 'old plain text']) {
        const said = sayHistory(row(type, name), room(language))
        expect(said).not.toContain('%%')
        expect(said).not.toMatch(/\{\w+\}/)
        if (type !== 'Misc' && type !== 'Merged') expect(said).not.toMatch(new RegExp(`^${type}\\b`))
      }
    }
  })
  it.each([
    ['NewTicket', '%%2026111710000032%%Raw%%3 normal%%new%%5', 'Założenie zgłoszenia 2026111710000032 w kolejce Raw, stan: nowe'],
    ['Move', '%%IT::Sieć%%5%%Raw%%2', 'Przeniesienie do kolejki Sieć (wcześniej Raw)'],
    ['StateUpdate', '%%open%%closed successful%%', 'Stan: załatwione (wcześniej otwarte)'],
    ['PriorityUpdate', '%%3 normal%%3%%5 very high%%5', 'Priorytet: bardzo wysoki (wcześniej normalny)'],
    ['SendAnswer', '%%paulina@uni.example', 'Odpowiedź do: paulina@uni.example'],
    ['Bounce', '%%biuro@inny.example', 'Przekierowanie wiadomości do: biuro@inny.example'],
    ['Bounce', '%%nikt@inny.example%%5.1.1 no such user', 'Zwrot poczty: nikt@inny.example, 5.1.1 no such user'],
    ['OwnerUpdate', '%%jkowalski%%3', 'Prowadzi: jkowalski'],
    ['OwnerUpdate', '%%%%', 'Nikt nie prowadzi'],
    ['SetPendingTime', '%%2026-11-24 08:00', 'Odłożone do: 2026-11-24 08:00'],
    ['SetPendingTime', '%%00-00-00 00:00', 'Bez terminu odłożenia'],
    ['TitleUpdate', '%%Sieć%%Sieć w 214', 'Temat: Sieć w 214 (wcześniej Sieć)'],
    ['CustomerUpdate', '%%CustomerID=wm;CustomerUser=pszpak;', 'Zgłaszający: pszpak (wm)'],
    ['Merged', '%%111%%1%%222%%2', 'Scalenie zgłoszenia 111 z 222'],
    ['TicketDynamicFieldUpdate', '%%FieldName%%Sala%%Value%%214%%OldValue%%', 'Pole Sala: 214'],
    ['Move', 'Ticket moved to Raw by hand', 'Ticket moved to Raw by hand'],
    ['Misc', '%%undo%%SendAnswer%%StateUpdate%%StateUpdate', 'Cofnięte: odpowiedź, zmiana stanu'],
  ])('says %s %s', (type, name, words) => {
    expect(sayHistory(row(type, name), room())).toBe(words)
  })
  it("prefers what our own rows keep beside OTRS's form: names for logins, moments for dates", () => {
    expect(sayHistory(row('OwnerUpdate', '%%agent7%%7', { after: { owner_id: '7' } }), room())).toBe('Prowadzi: Jan Kowalski')
    expect(sayHistory(row('CustomerUpdate', '%%CustomerID=;CustomerUser=x;', { after: { customer_id: '8' } }), room())).toBe(
      'Zgłaszający: Paulina Szpak',
    )
    expect(sayHistory(row('SetPendingTime', '%%2026-11-18 06:00', { after: { pending_until: '2026-11-18T06:00:00.000Z' } }), room())).toBe(
      'Odłożone do: jutro, 7:00',
    )
  })
  it('says a type nobody knows by its own words', () => {
    expect(sayHistory(row('FaqLinked', '%%12'), room())).toBe('FaqLinked: 12')
  })
})

describe('reasons in words', () => {
  it('are said by rule, by step, or as they were stored', () => {
    expect(sayReason({ step: 'destination', decided: '5', rule: 'recipient-address', detail: 'it@uni.example' }, 'pl')).toBe(
      'wiadomość przyszła na adres it@uni.example',
    )
    expect(sayReason({ step: 'automatic', decided: 'x', rule: 'precedence', detail: 'bulk' }, 'en')).toContain('a program wrote it')
    expect(sayReason({ step: 'faq', decided: 'x', rule: 'odd-rule', detail: 'why' }, 'pl')).toBe('odd-rule: why')
  })
  it('come from the mail where there is one, else from what was stored with the ticket; whatever shape it has', () => {
    expect(sayReasons({ mail: [], reason: 'bo tak' }, 'pl')).toEqual([': bo tak'.slice(2)])
    expect(reasonsIn(null)).toEqual([])
    expect(reasonsIn([{ rule: 'a' }, 'b', 5])).toHaveLength(2)
    expect(
      sayReasons({ mail: [{ step: 'destination', decided: '5', rule: 'default-queue', detail: 'a@b' }], reason: 'x' }, 'en'),
    ).toHaveLength(1)
  })
})
