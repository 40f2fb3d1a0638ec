/** Owns the page of jobs that were given up: what each was to do, why it failed; started again or dropped. */
import type { Hono } from 'hono'
import {
  ActButton, dropDeadJob, listDeadJobs, retryDeadJob, retryDeadJobs, Time, type DeadJob, type PageContext, type WebEnv,
} from '../../../core/index.ts'
import { demandAdministrator, submit } from '../frame.tsx'
import { listPage, pick, plainTime, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'

const PATH = '/admin/jobs'

export function jobRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, jobsPage)
  app.post(`${PATH}/retry`, async (c) => {
    const actor = demandAdministrator(c)
    return submit(c, {}, async () => {
      const { length } = await c.get('host').work(actor, retryDeadJobs)
      return { to: PATH, said: words(c)('job.retried', { count: length }) }
    }, () => jobsPage(c))
  })
  for (const [what, act] of [['retry', retryDeadJob], ['drop', dropDeadJob]] as const) {
    app.post(`${PATH}/:job/${what}`, async (c) => {
      const actor = demandAdministrator(c)
      return submit(c, {}, async () => {
        await c.get('host').work(actor, (work) => act(work, c.req.param('job')))
        return { to: PATH, said: words(c)(what === 'retry' ? 'job.retried' : 'job.dropped', { count: 1 }) }
      }, () => jobsPage(c))
    })
  }
}

/** A fact that could not be told is named by what happened, to whom; any other job by its task. */
const sayJob = (job: DeadJob): string => job.fact ? `${job.fact.name} → ${job.fact.subscriber}` : job.task

async function jobsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const jobs = await listDeadJobs(c.get('host').db)
  const options: ListOptions = { sorts: ['job', 'failed'], sort: 'failed', direction: 'desc' }
  const query = readList(c, options)
  const columns: Column<DeadJob>[] = [
    { key: 'job', label: t('job.what'), sort: true, text: sayJob, cell: (job) => (
      <details>
        <summary class="line-1">{sayJob(job)}</summary>
        <pre class="small">{JSON.stringify(job.payload, undefined, 2)}</pre>
      </details>
    ) },
    { key: 'ticket', label: t('mail.ticket'), text: (job) => job.fact?.ticketId ?? '', cell: (job) => job.fact?.ticketId ? <a class="number" href={`/desk/tickets/${job.fact.ticketId}`}>{job.fact.ticketId}</a> : '', class: 'cell-number' },
    { key: 'error', label: t('job.error'), text: (job) => job.error ?? '', cell: (job) => (job.error ?? '').split('\n')[0] ?? '' },
    { key: 'attempts', label: t('mail.attempts'), text: (job) => String(job.attempts), cell: (job) => job.attempts, class: 'cell-narrow' },
    { key: 'failed', label: t('job.failed'), sort: true, text: (job) => plainTime(c, job.failedAt), cell: (job) => <Time c={c} at={job.failedAt} />, class: 'cell-time' },
    { key: 'acts', label: t('job.acts'), text: () => '', cell: (job) => (
      <div class="acts">
        <ActButton c={c} action={`${PATH}/${job.id}/retry`}>{t('job.retry')}</ActButton>
        <ActButton c={c} action={`${PATH}/${job.id}/drop`}>{t('job.drop')}</ActButton>
      </div>
    ) },
  ]
  const usual = query.sort === 'failed' && query.direction === 'desc'
  return listPage(c, {
    area: 'jobs', title: t('area.jobs'), beside: t('job.beside'), query, options, columns, rows: pick(c, jobs, usual ? { ...query, sort: '' } : query, columns, ''),
    acts: jobs.length > 0 && <ActButton c={c} action={`${PATH}/retry`} kind="primary">{t('job.retry-all')}</ActButton>,
    searchLabel: t('list.search'), empty: { title: t('job.none') },
  })
}
