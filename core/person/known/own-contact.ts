/** Owns what a person says of themselves: telephone and postal address. */
import { recordChange } from '../../audit/change.ts'
import { demandShort } from '../../kernel/input.ts'
import { refused } from '../../errors.ts'
import type { Work } from '../../kernel/work.ts'
import { personSubject } from '../person-admin.ts'
import { keepDetails, readDetails, type DetailName } from './details.ts'

/** Details that are one's own to say; the others are an administrator's. */
export const OWN_DETAILS = ['mobile', 'street', 'zip', 'city', 'country'] as const satisfies readonly DetailName[]

export interface OwnContact extends Partial<Record<(typeof OWN_DETAILS)[number], string>> {
  /** Left to the directory where that is where a person comes from. */
  phone?: string
}

/** The actor's own contact details; what is left out stays. Error: `too-long` at its field. */
export async function setOwnContact(work: Work, said: OwnContact): Promise<void> {
  const { actor } = work
  if (actor.kind !== 'person') throw refused('not-allowed')
  const before = await work.db
    .selectFrom('person')
    .select(['phone', 'source', 'details'])
    .where('id', '=', actor.id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const details = keepDetails(Object.fromEntries(OWN_DETAILS.map((name) => [name, said[name]])), before.details)
  const phone = said.phone === undefined || before.source === 'ldap' ? before.phone : demandShort(said.phone, 'phone', 100)
  await work.db
    .updateTable('person')
    .set({ phone, details: JSON.stringify(details) })
    .where('id', '=', actor.id)
    .execute()
  const logged = (kept: Record<string, unknown>, number: string) => {
    const known = readDetails(kept)
    return { phone: number, ...Object.fromEntries(OWN_DETAILS.map((name) => [name, known[name]])) }
  }
  recordChange(work, personSubject, actor.id, logged(before.details, before.phone), logged(details, phone))
}
