/** Owns how deadlines look: in a row and beside a ticket, as the table that says why, and what an edit moved. */
import type { PageContext } from '../../kernel/contract.ts'
import type { Deadlines } from '../../escalation/deadlines.ts'
import type { Source } from '../../escalation/escalation.store.ts'
import { saySource, whyRows, type SaidDeadline, type SayRoom } from '../../escalation/say-deadlines.ts'
import { findRecount } from '../../escalation/recount-job.ts'
import { sayDateTime } from '../../calendar/date-words.ts'
import { coreTexts } from '../../i18n/core-texts.ts'
import type { Id } from '../../database/schema.ts'

/** By whose language and clock deadlines are said on a page. */
export const sayRoomOf = (c: PageContext): SayRoom => {
  const { config, clock } = c.get('host')
  return { language: c.get('language'), zone: config.zone, now: clock() }
}

/** A deadline in two short lines; what it is, then what is left of it. Colour says no more than the words. */
export const DeadlineWords = ({ said: { tone, what, rest } }: { said: SaidDeadline }) => (
  <span class={`due due-${tone}`}>
    <span class="due-what">{what}</span>
    {rest && <span class="due-rest">{rest}</span>}
  </span>
)

/** Why deadlines are what they are: whose promise, by which hours, and each of them from its start to its end. */
export const DeadlineTable = ({
  c,
  source,
  deadlines,
  arrivedAt,
}: {
  c: PageContext
  source: Source
  deadlines: Deadlines
  arrivedAt: Date
}) => {
  const t = coreTexts.in(c.get('language'))
  const room = sayRoomOf(c)
  const rows = whyRows(deadlines, source, room)
  return (
    <>
      <ul class="due-source">
        {saySource(source, deadlines, arrivedAt, room).map((line) => (
          <li>{line}</li>
        ))}
      </ul>
      {rows.length === 0 ? (
        <p class="quiet">{t('deadline.promises-none')}</p>
      ) : (
        <table class="plain due-table">
          <thead>
            <tr>
              {(['what', 'promised', 'from', 'pauses', 'due'] as const).map((head) => (
                <th scope="col">{t(`deadline.head.${head}`)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                <th scope="row" data-label={t('deadline.head.what')}>
                  {row.name}
                </th>
                <td data-label={t('deadline.head.promised')}>{row.promised}</td>
                <td data-label={t('deadline.head.from')}>{row.from}</td>
                <td data-label={t('deadline.head.pauses')}>
                  {row.pauses.length === 0
                    ? '–'
                    : row.pauses.map((pause, n) => (
                        <>
                          {n > 0 && <br />}
                          {pause}
                        </>
                      ))}
                </td>
                <td data-label={t('deadline.head.due')}>
                  <span class={row.tone ? `due due-${row.tone}` : 'due'}>
                    <span class="due-what">{row.due}</span>
                    {row.rest && <span class="due-rest">{row.rest}</span>}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

/** On the page of what deadlines count of – a queue, an SLA, a calendar, a unit: what its last edit did to open tickets. Nothing where there was none. */
export async function recountNote(c: PageContext, ...things: readonly { what: string; id: Id }[]) {
  const { db } = c.get('host')
  const found = await findRecount(db, ...things)
  if (!found) return null
  const { language, zone, now } = sayRoomOf(c)
  const t = coreTexts.in(language)
  return (
    <p class="quiet recount" role="status">
      {found.doneAt
        ? t('deadline.recounted', { count: found.moved, all: found.looked, when: sayDateTime(found.doneAt, zone, language, now) })
        : t('deadline.recounting', { all: found.looked })}
    </p>
  )
}
