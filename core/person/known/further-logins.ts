/** Owns further logins of a person: names by which they log in too, and are found, beside the main one. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../../audit/change.ts'
import { pageAt, type CoreSubject } from '../../audit/subject.ts'
import type { Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { isId } from '../../kernel/input.ts'
import type { Work } from '../../kernel/work.ts'
import { demandFresh } from '../../permission/fresh.ts'
import { demandAdmin } from '../../permission/policy.ts'
import { normalLogin } from '../login-name.ts'

/** Of a person, in the order of the alphabet. */
export async function listFurtherLogins(db: Kysely<Database>, personId: Id): Promise<string[]> {
  const rows = await db.selectFrom('further_login').select('login').where('person_id', '=', personId).orderBy('login').execute()
  return rows.map(({ login }) => login)
}

/** Whose login this is, the main one or a further one; undefined: it is free. */
export async function ownerOfLogin(db: Kysely<Database>, login: string): Promise<Id | undefined> {
  const { rows } = await sql<{ id: Id }>`
    select id from person where lower(login) = ${login.toLowerCase()}
    union all select person_id from further_login where login = ${login.toLowerCase()} limit 1`.execute(db)
  return rows[0]?.id
}

/** Adds one. Errors: `required`, `person.login-invalid`, `person.login-taken` at 'login'. */
export async function addFurtherLogin(work: Work, personId: Id, typed: string): Promise<string> {
  demandAdmin(work.actor)
  demandFresh(work)
  if (typed.trim() === '') throw refused('required', {}, 'login')
  const login = normalLogin(typed)
  if (login === undefined || login.length > 100) throw refused('person.login-invalid', {}, 'login')
  const person =
    isId(personId) && (await work.db.selectFrom('person').select('id').where('id', '=', personId).forUpdate().executeTakeFirst())
  if (!person) throw refused('not-found')
  if (await ownerOfLogin(work.db, login)) throw refused('person.login-taken', {}, 'login')
  const added = await work.db
    .insertInto('further_login')
    .values({ login, person_id: personId })
    .onConflict((oc) => oc.doNothing())
    .executeTakeFirst()
  if (added.numInsertedOrUpdatedRows === 0n) throw refused('person.login-taken', {}, 'login')
  recordChange(work, furtherLoginSubject, personId, null, { login })
  return login
}

/** Takes one away: nobody logs in by it any more. */
export async function removeFurtherLogin(work: Work, personId: Id, login: string): Promise<void> {
  demandAdmin(work.actor)
  demandFresh(work)
  if (!isId(personId)) throw refused('not-found')
  const { numDeletedRows } = await work.db
    .deleteFrom('further_login')
    .where('person_id', '=', personId)
    .where('login', '=', login)
    .executeTakeFirst()
  if (numDeletedRows === 0n) throw refused('not-found')
  recordChange(work, furtherLoginSubject, personId, { login }, null)
}

/** What becomes somebody's main login is no further one of theirs any more. */
export async function dropFurtherLogin(work: Work, personId: Id, login: string | null): Promise<void> {
  if (login === null) return
  await work.db.deleteFrom('further_login').where('person_id', '=', personId).where('login', '=', login.toLowerCase()).execute()
}

export const furtherLoginSubject: CoreSubject<{ login: string }, { login: string }> = {
  type: 'person login',
  right: 'installation',
  lies: 'person',
  words: 'subject.person-login',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: { login: { words: 'field.login' } },
  way: {
    async read(db, id, of) {
      const login = String(of['login'] ?? '')
      return (await listFurtherLogins(db, id)).includes(login) ? { login } : undefined
    },
    form: (values) => values,
    // It comes or goes, and never becomes another.
    put: async () => {},
    make: (work, id, { login }) => addFurtherLogin(work, id, login),
    remove: (work, id, { login }) => removeFurtherLogin(work, id, login),
  },
}
