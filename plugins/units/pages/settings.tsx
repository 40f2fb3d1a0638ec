/** Owns the page of what a unit decides itself and no plugin asks for: what companies are for here. */
import type { Hono } from 'hono'
import { refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  FormCard,
  PageHead,
  readFields,
  SettingFields,
  statusOf,
  submit,
  typedSettings,
  type FormState,
} from '../../../core/pages.ts'
import { mayTouchUnitSetting, OWN_SETTINGS, readLimits, saveSettingsForm, settingsForm } from '../../../core/administration.ts'
import { enter, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

export function settingRoutes(app: Hono<WebEnv>): void {
  const path = '/u/:unit/admin/settings'
  app.get(path, async (c) => settingsPage(c, await enter(c), blankForm()))
  app.post(path, async (c) => {
    const visit = await enter(c)
    const values = await readFields(c)
    const typed = typedSettings(values, (await readFor(c, visit)).open)
    return submit(
      c,
      values,
      async () => {
        const problems = await c
          .get('host')
          .work(visit.actor, (work) => saveSettingsForm(work, OWN_SETTINGS, visit.unit.id, typed, c.get('language')))
        const [key] = Object.keys(problems)
        if (key !== undefined) throw refused('input', { what: problems[key]! }, key)
        return { to: `${visit.path}/settings`, said: words(c)('said.saved') }
      },
      (form) => settingsPage(c, visit, form),
    )
  })
}

/** Which of them whoever asks may change, and which central administration has locked for them. */
async function readFor(c: PageContext, { actor, unit }: Visit) {
  const { db } = c.get('host')
  const fields = await settingsForm(db, OWN_SETTINGS, unit.id, c.get('language'))
  const limits = actor.access.admin ? undefined : await readLimits(db, unit.id)
  const isOpen = ({ key }: { key: string }) => !limits || mayTouchUnitSetting(limits, key)
  return { open: fields.filter(isOpen), locked: fields.filter((field) => !isOpen(field)) }
}

async function settingsPage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const { open, locked } = await readFor(c, visit)
  return unitPage(c, visit, {
    title: t('area.settings'),
    area: 'settings',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.settings')} beside={t('settings.what')} />
        <div class="admin-one">
          {open.length > 0 && (
            <FormCard
              c={c}
              form={form}
              of={`setting:${OWN_SETTINGS.name}/${visit.unit.id}`}
              action={`${visit.path}/settings`}
              cancel={visit.path}
            >
              <SettingFields c={c} form={form} fields={open} />
            </FormCard>
          )}
          {locked.map((field) => (
            <p>
              <b>{field.label}</b>: {field.inherited.words} <span class="quiet">{t('plugin.setting-locked')}</span>
            </p>
          ))}
        </div>
      </>
    ),
  })
}
