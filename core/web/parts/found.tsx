/** Owns what plugins' search sources find, as a page shows it beside tickets: each under its heading, a silent one said. */
import type { PageContext } from '../../kernel/contract.ts'
import type { SearchResult } from '../../kernel/search.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import { ROOT_UNIT } from '../../unit/tree.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Card } from './layout.tsx'
import { Time } from './time.tsx'

/** From each source on one page. */
const LIMIT = 8

/** Asks every source that is on where the page belongs; slow and broken ones are cut off. Nothing where nothing was typed. */
export async function findBeside(c: PageContext, text: string, actor: PersonActor | undefined = c.get('actor')): Promise<SearchResult[]> {
  const wanted = text.trim()
  if (wanted === '') return []
  return c
    .get('host')
    .search({ text: wanted, actor, unitId: c.get('unitId') ?? actor?.unitId ?? ROOT_UNIT, language: c.get('language'), limit: LIMIT })
}

/** `id` prefixes the headings' ids. */
export const FoundBeside = ({ c, results, id = 'found' }: { c: PageContext; results: readonly SearchResult[]; id?: string }) => {
  const t = webTexts.in(c.get('language'))
  const shown = results.filter(({ found, failed }) => failed || found.length > 0)
  if (shown.length === 0) return null
  return (
    <div class="found-beside">
      {shown.map(({ plugin, source, label, found, failed }) => (
        <Card title={label} id={`${id}-${plugin}-${source}`}>
          {failed ? (
            <p class="quiet">{t('found.silent')}</p>
          ) : (
            <ul class="found">
              {found.map((one) => (
                <li>
                  <a href={one.url} rel={one.url.startsWith('/') ? undefined : 'noreferrer'}>
                    {one.title}
                  </a>
                  {(one.note || one.at) && (
                    <p class="quiet small">
                      {one.note}
                      {one.note && one.at && ' · '}
                      {one.at && <Time c={c} at={one.at} as="day" />}
                    </p>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Card>
      ))}
    </div>
  )
}
