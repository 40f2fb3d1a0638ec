/** Owns the frame of a plugin's pages for agents: that of the desk, with its navigation beside them. */
import type { PageContext } from '../../kernel/contract.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { page, type PageWish } from '../page.tsx'
import { demandAgent } from '../session.ts'

/** Answers with a whole page that listens to changes as the desk's do. For who is no agent there is none. */
export async function agentPage(c: PageContext, wish: Omit<PageWish, 'frame'>): Promise<Response> {
  demandAgent(c)
  const rail = await c.get('host').slots.fill('desk.navigation', {}, c)
  return page(c, {
    live: { list: true },
    ...wish,
    frame: {
      name: 'desk',
      home: '/desk',
      search: { action: '/desk/search', name: 'q', label: webTexts.in(c.get('language'))('page.search-tickets') },
      ...(rail.length > 0 ? { rail } : {}),
    },
  })
}
