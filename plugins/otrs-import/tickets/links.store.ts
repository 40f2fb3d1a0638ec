/** Owns what is told only once all tickets are there: what was merged into what, what is linked with what. */
import { sql, type Kysely } from 'kysely'
import type { Database } from '../../../core/index.ts'
import type { Room } from '../room.ts'
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

const KINDS: Record<string, string> = { Ticket: 'ticket', FAQ: 'faq' }
const TYPES: Record<string, string> = { Normal: 'normal', ParentChild: 'parent-child' }

interface Link {
  from_kind: string
  from_id: string
  to_kind: string
  to_id: string
  type: string
}

/**
 * Every link of the source, of whatever kinds; one that was only for the time of a form is none. Those that came before and are no more in the source
 * go, unless they were made here. Answers how many stand.
 */
export async function loadLinks(db: Kysely<Database>, { source }: Room, known: Known, states: ReadonlyMap<number, string>, now: Date): Promise<number> {
  const links = new Map<string, Link & { at: Date; by_id: string | null }>()
  for await (const row of source.rows('link_relation')) {
    const key = `${text(row['source_key'])}-${text(row['target_key'])}`
    if (states.get(idOf(row['state_id']) ?? 0) === 'Temporary') {
      known.tell('temporary-link', 'link_relation', key)
      continue
    }
    const kind = (column: string): string => {
      const name = known.words.linkObjects.get(idOf(row[column]) ?? 0) ?? text(row[column])
      return KINDS[name] ?? name.toLowerCase()
    }
    const said = known.words.linkTypes.get(idOf(row['type_id']) ?? 0) ?? text(row['type_id'])
    const link = {
      from_kind: kind('source_object_id'),
      from_id: text(row['source_key']),
      to_kind: kind('target_object_id'),
      to_id: text(row['target_key']),
      type: TYPES[said] ?? said,
    }
    if (link.from_kind === link.to_kind && link.from_id === link.to_id) {
      known.tell('own-link', 'link_relation', key)
      continue
    }
    const back = keyOf({ ...link, from_kind: link.to_kind, from_id: link.to_id, to_kind: link.from_kind, to_id: link.from_id })
    // A normal link is one, from whichever end it was made.
    if (link.type === 'normal' && links.has(back)) {
      known.tell('doubled-link', 'link_relation', key)
      continue
    }
    links.set(keyOf(link), { ...link, at: known.moment(row['create_time']) ?? now, by_id: agentOf(known, row['create_by']) })
  }
  const there = await ticketsAmong(db, links.values())
  const rows = [...links.values()].filter((link) => {
    const lost = [
      [link.from_kind, link.from_id],
      [link.to_kind, link.to_id],
    ].find(([kind, id]) => kind === 'ticket' && !there.has(id!))
    if (lost) known.tell('orphan-link', 'link_relation', `${link.from_id}-${link.to_id}`, { ticket: lost[1]! })
    return !lost
  })
  await sql`create temporary table if not exists otrs_new_link (from_kind text, from_id text, to_kind text, to_id text, type text, at timestamptz, by_id bigint) on commit delete rows`.execute(db)
  await sql`insert into otrs_new_link select from_kind, from_id, to_kind, to_id, type, at, by_id
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as l(from_kind text, from_id text, to_kind text, to_id text, type text, at timestamptz, by_id bigint)`.execute(db)
  await sql`delete from link l where exists (select from otrs_link o where o.link_id = l.id) and not exists (
    select from otrs_new_link n where n.from_kind = l.from_kind and n.from_id = l.from_id and n.to_kind = l.to_kind and n.to_id = l.to_id and n.type = l.type)`.execute(db)
  await sql`with made as (
      insert into link (from_kind, from_id, to_kind, to_id, type, at, by_id)
      select from_kind, from_id, to_kind, to_id, type, at, by_id from otrs_new_link n
      where n.type <> 'normal' or not exists (select from link l
        where l.type = 'normal' and l.from_kind = n.to_kind and l.from_id = n.to_id and l.to_kind = n.from_kind and l.to_id = n.from_id)
      order by at on conflict do nothing returning id)
    insert into otrs_link (link_id) select id from made`.execute(db)
  return rows.length
}

const keyOf = ({ from_kind, from_id, to_kind, to_id, type }: Link): string => [from_kind, from_id, to_kind, to_id, type].join(' ')

async function ticketsAmong(db: Kysely<Database>, links: Iterable<Link>): Promise<Set<string>> {
  const ids = new Set<string>()
  for (const link of links) {
    if (link.from_kind === 'ticket') ids.add(link.from_id)
    if (link.to_kind === 'ticket') ids.add(link.to_id)
  }
  const { rows } = await sql<{ id: string }>`
    select id::text from ticket where id = any(${[...ids].filter((id) => /^\d{1,18}$/.test(id))}::bigint[])`.execute(db)
  return new Set(rows.map(({ id }) => id))
}
