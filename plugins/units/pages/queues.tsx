/** Owns the pages of a unit's queues: open, rename, order, close. */
import type { Hono } from 'hono'
import { refused, shortName, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  ButtonLink,
  Card,
  Crumb,
  DeadlineFields,
  EmptyState,
  Field,
  FormCard,
  PageHead,
  QueueTimeFields,
  readFields,
  readQueueTimes,
  Select,
  statusOf,
  submit,
  TextArea,
  type FormState,
} from '../../../core/pages.ts'
import {
  closeQueue,
  createQueue,
  editQueue,
  findAdminQueue,
  groupsOfUnit,
  mainQueueOf,
  orderQueues,
  readLimits,
  rightsHeldIn,
  unitFigures,
  type AdminQueue,
  type QueueForm,
} from '../../../core/administration.ts'
import { enter, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

export function queueRoutes(app: Hono<WebEnv>): void {
  const base = '/u/:unit/admin/queues'
  app.get(base, async (c) => queuesPage(c, await enter(c), blankForm()))
  app.post(`${base}/order`, async (c) => {
    const visit = await enter(c)
    const { id = '', way } = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        const { db, work, clock } = c.get('host')
        const ids = (await unitFigures(db, visit.unit.id, clock())).filter((queue) => queue.valid).map((queue) => queue.id)
        const at = ids.indexOf(id)
        const to = at + (way === 'up' ? -1 : 1)
        if (at !== -1 && to >= 0 && to < ids.length) [ids[at], ids[to]] = [ids[to]!, ids[at]!]
        await work(visit.actor, (act) => orderQueues(act, visit.unit.id, ids))
        return { to: `${visit.path}/queues`, said: words(c)('said.saved') }
      },
      (form) => queuesPage(c, visit, form),
    )
  })
  app.get(`${base}/new`, async (c) => queueForm(c, await enter(c), undefined, blankForm()))
  app.post(`${base}/new`, async (c) => {
    const visit = await enter(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const main = await mainQueueOf(c.get('host').db, visit.unit.id)
        if (!main) throw refused('unit.not-opted-in')
        await c.get('host').work(visit.actor, (work) =>
          createQueue(work, {
            ...read(values),
            parentId: main.id,
            unitId: visit.unit.id,
            groupId: main.groupId,
            calendarId: null,
            addressId: null,
            followUpPossible: 'possible',
            followUpLock: false,
            language: null,
            valid: true,
          }),
        )
        return { to: `${visit.path}/queues`, said: words(c)('queue.added', { name: values['name'] ?? '' }) }
      },
      (form) => queueForm(c, visit, undefined, form),
    )
  })
  app.get(`${base}/:id`, async (c) => {
    const visit = await enter(c)
    return queueForm(c, visit, await demandQueue(c, visit), blankForm())
  })
  app.post(`${base}/:id`, async (c) => {
    const visit = await enter(c)
    const queue = await demandQueue(c, visit)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c
          .get('host')
          .work(visit.actor, (work) =>
            editQueue(work, queue.id, { ...stands(queue), ...read(values), ...(values['groupId'] ? { groupId: values['groupId'] } : {}) }),
          )
        return { to: `${visit.path}/queues`, said: words(c)('said.saved') }
      },
      (form) => queueForm(c, visit, queue, form),
    )
  })
  app.get(`${base}/:id/close`, async (c) => {
    const visit = await enter(c)
    return closePage(c, visit, await demandQueue(c, visit), blankForm())
  })
  app.post(`${base}/:id/close`, async (c) => {
    const visit = await enter(c)
    const queue = await demandQueue(c, visit)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const count = await c.get('host').work(visit.actor, (work) => closeQueue(work, queue.id, values['to'] ?? ''))
        return { to: `${visit.path}/queues`, said: words(c)('queue.closed', { count }) }
      },
      (form) => closePage(c, visit, queue, form),
    )
  })
  app.post(`${base}/:id/open`, async (c) => {
    const visit = await enter(c)
    const queue = await demandQueue(c, visit)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(visit.actor, (work) => editQueue(work, queue.id, { ...stands(queue), valid: true }))
        return { to: `${visit.path}/queues`, said: words(c)('said.saved') }
      },
      (form) => queuesPage(c, visit, form),
    )
  })
}

/** A queue of this very unit; another unit's is not there. */
async function demandQueue(c: PageContext, visit: Visit): Promise<AdminQueue> {
  const queue = await findAdminQueue(c.get('host').db, c.req.param('id') ?? '')
  if (!queue || queue.unitId !== visit.unit.id) throw refused('not-found')
  return queue
}

const stands = (queue: AdminQueue): QueueForm => ({
  name: shortName(queue.name),
  parentId: queue.parentId,
  unitId: queue.unitId,
  groupId: queue.groupId,
  calendarId: queue.calendarId,
  addressId: queue.addressId,
  followUpPossible: queue.followUpPossible,
  followUpLock: queue.followUpLock,
  language: queue.language,
  signature: queue.signature,
  comment: queue.comment,
  valid: queue.valid,
})
const read = (values: Record<string, string>) => ({
  name: values['name'] ?? '',
  comment: values['comment'] ?? '',
  signature: values['signature'] ?? '',
  ...readQueueTimes(values),
})

async function queuesPage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const { db, clock } = c.get('host')
  const [queues, limits] = await Promise.all([
    unitFigures(db, visit.unit.id, new Date(clock().getTime() - 30 * 86_400_000)),
    readLimits(db, visit.unit.id),
  ])
  const open = queues.filter((queue) => queue.valid)
  const full = open.length >= limits.maxQueues
  return unitPage(c, visit, {
    title: t('area.queues'),
    area: 'queues',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.queues')} beside={t('queue.count', { count: open.length, most: limits.maxQueues })}>
          {visit.unit.optedInAt && !full && (
            <ButtonLink kind="primary" href={`${visit.path}/queues/new`} shortcut="N">
              {t('queue.new')}
            </ButtonLink>
          )}
        </PageHead>
        {Object.values(form.problems).map((problem) => (
          <p class="bad">{problem}</p>
        ))}
        {queues.length === 0 ? (
          <Card>
            <EmptyState title={t('queue.none')} text={t('queue.none.text')} />
          </Card>
        ) : (
          <table class="list admin-table">
            <caption class="only-heard">{t('area.queues')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('queue.name')}</th>
                <th scope="col" class="cell-narrow">
                  {t('queue.open')}
                </th>
                <th scope="col" class="cell-narrow">
                  {t('queue.unowned')}
                </th>
                <th scope="col" class="cell-acts">
                  {t('queue.order')}
                </th>
              </tr>
            </thead>
            <tbody>
              {queues.map((queue, i) => (
                <tr>
                  <td class="cell-main">
                    <div class="main-cell">
                      <span class="line-1">
                        <a href={`${visit.path}/queues/${queue.id}`}>{shortName(queue.name)}</a>
                      </span>
                      {!queue.valid && <span class="line-2 warn">{t('queue.is-closed')}</span>}
                      {queue.valid && queue.name.includes('::') && <span class="line-2">{queue.name.replaceAll('::', ' · ')}</span>}
                    </div>
                  </td>
                  <td class="cell-narrow" data-label={t('queue.open')}>
                    {queue.open}
                  </td>
                  <td class="cell-narrow" data-label={t('queue.unowned')}>
                    {queue.unowned}
                  </td>
                  <td class="cell-acts" data-label={t('queue.order')}>
                    {queue.valid ? (
                      <div class="acts">
                        {i > 0 && (
                          <ActButton c={c} small action={`${visit.path}/queues/order`} fields={{ id: queue.id, way: 'up' }}>
                            ↑ <span class="only-heard">{t('queue.up', { name: shortName(queue.name) })}</span>
                          </ActButton>
                        )}
                        {i < open.length - 1 && (
                          <ActButton c={c} small action={`${visit.path}/queues/order`} fields={{ id: queue.id, way: 'down' }}>
                            ↓ <span class="only-heard">{t('queue.down', { name: shortName(queue.name) })}</span>
                          </ActButton>
                        )}
                      </div>
                    ) : (
                      visit.unit.optedInAt &&
                      !full && (
                        <ActButton c={c} small action={`${visit.path}/queues/${queue.id}/open`}>
                          {t('queue.reopen')}
                        </ActButton>
                      )
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {full && <p class="para quiet">{t('queue.full')}</p>}
      </>
    ),
  })
}

async function queueForm(c: PageContext, visit: Visit, queue: AdminQueue | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [main, groups] = await Promise.all([mainQueueOf(db, visit.unit.id), groupsOfUnit(db, visit.unit.id)])
  const givable = []
  for (const group of groups)
    if (group.own && (visit.actor.access.admin || (await rightsHeldIn(db, visit.actor.id, group.id)).has('rw'))) givable.push(group)
  const title = queue ? shortName(queue.name) : t('queue.new')
  return unitPage(c, visit, {
    title,
    area: 'queues',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${visit.path}/queues`}>{t('area.queues')}</Crumb>
        <PageHead title={title} {...(queue && !queue.valid ? { beside: t('queue.is-closed') } : {})} />
        <div class="admin-one">
          <FormCard
            of={queue && `queue:${queue.id}`}
            c={c}
            form={form}
            action={queue ? `${visit.path}/queues/${queue.id}` : `${visit.path}/queues/new`}
            cancel={`${visit.path}/queues`}
            {...(queue ? {} : { save: t('queue.add') })}
          >
            <Field
              c={c}
              form={form}
              name="name"
              label={t('queue.name')}
              value={queue && shortName(queue.name)}
              maxlength={200}
              required
              help={queue ? undefined : t('queue.name.help', { main: main?.name ?? '' })}
            />
            <Field
              c={c}
              form={form}
              name="comment"
              label={t('queue.comment')}
              help={t('queue.comment.help')}
              value={queue?.comment}
              maxlength={500}
            />
            <TextArea
              c={c}
              form={form}
              name="signature"
              label={t('queue.signature')}
              help={t('queue.signature.help')}
              value={queue?.signature}
              rows={4}
              maxlength={5000}
            />
            <QueueTimeFields c={c} form={form} stands={queue} />
            <fieldset class="unit-deadlines">
              <legend>{t('queue.deadlines')}</legend>
              <DeadlineFields c={c} form={form} stands={queue?.deadlines} />
            </fieldset>
            {queue && givable.length > 1 && givable.some((group) => group.id === queue.groupId) && (
              <Select
                c={c}
                form={form}
                name="groupId"
                label={t('queue.group')}
                help={t('queue.group.help')}
                value={queue.groupId}
                choices={givable.map((group) => ({ value: group.id, label: group.name }))}
              />
            )}
          </FormCard>
          {queue?.valid && queue.id !== main?.id && (
            <p class="unit-out">
              <a href={`${visit.path}/queues/${queue.id}/close`}>{t('queue.close')}</a>
            </p>
          )}
        </div>
      </>
    ),
  })
}

async function closePage(c: PageContext, visit: Visit, queue: AdminQueue, form: FormState): Promise<Response> {
  const t = words(c)
  const others = (await unitFigures(c.get('host').db, visit.unit.id, c.get('host').clock())).filter(
    (one) => one.valid && one.id !== queue.id,
  )
  return unitPage(c, visit, {
    title: t('queue.close'),
    area: 'queues',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${visit.path}/queues`}>{t('area.queues')}</Crumb>
        <PageHead title={t('queue.close.title', { name: shortName(queue.name) })} />
        <div class="admin-one">
          {others.length === 0 ? (
            <Card>
              <p>{t('queue.last')}</p>
            </Card>
          ) : (
            <FormCard
              c={c}
              form={form}
              action={`${visit.path}/queues/${queue.id}/close`}
              cancel={`${visit.path}/queues/${queue.id}`}
              save={t('queue.close')}
            >
              <p>{t('queue.close.text', { count: queue.open })}</p>
              <Select
                c={c}
                form={form}
                name="to"
                label={t('queue.close.to')}
                value={queue.parentId}
                choices={others.map((one) => ({ value: one.id, label: one.name.replaceAll('::', ' · ') }))}
              />
            </FormCard>
          )}
        </div>
      </>
    ),
  })
}
