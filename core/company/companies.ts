/** Owns companies: whom a person asks for, made and edited by administrators; tickets name them by their code. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName, demandShort, isId } from '../kernel/input.ts'
import { validityColumns, type Valid } from '../audit/validity.ts'
import type { Work } from '../kernel/work.ts'
import { demandAdmin } from '../permission/policy.ts'

/** Characters; OTRS: customer_company.customer_id is varchar(150). */
export const COMPANY_CODE_LENGTH = 150
/** Tickets are counted no further: nobody needs the exact figure. */
export const COMPANY_TICKETS_COUNTED = 1000

const ADDRESS = { street: 200, zip: 20, city: 100, country: 100 } as const
export type CompanyAddress = Record<keyof typeof ADDRESS, string>

export interface Company extends Required<Valid>, CompanyAddress {
  id: Id
  /** OTRS CustomerID. */
  code: string
  name: string
  url: string
  comment: string
  persons: number
  /** Up to `COMPANY_TICKETS_COUNTED`. */
  tickets: number
}

const addressOf = (kept: Readonly<Record<string, unknown>>): CompanyAddress =>
  Object.fromEntries(Object.keys(ADDRESS).map((key) => [key, typeof kept[key] === 'string' ? kept[key] : ''])) as CompanyAddress

function companyQuery(db: Kysely<Database>) {
  return db.selectFrom('company').select([
    'company.id',
    'company.code',
    'company.name',
    'company.address',
    'company.url',
    'company.comment',
    'company.valid',
    'company.off_for_now as offForNow',
    sql<number>`(select count(*)::int from person_company pc where pc.company_id = company.id)`.as('persons'),
    // The index on companies holds tickets that have one.
    sql<number>`(select count(*)::int from (select from ticket t where t.customer_company = company.code and t.customer_company <> ''
        limit ${COMPANY_TICKETS_COUNTED}) found)`.as('tickets'),
  ])
}

const toCompany = ({ address, ...row }: { address: Record<string, unknown> } & Omit<Company, keyof CompanyAddress>): Company => ({
  ...row,
  ...addressOf(address),
})

/** Every company, by name. */
export async function listCompanies(db: Kysely<Database>): Promise<Company[]> {
  return (await companyQuery(db).orderBy(sql`company.name collate "pl-x-icu"`).orderBy('company.id').execute()).map(toCompany)
}

export async function findCompany(db: Kysely<Database>, id: Id): Promise<Company | undefined> {
  const row = isId(id) ? await companyQuery(db).where('company.id', '=', id).executeTakeFirst() : undefined
  return row && toCompany(row)
}

/** Name and use of the company that tickets name so. */
export function companyOfCode(db: Kysely<Database>, code: string): Promise<{ id: Id; name: string; valid: boolean } | undefined> {
  return db.selectFrom('company').select(['id', 'name', 'valid']).where('code', '=', code).executeTakeFirst()
}

/** Companies in use, as choices: for a ticket, for a person. */
export function companyChoices(db: Kysely<Database>): Promise<{ id: Id; code: string; name: string }[]> {
  return db.selectFrom('company').select(['id', 'code', 'name']).where('valid', '=', true).orderBy(sql`name collate "pl-x-icu"`).execute()
}

export interface CompanyForm extends Valid, CompanyAddress {
  /** Empty: the name. */
  code: string
  name: string
  url: string
  comment: string
}

/** Makes a company. Tickets that have its code already are its own from then on. Errors: `required`, `too-long`, `company.code-taken`, `company.url`. */
export async function createCompany(work: Work, form: CompanyForm): Promise<Id> {
  demandAdmin(work.actor)
  const values = await checked(work, form, null)
  const { id } = await work.db.insertInto('company').values(asRow(values)).returning('id').executeTakeFirstOrThrow()
  recordChange(work, companySubject, id, null, values)
  return id
}

/** Changes a company; its code only as long as no ticket names it so. Errors: as `createCompany`, and `company.code-in-use`. */
export async function editCompany(work: Work, id: Id, form: CompanyForm): Promise<void> {
  demandAdmin(work.actor)
  const before = await lockCompany(work, id)
  const values = await checked(work, form, id, before.off_for_now)
  if (before.code !== values.code) {
    const { tickets } = (await findCompany(work.db, id))!
    if (tickets > 0) throw refused('company.code-in-use', { tickets }, 'code')
  }
  await work.db.updateTable('company').set(asRow(values)).where('id', '=', id).execute()
  recordChange(work, companySubject, id, before, values)
}

/** Takes a company away that nobody belongs to and no ticket names. Error: `company.in-use`. */
export async function removeCompany(work: Work, id: Id): Promise<void> {
  demandAdmin(work.actor)
  const before = await lockCompany(work, id)
  const { persons, tickets } = (await findCompany(work.db, id))!
  if (persons > 0 || tickets > 0) throw refused('company.in-use', { persons, tickets })
  await work.db.deleteFrom('company').where('id', '=', id).execute()
  recordChange(work, companySubject, id, before, null)
}

async function lockCompany(work: Work, id: Id): Promise<CompanyValues> {
  const found = isId(id) ? await readValues(work.db, id) : undefined
  if (!found) throw refused('not-found')
  return found
}

async function readValues(db: Kysely<Database>, id: Id): Promise<CompanyValues | undefined> {
  const row = await db
    .selectFrom('company')
    .select(['code', 'name', 'address', 'url', 'comment', 'valid', 'off_for_now'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  const { address, ...rest } = row
  return { ...rest, ...addressOf(address) }
}

const asRow = ({ street, zip, city, country, ...row }: CompanyValues) => ({
  ...row,
  address: JSON.stringify({ street, zip, city, country }),
})

type CompanyValues = Awaited<ReturnType<typeof checked>>

async function checked(work: Work, form: CompanyForm, id: Id | null, stood = false) {
  const name = demandName(form.name, 'name')
  const code = demandName(form.code.trim() || name, 'code', COMPANY_CODE_LENGTH)
  const same = await work.db.selectFrom('company').select('id').where(sql`lower(code)`, '=', code.toLowerCase()).executeTakeFirst()
  if (same && same.id !== id) throw refused('company.code-taken', {}, 'code')
  const url = demandShort(form.url, 'url', 500)
  if (url !== '' && !/^https?:\/\/\S+$/i.test(url)) throw refused('company.url', {}, 'url')
  const address = Object.fromEntries(
    Object.entries(ADDRESS).map(([key, limit]) => [key, demandShort(form[key as keyof CompanyAddress], key, limit)]),
  ) as CompanyAddress
  return { code, name, ...address, url, comment: demandShort(form.comment, 'comment', 1000), ...validityColumns(form, stood) }
}

export const companySubject: CoreSubject<CompanyValues, CompanyForm> = {
  type: 'company',
  right: 'installation',
  lies: null,
  words: 'subject.company',
  named: 'company',
  seen: pageAt('/admin/companies'),
  fields: {
    code: { words: 'field.code' },
    name: { words: 'field.name' },
    street: { words: 'field.street' },
    zip: { words: 'field.zip' },
    city: { words: 'field.city' },
    country: { words: 'field.country' },
    url: { words: 'field.url' },
    comment: { words: 'field.comment' },
    valid: { words: 'field.valid', as: 'yes-no' },
    off_for_now: { words: 'field.off-for-now', as: 'yes-no' },
  },
  way: {
    read: readValues,
    form: ({ off_for_now: offForNow, ...values }) => ({ ...values, offForNow }),
    put: editCompany,
    make: createCompanyAgain,
    remove: removeCompany,
  },
}

/** What was taken away comes back under its own id, which the log and links name. */
async function createCompanyAgain(work: Work, id: Id, form: Required<CompanyForm>): Promise<void> {
  demandAdmin(work.actor)
  const values = await checked(work, form, null)
  await work.db
    .insertInto('company')
    .values({ id, ...asRow(values) })
    .execute()
  recordChange(work, companySubject, id, null, values)
}
