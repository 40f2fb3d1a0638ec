/** Owns taking back a change of a unit: what stood before is written again, by the same acts and under the same rights. */
import type { Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { isId } from '../kernel/input.ts'
import { setActivation } from '../kernel/activation.ts'
import type { Work } from '../kernel/work.ts'
import { isTextType, setQueueText } from '../mail/text-admin.ts'
import { setRoute } from './routing.ts'

/** Puts back routes, switched plugins and chosen texts. Refused (`conflict`) when the value has changed again since. */
export async function revertChange(work: Work, eventId: Id, units: ReadonlySet<Id>): Promise<void> {
  const event = isId(eventId) && await work.db.selectFrom('audit_event').select(['unit_id', 'object_type as what', 'object_id as id', 'before', 'after']).where('id', '=', eventId).executeTakeFirst()
  if (!event || event.unit_id === null || !units.has(event.unit_id)) throw refused('not-found')
  const { what, id, before, after } = event
  for (const [key, was] of Object.entries(before ?? {})) {
    const is = after?.[key] ?? null
    if (what === 'route') {
      const topicId = key === 'rest' ? null : key.replace(/^topic /, '')
      const now = await work.db.selectFrom('route').select('queue_id').where('unit_id', '=', id).where('topic_id', topicId === null ? 'is' : '=', topicId).executeTakeFirst()
      if ((now?.queue_id ?? null) !== is) throw refused('conflict')
      await setRoute(work, id, topicId, was as Id | null)
    } else if (what === 'plugin activation') {
      const unitId = key.replace(/^unit /, '')
      const now = await work.db.selectFrom('plugin_activation').select('active').where('plugin', '=', id).where('unit_id', '=', unitId).executeTakeFirst()
      if ((now?.active ?? null) !== is) throw refused('conflict')
      await setActivation(work, id, unitId, was as boolean | null)
    } else if (what === 'queue text' && isTextType(key)) {
      const now = await work.db.selectFrom('queue_auto_response').select('auto_response_id').where('queue_id', '=', id).where('type', '=', key).executeTakeFirst()
      if ((now ? now.auto_response_id ?? 'none' : 'inherit') !== is) throw refused('conflict')
      await setQueueText(work, id, key, String(was))
    } else {
      throw refused('not-allowed')
    }
  }
}
