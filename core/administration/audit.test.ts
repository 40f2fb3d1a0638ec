import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { testDatabase } from '../../test/database.ts'
import { maker, TUESDAY, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { setActivation } from './plugin-admin.ts'
import { withOrigin } from '../kernel/origin.ts'
import { NOTED_PER_WINDOW } from '../person/attempts.ts'
import { createSetPasswordLink } from '../person/login-links.ts'
import { changePassword, logIn, setPasswordByLink } from '../person/login.ts'
import { setPasswordOf } from '../person/person-admin.ts'
import { endSessions, resumeSession } from '../person/sessions.ts'
import { createGroup, editGroup } from '../permission/groups.ts'
import { setPersonRights } from '../permission/rights.ts'
import { findEvent, listEvents, type AuditFilter } from './log.ts'
import { erasePersonFromEvents, forgetEvents, recordEvent } from '../audit/record.ts'

let opened: OpenDatabase
let make: Maker
let admin: string
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  admin = await make.agent({ 2: ['rw'] }, { name: 'Ada Adamska' })
})
afterAll(() => opened.close())

const asAdmin = async <T>(run: Parameters<Maker['work']>[1] & ((work: Parameters<Parameters<Maker['work']>[1]>[0]) => Promise<T>)) =>
  make.work(await make.actor(admin), run)
const events = async (filter: AuditFilter = {}, units: readonly string[] | 'all' = 'all') =>
  (await listEvents(opened.db, units, { filter, limit: 500 })).rows
const room = () => ({ db: opened.db, config: make.config, clock: () => make.now, work: make.work })
const client = { address: '192.0.2.7', userAgent: 'Firefox' }

describe('a change by an administrator', () => {
  it('is noted with who, from where, before and after, in the transaction of the change', async () => {
    const group = await withOrigin({ clientAddress: '198.51.100.4', requestId: 'abc123' }, () =>
      asAdmin((work) => createGroup(work, { name: 'HMS', comment: '', unitId: '1', valid: true })),
    )
    await asAdmin((work) => editGroup(work, group, { name: 'HMS i poczta', comment: '', unitId: '1', valid: true }))
    await expect(
      asAdmin(async (work) => {
        await editGroup(work, group, { name: 'Nigdy', comment: '', unitId: '1', valid: true })
        throw new Error('rolled back')
      }),
    ).rejects.toThrow('rolled back')
    const [second, first] = await events({ objectType: 'group', objectId: group })
    expect(first).toMatchObject({
      kind: 'admin-changed',
      at: TUESDAY,
      person: { id: admin, name: 'Ada Adamska' },
      clientAddress: '198.51.100.4',
      requestId: 'abc123',
      object: { type: 'group', id: group, name: 'HMS i poczta' },
      unit: { id: '1' },
      before: null,
      after: { name: 'HMS' },
    })
    expect(second).toMatchObject({ before: { name: 'HMS' }, after: { name: 'HMS i poczta' }, clientAddress: null })
    expect(await events({ objectType: 'group', objectId: group })).toHaveLength(2)
  })

  it('of rights and of activation is found under a kind of its own', async () => {
    const unit = await make.unit({ name: 'Wydział Chemii' })
    const person = await make.agent({}, { unitId: unit, name: 'Ewa' })
    await asAdmin((work) => setPersonRights(work, person, new Map([['1', ['ro']]])))
    await asAdmin((work) => setActivation(work, 'faq', unit, true))
    expect(await events({ kind: 'permission', objectId: person })).toMatchObject([
      { unit: { id: unit, name: 'Wydział Chemii' }, after: { 'group 1': ['ro'] } },
    ])
    expect(await events({ kind: 'plugin-activation' })).toMatchObject([
      {
        object: { type: 'plugin activation', id: 'faq' },
        unit: { id: unit },
        before: { [`unit ${unit}`]: null },
        after: { [`unit ${unit}`]: true },
      },
    ])
  })

  it('never carries a secret, whatever was handed over', async () => {
    await asAdmin(async (work) =>
      recordEvent(work, {
        kind: 'admin-changed',
        object: { type: 'directory', id: 'main' },
        after: { bindPassword: 'hunter2', password_hash: '$argon', nested: { api_key: 'k' }, host: 'ldap.uni', token: null },
      }),
    )
    expect((await events({ objectType: 'directory' }))[0]?.after).toEqual({
      bindPassword: '•••',
      password_hash: '•••',
      nested: { api_key: '•••' },
      host: 'ldap.uni',
      token: null,
    })
  })
})

describe('what concerns security', () => {
  it('is noted: login, failed login, own password, link, administrator, ended sessions', async () => {
    const person = await make.agent({}, { name: 'Jan', login: 'jan' })
    const token = await make.asSystem((work) => createSetPasswordLink(work, person))
    await setPasswordByLink(room(), { token, password: 'first long password', client })
    await expect(logIn(room(), { login: 'jan', password: 'wrong', client })).rejects.toMatchObject({ code: 'login-failed' })
    const session = await resumeSession(
      opened.db,
      await logIn(room(), { login: 'jan', password: 'first long password', client }),
      make.now,
      make.config.sessions,
    )
    await changePassword(room(), {
      personId: person,
      current: 'first long password',
      next: 'second long password',
      session: session!,
      client,
    })
    await setPasswordOf({ db: make.db, work: make.work }, await make.actor(admin), person, 'third long password')
    await make.asSystem((work) => endSessions(work, person))
    const rows = (await events({ objectType: 'person', objectId: person })).toReversed()
    expect(rows.map(({ kind, after }) => [kind, after?.['by']])).toEqual([
      ['password-set', 'link'],
      ['login', 'link'],
      ['login-failed', undefined],
      ['login', 'password'],
      ['session-ended', undefined],
      ['password-set', 'self'],
      ['session-ended', undefined],
    ])
    expect(rows[1]).toMatchObject({ person: { id: person, name: 'Jan' }, clientAddress: '192.0.2.7', after: { browser: 'Firefox' } })
    expect(rows[2]).toMatchObject({ person: null, program: 'login', clientAddress: '192.0.2.7' })
    expect(await events({ objectType: 'person password', objectId: person })).toMatchObject([
      { kind: 'password-set', person: { id: admin }, after: { by: 'administrator' } },
    ])
    expect(JSON.stringify(rows)).not.toMatch(/argon|long password/)
  })

  it('does not keep what was typed as the login of nobody: it may be a password', async () => {
    await expect(logIn(room(), { login: 'MySecretPassword', password: 'x', client: { ...client, address: '192.0.2.8' } })).rejects.toThrow()
    expect((await events({ kind: 'login-failed', search: '192.0.2.8' }))[0]).toMatchObject({ object: null, after: { login: 'my…' } })
  })

  it('a flood from one place is a few lines, not one a try', async () => {
    const from = { ...client, address: '203.0.113.9' }
    await Promise.all(
      Array.from({ length: 65 }, (_, n) => logIn(room(), { login: `nobody${n}`, password: 'x', client: from }).catch(() => {})),
    )
    const rows = await events({ search: from.address })
    expect(rows.filter(({ kind }) => kind === 'login-failed')).toHaveLength(50)
    expect(
      rows
        .filter(({ kind }) => kind === 'login-blocked')
        .map(({ after }) => after?.['attempts'])
        .toSorted(),
    ).toEqual([51, 60])
  })

  it('a flood from everywhere ends with a line that says so', async () => {
    const counted = async () =>
      Number(
        (await sql<{ count: string }>`select count(*) from audit_event where kind in ('login-failed', 'login-blocked')`.execute(opened.db))
          .rows[0]!.count,
      )
    await sql`insert into audit_event (at, kind, act_id) select ${make.now}, 'login-failed', gen_random_uuid() from generate_series(1, ${NOTED_PER_WINDOW - 1 - (await counted())})`.execute(
      opened.db,
    )
    for (const n of [1, 2, 3])
      await logIn(room(), { login: 'somebody', password: 'x', client: { ...client, address: `2001:db8::${n}` } }).catch(() => {})
    expect(await counted()).toBe(NOTED_PER_WINDOW)
    expect((await events({ kind: 'login-failed' }))[0]).toMatchObject({
      clientAddress: '2001:db8::1',
      after: { login: 'so…', more: 'not noted' },
    })
  })
})

describe('the log', () => {
  it('can neither be changed nor emptied', async () => {
    for (const statement of [`update audit_event set kind = 'other'`, 'delete from audit_event', 'truncate audit_event']) {
      await expect(sql.raw(statement).execute(opened.db)).rejects.toThrow('the audit log is only added to')
    }
  })

  it('lets go by retention, and forgets a person by erasure, and is closed again after', async () => {
    const person = await make.person({ name: 'Zofia' })
    await make.asSystem(async (work) =>
      recordEvent(work, {
        kind: 'admin-changed',
        object: { type: 'person', id: person },
        personId: person,
        clientAddress: '192.0.2.99',
        after: { phone: '600' },
      }),
    )
    expect(await make.asSystem((work) => erasePersonFromEvents(work, person))).toBe(1)
    expect((await events({ objectType: 'person', objectId: person }))[0]).toMatchObject({
      kind: 'admin-changed',
      clientAddress: null,
      after: null,
    })
    const old = new Date(TUESDAY.getTime() - 86_400_000)
    await sql`insert into audit_event (at, kind, act_id) values (${old}, 'login', gen_random_uuid())`.execute(opened.db)
    expect(await make.asSystem((work) => forgetEvents(work, new Date(old.getTime() + 1)))).toBe(1)
    await expect(
      make.asSystem(async (work) => {
        await forgetEvents(work, old)
        await sql`delete from audit_event`.execute(work.db)
      }),
    ).rejects.toThrow('only added to')
  })

  it('shows a local administrator their units only, in lists, in searches and one by one', async () => {
    const unit = await make.unit()
    const group = await asAdmin((work) => createGroup(work, { name: 'Tylko tu', comment: '', unitId: unit, valid: true }))
    const mine = await events({}, [unit])
    expect(mine.map(({ object }) => object?.id)).toEqual([group])
    expect(await events({ search: 'Tylko' }, [])).toEqual([])
    expect(await events({ search: 'HMS' }, [unit])).toEqual([])
    expect(await findEvent(opened.db, [unit], mine[0]!.id)).toMatchObject({ id: mine[0]!.id })
    expect(await findEvent(opened.db, [], mine[0]!.id)).toBeUndefined()
    expect(await findEvent(opened.db, 'all', 'x')).toBeUndefined()
  })

  it('is searched by words of values and names, narrowed by day, sorted, and read page by page', async () => {
    expect((await events({ search: 'hms poczta' })).map(({ object }) => object?.type)).toEqual(['group'])
    expect(await events({ search: 'adamska', kind: 'plugin-activation' })).toHaveLength(1)
    expect(await events({ from: new Date(TUESDAY.getTime() + 1) })).toEqual([])
    for (const sort of ['at', 'person', 'kind', 'object'] as const) {
      for (const direction of ['asc', 'desc'] as const) {
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await listEvents(opened.db, 'all', {
            sort,
            direction,
            limit: 300,
            after,
            filter: { from: TUESDAY, kind: 'login-failed' },
          })
          seen.push(...page.rows.map(({ id }) => id))
          after = page.after ?? undefined
        } while (after)
        expect(new Set(seen).size).toBe(seen.length)
        expect(seen.length).toBe(NOTED_PER_WINDOW - 2)
      }
    }
  })
})
