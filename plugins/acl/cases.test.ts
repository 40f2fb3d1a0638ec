/** Holds what ACLs mean to OTRS, case by case; and that a unit's only ever narrow. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inOrder, matches, takenByLevels, takenFrom, type Asked } from './engine.ts'
import type { KnownPerson } from './acl.store.ts'
import { propertiesOf, type Told } from './known.ts'
import type { Change, Match, Rule } from './rule.ts'

const P = ['1 very low', '3 normal', '4 high', '5 very high']
const PRIORITY: Asked = { attribute: ['Priority'] }
const possible = (...values: string[]): Change => ({ Possible: { Ticket: { Priority: values } } })
const not = (...values: string[]): Change => ({ PossibleNot: { Ticket: { Priority: values } } })
const H4 = possible('4 high')

const person = (more: Partial<KnownPerson>): KnownPerson => ({
  id: '0',
  login: '',
  name: '',
  firstName: '',
  lastName: '',
  address: '',
  company: '',
  roles: [],
  groups: { rw: [] },
  ...more,
})
const anna = person({ id: '2', login: 'anna', name: 'Anna Nowa', roles: ['Ratownicy', 'Sieciowcy'], groups: { rw: ['it'] } })
const jan = person({ id: '3', login: 'jan', name: 'Jan Stary' })
const jnowak = person({ id: '9', login: 'jnowak', name: 'Jan Nowak', company: 'WIMiP' })

const stored: NonNullable<Told['stored']> = {
  things: {
    queue: { id: '2', name: 'Raw' },
    state: { id: '4', name: 'open', more: 'open' },
    priority: { id: '3', name: '3 normal' },
    type: { id: '1', name: 'Unclassified' },
    service: null,
    sla: null,
  },
  people: { owner: anna, responsible: null, customer: jnowak },
  plain: { TicketID: '1', TicketNumber: '2026112910000018', Title: 'Poczta', Lock: 'unlock', CustomerID: 'WIMiP', ArchiveFlag: 'n' },
  fields: { Tags: ['a', 'b'], Bud: ['A1'], Empty: [''] },
}
const T: Told = { stored, form: { things: {}, people: {}, fields: {} }, user: anna, asks: undefined }
const NEW: Told = { ...T, stored: undefined }
const by = (user: KnownPerson): Told => ({ ...T, user })
const form = (things: Told['form']['things'], told: Told = T): Told => ({ ...told, form: { things, people: {}, fields: {} } })
const Junk = { queue: { id: '3', name: 'Junk' } }
const Raw = { queue: { id: '2', name: 'Raw' } }

interface Written {
  name?: string
  match?: Match
  change: Change
  stop?: boolean
}
const ask = (
  rules: readonly Written[],
  told: Told = T,
  asked: Asked = PRIORITY,
  list: readonly string[] = P,
  action = 'AgentTicketNote',
): string[] => {
  const known = propertiesOf(told, action)
  const all = inOrder(rules.map((rule, n) => ({ name: `${n}`, match: {}, stop: false, ...rule })))
  const taken = takenFrom(all.filter(({ match }) => matches(match, known)), asked, list) // biome-ignore format: one call
  return list.filter((_, n) => !taken.has(n))
}
const properties = (key: string, attribute: string, ...values: string[]): Match => ({ Properties: { [key]: { [attribute]: values } } })
const database = (key: string, attribute: string, ...values: string[]): Match => ({
  PropertiesDatabase: { [key]: { [attribute]: values } },
})
const h4 = (match: Match, told?: Told) => ask([{ match, change: H4 }], told)
const HIGH = ['4 high']

const CASES: Record<string, [got: () => string[], wanted: readonly string[]][]> = {
  'A1 no condition': [[() => h4({}), HIGH]],
  'A3 the queue in the form of a new ticket': [
    [() => h4(properties('Queue', 'Name', 'Raw'), form(Raw, NEW)), HIGH],
    [() => h4(properties('Queue', 'Name', 'Raw'), form(Junk, NEW)), P],
  ],
  'A4 nothing is stored of a new ticket': [[() => h4(database('Queue', 'Name', 'Raw'), form(Raw, NEW)), P]],
  'A5 the form goes over what is stored': [
    [() => h4(properties('Ticket', 'Queue', 'Junk'), form(Junk)), HIGH],
    [() => h4(properties('Ticket', 'Queue', 'Raw'), form(Junk)), P],
  ],
  'A6 what is stored stays known': [[() => h4(database('Ticket', 'Queue', 'Raw'), form(Junk)), HIGH]],
  'A7 both blocks must match': [
    [() => h4({ ...properties('Ticket', 'Queue', 'Misc'), ...database('Ticket', 'Queue', 'Raw') }, form(Junk)), P],
  ],
  'A8 all pairs must match': [[() => h4({ Properties: { Ticket: { Queue: ['Raw'], State: ['new'] } } }), P]],
  'A9 one of several negations is enough': [[() => h4(properties('Ticket', 'State', '[Not]new', '[Not]open')), HIGH]],
  'A10 one negated pattern': [[() => h4(properties('Ticket', 'State', '[NotRegExp]^(new|open)$')), P]],
  'A11 capitals': [
    [() => h4(properties('Ticket', 'Queue', 'RAW')), P],
    [() => h4(properties('Ticket', 'Queue', '[RegExp]raw')), P],
    [() => h4(properties('Ticket', 'Queue', '[regexp]RA')), HIGH],
  ],
  'A12 a role that one has not': [
    [() => h4(properties('User', 'Role', '[Not]Ratownicy')), P],
    [() => h4(properties('User', 'Role', '[Not]Ratownicy'), by(jan)), HIGH],
  ],
  'A13 several roles that one has not': [[() => h4(properties('User', 'Role', '[Not]Ratownicy', '[Not]Admini')), HIGH]],
  'A14 what is not known never matches, what is empty is known': [
    [() => h4(properties('SLA', 'Name', '[Not]Gold')), P],
    [() => h4(properties('Ticket', 'SLA', '[Not]Gold')), HIGH],
  ],
  'A15 none possible': [
    [() => ask([{ change: possible() }]), []],
    [() => ask([{ change: possible('none') }]), []],
  ],
  'A16 the last Possible counts': [
    [
      () =>
        ask([
          { name: '100', change: H4 },
          { name: '200', change: possible('1 very low', '3 normal') },
        ]),
      ['1 very low', '3 normal'],
    ],
  ],
  'A17 stop after match': [
    [
      () =>
        ask([
          { name: '100', change: H4, stop: true },
          { name: '200', change: possible('1 very low', '3 normal') },
        ]),
      HIGH,
    ],
  ],
  'A18 byte order of names': [
    [
      () =>
        ask([
          { name: '9', change: H4 },
          { name: '10', change: possible('1 very low') },
        ]),
      HIGH,
    ],
  ],
  'A19 Possible brings back': [
    [
      () =>
        ask([
          { name: '1', change: not('3 normal') },
          { name: '2', change: possible('3 normal', '4 high') },
        ]),
      ['3 normal', '4 high'],
    ],
  ],
  'A20 PossibleAdd brings back': [
    [
      () =>
        ask([
          { name: '1', change: not('3 normal', '4 high') },
          { name: '2', change: { PossibleAdd: { Ticket: { Priority: ['3 normal'] } } } },
        ]),
      ['1 very low', '3 normal', '5 very high'],
    ],
  ],
  'A21 all three in one, in their order': [
    [() => ask([{ change: { ...H4, PossibleAdd: { Ticket: { Priority: ['3 normal'] } }, ...not('4 high') } }]), ['3 normal']],
  ],
  'A22 who says nothing does not stop': [
    [
      () =>
        ask([
          { name: '1', stop: true, change: { Possible: { Ticket: { State: ['open'] } } } },
          { name: '2', change: H4 },
        ]),
      HIGH,
    ],
  ],
  'A23 negations of what is possible are each enough': [[() => ask([{ change: possible('[Not]1 very low', '[Not]3 normal') }]), P]],
  'A24 a pattern takes away': [[() => ask([{ change: not('[RegExp]very') }]), ['3 normal', '4 high']]],
  'A25 an empty list of acts says nothing': [
    [
      () => ask([{ change: { Possible: { Action: [] } } }], T, { list: 'Action' }, ['AgentTicketClose', 'AgentTicketNote']),
      ['AgentTicketClose', 'AgentTicketNote'],
    ],
  ],
  'A26 a customer’s acts': [
    [
      () =>
        ask(
          [
            {
              match: database('Ticket', 'State', 'open'),
              change: { PossibleNot: { Action: ['CustomerTicketZoomReply', 'CustomerTicketPrint'] } },
            },
          ],
          { ...T, user: undefined, asks: jnowak },
          { list: 'Action' },
          ['CustomerTicketPrint', 'CustomerTicketZoom', 'CustomerTicketZoomReply'],
          'CustomerTicketZoom',
        ),
      ['CustomerTicketZoom'],
    ],
  ],
  // OTRS compares what is stored unless some rule names the state: ours always takes the form's.
  'A27 the form’s state type': [
    [() => h4(properties('Ticket', 'StateType', 'closed'), form({ state: { id: '2', name: 'closed successful', more: 'closed' } })), HIGH],
    [() => h4(properties('State', 'TypeName', 'closed'), form({ state: { id: '2', name: 'closed successful', more: 'closed' } })), HIGH],
  ],
  'what begins [Not and is none of the prefixes is always true, [NOT] is a plain text': [
    [() => h4(properties('Ticket', 'State', '[Not open')), HIGH],
    [() => h4(properties('Ticket', 'State', '[NOT]new')), P],
  ],
  'a key without attributes, an empty list of values': [
    [() => h4({ Properties: { Ticket: {} } }), P],
    [() => h4(properties('Ticket', 'Queue')), P],
  ],
  'lists: one fits; of none that is named, an empty one too': [
    [() => h4(properties('DynamicField', 'DynamicField_Tags', 'b')), HIGH],
    [() => h4(properties('DynamicField', 'DynamicField_Tags', '[Not]b')), P],
    [() => h4(properties('User', 'Group_rw', '[Not]it'), by(jan)), HIGH],
    [() => h4(properties('Ticket', 'DynamicField_Empty', '[Not]x')), HIGH],
    [() => h4(properties('Ticket', 'DynamicField_Nowhere', '[Not]x')), P],
  ],
  'people: who works, the ticket’s customer, and nobody who works where a customer asks': [
    [() => h4(properties('User', 'UserLogin', 'anna')), HIGH],
    [() => h4(properties('CustomerUser', 'UserCustomerID', 'WIMiP')), HIGH],
    [() => h4(properties('User', 'UserLogin', '[Not]x'), { ...T, user: undefined, asks: jnowak }), P],
    [() => h4(properties('Frontend', 'Action', 'AgentTicketNote')), HIGH],
  ],
  'a pattern that is none finds nothing': [[() => h4(properties('Ticket', 'Queue', '[RegExp](')), P]],
}

describe('what ACLs mean, as in OTRS', () => {
  it.each(Object.entries(CASES))('%s', (_name, cases) => {
    for (const [got, wanted] of cases) expect(got()).toEqual(wanted)
  })

  it('never adds to a list, and a unit never gives back what was taken above it', () => {
    const values = fc.array(fc.constantFrom(...P, '[Not]3 normal', '[RegExp]very', '[NotRegExp]high', 'none'), { maxLength: 3 })
    const change = fc.record(
      { Possible: values, PossibleAdd: values, PossibleNot: values },
      { requiredKeys: [] },
    ).map((ways) => Object.fromEntries(Object.entries(ways).map(([way, list]) => [way, { Ticket: { Priority: list } }])) as Change) // biome-ignore format: one shape
    const rules = fc.array(fc.record({ change, stop: fc.boolean() }), { maxLength: 4 })
    fc.assert(
      fc.property(rules, rules, rules, (central, above, below) => {
        const left = (levels: Pick<Rule, 'change' | 'stop'>[][]) => {
          const taken = takenByLevels(levels, PRIORITY, P)
          return P.filter((_, n) => !taken.has(n))
        }
        const [one, two, three] = [left([central]), left([central, above]), left([central, above, below])]
        expect(one).toEqual(expect.arrayContaining(two))
        expect(two).toEqual(expect.arrayContaining(three))
      }),
    )
  })
})
