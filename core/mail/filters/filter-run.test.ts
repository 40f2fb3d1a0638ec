import { describe, expect, it } from 'vitest'
import { asFilterMail } from './filter-mail.ts'
import { fieldName, runFilters, toPattern, type FilterMail, type PostmasterFilter } from './filter-run.ts'
import { boundedSearch } from './filter-worker.ts'
import { otrsName, readOtrsHeaders, sayOtrsName, saysIgnore } from './otrs-headers.ts'
import type { ParsedMail } from '../reading/parsed-mail.ts'

const parsed: ParsedMail = {
  from: [{ name: 'Anna Nowak', address: 'Anna.Nowak@pk.example' }],
  sender: [],
  replyTo: [],
  bcc: [],
  cc: [],
  to: [
    { name: '', address: 'pomoc@pk.example' },
    { name: 'Dziekanat', address: 'dziekanat@pk.example' },
  ],
  subject: 'Alarm PRTG: serwer węzeł-7 leży',
  date: null,
  messageId: '<a@b>',
  inReplyTo: [],
  references: [],
  headers: [
    { name: 'subject', value: '=?UTF-8?Q?Alarm?=' },
    { name: 'x-spam-flag', value: 'YES' },
    { name: 'x-kampus', value: '=?UTF-8?B?xYHDs2TFug==?=' },
    { name: 'received', value: 'a' },
    { name: 'received', value: 'b' },
    { name: 'x-otrs-queue', value: 'Obca' },
  ],
  text: 'Host: wezel-7\nStan: DOWN\n',
  html: null,
  attachments: [],
  notes: [],
}
const envelope = { from: 'robot@prtg.example', to: 'pomoc@pk.example' }
const mail: FilterMail = asFilterMail(parsed, envelope, false)

let n = 0
const filter = (
  match: [key: string, value: string, negated?: boolean][],
  set: [string, string][] = [['X-OTRS-Queue', 'Junk']],
  more: Partial<PostmasterFilter> = {},
): PostmasterFilter => ({
  id: String(++n),
  name: `f${n}`,
  stop: false,
  match: match.map(([key, value, negated = false]) => ({ key, value, negated })),
  set: set.map(([key, value]) => ({ key, value })),
  ...more,
})
const run = (...filters: PostmasterFilter[]) => runFilters(filters, mail, boundedSearch)
const matches = (...match: [string, string, boolean?][]) => run(filter(match)).results[0]!.matched

describe('match rows', () => {
  it.each<[why: string, rows: [string, string, boolean?][], expected: boolean]>([
    ['a pattern is searched anywhere', [['Subject', 'prtg']], true],
    ['upper and lower case are the same, Polish letters too', [['Subject', 'WĘZEŁ-\\d']], true],
    ['a pattern can be anchored', [['Subject', '^Alarm']], true],
    ['anchors do not match within lines', [['Body', '^Stan']], false],
    [
      'all rows must hold',
      [
        ['Subject', 'PRTG'],
        ['Body', 'UP'],
      ],
      false,
    ],
    ['the body is a header', [['Body', 'stan: down']], true],
    ['any header can be asked', [['X-Kampus', '^Łódź$']], true],
    ['names of headers are the same in any case', [['x-SPAM-flag', 'yes']], true],
    ['several headers of a name are one text', [['Received', '^a, b$']], true],
    ['a negated row holds where nothing is found', [['Subject', 'zaproszenie', true]], true],
    ['a negated row does not hold where something is found', [['Subject', 'alarm', true]], false],
    ['a header OTRS reads and the mail lacks is empty, so a negated row holds', [['Cc', 'x', true]], true],
    ['and an empty pattern for "empty" holds too', [['List-Id', '^$']], true],
    ['a header that nobody knows never holds', [['X-Nikt', '.*']], false],
    ['… even negated', [['X-Nikt', 'x', true]], false],
    ['X-OTRS headers of strangers are unknown', [['X-OTRS-Queue', '.*']], false],
    ['EMAILADDRESS matches a whole address', [['From', 'EMAILADDRESS:anna.nowak@pk.example']], true],
    ['EMAILADDRESS does not match a part of one', [['From', 'EMAILADDRESS:nowak@pk.example']], false],
    ['EMAILADDRESS takes a pattern', [['From', 'EMAILADDRESS:.*@pk\\.example']], true],
    ['EMAILADDRESS looks at every address of the header', [['To', 'EMAILADDRESS:dziekanat@pk.example']], true],
    ['EMAILADDRESS does not see names', [['To', 'EMAILADDRESS:Dziekanat']], false],
    ['EMAILADDRESS negated', [['From', 'EMAILADDRESS:ktos@pk.example', true]], true],
    ['EMAILADDRESS negated does not hold where it is the one', [['From', 'EMAILADDRESS:anna.nowak@pk.example', true]], false],
    ['the envelope stands in Return-Path', [['Return-Path', '^robot@']], true],
    ['a filter without match rows never matches', [], false],
  ])('%s', (_why, rows, expected) => {
    expect(matches(...rows)).toBe(expected)
  })

  it("trusted mail's own X-OTRS headers can be asked, under either prefix", () => {
    const trusted = asFilterMail(parsed, envelope, true)
    expect(runFilters([filter([['X-OTOBO-Queue', 'obca']])], trusted, boundedSearch).results[0]!.matched).toBe(true)
  })
})

describe('what is set', () => {
  const set = (match: [string, string, boolean?][], value: string) => run(filter(match, [['X-OTRS-Title', value]])).headers['title']
  it.each<[why: string, match: [string, string, boolean?][], value: string, expected: string]>([
    ['[***] is what the first group caught', [['Body', 'Host: (\\S+)']], 'Host [***] leży', 'Host wezel-7 leży'],
    [
      'of several rows the last that caught something',
      [
        ['Body', 'Host: (\\S+)'],
        ['Body', 'Stan: (\\w+)'],
      ],
      '[***]',
      'DOWN',
    ],
    [
      'a row without a group leaves it',
      [
        ['Body', 'Host: (\\S+)'],
        ['Subject', 'PRTG'],
      ],
      '[***]',
      'wezel-7',
    ],
    [
      'a group that caught nothing leaves it',
      [
        ['Body', 'Host: (\\S+)'],
        ['Subject', 'Alarm(x)?'],
      ],
      '[***]',
      'wezel-7',
    ],
    ['[***] is filled in once a value (OTRS)', [['Body', 'Host: (\\S+)']], '[***] [***]', 'wezel-7 [***]'],
    ['nothing caught: empty', [['Subject', 'PRTG']], 'x[***]y', 'xy'],
    [
      'named captures',
      [['Body', 'Host: (?<host>\\S+)\\s+Stan: (?<stan>\\w+)']],
      '[**\\stan**] [**\\host**] [**\\host**]',
      'DOWN wezel-7 wezel-7',
    ],
    ['… with blanks around the name', [['Body', 'Host: (?<host>\\S+)']], '[** \\host **]', 'wezel-7'],
    ['a name that caught nothing is empty', [['Subject', 'PRTG']], 'x[**\\host**]', 'x'],
    ['EMAILADDRESS gives the address found', [['From', 'EMAILADDRESS:.*@pk.example']], '[***]', 'Anna.Nowak@pk.example'],
    ['… as the named capture email, too', [['From', 'EMAILADDRESS:.*@pk.example']], '[**\\email**]', 'Anna.Nowak@pk.example'],
    ['what was caught is text, never a pattern of replacement', [['Subject', '(Alarm)']], '$&[***]', '$&Alarm'],
  ])('%s', (_why, match, value, expected) => {
    expect(set(match, value)).toBe(expected)
  })

  it('either prefix sets the same header, the last filter wins', () => {
    expect(
      run(filter([['Subject', 'PRTG']], [['X-OTRS-Queue', 'A']]), filter([['Subject', 'PRTG']], [['X-OTOBO-Queue', 'B']])).headers,
    ).toEqual({ queue: 'B' })
  })

  it('nothing is set where it did not match', () => {
    expect(run(filter([['Subject', 'nic']])).headers).toEqual({})
  })
})

describe('the run', () => {
  it('goes by name, capital letters first, whatever order they were made in', () => {
    const made = [
      filter([['Subject', '.']], undefined, { name: 'b' }),
      filter([['Subject', '.']], undefined, { name: 'a' }),
      filter([['Subject', '.']], undefined, { name: 'Z' }),
    ]
    expect(run(...made).results.map(({ name }) => name)).toEqual(['Z', 'a', 'b'])
  })

  it('ends behind a match that says stop, and goes on behind one that did not match', () => {
    const [first, second, third] = [
      filter([['Subject', 'nic']], undefined, { name: '1', stop: true }),
      filter([['Subject', '.']], undefined, { name: '2', stop: true }),
      filter([['Subject', '.']], undefined, { name: '3' }),
    ]
    expect(run(first, second, third).results.map(({ name, matched, stopped }) => [name, matched, stopped])).toEqual([
      ['1', false, false],
      ['2', true, true],
    ])
  })

  it('lets later filters see what earlier ones set', () => {
    const { results } = run(
      filter([['Subject', 'PRTG']], [['X-OTRS-Queue', 'Alarmy']], { name: '1' }),
      filter([['X-OTRS-Queue', '^Alarmy$']], [['X-OTRS-Priority', '5 very high']], { name: '2' }),
    )
    expect(results.map(({ matched }) => matched)).toEqual([true, true])
  })
})

describe('patterns', () => {
  it('one that backtracks for ever is ended: its filter is passed over, the next ones run', () => {
    const slow = { ...mail, fields: { ...mail.fields, subject: `${'a'.repeat(60)}!` } }
    const { results } = runFilters(
      [filter([['Subject', '^(a+)+$']], undefined, { name: '1' }), filter([['Body', 'DOWN']], undefined, { name: '2' })],
      slow,
      boundedSearch,
    )
    expect(results).toMatchObject([{ matched: false, fault: 'filter-too-slow' }, { matched: true }])
  })

  it('a negated one that is too slow does not match either', () => {
    const slow = { ...mail, fields: { ...mail.fields, subject: `${'a'.repeat(60)}!` } }
    expect(runFilters([filter([['Subject', '^(a+)+$', true]])], slow, boundedSearch).results[0]).toMatchObject({
      matched: false,
      fault: 'filter-too-slow',
    })
  })

  it('one that is no pattern is passed over and said', () => {
    expect(run(filter([['Subject', '(']])).results[0]).toMatchObject({ matched: false, fault: 'filter-invalid' })
  })

  it.each([
    ['\\Aalarm', true],
    ['leży\\z', true],
    ['leży\\Z', true],
    ['(?i)ALARM', true],
    ['Alarm\\hPRTG', true],
    ['anna\\@pk', false],
    ['\\\\A', false],
  ])("Perl's %s is read as Perl reads it", (pattern, expected) => {
    expect(toPattern(pattern).test(parsed.subject)).toBe(expected)
  })
})

describe('X-OTRS headers', () => {
  it.each([
    ['X-OTRS-Queue', 'queue'],
    ['x-otobo-followup-STATE', 'followup-state'],
    ['X-OTRS-State-PendingTime', 'state-pendingtime'],
    ['X-Queue', undefined],
    ['Subject', undefined],
  ])('%s is %s', (header, name) => {
    expect(otrsName(header)).toBe(name)
  })

  it('are said as OTRS writes them', () => {
    expect([sayOtrsName('followup-state-keep'), sayOtrsName('slx'), fieldName('X-OTOBO-Queue')]).toEqual([
      'X-OTRS-FollowUp-State-Keep',
      'X-OTRS-Slx',
      'x-otrs-queue',
    ])
  })

  it('are read decoded, the first of a name, those of the program itself never', () => {
    const headers = readOtrsHeaders({
      headers: [
        { name: 'x-otrs-title', value: '=?UTF-8?Q?Zg=C5=82oszenie?=' },
        { name: 'x-otobo-title', value: 'zweite' },
        { name: 'x-otrs-bounce-originalmessageid', value: '<x>' },
      ],
    })
    expect([...headers]).toEqual([['title', 'Zgłoszenie']])
  })

  it.each([
    ['yes', true],
    ['true', true],
    ['YES please', true],
    ['1', false],
    ['no', false],
    ['', false],
  ])('Ignore: %s', (value, expected) => {
    expect(saysIgnore(new Map([['ignore', value]]))).toBe(expected)
  })
})
