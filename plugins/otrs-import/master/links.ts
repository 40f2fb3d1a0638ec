/** Owns links with a side that is no ticket: with an entry of the knowledge base, or with what has no place here yet. Those between tickets come with their tickets. */
import { type Master } from './master.ts'
import { int, name, str } from './read.ts'

const KINDS: Readonly<Record<string, string>> = { Ticket: 'ticket', FAQ: 'faq' }
const TYPES: Readonly<Record<string, string>> = { Normal: 'normal', ParentChild: 'parent-child' }

export async function takeOtherLinks(m: Master): Promise<void> {
  const named = async (table: string) => new Map((await m.all(table, 'id')).map((row) => [int(row['id']), name(row['name'])]))
  const [objects, types, states] = [await named('link_object'), await named('link_type'), await named('link_state')]
  const tickets = [...objects].filter(([, object]) => object === 'Ticket').map(([id]) => id)
  const rows: Parameters<Master['bring']>[0]['rows'][number][] = []
  if (!m.source.has('link_relation')) return
  for await (const row of m.source.rows('link_relation', {
    order: ['source_object_id', 'source_key', 'target_object_id', 'target_key', 'type_id'],
  })) {
    const [from, to] = [int(row['source_object_id']), int(row['target_object_id'])]
    if (tickets.includes(from) && tickets.includes(to)) continue
    const source = [from, str(row['source_key']), to, str(row['target_key']), int(row['type_id'])].join(' ')
    // A link in the making: OTRS removes it after a day.
    if (states.get(int(row['state_id'])) === 'Temporary') {
      m.tell('unfinished-link', 'link_relation', source)
      continue
    }
    const side = (object: number | undefined, key: string) => {
      const kind = objects.get(object) ?? String(object)
      return { kind: KINDS[kind] ?? kind.toLowerCase(), id: kind === 'FAQ' ? (m.ids.of('faq_item', key) ?? key) : key }
    }
    const [a, b] = [side(from, str(row['source_key'])), side(to, str(row['target_key']))]
    const type = types.get(int(row['type_id'])) ?? 'Normal'
    for (const { kind, id } of [a, b])
      if (kind !== 'ticket' && kind !== 'faq') m.tell('link-to-other-kind', 'link_relation', source, { kind, id })
    rows.push({
      source,
      key: { from_kind: a.kind, from_id: a.id, to_kind: b.kind, to_id: b.id, type: TYPES[type] ?? type.toLowerCase() },
      values: { at: m.source.moment(row['create_time']) ?? m.source.snapshotAt, by_id: m.ids.of('user', int(row['create_by'])) ?? null },
    })
  }
  await m.bring({ kind: 'link', table: 'link', from: 'link_relation', rows, meets: 'leave', gone: 'remove' })
}
