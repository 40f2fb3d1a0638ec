/** Owns the page of plugins' faults: where one is suspended, what went wrong, how often; resuming and putting away. */
import type { Hono } from 'hono'
import type { PageContext, WebEnv } from '../../../core/index.ts'
import { Button, ButtonLink, Card, CsrfField, readFields, submit, Time } from '../../../core/pages.ts'
import { forgetFaults, listFaults, listSuspensions, resumePlugin, type FaultRow, type Suspension } from '../../../core/administration.ts'
import { confirmPage, demandAdministrator } from '../frame.tsx'
import { listPage, pick, plainTime, readList, type Column, type ListOptions } from '../list.tsx'
import { words, type AdminKey } from '../words.ts'

const PATH = '/admin/faults'

export function faultRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, faultsPage)
  app.post(`${PATH}/resume`, async (c) => {
    const actor = demandAdministrator(c)
    const { plugin = '', unit = '', missed } = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => resumePlugin(work, plugin, unit === '' ? null : unit, { missed: missed === 'on' }))
        return { to: PATH, said: words(c)('fault.resumed', { plugin }) }
      },
      () => faultsPage(c),
    )
  })
  app.get(`${PATH}/forget`, async (c) => {
    const t = words(c)
    const plugin = c.req.query('plugin') ?? ''
    return confirmPage(c, {
      area: 'faults',
      title: t('fault.forget', { plugin }),
      text: <p>{t('fault.forget.text')}</p>,
      yes: t('fault.forget.yes'),
      back: PATH,
      action: `${PATH}/forget?plugin=${encodeURIComponent(plugin)}`,
    })
  })
  app.post(`${PATH}/forget`, async (c) => {
    const actor = demandAdministrator(c)
    const { plugin = c.req.query('plugin') ?? '' } = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => forgetFaults(work, plugin))
        return { to: PATH, said: words(c)('fault.forgotten', { plugin }) }
      },
      () => faultsPage(c),
    )
  })
}

const KINDS = ['slot', 'guard', 'mail check', 'mail step', 'search', 'login', 'page', 'api', 'fact', 'job', 'start'] as const
const kindKey = (kind: string): AdminKey => `fault.kind.${KINDS.find((known) => known === kind) ?? 'job'}`

async function faultsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [faults, suspended] = await Promise.all([listFaults(db), listSuspensions(db)])
  const options: ListOptions = { sorts: ['plugin', 'unit', 'times', 'last'], sort: 'last', direction: 'desc' }
  const query = readList(c, options)
  const where = (fault: { unitName: string | null }) => fault.unitName ?? t('fault.no-unit')
  const columns: Column<FaultRow>[] = [
    {
      key: 'error',
      label: t('fault.error'),
      text: (f) => f.error,
      cell: (f) => (
        <details>
          <summary class="line-1">{f.error}</summary>
          <pre class="small">{f.detail}</pre>
        </details>
      ),
      class: 'cell-error',
    },
    { key: 'plugin', label: t('plugin.name'), sort: true, text: (f) => f.plugin, cell: (f) => f.plugin, class: 'cell-queue' },
    {
      key: 'place',
      label: t('fault.place'),
      text: (f) => `${t(kindKey(f.kind))} ${f.name}`,
      cell: (f) => (
        <>
          {t(kindKey(f.kind))} <code>{f.name}</code>
        </>
      ),
      class: 'cell-error',
    },
    { key: 'unit', label: t('person.unit'), sort: true, text: where, cell: where },
    { key: 'times', label: t('fault.times'), sort: true, text: (f) => String(f.times), cell: (f) => f.times, class: 'cell-narrow' },
    { key: 'first', label: t('fault.first'), text: (f) => plainTime(c, f.firstAt) },
    {
      key: 'last',
      label: t('fault.last'),
      sort: true,
      text: (f) => plainTime(c, f.lastAt),
      cell: (f) => <Time c={c} at={f.lastAt} />,
      class: 'cell-time',
    },
    { key: 'detail', label: t('fault.detail'), text: (f) => f.detail },
  ]
  const plugins = [...new Set(faults.map((fault) => fault.plugin))].toSorted()
  return listPage(c, {
    area: 'faults',
    title: t('area.faults'),
    beside: t('fault.what'),
    query,
    options,
    columns,
    rows:
      query.sort === 'last' && query.direction === 'desc'
        ? pick(c, faults, { ...query, sort: '' }, columns, '')
        : pick(c, faults, query, columns, ''),
    above: suspended.length > 0 && (
      <Card title={t('fault.suspended')} id="suspended">
        <p class="para">{t('fault.suspended.text')}</p>
        {suspended.map((one) => (
          <Suspended c={c} one={one} where={where(one)} />
        ))}
      </Card>
    ),
    below: plugins.length > 0 && (
      <div class="acts">
        {plugins.map((plugin) => (
          <ButtonLink href={`${PATH}/forget?plugin=${encodeURIComponent(plugin)}`}>{t('fault.forget', { plugin })}</ButtonLink>
        ))}
      </div>
    ),
    searchLabel: t('list.search'),
    empty: { title: t('fault.none'), text: t('fault.none.text') },
  })
}

const Suspended = ({ c, one, where }: { c: PageContext; one: Suspension; where: string }) => {
  const t = words(c)
  return (
    <form method="post" autocomplete="off" action={`${PATH}/resume`} class="suspended para">
      <CsrfField c={c} />
      <input type="hidden" name="plugin" value={one.plugin} />
      <input type="hidden" name="unit" value={one.unitId ?? ''} />
      <p>
        <b>{one.plugin}</b> – {where}, {t('fault.since')} <Time c={c} at={one.since} />
        {one.lastError && (
          <>
            : <span class="quiet">{one.lastError}</span>
          </>
        )}
      </p>
      <p>
        <label>
          <input type="checkbox" name="missed" value="on" checked /> {t('fault.missed')}
        </label>
      </p>
      <div class="acts">
        <Button kind="primary">{t('fault.resume')}</Button>
      </div>
    </form>
  )
}
