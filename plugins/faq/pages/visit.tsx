/** Owns where a page of the knowledge base stands: its unit, what the reader may there, the frame around it. */
import { findUnit, nameIn, refused, type Id, type PageContext, type Unit } from '../../../core/index.ts'
import { ButtonLink, webTexts, type Frame } from '../../../core/pages.ts'
import { unitsAbove } from '../faq.store.ts'
import { standingIn, type Standing } from '../rights.ts'
import type { FaqHost } from '../settings.ts'
import { words } from '../words.ts'

export interface Visit {
  unit: Unit
  /** '/u/mech/faq' */
  path: string
  standing: Standing
  /** Whose entries are read here: this unit's first, then those above it where the knowledge base is on. */
  units: readonly Id[]
}

/** The unit is in the address; that the plugin is on there has been checked. */
export async function enter(c: PageContext, host: FaqHost): Promise<Visit> {
  const unitId = c.get('unitId')
  const unit = unitId === undefined ? undefined : await findUnit(host.db, unitId)
  if (!unit) throw refused('not-found')
  const [{ approval }, above, on] = await Promise.all([host.settings(unit.id), unitsAbove(host.db, unit.id), host.units()])
  return {
    unit,
    path: `/u/${unit.slug}/faq`,
    units: above.filter((id) => on.includes(id)),
    standing: await standingIn(host.db, c.get('actor'), unit.id, approval),
  }
}

export const unitName = (c: PageContext, unit: { name: string; nameEn: string | null }): string => nameIn(unit, c.get('language'))

export function frame(c: PageContext, visit: Visit): Frame {
  const t = words(c)
  return {
    name: 'portal',
    area: <a href={visit.path}>{t('faq.title')}</a>,
    acts: c.get('actor') ? (
      <a href="/#ask">{t('faq.ask')}</a>
    ) : (
      <ButtonLink href={`/login?next=${encodeURIComponent(c.req.path)}`}>{webTexts.in(c.get('language'))('page.log-in')}</ButtonLink>
    ),
  }
}
