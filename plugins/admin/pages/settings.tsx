/** Owns the settings of plugins: the list of all, and a form for the installation and for each unit, made of what each plugin declares. */
import type { Hono } from 'hono'
import {
  fill,
  listUnits,
  readSettings,
  refused,
  ROOT_UNIT,
  setActivation,
  type Id,
  type PageContext,
  type Plugin,
  type Setting,
  type Unit,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  Crumb,
  FormCard,
  PageHead,
  readFields,
  SettingFields,
  statusOf,
  submit,
  typedSettings,
  type FormState,
} from '../../../core/pages.ts'
import { listActivations, saveSettingsForm, settingsForm } from '../../../core/administration.ts'
import { adminPage, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'
import { unitChoices } from './choices.ts'
import { inForce } from './plugins.tsx'

const PATH = '/admin/settings'

export interface AnySetting {
  plugin: Plugin
  key: string
  setting: Setting
}

/** Every setting of every loaded plugin. */
export const allSettings = (c: PageContext): AnySetting[] =>
  (c.get('host').plugins as readonly Plugin[]).flatMap((plugin) =>
    Object.entries(plugin.settings ?? {}).map(([key, setting]) => ({ plugin, key, setting })),
  )

/** A plugin's own words; its key where it has none. */
export function sayOf(c: PageContext, plugin: Plugin, key: string): string {
  const texts = plugin.texts?.[c.get('language')] ?? {}
  return texts[key] === undefined ? key : fill(texts[key], c.get('language'))
}
const helpOf = (c: PageContext, plugin: Plugin, key: string): string | undefined =>
  plugin.texts?.pl[`${key}.help`] === undefined ? undefined : sayOf(c, plugin, `${key}.help`)

export function settingRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, settingsPage)
  app.get(`${PATH}/:plugin`, async (c) => pluginPage(c, await demandPlace(c, c.req.query('unit')), blankForm()))
  app.post(`${PATH}/:plugin`, async (c) => {
    const actor = demandAdministrator(c)
    const values = await readFields(c)
    const place = await demandPlace(c, values['unit'])
    const { plugin, unit } = place
    const { db, work } = c.get('host')
    const language = c.get('language')
    const typed = typedSettings(values, await settingsForm(db, plugin, unit.id, language))
    let problems: Record<string, string> = {}
    return submit(
      c,
      values,
      async () => {
        problems = await work(actor, async (act) => {
          const wrong = await saveSettingsForm(act, plugin, unit.id, typed, language)
          const wanted = values['active']
          // Switched only with what was typed: a form that is refused changes nothing.
          if (Object.keys(wrong).length === 0 && wanted !== undefined && plugin.scope === 'unit') {
            await setActivation(act, plugin.name, unit.id, wanted === 'on' ? true : wanted === 'off' ? false : null)
          }
          return wrong
        })
        if (Object.keys(problems).length > 0) throw refused('input', { what: Object.keys(problems).join(', ') })
        return { to: hrefOf(plugin, unit.id), said: words(c)('said.saved') }
      },
      (form) => pluginPage(c, place, Object.keys(problems).length > 0 ? { values, problems } : form),
    )
  })
}

/** The form of a plugin in a unit. */
export const hrefOf = (plugin: Plugin, unitId: Id): string =>
  unitId === ROOT_UNIT ? `${PATH}/${plugin.name}` : `${PATH}/${plugin.name}?unit=${unitId}`

interface Place {
  plugin: Plugin
  unit: Unit
  units: Unit[]
}

/** A plugin for the whole installation has its settings there only. */
async function demandPlace(c: PageContext, unitId: string | undefined): Promise<Place> {
  const plugin = (c.get('host').plugins as readonly Plugin[]).find((one) => one.name === c.req.param('plugin'))
  if (!plugin || Object.keys(plugin.settings ?? {}).length === 0) throw refused('not-found')
  const units = await listUnits(c.get('host').db)
  const unit = units.find(({ id }) => id === (unitId || ROOT_UNIT))
  if (!unit || (plugin.scope !== 'unit' && unit.id !== ROOT_UNIT)) throw refused('not-found')
  return { plugin, unit, units }
}

const sayValue = (c: PageContext, plugin: Plugin, setting: Setting, value: unknown): string =>
  setting.kind === 'boolean'
    ? words(c)(value ? 'yes' : 'no')
    : setting.kind === 'choice'
      ? sayOf(c, plugin, `${setting.label}.${String(value)}`)
      : String(value)

async function settingsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const options: ListOptions = { sorts: ['name', 'plugin'], sort: 'plugin' }
  const query = readList(c, options)
  const all = allSettings(c)
  const values = new Map<string, Record<string, unknown>>()
  for (const { plugin } of all)
    if (!values.has(plugin.name)) values.set(plugin.name, await readSettings(db, plugin.name, plugin.settings ?? {}))
  const now = (one: AnySetting) => sayValue(c, one.plugin, one.setting, values.get(one.plugin.name)?.[one.key])
  const columns: Column<AnySetting>[] = [
    {
      key: 'name',
      label: t('setting.name'),
      sort: true,
      text: (s) => `${sayOf(c, s.plugin, s.setting.label)} ${s.key}`,
      cell: (s) => (
        <Main
          href={`${PATH}/${s.plugin.name}#field-${s.key}`}
          name={sayOf(c, s.plugin, s.setting.label)}
          below={helpOf(c, s.plugin, s.setting.label)}
        />
      ),
    },
    {
      key: 'plugin',
      label: t('setting.plugin'),
      sort: true,
      text: (s) => s.plugin.name,
      cell: (s) => <a href={`${PATH}/${s.plugin.name}`}>{s.plugin.name}</a>,
      class: 'cell-queue',
    },
    { key: 'value', label: t('setting.value'), text: now, cell: now },
    {
      key: 'default',
      label: t('setting.default'),
      text: (s) => sayValue(c, s.plugin, s.setting, s.setting.fallback),
      cell: (s) => <span class="quiet">{sayValue(c, s.plugin, s.setting, s.setting.fallback)}</span>,
    },
  ]
  return listPage(c, {
    area: 'settings',
    title: t('area.settings'),
    beside: t('setting.what'),
    query,
    options,
    columns,
    rows: pick(c, all, query, columns, ''),
    searchLabel: t('list.search'),
    empty: { title: t('setting.none'), text: t('setting.none.text') },
  })
}

async function pluginPage(c: PageContext, { plugin, unit, units }: Place, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const fields = await settingsForm(db, plugin, unit.id, c.get('language'))
  const perUnit = plugin.scope === 'unit'
  const said = perUnit ? await listActivations(db, plugin.name) : new Map<Id, boolean>()
  return adminPage(c, {
    title: unit.id === ROOT_UNIT ? plugin.name : `${plugin.name}, ${unit.name}`,
    area: 'settings',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.settings')}</Crumb>
        <PageHead title={plugin.name} beside={t('setting.of-plugin')}>
          {perUnit && (
            <a class="button button-quiet" href={`/admin/plugins/${plugin.name}`}>
              {t('setting.where-on')}
            </a>
          )}
        </PageHead>
        <div class="admin-one">
          {perUnit && (
            <form class="list-tools" method="get" action={`${PATH}/${plugin.name}`} aria-label={t('setting.choose-unit')}>
              <div class="field">
                <label for="unit" class="list-date">
                  {t('setting.in-unit')}
                </label>
                <select id="unit" name="unit" data-submits="">
                  {unitChoices(units, unit.id).map((choice) => (
                    <option value={choice.value} selected={choice.value === unit.id}>
                      {choice.label}
                    </option>
                  ))}
                </select>
              </div>
              <button class="button button-quiet" type="submit">
                {t('list.show')}
              </button>
              <p class="quiet small">{t(unit.id === ROOT_UNIT ? 'setting.root' : 'setting.unit')}</p>
            </form>
          )}
          <FormCard
            c={c}
            form={form}
            of={unit.id === ROOT_UNIT ? `setting:${plugin.name}` : `setting:${plugin.name}/${unit.id}`}
            action={`${PATH}/${plugin.name}`}
            cancel={PATH}
          >
            <input type="hidden" name="unit" value={unit.id} />
            {perUnit && (
              <Switch c={c} form={form} plugin={plugin} unit={unit} own={said.get(unit.id)} above={inForce(units, said, unit.parentId)} />
            )}
            <SettingFields c={c} form={form} fields={fields} />
          </FormCard>
        </div>
      </>
    ),
  })
}

const Switch = ({
  c,
  form,
  plugin,
  unit,
  own,
  above,
}: {
  c: PageContext
  form: FormState
  plugin: Plugin
  unit: Unit
  own: boolean | undefined
  above: boolean
}) => {
  const t = words(c)
  const now = form.values['active'] ?? (own === undefined ? 'inherit' : own ? 'on' : 'off')
  const choices = [
    ['inherit', t(unit.parentId === null ? 'plugin.unsaid' : 'plugin.inherit', { what: t(above ? 'plugin.on' : 'plugin.off') })],
    ['on', t('plugin.on')],
    ['off', t('plugin.off')],
  ] as const
  return (
    <fieldset class="setting fields-wide">
      <legend>{t('setting.active', { plugin: plugin.name })}</legend>
      {choices.map(([value, label]) => (
        <label class="setting-from">
          <input type="radio" name="active" value={value} checked={now === value} />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  )
}
