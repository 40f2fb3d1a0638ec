/** Owns what the desk puts into every page's document: its own files on its own pages, its link in the person's menu. */
import { raw } from 'hono/html'
import type { PageContext, Places } from '../../../core/index.ts'
import { words } from '../words.ts'

/** Links marked data-ahead are fetched while the pointer rests on them, where the browser can (Speculation Rules). */
const AHEAD = JSON.stringify({ prefetch: [{ where: { selector_matches: 'a[data-ahead]' }, eagerness: 'moderate' }] })

export function headParts({ frame }: Places['document.head'], c: PageContext) {
  if (frame !== 'desk') return null
  return (
    <>
      <link rel="stylesheet" href={c.get('asset')('desk.css')} />
      <script src={c.get('asset')('desk.js')} nonce={c.get('nonce')} defer />
      <script type="speculationrules" nonce={c.get('nonce')}>
        {raw(AHEAD)}
      </script>
    </>
  )
}

export function personMenuLink(_props: Places['person.menu'], c: PageContext) {
  const t = words(c)
  return c.get('actor')?.access.agent ? (
    <>
      <a href="/desk">{t('menu.desk')}</a>
      <a href="/desk/time">{t('time.mine')}</a>
    </>
  ) : null
}
