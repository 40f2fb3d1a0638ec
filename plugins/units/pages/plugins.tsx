/** Owns the pages of a unit's plugins: switched on and off, and set, for this unit only. */
import type { Hono } from 'hono'
import { refused, sayText, setActivation, type PageContext, type Plugin, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Card,
  Crumb,
  EmptyState,
  FormCard,
  PageHead,
  readFields,
  SettingFields,
  statusOf,
  submit,
  typedSettings,
  type FormState,
} from '../../../core/pages.ts'
import {
  listActivations,
  mayTouchPlugin,
  mayTouchSetting,
  readLimits,
  saveSettingsForm,
  settingsForm,
  type SettingField,
  type UnitLimits,
} from '../../../core/administration.ts'
import { enter, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'
import { switchedOn } from './home.tsx'

export function pluginRoutes(app: Hono<WebEnv>): void {
  const base = '/u/:unit/admin/plugins'
  app.get(base, async (c) => pluginsPage(c, await enter(c), blankForm()))
  app.post(`${base}/:plugin/switch`, async (c) => {
    const visit = await enter(c)
    const plugin = demandPlugin(c)
    const { to } = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        await c
          .get('host')
          .work(visit.actor, (work) => setActivation(work, plugin.name, visit.unit.id, to === 'on' ? true : to === 'off' ? false : null))
        return {
          to: `${visit.path}/plugins`,
          said: words(c)(to === 'on' ? 'plugin.now-on' : to === 'off' ? 'plugin.now-off' : 'plugin.now-inherited', { name: plugin.name }),
        }
      },
      (form) => pluginsPage(c, visit, form),
    )
  })
  app.get(`${base}/:plugin`, async (c) => settingsPage(c, await enter(c), demandPlugin(c), blankForm()))
  app.post(`${base}/:plugin`, async (c) => {
    const visit = await enter(c)
    const plugin = demandPlugin(c)
    const values = await readFields(c)
    const fields = (await settingsForm(c.get('host').db, plugin, visit.unit.id, c.get('language'))).filter(await openTo(c, visit, plugin))
    const typed = typedSettings(values, fields)
    return submit(
      c,
      values,
      async () => {
        const problems = await c
          .get('host')
          .work(visit.actor, (work) => saveSettingsForm(work, plugin, visit.unit.id, typed, c.get('language')))
        const [key] = Object.keys(problems)
        if (key !== undefined) throw refused('input', { what: problems[key]! }, key)
        return { to: `${visit.path}/plugins/${plugin.name}`, said: words(c)('said.saved') }
      },
      (form) => settingsPage(c, visit, plugin, form),
    )
  })
}

const perUnit = (c: PageContext): Plugin[] => (c.get('host').plugins as readonly Plugin[]).filter((plugin) => plugin.scope === 'unit')

function demandPlugin(c: PageContext): Plugin {
  const plugin = perUnit(c).find((one) => one.name === c.req.param('plugin'))
  if (!plugin) throw refused('not-found')
  return plugin
}

/** The limits that bind whoever asks; undefined: none do. */
const limitsFor = async (c: PageContext, visit: Visit): Promise<UnitLimits | undefined> =>
  visit.actor.access.admin ? undefined : readLimits(c.get('host').db, visit.unit.id)

/** Which settings of the plugin whoever asks may change here. */
const openTo = async (c: PageContext, visit: Visit, plugin: Plugin): Promise<(field: SettingField) => boolean> => {
  const limits = await limitsFor(c, visit)
  return (field) => !limits || mayTouchSetting(limits, plugin.name, field.key)
}

const say = (c: PageContext, plugin: Plugin, key: string): string | undefined => sayText(plugin.texts, c.get('language'), key)

async function pluginsPage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const [on, limits] = await Promise.all([switchedOn(c, visit.unit.id), limitsFor(c, visit)])
  const rows = await Promise.all(
    perUnit(c).map(async (plugin) => ({ plugin, own: (await listActivations(c.get('host').db, plugin.name)).get(visit.unit.id) })),
  )
  return unitPage(c, visit, {
    title: t('area.plugins'),
    area: 'plugins',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.plugins')} beside={t('plugin.what')} />
        {Object.values(form.problems).map((problem) => (
          <p class="bad">{problem}</p>
        ))}
        <div class="admin-one">
          <Card plain>
            {rows.length === 0 ? (
              <EmptyState title={t('plugin.none')} text={t('plugin.none.text')} />
            ) : (
              <ul class="unit-people">
                {rows.map(({ plugin, own }) => {
                  const active = on.includes(plugin.name)
                  const may = !limits || mayTouchPlugin(limits, plugin.name)
                  const action = `${visit.path}/plugins/${plugin.name}/switch`
                  return (
                    <li class="unit-person">
                      <div>
                        <p>
                          <b>{say(c, plugin, 'plugin.title') ?? plugin.name}</b>{' '}
                          <span class={active ? 'good' : 'quiet'}>{t(active ? 'plugin.on' : 'plugin.off')}</span>
                        </p>
                        <p class="quiet small">
                          {say(c, plugin, 'plugin.summary') ?? ''} {t(own === undefined ? 'plugin.from-above' : 'plugin.own-word')}
                        </p>
                      </div>
                      <div class="acts">
                        {may && (
                          <ActButton
                            c={c}
                            small
                            {...(active ? {} : { kind: 'primary' as const })}
                            action={action}
                            fields={{ to: active ? 'off' : 'on' }}
                          >
                            {t(active ? 'plugin.switch-off' : 'plugin.switch-on')}
                          </ActButton>
                        )}
                        {may && own !== undefined && (
                          <ActButton c={c} small action={action} fields={{ to: 'inherit' }}>
                            {t('plugin.inherit')}
                          </ActButton>
                        )}
                        {may && active && Object.keys(plugin.settings ?? {}).length > 0 && (
                          <a class="button button-quiet button-small" href={`${visit.path}/plugins/${plugin.name}`}>
                            {t('plugin.set')}
                          </a>
                        )}
                        {!may && <span class="quiet small">{t('plugin.locked')}</span>}
                      </div>
                    </li>
                  )
                })}
              </ul>
            )}
          </Card>
        </div>
      </>
    ),
  })
}

async function settingsPage(c: PageContext, visit: Visit, plugin: Plugin, form: FormState): Promise<Response> {
  const t = words(c)
  const [fields, limits, open] = await Promise.all([
    settingsForm(c.get('host').db, plugin, visit.unit.id, c.get('language')),
    limitsFor(c, visit),
    openTo(c, visit, plugin),
  ])
  if (limits && !mayTouchPlugin(limits, plugin.name)) throw refused('not-found')
  const title = say(c, plugin, 'plugin.title') ?? plugin.name
  return unitPage(c, visit, {
    title,
    area: 'plugins',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${visit.path}/plugins`}>{t('area.plugins')}</Crumb>
        <PageHead title={title} beside={t('plugin.settings')} />
        <div class="admin-one">
          {fields.length === 0 ? (
            <Card>
              <EmptyState title={t('plugin.no-settings')} />
            </Card>
          ) : (
            <FormCard
              c={c}
              form={form}
              of={`setting:${plugin.name}/${visit.unit.id}`}
              action={`${visit.path}/plugins/${plugin.name}`}
              cancel={`${visit.path}/plugins`}
            >
              <SettingFields c={c} form={form} fields={fields.filter(open)} />
              {fields
                .filter((field) => !open(field))
                .map((field) => (
                  <p>
                    <b>{field.label}</b>: {field.inherited.words} <span class="quiet">{t('plugin.setting-locked')}</span>
                  </p>
                ))}
            </FormCard>
          )}
        </div>
      </>
    ),
  })
}
