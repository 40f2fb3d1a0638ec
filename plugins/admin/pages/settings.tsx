/** Owns the settings of plugins: a form made of what each plugin declares. */
import type { Hono } from 'hono'
import {
  blankForm, Checkbox, Field, fill, PageHead, readFields, readSettings, refused, saveSettings, Select, storedSettings, TextArea, EmptyState,
  type FormState, type PageContext, type Plugin, type Setting, type WebEnv,
} from '../../../core/index.ts'
import { adminPage, Crumb, demandAdministrator, FormCard, submit } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'

const PATH = '/admin/settings'

export interface AnySetting { plugin: Plugin; key: string; setting: Setting }

/** Every setting of every loaded plugin. */
export const allSettings = (c: PageContext): AnySetting[] => (c.get('host').plugins as readonly Plugin[])
  .flatMap((plugin) => Object.entries(plugin.settings ?? {}).map(([key, setting]) => ({ plugin, key, setting })))

/** A plugin's own words; its key where it has none. */
export function sayOf(c: PageContext, plugin: Plugin, key: string): string {
  const texts = plugin.texts?.[c.get('language')] ?? {}
  return texts[key] === undefined ? key : fill(texts[key], c.get('language'))
}
const helpOf = (c: PageContext, plugin: Plugin, key: string): string | undefined =>
  plugin.texts?.pl[`${key}.help`] === undefined ? undefined : sayOf(c, plugin, `${key}.help`)

export function settingRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, settingsPage)
  app.get(`${PATH}/:plugin`, async (c) => settingsForm(c, demandPlugin(c), blankForm()))
  app.post(`${PATH}/:plugin`, async (c) => {
    const actor = demandAdministrator(c)
    const plugin = demandPlugin(c)
    const values = await readFields(c)
    const declared = plugin.settings ?? {}
    const t = words(c)
    const problems: Record<string, string> = {}
    const wanted: Record<string, unknown> = {}
    for (const [key, setting] of Object.entries(declared) as [string, Setting][]) {
      const typed = setting.kind === 'boolean' ? Boolean(values[key]) : values[key] ?? ''
      // An emptied number is the default again.
      const parsed = typed === '' && setting.kind === 'integer' ? { success: true as const, data: setting.fallback } : setting.schema.safeParse(typed)
      if (!parsed.success) problems[key] = t(setting.kind === 'integer' ? 'setting.bad-number' : 'setting.bad')
      // What equals the default is not stored: it follows when the default changes.
      else wanted[key] = parsed.data === setting.fallback ? undefined : parsed.data
    }
    if (Object.keys(problems).length > 0) return settingsForm(c, plugin, { values, problems })
    return submit(c, values, async () => {
      await c.get('host').work(actor, (work) => saveSettings(work, plugin.name, declared, wanted))
      return { to: `${PATH}/${plugin.name}`, said: t('said.saved') }
    }, (form) => settingsForm(c, plugin, form))
  })
}

function demandPlugin(c: PageContext): Plugin {
  const plugin = (c.get('host').plugins as readonly Plugin[]).find((one) => one.name === c.req.param('plugin'))
  if (!plugin || Object.keys(plugin.settings ?? {}).length === 0) throw refused('not-found')
  return plugin
}

const sayValue = (c: PageContext, plugin: Plugin, setting: Setting, value: unknown): string =>
  setting.kind === 'boolean' ? words(c)(value ? 'yes' : 'no') : setting.kind === 'choice' ? sayOf(c, plugin, `${setting.label}.${String(value)}`) : String(value)

async function settingsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const options: ListOptions = { sorts: ['name', 'plugin'], sort: 'plugin' }
  const query = readList(c, options)
  const all = allSettings(c)
  const values = new Map<string, Record<string, unknown>>()
  for (const { plugin } of all) if (!values.has(plugin.name)) values.set(plugin.name, await readSettings(db, plugin.name, plugin.settings ?? {}))
  const now = (one: AnySetting) => sayValue(c, one.plugin, one.setting, values.get(one.plugin.name)?.[one.key])
  const columns: Column<AnySetting>[] = [
    { key: 'name', label: t('setting.name'), sort: true, text: (s) => `${sayOf(c, s.plugin, s.setting.label)} ${s.key}`, cell: (s) => <Main href={`${PATH}/${s.plugin.name}#field-${s.key}`} name={sayOf(c, s.plugin, s.setting.label)} below={helpOf(c, s.plugin, s.setting.label)} /> },
    { key: 'plugin', label: t('setting.plugin'), sort: true, text: (s) => s.plugin.name, cell: (s) => <a href={`${PATH}/${s.plugin.name}`}>{s.plugin.name}</a>, class: 'cell-queue' },
    { key: 'value', label: t('setting.value'), text: now, cell: now },
    { key: 'default', label: t('setting.default'), text: (s) => sayValue(c, s.plugin, s.setting, s.setting.fallback), cell: (s) => <span class="quiet">{sayValue(c, s.plugin, s.setting, s.setting.fallback)}</span> },
  ]
  return listPage(c, {
    area: 'settings', title: t('area.settings'), beside: t('setting.what'), query, options, columns, rows: pick(c, all, query, columns, ''),
    searchLabel: t('list.search'), empty: { title: t('setting.none'), text: t('setting.none.text') },
  })
}

async function settingsForm(c: PageContext, plugin: Plugin, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [values, stored] = await Promise.all([readSettings(db, plugin.name, plugin.settings ?? {}), storedSettings(db, plugin.name)])
  return adminPage(c, {
    title: plugin.name, area: 'settings', status: Object.keys(form.problems).length > 0 ? 422 : 200,
    body: (
      <>
        <Crumb href={PATH}>{t('area.settings')}</Crumb>
        <PageHead title={plugin.name} beside={t('setting.of-plugin')} />
        <div class="admin-one">
          {Object.keys(plugin.settings ?? {}).length === 0 && <EmptyState title={t('setting.none')} />}
          <FormCard c={c} form={form} cancel={PATH}>
            {(Object.entries(plugin.settings ?? {}) as [string, Setting][]).map(([key, setting]) => (
              <SettingField c={c} form={form} plugin={plugin} name={key} setting={setting} value={(values as Record<string, unknown>)[key]} changed={stored.has(key)} />
            ))}
          </FormCard>
        </div>
      </>
    ),
  })
}

const SettingField = ({ c, form, plugin, name, setting, value, changed }: {
  c: PageContext; form: FormState; plugin: Plugin; name: string; setting: Setting; value: unknown; changed: boolean
}) => {
  const t = words(c)
  const help = [helpOf(c, plugin, setting.label), t(changed ? 'setting.default-was' : 'setting.default-is', { value: sayValue(c, plugin, setting, setting.fallback) || t('setting.default-empty') })].filter(Boolean).join(' ')
  const props = { c, form, name, label: sayOf(c, plugin, setting.label), help }
  switch (setting.kind) {
    case 'boolean': return <Checkbox {...props} checked={value === true} />
    case 'choice': return <Select {...props} value={String(value)} choices={(setting.choices ?? []).map((one) => ({ value: one, label: sayOf(c, plugin, `${setting.label}.${one}`) }))} />
    case 'long-text': return <TextArea {...props} value={String(value)} rows={6} />
    case 'integer': return <Field {...props} value={String(value)} inputmode="numeric" />
    default: return <Field {...props} value={String(value)} />
  }
}
