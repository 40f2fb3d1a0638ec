/** What becomes of rows of the source, by the facts of OTRS: everything here is pure. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Row } from '../source/source.ts'
import { stateType } from './about.ts'
import { BLANK, blank, blankText, blankYaml } from './blank.ts'
import { calendarNumber, calendarOf } from './calendars.ts'
import { fileNames, revisionOf, withOwnFiles } from './faq.ts'
import { fieldValue, usesOf } from './fields.ts'
import { counterInForce, filtersOf, generatorOf, readable } from './mail.ts'
import { parentName, placeNamed } from './names.ts'
import { absenceOf, factorOf, planPersons, type Here, type SourcePerson } from './people.ts'
import { unitOf } from './queues.ts'
import { amount, deadlines, int, str, validity } from './read.ts'
import { settingsFrom } from './settings.ts'
import { addressOfProfile } from './views.ts'
import { write } from './yaml.ts'

describe('values', () => {
  it('amounts are whole and positive, per cents below a hundred; NUL and blanks go', () => {
    expect([amount(0), amount(null), amount(-10), amount('240'), amount(80, 99), amount(100, 99)]).toEqual([
      null,
      null,
      null,
      240,
      80,
      null,
    ])
    expect(deadlines({ first_response_time: 60, first_response_notify: 0, solution_time: '0' })).toMatchObject({
      first_response_minutes: 60,
      first_response_notify: null,
      update_minutes: null,
      solution_minutes: null,
    })
    expect([str('a\0b'), str(null), str(Buffer.from('ż')), int('12x'), int(' 7 '), int('99999999999999999999')]).toEqual([
      'ab',
      '',
      'ż',
      undefined,
      7,
      undefined,
    ])
    expect([1, 2, 3].map((valid_id) => validity({ valid_id }))).toEqual([
      { valid: true, off_for_now: false },
      { valid: false, off_for_now: false },
      { valid: false, off_for_now: true },
    ])
  })
})

describe('names and numbers', () => {
  const ours = [
    { id: '1', name: 'users' },
    { id: '2', name: 'admin' },
    { id: '7', name: 'Nasza' },
  ]
  it('a free number is kept; one that stands for something else is not', () => {
    const placed = placeNamed(
      [
        { source: '5', id: '5', name: 'WM' },
        { source: '7', id: '7', name: 'WF' },
      ],
      ours,
    )
    expect([placed.get('5'), placed.get('7')]).toEqual([
      { id: '5', name: 'WM', renamed: false, moved: false },
      { id: undefined, name: 'WF', renamed: false, moved: true },
    ])
  })
  it('a name that somebody here has is marked, and the same on every run', () => {
    const rows = [{ source: '9', id: '9', name: 'Nasza' }]
    const once = placeNamed(rows, ours).get('9')!
    expect(once).toMatchObject({ id: '9', name: 'Nasza (OTRS)', renamed: true })
    const again = placeNamed(rows, [...ours, { id: '9', name: 'Nasza (OTRS)' }], { known: new Map([['9', '9']]) })
    expect(again.get('9')).toMatchObject({ id: '9', name: 'Nasza (OTRS)' })
  })
  it('groups are met by their name, whatever their number; rows that both begin with by their number', () => {
    expect(placeNamed([{ source: '12', id: '12', name: 'admin' }], ours, { byName: true }).get('12')).toMatchObject({
      id: '2',
      renamed: false,
    })
    expect(placeNamed([{ source: '2', id: '2', name: 'Wejście' }], ours, { seeds: new Set(['2']) }).get('2')).toMatchObject({
      id: '2',
      name: 'Wejście',
    })
  })
  it('no two rows of a list ever become one, and no two have one name', () => {
    const row = fc.record({ id: fc.integer({ min: 1, max: 12 }), name: fc.constantFrom('users', 'admin', 'Nasza', 'A', 'B', '') })
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 12 }), fc.boolean(), (rows, byName) => {
        const placed = [
          ...placeNamed(
            rows.map(({ id, name }) => ({ source: `${id}`, id: `${id}`, name })),
            ours,
            { byName, seeds: new Set(['1']) },
          ).values(),
        ]
        const ids = placed.flatMap(({ id }) => (id === undefined ? [] : [id]))
        const names = [...placed.map(({ name }) => name), ...ours.filter(({ id }) => !ids.includes(id)).map(({ name }) => name)]
        expect([new Set(ids).size, new Set(names).size]).toEqual([ids.length, names.length])
      }),
    )
  })
  it('a queue lies in the unit of the nearest one above it that the file names', () => {
    const units = new Map([
      ['it', '1'],
      ['mech', '8'],
    ])
    expect([unitOf('WM::Dziekanat', { WM: { unit: 'mech' } }, units), unitOf('Raw', { WM: { unit: 'mech' } }, units)]).toEqual(['8', '1'])
    expect([parentName('A::B::C'), parentName('A'), parentName('::A')]).toEqual(['A::B', undefined, undefined])
  })
  it('a state is of the type that its number says, by the name of the type', () => {
    expect([stateType('pending auto'), stateType('wymyślony')]).toEqual(['pending auto', undefined])
  })
})

describe('people', () => {
  const person = (kind: 'user' | 'customer', id: number, login: string, address: string, row: Row = {}): SourcePerson => ({
    kind,
    id: String(id),
    login,
    row: { first_name: 'Jan', last_name: login, valid_id: 1, ...(kind === 'customer' ? { email: address } : {}), ...row },
    preferences: new Map(kind === 'user' && address ? [['UserEmail', address]] : []),
  })
  const nobody: Here = {
    logins: new Map(),
    addresses: new Map(),
    directory: new Set(),
    isOurs: (address) => address.endsWith('@pomoc.example'),
    known: new Map(),
    made: new Set(),
  }
  const open = { persons: {}, sameLogin: {}, addresses: {} }
  const plan = (
    accounts: SourcePerson[],
    mapping: Partial<typeof open & { persons: Record<string, never> }> = {},
    here: Partial<Here> = {},
  ) => {
    const { plans, findings } = planPersons(accounts, { ...open, ...mapping }, { ...nobody, ...here })
    return { plans, codes: findings.map(({ code, key }) => `${code} ${key}`) }
  }

  it('two hats of one login and one address are one person, whatever the letters', () => {
    const { plans, codes } = plan([
      person('customer', 9, 'JNowak', 'J.Nowak@uni.example'),
      person('user', 4, 'jnowak', 'j.nowak@uni.example'),
    ])
    expect(plans).toHaveLength(1)
    expect(plans[0]).toMatchObject({ source: 'user 4', login: 'jnowak', addresses: ['j.nowak@uni.example'], values: { agent: true } })
    expect(codes).toEqual([])
  })
  it('of one login with other addresses they are two, and the file may say otherwise', () => {
    const accounts = [person('user', 4, 'mwojcik', 'a@uni.example'), person('customer', 9, 'mwojcik', 'b@uni.example')]
    const two = plan(accounts)
    expect(two.plans.map(({ login }) => login)).toEqual(['mwojcik', null])
    expect(two.codes).toEqual(['same-login 9', 'login-taken 9'])
    const one = plan(accounts, { sameLogin: { MWojcik: 'one' } })
    expect(one.plans.map(({ addresses }) => addresses)).toEqual([['a@uni.example', 'b@uni.example']])
    expect(one.codes).toEqual([])
  })
  it('user 1 is nobody, unless the file says who', () => {
    expect(plan([person('user', 1, 'root@localhost', 'root@localhost')]).plans).toEqual([])
    expect(
      plan([person('user', 1, 'root@localhost', 'r@uni.example')], { persons: { 'root@localhost': { as: 'new' } as never } }).plans,
    ).toHaveLength(1)
  })
  it('an address is whose the file says, else of who is in use, and the other keeps it as a remark', () => {
    const accounts = [person('customer', 1, 'dawny', 's@uni.example', { valid_id: 2 }), person('customer', 2, 'nowy', 'S@uni.example')]
    const first = plan(accounts)
    expect(first.plans.map(({ addresses, values }) => [addresses, values.details['contact']])).toEqual([
      [[], 's@uni.example'],
      [['s@uni.example'], undefined],
    ])
    expect(first.codes).toEqual(['double-address 1'])
    expect(plan(accounts, { addresses: { 's@uni.example': 'dawny' } }).codes).toEqual(['double-address 2'])
  })
  it('a local account here is never met, a directory entry is, and the file may say whom', () => {
    const accounts = [person('user', 3, 'admin', 'admin@uni.example')]
    const here = {
      logins: new Map([
        ['admin', '1'],
        ['jk', '2'],
      ]),
      addresses: new Map([['admin@uni.example', '1']]),
    }
    const apart = plan(accounts, {}, here)
    expect(apart.plans[0]).toMatchObject({ meets: undefined, login: null, addresses: [] })
    expect(apart.codes).toEqual(['login-taken 3', 'double-address 3'])
    expect(plan(accounts, {}, { ...here, directory: new Set(['1']) }).plans[0]).toMatchObject({
      meets: '1',
      login: null,
      addresses: ['admin@uni.example'],
    })
    const said = plan(accounts, { persons: { admin: { as: { login: 'jk' } } as never } }, here)
    expect(said.plans[0]).toMatchObject({ meets: '2', addresses: [] })
    expect(plan(accounts, { persons: { admin: { as: { login: 'ktoś' } } as never } }, here).codes).toContain('unknown-login 3')
  })
  it('an address of the help desk, and what is none, are no way to write to anybody', () => {
    const { plans, codes } = plan([person('customer', 1, 'a', 'it@pomoc.example'), person('customer', 2, 'b', 'brak')])
    expect(plans.map(({ addresses }) => addresses)).toEqual([[], []])
    expect(codes).toEqual(['own-address 1', 'bad-address 2'])
  })
  it('whoever came before stays who they became', () => {
    const accounts = [person('user', 4, 'x', 'a@uni.example'), person('customer', 9, 'x', 'a@uni.example')]
    expect(
      plan(
        accounts,
        {},
        {
          known: new Map([
            ['user 4', '50'],
            ['customer 9', '51'],
          ]),
          made: new Set(['50', '51']),
          logins: new Map([['x', '50']]),
        },
      ).plans.map(({ login }) => login),
    ).toEqual(['x', null])
    // And whom it met then, it meets again.
    const met = { known: new Map([['user 4', '7']]), logins: new Map([['x', '7']]) }
    expect(plan([accounts[0]!], {}, met).plans.map(({ meets }) => meets)).toEqual(['7'])
  })
  it('no login and no address is ever two persons’', () => {
    const account = fc.record({
      kind: fc.constantFrom('user' as const, 'customer' as const),
      login: fc.constantFrom('a', 'A', 'b', 'c', ''),
      address: fc.constantFrom('a@x.pl', 'A@x.pl', 'b@x.pl', '', 'it@pomoc.example'),
      valid: fc.constantFrom(1, 2, 3),
    })
    fc.assert(
      fc.property(fc.array(account, { maxLength: 10 }), (accounts) => {
        const { plans } = plan(
          accounts.map(({ kind, login, address, valid }, n) => person(kind, n + 2, login, address, { valid_id: valid })),
        )
        const logins = plans.flatMap(({ login, furtherLogins }) => [...(login === null ? [] : [login]), ...furtherLogins])
        const addresses = plans.flatMap((one) => one.addresses)
        expect([new Set(logins).size, new Set(addresses).size]).toEqual([logins.length, addresses.length])
        expect(plans.flatMap((one) => one.accounts)).toHaveLength(accounts.length)
      }),
    )
  })
  it('an absence lasts from the first minute of the first day to the end of the last one', () => {
    const away = (more: Record<string, string> = {}) =>
      new Map(
        Object.entries({
          OutOfOffice: '1',
          OutOfOfficeStartYear: '2026',
          OutOfOfficeStartMonth: '3',
          OutOfOfficeStartDay: '9',
          OutOfOfficeEndYear: '2026',
          OutOfOfficeEndMonth: '3',
          OutOfOfficeEndDay: '11',
          ...more,
        }),
      )
    const now = new Date('2026-03-10T12:00:00Z')
    expect(absenceOf(away(), 'Europe/Warsaw', now)).toEqual({
      from: new Date('2026-03-08T23:00:00Z'),
      until: new Date('2026-03-11T23:00:00Z'),
    })
    expect([
      absenceOf(away({ OutOfOffice: '0' }), 'UTC', now),
      absenceOf(away({ OutOfOfficeEndDay: '9' }), 'UTC', now),
      absenceOf(away({ OutOfOfficeEndMonth: '13' }), 'UTC', now),
    ]).toEqual([undefined, undefined, undefined])
  })
  it('a second factor is base32, however it is spaced', () => {
    expect(factorOf(new Map([['UserGoogleAuthenticatorSecretKey', 'jbsw y3dp ehpk 3pxp']]))).toBe('JBSWY3DPEHPK3PXP')
    expect([factorOf(new Map([['UserGoogleAuthenticatorSecretKey', 'zażółć']])), factorOf(new Map())]).toEqual([undefined, undefined])
  })
})

describe('calendars', () => {
  const settings: Record<string, unknown> = {
    TimeWorkingHours: { Mon: ['7', 8, 8, '9', 14], Tue: [23], Wed: 'nie', Thu: [-1, 24], Fri: [], Sat: [0], Sun: null },
    TimeVacationDays: { 1: { 1: 'Nowy Rok' }, 2: { 29: 'Przestępny', 30: 'Nigdy' }, 12: { 24: '' } },
    TimeVacationDaysOneTime: { 2026: { 6: { 4: 'Boże Ciało', 31: 'Nigdy' } } },
    'TimeZone::Calendar3Name': 'Dyżury',
    'TimeZone::Calendar3': 'Europe/Warsaw',
    'TimeZone::Calendar4Name': '',
    'TimeWorkingHours::Calendar3': { Mon: [7, 8, 9, 10, 11, 12, 13, 14] },
  }
  const get = (name: string) => settings[name]
  it('whole hours become periods, hour 23 ends at midnight, and what is no hour counts for nothing', () => {
    const { definition, refused } = calendarOf('', get, { zone: 'UTC', cutOff: undefined })
    expect(definition).toMatchObject({ name: 'OTRS', zone: 'UTC', cutOff: null, holidayCountry: null })
    expect(definition.hours).toEqual({
      mon: [
        { from: '07:00', to: '10:00' },
        { from: '14:00', to: '15:00' },
      ],
      tue: [{ from: '23:00', to: '24:00' }],
      wed: [],
      thu: [],
      fri: [],
      sat: [{ from: '00:00', to: '01:00' }],
      sun: [],
    })
    expect(definition.yearlyHolidays).toEqual([
      { month: 1, day: 1, name: 'Nowy Rok' },
      { month: 2, day: 29, name: 'Przestępny' },
    ])
    expect(definition.onceHolidays).toEqual([{ date: '2026-06-04', name: 'Boże Ciało' }])
    expect(refused).toEqual(['2-30 Nigdy', '2026-6-31 Nigdy'])
  })
  it('a number without a name, and 0, are the default calendar', () => {
    expect(['3', '4', '0', '', '17'].map((number) => calendarNumber(number, get))).toEqual(['3', '', '', '', ''])
  })
  it('a calendar has its own zone, and a cut-off only where it fits', () => {
    expect(calendarOf('3', get, { zone: 'UTC', cutOff: '13:00' }).definition).toMatchObject({
      name: 'Dyżury',
      zone: 'Europe/Warsaw',
      cutOff: '13:00',
    })
    expect(calendarOf('3', get, { zone: 'UTC', cutOff: '23:00' }).definition.cutOff).toBeNull()
  })
})

describe('secrets', () => {
  const SECRET = 'tajne-Ą7-Qx9z'
  it.each([
    ['a setting that is one by its name', blank(SECRET, 'AuthModule::LDAP::SearchUserPw')],
    ['a setting of another back end', blank(SECRET, 'Customer::AuthModule::DB::CustomerPassword1')],
    ['a login of a web service', blank({ Authentication: { AuthType: 'BasicAuth', BasicAuthUser: SECRET, BasicAuthPassword: SECRET } })],
    ['a header', blank({ AdditionalHeaders: { 'X-Api-Key': SECRET, Authorization: `Bearer ${SECRET}` } })],
    ['a pair', blank([{ Key: 'SearchUserPw', Value: SECRET }])],
    ['a row of OTRS', blank({ job_key: 'NewParamValue1Password', job_value: SECRET })],
    ['an address with a login', blank({ Host: `https://bot:${SECRET}@host.example/x` })],
    ['a list under a secret name', blank({ tokens: [[SECRET], { a: SECRET }] })],
    ['YAML in a text', blank({ config: `---\nTransport:\n  Config:\n    Password: ${SECRET}\n` })],
    ['JSON in a text', blank({ config: JSON.stringify({ a: { token: SECRET } }) })],
    ['a login beside a password', blank({ login: SECRET, pw: SECRET, host: 'imap' })],
    ['a command', blankText(`/opt/send --haslo=${SECRET} -v`)],
    ['a word with marks', blankText(`Hasło: ${SECRET}`)],
    ['one after another', blankText(`a=b=token=${SECRET}`)],
    ['a text after a name', blankText(`config: user=x;password="${SECRET}"`)],
    ['Perl', blankText(`'Password' => '${SECRET}',`)],
    ['an address in a query', blankText(`https://x.example/a?token=${SECRET}&b=1`)],
    ['a key', blankText(`a\n-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\nb`)],
    ['a key without an end', blankText(`-----BEGIN RSA PRIVATE KEY-----\n${SECRET}`)],
    ['YAML that is none', blankYaml(`Password: ${SECRET}\n\t: : [`)],
  ])('are blanked: %s', (_, safe) => {
    const text = JSON.stringify(safe)
    expect(text).not.toContain(SECRET)
    expect(text).toContain(BLANK)
  })
  it('nothing else is: rules, names, words about passwords', () => {
    for (const kept of [
      { name: 'Reset hasła', Key: 'DynamicField', Owner: 'anowak', login: 'TicketSearch::anowak' },
      'Twoje hasło zmienisz na https://haslo.example/zmiana',
      'password: <OTRS_NEWPW>',
      { permission_key: 'rw', event_key: 'Recipients', event_value: 'AgentOwner' },
    ])
      expect(blank(kept)).toEqual(kept)
    const yaml = "---\nProperties:\n  Queue:\n    Name:\n    - 'Ochrona danych'\n"
    expect(blankYaml(yaml)).toBe(yaml)
  })
  it('none survives, however deep and in whatever form it stands', () => {
    const secret = fc.string({ unit: fc.constantFrom(...'abcXYZ0189-_.ąż'), minLength: 8, maxLength: 20 }).map((text) => `SEKRET${text}`)
    const secretName = fc.constantFrom(
      'Password',
      'BasicAuthPassword',
      'SearchUserPw',
      'AuthPassword',
      'client_secret',
      'access_token',
      'ApiKey',
      'X-Api-Key',
      'PrivateKey',
      'SSLKey',
      'Token',
      'UserPw',
      'Hasło',
      'haslo',
      'credentials',
      'SessionID',
      'CryptPassphrase',
    )
    const plainName = fc.constantFrom('Config', 'Transport', 'Host', 'Name', 'Requester', 'Invoker', 'Type', '0', 'x y')
    const wrap = (held: fc.Arbitrary<unknown>) =>
      fc.oneof(
        fc.tuple(plainName, held).map(([name, value]) => ({ [name]: value, Other: 'zwykłe' })),
        held.map((value) => ['zwykłe', value]),
        held.map((value) => ({ text: JSON.stringify(value) })),
        held.map((value) => ({ text: `---\n${write(value)}` })),
      )
    const held = fc.tuple(secretName, secret).chain(([name, value]) => {
      const leaf = fc.constantFrom<unknown>(
        { [name]: value },
        { [name]: [value] },
        { [name]: { any: value } },
        { Key: name, Value: value },
        { Authentication: { AuthType: 'JWT', x: value } },
        `https://u:${value}@h.example`,
      )
      return fc.tuple(fc.constant(value), wrap(wrap(leaf)), wrap(wrap(wrap(leaf))))
    })
    fc.assert(
      fc.property(held, ([value, two, three]) => {
        for (const data of [two, three]) {
          expect(JSON.stringify(blank(data))).not.toContain(value)
          expect(blankYaml(write(data))).not.toContain(value)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('fields', () => {
  const moment = (written: unknown) =>
    !String(written).startsWith('2') ? undefined : new Date(`${String(written).replace(' ', 'T')}+02:00`)
  it('each value stands in the column of its type; nothing is nothing, and an empty text is one', () => {
    expect(fieldValue('Date', { value_date: '2026-06-04 00:00:00' }, moment)).toEqual({
      text: null,
      at: new Date('2026-06-04T00:00:00Z'),
      number: null,
    })
    expect(fieldValue('DateTime', { value_date: '2026-06-04 10:00:00' }, moment)?.at).toEqual(new Date('2026-06-04T08:00:00Z'))
    expect(fieldValue('Checkbox', { value_int: 0 }, moment)).toEqual({ text: null, at: null, number: '0' })
    expect(fieldValue('Dropdown', { value_text: '' }, moment)).toEqual({ text: '', at: null, number: null })
    expect(fieldValue('Agent', { value_text: null, value_int: 4 }, moment)?.text).toBe('4')
    expect([fieldValue('Date', { value_date: '0000-00-00 00:00:00' }, moment), fieldValue('Text', { value_text: null }, moment)]).toEqual([
      undefined,
      undefined,
    ])
  })
  it('forms ask for what the settings say; of two that are one here the stronger word counts', () => {
    const uses = usesOf((name) =>
      name === 'Ticket::Frontend::AgentTicketPhone###DynamicField'
        ? { Budynek: '1', Pilne: '0' }
        : name === 'Ticket::Frontend::AgentTicketEmail###DynamicField'
          ? { Budynek: '2', Odd: 'x' }
          : undefined,
    )
    expect(uses).toEqual([
      { field: 'Budynek', screen: 'new', use: 'required' },
      { field: 'Pilne', screen: 'new', use: 'off' },
    ])
  })
})

describe('mail and numbers', () => {
  it('rows of one name are a filter; headers bear one prefix; a pattern that cannot be read is told', () => {
    const row = (f_name: string, f_type: string, f_key: string, f_value: string, f_not: number | null = null, f_stop = 0): Row => ({
      f_name,
      f_type,
      f_key,
      f_value,
      f_not,
      f_stop,
    })
    const filters = filtersOf([
      row('a', 'Match', 'Subject:', 'x', 1),
      row('a', 'Set', 'X-OTOBO-Queue', 'Junk', 1, 1),
      row('b', 'Match', 'To', '(?i)('),
    ])
    expect(filters[0]).toEqual({
      name: 'a',
      stop: true,
      rows: [
        { kind: 'Match', key: 'Subject', value: 'x', negated: true },
        { kind: 'Set', key: 'X-OTRS-Queue', value: 'Junk', negated: false },
      ],
    })
    expect(filters.map(readable)).toEqual([true, false])
  })
  it('numbers go on above the counter and above every number of today', () => {
    const room = { systemId: '10', today: '20261129', dayOf: (row: Row) => str(row['day']) }
    const counters: Row[] = [
      { counter: 900, day: '20261128' },
      { counter: 7, day: '20261129' },
      { counter: 0, day: '20261129' },
    ]
    expect(counterInForce('DateChecksum', counters, ['2026112910000091', '2026112810009991'], room)).toBe(9)
    expect(counterInForce('Date', [], ['202611291012', '20261129'], room)).toBe(12)
    expect(counterInForce('AutoIncrement', [], ['1000123', '2026112910000091', '9900001'], room)).toBe(123)
    expect(counterInForce('AutoIncrement', counters, [], room)).toBe(900)
    expect(counterInForce('DateChecksum', [], ['2026112810000091'], room)).toBeUndefined()
    expect([generatorOf('Kernel::System::Ticket::Number::AutoIncrement'), generatorOf(undefined), generatorOf('Custom::Own')]).toEqual([
      'AutoIncrement',
      'DateChecksum',
      undefined,
    ])
  })
})

describe('knowledge', () => {
  it('pictures are called by the file of this very entry, whatever script named them', () => {
    const nameOf = (id: string) => (id === '3' ? "rys' 1.png" : undefined)
    const address = (id: number) => `/otrs/index.pl?Action=AgentFAQZoom;Subaction=DownloadAttachment;ItemID=1;FileID=${id}`
    expect(
      withOwnFiles(
        `<img src="${address(3)}"><a href='public.pl?Action=PublicFAQZoom&amp;Subaction=DownloadAttachment&amp;FileID=3'>x</a>`,
        nameOf,
      ),
    ).toBe(`<img src="rys%27%201.png"><a href='rys%27%201.png'>x</a>`)
    for (const other of [`<img src="${address(33)}">`, '<a href="https://x.example/?FileID=3">x</a>'])
      expect(withOwnFiles(other, nameOf)).toBe(other)
  })
  it('files of one name have two', () => {
    expect([
      ...fileNames([
        { id: '1', name: 'a.png' },
        { id: '2', name: 'a.png' },
        { id: '3', name: '' },
      ]).values(),
    ]).toEqual(['a.png', 'a-2.png', 'file-3'])
  })
  it('a plain text stays one, and is found by its words', () => {
    expect(revisionOf({ f_subject: 'Żółw', content_type: 'text/plain', f_field3: 'a *b*' }, () => undefined)).toMatchObject({
      title: 'Żółw',
      content_type: 'text',
      solution: 'a *b*',
      search_plain: 'a *b*',
    })
    expect(
      revisionOf({ f_name: 'x', content_type: 'text/html', f_field1: '<p>Objaw</p>', f_field3: '<b>Rada</b>' }, () => undefined),
    ).toMatchObject({ title: 'x', content_type: 'html', search_plain: 'Rada Objaw' })
  })
})

describe('settings and searches', () => {
  it('only what differs is said, and services of the portal only where services are used', () => {
    const from = (said: Record<string, unknown>, time = false) => settingsFrom((name) => said[name], time)
    expect(from({})).toEqual({})
    expect(
      from({
        'Ticket::Service': '1',
        'Ticket::Frontend::CustomerTicketMessage###Service': 1,
        'Ticket::Frontend::CustomerTicketMessage###ServiceMandatory': '1',
        'PostMaster::CheckFollowUpModule###0300-Body': { Module: 'x' },
      }),
    ).toEqual({ 'tickets.services': true, 'portal.service': 'required', 'mail.follow-up.body': true })
    expect(
      from({
        'Ticket::Frontend::CustomerTicketMessage###Service': 1,
        'Ticket::ArchiveSystem::RemoveSeenFlags': '0',
        'OTRSEscalationEvents::DecayTime': '1440',
        EscalationSuspendCancelEscalation: '1',
      }),
    ).toEqual({ 'archive.forget-seen': false, 'deadlines.repeat-minutes': 1440, 'deadlines.suspend-cancels': true })
    expect([
      from({}, true),
      from({ 'Ticket::Frontend::TimeUnits': ' (minuty)' }, true),
      from({ 'Ticket::Frontend::TimeUnits': ' (godziny)' }, true),
    ]).toEqual([{ 'time.unit': 'units' }, {}, { 'time.unit': 'hours' }])
  })
  it('a search becomes a view where a list shows the same, and nothing else does', () => {
    const view = (wishes: Record<string, string[]>) =>
      addressOfProfile(
        { wishes: new Map(Object.entries(wishes)) },
        (kind, id) => (id === '9' ? undefined : `${kind}${id}`),
        (ids) => (ids.join() === '1,4' ? 'open' : undefined),
      )
    expect(view({ QueueIDs: ['5'], StateIDs: ['1', '4'], SortBy: ['Age'], Title: ['*drukarka*'] })).toBe(
      '/desk/search?queue=queue5&state=open&q=drukarka',
    )
    expect([
      view({ QueueIDs: ['5', '6'] }),
      view({ QueueIDs: ['9'] }),
      view({ CustomerID: ['WM'] }),
      view({ Title: ['a||b'] }),
      view({}),
    ]).toEqual([undefined, undefined, undefined, undefined, undefined])
  })
})
