/** Owns going back on a change: whatever can be changed is put back by the act that changes it, so that every rule and right holds again. */
import { isDeepStrictEqual } from 'node:util'
import { SECRET_VALUE } from '../audit/record.ts'
import type { Around, Change, SubjectOwner, Values, Way } from '../audit/subject.ts'
import type { Id } from '../database/schema.ts'
import { Refusal, refused } from '../errors.ts'
import { isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { demandAdmin } from '../permission/policy.ts'
import { demandUnitAdmin } from '../permission/unit-administrators.ts'
import { ownSubject } from './subjects.ts'

/** An event of the log, as far as going back on it needs it. */
export type Revertible = Change & { unit?: { id: Id } | null }

/**
 * Why a change cannot be put back, as a key of its subject's words; undefined where it can: the button stands exactly there. A
 * thing that was made or deleted whole goes back where its subject has an act for it.
 */
export function whyNoWayBack(change: Change, owners: readonly SubjectOwner[] = []): string | undefined {
  const { object, before, after } = change
  const subject = ownSubject(change, owners)?.subject
  if (!object || !subject) return 'no-way.unknown'
  const { way } = subject
  if ('noWayBack' in way) return way.noWayBack
  const refuses = way.refuses?.(change, owners)
  if (refuses !== undefined) return refuses
  if (!subject.byName && !isId(object.id)) return 'no-way.unknown'
  if (before === null && after === null) return 'no-way.no-values'
  if (before === null && !way.remove) return 'no-way.made'
  if (after === null && !way.make) return 'no-way.gone'
  const keys = statedKeys(change, subject.told)
  if (keys.length === 0) return 'no-way.no-values'
  if (keys.some((key) => before?.[key] === SECRET_VALUE || after?.[key] === SECRET_VALUE)) return 'no-way.secret'
  return undefined
}

export const canRevert = (change: Change, owners: readonly SubjectOwner[] = []): boolean => whyNoWayBack(change, owners) === undefined

/** Whether the unit's own administrators may put it back, or central administration alone. */
export const isUnitsAffair = (change: Change, owners: readonly SubjectOwner[] = []): boolean =>
  ownSubject(change, owners)?.subject.right === 'unit'

/**
 * Puts back what an event changed, and nothing else of that thing; an event of its own tells it. `owners`: plugins, who declare
 * settings and things of their own. Errors: `not-allowed`, `audit.no-way-back`, `audit.changed-since` where a value is no longer
 * what the event made of it, and those of the act that changes such a thing.
 */
export async function revertEvent(work: Work, event: Revertible, owners: readonly SubjectOwner[] = []): Promise<void> {
  if (isUnitsAffair(event, owners) && event.unit) await demandUnitAdmin(work, event.unit.id)
  else demandAdmin(work.actor)
  if (!canRevert(event, owners)) throw refused('audit.no-way-back')
  const { subject } = ownSubject(event, owners)!
  const way = subject.way as Way<any, any> // oxlint-disable-line typescript/no-explicit-any
  const { id } = event.object!
  const around: Around = { zone: work.config.zone, owners }
  const keys = statedKeys(event, subject.told)
  const today = async (values: Values | null) => {
    const stated = values && Object.fromEntries(keys.map((key) => [key, values[key] ?? null]))
    return stated && way.today ? await way.today(work.db, id, stated) : stated
  }
  const is = await today(event.after)
  // What the event made of it names something that is gone: then it stands no longer either.
  if (is === undefined) throw refused('audit.changed-since')
  const was = await today(event.before)
  if (was === undefined) throw refused('audit.no-way-back')
  const read = () => way.read(work.db, id, is ?? was!, around)
  if (!same(await read(), is)) throw refused('audit.changed-since')
  // Of a thing that came or went whole the log has what is not null.
  const whole = (values: Values) => ({ ...Object.fromEntries(Object.keys(subject.fields).map((key) => [key, null])), ...values })
  if (was === null) await way.remove!(work, id, way.form(whole(is!)))
  else if (is === null) await way.make!(work, id, way.form(whole(was)))
  else await way.put(work, id, way.form({ ...(await read()), ...was }), around)
  // Said to be back is only what is back.
  if (!same(await read(), was)) throw refused('audit.no-way-back')
}

/**
 * Puts back a change in one of these units, as its administrators do. Errors: as `revertEvent`; `not-found` for an event of no such
 * unit; `conflict` where the value has changed again since.
 */
export async function revertChange(work: Work, eventId: Id, units: ReadonlySet<Id>, owners: readonly SubjectOwner[] = []): Promise<void> {
  const row =
    isId(eventId) &&
    (await work.db
      .selectFrom('audit_event')
      .select(['kind', 'unit_id', 'object_type as type', 'object_id as id', 'before', 'after'])
      .where('id', '=', eventId)
      .executeTakeFirst())
  if (!row || row.unit_id === null || !units.has(row.unit_id)) throw refused('not-found')
  const { kind, unit_id, type, id, before, after } = row
  try {
    await revertEvent(work, { kind, object: { type, id }, before, after, unit: { id: unit_id } }, owners)
  } catch (error) {
    if (error instanceof Refusal && error.code === 'audit.changed-since') throw refused('conflict')
    throw error
  }
}

const statedKeys = ({ before, after }: Change, told: object = {}): string[] =>
  [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter((key) => !Object.hasOwn(told, key))

/** Does the thing stand as these values say? Null: it is not there. */
function same(now: Values | undefined, values: Values | null): boolean {
  if (!now || !values) return !now && !values
  return Object.keys(values).every((key) => isDeepStrictEqual(plain(now[key]), plain(values[key])))
}

/** As jsonb has it: nothing is null. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown
