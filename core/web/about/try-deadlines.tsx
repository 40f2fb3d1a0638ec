/** Owns trying deadlines: the form that asks what a ticket would have that came then, and the answer. Nothing is stored. */
import { DateTime } from 'luxon'
import { tryDeadlines } from '../../escalation/recount.ts'
import { coreTexts } from '../../i18n/core-texts.ts'
import type { PageContext } from '../../kernel/contract.ts'
import type { Id } from '../../database/schema.ts'
import { blankForm, type FormState } from '../forms.ts'
import { statusOf } from '../submit.ts'
import { Button, Field, Select } from '../parts/fields.tsx'
import { Card } from '../parts/layout.tsx'
import { DeadlineTable } from './deadlines.tsx'

const FORMAT = "yyyy-MM-dd'T'HH:mm"

interface Named {
  id: Id
  name: string
}

/** What the address asks (`at`, `queue`, `sla`), of these queues and SLAs: the page's status and body. `path`: where the form leads. */
export async function tryingDeadlines(
  c: PageContext,
  { path, queues, slas }: { path: string; queues: readonly Named[]; slas: readonly Named[] },
) {
  const t = coreTexts.in(c.get('language'))
  const { db, config, clock } = c.get('host')
  const asked = c.req.query('queue') !== undefined || c.req.query('sla') !== undefined
  const values = {
    at: c.req.query('at')?.trim() || DateTime.fromJSDate(clock(), { zone: config.zone }).toFormat(FORMAT),
    queue: c.req.query('queue') ?? '',
    sla: c.req.query('sla') ?? '',
  }
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
  const body = (
    <>
      <Card>
        <p class="para">{t('try-deadline.text')}</p>
        <form class="form" method="get" action={path}>
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
    </>
  )
  return { status: statusOf(form), body }
}
