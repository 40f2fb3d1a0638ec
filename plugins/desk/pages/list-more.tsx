/** Owns what is done with a list as a whole: naming it, its export; and what is said where it is not what its name says. */
import type { PageContext, SavedView } from '../../../core/index.ts'
import { Button, ButtonLink, CsrfField } from '../../../core/pages.ts'
import { addressOf, listUrl, readSaved, savedUrl, type ListQuery } from '../list-query.ts'
import { words } from '../words.ts'

/** Beside the filter: what is done with the list as a whole. */
export const ListMore = ({ c, query }: { c: PageContext; query: ListQuery }) => {
  const t = words(c)
  const file = listUrl(query, { path: '/desk/export.csv' })
  return (
    <details class="menu menu-end">
      <summary class="button button-quiet">
        {t('list.more')} <span aria-hidden="true">▾</span>
      </summary>
      <div class="menu-sheet">
        <div class="menu-lines">
          <ButtonLink href={`/desk/views/new?${new URLSearchParams({ from: listUrl(query) }).toString()}`}>{t('views.save')}</ButtonLink>
          <ButtonLink href={`${file}&columns=shown`}>{t('list.export.shown')}</ButtonLink>
          <ButtonLink href={file}>{t('list.export')}</ButtonLink>
        </div>
      </div>
    </details>
  )
}

/** Over a list that is looked at as a saved view, where it is not what was saved. */
export const SavedLine = ({ c, query, view }: { c: PageContext; query: ListQuery; view: SavedView }) => {
  const t = words(c)
  if (addressOf(query) === addressOf(readSaved(view.address))) return null
  return (
    <div class="notice notice-info saved-line">
      <p>{t('views.differs', { name: view.name })}</p>
      <div class="acts">
        {view.mayEdit && (
          <form method="post" autocomplete="off" action={`/desk/views/${view.id}/list`}>
            <CsrfField c={c} />
            <input type="hidden" name="back" value={listUrl(query)} />
            <Button>{t('views.keep')}</Button>
          </form>
        )}
        <ButtonLink href={savedUrl(view)}>{t('views.as-saved')}</ButtonLink>
      </div>
    </div>
  )
}
