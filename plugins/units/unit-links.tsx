/** Owns the links to the units somebody administers: in the person's menu, and on the desk, where whoever was just appointed lands. */
import { listUnits, type PageContext } from '../../core/index.ts'
import { unitName } from './frame.tsx'
import { words } from './words.ts'

/** Nobody's pages cost a question more: whose units they are came with the person. */
async function unitsOf(c: PageContext) {
  const ids = c.get('actor')?.access.units ?? []
  return ids.length === 0 ? [] : (await listUnits(c.get('host').db)).filter((unit) => ids.includes(unit.id) && unit.valid)
}

export const UnitLinks = async ({ c }: { c: PageContext }) => (
  <>
    {(await unitsOf(c)).map((unit) => (
      <a href={`/u/${unit.slug}/admin`}>{words(c)('menu.unit', { unit: unitName(c, unit) })}</a>
    ))}
  </>
)

export async function RailUnits({ c }: { c: PageContext }) {
  const units = await unitsOf(c)
  if (units.length === 0) return null
  return (
    <>
      <h2 id="rail-units">{words(c)('rail.runs')}</h2>
      <ul aria-labelledby="rail-units">
        {units.map((unit) => (
          <li>
            <a href={`/u/${unit.slug}/admin`}>
              <span class="rail-name">{unitName(c, unit)}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}
