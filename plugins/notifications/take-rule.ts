/** Owns making a notification of one that another help desk had: off, under a name that is free, with what it does not say any more. */
import { sql } from 'kysely'
import type { ReadForeignRule } from '../../core/index.ts'
import { fromOtrs } from './from-otrs.ts'
import { createNotification } from './notifications.ts'

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value))

export const takeRule: ReadForeignRule = async (work, { name, rows }, names) => {
  const { form, lost } = fromOtrs(
    {
      name,
      comments: text(rows['notification_event']?.[0]?.['comments']),
      items: (rows['notification_event_item'] ?? []).map((row) => ({
        event_key: text(row['event_key']),
        event_value: text(row['event_value']),
      })),
      messages: (rows['notification_event_message'] ?? []).map((row) => ({
        language: text(row['language']),
        subject: text(row['subject']),
        text: text(row['text']),
        content_type: text(row['content_type']),
      })),
    },
    names,
  )
  const said = lost.map(({ key, value, why }) => ({ what: `${key} = ${value}`, why: `lost.${why}` }))
  if (!form) return { id: null, lost: said }
  const free = await freeName(work.db, form.name)
  return { id: await createNotification(work, null, { ...form, name: free }), lost: said }
}

/** The standard set bears names of OTRS's own. */
async function freeName(db: Parameters<ReadForeignRule>[0]['db'], name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const wanted = n === 1 ? name : `${name} (${n})`
    const { rows } = await sql`select 1 from notification where unit_id is null and lower(name) = lower(${wanted})`.execute(db)
    if (rows.length === 0) return wanted
  }
}
