/** Owns absences of agents: when they are away, and who stands in for them. Standing in gives no right that is not held already. */
import type { Kysely } from 'kysely'
import { DateTime } from 'luxon'
import { recordChange } from '../audit/change.ts'
import type { CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandShort, isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'

export interface Absence {
  personId: Id
  from: Date
  /** The first moment when they are back: midnight after the last day. */
  until: Date
  substituteId: Id | null
  substituteName: string | null
  note: string
}

const absences = (db: Kysely<Database>) =>
  db
    .selectFrom('person_absence as away')
    .leftJoin(
      'person as substitute',
      // Who works here no longer stands in for nobody.
      (join) => join.onRef('substitute.id', '=', 'away.substitute_id').on('substitute.valid', '=', true).on('substitute.agent', '=', true),
    )
    .select([
      'away.person_id as personId',
      'away.from_at as from',
      'away.until_at as until',
      'substitute.id as substituteId',
      'substitute.name as substituteName',
      'away.note',
    ])

/** The absence that lasts or is to come; one that is over is none. */
export function findAbsence(db: Kysely<Database>, personId: Id, now: Date): Promise<Absence | undefined> {
  return absences(db).where('away.person_id', '=', personId).where('away.until_at', '>', now).executeTakeFirst()
}

/** Who of them is away at this moment. */
export async function absentNow(db: Kysely<Database>, personIds: readonly (Id | null)[], now: Date): Promise<Map<Id, Absence>> {
  const ids = [...new Set(personIds.filter((id) => id !== null))]
  if (ids.length === 0) return new Map()
  const rows = await absences(db)
    .where('away.person_id', 'in', ids)
    .where('away.from_at', '<=', now)
    .where('away.until_at', '>', now)
    .execute()
  return new Map(rows.map((row) => [row.personId, row]))
}

/** For whom a person stands in at this moment, by name. */
export function standsInFor(db: Kysely<Database>, personId: Id, now: Date): Promise<{ id: Id; name: string; until: Date }[]> {
  return db
    .selectFrom('person_absence as away')
    .innerJoin('person', 'person.id', 'away.person_id')
    .select(['person.id', 'person.name', 'away.until_at as until'])
    .where('away.substitute_id', '=', personId)
    .where('away.from_at', '<=', now)
    .where('away.until_at', '>', now)
    .orderBy('person.name')
    .execute()
}

/** The last whole day of an absence, in it. */
export const lastDay = ({ until }: Pick<Absence, 'until'>): Date => new Date(until.getTime() - 1)

export interface AbsenceForm {
  /** First and last day in the installation's zone, as 2026-12-04. */
  from: string
  until: string
  substituteId: Id | null
  note: string
}

/**
 * Says when an agent is away: the agent themselves, or an administrator. It replaces what was said before.
 * Errors: `absence.date`, `absence.order`, `absence.past`, `absence.substitute`.
 */
export async function setAbsence(work: Work, personId: Id, form: AbsenceForm): Promise<void> {
  const before = await lockForAbsence(work, personId)
  const [from, last] = [day(work, form.from, 'from'), day(work, form.until, 'until')]
  if (last < from) throw refused('absence.order', {}, 'until')
  const until = last.plus({ days: 1 })
  if (until.toJSDate() <= work.now) throw refused('absence.past', {}, 'until')
  const substitute = form.substituteId === null ? undefined : await findSubstitute(work, form.substituteId)
  if (form.substituteId !== null && (!substitute || substitute.id === personId)) throw refused('absence.substitute', {}, 'substitute')
  const values = {
    from_at: from.toJSDate(),
    until_at: until.toJSDate(),
    substitute_id: substitute?.id ?? null,
    note: demandShort(form.note, 'note', 300),
  }
  await work.db
    .insertInto('person_absence')
    .values({ person_id: personId, ...values })
    .onConflict((oc) => oc.column('person_id').doUpdateSet(values))
    .execute()
  recordChange(
    work,
    absenceSubject,
    personId,
    before && said(work.config.zone, before),
    said(work.config.zone, {
      from: values.from_at,
      until: values.until_at,
      substituteId: substitute?.id ?? null,
      substituteName: substitute?.name ?? null,
      note: values.note,
    }),
  )
}

/** They are back, or do not go after all. Nothing happens when none was said. */
export async function endAbsence(work: Work, personId: Id): Promise<void> {
  const before = await lockForAbsence(work, personId)
  if (!before) return
  await work.db.deleteFrom('person_absence').where('person_id', '=', personId).execute()
  recordChange(work, absenceSubject, personId, said(work.config.zone, before), null)
}

async function lockForAbsence(work: Work, personId: Id): Promise<Absence | null> {
  const { actor } = work
  if (actor.kind === 'person' && actor.id !== personId && !actor.access.admin) throw refused('not-allowed')
  const person =
    isId(personId) &&
    (await work.db.selectFrom('person').select(['agent', 'valid']).where('id', '=', personId).forUpdate().executeTakeFirst())
  if (!person || !person.agent || !person.valid) throw refused('not-found')
  return (await absences(work.db).where('away.person_id', '=', personId).executeTakeFirst()) ?? null
}

/** Whoever works here can stand in; in which tickets, their own rights say. */
function findSubstitute(work: Work, id: Id): Promise<{ id: Id; name: string } | undefined> {
  if (!isId(id)) return Promise.resolve(undefined)
  return work.db
    .selectFrom('person')
    .select(['id', 'name'])
    .where('id', '=', id)
    .where('agent', '=', true)
    .where('valid', '=', true)
    .executeTakeFirst()
}

function day(work: Work, text: string, field: string): DateTime {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? DateTime.fromISO(text, { zone: work.config.zone }) : undefined
  if (!at?.isValid || at.year < 2000 || at.year > 2200) throw refused('absence.date', {}, field)
  return at.startOf('day')
}

/** As the audit log keeps it: days, not moments. */
function said(zone: string, absence: Pick<Absence, 'from' | 'until' | 'substituteId' | 'substituteName' | 'note'>) {
  const iso = (at: Date) => DateTime.fromJSDate(at, { zone }).toISODate()!
  return {
    from: iso(absence.from),
    until: iso(lastDay(absence)),
    substitute: absence.substituteName,
    substitute_id: absence.substituteId,
    note: absence.note,
  }
}

export const absenceSubject: CoreSubject<ReturnType<typeof said>, AbsenceForm> = {
  type: 'person absence',
  right: 'installation',
  lies: null,
  words: 'subject.person-absence',
  named: 'person',
  seen: (id) => `/admin/persons/${id}/absence`,
  fields: {
    from: { words: 'field.from', as: 'day' },
    until: { words: 'field.until', as: 'day' },
    substitute: { words: 'field.substitute' },
    substitute_id: { words: null },
    note: { words: 'field.note' },
  },
  way: {
    async read(db, id, _of, { zone }) {
      const stands = await absences(db).where('away.person_id', '=', id).executeTakeFirst()
      return stands && said(zone, stands)
    },
    // Earlier versions wrote the name alone.
    async today(db, id, values) {
      if ('substitute_id' in values || !('substitute' in values)) return values
      const { substitute } = values
      if (substitute === null) return { ...values, substitute_id: null }
      const found = await db
        .selectFrom('person')
        .select('id')
        .where('name', '=', substitute as string)
        .where('agent', '=', true)
        .where('valid', '=', true)
        .where('id', '<>', id)
        .execute()
      return found.length === 1 ? { ...values, substitute_id: found[0]!.id } : undefined
    },
    form: ({ from, until, substitute_id, note }) => ({ from, until, substituteId: substitute_id, note }),
    put: setAbsence,
    make: setAbsence,
    remove: endAbsence,
  },
}
