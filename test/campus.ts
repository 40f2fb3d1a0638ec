/** Owns the made-up campus directory: 5,000 people in 40 units, groups within groups, and those few about whom something is odd. */
import { DN } from 'ldapts'
import type { LdifEntry } from './servers/slapd.ts'

export const SUFFIX = 'dc=uni,dc=example'
export const AD_SUFFIX = 'dc=ad,dc=example'
export const SERVICE = { dn: `cn=pomoc,ou=services,${SUFFIX}`, password: 'sekret usługi' }
export const AD_SERVICE = { dn: `cn=pomoc,cn=Users,${AD_SUFFIX}`, password: 'sekret usługi' }
export const UNIT_COUNT = 40
export const PEOPLE_COUNT = 5000

const FIRST = [
  'Anna',
  'Łukasz',
  'Żaneta',
  'Jan',
  'Paulina',
  'Óscar',
  'Michał',
  'Zofia',
  'Grzegorz',
  'Świętosława',
  'Piotr',
  'Ewa',
  'Tomasz',
  'Kinga',
  'Olek',
  'Irena',
]
const LAST = [
  'Nowak',
  'Kowalska',
  'Wiśniewski',
  'Dąbrowska',
  'Łęcki',
  'Gżegżółka',
  'Wójcik',
  'Źrebiec',
  'Szpak',
  'Ćwik',
  'Maj',
  'Zając',
  'Pawlak',
  'Król',
  'Baran',
  'Lis',
  'Wąs',
]

export const unitCode = (n: number): string => `j${String(n).padStart(2, '0')}`
export const peopleDn = (unit: number): string => `ou=${unitCode(unit)},ou=people,${SUFFIX}`
export const groupDn = (cn: string): string => new DN().addPairRDN('cn', cn).toString() + `,ou=groups,${SUFFIX}`

export interface CampusPerson {
  n: number
  uid: string
  dn: string
  first: string
  last: string
  mail: string
  alias: string
  unit: number
  password: string
  phone: string
}

/** The nth of them: always the same. */
export function campusPerson(n: number): CampusPerson {
  const first = FIRST[(n * 7) % FIRST.length]!
  const last = LAST[(n * 5 + Math.floor(n / FIRST.length)) % LAST.length]!
  const unit = n % UNIT_COUNT
  const uid = `${plain(first)[0]}${plain(last)}${n}`
  return {
    n,
    uid,
    first,
    last,
    unit,
    dn: `uid=${uid},${peopleDn(unit)}`,
    mail: `${plain(first)}.${plain(last)}.${n}@uni.example`,
    alias: `${uid}@alias.uni.example`,
    password: `hasło-${uid}`,
    phone: `+48 85 ${String(2000 + n).padStart(4, '0')}`,
  }
}

const plain = (name: string): string =>
  name
    .replaceAll('ł', 'l')
    .replaceAll('Ł', 'L')
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase()

/** By what is odd about them. */
export const ODD = { locked: 11, looping: 12, nested: 13, indirect: 14, picture: 15, english: 16, central: 17 } as const

export const personEntry = (n: number): LdifEntry => {
  const person = campusPerson(n)
  return {
    dn: person.dn,
    objectClass: ['inetOrgPerson', 'inetLocalMailRecipient'],
    uid: person.uid,
    cn: `${person.first} ${person.last}`,
    givenName: person.first,
    sn: person.last,
    mail: person.mail,
    mailLocalAddress: [person.alias],
    userPassword: person.password,
    telephoneNumber: person.phone,
    departmentNumber: unitCode(person.unit),
    employeeType: n % 4 === 0 ? 'pracownik' : 'student',
    preferredLanguage: n === ODD.english ? 'en-GB' : 'pl',
    // PNG and JPEG signatures are no text in any character set.
    ...(n === ODD.picture ? { jpegPhoto: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x80, 0xfe]) } : {}),
    ...(n === ODD.locked ? { pwdAccountLockedTime: '000001010000Z' } : {}),
  }
}

const group = (cn: string, members: string[]): LdifEntry => ({ dn: groupDn(cn), objectClass: 'groupOfNames', cn, member: members })

/** Without a policy slapd locks nobody. */
const policy = (suffix: string): LdifEntry => ({
  dn: `cn=policy,${suffix}`,
  objectClass: ['applicationProcess', 'pwdPolicy'],
  cn: 'policy',
  pwdAttribute: 'userPassword',
  pwdLockout: 'TRUE',
  pwdMaxFailure: '0',
})

/** The whole campus, parents first. */
export function* campusEntries(people = PEOPLE_COUNT): Generator<LdifEntry> {
  yield { dn: SUFFIX, objectClass: ['dcObject', 'organization'], dc: 'uni', o: 'Politechnika Nadwiślańska' }
  yield policy(SUFFIX)
  for (const ou of ['people', 'groups', 'services']) yield { dn: `ou=${ou},${SUFFIX}`, objectClass: 'organizationalUnit', ou }
  yield { dn: SERVICE.dn, objectClass: ['organizationalRole', 'simpleSecurityObject'], cn: 'pomoc', userPassword: SERVICE.password }
  for (let unit = 0; unit < UNIT_COUNT; unit++) {
    yield { dn: peopleDn(unit), objectClass: 'organizationalUnit', ou: unitCode(unit), description: `Jednostka ${unit}` }
  }
  for (let n = 0; n < people; n++) yield personEntry(n)
  // People of another campus: their entries are elsewhere.
  yield {
    dn: `cn=elsewhere,ou=people,${SUFFIX}`,
    objectClass: ['referral', 'extensibleObject'],
    cn: 'elsewhere',
    ref: 'ldap://127.0.0.1:1/ou=people,dc=elsewhere,dc=example',
  }
  // helpdesk ⊃ it ⊃ network: who is in network is in all three. And it ⊃ helpdesk: a circle.
  yield group('network', [campusPerson(ODD.nested).dn])
  yield group('it', [groupDn('network'), groupDn('helpdesk'), campusPerson(ODD.indirect).dn])
  yield group('helpdesk', [groupDn('it'), campusPerson(ODD.central).dn])
  yield group('circle (a)', [groupDn('circle (b)'), campusPerson(ODD.looping).dn])
  yield group('circle (b)', [groupDn('circle (a)')])
}

export const AD_PEOPLE = [
  { login: 'jkowalski', name: 'Jan Kowalski', password: 'hasło-jk', control: '512', groups: ['Sieciowcy'], guid: 1 },
  { login: 'enowak', name: 'Ewa Nowak', password: 'hasło-en', control: '514', groups: [], guid: 2 },
] as const

/** A campus in the shape of Active Directory, as far as slapd can be one. */
export function* adEntries(): Generator<LdifEntry> {
  yield { dn: AD_SUFFIX, objectClass: ['dcObject', 'organization'], dc: 'ad', o: 'AD' }
  yield policy(AD_SUFFIX)
  yield { dn: `cn=Users,${AD_SUFFIX}`, objectClass: 'applicationProcess', cn: 'Users' }
  yield { dn: AD_SERVICE.dn, objectClass: ['organizationalRole', 'simpleSecurityObject'], cn: 'pomoc', userPassword: AD_SERVICE.password }
  for (const { login, name, password, control, groups, guid } of AD_PEOPLE) {
    yield {
      dn: `cn=${name},cn=Users,${AD_SUFFIX}`,
      objectClass: 'user',
      cn: name,
      givenName: name.split(' ')[0]!,
      sn: name.split(' ')[1]!,
      sAMAccountName: login,
      userPrincipalName: `${login}@ad.example`,
      objectGUID: Buffer.from(Array.from({ length: 16 }, (_, i) => (guid * 37 + i * 11) % 256)),
      userAccountControl: control,
      mail: `${login}@ad.example`,
      proxyAddresses: [`SMTP:${login}@ad.example`, `smtp:${login}@stary.ad.example`, 'X500:/o=uni/cn=x'],
      userPassword: password,
      adMemberOf: groups.map((cn) => `cn=${cn},cn=Users,${AD_SUFFIX}`),
    }
  }
  yield {
    dn: `cn=Sieciowcy,cn=Users,${AD_SUFFIX}`,
    objectClass: 'group',
    cn: 'Sieciowcy',
    adMemberOf: `cn=Informatycy,cn=Users,${AD_SUFFIX}`,
  }
  yield { dn: `cn=Informatycy,cn=Users,${AD_SUFFIX}`, objectClass: 'group', cn: 'Informatycy' }
}
