/** Owns the word that what is kept on a page is not used yet, and where to switch it on. */
import { coreSettingOn, type PageContext } from '../../../core/index.ts'
import { Notice } from '../../../core/pages.ts'
import { words } from '../words.ts'

export async function UseNotice({ c, of }: { c: PageContext; of: 'types' | 'services' }) {
  if (await coreSettingOn(c.get('host').db, `tickets.${of}`)) return null
  const t = words(c)
  return (
    <Notice>
      <p>
        {t(`about.off.${of}`)} <a href="/admin/settings/core">{t('about.off.settings')}</a>
      </p>
    </Notice>
  )
}
