/** Owns the pages of fields: what is asked about tickets besides what every ticket has, where, and how it may be filled in. */
import type { Hono } from 'hono'
import {
  fieldLabel,
  fieldTexts,
  isNative,
  listFields,
  listTopics,
  listUnits,
  refused,
  ROOT_UNIT,
  topicName,
  type OwnField,
  type Id,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  ButtonLink,
  Card,
  Crumb,
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
import { countUsed, createField, editField, findField, listAllQueues, NATIVE_TYPES, removeField } from '../../../core/administration.ts'
import { adminPage, Beside, confirmPage, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'
import { queueChoices } from './choices.ts'

const PATH = '/admin/fields'

export function fieldRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, fieldsPage)
  app.get(`${PATH}/new`, (c) => newField(c, blankForm()))
  app.post(`${PATH}/new`, (c) => save(c, undefined))
  app.get(`${PATH}/:id`, async (c) => fieldForm(c, await demandField(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => save(c, await demandField(c)))
  app.get(`${PATH}/:id/remove`, async (c) => askToRemove(c, await demandField(c)))
  app.post(`${PATH}/:id/remove`, remove)
}

/** A list says no more exactly how many have a value. */
const MANY = 1000

async function demandField(c: PageContext): Promise<OwnField> {
  const field = await findField(c.get('host').db, c.req.param('id') ?? '')
  if (!field) throw refused('not-found')
  return field
}

const own = (c: PageContext) => fieldTexts.in(c.get('language'))

async function save(c: PageContext, field: OwnField | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  const type = field?.type ?? values['type'] ?? ''
  return submit(
    c,
    values,
    async () => {
      const form = readFieldSettings(values, type)
      await c.get('host').work(actor, async (work) => {
        if (field) await editField(work, field.id, form)
        else await createField(work, ROOT_UNIT, type, form)
      })
      return { to: PATH, said: words(c)('said.saved') }
    },
    (form) => (field ? fieldForm(c, field, form) : newField(c, form)),
  )
}

async function fieldsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const options: ListOptions = { sorts: ['order', 'label', 'name', 'type', 'unit', 'used'], sort: 'order' }
  const query = readList(c, options)
  const [fields, units] = await Promise.all([listFields(db), listUnits(db)])
  const used = await countUsed(
    db,
    fields.map(({ id }) => id),
    MANY + 1,
  )
  const count = (field: OwnField) => {
    const n = used.get(field.id) ?? 0
    return n > MANY ? `${MANY}+` : String(n)
  }
  const unit = (field: OwnField) =>
    field.unitId === ROOT_UNIT ? t('field.everywhere') : (units.find((one) => one.id === field.unitId)?.name ?? '')
  const columns: Column<OwnField>[] = [
    {
      key: 'label',
      label: own(c)('label'),
      sort: true,
      text: (x) => fieldLabel(x, c.get('language')),
      cell: (x) => <Main href={`${PATH}/${x.id}`} name={fieldLabel(x, c.get('language'))} below={x.name} />,
    },
    { key: 'name', label: own(c)('name'), sort: true, text: (x) => x.name },
    { key: 'type', label: own(c)('type'), sort: true, text: (x) => sayFieldType(x.type, c), cell: (x) => sayFieldType(x.type, c) },
    {
      key: 'object',
      label: t('field.of'),
      text: (x) => own(c)(`object.${x.object}`),
      cell: (x) => own(c)(`object.${x.object}`),
      class: 'cell-narrow',
    },
    { key: 'unit', label: t('field.where'), sort: true, text: unit, cell: unit },
    {
      key: 'used',
      label: t('field.used'),
      sort: true,
      text: count,
      cell: count,
      class: 'cell-narrow',
    },
    { key: 'order', label: own(c)('sort'), sort: true, text: (x) => String(x.sort), cell: (x) => x.sort, class: 'cell-narrow' },
    {
      key: 'valid',
      label: t('valid'),
      text: (x) => t(x.valid ? 'valid.on' : 'valid.off'),
      cell: (x) => (x.valid ? t('valid.on') : <span class="warn">{t('valid.off')}</span>),
      class: 'cell-narrow',
    },
  ]
  return listPage(c, {
    area: 'fields',
    title: t('area.fields'),
    beside: t('field.what'),
    query,
    options,
    columns,
    rows: pick(c, fields, query, columns, 'order'),
    searchLabel: t('list.search'),
    empty: { title: t('field.none'), text: t('field.none.text') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('field.new')}
      </ButtonLink>
    ),
  })
}

/** First of which kind it is to be: that says what else is asked. */
function newField(c: PageContext, form: FormState): Promise<Response> {
  const type = NATIVE_TYPES.find((one) => one === (form.values['type'] ?? c.req.query('type')))
  if (type) return fieldForm(c, undefined, form, type)
  const t = words(c)
  return adminPage(c, {
    title: t('field.new'),
    area: 'fields',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.fields')}</Crumb>
        <PageHead title={t('field.new')} beside={t('field.which-type')} />
        <Card>
          <ul class="rows">
            {NATIVE_TYPES.map((one) => (
              <li>
                <a href={`${PATH}/new?type=${one}`}>{sayFieldType(one, c)}</a>
              </li>
            ))}
          </ul>
        </Card>
      </>
    ),
  })
}

async function fieldForm(c: PageContext, field: OwnField | undefined, form: FormState, as = ''): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [queues, topics, used] = await Promise.all([listAllQueues(db), listTopics(db), field && countUsed(db, [field.id])])
  const type = field?.type ?? as
  const title = field ? fieldLabel(field, c.get('language')) : t('field.new')
  return adminPage(c, {
    title,
    area: 'fields',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.fields')}</Crumb>
        <PageHead title={title} beside={sayFieldType(type, c)} />
        <Beside
          aside={
            field && (
              <>
                {isNative(field) && (
                  <Card title={own(c)('preview')}>
                    <FieldPreview c={c} field={field} />
                  </Card>
                )}
                <Card title={t('field.used-by')}>
                  <p>{sayUsed(c, used?.get(field.id) ?? 0)}</p>
                  {!field.internal && (
                    <p>
                      <a href={`${PATH}/${field.id}/remove`}>{t('field.remove')}</a>
                    </p>
                  )}
                </Card>
              </>
            )
          }
        >
          <FormCard
            c={c}
            form={form}
            of={field && `field:${field.id}`}
            action={field ? `${PATH}/${field.id}` : `${PATH}/new`}
            cancel={PATH}
          >
            {!field && <input type="hidden" name="type" value={type} />}
            <FieldSettings
              c={c}
              form={form}
              type={type}
              field={field}
              queues={queueChoices(queues, null)}
              topics={topics.filter(({ valid }) => valid).map((topic) => ({ value: topic.id, label: topicName(topic, c.get('language')) }))}
            />
          </FormCard>
        </Beside>
      </>
    ),
  })
}

const sayUsed = (c: PageContext, count: number): string => (count === 0 ? own(c)('used.none') : own(c)('used', { count }))

async function askToRemove(c: PageContext, field: OwnField): Promise<Response> {
  const t = words(c)
  if (field.internal) throw refused('field.internal-stays')
  const used = (await countUsed(c.get('host').db, [field.id])).get(field.id) ?? 0
  return confirmPage(c, {
    area: 'fields',
    title: t('field.remove.title', { name: fieldLabel(field, c.get('language')) }),
    text: (
      <>
        <p>{sayUsed(c, used)}</p>
        <p>{t(used > 0 ? 'field.remove.values' : 'field.remove.nothing')}</p>
      </>
    ),
    yes: t('field.remove.do'),
    back: `${PATH}/${field.id}`,
    action: `${PATH}/${field.id}/remove`,
  })
}

async function remove(c: PageContext): Promise<Response> {
  const actor = demandAdministrator(c)
  const id: Id = c.req.param('id') ?? ''
  return submit(
    c,
    {},
    async () => {
      await c.get('host').work(actor, (work) => removeField(work, id))
      return { to: PATH, said: words(c)('field.removed') }
    },
    async (form) => fieldForm(c, await demandField(c), form),
  )
}
