/** Owns how the test of earlier data goes back on a change: the door's functions of today, and what they wrote. */
import type { Id, SubjectOwner, Work } from '../../core/index.ts'
import { canRevert, revertChange, revertEvent, type AuditEvent } from '../../core/administration.ts'

type Values = Record<string, unknown>
export interface Written {
  object: string
  before: Values | null
  after: Values | null
}
export type Way = { end: 'back'; written: Written[] } | { end: 'refused'; code: string }

interface EventRow {
  object_type: string
  object_id: string
  before: Values | null
  after: Values | null
}

export const hasWayBack = (event: AuditEvent, owners: readonly SubjectOwner[]): boolean => canRevert(event, owners)

/** As the central log does it. What is written in `work` stays until its transaction ends. */
export const goBack = (work: Work, event: AuditEvent, owners: readonly SubjectOwner[]): Promise<Way> =>
  tried(work, (spied) => revertEvent(spied, event, owners))

/** As a unit's own log does it. */
export const goBackInUnit = (work: Work, event: AuditEvent, units: ReadonlySet<Id>, owners: readonly SubjectOwner[]): Promise<Way> =>
  tried(work, (spied) => revertChange(spied, event.id, units, owners))

/** What is noted in the log leaves with the last statement before the commit: it is heard on its way there. */
async function tried(work: Work, run: (work: Work) => Promise<void>): Promise<Way> {
  const written: Written[] = []
  const gather: Work['gather'] = (write, rows) => {
    for (const row of rows as readonly (EventRow | string)[]) {
      if (typeof row === 'object' && 'object_type' in row)
        written.push({ object: `${row.object_type} ${row.object_id}`, before: row.before, after: row.after })
    }
    work.gather(write, rows)
  }
  try {
    await run({ ...work, gather })
    return { end: 'back', written }
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code !== 'string' || /^[0-9A-Z]{5}$/.test(code)) throw error
    return { end: 'refused', code }
  }
}
