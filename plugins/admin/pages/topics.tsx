/** Owns the pages of topics: what everybody may choose when asking, and which queue of central IT answers in the end. */
import type { Hono } from 'hono'
import {
  createTopic,
  listTopics,
  listUnits,
  refused,
  ROOT_UNIT,
  setRoute,
  type Id,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  ButtonLink,
  Checkbox,
  Crumb,
  Field,
  FormCard,
  PageHead,
  readFields,
  Select,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import { editTopic, listAllQueues, routesOf, type Topic, type TopicForm } from '../../../core/administration.ts'
import { adminPage, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'
import { queueChoices } from './choices.ts'

const PATH = '/admin/topics'

export function topicRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, topicsPage)
  app.get(`${PATH}/new`, (c) => topicForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, (c) => save(c, undefined))
  app.get(`${PATH}/:id`, async (c) => topicForm(c, await demandTopic(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => save(c, await demandTopic(c)))
}

async function demandTopic(c: PageContext): Promise<Topic> {
  const topic = (await listTopics(c.get('host').db)).find((one) => one.id === c.req.param('id'))
  if (!topic) throw refused('not-found')
  return topic
}

async function save(c: PageContext, topic: Topic | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  return submit(
    c,
    values,
    async () => {
      await c.get('host').work(actor, async (work) => {
        let id: Id
        if (topic) {
          await editTopic(work, topic.id, read(values))
          id = topic.id
        } else {
          id = await createTopic(work, ROOT_UNIT, read(values))
        }
        if (!topic || topic.unitId === ROOT_UNIT) await setRoute(work, ROOT_UNIT, id, values['queueId'] || null)
      })
      return { to: PATH, said: words(c)('said.saved') }
    },
    (form) => topicForm(c, topic, form),
  )
}

async function topicsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const options: ListOptions = { sorts: ['order', 'name', 'unit'], sort: 'order' }
  const query = readList(c, options)
  const [topics, units, queues, routes] = await Promise.all([listTopics(db), listUnits(db), listAllQueues(db), routesOf(db, ROOT_UNIT)])
  const unit = (topic: Topic) =>
    topic.unitId === ROOT_UNIT ? t('topic.everybody') : (units.find((one) => one.id === topic.unitId)?.name ?? '')
  const queue = (topic: Topic) => queues.find((one) => one.id === routes.get(topic.id))?.name ?? ''
  const columns: Column<Topic>[] = [
    {
      key: 'name',
      label: t('topic.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${PATH}/${x.id}`} name={x.name} below={x.nameEn} />,
    },
    { key: 'unit', label: t('topic.offered'), sort: true, text: unit, cell: unit },
    { key: 'queue', label: t('topic.in-the-end'), text: queue, cell: (x) => queue(x) || <span class="quiet">{t('topic.reception')}</span> },
    { key: 'order', label: t('topic.sort'), sort: true, text: (x) => String(x.sort), cell: (x) => x.sort, class: 'cell-narrow' },
    {
      key: 'valid',
      label: t('valid'),
      text: (x) => t(x.valid ? 'valid.on' : 'valid.off'),
      cell: (x) => (x.valid ? t('valid.on') : <span class="warn">{t('valid.off')}</span>),
      class: 'cell-narrow',
    },
  ]
  return listPage(c, {
    area: 'topics',
    title: t('area.topics'),
    beside: t('topic.what'),
    query,
    options,
    columns,
    rows: pick(c, topics, query, columns, 'order'),
    searchLabel: t('list.search'),
    empty: { title: t('topic.none'), text: t('topic.none.text') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('topic.new')}
      </ButtonLink>
    ),
  })
}

async function topicForm(c: PageContext, topic: Topic | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [queues, routes] = await Promise.all([listAllQueues(db), routesOf(db, ROOT_UNIT)])
  const stands = topic && routes.get(topic.id)
  return adminPage(c, {
    title: topic?.name ?? t('topic.new'),
    area: 'topics',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.topics')}</Crumb>
        <PageHead title={topic?.name ?? t('topic.new')} />
        <div class="admin-one">
          <FormCard c={c} form={form} of={topic && `topic:${topic.id}`} cancel={PATH}>
            <Field
              c={c}
              form={form}
              name="name"
              label={t('topic.name')}
              help={t('topic.name.help')}
              value={topic?.name}
              maxlength={100}
              required
            />
            <Field c={c} form={form} name="nameEn" label={t('topic.name-en')} value={topic?.nameEn} maxlength={100} />
            {(!topic || topic.unitId === ROOT_UNIT) && (
              <Select
                c={c}
                form={form}
                name="queueId"
                label={t('topic.in-the-end')}
                help={t('topic.in-the-end.help')}
                value={stands}
                empty={t('topic.reception')}
                choices={queueChoices(queues, stands ?? null)}
              />
            )}
            <Field
              c={c}
              form={form}
              name="sort"
              label={t('topic.sort')}
              help={t('topic.sort.help')}
              value={topic?.sort ?? 0}
              inputmode="numeric"
            />
            <Checkbox c={c} form={form} name="valid" label={t('in-use')} help={t('topic.valid.help')} checked={topic?.valid ?? true} />
          </FormCard>
        </div>
      </>
    ),
  })
}

const read = (values: Record<string, string>): TopicForm => ({
  name: values['name'] ?? '',
  nameEn: values['nameEn'] ?? '',
  sort: Number.parseInt(values['sort'] ?? '', 10) || 0,
  valid: Boolean(values['valid']),
})
