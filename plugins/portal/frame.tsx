/** Owns what stands around every portal page. */
import type { PageContext } from '../../core/index.ts'
import { ButtonLink, webTexts, type Frame } from '../../core/pages.ts'
import { words } from './words.ts'

export async function portalFrame(c: PageContext): Promise<Frame> {
  const t = words.in(c.get('language'))
  const actor = c.get('actor')
  const links = await c.get('host').slots.fill('portal.bar', {}, c)
  return {
    name: 'portal',
    acts: (
      <>
        {links}
        {actor ? (
          <a href="/#mine">{t('mine.title')}</a>
        ) : (
          c.req.path !== '/login' && <ButtonLink href="/login">{t('login.title')}</ButtonLink>
        )}
      </>
    ),
  }
}

/** Links in the person's menu. */
export const PersonLinks = ({ c }: { c: PageContext }) => {
  const actor = c.get('actor')
  if (!actor) return null
  const t = webTexts.in(c.get('language'))
  return (
    <>
      {actor.access.agent && <a href="/">{t('page.portal')}</a>}
      <a href="/account">{t('page.account')}</a>
    </>
  )
}
