/** Old passwords of every kind let their owner in once and are pomoc's own from then on; the wrong one never does. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIn } from '../../../core/index.ts'
import { openSite, type Site } from '../../../test/web.ts'
import portal from '../../portal/index.tsx'
import otrsImport from '../index.tsx'
import { fitsOld, oldKindOf } from './old-hashes.ts'
import { forgetSettled, worthKeeping } from './passwords.ts'

const POLISH = 'Zażółć gęślą jaźń'
const hex = (name: string, text: string) => createHash(name).update(text).digest('hex')
/** Made by crypt(3), `openssl passwd`, and Crypt::Eksblowfish as OTOBO calls it. */
const KEPT: Record<string, [kept: string, password: string]> = {
  crypt: ['xy/gRonXQz8UE', 'secret'],
  'crypt of Polish letters': ['abyE5084UmZ7E', POLISH],
  // Salted with a login of more than 13 characters.
  'crypt of two blocks': ['ja3Bw2XzJ5/Cci8Zmx0s0zxw', 'dobre haslo'],
  'crypt of four blocks': ['ma6OwJqz0D5sg34AMm.OySnwlg7YaFGND1AcLoI8c1RsfY', 'bardzo dlugie haslo z kropka'],
  'crypt of three blocks': ['janT147N8vWmw3Zr/hRhR7QMaQlcJnGuVkM', 'Zażółć gęślą'],
  md5crypt: ['$1$abcdefgh$51rylEP1uDGhLFJMtnyXq0', POLISH],
  apr1: ['$apr1$abcdefgh$mhmzeChejJQZet/u6HXCd.', POLISH],
  sha1: [hex('sha1', POLISH), POLISH],
  sha256: [hex('sha256', 'secret'), 'secret'],
  sha512: [hex('sha512', POLISH), POLISH],
  'bcrypt of cost 12': ['BCRYPT:12:abcdefghijklmnop:fspui54XeZl2C5nuwntJzMTPf2nFTfi', 'secret'],
  'bcrypt of cost 9': ['BCRYPT:9:0123456789ABCDEF:SI.yKO1WdUY/8FigQkGmJTHf/h/BDCa', POLISH],
}

describe('what OTRS keeps of a password', () => {
  it.each(Object.entries(KEPT))('%s fits its password and no other', async (_name, [kept, password]) => {
    expect([await fitsOld(kept, password), await fitsOld(kept, `${password.slice(0, -1)}x`), await fitsOld(kept, '')]).toEqual([
      true,
      // DES looks at the first eight bytes only, as it did before.
      oldKindOf(kept) === 'crypt' && Buffer.from(password).length > 8,
      false,
    ])
  })
  it('a password typed in decomposed letters fits what was kept in composed ones, and the other way round', async () => {
    expect(await fitsOld(hex('sha256', POLISH), POLISH.normalize('NFD'))).toBe(true)
    expect(await fitsOld(hex('sha256', POLISH.normalize('NFD')), POLISH.normalize('NFD'))).toBe(true)
  })
  it('what fits no password is not kept, and what was kept in clear is hashed first', async () => {
    const kept = ['', null, '!', '*0', '$6$salt$hash', 'BCRYPT:31:abcdefghijklmnop:fspui54XeZl2C5nuwntJzMTPf2nFTfi', 'secret']
    // Asked for two gigabytes, or a thousand passes, at each try.
    const greedy = (costs: string) => `$argon2id$v=19$${costs}$c29tZXNhbHRzb21lc2FsdA$${'A'.repeat(43)}`
    kept.push(greedy('m=2097152,t=2,p=1'), greedy('m=19456,t=1000,p=1'), greedy('m=19456,t=2,p=999'), '$argon2id$', 'x$argon2')
    expect(await worthKeeping(greedy('m=65536,t=3,p=4'), 'sha2')).toBe(greedy('m=65536,t=3,p=4'))
    expect(await Promise.all(kept.map((one) => worthKeeping(one, 'sha2')))).toEqual(kept.map(() => undefined))
    const plain = await worthKeeping('secret', 'plain')
    expect(plain).not.toContain('secret')
    expect([await fitsOld(plain!, 'secret'), await fitsOld(plain!, 'Secret')]).toEqual([true, false])
  })
})

describe('logging in after the take-over', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite([portal, otrsImport])
  })
  afterAll(() => site.close())

  let from = 0
  const enter = (login: string, password: string, address = `198.51.100.${++from}`) =>
    logIn(site.kernel.host, { login, password, client: { address, userAgent: '' } }).then(
      () => 'in',
      (error: { code: string }) => error.code,
    )
  const keep = (personId: string, hash: string, kind = 'agent') =>
    sql`insert into otrs_password values (${personId}, ${kind}, 'whoever', ${hash})`.execute(site.database.db)
  const kept = async (personId: string) => {
    const { rows } = await sql<{ new: string | null; old: number }>`
      select password_hash as new, (select count(*)::int from otrs_password o where o.person_id = p.id) as old
      from person p where id = ${personId}`.execute(site.database.db)
    return rows[0]!
  }

  it.each(Object.entries(KEPT))('%s: the old password once, then the same as a new one', async (name, [hash, password]) => {
    const login = name.replaceAll(' ', '-')
    const id = await site.make.person({ login, address: `${login}@uni.example` })
    await keep(id, hash)
    expect(await enter(login, `${password.slice(0, 2)}-${password}`)).toBe('login-failed')
    expect(await kept(id)).toEqual({ new: null, old: 1 })
    expect(await enter(`${login.toUpperCase()}@uni.example`, password)).toBe('in')
    expect(await kept(id)).toEqual({ new: expect.stringMatching(/^\$argon2id\$/), old: 0 })
    expect([await enter(login, password), await enter(login, hash)]).toEqual(['in', 'login-failed'])
    const { rows } = await sql`select after from audit_event where kind = 'password-set' and object_id = ${id}`.execute(site.database.db)
    expect(rows).toEqual([{ after: { by: 'adopted' } }])
  })
  it('of two hats with one login either password lets in, and neither is kept after it', async () => {
    const id = await site.make.person({ login: 'dwa' })
    await keep(id, hex('sha256', 'as agent'))
    await keep(id, hex('sha1', 'as customer'), 'customer')
    expect(await enter('dwa', 'as customer')).toBe('in')
    expect([await kept(id).then(({ old }) => old), await enter('dwa', 'as agent')]).toEqual([0, 'login-failed'])
  })
  it('whoever has a password here, is in a directory or is switched off is let in by no old one; what is settled goes at night', async () => {
    const own = await site.make.person({ login: 'ma' })
    const campus = await site.make.person({ login: 'campus' })
    const off = await site.make.person({ login: 'off' })
    for (const id of [own, campus, off]) await keep(id, hex('sha256', 'secret'))
    await sql`update person set password_hash = '!' where id = ${own}`.execute(site.database.db)
    await sql`update person set valid = false where id = ${off}`.execute(site.database.db)
    await sql`insert into person_directory (person_id, directory, entry_id, dn, attributes, groups, given_addresses, given_roles, seen_at)
      values (${campus}, 'uni', 'x', 'cn=x', '{}', '{}', '{}', '{}', now())`.execute(site.database.db)
    for (const login of ['ma', 'campus', 'off']) expect(await enter(login, 'secret')).toBe('login-failed')
    await forgetSettled(site.kernel.host)
    expect([(await kept(own)).old, (await kept(campus)).old, (await kept(off)).old]).toEqual([0, 0, 1])
  })
  it('guessing at an old password ends as guessing at any does, and the owner gets in from elsewhere', async () => {
    const id = await site.make.person({ login: 'zgadywana' })
    await keep(id, hex('sha256', 'secret'))
    const answers: string[] = []
    for (let n = 0; n < 12; n++) answers.push(await enter('zgadywana', `guess ${n}`, '203.0.113.9'))
    expect([answers[0], answers.at(-1)]).toEqual(['login-failed', 'login-too-many'])
    expect([await enter('zgadywana', 'secret', '203.0.113.9'), await enter('zgadywana', 'secret', '203.0.113.10')]).toEqual([
      'login-too-many',
      'in',
    ])
  })
})
