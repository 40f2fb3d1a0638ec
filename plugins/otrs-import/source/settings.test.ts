import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeText, fromBase64, isZeroDate, twiceEncoded } from './mended.ts'
import { momentsIn } from './moments.ts'
import { readPerl } from './perl.ts'
import { databaseOf, readHome, readStored, settingsOf, withRelease } from './settings.ts'
import type { Setting } from './source.ts'

describe('settings in Perl', () => {
  const read = (text: string) => {
    const { values, unread } = readPerl(text)
    return { ...Object.fromEntries(values), ...(unread.length > 0 && { unread }) }
  }
  it.each<[string, Record<string, unknown>]>([
    [`$Self->{'Ticket::Hook'} = 'Sprawa#';`, { 'Ticket::Hook': 'Sprawa#' }],
    [`$Self->{SystemID}  =  10 ;`, { SystemID: '10' }],
    [`$Self->{'A'} = "x\\n\\"y\\"";`, { A: 'x\n"y"' }],
    [`$Self->{'A'} = 'it\\'s \\\\ \\d';`, { A: "it's \\ \\d" }],
    [`$Self->{'A'}->{'B'} = { C => 1, 'D' => [ 'x', undef, ], };`, { 'A###B': { C: '1', D: ['x', null] } }],
    [`$Self->{'A'}{B}{C} = [];`, { 'A###B###C': [] }],
    [`$Self->{'A'} = [ qw(one two), 'three' ];`, { A: ['one', 'two', 'three'] }],
    [`$Self->{A} = q{curly};`, { A: 'curly' }],
    [`# $Self->{'A'} = 1;\n$Self->{'B'} = 2; # $Self->{'C'} = 3;`, { B: '2' }],
    [`=head1 Config\n\n$Self->{'A'} = 1;\n\n=cut\n$Self->{'B'} = 2;`, { B: '2' }],
    [`$Self->{'A'} = 1;\n__END__\n$Self->{'B'} = 2;`, { A: '1' }],
    [`$Self->{'A'} = 1; delete $Self->{'A'}; $Self->{'B'} = 1;`, { B: '1' }],
    [`$Self->{'A'} = 1; $Self->{'A'} = 2;`, { A: '2' }],
    // What is computed is named, and never guessed.
    [`$Self->{'A'} = $Self->{Home} . '/var';\n$Self->{'B'} = 1;`, { B: '1', unread: ['A'] }],
    [`$Self->{DSN} = "DBI:mysql:database=$Self->{Database}";`, { unread: ['DSN'] }],
    [`$Self->{'A'} = \`rm -rf /\`; $Self->{'B'} = system('x');`, { unread: ['A', 'B'] }],
    [`$Self->{'A'} = sub { return { 'x' => 1 } };\n$Self->{'B'} = 1;`, { B: '1', unread: ['A'] }],
    [`if ( $Self->{'A'} eq 'x' ) { print 'hello'; }\n$Self->{'B'} = 1;`, { B: '1' }],
    [`$Self->{'Unended} = 1`, {}],
    [`$Self->{'A'} = { 'x'`, { unread: ['A'] }],
  ])('%s', (text, values) => expect(read(text)).toEqual(values))

  it('as Data::Dumper writes whatever there is', () => {
    const setting: fc.Arbitrary<Setting> = fc.letrec<{ one: Setting }>((tie) => ({
      one: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'grapheme' }),
        fc.constant(null),
        fc.array(tie('one'), { maxLength: 4 }),
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
          tie('one'),
          { maxKeys: 4 },
        ),
      ),
    })).one
    const dumped = (value: Setting): string =>
      value === null
        ? 'undef'
        : typeof value === 'string'
          ? `'${value.replace(/[\\']/g, '\\$&')}'`
          : Array.isArray(value)
            ? `[ ${value.map(dumped).join(',\n  ')} ]`
            : `{ ${Object.entries(value)
                .map(([key, one]) => `${dumped(key)} => ${dumped(one)}`)
                .join(',\n')} }`
    fc.assert(
      fc.property(
        setting,
        fc.string({ minLength: 1, unit: 'grapheme' }).filter((key) => key !== '__proto__'),
        (value, name) => {
          const { values, unread } = readPerl(
            `sub Load {\n    my $Self = shift;\n    $Self->{${dumped(name)}} = ${dumped(value)};\n    return 1;\n}`,
          )
          expect(unread).toEqual([])
          expect(values.get(name)).toEqual(value)
        },
      ),
    )
  })
  it('ends, whatever text it is given', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '$Self->{',
            "'",
            '"',
            '}',
            '{',
            '[',
            ']',
            '=>',
            ',',
            '=',
            ';',
            'qw(',
            ')',
            '\\',
            'a',
            ' ',
            '\n',
            '#',
            'delete ',
            '->',
          ),
          { maxLength: 60 },
        ),
        (parts) => {
          readPerl(parts.join(''))
        },
      ),
    )
    readPerl(`$Self->{'A'} = ${'['.repeat(100_000)}`)
  })
})

describe('settings of tables', () => {
  it.each<[string, Setting]>([
    ["--- '010'\n", '010'],
    ['--- 1\n', '1'],
    ['--- ~\n', null],
    ["---\n'1':\n  '6': Trzech Króli\n", { 1: { 6: 'Trzech Króli' } }],
    ['---\nFri:\n- 7\n- 8\nSat: []\n', { Fri: ['7', '8'], Sat: [] }],
  ])('%j', (text, value) => expect(readStored(text)).toEqual(value))

  it('what was changed beats the default, what was switched off is not, and Config.pm beats all', () => {
    const settings = settingsOf(
      {
        defaults: new Map([
          ['A', '--- 1'],
          ['B', '--- 1'],
          ['C', '--- 1'],
          ['OTOBOTimeZone', '--- Europe/Warsaw'],
        ]),
        modified: new Map([
          ['A', '--- 2'],
          ['B', undefined],
        ]),
      },
      { release: undefined, generated: new Map([['D', '5']]), changed: ['D'], own: new Map([['C', '4']]), unread: ['E'] },
    )
    expect(['A', 'B', 'C', 'D', 'SystemID', 'Nothing', 'OTRSTimeZone'].map((name) => settings.get(name))).toEqual([
      '2',
      undefined,
      '4',
      '5',
      '10',
      undefined,
      'Europe/Warsaw',
    ])
    expect(settings.modified()).toEqual({ A: '2', C: '4', D: '5' })
    expect(settings.unread).toEqual(['E'])
  })
})

describe("a program's own folder", () => {
  let home: string
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'pomoc-home-'))
    mkdirSync(join(home, 'Kernel/Config/Files'), { recursive: true })
    writeFileSync(join(home, 'RELEASE'), 'PRODUCT = OTRS\nVERSION = 5.0.42\n')
    writeFileSync(join(home, 'Kernel/Config/Files/ZZZAAuto.pm'), `$Self->{'SystemID'} = '10';\n$Self->{'Ticket::Hook'} = 'Ticket#';\n`)
    writeFileSync(join(home, 'Kernel/Config/Files/ZZZAuto.pm'), `$Self->{'Ticket::Hook'} = 'Sprawa#';\n`)
    writeFileSync(
      join(home, 'Kernel/Config.pm'),
      `package Kernel::Config;\nsub Load {\n my $Self = shift;\n $Self->{'DatabaseHost'} = '10.0.0.5';\n $Self->{'Database'} = 'otrs';\n $Self->{'DatabaseUser'} = 'otrs';\n $Self->{'DatabasePw'} = 'p@ss/1';\n $Self->{'DatabaseDSN'} = "DBI:Pg:dbname=otrs;host=10.0.0.5;";\n $Self->{'SystemID'} = 42;\n}\n1;\n`,
    )
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  it('says the version, the settings, and where the database is', async () => {
    const files = await readHome(home)
    expect(withRelease({ name: 'otrs', major: 5, version: '5' }, files).version).toBe('5.0.42')
    expect(withRelease({ name: 'otrs', major: 6, version: '6' }, files).version).toBe('6')
    const settings = settingsOf({ defaults: new Map(), modified: new Map() }, files)
    expect([settings.get('Ticket::Hook'), settings.get('SystemID')]).toEqual(['Sprawa#', '42'])
    expect(Object.keys(settings.modified())).toContain('Ticket::Hook')
    expect(databaseOf(files)).toBe('postgresql://otrs:p%40ss%2F1@10.0.0.5/otrs')
  })
  it('is empty where it is none', async () => expect(databaseOf(await readHome(join(home, 'none')))).toBeUndefined())
})

describe('moments', () => {
  it.each([
    ['UTC', '2026-11-16 09:12:30', '2026-11-16T09:12:30.000Z'],
    ['Europe/Warsaw', '2026-11-16 09:12:30', '2026-11-16T08:12:30.000Z'],
    ['Europe/Warsaw', '2026-07-16 09:12:30', '2026-07-16T07:12:30.000Z'],
    // The hour that was there twice, and the one that was not.
    ['Europe/Warsaw', '2026-10-25 02:30:00', '2026-10-25T00:30:00.000Z'],
    ['Europe/Warsaw', '2026-03-29 02:30:00', '2026-03-29T01:30:00.000Z'],
  ])('%s %s', (zone, text, iso) => {
    expect(momentsIn(zone)(text)?.toISOString()).toBe(iso)
  })
  it('none is undefined', () =>
    expect(['', 'yesterday', '2026-13-45 10:00:00'].map((text) => momentsIn('UTC')(text))).toEqual([undefined, undefined, undefined]))
  it('a date without month or day is none', () =>
    expect(['0000-00-00 00:00:00', '2026-00-10 00:00:00', '2026-10-00', '2026-10-01'].map(isZeroDate)).toEqual([true, true, true, false]))
})

describe('text in another charset than it says', () => {
  it('UTF-8 that was encoded once more is mended, whatever it is', () => {
    const twice = (text: string) => new TextDecoder('windows-1252').decode(Buffer.from(text, 'utf8'))
    expect([twice('żółw'), twiceEncoded(twice('żółw'))]).toEqual(['Å¼Ã³Å‚w', 'żółw'])
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('ą', 'ć', 'ę', 'ł', 'ń', 'ó', 'ś', 'ź', 'ż', 'Ł', 'a', ' ', '–', '„', '”', '€', '😀', 'ü') }),
        (text) => {
          expect(twiceEncoded(twice(text)) ?? text).toBe(text)
        },
      ),
    )
  })
  it.each(['', 'plain', 'zażółć gęślą jaźń', 'Ångström', 'é', 'naïve café', 'Å¼ i ż', '„Ã”', '5 €', 'ÅÄÖ åäö', '漢字'])(
    '%s stays',
    (text) => expect(twiceEncoded(text)).toBeUndefined(),
  )
  it('bytes are UTF-8, else windows-1250', () => {
    expect(decodeText(Buffer.from('żółw'))).toEqual({ text: 'żółw', mended: false })
    expect(decodeText(Buffer.from([0xbf, 0xf3, 0xb3, 0x77]))).toEqual({ text: 'żółw', mended: true })
  })
  it('base64 is such, and a mail as it is is none', () => {
    expect(fromBase64('xbzDs8WC\ndw==\n')?.toString()).toBe('żółw')
    expect([fromBase64('From: a b'), fromBase64('abc'), fromBase64('ab=c'), fromBase64('')?.length]).toEqual([
      undefined,
      undefined,
      undefined,
      0,
    ])
  })
})
