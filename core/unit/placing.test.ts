import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { editPerson } from '../person/person-admin.ts'
import { findPerson, personOfMail } from '../person/persons.ts'
import {
  choosePersonUnit,
  placeBy,
  placeEverybody,
  placePerson,
  saveUnitRule,
  unitOfPerson,
  type PersonFacts,
  type RuleKind,
  type UnitRule,
} from './placing.ts'

const rule = (kind: RuleKind, value: string, unitId: string, name = ''): UnitRule => ({
  id: unitId,
  sort: 0,
  kind,
  name,
  value,
  unitId,
  valid: true,
})
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
    const rules = [
      { ...rule('mail-domain', 'uni.example', '3'), valid: false },
      rule('mail-domain', 'wm.uni.example', '5'),
      rule('mail-domain', 'uni.example', '1'),
    ]
    expect(unit(rules, { addresses: ['a@wm.uni.example'] })).toBe('5')
    expect(unit(rules, { addresses: ['a@uni.example'] })).toBe('1')
  })
})

describe("a person's unit", () => {
  let opened: OpenDatabase
  let make: Maker
  let office: string, other: string
  beforeAll(async () => {
    opened = await testDatabase()
    make = await maker(opened.db)
    office = await make.unit()
    other = await make.unit()
    await make.asSystem((work) =>
      saveUnitRule(work, null, { kind: 'attribute', name: 'ou', value: 'WM', unitId: office, sort: 1, valid: true }),
    )
    await make.asSystem((work) =>
      saveUnitRule(work, null, { kind: 'mail-domain', name: '', value: 'wm.uni.example', unitId: other, sort: 2, valid: true }),
    )
  })
  afterAll(() => opened.close())

  it('comes by rule from the first mail on, and says by which', async () => {
    const id = await make.asSystem((work) => personOfMail(work, 'jan@wm.uni.example', 'Jan'))
    expect(await make.asSystem((work) => placePerson(work, id))).toBe(other)
    expect(await unitOfPerson(opened.db, id)).toMatchObject({
      unitId: other,
      by: 'rule',
      rule: { kind: 'mail-domain', value: 'wm.uni.example' },
    })
  })
  it('follows what the directory gave', async () => {
    const id = await make.person({ address: 'ola@wm.uni.example', unitId: null })
    await opened.db
      .insertInto('person_directory')
      .values({
        person_id: id,
        directory: 'uni',
        entry_id: 'e1',
        dn: 'uid=ola',
        attributes: JSON.stringify({ ou: ['WM'] }),
        groups: [],
        given_addresses: [],
        given_agent: false,
        given_roles: [],
        off_since: null,
        seen_at: make.now,
      })
      .execute()
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
    await make.asSystem((work) =>
      saveUnitRule(work, null, { kind: 'mail-domain', name: '', value: 'nowy.example', unitId: office, sort: 3, valid: true }),
    )
    expect(await make.asSystem((work) => placeEverybody(work))).toBe(1)
    expect((await unitOfPerson(opened.db, id)).unitId).toBe(office)
  })
})
