import { InvalidCredentialsError, PasswordPolicyError } from 'ldapts'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../core/machine/config.ts'
import { addressesOf, isMeant, personOf, valuesOf } from './entry.ts'
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
    expect([firstValue('CN=Help\\, Desk,dc=uni'), partsOf('uid=a,ou=IKM,ou=wm,dc=uni', 'ou')]).toEqual(['help, desk', ['ikm', 'wm']])
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
    'locked',
    'locked',
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
    [{ bind: { as: 'uid=x' } }, 'bind'],
    [{ rules: [{ agent: true }] }, 'a group, an attribute or a place'],
    [{ rules: [{ attribute: 'x' }] }, 'both attribute and is'],
  ])('%j is refused with a sentence', (more, says) => {
    expect(() => directoriesOf(configOf(more))).toThrow(says)
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
