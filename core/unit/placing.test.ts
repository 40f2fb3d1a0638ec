import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { editPerson } from '../person/person-admin.ts'
import { findPerson, personOfMail } from '../person/persons.ts'
import { choosePersonUnit, placeBy, placeEverybody, placePerson, saveUnitRule, unitOfPerson, type PersonFacts, type RuleKind, type UnitRule } from './placing.ts'

const rule = (kind: RuleKind, value: string, unitId: string, name = ''): UnitRule => ({ id: unitId, sort: 0, kind, name, value, unitId, valid: true })
const facts = (more: Partial<PersonFacts> = {}): PersonFacts => ({ addresses: [], dn: null, attributes: {}, groups: [], ...more })
const unit = (rules: UnitRule[], about: Partial<PersonFacts>) => placeBy(rules, facts(about))?.unitId

describe('a rule fits', () => {
  it('an attribute of that name and value, whatever their letters', () => {
    const rules = [rule('attribute', 'WM', '5', 'departmentNumber')]
    expect(unit(rules, { attributes: { DEPARTMENTNUMBER: ['x', ' wm '] } })).toBe('5')
    expect(unit(rules, { attributes: { departmentNumber: ['WMX'] } })).toBeUndefined()
    expect(unit(rules, { attributes: { other: ['WM'] } })).toBeUndefined()
  })
  it('a place in the directory and everything below it, not what only ends alike', () => {
    const rules = [rule('dn', 'ou=WM,dc=uni,dc=example', '5')]
    expect(unit(rules, { dn: 'uid=jan, OU=IKM, ou=wm, dc=uni, dc=example' })).toBe('5')
    expect(unit(rules, { dn: 'ou=WM,dc=uni,dc=example' })).toBe('5')
    expect(unit(rules, { dn: 'uid=jan,ou=XWM,dc=uni,dc=example' })).toBeUndefined()
    expect(unit(rules, { dn: 'uid=jan,xou=WM,dc=uni,dc=example' })).toBeUndefined()
  })
  it('a group by name or DN; a mail domain and its subdomains', () => {
    expect(unit([rule('group', 'wm-staff', '5')], { groups: ['WM-Staff'] })).toBe('5')
    expect(unit([rule('group', 'cn=wm,ou=groups', '5')], { groups: ['CN=wm, ou=groups'] })).toBe('5')
    const domain = [rule('mail-domain', '@wm.uni.example', '5')]
    expect(unit(domain, { addresses: ['x@gmail.example', 'jan@WM.uni.example'] })).toBe('5')
    expect(unit(domain, { addresses: ['jan@student.wm.uni.example'] })).toBe('5')
    expect(unit(domain, { addresses: ['jan@xwm.uni.example', 'jan@uni.example'] })).toBeUndefined()
  })
  it('the first in order decides, and one that is off never', () => {
    const rules = [{ ...rule('mail-domain', 'uni.example', '3'), valid: false }, rule('mail-domain', 'wm.uni.example', '5'), rule('mail-domain', 'uni.example', '1')]
    expect(unit(rules, { addresses: ['a@wm.uni.example'] })).toBe('5')
    expect(unit(rules, { addresses: ['a@uni.example'] })).toBe('1')
  })
})

describe('a person\'s unit', () => {
  let opened: OpenDatabase
  let make: Maker
  let office: string, other: string
  beforeAll(async () => {
    opened = await testDatabase()
    make = await maker(opened.db)
    office = await make.unit()
    other = await make.unit()
    await make.asSystem((work) => saveUnitRule(work, null, { kind: 'attribute', name: 'ou', value: 'WM', unitId: office, sort: 1, valid: true }))
    await make.asSystem((work) => saveUnitRule(work, null, { kind: 'mail-domain', name: '', value: 'wm.uni.example', unitId: other, sort: 2, valid: true }))
  })
  afterAll(() => opened.close())

  it('comes by rule from the first mail on, and says by which', async () => {
    const id = await make.asSystem((work) => personOfMail(work, 'jan@wm.uni.example', 'Jan'))
    expect(await make.asSystem((work) => placePerson(work, id))).toBe(other)
    expect(await unitOfPerson(opened.db, id)).toMatchObject({ unitId: other, by: 'rule', rule: { kind: 'mail-domain', value: 'wm.uni.example' } })
  })
  it('follows what the directory gave, once there is such a table', async () => {
    const id = await make.person({ address: 'ola@wm.uni.example', unitId: null })
    // As the directory's own migration makes it.
    const { rows } = await sql<{ there: boolean }>`select to_regclass('person_directory') is not null as there`.execute(opened.db)
    if (!rows[0]!.there) {
      await sql`create table person_directory (person_id bigint not null references person, source text not null, dn text not null, attributes jsonb not null, groups text[] not null, seen_at timestamptz not null)`.execute(opened.db)
    }
    await sql`insert into person_directory (person_id, source, dn, attributes, groups, seen_at) values (${id}, 'ldap', 'uid=ola', '{"ou": ["WM"]}', '{}', now())`.execute(opened.db)
    expect(await make.asSystem((work) => placePerson(work, id))).toBe(office)
  })
  it('stays what the person or an administrator said, whatever the rules say', async () => {
    const chooser = await make.person({ address: 'ewa@wm.uni.example', unitId: null })
    await make.work(await make.actor(chooser), (work) => choosePersonUnit(work, office))
    const written = await make.person({ address: 'iza@wm.uni.example', unitId: null })
    const person = (await findPerson(opened.db, written))!
    await make.asSystem((work) => editPerson(work, written, { ...person, login: '', unitId: '1' }))
    expect(await make.asSystem((work) => placeEverybody(work))).toBe(0)
    expect(await unitOfPerson(opened.db, chooser)).toMatchObject({ unitId: office, by: 'self' })
    expect(await unitOfPerson(opened.db, written)).toMatchObject({ unitId: '1', by: 'administrator' })
  })
  it('changes with the rules for those whom a rule placed', async () => {
    const id = await make.person({ address: 'adam@nowy.example', unitId: null })
    await make.asSystem((work) => saveUnitRule(work, null, { kind: 'mail-domain', name: '', value: 'nowy.example', unitId: office, sort: 3, valid: true }))
    expect(await make.asSystem((work) => placeEverybody(work))).toBe(1)
    expect((await unitOfPerson(opened.db, id)).unitId).toBe(office)
  })
})
