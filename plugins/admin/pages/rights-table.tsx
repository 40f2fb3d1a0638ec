/** Owns the table of rights: who or where in rows, the seven rights in columns, each a box to tick. */
import type { Child } from 'hono/jsx'
import type { PageContext } from '../../../core/index.ts'
import type { FormState } from '../../../core/pages.ts'
import { MATRIX_RIGHTS, type RightsById } from '../../../core/administration.ts'
import { words } from '../words.ts'

export interface RightsRow {
  id: string
  name: string
  href?: string
  rights: readonly string[]
  note?: Child
}

/** Fields are `row.<id>` (the row was on the form) and `right.<id>.<right>`, a second table's with a prefix. */
export const RightsTable = ({
  c,
  form,
  caption,
  head,
  noteHead,
  prefix = '',
  rows,
}: {
  c: PageContext
  form: FormState
  caption: string
  head: string
  noteHead?: string
  prefix?: string
  rows: readonly RightsRow[]
}) => {
  const posted = Object.keys(form.values).length > 0
  const t = words(c)
  const other = (row: RightsRow) => row.rights.filter((right) => !MATRIX_RIGHTS.includes(right))
  return (
    <div class="scroll" role="group" aria-label={caption} tabindex={0}>
      <table class="plain rights">
        <caption class="only-heard">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {MATRIX_RIGHTS.map((right) => (
              <th scope="col" class="tick">
                <abbr title={t(`right.${right as 'ro'}`)}>{right}</abbr>
              </th>
            ))}
            {noteHead && <th scope="col">{noteHead}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <th scope="row">
                {row.href ? <a href={row.href}>{row.name}</a> : row.name}
                <input type="hidden" name={`${prefix}row.${row.id}`} value="1" />
                {other(row).length > 0 && <span class="line-2">{t('rights.also', { rights: other(row).join(', ') })}</span>}
              </th>
              {MATRIX_RIGHTS.map((right) => (
                <td class="tick">
                  <input
                    type="checkbox"
                    name={`${prefix}right.${row.id}.${right}`}
                    aria-label={`${row.name}: ${right} – ${t(`right.${right as 'ro'}`)}`}
                    checked={posted ? form.values[`right.${row.id}.${right}`] !== undefined : row.rights.includes(right)}
                  />
                </td>
              ))}
              {noteHead && <td class="quiet">{row.note}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What each right allows. */
export const RightsHelp = ({ c }: { c: PageContext }) => {
  const t = words(c)
  return (
    <details class="rights-help">
      <summary>{t('rights.what')}</summary>
      <dl>
        {MATRIX_RIGHTS.map((right) => (
          <div>
            <dt>{right}</dt>
            <dd>{t(`right.${right as 'ro'}`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

/** Rights by row from a posted form: rows that were not on it are left alone. */
export function readRights(values: Record<string, string>): RightsById {
  const rights: RightsById = new Map()
  for (const name of Object.keys(values)) {
    const row = /^row\.(\d{1,18})$/.exec(name)
    if (row) rights.set(row[1]!, rights.get(row[1]!) ?? [])
  }
  for (const name of Object.keys(values)) {
    const [, id = '', right = ''] = /^right\.(\d{1,18})\.(\w+)$/.exec(name) ?? []
    rights.get(id)?.push(right)
  }
  return rights
}
