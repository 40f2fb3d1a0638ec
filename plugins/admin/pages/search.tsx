/** Owns the search over all of administration: areas, settings, and the things in them by name. */
import type { Child } from 'hono/jsx'
import type { Hono } from 'hono'
import { listRoles, listSystemAddresses, listUnits, type PageContext, type WebEnv } from '../../../core/index.ts'
import { Card, EmptyState, PageHead } from '../../../core/pages.ts'
import { listAllQueues, listCalendars, listGroups, listPersons, listTexts } from '../../../core/administration.ts'
import { areas, areaTitle, areaWords } from '../areas.ts'
import { adminPage } from '../frame.tsx'
import { words, type AdminKey } from '../words.ts'
import { allSettings, nameOf, sayOf } from './settings.tsx'

interface Found {
  href: string
  name: string
  below?: Child
}
const EACH = 10

export function searchRoutes(app: Hono<WebEnv>): void {
  app.get('/admin/search', searchPage)
}

async function searchPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const search = (c.req.query('search') ?? '').replaceAll('\u0000', '').trim().slice(0, 200)
  const found = search === '' ? [] : (await findAll(c, search)).filter(({ hits }) => hits.length > 0)
  return adminPage(c, {
    title: t('search.title'),
    search,
    body: (
      <>
        <PageHead title={t('search.title')} {...(search ? { beside: t('search.for', { search }) } : {})} />
        {found.length === 0 && (
          <div class="card">
            <EmptyState title={t(search ? 'search.nothing' : 'search.empty')} text={t('search.help')} />
          </div>
        )}
        <div class="admin-one">
          {found.map(({ title, more, hits }) => (
            <Card title={t(title)} id={title.replace('.', '-')} plain acts={more ? <a href={more}>{t('search.all')}</a> : undefined}>
              <ul class="hits">
                {hits.map((hit) => (
                  <li>
                    <a href={hit.href}>{hit.name}</a>
                    {hit.below && <span class="quiet small"> {hit.below}</span>}
                  </li>
                ))}
              </ul>
            </Card>
          ))}
        </div>
      </>
    ),
  })
}

async function findAll(c: PageContext, search: string): Promise<{ title: AdminKey; more?: string; hits: Found[] }[]> {
  const t = words(c)
  const { db } = c.get('host')
  const fold = (text: string) => text.toLocaleLowerCase(c.get('language'))
  const wanted = fold(search).split(/\s+/).filter(Boolean)
  const fits = (...parts: (string | null | undefined)[]) => {
    const all = fold(parts.filter(Boolean).join('\n'))
    return wanted.every((word) => all.includes(word))
  }
  const [persons, queues, addresses, groups, roles, calendars, texts, units] = await Promise.all([
    listPersons(db, { filter: { search }, limit: EACH }),
    listAllQueues(db),
    listSystemAddresses(db),
    listGroups(db),
    listRoles(db),
    listCalendars(db),
    listTexts(db),
    listUnits(db),
  ])
  const more = (path: string) => `${path}?search=${encodeURIComponent(search)}`
  return [
    {
      title: 'search.areas',
      hits: areas
        .filter((area) => fits(t(areaTitle(area.name)), t(areaWords(area.name))))
        .map((area) => ({ href: area.path, name: t(areaTitle(area.name)), below: t(areaWords(area.name)) })),
    },
    {
      title: 'area.settings',
      hits: allSettings(c)
        .filter(({ plugin, key, setting }) =>
          fits(plugin.name, key, sayOf(c, plugin, setting.label), sayOf(c, plugin, `${setting.label}.help`)),
        )
        .map(({ plugin, key, setting }) => ({
          href: `/admin/settings/${plugin.name}#field-${key}`,
          name: sayOf(c, plugin, setting.label),
          below: nameOf(c, plugin),
        })),
    },
    {
      title: 'area.persons',
      more: more('/admin/persons'),
      hits: persons.rows.map((p) => ({ href: `/admin/persons/${p.id}`, name: p.name, below: p.address })),
    },
    {
      title: 'area.queues',
      hits: queues
        .filter((q) => fits(q.name, q.comment))
        .slice(0, EACH)
        .map((q) => ({ href: `/admin/queues/${q.id}`, name: q.name, below: q.unitName })),
    },
    {
      title: 'area.addresses',
      hits: addresses
        .filter((a) => fits(a.address, a.name))
        .slice(0, EACH)
        .map((a) => ({ href: `/admin/addresses/${a.id}`, name: a.address, below: a.queueName })),
    },
    {
      title: 'area.groups',
      hits: groups
        .filter((g) => fits(g.name, g.comment))
        .slice(0, EACH)
        .map((g) => ({ href: `/admin/groups/${g.id}`, name: g.name, below: g.comment })),
    },
    {
      title: 'area.roles',
      hits: roles
        .filter((r) => fits(r.name, r.comment))
        .slice(0, EACH)
        .map((r) => ({ href: `/admin/roles/${r.id}`, name: r.name, below: r.comment })),
    },
    {
      title: 'area.calendars',
      hits: calendars
        .filter((one) => fits(one.name))
        .slice(0, EACH)
        .map((one) => ({ href: `/admin/calendars/${one.id}`, name: one.name })),
    },
    {
      title: 'area.texts',
      hits: texts
        .filter((x) => fits(x.name, ...Object.values(x.variants).flatMap(({ subject, body }) => [subject, body])))
        .slice(0, EACH)
        .map((x) => ({ href: `/admin/texts/${x.id}`, name: x.name, below: t(`text.type.${x.type}`) })),
    },
    {
      title: 'area.units',
      hits: units
        .filter((u) => fits(u.name, u.nameEn, u.slug))
        .slice(0, EACH)
        .map((u) => ({ href: `/admin/units/${u.id}`, name: u.name, below: u.slug })),
    },
  ]
}
