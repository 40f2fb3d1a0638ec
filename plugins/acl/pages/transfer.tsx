/** Owns reading ACLs from a file of OTRS: what it holds, what of it means nothing here, and taking it over, not yet in use. */
import type { Hono } from 'hono'
import { refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Crumb,
  FormCard,
  PageHead,
  readFields,
  readFiles,
  statusOf,
  submit,
  TextArea,
  type FormState,
} from '../../../core/pages.ts'
import { administrationPage, enterAdministration, type Administration } from '../../../core/administration.ts'
import { createAcl } from '../acl.ts'
import { listAcls } from '../acl.store.ts'
import { readFilterNames } from '../filter-names.ts'
import { filtersIn, fromExport } from '../yaml.ts'
import { words } from '../words.ts'
import { pathOf } from './rules.tsx'

const MOST = 1024 * 1024

export function transferRoutes(app: Hono<WebEnv>): void {
  for (const base of ['/admin/acl', '/u/:unit/admin/acl']) {
    app.get(`${base}/import`, async (c) => importForm(c, await enterAdministration(c), blankForm()))
    app.post(`${base}/import`, async (c) => take(c, await enterAdministration(c)))
  }
}

async function take(c: PageContext, visit: Administration): Promise<Response> {
  const t = words(c)
  const values = await readFields(c)
  const file = (await readFiles(c, 'file'))[0]
  const text = file ? file.content.toString('utf8') : (values['text'] ?? '')
  const again = (problem: string) => importForm(c, visit, { values, problems: { text: problem } })
  if (text.trim() === '') return again(t('import.empty'))
  if (text.length > MOST) return again(t('import.too-long'))
  const found = fromExport(text, await readFilterNames(c.get('host').db, filtersIn(text)))
  if (!found) return again(t('import.unreadable'))
  return submit(
    c,
    values,
    async () => {
      const there = await c.get('host').work(visit.actor, async (work) => {
        const known = new Set(
          (await listAcls(work.db, visit.unitId)).filter(({ unitId }) => unitId === visit.unitId).map(({ name }) => name.toLowerCase()),
        )
        const twice: string[] = []
        for (const { form, lost } of found) {
          if (known.has(form.name.trim().toLowerCase())) twice.push(form.name)
          else {
            known.add(form.name.trim().toLowerCase())
            const bad = lost.find(({ why }) => why === 'pattern')
            if (bad) throw refused('field.pattern-invalid', { pattern: bad.at.slice(0, 100) }, 'text')
            await createAcl(work, visit.unitId, form)
          }
        }
        return twice
      })
      const unknown = found.flatMap(({ lost }) => lost.filter(({ at }) => at.startsWith('PomocFilter')).map(({ at }) => t('lost.unknown-name', { at: at.slice('PomocFilter: '.length) }))) // biome-ignore format: one list
      const said = [t('said.imported', { count: found.length - there.length }), ...unknown].join(' ')
      return {
        to: pathOf(visit),
        said: there.length === 0 ? said : `${said} ${t('import.there', { names: there.join(', ') })}`,
        ...(there.length + unknown.length > 0 ? { tone: 'warn' as const } : {}),
      }
    },
    (form) => importForm(c, visit, form),
  )
}

function importForm(c: PageContext, visit: Administration, form: FormState): Promise<Response> {
  const t = words(c)
  return administrationPage(c, visit, {
    title: t('import.title'),
    status: statusOf(form),
    body: (
      <>
        <Crumb href={pathOf(visit)}>{t('title')}</Crumb>
        <PageHead title={t('import.title')} beside={t('import.lead')} />
        <div class="admin-one">
          <FormCard c={c} form={form} save={t('import.do')} cancel={pathOf(visit)} files>
            <div class="field">
              <label for="acl-file">{t('import.file')}</label>
              <input type="file" id="acl-file" name="file" accept=".yml,.yaml,text/yaml,application/yaml" />
            </div>
            <TextArea c={c} form={form} name="text" label={t('import.text')} rows={10} required={false} />
          </FormCard>
        </div>
      </>
    ),
  })
}
