/**
 * Owns who are a unit's own people: whom a directory, a rule or central administration placed in it or below it, and who works there
 * already. Others are asked before they get anything from it.
 */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { isId } from '../database/id.ts'
import { down } from '../unit/tree.ts'

/** SQL, where `down` is the unit and those below it: does the person `p` wear the hat and hold something there? */
const worksThere: RawBuilder<boolean> = sql<boolean>`(p.agent and (
  exists (select from unit_administrator a where a.person_id = p.id and a.unit_id in (select id from down))
  or exists (select from group_person gp join permission_group g on g.id = gp.group_id where gp.person_id = p.id and g.unit_id in (select id from down))))`

/** SQL as above. What a person says of themselves decides who answers them, and brings no right. */
const placedThere: RawBuilder<boolean> = sql<boolean>`(p.unit_id in (select id from down) and p.unit_by is distinct from 'self')`

export async function isOwnPerson(db: Kysely<Database>, unitId: Id, personId: Id): Promise<boolean> {
  if (!isId(unitId) || !isId(personId)) return false
  const { rows } = await sql<{ yes: boolean }>`
    with recursive ${down(unitId)}
    select exists (select from person p where p.id = ${personId} and (${placedThere} or ${worksThere})) as yes`.execute(db)
  return rows[0]!.yes
}

export async function mayFindPerson(db: Kysely<Database>, unitId: Id, personId: Id): Promise<boolean> {
  const { rows } = await sql<{ yes: boolean }>`
    with recursive ${down(unitId)}
    select exists (select from person p where p.id = ${personId} and ${foundThere}) as yes`.execute(db)
  return rows[0]!.yes
}

/** SQL, as above: may whoever administers the unit come upon the person `p` in a search? Its own people, and whom a directory knows. */
export const foundThere: RawBuilder<boolean> = sql<boolean>`(p.unit_id in (select id from down) or ${worksThere}
  or exists (select from person_directory d where d.person_id = p.id and d.off_since is null))`
