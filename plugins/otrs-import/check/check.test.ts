import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { sql } from 'kysely'
import type { Host } from '../../../core/index.ts'
import defaults from '../../../config/defaults.ts'
import { configSchema } from '../../../core/machine/config-schema.ts'
import { migrate } from '../../../core/database/migrate.ts'
import type { OpenDatabase } from '../../../core/database/database.ts'
import { testDatabase } from '../../../test/database.ts'
import { check, LOCAL_FILE, MAPPING_FILE } from '../commands/check.ts'
import otrsImport from '../index.tsx'
import { NO_MAPPING, readMapping, writeMapping } from '../mapping/mapping-file.ts'
import { unitOfQueue } from '../mapping/mapping.ts'
import { SECRETS } from '../source/made/lively.fixture.ts'
import { makeSource, type MadeSource } from '../source/made/made.fixture.ts'
import { lastCheck } from './check.store.ts'
import { proposeLocal } from './local-config.ts'
import { whoIsWhom, type SourcePerson } from './people.ts'
import { holdsSecret, secretSettings } from './secrets.ts'

describe('the command check', () => {
  let database: OpenDatabase
  let source: MadeSource
  let dir: string
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'pomoc-check-'))
    database = await testDatabase()
    await migrate(database.db, 'otrs-import', otrsImport.migrations!)
    source = await makeSource({ product: 'otobo11', server: inject('serverUrl') })
    await source.run('create table magazyn_towar (id integer primary key); insert into magazyn_towar values (1), (2)')
  })
  afterAll(async () => {
    await source?.remove()
    await database?.close()
    rmSync(dir, { recursive: true, force: true })
  })
  async function look(...more: string[]): Promise<{ said: string[]; problem: string }> {
    const said: string[] = []
    const host = {
      db: database.db,
      clock: () => new Date(),
      config: { dataDir: dir, plugins: ['desk', 'portal', 'automation', '/srv/care'] },
    } as unknown as Host
    const problem = await check
      .run(['--from', source.url, '--out', dir, ...more], host, (line) => void said.push(line))
      .then(
        () => '',
        (error: Error) => error.message,
      )
    return { said, problem }
  }

  it('says what comes, what is kept, what is to be decided, and what it takes', async () => {
    await sql`insert into person (login, name, agent, created_at) values ('ewa.lis', 'Ewa Lis', false, now())`.execute(database.db)
    const { said, problem } = await look()
    expect(problem).toBe('')
    const free = said.findIndex((line) => line.includes('needs about'))
    expect(said[free]).toMatch(/^ {2}ok {5}The take-over needs about \d+ MB for a while; [\d,]+ MB are free\.$/)
    said.splice(free, 1)
    const label = /OTOBO 11, (.*)/.exec(said[1]!)![1]!
    expect(
      said
        .filter((line) => !line.startsWith('Wrote'))
        .join('\n')
        .replaceAll(label, 'LABEL'),
    ).toMatchInlineSnapshot(`
      "The source
        ok     OTOBO 11, LABEL
        ok     All tables are read as of one moment.
        ok     Moments in the database are written in the zone UTC.
      What comes along
        ok     12 tickets
        ok     16 articles
        ok     29 rows of history
        ok     3 mails as they came
        ok     8 attachments or HTML bodies
        ok     9 customers
        ok     3 companies
        ok     8 queues
        ok     14 dynamic fields
        ok     16 values of fields
        ok     4 links
        ok     2 entries of time
        ok     5 entries of the knowledge base
        ok     6 agents
        note   The field Nieznane is of the unknown type PolaczenieZMagazynem: its values come as text to be read only.
        note   3 lines of chats: each chat becomes one text, the original stays as an attachment.
      What is kept to be read, but does not run
        note   1 ACL
        note   1 process
        note   1 web service
        note   1 appointment in calendars
        note   1 notification
        note   3 rows of saved searches
        note   1 GenericAgent job
        note   1 draft: it is stored in a form that only OTRS reads, so it does not come. Ask its author to send it.
        note   Statistics: their descriptions are kept to be read.
        note   The table magazyn_towar of an add-on (2 rows) does not come.
      To be decided
        ok     1 person is agent and customer: login and address agree, so it becomes one person.
        DECIDE An agent and a customer have the same login mwojcik and different addresses (maria.wojcik@it.uni.example, mwojcik@student.uni.example): one person or two? Say it under sameLogin.
        DECIDE The address sekretariat@uni.example belongs to sekretariat1, sekretariat2. Only one person can have it: say under addresses which.
        DECIDE The login ewa.lis is a local account of pomoc already. They are not joined by themselves: the source’s becomes a new person with another login. If it is the same one, say so under persons.
        DECIDE Customer groups are on (2 entries): in pomoc customers see their tickets, and no group takes them away. The entries are kept to be read.
      Incoming mail
        DECIDE IMAPS pomoc@imap.uni.example → queue Raw: OTRS fetched mail here. On the mail server (MX), lead this mail to pomoc, to the address: pomoc@uni.example.
        note   POP3 siec@pop.uni.example → queue Informatyka::Sieć i WiFi: switched off, nothing to do.
      Passwords and keys to be entered anew
        note   Settings with a password: Customer::AuthModule::LDAP::SearchUserPw, SendmailModule::AuthPassword
        note   2 mail accounts: pomoc does not fetch mail, so their passwords are not needed.
        note   Web services with a password: Formularze
      Room and time
        ok     The take-over takes about 1 minute (358 rows). Work in OTRS may go on meanwhile.
      1 changed setting has no counterpart in config/local.ts (it is kept to be read): Ticket::Hook"
    `)
    expect(said.slice(-3, -1)).toEqual([
      `Wrote ${join(dir, MAPPING_FILE)}: look at it, and change what should be otherwise.`,
      `Wrote ${join(dir, LOCAL_FILE)}: look at it, and change what should be otherwise.`,
    ])
  })

  it('writes files that hold no secret, that read as what they say, and that stay as they were edited', async () => {
    const [mapping, local] = [MAPPING_FILE, LOCAL_FILE].map((name) => readFileSync(join(dir, name), 'utf8'))
    const { said } = await look()
    // The page shows the same, and keeps no secret either.
    const kept = (await lastCheck(database.db))!
    expect([kept.problem, kept.found?.lines.length]).toEqual([null, said.filter((line) => /^ {2}(ok|note|DECIDE|FAIL)/.test(line)).length])
    for (const text of [mapping!, local!, JSON.stringify(kept), ...said]) for (const secret of SECRETS) expect(text).not.toContain(secret)
    expect(said.filter((line) => line.includes('is there already'))).toHaveLength(2)
    expect(readMapping(mapping!, 'm')).toEqual({
      ...NO_MAPPING,
      sameLogin: { mwojcik: 'two' },
      addresses: { 'sekretariat@uni.example': 'sekretariat1' },
    })
    // Every line that stands behind a # can be had by taking that away.
    const decided = readMapping(mapping!.replaceAll('unit: ""', 'unit: "it"').replace(/^ {2}# (?="|\w)/gm, '  '), 'm')
    expect(Object.keys(decided.queues)).toEqual([
      'Dawna kolejka',
      'Informatyka',
      'Informatyka::Sieć i WiFi',
      'Junk',
      'Misc',
      'Postmaster',
      'Raw',
      'Rektorat',
    ])
    expect(decided.persons).toEqual({ 'ewa.lis': { as: { login: 'ewa.lis' } } })
    expect(Object.keys(decided.states)).toEqual(['oddane na zewnątrz', 'u dostawcy', 'zamknięte przez telefon', 'czeka na rektora'])
    expect(local).toContain(`plugins: ['desk', 'portal', 'automation', '/srv/care', 'otrs-import']`)
    expect(decided.cutOff).toEqual({ '': '15:00', '1': '15:00', '2': '15:00' })
    const proposed = (
      new Function(
        local!
          .replace(/^import.*$/m, '')
          .replace('export default', 'return')
          .replace(' satisfies PartialConfig', ''),
      ) as () => Record<string, object>
    )()
    const merged = Object.entries({ ...defaults, ...proposed }).map(([key, value]) => [
      key,
      typeof value === 'object' && !Array.isArray(value) ? { ...(defaults as unknown as Record<string, object>)[key], ...value } : value,
    ])
    expect(configSchema.parse(Object.fromEntries(merged))).toMatchObject({
      systemId: '10',
      zone: 'Europe/Warsaw',
      ticketNumber: { generator: 'DateChecksum' },
    })
  })

  it('names each slip of a mapping file, with its line', async () => {
    const file = join(dir, 'slips.yaml')
    const slip = async (text: string) => {
      writeFileSync(file, text)
      return (await look('--mapping', file)).problem.replaceAll(`${file}`, 'FILE').split('\n')
    }
    expect(await slip('queues:\n  Raww: { unit: it }\n  Raw: { unit: nic }\npersons:\n  ewa.lis: { login: nikt }\n')).toEqual([
      'FILE: queues → Raww: the source has no queue of that name.',
      expect.stringMatching(/^FILE: queues → Raw: there is no unit “nic”; there are /),
      'FILE: persons → ewa.lis: pomoc has nobody of the login “nikt”.',
    ])
    expect(
      await slip(
        'addresses:\n  sekretariat@uni.example: ewa.lis\n  inny@uni.example: ewa.lis\nsameLogin: { kto: one }\ncutOff: { "9": "15:00" }\ngroups: { nie: { unit: it } }\n',
      ),
    ).toEqual([
      'FILE: groups → nie: the source has no group of that name.',
      'FILE: sameLogin → kto: the source has nobody of that login.',
      'FILE: addresses → sekretariat@uni.example: it is none of ewa.lis’s; it belongs to sekretariat1, sekretariat2.',
      'FILE: addresses → inny@uni.example: nobody of the source has it.',
      'FILE: cutOff → 9: the source has no calendar of that number.',
    ])
    expect(await slip('queues: { Raw: { unit: it } }\n')).toEqual([''])
    await sql`insert into topic (slug, name) values ('poczta', 'Poczta')`.execute(database.db)
    expect(
      await slip(
        'queues: { Raw: { topic: poczta }, Junk: { topic: poczta }, Misc: { topic: sieć } }\nstates: { czeka na rektora: otwarte, brak: open }\n',
      ),
    ).toEqual([
      'FILE: queues → Junk: the topic “poczta” of that unit goes to Raw already.',
      'FILE: queues → Misc: there is no topic “sieć”; there are poczta.',
      'FILE: states → brak: the source has no state of that name.',
      expect.stringMatching(/^FILE: states → czeka na rektora: pomoc has no state “otwarte”; it has .*open/),
    ])
    expect(await slip('queues: { Raw: { topic: poczta, unit: it } }\nstates: { czeka na rektora: open }\n')).toEqual([''])
  })

  it('tells of what stands in the way, and of options that are none', async () => {
    expect((await look('--zone', 'Warszawa')).problem).toBe('“Warszawa” is no time zone: name one like Europe/Warsaw with --zone.')
    expect((await look('--colour')).problem).toContain('--from URL (or POMOC_OTRS_URL), --home DIR')
    expect((await look('--article-dir', join(dir, 'nowhere'))).problem).toContain('is not there')
    expect((await look('--mapping', join(dir, 'none.yaml'))).problem).toContain('cannot be read')
    expect((await look('--out', join(dir, 'none'))).problem).toMatch(/otrs-mapping.yaml cannot be written \(.*Name a folder with --out/)
    await source.run(`update sysconfig_default set effective_value = '--- Kernel::System::Ticket::Article::Backend::MIMEBase::ArticleStorageFS' where id = 500;
      update sysconfig_default set name = 'Ticket::Article::Backend::MIMEBase::ArticleStorage' where id = 500; insert into ticket_state_type values (8, 'dziwny', null, now(), 1, now(), 1);
      update ticket_state set type_id = 8 where id = 22`)
    const { said, problem } = await look()
    expect(problem).toBe('Put right what is marked FAIL before you begin.')
    expect(said).toContain(
      '  note   The state “czeka na rektora” is of the type “dziwny”, which no version knows: it becomes an open state. If it should be another, change its type in the source.',
    )
    expect(said.filter((line) => line.startsWith('  FAIL'))).toEqual([
      '  FAIL   Articles lie in files. Name their folder with --article-dir, such as /opt/otrs/var/article.',
    ])
  })
})

describe('who is whom', () => {
  const agent = (login: string, address: string): SourcePerson => ({ kind: 'agent', login, address })
  const customer = (login: string, address: string): SourcePerson => ({ kind: 'customer', login, address })
  it('one person only where login and address agree, however they are written', () => {
    const people = [
      agent('Anna', 'Anna@uni.example'),
      customer('anna', 'anna@UNI.example'),
      agent('jan', 'jan@a.example'),
      customer('jan', 'jan@b.example'),
    ]
    expect(whoIsWhom(people)).toEqual({
      one: ['Anna'],
      ask: [{ login: 'jan', agent: 'jan@a.example', customer: 'jan@b.example' }],
      doubled: [],
    })
    // Without an address nothing agrees.
    expect(whoIsWhom([agent('x', ''), customer('x', '')])).toEqual({ one: [], ask: [{ login: 'x', agent: '', customer: '' }], doubled: [] })
  })
  it('an address of several is asked about, one of two hats is not', () => {
    const people = [
      agent('a', 's@uni.example'),
      customer('b', 'S@uni.example'),
      agent('c', 'c@uni.example'),
      customer('c', 'c@uni.example'),
    ]
    expect(whoIsWhom(people).doubled).toEqual([{ address: 's@uni.example', logins: ['a', 'b'] }])
  })
})

describe('what is secret', () => {
  it.each([
    ['SendmailModule::AuthPassword', 'x', true],
    ['AuthModule::LDAP::SearchUserPw1', 'x', true],
    ['AuthModule::LDAP::SearchUserPw', 'x', true],
    ['DatabasePw', 'x', true],
    ['PGP::Key::Password', { ABCD: 'x' }, true],
    ['PGP::Key::Password', {}, false],
    ['CustomerUser', { Params: { UserPw: 'x' } }, true],
    ['CustomerUser', { Params: { UserPw: '' } }, false],
    ['Ticket::Hook', 'Ticket#', false],
    ['Frontend::Something', [{ ApiKey: 'x' }], true],
  ] as const)('%s = %j: %s', (name, value, secret) => expect(holdsSecret(name, value)).toBe(secret))
  it('a proposal holds no value of a secret setting, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('SendmailModule::AuthPassword', 'AuthModule::LDAP::SearchUserPw', 'DatabasePw'),
        fc.stringMatching(/^[A-Za-z0-9]{12,20}$/),
        (name, secret) => {
          const settings = { [name]: secret, 'SendmailModule::Host': 'smtp.uni.example', 'SendmailModule::AuthUser': 'pomoc' }
          expect(secretSettings(settings)).toEqual([name])
          expect(proposeLocal((one) => settings[one as keyof typeof settings], settings, 'x', []).text).not.toContain(secret)
        },
      ),
    )
  })
})

describe('a mapping file', () => {
  it('reads back whatever names there are', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => text.trim() === text && text !== '__proto__')
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 5 }), fc.uniqueArray(word, { maxLength: 5 }), (logins, queues) => {
        const written = writeMapping(
          {
            of: 'x',
            queues,
            groups: [],
            units: [],
            topics: [],
            states: [],
            ours: [],
            sameLogin: logins.map((login) => ({ login, agent: '-', customer: '-' })),
            addresses: [],
            customerGroups: false,
            calendars: [],
          },
          (key) => key,
        )
        expect(readMapping(written, 'm').sameLogin).toEqual(Object.fromEntries(logins.map((login) => [login, 'two'])))
      }),
    )
  })
  it('tells of each slip in its writing at once, with its line', () => {
    const slip = (text: string) => {
      try {
        return [JSON.stringify(readMapping(text, 'FILE'))]
      } catch (error) {
        return (error as Error).message.split('\n')
      }
    }
    expect(slip('queues:\n  Raw: it\ncolour: red\nsameLogin:\n  a: trzy\ncutOff:\n  "1": 25:00\n')).toEqual([
      'FILE, line 2: queues → Raw: { unit: "short name of a unit", topic: "short name of a topic" }',
      'FILE, line 5: sameLogin → a: one or two',
      'FILE, line 7: cutOff → 1: a time of day in quotes, such as "15:00"',
      'FILE, line 1: the file: colour is nothing that can be decided here',
    ])
    expect(slip('queues:\n  Raw: { unit: it\n')[0]).toMatch(/^FILE, line \d: /)
    expect(slip('queues: &a { Raw: { unit: it } }\ngroups: *a\n')).toEqual(['FILE: write each value out, without & and *.'])
    expect(slip('queues: { Raw: {} }\n')).toEqual(['FILE, line 1: queues → Raw: a unit or a topic'])
    expect(slip('just words')).toEqual([expect.stringMatching(/^FILE.*: the file: /)])
    expect(slip('')).toEqual([JSON.stringify(NO_MAPPING)])
  })
  it('gives a queue the unit of the nearest queue above it', () => {
    const mapping = { ...NO_MAPPING, queues: { A: { unit: 'a' }, 'A::B::C': { unit: 'c' } } }
    expect(['A', 'A::B', 'A::B::C', 'A::B::C::D', 'AB', 'B'].map((queue) => unitOfQueue(mapping, queue))).toEqual([
      'a',
      'a',
      'c',
      'c',
      undefined,
      undefined,
    ])
  })
})
