/** Owns acting on several tickets at once: the bar under a list, and each ticket's own act behind it. */
import {
  demandAgent, Button, CsrfField, flash, moveTicket, ownPath, readAll, readFields, Refusal, refused, sayRefusal, setState, takeTicket, type Id, type PageContext, type Work,
} from '../../../core/index.ts'
import { listUrl, type ListQuery } from '../list-query.ts'
import { words } from '../words.ts'
import { type Room } from './frame.tsx'
import { queueChoices } from './list-filter.tsx'
import { findStateId, readPending } from './state-choice.ts'

const MOST = 200

/** What every form around a list carries. */
export const BulkFields = ({ c, query }: { c: PageContext; query: ListQuery }) => (
  <>
    <CsrfField c={c} />
    <input type="hidden" name="back" value={listUrl(query, { after: query.after ?? null })} />
    {/* Enter in a checkbox would press the form's first button; this one does nothing. */}
    <button type="submit" disabled hidden />
  </>
)

/** Shown once something is chosen. */
export const BulkBar = ({ c, room }: { c: PageContext; room: Room }) => {
  const t = words(c)
  return (
    <div class="bulk" role="group" aria-label={t('bulk.label')}>
      <span class="bulk-count" data-chosen={t('bulk.chosen')}>{t('bulk.chosen')}</span>
      <Button name="act" value="take" small>{t('act.take')}</Button>
      <span class="bulk-group">
        <label class="only-heard" for="bulk-queue">{t('act.move.to')}</label>
        <select id="bulk-queue" name="queue">
          <option value="">{t('act.move.to')}</option>
          {queueChoices(room, 'move_into').map((queue) => <option value={queue.value}>{queue.label}</option>)}
        </select>
        <Button name="act" value="move" small>{t('act.move')}</Button>
      </span>
      <span class="bulk-group">
        <label class="only-heard" for="bulk-until">{t('act.pend.until')}</label>
        <select id="bulk-until" name="until">
          <option value="tomorrow">{t('pend.tomorrow')}</option>
          <option value="week">{t('pend.week')}</option>
          <option value="customer">{t('pend.customer')}</option>
        </select>
        <Button name="act" value="pend" small>{t('act.pend')}</Button>
      </span>
      <Button name="act" value="close" small>{t('bulk.close')}</Button>
    </div>
  )
}

/** POST /desk/bulk: one transaction a ticket, so that one refusal stops none of the others. */
export async function bulk(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const t = words(c)
  const fields = await readFields(c)
  const ids = [...new Set(await readAll(c, 'ticket'))].slice(0, MOST)
  const back = fields['back'] ? ownPath(fields['back']) : '/desk'
  if (ids.length === 0) {
    flash(c, { text: t('bulk.nothing'), tone: 'warn' })
    return c.redirect(back, 303)
  }
  const act = await actOf(c, fields)
  const host = c.get('host')
  let done = 0
  const refusals = new Map<string, number>()
  for (const id of ids) {
    try {
      await host.work(actor, (work) => act(work, id))
      done++
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const why = sayRefusal(error, c.get('language'))
      refusals.set(why, (refusals.get(why) ?? 0) + 1)
    }
  }
  const failed = [...refusals.values()].reduce((sum, count) => sum + count, 0)
  flash(c, {
    tone: failed > 0 ? 'warn' : 'good',
    text: [
      t('bulk.done', { count: done }),
      ...(failed > 0 ? [t('bulk.refused', { count: failed }), [...refusals].map(([why, count]) => count > 1 ? `${why} (${count})` : why).join(' ')] : []),
    ].join(' '),
  })
  return c.redirect(back, 303)
}

async function actOf(c: PageContext, fields: Record<string, string>): Promise<(work: Work, id: Id) => Promise<void>> {
  switch (fields['act']) {
    case 'take': return (work, id) => takeTicket(work, id)
    case 'move': return (work, id) => moveTicket(work, id, fields['queue'] ?? '')
    case 'close': {
      const stateId = await findStateId(c, 'closed successful')
      return (work, id) => setState(work, id, { stateId })
    }
    case 'pend': {
      const chosen = await readPending(c, { until: fields['until'] ?? '' })
      return (work, id) => setState(work, id, chosen)
    }
    default: throw refused('input', { what: 'act' }, 'act')
  }
}
