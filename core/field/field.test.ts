import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { aConfig, aField } from '../../test/fields.ts'
import { maker, TUESDAY, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { Id } from '../database/schema.ts'
import { readConfig, writeConfig } from './config.ts'
import { createField, editField, removeField } from './field-admin.ts'
import { fieldsAsked, findField, listFields, useOf, type Field, type FieldRule } from './fields.ts'
import { fits } from './pattern.ts'
import { readPosted } from './posted.ts'
import { typeOf, type FieldRoom } from './types.ts'
import { loadValues, sayValues, valuesOf, writeValues } from './values.ts'

const room: FieldRoom = { language: 'en', zone: 'Europe/Warsaw', now: TUESDAY }
const values = [
  { key: 'a', label: 'Aula', labelEn: 'Hall' },
  { key: 'b', label: 'Budynek B', labelEn: null },
]
const of = (type: string, config = {}) => ({ name: 'X', type, config: aConfig(config) })
const read = (type: string, given: string[], config = {}, stands: string[] = []): readonly string[] | string => {
  try {
    return typeOf(type).read(given, of(type, config), room, stands)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    expect(error.field).toBe('field.X')
    return error.code
  }
}

describe('a value is what its type takes', () => {
  it.each([
    ['Text', ['  214 '], {}, ['214']],
    ['Text', ['  '], {}, []],
    ['Text', ['x'.repeat(3801)], {}, 'too-long'],
    ['Text', ['21'], { patterns: [{ pattern: '^\\d{3}$', message: 'Trzy cyfry' }] }, 'field.unfit'],
    ['Text', ['21'], { patterns: [{ pattern: '^\\d{3}$', message: '' }] }, 'field.unfit-form'],
    ['TextArea', ['214'], { patterns: [{ pattern: '^\\d{3}$', message: '' }] }, ['214']],
    ['Checkbox', ['0', '1'], {}, ['1']],
    ['Checkbox', ['0'], {}, ['0']],
    ['Checkbox', ['maybe'], {}, 'choice-gone'],
    ['Dropdown', ['a'], { values }, ['a']],
    ['Dropdown', [''], { values }, []],
    ['Dropdown', ['c'], { values }, 'choice-gone'],
    ['Multiselect', ['', 'b', 'a', 'b'], { values }, ['b', 'a']],
    ['Multiselect', ['a', 'c'], { values }, 'choice-gone'],
    ['Date', ['2026-12-04'], {}, ['2026-12-04']],
    ['Date', ['2026-12-04 00:00:00'], {}, ['2026-12-04']],
    ['Date', ['2026-02-30'], {}, 'field.not-a-date'],
    ['Date', ['2026-12-04'], { only: 'past' }, 'field.only-past'],
    ['Date', ['2026-11-17'], { only: 'past' }, ['2026-11-17']],
    ['Date', ['2026-11-16'], { only: 'future' }, 'field.only-future'],
    ['Date', ['2027-01-01'], { years: { past: 1, future: 0 } }, 'field.year'],
    ['Date', ['2025-01-01'], { years: { past: 1, future: 0 } }, ['2025-01-01']],
    ['DateTime', ['2026-12-04T08:15'], {}, ['2026-12-04T07:15:00Z']],
    ['DateTime', ['2026-12-04 08:15:30'], {}, ['2026-12-04T07:15:30Z']],
    ['DateTime', ['jutro'], {}, 'field.not-a-date'],
  ] as const)('%s %j %j → %j', (type, given, config, found) => {
    expect(read(type, [...given], config)).toEqual(found)
  })
  it('what stands may stay though it is offered no longer', () => {
    expect(read('Dropdown', ['c'], { values }, ['c'])).toEqual(['c'])
    expect(read('Multiselect', ['c', 'a'], { values }, ['c'])).toEqual(['c', 'a'])
  })
  it('a choice is said by its word, and a key that has none as it stands', () => {
    const say = (key: string, language: 'pl' | 'en') => typeOf('Dropdown').say(key, of('Dropdown', { values }), { ...room, language })
    expect([say('a', 'pl'), say('a', 'en'), say('b', 'en'), say('z', 'pl')]).toEqual(['Aula', 'Hall', 'Budynek B', 'z'])
  })
  it('a date begins as it is set to; OTRS’s “now” only where it must be filled in', () => {
    const initial = (type: string, seconds: string, required: boolean) =>
      typeOf(type).initial(of(type, { initial: seconds === '' ? [] : [seconds] }), room, required)
    expect(initial('Date', '86400', false)).toEqual(['2026-11-18'])
    expect(initial('Date', '0', false)).toEqual([])
    expect(initial('Date', '0', true)).toEqual(['2026-11-17'])
    expect(initial('DateTime', '-3600', false)).toEqual(['2026-11-17T08:15:00Z'])
    expect(initial('DateTime', '', true)).toEqual([])
  })
  it('a pattern of Perl’s counts without case where it says so, and one that never ends stops nobody', () => {
    expect([fits('(?i)^abc$', 'ABC'), fits('^abc$', 'ABC'), fits('(', 'x')]).toEqual([true, false, true])
    expect(fits('^(a+)+$', `${'a'.repeat(60)}!`)).toBe(true)
  })
  it('a type that nobody here knows is kept and changed nowhere', () => {
    expect(typeOf('WebService')).toMatchObject({ control: null, column: 'text' })
    expect(typeOf('constructor').control).toBeNull()
  })
})

describe('a Config of OTRS', () => {
  it('is read as it is written there, whatever kind of thing a number is', () => {
    expect(
      readConfig({
        DefaultValue: 5,
        PossibleValues: { '10': 'ten', '9': 'nine', x: '' },
        PossibleNone: 1,
        TreeView: '0',
        RegExList: [{ Value: '^x', ErrorMessage: 'x first' }],
        YearsPeriod: '1',
        YearsInPast: '2',
        YearsInFuture: '',
        DateRestriction: 'DisablePastDates',
        Link: 'https://example.com',
      }),
    ).toEqual({
      initial: ['5'],
      values: [
        { key: '9', label: 'nine', labelEn: null },
        { key: '10', label: 'ten', labelEn: null },
        { key: 'x', label: 'x', labelEn: null },
      ],
      none: true,
      tree: false,
      patterns: [{ pattern: '^x', message: 'x first' }],
      rows: 0,
      years: { past: 2, future: 5 },
      only: 'future',
    })
    expect(readConfig({ PossibleValues: 'none', RegExList: null, DefaultValue: {} })).toMatchObject({
      values: [],
      patterns: [],
      initial: [],
    })
  })
  it('comes back from what it was written as, and keeps what is not ours', () => {
    const key = fc
      .oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.constantFrom('toString', 'valueOf'))
      .filter((text) => text !== '__proto__')
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 6 }), fc.boolean(), fc.boolean(), (keys, none, tree) => {
        const config = aConfig({ values: keys.map((one, n) => ({ key: one, label: `L ${n}`, labelEn: n % 2 ? 'E' : null })), none, tree })
        const written = JSON.parse(JSON.stringify(writeConfig({ Link: 'x' }, config))) as Record<string, unknown>
        expect(written['Link']).toBe('x')
        expect(readConfig(written)).toEqual(config)
      }),
    )
  })
})

describe('values', () => {
  it('of a set that repeats are said by its repetitions', () => {
    const filled = { field: { ...aField('Zestaw'), type: 'Text', config: {} } as unknown as Field, values: ['klucz', 'karta', 'pilot'] }
    const room = { language: 'pl' as const, zone: 'Europe/Warsaw', now: new Date(0) }
    expect(sayValues(filled, room)).toBe('klucz, karta, pilot')
    expect(sayValues({ ...filled, sets: [0, 0, 1] }, room)).toBe('(1) klucz, karta; (2) pilot')
  })
})

describe('the nearest rule says whether a form asks', () => {
  const rule = (queueName: string | null, topicId: Id | null, use: FieldRule['use'], screen: FieldRule['screen'] = 'note') => ({
    screen,
    queueId: queueName,
    queueName,
    topicId,
    use,
  })
  const use = (rules: Field['rules'], queueName: string, topicId: Id | null = null, screen: FieldRule['screen'] = 'note') =>
    useOf({ rules }, screen, { queueName, topicId })
  it('of the queue, of the queues above, of all; of each the topic’s first', () => {
    const rules = [rule(null, null, 'optional'), rule(null, '7', 'required'), rule('A', null, 'off'), rule('A::B', '7', 'required')]
    expect([use(rules, 'C'), use(rules, 'C', '7'), use(rules, 'A', '7'), use(rules, 'A::B'), use(rules, 'A::B::C', '7')]).toEqual([
      'optional',
      'required',
      'off',
      'off',
      'required',
    ])
    expect(use([rule('A', null, 'required')], 'AB')).toBe('off')
  })
  it('where nothing is said the act of its own offers it, others do not; customers read what they are asked', () => {
    expect([use([], 'A', null, 'fields'), use([], 'A', null, 'close'), use([], 'A', null, 'portal-ticket')]).toEqual([
      'optional',
      'off',
      'off',
    ])
    expect(use([rule('A', null, 'required', 'portal')], 'A', null, 'portal-ticket')).toBe('required')
    expect(use([rule('A', null, 'required', 'portal'), rule(null, null, 'off', 'portal-ticket')], 'A', null, 'portal-ticket')).toBe('off')
  })
})

describe('what a form brings', () => {
  const field = (type: string): Field => ({ name: 'X', type, config: {} }) as Field
  const posted = (type: string, required: boolean, came: string[], stood?: string) => {
    try {
      return readPosted([{ field: field(type), required }], (name) =>
        name === 'field.X' ? came : name === 'was.X' && stood !== undefined ? [stood] : [],
      )
    } catch (error) {
      return (error as Refusal).code
    }
  }
  it('is what somebody changed; what must be filled in is', () => {
    expect(posted('Text', false, ['a'], 'a')).toEqual({})
    expect(posted('Text', false, ['b'], 'a')).toEqual({ X: ['b'] })
    expect(posted('Text', false, [''], 'a')).toEqual({ X: [''] })
    expect(posted('Text', true, [' '], '')).toBe('required')
    expect(posted('Text', true, [])).toBe('required')
    expect(posted('Text', false, [])).toEqual({})
    expect(posted('Checkbox', false, ['0'], '')).toEqual({})
    expect(posted('Checkbox', false, ['0', '1'], '')).toEqual({ X: ['1'] })
    expect(posted('Checkbox', true, ['0'], '')).toBe('required')
    expect(posted('Multiselect', false, ['', 'a', 'b'], 'a\nb')).toEqual({})
    expect(posted('Multiselect', false, [''], 'a\nb')).toEqual({ X: [] })
    expect(posted('Multiselect', true, [''])).toBe('required')
  })
})

describe('fields in the database', () => {
  let opened: OpenDatabase
  let make: Maker
  let admin: Id
  beforeAll(async () => {
    opened = await testDatabase()
    make = await maker(opened.db)
    admin = await make.agent({ 2: ['rw'] })
  })
  afterAll(() => opened.close())
  const code = (act: Promise<unknown>) => act.then(() => 'done').catch((error: unknown) => (error as Refusal).code ?? String(error))

  it('are the affair of central administrators and, for a unit’s own, of those who run it', async () => {
    const unit = await make.unit()
    const below = await make.unit({ parentId: unit })
    const queue = await make.queue({ unitId: below })
    const local = await make.agent({ 1: ['rw'] })
    await make.db.insertInto('unit_administrator').values({ unit_id: unit, person_id: local, since: make.now, given_by: null }).execute()
    const by = async (person: Id, run: Parameters<Maker['work']>[1]) => make.work(await make.actor(person), run)
    expect(await code(by(local, (work) => createField(work, '1', 'Text', aField('Central'))))).toBe('not-allowed')
    const id = await make.work(await make.actor(local), (work) =>
      createField(work, unit, 'Text', aField('Local', {}, { rules: [{ screen: 'note', queueId: queue, topicId: null, use: 'required' }] })),
    )
    // In a queue that is not theirs it is asked for by nobody.
    const elsewhere: FieldRule = { screen: 'note', queueId: '4', topicId: null, use: 'required' }
    expect(await code(by(local, (work) => editField(work, id, aField('Local', {}, { rules: [elsewhere] }))))).toBe('choice-gone')
    expect((await fieldsAsked(make.db, ['note'], { queueId: queue })).note.map(({ field }) => field.name)).toContain('Local')
    expect((await fieldsAsked(make.db, ['note', 'fields'], { queueId: '4' })).fields.map(({ field }) => field.name)).not.toContain('Local')
    const stranger = await make.agent({ 1: ['rw'] })
    expect(await code(by(stranger, (work) => removeField(work, id)))).toBe('not-allowed')
    expect(await code(by(local, (work) => removeField(work, id)))).toBe('done')
    expect(await findField(make.db, id)).toBeUndefined()
  })

  it('refuse what nobody could fill in', async () => {
    const make_ = async (type: string, form: ReturnType<typeof aField>) =>
      code(make.work(await make.actor(admin), (work) => createField(work, '1', type, form)))
    expect(await make_('Text', aField('Ala ma kota'))).toBe('field.name-invalid')
    expect(await make_('Text', aField('Taken'))).toBe('done')
    expect(await make_('Text', aField('taken'))).toBe('field.name-taken')
    expect(await make_('Dropdown', aField('Empty'))).toBe('field.needs-values')
    expect(await make_('Dropdown', aField('Twice', { values: [values[0]!, values[0]!] }))).toBe('field.value-twice')
    expect(await make_('Dropdown', aField('Gone', { values, initial: ['z'] }))).toBe('field.initial-unknown')
    expect(await make_('Text', aField('Wrong', { patterns: [{ pattern: '(', message: '' }] }))).toBe('field.pattern-invalid')
    expect(await make_('WebService', aField('Other'))).toBe('input')
  })

  it('hold values of each kind, come back as they were written, and go with what they are of', async () => {
    await make.work(await make.actor(admin), async (work) => {
      for (const type of ['Text', 'Checkbox', 'Date', 'DateTime']) await createField(work, '1', type, aField(`Kept${type}`))
      await createField(work, '1', 'Multiselect', aField('KeptMultiselect', { values }))
    })
    const fields = (await listFields(make.db, 'ticket')).filter(({ name }) => name.startsWith('Kept'))
    const own: Record<string, string[]> = {
      KeptText: ['zażółć %% gęślą'],
      KeptCheckbox: ['1'],
      KeptDate: ['2026-12-04'],
      KeptDateTime: ['2026-12-04T07:15:00Z'],
      KeptMultiselect: ['b', 'a'],
    }
    const ticket = await make.ticket()
    const other = await make.ticket()
    const put = (id: Id, given: Record<string, string[]>) =>
      writeValues(make.db, id, fields.filter(({ name }) => given[name]).map((field) => ({ field, values: given[field.name]! }))) // biome-ignore format: one list
    const stands = async (id: Id) => {
      const found = (await loadValues(make.db, fields, [id, other.id])).get(id)
      return Object.fromEntries(fields.flatMap(({ id: field, name }) => (found?.has(field) ? [[name, found.get(field)]] : [])))
    }
    await put(ticket.id, own)
    await put(other.id, { KeptText: ['other'] })
    expect(await stands(ticket.id)).toEqual(own)
    await put(ticket.id, { KeptMultiselect: ['a'], KeptDate: [] })
    const { KeptDate: _, ...left } = own
    expect(await stands(ticket.id)).toEqual({ ...left, KeptMultiselect: ['a'] })
    expect((await valuesOf(make.db, 'ticket', other.id)).map(({ values: all }) => all)).toEqual([['other']])
    await make.db.deleteFrom('history').where('ticket_id', '=', other.id).execute()
    await make.db.deleteFrom('article').where('ticket_id', '=', other.id).execute()
    await make.db.deleteFrom('ticket').where('id', '=', other.id).execute()
    expect(await make.db.selectFrom('field_value').select('text').where('object_id', '=', other.id).execute()).toEqual([])
  })
})
