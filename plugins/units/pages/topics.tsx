/** Owns the page of a unit's topics: which it takes into which queue, who answers the others, its own ones. */
import type { Hono } from 'hono'
import {
  createTopic,
  listQueues,
  listTopics,
  listUnits,
  readRouting,
  refused,
  ROOT_UNIT,
  route,
  setRoute,
  shortName,
  topicName,
  topicsOffered,
  type Id,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  Card,
  Checkbox,
  Crumb,
  CsrfField,
  EmptyState,
  Field,
  FormCard,
  Notice,
  PageHead,
  readFields,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import { editTopic, readLimits, routesOf, unitsBelow, type Topic } from '../../../core/administration.ts'
import { enter, unitName, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

export function topicRoutes(app: Hono<WebEnv>): void {
  const base = '/u/:unit/admin/topics'
  app.get(base, async (c) => topicsPage(c, await enter(c), blankForm()))
  app.post(base, async (c) => {
    const visit = await enter(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(visit.actor, async (work) => {
          for (const [name, queueId] of Object.entries(values)) {
            const [, topicId] = /^topic\.(\d{1,18}|rest)$/.exec(name) ?? []
            if (topicId !== undefined) await setRoute(work, visit.unit.id, topicId === 'rest' ? null : topicId, queueId || null)
          }
        })
        return { to: `${visit.path}/topics`, said: words(c)('said.saved') }
      },
      (form) => topicsPage(c, visit, form),
    )
  })
  app.post(`${base}/new`, async (c) => {
    const visit = await enter(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c
          .get('host')
          .work(visit.actor, (work) =>
            createTopic(work, visit.unit.id, { name: values['name'] ?? '', nameEn: values['nameEn'] ?? '', sort: 0, valid: true }),
          )
        return { to: `${visit.path}/topics`, said: words(c)('topic.added', { name: values['name'] ?? '' }) }
      },
      (form) => topicsPage(c, visit, form),
    )
  })
  app.get(`${base}/:id`, async (c) => {
    const visit = await enter(c)
    return topicForm(c, visit, await demandTopic(c, visit), blankForm())
  })
  app.post(`${base}/:id`, async (c) => {
    const visit = await enter(c)
    const topic = await demandTopic(c, visit)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(visit.actor, (work) =>
          editTopic(work, topic.id, {
            name: values['name'] ?? '',
            nameEn: values['nameEn'] ?? '',
            sort: Number.parseInt(values['sort'] ?? '', 10) || 0,
            valid: Boolean(values['valid']),
          }),
        )
        return { to: `${visit.path}/topics`, said: words(c)('said.saved') }
      },
      (form) => topicForm(c, visit, topic, form),
    )
  })
}

async function demandTopic(c: PageContext, visit: Visit): Promise<Topic> {
  const topic = (await listTopics(c.get('host').db)).find((one) => one.id === c.req.param('id'))
  if (!topic || topic.unitId !== visit.unit.id) throw refused('not-found')
  return topic
}

async function topicsPage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [topics, table, own, all, units, limits] = await Promise.all([
    listTopics(db),
    readRouting(db),
    routesOf(db, visit.unit.id),
    listQueues(db),
    listUnits(db),
    readLimits(db, visit.unit.id),
  ])
  const below = unitsBelow(units, visit.unit.id)
  const queues = all.filter((queue) => below.has(queue.unitId))
  const offered = topicsOffered(topics, table.units, visit.unit.id)
  const named = (id: Id | undefined) => {
    const unit = units.find((one) => one.id === id)
    return unit ? unitName(c, unit) : ''
  }
  /** Who answers when the unit does not. */
  const otherwise = (topicId: Id | null) => {
    const above = units.find((one) => one.id === visit.unit.parentId)
    const found = route(table, above?.id ?? null, topicId)
    return found.queueId === null ? named(ROOT_UNIT) : named(all.find((queue) => queue.id === found.queueId)?.unitId)
  }
  const row = (topicId: Id | null, label: string, mine: boolean) => (
    <tr>
      <th scope="row">
        <label for={`topic-${topicId ?? 'rest'}`}>{label}</label>
        {mine && (
          <>
            {' '}
            <a class="small" href={`${visit.path}/topics/${topicId}`}>
              {t('topic.edit')}
            </a>
          </>
        )}
      </th>
      <td>
        <select id={`topic-${topicId ?? 'rest'}`} name={`topic.${topicId ?? 'rest'}`} class="small-select">
          <option value="" selected={!own.has(topicId)}>
            {t('topic.not-taken', { unit: otherwise(topicId) })}
          </option>
          {queues.map((queue) => (
            <option value={queue.id} selected={own.get(topicId) === queue.id}>
              {queue.unitId === visit.unit.id ? shortName(queue.name) : queue.name.replaceAll('::', ' · ')}
            </option>
          ))}
        </select>
      </td>
    </tr>
  )
  return unitPage(c, visit, {
    title: t('area.topics'),
    area: 'topics',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.topics')} beside={t('topic.what')} />
        {!visit.unit.optedInAt && (
          <Notice tone="warn">
            <p>{t('topic.out')}</p>
          </Notice>
        )}
        <div class="admin-one">
          {offered.length === 0 ? (
            <Card>
              <EmptyState title={t('topic.none')} text={t('topic.none.text')} />
            </Card>
          ) : (
            <form method="post" autocomplete="off" action={`${visit.path}/topics`}>
              <CsrfField c={c} />
              <Card plain>
                <table class="plain unit-table">
                  <caption class="only-heard">{t('area.topics')}</caption>
                  <thead>
                    <tr>
                      <th scope="col">{t('topic.topic')}</th>
                      <th scope="col">{t('topic.queue')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {offered.map((topic) => row(topic.id, topicName(topic, c.get('language')), topic.unitId === visit.unit.id))}
                    {row(null, t('topic.rest'), false)}
                  </tbody>
                </table>
              </Card>
              <div class="form-foot plain-foot">
                <Button kind="primary">{t('form.save')}</Button>
              </div>
            </form>
          )}
          {(limits.ownTopics || visit.actor.access.admin) && (
            <FormCard c={c} form={form} action={`${visit.path}/topics/new`} save={t('topic.add')}>
              <h2>{t('topic.new')}</h2>
              <Field c={c} form={form} name="name" label={t('topic.name')} help={t('topic.name.help')} maxlength={100} required />
              <Field c={c} form={form} name="nameEn" label={t('topic.name-en')} maxlength={100} />
            </FormCard>
          )}
        </div>
      </>
    ),
  })
}

async function topicForm(c: PageContext, visit: Visit, topic: Topic, form: FormState): Promise<Response> {
  const t = words(c)
  return unitPage(c, visit, {
    title: topic.name,
    area: 'topics',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${visit.path}/topics`}>{t('area.topics')}</Crumb>
        <PageHead title={topic.name} />
        <div class="admin-one">
          <FormCard c={c} form={form} of={`topic:${topic.id}`} action={`${visit.path}/topics/${topic.id}`} cancel={`${visit.path}/topics`}>
            <Field c={c} form={form} name="name" label={t('topic.name')} value={topic.name} maxlength={100} required />
            <Field c={c} form={form} name="nameEn" label={t('topic.name-en')} value={topic.nameEn} maxlength={100} />
            <Field
              c={c}
              form={form}
              name="sort"
              label={t('topic.sort')}
              help={t('topic.sort.help')}
              value={topic.sort}
              inputmode="numeric"
            />
            <Checkbox c={c} form={form} name="valid" label={t('topic.valid')} help={t('topic.valid.help')} checked={topic.valid} />
          </FormCard>
        </div>
      </>
    ),
  })
}
