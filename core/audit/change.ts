/** Owns the record of administrative changes: one event of the audit log and one fact each, with what stood before and after. */
import { recordEvent, SECRET_VALUE, type AuditKind } from './record.ts'
import type { Id } from '../database/schema.ts'
import { notify } from '../kernel/facts.ts'
import type { Work } from '../kernel/work.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import type { Subject, Values } from './subject.ts'

/** The job that counts deadlines again after something that they count of was edited. */
export const RECOUNT_JOB = 'escalation/recount'

/** Asks for it: once for each thing, whatever is changed of it until then. */
export function askRecount(work: Work, what: string, id: Id | string): void {
  work.enqueue(RECOUNT_JOB, { what, id, act: work.act, at: work.now.toISOString() }, { key: `${RECOUNT_JOB} ${what} ${id}` })
}

export interface About {
  /** In whose unit it happened, where that is not where the thing stands. */
  unitId?: Id
  /** Another kind than the subject's. */
  kind?: AuditKind
  /** What the act did besides, as the subject's `told` names it. */
  told?: Values
}

/** Says that something administered stopped by itself (the fact `admin.stopped`), in its unit; the installation's lies at the root. */
export function tellStopped(
  work: Work,
  subject: Pick<Subject, 'type'>,
  id: Id,
  stopped: { unit: Id | null; why: string; detail: string; person: Id | null },
): void {
  work.emit('admin.stopped', { unitId: stopped.unit ?? ROOT_UNIT, data: { what: subject.type, id, ...stopped } })
}

/** For what changes much at once and says nothing of each, as an import does: every process reads anew what it remembers of what is administered. */
export const forgetAdministered = (work: Pick<Work, 'db'>): Promise<void> => notify(work, 'admin.changed')

/**
 * Says what an administrator changed, in the audit log and as the fact `admin.changed` with data {what, id, before, after}: only
 * the values that differ, null for a thing that was not there before or is not there after. Nothing is said when nothing
 * differs; answers whether something did. Values that the subject calls secret are not told, only that they changed.
 */
export function recordChange<V extends object>(
  work: Work,
  subject: Subject<V>,
  id: Id | string,
  before: Partial<V> | null,
  after: Partial<V> | null,
  { unitId, kind, told }: About = {},
): boolean {
  const was = before as Values | null
  const is = after && ({ ...after, ...told } as Values)
  const keys = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])].filter(
    (key) => JSON.stringify(was?.[key] ?? null) !== JSON.stringify(is?.[key] ?? null),
  )
  if (keys.length === 0) return false
  const secret = (key: string, value: unknown) =>
    value !== null && (subject.fields as Values & Record<string, { secret?: true } | undefined>)[key]?.secret ? SECRET_VALUE : value
  const pick = (values: Values | null) => values && Object.fromEntries(keys.map((key) => [key, secret(key, values[key] ?? null)]))
  const where = unitId === undefined ? {} : { unitId }
  const lies = subject.lies === 'said' || subject.lies === null ? {} : { lies: subject.lies }
  recordEvent(work, {
    kind: kind ?? subject.kind ?? 'admin-changed',
    object: { type: subject.type, id },
    before: pick(was),
    after: pick(is),
    ...where,
    ...lies,
  })
  if (was && is && subject.deadlines?.some((key) => keys.includes(key))) askRecount(work, subject.type, id)
  work.emit('admin.changed', { ...where, data: { what: subject.type, id, before: pick(was), after: pick(is) } })
  return true
}
