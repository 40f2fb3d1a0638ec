/** Owns the page of jobs that were given up: what each was to do, why it failed; started again or dropped. */
import type { Hono } from 'hono'
import { refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import { ActButton, ButtonLink, submit, Time } from '../../../core/pages.ts'
import { dropDeadJob, listDeadJobs, retryDeadJob, retryDeadJobs, type DeadJob } from '../../../core/administration.ts'
import { confirmPage, demandAdministrator } from '../frame.tsx'
import { listPage, pick, plainTime, readList, type Column, type ListOptions } from '../list.tsx'
import { words, type Say } from '../words.ts'

const PATH = '/admin/jobs'

export function jobRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, jobsPage)
  app.post(`${PATH}/retry`, async (c) => {
    const actor = demandAdministrator(c)
    return submit(
      c,
      {},
      async () => {
        const { length } = await c.get('host').work(actor, retryDeadJobs)
        return { to: PATH, said: words(c)('job.retried', { count: length }) }
      },
      () => jobsPage(c),
    )
  })
  app.get(`${PATH}/:job/drop`, async (c) => {
    const t = words(c)
    const job = (await listDeadJobs(c.get('host').db)).find(({ id }) => id === c.req.param('job'))
    if (!job) throw refused('not-found')
    return confirmPage(c, {
      area: 'jobs',
      title: t('job.drop.title'),
      text: <p>{t('job.drop.text', { job: sayJob(t, job) })}</p>,
      yes: t('job.drop.yes'),
      back: PATH,
      action: `${PATH}/${job.id}/drop`,
    })
  })
  for (const [what, act] of [
    ['retry', retryDeadJob],
    ['drop', dropDeadJob],
  ] as const) {
    app.post(`${PATH}/:job/${what}`, async (c) => {
      const actor = demandAdministrator(c)
      return submit(
        c,
        {},
        async () => {
          await c.get('host').work(actor, (work) => act(work, c.req.param('job')))
          return { to: PATH, said: words(c)(what === 'retry' ? 'job.retried' : 'job.dropped', { count: 1 }) }
        },
        () => jobsPage(c),
      )
    })
  }
}

const TASKS = ['mail/send', 'mail/process', 'kernel/tidy', 'ticket/pending'] as const

/** A fact that could not be told is named by what happened, to whom; any other job by what it does, or by its task. */
function sayJob(t: Say, job: DeadJob): string {
  if (job.fact) return t('job.tell', { plugin: job.fact.subscriber, fact: job.fact.name })
  const known = TASKS.find((task) => task === job.task)
  return known ? t(`job.task.${known}`) : job.task
}

async function jobsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const jobs = await listDeadJobs(c.get('host').db)
  const options: ListOptions = { sorts: ['job', 'failed'], sort: 'failed', direction: 'desc' }
  const query = readList(c, options)
  const columns: Column<DeadJob>[] = [
    {
      key: 'job',
      label: t('job.what'),
      sort: true,
      text: (job) => sayJob(t, job),
      cell: (job) => (
        <details>
          <summary>
            <span class="line-1">{sayJob(t, job)}</span>
            {job.error && <span class="line-2">{job.error.split('\n')[0]}</span>}
          </summary>
          <pre class="small">
            {job.task} {JSON.stringify(job.payload, undefined, 2)}
            {job.error && `\n\n${job.error}`}
          </pre>
        </details>
      ),
      class: 'cell-error',
    },
    {
      key: 'ticket',
      label: t('mail.ticket'),
      text: (job) => job.fact?.ticketNumber ?? '',
      cell: (job) =>
        job.fact?.ticketId ? (
          <a class="number" href={`/desk/tickets/${job.fact.ticketId}`}>
            {job.fact.ticketNumber}
          </a>
        ) : (
          ''
        ),
      class: 'cell-number',
    },
    { key: 'error', label: t('job.error'), text: (job) => job.error ?? '' },
    { key: 'attempts', label: t('mail.attempts'), text: (job) => String(job.attempts), cell: (job) => job.attempts, class: 'cell-narrow' },
    {
      key: 'failed',
      label: t('job.failed'),
      sort: true,
      text: (job) => plainTime(c, job.failedAt),
      cell: (job) => <Time c={c} at={job.failedAt} />,
      class: 'cell-error',
    },
    {
      key: 'acts',
      label: t('job.acts'),
      text: () => '',
      cell: (job) => (
        <div class="acts">
          <ActButton c={c} small action={`${PATH}/${job.id}/retry`}>
            {t('job.retry')}
          </ActButton>
          <ButtonLink small href={`${PATH}/${job.id}/drop`}>
            {t('job.drop')}
          </ButtonLink>
        </div>
      ),
      class: 'cell-acts',
    },
  ]
  const usual = query.sort === 'failed' && query.direction === 'desc'
  return listPage(c, {
    area: 'jobs',
    title: t('area.jobs'),
    beside: t('job.beside'),
    query,
    options,
    columns,
    rows: pick(c, jobs, usual ? { ...query, sort: '' } : query, columns, ''),
    acts: jobs.length > 0 && (
      <ActButton c={c} action={`${PATH}/retry`} kind="primary">
        {t('job.retry-all')}
      </ActButton>
    ),
    searchLabel: t('list.search'),
    empty: { title: t('job.none') },
  })
}
