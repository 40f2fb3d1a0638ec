/** Owns what is told only once all tickets are there: what was merged into what, what is linked with what. */
import { sql, type Kysely } from 'kysely'
import { isId, type Database } from '../../../core/index.ts'
import type { Room } from '../room.ts'
import type { Row } from '../source/source.ts'
import { agentOf, type Known } from './known.ts'
import { idOf, text } from './values.ts'

/** Into which ticket each merged one went: OTRS's last row of history that says so, '%%number%%id%%number%%id'. */
export async function tieMerged(db: Kysely<Database>): Promise<void> {
  await sql`
    update ticket t set merged_into_id = main.id from (
      select o.ticket_id as merged_id, (select substring(h.name from '%%(\\d+)$')::bigint from history h
        where h.ticket_id = o.ticket_id and h.type = 'Merged' and h.name ~ '%%\\d{1,18}$' order by h.id desc limit 1) as into_id
      from otrs_ticket o join ticket old on old.id = o.ticket_id and old.state_type = 'merged') said
      left join ticket main on main.id = said.into_id and main.id <> said.merged_id
    where t.id = said.merged_id and t.merged_into_id is distinct from main.id`.execute(db)
}

const TYPES: Record<string, string> = { Normal: 'normal', ParentChild: 'parent-child' }

interface Link {
  from_id: string
  to_id: string
  type: string
}

/**
 * Every link between tickets; one that was only for the time of a form is none. Those that came before and are no more in the source go. Answers how
 * many stand. Links with other things come with those (master/links.ts).
 */
export async function loadLinks(
  db: Kysely<Database>,
  { source }: Room,
  known: Known,
  states: ReadonlyMap<number, string>,
  now: Date,
): Promise<number> {
  const links = new Map<string, Link & { at: Date; by_id: string | null }>()
  const isTicket = (column: string, row: Row): boolean => known.words.linkObjects.get(idOf(row[column]) ?? 0) === 'Ticket'
  for await (const row of source.rows('link_relation')) {
    if (!isTicket('source_object_id', row) || !isTicket('target_object_id', row)) continue
    const said = known.words.linkTypes.get(idOf(row['type_id']) ?? 0) ?? text(row['type_id'])
    const link = { from_id: text(row['source_key']), to_id: text(row['target_key']), type: TYPES[said] ?? said }
    const key = `${link.from_id}-${link.to_id}`
    // A normal link is one, from whichever end it was made.
    const isDoubled = link.type === 'normal' && links.has(keyOf({ ...link, from_id: link.to_id, to_id: link.from_id }))
    const wrong =
      states.get(idOf(row['state_id']) ?? 0) === 'Temporary'
        ? 'unfinished-link'
        : link.from_id === link.to_id
          ? 'own-link'
          : isDoubled
            ? 'doubled-link'
            : undefined
    if (wrong) known.tell(wrong, 'link_relation', key)
    else links.set(keyOf(link), { ...link, at: known.moment(row['create_time']) ?? now, by_id: agentOf(known, row['create_by']) })
  }
  const there = await ticketsAmong(db, links.values())
  const rows = [...links.values()].filter(({ from_id, to_id }) => {
    const lost = [from_id, to_id].find((id) => !there.has(id))
    if (lost !== undefined) known.tell('orphan-link', 'link_relation', `${from_id}-${to_id}`, { ticket: lost })
    return lost === undefined
  })
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(from_id text, to_id text, type text, at timestamptz, by_id bigint)`
  await sql`delete from link l where exists (select from otrs_link o where o.link_id = l.id)
    and not exists (select from ${given} where n.from_id = l.from_id and n.to_id = l.to_id and n.type = l.type)`.execute(db)
  await sql`with made as (
      insert into link (from_kind, from_id, to_kind, to_id, type, at, by_id)
      select 'ticket', n.from_id, 'ticket', n.to_id, n.type, n.at, n.by_id from ${given}
      where n.type <> 'normal' or not exists (select from link l
        where l.type = 'normal' and l.from_kind = 'ticket' and l.from_id = n.to_id and l.to_kind = 'ticket' and l.to_id = n.from_id)
      order by n.at on conflict do nothing returning id)
    insert into otrs_link (link_id) select id from made`.execute(db)
  return rows.length
}

const keyOf = ({ from_id, to_id, type }: Link): string => [from_id, to_id, type].join(' ')

async function ticketsAmong(db: Kysely<Database>, links: Iterable<Link>): Promise<Set<string>> {
  const ids = new Set([...links].flatMap(({ from_id, to_id }) => [from_id, to_id]))
  const { rows } = await sql<{ id: string }>`
    select id::text from ticket where id = any(${[...ids].filter(isId)}::bigint[])`.execute(db)
  return new Set(rows.map(({ id }) => id))
}
