/** Owns the frame of a plugin's pages of administration: who is let in, centrally or in one unit, and the navigation beside them. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import type { Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { nameIn } from '../../i18n/names.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { administersUnit } from '../../permission/unit-administrators.ts'
import { ROOT_UNIT } from '../../unit/tree.ts'
import { findUnitBySlug } from '../../unit/units.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { page } from '../page.tsx'
import { demandLogin } from '../session.ts'

/** Who administers, and where. */
export interface Administration {
  actor: PersonActor
  /** Null: central administration, of the whole installation. */
  unitId: Id | null
  /** '/admin' or '/u/it/admin': below it lie the pages. */
  base: string
  /** Where one is, as words for the bar. */
  area: string
}

/**
 * Lets in who administers what the address names: below '/admin' central administrators, below '/u/:unit/admin' those of the unit or of
 * one above it, and central ones. Errors: `not-found`; `not-allowed` for agents at central pages; the login first.
 */
export async function enterAdministration(c: PageContext): Promise<Administration> {
  const actor = demandLogin(c)
  const slug = c.req.param('unit')
  if (slug === undefined) {
    if (!actor.access.admin) throw refused(actor.access.agent ? 'not-allowed' : 'not-found')
    return { actor, unitId: null, base: '/admin', area: webTexts.in(c.get('language'))('page.admin') }
  }
  const { db } = c.get('host')
  const unit = await findUnitBySlug(db, slug)
  if (!unit || unit.id === ROOT_UNIT) throw refused('not-found')
  if (!actor.access.admin && !(await administersUnit(db, actor.id, unit.id))) throw refused('not-found')
  return { actor, unitId: unit.id, base: `/u/${unit.slug}/admin`, area: nameIn(unit, c.get('language')) }
}

/** A whole page of it, with the navigation that all plugins fill: their links stand in `admin.rail` and `unit.rail`. */
export async function administrationPage(
  c: PageContext,
  { unitId, base, area }: Administration,
  { title, status = 200, body }: { title: string; status?: 200 | 409 | 422; body: Child },
): Promise<Response> {
  const { slots } = c.get('host')
  const path = new URL(c.req.url).pathname
  const rail = await (unitId === null ? slots.fill('admin.rail', { path }, c) : slots.fill('unit.rail', { path, base, unitId }, c))
  return page(c, {
    title: unitId === null ? title : `${title} – ${area}`,
    status,
    body,
    frame: {
      name: 'admin',
      home: unitId === null ? base : '/',
      area,
      ...(unitId === null ? { search: { action: '/admin/search', label: webTexts.in(c.get('language'))('page.search-admin') } } : {}),
      ...(rail.length > 0 ? { rail } : {}),
    },
  })
}

/** A form and what belongs to it beside: used by, what changes, a preview. */
export const Beside = ({
  aside,
  first,
  children,
}: PropsWithChildren<{
  aside?: Child /** What stands beside was just asked for: on narrow screens it comes first. */
  first?: boolean
}>) => (
  <div class={aside ? 'admin-two' : 'admin-one'}>
    <div>{children}</div>
    {aside && <div class={first ? 'admin-aside aside-first' : 'admin-aside'}>{aside}</div>}
  </div>
)

/** Several fields under one heading. */
export const Fields = ({
  title,
  wide,
  children,
}: PropsWithChildren<{ title: string /** Help below the fields, which take the whole width. */; wide?: boolean }>) => (
  <fieldset class={wide ? 'fields fields-wide' : 'fields'}>
    <legend>{title}</legend>
    {children}
  </fieldset>
)
