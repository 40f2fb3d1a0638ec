/** Owns the frame of the admin pages: who is let in, the areas beside the page, forms with what surrounds them. */
import type { Child } from 'hono/jsx'
import { refused, type PageContext, type PersonActor } from '../../core/index.ts'
import { Button, Card, CsrfField, demandLogin, page, PageHead } from '../../core/pages.ts'
import { AREA_GROUPS, areas, areaTitle, type AreaName } from './areas.ts'
import { words } from './words.ts'

/** An administrator. Not logged in: to the login and back. Anybody else: the pages do not exist for them. */
export function demandAdministrator(c: PageContext): PersonActor {
  const actor = demandLogin(c)
  if (!actor.access.admin) throw refused(actor.access.agent ? 'not-allowed' : 'not-found')
  return actor
}

export interface AdminPage {
  title: string
  area?: AreaName
  status?: 200 | 422
  body: Child
  search?: string
}

/** A whole page in the admin frame. */
export async function adminPage(c: PageContext, { title, area, status = 200, body, search }: AdminPage): Promise<Response> {
  const t = words(c)
  const rail = await c.get('host').slots.fill('admin.rail', { path: new URL(c.req.url).pathname, area }, c)
  return page(c, {
    title: area && t(areaTitle(area)) !== title ? `${title} – ${t(areaTitle(area))}` : title,
    status,
    body,
    frame: {
      name: 'admin',
      home: '/admin',
      area: t('admin.title'),
      search: { action: '/admin/search', label: t('search.label'), ...(search ? { value: search } : {}) },
      rail,
    },
  })
}

/** The areas, as admin itself fills its place for navigation. */
export const Rail = ({ c, current, path }: { c: PageContext; current: string | undefined; path: string }) => {
  const t = words(c)
  return (
    <>
      <ul>
        <li>
          <a href="/admin" aria-current={path === '/admin' ? 'page' : undefined}>
            {t('area.overview')}
          </a>
        </li>
      </ul>
      {AREA_GROUPS.map((group) => (
        <>
          <h2 id={`areas-${group}`}>{t(`group.${group}`)}</h2>
          <ul aria-labelledby={`areas-${group}`}>
            {areas
              .filter((area) => area.group === group)
              .map((area) => (
                <li>
                  <a href={area.path} aria-current={area.name === current ? 'page' : undefined}>
                    {t(areaTitle(area.name))}
                  </a>
                </li>
              ))}
          </ul>
        </>
      ))}
    </>
  )
}

/** Asks before something that cannot be taken back: a page of its own, works everywhere. */
export function confirmPage(
  c: PageContext,
  ask: { area: AreaName; title: string; text: Child; yes: string; back: string; action: string },
): Promise<Response> {
  return adminPage(c, {
    title: ask.title,
    area: ask.area,
    body: (
      <>
        <PageHead title={ask.title} />
        <div class="admin-one">
          <Card>
            <div class="prose">{ask.text}</div>
            <form method="post" autocomplete="off" action={ask.action} class="acts ask">
              <CsrfField c={c} />
              <Button kind="danger">{ask.yes}</Button>
              <a class="button button-quiet" href={ask.back}>
                {words(c)('form.cancel')}
              </a>
            </form>
          </Card>
        </div>
      </>
    ),
  })
}

export { Beside, Fields } from '../../core/administration.ts'
