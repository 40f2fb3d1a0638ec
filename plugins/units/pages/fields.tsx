/** Owns the pages of a unit's own fields: what it asks about tickets in its queues and those of the units below. */
import type { Hono } from 'hono'
import {
  fieldLabel,
  fieldTexts,
  isNative,
  listFields,
  listQueues,
  listTopics,
  listUnits,
  refused,
  topicName,
  topicsOffered,
  type OwnField,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
  Crumb,
  CsrfField,
  EmptyState,
  FieldPreview,
  FieldSettings,
  FormCard,
  PageHead,
  readFields,
  readFieldSettings,
  sayFieldType,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import { countUsed, createField, editField, NATIVE_TYPES, removeField, unitsBelow } from '../../../core/administration.ts'
import { enter, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

export function fieldRoutes(app: Hono<WebEnv>): void {
  const base = '/u/:unit/admin/fields'
  app.get(base, async (c) => fieldsPage(c, await enter(c)))
  app.get(`${base}/new`, async (c) => newField(c, await enter(c), blankForm()))
  app.post(`${base}/new`, async (c) => save(c, await enter(c), undefined))
  app.get(`${base}/:id`, async (c) => {
    const visit = await enter(c)
    return fieldForm(c, visit, await demandField(c, visit), blankForm())
  })
  app.post(`${base}/:id`, async (c) => {
    const visit = await enter(c)
    return save(c, visit, await demandField(c, visit))
  })
  app.get(`${base}/:id/remove`, async (c) => {
    const visit = await enter(c)
    return askToRemove(c, visit, await demandField(c, visit))
  })
  app.post(`${base}/:id/remove`, async (c) => {
    const visit = await enter(c)
    const field = await demandField(c, visit)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(visit.actor, (work) => removeField(work, field.id))
        return { to: `${visit.path}/fields`, said: words(c)('field.removed') }
      },
      (form) => fieldForm(c, visit, field, form),
    )
  })
}

const own = (c: PageContext) => fieldTexts.in(c.get('language'))
const labelOf = (c: PageContext, field: OwnField): string => fieldLabel(field, c.get('language'))

async function demandField(c: PageContext, visit: Visit): Promise<OwnField> {
  const field = (await listFields(c.get('host').db)).find((one) => one.id === c.req.param('id'))
  if (!field || field.unitId !== visit.unit.id) throw refused('not-found')
  return field
}

async function save(c: PageContext, visit: Visit, field: OwnField | undefined): Promise<Response> {
  const values = await readFields(c)
  const type = field?.type ?? values['type'] ?? ''
  return submit(
    c,
    values,
    async () => {
      const form = readFieldSettings(values, type)
      await c.get('host').work(visit.actor, async (work) => {
        if (field) await editField(work, field.id, form)
        else await createField(work, visit.unit.id, type, form)
      })
      return { to: `${visit.path}/fields`, said: words(c)('said.saved') }
    },
    (form) => (field ? fieldForm(c, visit, field, form) : newField(c, visit, form)),
  )
}

async function fieldsPage(c: PageContext, visit: Visit): Promise<Response> {
  const t = words(c)
  const fields = (await listFields(c.get('host').db)).filter(({ unitId }) => unitId === visit.unit.id)
  return unitPage(c, visit, {
    title: t('area.fields'),
    area: 'fields',
    body: (
      <>
        <PageHead title={t('area.fields')} beside={t('field.what')}>
          <ButtonLink kind="primary" href={`${visit.path}/fields/new`} shortcut="N">
            {t('field.new')}
          </ButtonLink>
        </PageHead>
        {fields.length === 0 ? (
          <Card>
            <EmptyState title={t('field.none')} text={t('field.none.text')} />
          </Card>
        ) : (
          <Card plain>
            <table class="plain unit-table">
              <caption class="only-heard">{t('area.fields')}</caption>
              <thead>
                <tr>
                  <th scope="col">{own(c)('label')}</th>
                  <th scope="col">{own(c)('type')}</th>
                  <th scope="col">{own(c)('valid')}</th>
                </tr>
              </thead>
              <tbody>
                {fields.map((field) => (
                  <tr>
                    <th scope="row">
                      <a href={`${visit.path}/fields/${field.id}`}>{labelOf(c, field)}</a> <span class="quiet small">{field.name}</span>
                    </th>
                    <td>{sayFieldType(field.type, c)}</td>
                    <td>{t(field.valid ? 'field.yes' : 'field.no')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Card>
        )}
      </>
    ),
  })
}

/** First of which kind it is to be: that says what else is asked. */
function newField(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const type = NATIVE_TYPES.find((one) => one === (form.values['type'] ?? c.req.query('type')))
  if (type) return fieldForm(c, visit, undefined, form, type)
  const t = words(c)
  return unitPage(c, visit, {
    title: t('field.new'),
    area: 'fields',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${visit.path}/fields`}>{t('area.fields')}</Crumb>
        <PageHead title={t('field.new')} beside={t('field.which-type')} />
        <Card>
          <ul class="rows">
            {NATIVE_TYPES.map((one) => (
              <li>
                <a href={`${visit.path}/fields/new?type=${one}`}>{sayFieldType(one, c)}</a>
              </li>
            ))}
          </ul>
        </Card>
      </>
    ),
  })
}

async function fieldForm(c: PageContext, visit: Visit, field: OwnField | undefined, form: FormState, as = ''): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [queues, topics, units, used] = await Promise.all([
    listQueues(db),
    listTopics(db),
    listUnits(db),
    field && countUsed(db, [field.id]),
  ])
  const below = unitsBelow(units, visit.unit.id)
  const offered = topicsOffered(topics, new Map(units.map((unit) => [unit.id, unit])), visit.unit.id)
  const type = field?.type ?? as
  const title = field ? labelOf(c, field) : t('field.new')
  const count = used?.get(field?.id ?? '') ?? 0
  return unitPage(c, visit, {
    title,
    area: 'fields',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${visit.path}/fields`}>{t('area.fields')}</Crumb>
        <PageHead title={title} beside={sayFieldType(type, c)} />
        <div class="admin-one">
          <FormCard
            c={c}
            form={form}
            of={field && `field:${field.id}`}
            action={`${visit.path}/fields/${field?.id ?? 'new'}`}
            cancel={`${visit.path}/fields`}
          >
            {!field && <input type="hidden" name="type" value={type} />}
            <FieldSettings
              c={c}
              form={form}
              type={type}
              field={field}
              queues={queues
                .filter(({ unitId }) => below.has(unitId))
                .map(({ id, name }) => ({ value: id, label: name.replaceAll('::', ' · ') }))}
              topics={offered.map((topic) => ({ value: topic.id, label: topicName(topic, c.get('language')) }))}
            />
          </FormCard>
          {field && isNative(field) && (
            <Card title={own(c)('preview')}>
              <FieldPreview c={c} field={field} />
            </Card>
          )}
          {field && (
            <Card title={t('field.used-by')}>
              <p>{count === 0 ? own(c)('used.none') : own(c)('used', { count })}</p>
              {!field.internal && (
                <p>
                  <a href={`${visit.path}/fields/${field.id}/remove`}>{t('field.remove')}</a>
                </p>
              )}
            </Card>
          )}
        </div>
      </>
    ),
  })
}

async function askToRemove(c: PageContext, visit: Visit, field: OwnField): Promise<Response> {
  const t = words(c)
  if (field.internal) throw refused('field.internal-stays')
  const count = (await countUsed(c.get('host').db, [field.id])).get(field.id) ?? 0
  const title = t('field.remove.title', { name: labelOf(c, field) })
  return unitPage(c, visit, {
    title,
    area: 'fields',
    body: (
      <>
        <PageHead title={title} />
        <div class="admin-one">
          <Card>
            <p>{count === 0 ? own(c)('used.none') : own(c)('used', { count })}</p>
            <p>{t(count > 0 ? 'field.remove.values' : 'field.remove.nothing')}</p>
            <form method="post" autocomplete="off" action={`${visit.path}/fields/${field.id}/remove`} class="acts ask">
              <CsrfField c={c} />
              <Button kind="danger">{t('field.remove.do')}</Button>
              <ButtonLink href={`${visit.path}/fields/${field.id}`}>{t('field.remove.not')}</ButtonLink>
            </form>
          </Card>
        </div>
      </>
    ),
  })
}
