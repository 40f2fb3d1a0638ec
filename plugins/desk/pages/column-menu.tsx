/** Owns choosing the columns of a list: a form beside the filter, and what it is sent for. */
import { editView, findView, readColumns, setPreferences, type PageContext } from '../../../core/index.ts'
import { Button, Checkbox, blankForm, CsrfField, flash, ownPath, readAll, readFields } from '../../../core/pages.ts'
import { allColumns, ALWAYS, arrange, EVERY, savedName, type ListColumns, type OfferedColumn } from '../columns.ts'
import { listName, listUrl, readListAddress, readListQuery, type ListQuery } from '../list-query.ts'
import { words } from '../words.ts'
import { enter } from './frame.tsx'

const WAYS = ['up', 'down'] as const

interface MenuProps {
  c: PageContext
  query: ListQuery
  columns: ListColumns
  open: boolean
}

/** All columns in their order, those of the list first; scripts move them where they stand, without scripts each press is sent. */
export const ColumnMenu = ({ c, query, columns, open }: MenuProps) => {
  const t = words(c)
  return (
    <details class="menu menu-end" id="columns" open={open}>
      <summary class="button button-quiet">
        {t('columns.open')} <span aria-hidden="true">▾</span>
      </summary>
      <form class="menu-sheet columns-form" method="post" autocomplete="off" action="/desk/columns">
        {/* What Enter in a box sends: else it would be the first of the arrows. */}
        <button type="submit" hidden />
        <CsrfField c={c} />
        <input type="hidden" name="back" value={listUrl(query)} />
        <p class="small quiet">{t('columns.help')}</p>
        <ol class="columns-list" aria-label={t('columns.open')}>
          {columns.shown.map((column) => (
            <Item c={c} column={column} shown />
          ))}
          {columns.others.map((column) => (
            <Item c={c} column={column} shown={false} />
          ))}
        </ol>
        {!query.saved && <Checkbox c={c} form={blankForm()} name="every" id="columns-every" label={t('columns.every')} />}
        <div class="acts">
          <Button kind="primary">{t('columns.show')}</Button>
          {columns.chosen && (
            <button type="submit" class="button button-quiet" name="reset" value="1">
              {t('columns.reset')}
            </button>
          )}
        </div>
      </form>
    </details>
  )
}

const Item = ({ c, column, shown }: { c: PageContext; column: OfferedColumn; shown: boolean }) => {
  const t = words(c)
  const name = column.label(c.get('language'))
  return (
    <li>
      {column.key === ALWAYS ? (
        <span class="columns-name">
          <input type="hidden" name="column" value={column.key} />
          {name} <span class="small quiet">{t('columns.always')}</span>
        </span>
      ) : (
        <label class="columns-name">
          <input type="checkbox" name="column" value={column.key} checked={shown} /> {name}
        </label>
      )}
      {WAYS.map((way) => (
        <button
          type="submit"
          class="button button-quiet"
          name="move"
          value={`${way} ${column.key}`}
          data-move={way}
          aria-label={t(`columns.${way}`, { name })}
          title={t(`columns.${way}`, { name })}
        >
          <span aria-hidden="true">{way === 'up' ? '↑' : '↓'}</span>
        </button>
      ))}
    </li>
  )
}

/**
 * POST /desk/columns with `back`, the list's address, and `column` for each chosen, in order; `every`: of all lists; `move` 'up state': first
 * moved by one; `reset`: the usual ones again. Of a saved view they are kept with it by who may change it.
 */
export async function chooseColumns(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const { actor } = visit
  const fields = await readFields(c)
  const t = words(c)
  const { place, query: asked } = readListAddress(ownPath(fields['back'] ?? ''))
  const query = readListQuery(place, asked)
  const offered = await allColumns(visit)
  const chosen = readColumns(await readAll(c, 'column')).filter((key) => offered.some((column) => column.key === key))
  const columns = fields['reset'] ? [] : moved(chosen, fields['move'])
  const { host } = c.var
  const view = query.saved ? await findView(host.db, actor, query.saved) : undefined
  const kept = actor.preferences.columns
  const name = view ? savedName(view.id) : listName(place)
  const { [name]: _, ...others } = kept
  const beside = fields['every'] ? ofViews(kept) : others
  // Chosen for every list, the usual ones are a choice for this one.
  const stays = !view?.mayEdit && (columns.length > 0 || (!view && beside[EVERY] !== undefined))
  await host.work(actor, async (work) => {
    if (view?.mayEdit) await editView(work, view.id, { columns })
    await setPreferences(work, actor.id, { columns: stays ? { ...beside, [fields['every'] ? EVERY : name]: columns } : beside })
  })
  if (fields['move']) return c.redirect(`${withQuery(listUrl(query), 'columns=open')}#columns`, 303)
  flash(c, { text: fields['reset'] ? t('columns.said.reset') : t('columns.said', { count: arrange(offered, columns).shown.length }) })
  return c.redirect(listUrl(query), 303)
}

const withQuery = (address: string, more: string): string => `${address}${address.includes('?') ? '&' : '?'}${more}`

const ofViews = (kept: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(kept).filter(([list]) => list.startsWith('saved-')))

function moved(keys: readonly string[], move: string | undefined): readonly string[] {
  const [way, key = ''] = (move ?? '').split(' ')
  const from = keys.indexOf(key)
  const to = from + (way === 'up' ? -1 : 1)
  return from < 0 || to < 0 || to >= keys.length ? keys : keys.with(from, keys[to]!).with(to, key)
}
