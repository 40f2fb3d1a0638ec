import { InvalidCredentialsError, PasswordPolicyError } from 'ldapts'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../core/machine/config.ts'
import { addressesOf, endOf, isMeant, isNobody, personOf, primaryGroupOf, valuesOf } from './entry.ts'
import { namesOf } from './find.ts'
import ldapAuth from './index.tsx'
import { refusalOf } from './login.ts'
import { firstValue, isBelow, partsOf, plainDn, withLogin } from './names.ts'
import { directoriesOf } from './options.ts'

const given = {
  name: 'uni',
  kind: 'openldap',
  servers: ['ldaps://ldap.uni.example'],
  bind: { as: 'uid={login},ou=people,dc=uni' },
  people: { base: 'ou=people,dc=uni' },
}
const configOf = (more: object) =>
  ({ dir: '/', pluginOptions: { 'ldap-auth': { directories: [{ ...given, ...more }] } } }) as unknown as Config
const directoryOf = (more: object = {}) => directoriesOf(configOf(more))[0]!
const entry = (more: Record<string, string | string[] | Buffer> = {}) => ({
  dn: 'uid=ala,ou=wm,ou=people,dc=uni',
  entryUUID: 'u-1',
  uid: 'Ala',
  sn: 'Łęcka',
  givenName: 'Ala',
  ...more,
})

describe('names', () => {
  it('are the same whether letters are written as bytes or not', () => {
    expect(plainDn('cn=Pi\\C4\\85tek\\2C x,dc=uni')).toBe(plainDn('CN=Piątek\\, x, DC=uni'))
  })
  it('are the same however they are written', () => {
    for (const same of ['CN=A\\, B, OU=x,DC=uni', 'cn=a\\2C b,ou=X,dc=uni', 'cn=A\\, B , ou = x,dc=uni'])
      expect(plainDn(same)).toBe('cn=a\\, b,ou=x,dc=uni')
    expect(plainDn('cn=ab,ou=x')).not.toBe(plainDn('cn=a b,ou=x'))
  })
  it('lie below a place only where the place is a whole end of them', () => {
    expect([
      isBelow('uid=a,ou=wm,dc=uni', 'OU=wm, dc=uni'),
      isBelow('uid=a,ou=xwm,dc=uni', 'wm,dc=uni'),
      isBelow('uid=a,ou=wm,dc=uni', 'ou=m,dc=uni'),
    ]).toEqual([true, false, false])
    expect([firstValue('CN=Help\\, Desk,dc=uni'), partsOf('uid=a,ou=IKM,ou=wm,dc=uni', 'ou')]).toEqual(['Help, Desk', ['IKM', 'wm']])
  })
  it('take a login in only as a value, whatever its signs', () => {
    expect(withLogin('uid={login},ou=people', 'a,ou=x+b="c"\\')).toBe('uid=a\\,ou\\=x\\+b\\=\\"c\\"\\\\,ou=people')
    expect(withLogin('{login}@ad.example', 'jan')).toBe('jan@ad.example')
  })
})

describe('an entry', () => {
  it('is meant only by its own names, not by what a directory takes for the same', () => {
    const one = entry({ uid: 'jose', mail: 'jose@uni.example' })
    expect(['jose', 'jose@uni.example', 'josé', 'jo se', 'jose@uni'].map((typed) => isMeant(one, directoryOf(), typed))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
  it("gives text and no bytes, whatever the case of an attribute's name", () => {
    expect(valuesOf(entry({ Photo: [Buffer.from([0xff, 0xd8]), 'x'] as unknown as string[] }), 'photo')).toEqual(['x'])
  })
  it('gives addresses, the main one first, each once, and none of other kinds', () => {
    const ad = directoryOf({ kind: 'active-directory' })
    expect(
      addressesOf(
        entry({ mail: 'A@uni.example', proxyAddresses: ['smtp:b@uni.example', 'SMTP:a@uni.example', 'X500:/o=x@y', 'sip:a@uni.example'] }),
        ad,
      ),
    ).toEqual(['a@uni.example', 'b@uni.example'])
  })
  it('makes nobody without a lasting id or a login', () => {
    expect([personOf({ dn: 'x', uid: 'a' }, directoryOf(), []), personOf({ dn: 'x', entryUUID: '1' }, directoryOf(), [])]).toEqual([
      'no-id',
      'no-login',
    ])
  })
  it('gets what all rules give that hold, and a rule holds when all it asks for does', () => {
    const directory = directoryOf({
      rules: [
        { group: ['helpdesk', 'cn=Sieć,ou=groups,dc=uni'], agent: true, roles: ['A'] },
        { attribute: 'employeeType', is: 'IT', below: 'ou=wm,ou=people,dc=uni', roles: ['B', 'A'] },
        { attribute: 'employeeType', is: 'it', below: 'ou=weii,ou=people,dc=uni', roles: ['C'] },
      ],
    })
    const person = personOf(entry({ employeeType: ['x', 'it'] }), directory, ['cn=sieć, ou=groups,dc=uni'])
    expect(person).toMatchObject({ agent: true, roles: ['A', 'B'], attributes: { employeeType: ['x', 'it'] } })
    expect(personOf(entry(), directory, ['cn=helpdesk2,dc=uni'])).toMatchObject({ agent: false, roles: [] })
  })
  it('takes the address marked SMTP: for the main one where there is no mail', () => {
    const ad = directoryOf({ kind: 'active-directory' })
    expect(addressesOf(entry({ proxyAddresses: ['smtp:alias@uni.example', 'SMTP:Main@uni.example'] }), ad)).toEqual([
      'main@uni.example',
      'alias@uni.example',
    ])
  })
  it.each([
    ['132000000000000000', '2019-04-17'],
    ['0', undefined],
    ['9223372036854775807', undefined],
    ['20200101000000Z', '2020-01-01'],
    ['18262', '2020-01-01'],
    ['kiedyś', undefined],
  ])('ends when %s says: %s', (ends, day) => {
    expect(
      endOf(entry({ ends }), directoryOf({ attributes: { ends: 'ends' } }))
        ?.toISOString()
        .slice(0, 10),
    ).toBe(day)
  })
  it('knows the primary group by its number and the account’s own SID', () => {
    const sid = Buffer.from('010500000000000515000000010000000200000003000000f4010000', 'hex')
    expect(primaryGroupOf(entry({ objectSid: sid, primaryGroupID: '513' }))).toBe('S-1-5-21-1-2-3-513')
    expect(primaryGroupOf(entry({ primaryGroupID: '513' }))).toBeUndefined()
  })
  it('is nobody when it is the service account or what the domain itself needs', () => {
    const ad = {
      ...directoryOf({ kind: 'active-directory' }),
      service: { dn: 'UID=ala,ou=WM,ou=people,dc=uni', password: () => '', stamp: () => '' },
    }
    expect([
      isNobody(entry(), ad),
      isNobody(entry({ dn: 'cn=x' }), ad),
      isNobody(entry({ dn: 'cn=x', isCriticalSystemObject: 'TRUE' }), ad),
    ]).toEqual([true, false, true])
  })
  it('may be named by the domain, which is another one’s where another stands', () => {
    const ad = directoryOf({ kind: 'active-directory', people: { base: 'OU=Ludzie,DC=uni,DC=example' } })
    expect(['uni\\jlach', 'inna\\jlach', 'jlach@uni.example', 'jlach@inna.example', 'jlach'].map((typed) => namesOf(ad, typed))).toEqual([
      { name: 'jlach' },
      { name: undefined },
      { name: 'jlach@uni.example', implied: 'jlach' },
      { name: 'jlach@inna.example' },
      { name: 'jlach' },
    ])
    expect(namesOf(directoryOf(), 'uni\\jlach')).toEqual({ name: 'uni\\jlach' })
  })
  it('gets its unit by its place as that is written, the nearest or the one right below another', () => {
    const at = { dn: 'cn=Ala,OU=Katedra\\, 1,OU=Wydział Mechaniczny,OU=Pracownicy,DC=uni' }
    const unit = (rule: object) => (personOf(entry(at), directoryOf({ unit: rule }), []) as { unit: unknown }).unit
    expect(unit({ create: true })).toMatchObject({ slug: 'katedra-1', name: 'Katedra, 1' })
    expect(unit({ under: 'ou=pracownicy,dc=uni', create: true })).toMatchObject({
      slug: 'wydzial-mechaniczny',
      name: 'Wydział Mechaniczny',
    })
    expect(unit({ under: 'ou=pracownicy,dc=uni', units: { 'wydział MECHANICZNY': 'wm' } })).toMatchObject({ slug: 'wm' })
    expect(unit({ under: 'ou=studenci,dc=uni' })).toBeNull()
  })
  it('gets its unit from a map, from the value itself, or from its place', () => {
    const unit = (rule: object, more = {}) => (personOf(entry(more), directoryOf({ unit: rule }), []) as { unit: unknown }).unit
    expect(unit({ attribute: 'ou', units: { '1100': 'wm' } }, { ou: '1100' })).toMatchObject({ slug: 'wm' })
    expect(unit({ attribute: 'ou', create: true }, { ou: 'Wydział Łąk i Pól' })).toEqual({
      slug: 'wydzial-lak-i-pol',
      name: 'Wydział Łąk i Pól',
      below: null,
      create: true,
    })
    expect([unit({}), unit({ attribute: 'ou' })]).toEqual([{ slug: 'wm', name: 'wm', below: null, create: false }, null])
  })
})

it('tells why a bind failed as Active Directory and the password policy say it', () => {
  const error = (data: string) =>
    new InvalidCredentialsError(`80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${data}, v4563`)
  expect(['52e', '525', '532', '773', '775', '533', '701'].map((data) => refusalOf(error(data), undefined))).toEqual([
    'refused',
    'refused',
    'expired',
    'expired',
    'locked',
    'disabled',
    'ended',
  ])
  expect([
    refusalOf(new InvalidCredentialsError(), PasswordPolicyError.AccountLocked),
    refusalOf(new InvalidCredentialsError(), PasswordPolicyError.PasswordExpired),
  ]).toEqual(['locked', 'expired'])
})

describe('the configuration', () => {
  it.each([
    [{ servers: ['http://x'] }, 'servers.0'],
    [{ people: { base: 'dc=uni', filter: 'uid=x' } }, 'a filter in brackets'],
    [{ binnd: 1 }, 'knows no “binnd”'],
    [{ bind: { dn: 'cn=x', passwordFile: '/nowhere/at/all' } }, 'has no password for its service account'],
    [{ ca: '/nowhere/ca.pem' }, 'names a certificate that cannot be read'],
    [{ ca: '/etc/hostname' }, 'holds no certificate in PEM'],
    [{ sameAs: ['inny'] }, 'no directory before it is called so'],
    [{ prefer: [{}] }, 'a group, an attribute or a place'],
    [{ bind: { as: 'uid=x' } }, 'bind'],
    [{ rules: [{ agent: true }] }, 'a group, an attribute or a place'],
    [{ rules: [{ attribute: 'x' }] }, 'both attribute and is'],
  ])('%j is refused with a sentence', (more, says) => {
    expect(() => directoriesOf(configOf(more))).toThrow(says)
  })
  it('is asked of the plugin by check-config and before anything starts', () => {
    expect(() => ldapAuth.checkConfig!(configOf({ ca: '/etc/hostname' }))).toThrow('holds no certificate in PEM')
    expect(() => ldapAuth.checkConfig!(configOf({}))).not.toThrow()
  })
  it('that names no directory, or two of one name, is refused too', () => {
    expect(() => directoriesOf({ dir: '/', pluginOptions: {} } as unknown as Config)).toThrow(
      'pluginOptions.ldap-auth.directories in config/local.ts',
    )
    expect(() => directoriesOf({ dir: '/', pluginOptions: { 'ldap-auth': { directories: [given, given] } } } as unknown as Config)).toThrow(
      'Two directories',
    )
  })
})
