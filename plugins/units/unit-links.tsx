/** Owns the links to the units somebody administers, in the person's menu. */
import { listUnits, type PageContext } from '../../core/index.ts'
import { unitName } from './frame.tsx'
import { words } from './words.ts'

/** Nobody's pages cost a question more: whose units they are came with the person. */
export const UnitLinks = async ({ c }: { c: PageContext }) => {
  const ids = c.get('actor')?.access.units ?? []
  if (ids.length === 0) return null
  const units = (await listUnits(c.get('host').db)).filter((unit) => ids.includes(unit.id) && unit.valid)
  return (
    <>
      {units.map((unit) => (
        <a href={`/u/${unit.slug}/admin`}>{words(c)('menu.unit', { unit: unitName(c, unit) })}</a>
      ))}
    </>
  )
}
