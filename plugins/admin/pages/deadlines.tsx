/** Owns the page that tries deadlines: a ticket received then, in this queue or with this SLA. Nothing is stored. */
import type { Hono } from 'hono'
import { DateTime } from 'luxon'
import { listQueues, slaChoices, tryDeadlines, type PageContext, type WebEnv } from '../../../core/index.ts'
import { blankForm, Button, Card, DeadlineTable, Field, PageHead, Select, statusOf, type FormState } from '../../../core/pages.ts'
import { adminPage } from '../frame.tsx'
import { words } from '../words.ts'

const PATH = '/admin/deadlines'
const FORMAT = "yyyy-MM-dd'T'HH:mm"

export function deadlineRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, tryPage)
}

async function tryPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db, config, clock } = c.get('host')
  const asked = c.req.query('queue') !== undefined || c.req.query('sla') !== undefined
  const values = {
    at: c.req.query('at')?.trim() || DateTime.fromJSDate(clock(), { zone: config.zone }).toFormat(FORMAT),
    queue: c.req.query('queue') ?? '',
    sla: c.req.query('sla') ?? '',
  }
  const [queues, slas] = await Promise.all([listQueues(db), slaChoices(db)])
  const at = DateTime.fromISO(values.at, { zone: config.zone })
  const problems: FormState['problems'] = {
    ...(at.isValid ? {} : { at: t('try-deadline.bad-moment') }),
    ...(asked && !queues.some(({ id }) => id === values.queue) && !slas.some(({ id }) => id === values.sla)
      ? { queue: t('try-deadline.no-queue') }
      : {}),
  }
  const form: FormState = { ...blankForm(values), problems }
  const by = slas.some(({ id }) => id === values.sla)
    ? { kind: 'sla' as const, id: values.sla }
    : { kind: 'queue' as const, id: values.queue }
  const found = asked && Object.keys(problems).length === 0 ? await tryDeadlines(db, by, at.toJSDate()) : undefined
  return adminPage(c, {
    title: t('area.deadlines'),
    area: 'deadlines',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.deadlines')} />
        <div class="admin-one">
          <Card>
            <p class="para">{t('try-deadline.text')}</p>
            <form class="form" method="get" action={PATH}>
              <Field
                c={c}
                form={form}
                name="at"
                id="try-at"
                type="datetime-local"
                label={t('try-deadline.at')}
                help={t('try-deadline.at.help', { zone: config.zone })}
                required
              />
              <Select
                c={c}
                form={form}
                name="queue"
                id="try-queue"
                label={t('try-deadline.queue')}
                empty={t('try-deadline.choose')}
                choices={queues.map(({ id, name }) => ({ value: id, label: name.replaceAll('::', ' · ') }))}
              />
              {slas.length > 0 && (
                <Select
                  c={c}
                  form={form}
                  name="sla"
                  id="try-sla"
                  label={t('try-deadline.sla')}
                  help={t('try-deadline.sla.help')}
                  empty={t('try-deadline.no-sla')}
                  choices={slas.map(({ id, name }) => ({ value: id, label: name }))}
                />
              )}
              <Button kind="primary">{t('try-deadline.ask')}</Button>
            </form>
          </Card>
          {found && (
            <div class="below">
              <Card title={t('try-deadline.found')} id="answer">
                <DeadlineTable c={c} source={found.source} deadlines={found.deadlines} arrivedAt={at.toJSDate()} />
              </Card>
            </div>
          )}
        </div>
      </>
    ),
  })
}
