/** Owns acting on several tickets at once: the bar under a list, and each ticket's own act behind it. */
import type { Child } from 'hono/jsx'
import { actOf, actsOfferedBy, Refusal, refused, type ActName, type PageContext } from '../../../core/index.ts'
import { Button, CsrfField, demandAgent, flash, ownPath, readAll, readFields, sayRefusal } from '../../../core/pages.ts'
import { listUrl, type ListQuery } from '../list-query.ts'
import { words, type DeskWord } from '../words.ts'
import { prepareFromForm, seenOf, type TicketAct } from './doing.ts'
import type { Visit } from './frame.tsx'
import { queueChoices } from './list-filter.tsx'

const MOST = 200

/** What may be done to many: all that the list says so of, in its order. */
const BULK = actsOfferedBy('desk').filter((name): name is TicketAct => actOf(name).bulk)

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
export const BulkBar = ({ c, visit }: { c: PageContext; visit: Visit }) => {
  const t = words(c)
  return (
    <div class="bulk" role="group" aria-label={t('bulk.label')}>
      <span class="bulk-count" data-chosen={t('bulk.chosen')}>
        {t('bulk.chosen')}
      </span>
      {BULK.map((name) =>
        BESIDE[name] ? (
          <span class="bulk-group">
            {BESIDE[name]({ c, visit })}
            <Pressed c={c} name={name} />
          </span>
        ) : (
          <Pressed c={c} name={name} />
        ),
      )}
    </div>
  )
}

/** What stands before an act's button, where many tickets need a choice first. */
const BESIDE: Partial<Record<ActName, (at: { c: PageContext; visit: Visit }) => Child>> = {
  move: ({ c, visit }) => (
    <>
      <label class="only-heard" for="bulk-queue">
        {words(c)('act.move.to')}
      </label>
      <select id="bulk-queue" name="queue">
        <option value="">{words(c)('act.move.to')}</option>
        {queueChoices(visit, 'move_into').map((queue) => (
          <option value={queue.value}>{queue.label}</option>
        ))}
      </select>
    </>
  ),
  pend: ({ c }) => (
    <>
      <label class="only-heard" for="bulk-until">
        {words(c)('act.pend.until')}
      </label>
      <select id="bulk-until" name="until">
        <option value="tomorrow">{words(c)('pend.tomorrow')}</option>
        <option value="week">{words(c)('pend.week')}</option>
        <option value="customer">{words(c)('pend.customer')}</option>
      </select>
    </>
  ),
}

/** Nobody is asked here how it ended: the button says it. */
const SAYS: Partial<Record<ActName, DeskWord>> = { close: 'bulk.close' }

const Pressed = ({ c, name }: { c: PageContext; name: ActName }) => (
  <Button name="act" value={name} small>
    {words(c)(SAYS[name] ?? actOf(name).words.button)}
  </Button>
)

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
  const name = BULK.find((one) => one === fields['act'])
  if (!name) throw refused('input', { what: 'act' }, 'act')
  const act = await prepareFromForm(c, name, fields)
  const host = c.get('host')
  let done = 0
  const refusals = new Map<string, number>()
  for (const id of ids) {
    try {
      await host.work(actor, async (work) => {
        await act(work, id, seenOf(fields, id))
      })
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
      ...(failed > 0
        ? [t('bulk.refused', { count: failed }), [...refusals].map(([why, count]) => (count > 1 ? `${why} (${count})` : why)).join(' ')]
        : []),
    ].join(' '),
  })
  return c.redirect(back, 303)
}
