/** Owns which companies a person belongs to, and which is the main one: the one that their tickets name. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { demandAdmin } from '../permission/policy.ts'

export interface PersonCompany {
  id: Id
  code: string
  name: string
  main: boolean
  valid: boolean
}

/** Of a person, the main one first. */
export function companiesOfPerson(db: Kysely<Database>, personId: Id): Promise<PersonCompany[]> {
  return db
    .selectFrom('person_company as pc')
    .innerJoin('company as c', 'c.id', 'pc.company_id')
    .select(['c.id', 'c.code', 'c.name', 'pc.main', 'c.valid'])
    .where('pc.person_id', '=', personId)
    .orderBy('pc.main', 'desc')
    .orderBy(sql`c.name collate "pl-x-icu"`)
    .execute()
}

/** What a ticket may name: its customer's companies in use, and what it names now (of which the name is null where no company has that code). */
export async function companiesForTicket(
  db: Kysely<Database>,
  customerId: Id | null,
  stands: string | null,
): Promise<{ code: string; name: string | null; stands: boolean }[]> {
  if (customerId === null && !stands) return []
  const { rows } = await sql<{ code: string; name: string | null; stands: boolean }>`
    select code, max(name) as name, bool_or(stands) as stands from (
      select c.code, c.name, false as stands from person_company pc join company c on c.id = pc.company_id where pc.person_id = ${customerId} and c.valid
      union all
      select s.code, c.name, true from (values (${stands ?? ''}::text)) as s(code) left join company c on c.code = s.code where s.code <> '') as found
    group by code order by bool_or(stands) desc, max(name) collate "pl-x-icu"`.execute(db)
  return rows
}

/** Who belongs to a company, by name: for its page. */
export function personsOfCompany(db: Kysely<Database>, companyId: Id, limit: number): Promise<{ id: Id; name: string; main: boolean }[]> {
  return db
    .selectFrom('person_company as pc')
    .innerJoin('person as p', 'p.id', 'pc.person_id')
    .select(['p.id', 'p.name', 'pc.main'])
    .where('pc.company_id', '=', companyId)
    .orderBy(sql`p.name collate "pl-x-icu"`)
    .limit(limit)
    .execute()
}

/**
 * Puts a person into exactly these companies. `main`: the one that their new tickets name; null: the first of them. Errors: `choice-gone` at
 * 'company' for one that is not there, or is off and was not theirs before.
 */
export async function setPersonCompanies(work: Work, personId: Id, ids: readonly Id[], main: Id | null = null): Promise<void> {
  demandAdmin(work.actor)
  const person =
    isId(personId) && (await work.db.selectFrom('person').select('id').where('id', '=', personId).forUpdate().executeTakeFirst())
  if (!person) throw refused('not-found')
  const before = await companiesOfPerson(work.db, personId)
  const wanted = [...new Set(ids)]
  if (wanted.some((id) => !isId(id))) throw refused('choice-gone', {}, 'company')
  const known = await work.db.selectFrom('company').select(['id', 'valid']).where(sql<boolean>`id = any(${wanted}::bigint[])`).execute()
  const fits = (id: Id) => known.some((one) => one.id === id && (one.valid || before.some((own) => own.id === id)))
  if (!wanted.every(fits)) throw refused('choice-gone', {}, 'company')
  const first = main !== null && wanted.includes(main) ? main : (wanted[0] ?? null)
  await work.db.deleteFrom('person_company').where('person_id', '=', personId).execute()
  if (wanted.length > 0)
    await work.db
      .insertInto('person_company')
      .values(wanted.map((id) => ({ person_id: personId, company_id: id, main: id === first })))
      .execute()
  recordChange(work, personCompanySubject, personId, asValues(before), { companies: inOrder(wanted), main: first })
}

interface Values {
  companies: Id[]
  main: Id | null
}
const inOrder = (ids: readonly Id[]): Id[] => ids.toSorted((a, b) => Number(a) - Number(b))
const asValues = (companies: readonly PersonCompany[]): Values => ({
  companies: inOrder(companies.map(({ id }) => id)),
  main: companies.find(({ main }) => main)?.id ?? null,
})

export const personCompanySubject: CoreSubject<Values, Values> = {
  type: 'person company',
  right: 'installation',
  lies: 'person',
  words: 'subject.person-company',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: { companies: { words: 'field.companies', as: 'company' }, main: { words: 'field.main-company', as: 'company' } },
  way: {
    read: async (db, id) => asValues(await companiesOfPerson(db, id)),
    form: (values) => values,
    put: (work, id, { companies, main }) => setPersonCompanies(work, id, companies, main),
  },
}
