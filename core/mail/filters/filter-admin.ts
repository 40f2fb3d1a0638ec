/** Owns what an administrator does with postmaster filters: make, change, delete, try on a mail. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../../audit/change.ts'
import { pageAt, type CoreSubject } from '../../audit/subject.ts'
import type { Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { demandName, isId } from '../../kernel/input.ts'
import type { Work } from '../../kernel/work.ts'
import { demandAdmin } from '../../permission/policy.ts'
import { asFilterMail } from './filter-mail.ts'
import { toPattern, type FilterResult, type MatchRow, type PostmasterFilter, type SetRow } from './filter-run.ts'
import { matchFilters } from './filter-thread.ts'
import { listFilters, writeFilterRows, type StoredFilter } from './filter.store.ts'
import { otrsName, sayOtrsName } from './otrs-headers.ts'
import { lookUpWanted } from './wanted.ts'
import { parseMail } from '../reading/parse.ts'
import { filtersChanged } from './mail-settings.ts'

export interface FilterForm extends Omit<PostmasterFilter, 'id'> {
  comment: string
  valid: boolean
}

/** More rows than anybody reads. */
export const FILTER_ROWS = 100
const VALUE_LENGTH = 2000

export async function findFilter(db: Kysely<Database>, id: Id): Promise<StoredFilter | undefined> {
  return isId(id) ? (await listFilters(db, id))[0] : undefined
}

/**
 * Makes a filter. Errors at 'name', 'match.0.key', 'match.0.value', 'set.0.key' …: `filter.name-taken`, `filter.needs-match`,
 * `filter.needs-set`, `filter.key-invalid`, `filter.pattern-invalid`, `filter.sets-otrs-only`, `too-long`, `required`.
 * `formerId`: that of a filter which was deleted and is made again.
 */
export async function createFilter(work: Work, form: FilterForm, formerId?: Id): Promise<Id> {
  demandAdmin(work.actor)
  const { match, set, ...values } = await checked(work, form, null)
  const { id } = await work.db
    .insertInto('postmaster_filter')
    .values({ ...values, ...(formerId === undefined ? {} : { id: formerId }) })
    .returning('id')
    .executeTakeFirstOrThrow()
  await writeFilterRows(work, id, { match, set })
  recordChange(work, filterSubject, id, null, { ...values, match, set })
  await filtersChanged(work)
  return id
}

export async function editFilter(work: Work, id: Id, form: FilterForm): Promise<void> {
  demandAdmin(work.actor)
  const before = await lockFilter(work, id)
  const { match, set, ...values } = await checked(work, form, id)
  await work.db.updateTable('postmaster_filter').set(values).where('id', '=', id).execute()
  await writeFilterRows(work, id, { match, set })
  if (recordChange(work, filterSubject, id, audited(before), { ...values, match, set })) await filtersChanged(work)
}

/** On or off, nothing else. */
export async function switchFilter(work: Work, id: Id, valid: boolean): Promise<void> {
  demandAdmin(work.actor)
  const before = await lockFilter(work, id)
  await work.db.updateTable('postmaster_filter').set({ valid }).where('id', '=', id).execute()
  if (recordChange(work, filterSubject, id, { valid: before.valid }, { valid })) await filtersChanged(work)
}

export async function deleteFilter(work: Work, id: Id): Promise<void> {
  demandAdmin(work.actor)
  const before = await lockFilter(work, id)
  await work.db.deleteFrom('postmaster_filter').where('id', '=', id).execute()
  recordChange(work, filterSubject, id, audited(before), null)
  await filtersChanged(work)
}

const audited = ({ id: _id, ...values }: StoredFilter): FilterForm => ({ ...values })

export const filterSubject: CoreSubject<FilterForm, FilterForm> = {
  type: 'postmaster filter',
  right: 'installation',
  lies: null,
  words: 'subject.postmaster-filter',
  named: 'postmaster filter',
  seen: pageAt('/admin/mail/filters'),
  fields: {
    name: { words: 'field.name' },
    comment: { words: 'field.comment' },
    stop: { words: 'field.stop', as: 'yes-no' },
    valid: { words: 'field.valid', as: 'yes-no' },
    match: {
      words: 'field.match',
      as: {
        say: (value, { t }) =>
          lines(value as MatchRow[] | null, t('value.none'), (row) =>
            t(row.negated ? 'filter.not' : 'filter.is', { key: row.key, value: row.value }),
          ),
      },
    },
    set: {
      words: 'field.set',
      as: { say: (value, { t }) => lines(value as SetRow[] | null, t('value.none'), (row) => `${row.key} = ${row.value}`) },
    },
  },
  way: {
    async read(db, id) {
      const filter = await findFilter(db, id)
      return filter && audited(filter)
    },
    form: ({ name, comment, stop, valid, match, set }) => ({ name, comment, stop, valid, match, set }),
    put: editFilter,
    make: (work, id, form) => createFilter(work, form, id),
    remove: deleteFilter,
  },
}

const lines = <R>(rows: readonly R[] | null, none: string, say: (row: R) => string): string =>
  rows && rows.length > 0 ? rows.map(say).join('\n') : none

async function lockFilter(work: Work, id: Id): Promise<StoredFilter> {
  const there = isId(id) && (await work.db.selectFrom('postmaster_filter').select('id').where('id', '=', id).forUpdate().executeTakeFirst())
  if (!there) throw refused('not-found')
  return (await findFilter(work.db, id))!
}

async function checked(work: Work, form: FilterForm, id: Id | null): Promise<FilterForm> {
  const name = demandName(form.name, 'name')
  const same = await work.db
    .selectFrom('postmaster_filter')
    .select('id')
    .where(sql`lower(name)`, '=', name.toLowerCase())
    .executeTakeFirst()
  if (same && same.id !== id) throw refused('filter.name-taken', {}, 'name')
  const { match, set } = checkRows(form)
  await demandThere(work, form.set)
  return { name, comment: form.comment.trim().slice(0, 500), stop: form.stop, valid: form.valid, match, set }
}

/**
 * Refuses a header that names what is not there, such as a queue, or that nobody could obey: at the first mail it would be passed
 * over. What is taken from the mail itself is known only then.
 */
async function demandThere(work: Work, set: readonly SetRow[]): Promise<void> {
  for (const [i, { key, value }] of set.slice(0, FILTER_ROWS).entries()) {
    const name = otrsName(key.trim().replace(/:$/, ''))
    if (name === undefined || value.trim() === '' || CAPTURED.test(value)) continue
    const { refused: passedOver } = await lookUpWanted(
      { db: work.db, config: work.config, now: work.now },
      new Map([[name, value.trim()]]),
      name.startsWith('followup-'),
    )
    // What is not here yet does nothing, and filters of OTRS say it.
    if (passedOver.some(({ rule }) => rule !== 'header-not-here'))
      throw refused('filter.sets-what-is-not-there', { header: sayOtrsName(name), value: value.trim().slice(0, 200) }, `set.${i}.value`)
  }
}

/** `[***]`, `[** \1 **]`: what the pattern captured. */
const CAPTURED = /\[\*\*\*\]|\[\*\* ?\\\w+ ?\*\*\]/

/** The rows of a form, empty ones left out, each as it may be stored; also asked before a filter is tried that nobody saved. */
export function checkRows(form: Pick<FilterForm, 'match' | 'set'>): Pick<FilterForm, 'match' | 'set'> {
  const key = (given: string, field: string) => {
    const clean = given.trim().replace(/:$/, '')
    if (clean === '') throw refused('required', {}, field)
    // RFC 5322 2.2: a field's name is printable ASCII without the colon.
    if (!/^[!-9;-~]{1,100}$/.test(clean)) throw refused('filter.key-invalid', {}, field)
    return clean
  }
  const value = (given: string, field: string) => {
    if (given.length > VALUE_LENGTH) throw refused('too-long', { limit: VALUE_LENGTH }, field)
    return given
  }
  const match = form.match.slice(0, FILTER_ROWS).flatMap((row, i) => {
    if (row.key.trim() === '' && row.value === '') return []
    const pattern = value(row.value, `match.${i}.value`)
    if (pattern === '') throw refused('required', {}, `match.${i}.value`)
    try {
      toPattern(pattern.replace(/^EMAILADDRESS:/, ''))
    } catch (error) {
      throw refused(
        'filter.pattern-invalid',
        { what: (error as Error).message.replace(/^Invalid regular expression: /, '') },
        `match.${i}.value`,
      )
    }
    return [{ key: key(row.key, `match.${i}.key`), value: pattern, negated: row.negated }]
  })
  const set = form.set.slice(0, FILTER_ROWS).flatMap((row, i) => {
    if (row.key.trim() === '' && row.value === '') return []
    const name = key(row.key, `set.${i}.key`)
    if (otrsName(name) === undefined) throw refused('filter.sets-otrs-only', {}, `set.${i}.key`)
    return [{ key: name, value: value(row.value, `set.${i}.value`) }]
  })
  if (match.length === 0) throw refused('filter.needs-match', {}, 'match.0.key')
  if (set.length === 0) throw refused('filter.needs-set', {}, 'set.0.key')
  return { match, set }
}

/** What a filter, saved or not, would make of a mail; its rows as they would be stored. Errors: as `createFilter`. */
export async function tryFilter(
  form: Pick<FilterForm, 'match' | 'set'>,
  raw: Buffer,
  envelope: { from: string; to: string },
): Promise<{ result: FilterResult; match: readonly MatchRow[] }> {
  const { match, set } = checkRows(form)
  const mail = await parseMail(raw).catch(() => parseMail(raw, 'headers'))
  const seen = asFilterMail(
    mail,
    { from: envelope.from || (mail.from.at(-1)?.address ?? ''), to: envelope.to || (mail.to[0]?.address ?? '') },
    true,
  )
  const { results } = await matchFilters([{ id: '0', name: '', stop: false, match, set }], () => seen)
  return { result: results[0]!, match }
}
