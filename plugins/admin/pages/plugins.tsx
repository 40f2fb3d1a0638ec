/** Owns the pages of plugins: what is loaded, and in which units each is on. */
import type { Hono } from 'hono'
import { listUnits, refused, setActivation, type Id, type PageContext, type Plugin, type Unit, type WebEnv } from '../../../core/index.ts'
import { Button, Card, Crumb, CsrfField, PageHead, readFields, submit } from '../../../core/pages.ts'
import { countSettings, listActivations } from '../../../core/administration.ts'
import { adminPage, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'

const PATH = '/admin/plugins'

export function pluginRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, pluginsPage)
  app.get(`${PATH}/:plugin`, async (c) => unitsOfPlugin(c, demandUnitPlugin(c)))
  app.post(`${PATH}/:plugin`, async (c) => {
    const actor = demandAdministrator(c)
    const plugin = demandUnitPlugin(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const { db, work } = c.get('host')
        const [units, said] = await Promise.all([listUnits(db), listActivations(db, plugin.name)])
        await work(actor, async (act) => {
          for (const unit of units) {
            const wanted = values[`unit.${unit.id}`]
            if (wanted === undefined) continue
            const active = wanted === 'on' ? true : wanted === 'off' ? false : null
            if ((said.get(unit.id) ?? null) !== active) await setActivation(act, plugin.name, unit.id, active)
          }
        })
        return { to: `${PATH}/${plugin.name}`, said: words(c)('said.saved') }
      },
      () => unitsOfPlugin(c, plugin),
    )
  })
}

const loaded = (c: PageContext): readonly Plugin[] => c.get('host').plugins as readonly Plugin[]

function demandUnitPlugin(c: PageContext): Plugin {
  const plugin = loaded(c).find((one) => one.name === c.req.param('plugin'))
  if (!plugin || plugin.scope !== 'unit') throw refused('not-found')
  return plugin
}

async function pluginsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const options: ListOptions = { sorts: ['name', 'scope'], sort: 'name' }
  const query = readList(c, options)
  const columns: Column<Plugin>[] = [
    {
      key: 'name',
      label: t('plugin.name'),
      sort: true,
      text: (p) => p.name,
      cell: (p) => (p.scope === 'unit' ? <Main href={`${PATH}/${p.name}`} name={p.name} /> : <span class="line-1">{p.name}</span>),
    },
    {
      key: 'scope',
      label: t('plugin.scope'),
      sort: true,
      text: (p) => t(`plugin.scope.${p.scope}`),
      cell: (p) => t(`plugin.scope.${p.scope}`),
    },
    { key: 'needs', label: t('plugin.needs'), text: (p) => (p.needs ?? []).join(', '), cell: (p) => (p.needs ?? []).join(', ') },
    {
      key: 'settings',
      label: t('area.settings'),
      text: (p) => String(Object.keys(p.settings ?? {}).length),
      cell: (p) =>
        Object.keys(p.settings ?? {}).length === 0 ? (
          <span class="quiet">0</span>
        ) : (
          <a href={`/admin/settings/${p.name}`}>{Object.keys(p.settings ?? {}).length}</a>
        ),
      class: 'cell-narrow',
    },
  ]
  return listPage(c, {
    area: 'plugins',
    title: t('area.plugins'),
    beside: t('plugin.what'),
    query,
    options,
    columns,
    rows: pick(c, loaded(c), query, columns, ''),
    searchLabel: t('list.search'),
    empty: { title: t('plugin.none') },
  })
}

/** What counts in a unit: its own word, else the nearest above; nothing said anywhere is off. */
export function inForce(units: readonly Unit[], said: ReadonlyMap<Id, boolean>, id: Id | null): boolean {
  const unit = units.find((one) => one.id === id)
  return unit ? (said.get(unit.id) ?? inForce(units, said, unit.parentId)) : false
}

async function unitsOfPlugin(c: PageContext, plugin: Plugin): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const hasSettings = Object.keys(plugin.settings ?? {}).length > 0
  const [units, said, ownValues] = await Promise.all([listUnits(db), listActivations(db, plugin.name), countSettings(db, plugin.name)])
  return adminPage(c, {
    title: plugin.name,
    area: 'plugins',
    body: (
      <>
        <Crumb href={PATH}>{t('area.plugins')}</Crumb>
        <PageHead title={plugin.name} beside={t('plugin.units.what')} />
        <form method="post" autocomplete="off" action={`${PATH}/${plugin.name}`}>
          <CsrfField c={c} />
          <Card plain>
            <div class="scroll" role="group" aria-label={t('plugin.units.what')} tabindex={0}>
              <table class="plain">
                <caption class="only-heard">{t('plugin.units.what')}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t('person.unit')}</th>
                    <th scope="col">{t('plugin.here')}</th>
                    <th scope="col">{t('plugin.in-force')}</th>
                    {hasSettings && <th scope="col">{t('area.settings')}</th>}
                  </tr>
                </thead>
                <tbody>
                  {units.map((unit) => {
                    const own = said.get(unit.id)
                    return (
                      <tr>
                        <th scope="row" class={`depth-${Math.min(unit.depth, 5)}`}>
                          <label for={`unit-${unit.id}`}>{unit.name}</label>
                        </th>
                        <td>
                          <select id={`unit-${unit.id}`} name={`unit.${unit.id}`} class="small-select">
                            <option value="inherit" selected={own === undefined}>
                              {t(unit.parentId === null ? 'plugin.unsaid' : 'plugin.inherit', {
                                what: t(inForce(units, said, unit.parentId) ? 'plugin.on' : 'plugin.off'),
                              })}
                            </option>
                            <option value="on" selected={own === true}>
                              {t('plugin.on')}
                            </option>
                            <option value="off" selected={own === false}>
                              {t('plugin.off')}
                            </option>
                          </select>
                        </td>
                        <td>
                          {inForce(units, said, unit.id) ? (
                            <span class="good">{t('plugin.on')}</span>
                          ) : (
                            <span class="quiet">{t('plugin.off')}</span>
                          )}
                        </td>
                        {hasSettings && (
                          <td class="cell-own">
                            <a href={`/admin/settings/${plugin.name}?unit=${unit.id}`}>
                              {t('plugin.own-values', { count: ownValues.get(unit.id) ?? 0 })}
                              <span class="only-heard">, {t('plugin.settings-of', { unit: unit.name })}</span>
                            </a>
                          </td>
                        )}
                      </tr>
                    )
                  })}
                </tbody>
              </table>
            </div>
          </Card>
          <div class="form-foot plain-foot">
            <Button kind="primary">{t('form.save')}</Button>
          </div>
        </form>
      </>
    ),
  })
}
