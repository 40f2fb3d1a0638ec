/** Holds reading OTRS's own rows: what they mean here, what of them is lost, and that none is in use at once. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changeOfRows, matchOfRows, rowsOfChange, rowsOfMatch } from './pages/rule-rows.tsx'
import type { RuleFilter } from '../../core/index.ts'
import { fromAclRow, fromExport, toExport } from './yaml.ts'

const row = (config_match: string, config_change: string, more = {}) =>
  fromAclRow({
    name: '100-Raw',
    comments: 'bez 5',
    description: null,
    valid_id: 1,
    stop_after_match: 1,
    config_match,
    config_change,
    ...more,
  })

describe('rows of OTRS’s table acl', () => {
  it('are read as they stand: YAML text, every value a text', () => {
    const { form, lost, wasValid } = row(
      "---\nProperties:\n  Queue:\n    Name:\n    - Raw\n    - '[RegExp]^IT'\n  Ticket:\n    PriorityID:\n    - 3\nPropertiesDatabase: {}\n",
      '---\nPossible:\n  Ticket:\n    State:\n    - closed successful\n    - 007\n    - yes\nPossibleNot:\n  Action:\n  - AgentTicketClose\n',
    )
    expect(form).toEqual({
      name: '100-Raw',
      comment: 'bez 5',
      description: '',
      match: { Properties: { Queue: { Name: ['Raw', '[RegExp]^IT'] }, Ticket: { PriorityID: ['3'] } } },
      change: { Possible: { Ticket: { State: ['closed successful', '007', 'yes'] } }, PossibleNot: { Action: ['AgentTicketClose'] } },
      stop: true,
      valid: false,
    })
    expect([lost, wasValid]).toEqual([[], true])
  })

  it('empty configurations, undef and a byte array are read; what cannot be read is said', () => {
    expect(row('--- {}\n', '').form).toMatchObject({ match: {}, change: {} })
    expect(row('~', '--- ~\n', { stop_after_match: null, valid_id: 2 })).toMatchObject({
      form: { match: {}, stop: false },
      wasValid: false,
    })
    const bytes = Buffer.from('---\nPossible:\n  Ticket:\n    Queue:\n    - Pomoc\n')
    expect(row('', '', { config_change: bytes }).form.change).toEqual({ Possible: { Ticket: { Queue: ['Pomoc'] } } })
    expect(row('a: [b', '')).toMatchObject({ lost: [{ at: 'config_match', why: 'unreadable' }] })
  })

  it('the form of OTRS 3.3: acts named with 0 are not possible', () => {
    const { form } = row('', '---\nPossible:\n  Action:\n    AgentTicketClose: 0\n    AgentTicketNote: 1\n    AgentTicketMove: 0\n')
    expect(form.change).toEqual({ PossibleNot: { Action: ['AgentTicketClose', 'AgentTicketMove'] } })
  })

  it('tells what means nothing here: what is never known, what is not asked about, patterns that are none', () => {
    const { lost } = row(
      '---\nProperties:\n  Process:\n    ProcessEntityID:\n    - P1\n  User:\n    Group_rw:\n    - it\n  Ticket:\n    DynamicField_Bud:\n    - A1\n    Nonsense:\n    - x\n',
      "---\nPossible:\n  Process:\n  - P1\n  Ticket:\n    State:\n    - '[RegExp]('\n    Lock:\n    - lock\n",
    )
    expect(lost).toEqual([
      { at: 'Properties: Process.ProcessEntityID', why: 'unknown' },
      { at: 'Properties: Ticket.Nonsense', why: 'unknown' },
      { at: 'Possible: Lock', why: 'unasked' },
      { at: 'Possible: Process', why: 'unasked' },
      { at: 'Possible State: [RegExp](', why: 'pattern' },
    ])
  })

  it('a filter stands under a key of its own that OTRS passes over; one that cannot be read takes no rule in without it', () => {
    const names = { name: (_key: string, id: string) => (id === '7' ? 'Sieci' : undefined), id: (_key: string, name: string) => (name === 'Sieci' ? '70' : undefined) } // biome-ignore format: two ways
    const form = { name: 'x', comment: '', description: '', match: {}, change: {}, stop: false, valid: true }
    const text = toExport([{ ...form, filter: { is: { queue: ['7', '8'] } }, id: '1', changedAt: new Date(0) }], names)
    expect(text).toContain('PomocFilter:\n    is:\n      queue:\n        - Sieci\n        - "8"')
    const [back] = fromExport(text, names)!
    expect([back!.form.filter, back!.lost]).toEqual([{ is: { queue: ['70', '0'] } }, [{ at: 'PomocFilter: queue: 8', why: 'unknown' }]])
    expect(fromExport('- Name: x\n  PomocFilter:\n    texts:\n      nonsense: y\n')).toBeUndefined()
  })

  it('a file that multiplies itself is refused, and so is what is no list of ACLs', () => {
    const lines = [
      'a0: &a0 [x, x]',
      ...Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`),
    ]
    expect(fromExport(lines.join('\n'))).toBeUndefined()
    for (const text of ['', 'a: b', '- 1', '- Comment: bez nazwy', '[']) expect(fromExport(text)).toBeUndefined()
  })

  it('whatever the form can say comes back from a file, and from the form’s own rows', () => {
    const value = fc.stringMatching(/^[\w[\]()^|: ąę'"#~-]{1,12}$/).filter((text) => text.trim() !== '')
    const values = fc.array(value, { maxLength: 3 }).map((all) => [...new Set(all)])
    const attributes = fc.dictionary(fc.constantFrom('Queue', 'State', 'DynamicField_Bud'), values, { minKeys: 1 })
    const match = fc.record(
      { Properties: fc.dictionary(fc.constantFrom('Ticket', 'User'), attributes, { minKeys: 1 }) },
      { requiredKeys: [] },
    )
    const reach = fc.record({ Ticket: attributes, Action: values }, { requiredKeys: ['Ticket'] })
    const change = fc.record({ Possible: reach, PossibleNot: reach }, { requiredKeys: [] })
    const filter: fc.Arbitrary<RuleFilter> = fc.record(
      {
        is: fc.record({ queue: fc.constant(['007', '12']), lock: fc.constant(['tmp_lock']) }),
        below: fc.constant(true as const),
        held: fc.constant(true as const),
        times: fc.array(
          fc.record({
            of: fc.constant('created' as const),
            is: fc.constantFrom('before', 'next'),
            minutes: fc.integer({ min: 1, max: 999 }),
          }),
          { minLength: 1, maxLength: 2 },
        ),
        texts: fc.record({ title: value }),
        fields: fc.constant({ Bud: { is: ['true', '1'] } }),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(match, change, filter, fc.boolean(), (given, changes, which, stop) => {
        const form = { name: 'x', comment: '', description: '', match: given, change: changes, filter: which, stop, valid: false }
        const [back] = fromExport(toExport([{ ...form, id: '1', changedAt: new Date(0) }]))!
        expect(back!.form).toEqual(form)
        expect([matchOfRows(rowsOfMatch(given)), changeOfRows(rowsOfChange(changes))]).toEqual([given, changes])
      }),
    )
  })
})
