/** Owns the frame of a unit's pages: who is let in, the areas beside the page, forms with what surrounds them. */
import type { Child } from 'hono/jsx'
import { findUnitBySlug, nameIn, refused, ROOT_UNIT, type PageContext, type PersonActor, type Places, type Unit } from '../../core/index.ts'
import { demandLogin, page } from '../../core/pages.ts'
import { administersUnit } from '../../core/administration.ts'
import { words, type UnitKey } from './words.ts'

/** Who asks, and the unit of the address. */
export interface Visit {
  actor: PersonActor
  unit: Unit
  path: string
}

/** A local administrator of the unit or of one above it, or a central one. For anybody else there is no such page. */
export async function enter(c: PageContext): Promise<Visit> {
  const actor = demandLogin(c)
  const { db } = c.get('host')
  const unit = await findUnitBySlug(db, c.req.param('unit') ?? '')
  if (!unit || unit.id === ROOT_UNIT) throw refused('not-found')
  if (!actor.access.admin && !(await administersUnit(db, actor.id, unit.id))) throw refused('not-found')
  return { actor, unit, path: `/u/${unit.slug}/admin` }
}

export const AREAS = [
  'queues',
  'topics',
  'services',
  'slas',
  'deadlines',
  'fields',
  'people',
  'hours',
  'texts',
  'settings',
  'plugins',
  'looks',
  'addresses',
  'mail',
  'figures',
  'log',
  'administrators',
] as const
export type Area = (typeof AREAS)[number]
export const areaTitle = (area: Area): UnitKey => `area.${area}`

export const unitName = (c: PageContext, unit: Pick<Unit, 'name' | 'nameEn'>): string => nameIn(unit, c.get('language'))

/** A whole page of a unit. */
export async function unitPage(
  c: PageContext,
  visit: Visit,
  { title, area, status = 200, body }: { title: string; area?: Area; status?: 200 | 422; body: Child },
): Promise<Response> {
  const name = unitName(c, visit.unit)
  const { unit, path: base } = visit
  return page(c, {
    title: `${title} – ${name}`,
    status,
    body,
    frame: {
      name: 'admin',
      home: '/',
      area: name,
      rail: await c.get('host').slots.fill('unit.rail', { path: new URL(c.req.url).pathname, base, unitId: unit.id, area }, c),
    },
  })
}

/** The areas, as units itself fills its place for navigation. */
export const Rail = ({ c, base, path, area }: { c: PageContext } & Places['unit.rail']) => {
  const t = words(c)
  return (
    <>
      <ul>
        <li>
          <a href={base} aria-current={path === base ? 'page' : undefined}>
            {t('area.overview')}
          </a>
        </li>
      </ul>
      <h2 id="unit-areas">{t('area.group')}</h2>
      <ul aria-labelledby="unit-areas">
        {AREAS.map((one) => (
          <li>
            <a href={`${base}/${one}`} aria-current={one === area ? 'page' : undefined}>
              {t(areaTitle(one))}
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}
