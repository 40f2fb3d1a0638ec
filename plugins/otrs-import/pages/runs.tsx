/** Owns the page of runs: what the import does now, how fast, how long it takes yet; stopping it; and the runs before. */
import type { Hono } from 'hono'
import { isId, refused, type Host, type PageContext, type WebEnv } from '../../../core/index.ts'
import { ActButton, Card, EmptyState, flash, fragment, hx, isFragment, Notice, saySize, SideList, Time } from '../../../core/pages.ts'
import { askStop, findRun, listRuns, type Run } from '../runs.store.ts'
import { words, type ImportKey } from '../words.ts'
import { demandAdministrator, importPage, PATH } from './frame.tsx'
import { standingOf, stateNow } from './progress.ts'

export function runRoutes(app: Hono<WebEnv>, host: Host): void {
  app.get(PATH, async (c) => {
    await demandAdministrator(c)
    const [run, ...earlier] = await listRuns(host.db)
    if (isFragment(c)) return fragment(c, run ? <RunCard c={c} run={run} /> : null)
    const t = words(c)
    return importPage(c, {
      tab: 'runs',
      body: run ? (
        <>
          <RunCard c={c} run={run} />
          {earlier.length > 0 && <Earlier c={c} runs={earlier} />}
        </>
      ) : (
        <Card>
          <EmptyState title={t('run.none')} text={t('run.none.text')} />
        </Card>
      ),
    })
  })

  app.post(`${PATH}/runs/:id/stop`, async (c) => {
    const actor = await demandAdministrator(c)
    const id = c.req.param('id')
    if (!isId(id) || !(await findRun(host.db, id))) throw refused('not-found')
    await host.work(actor, (work) => askStop(work.db, id))
    flash(c, { text: words(c)('run.stopped') })
    return c.redirect(PATH, 303)
  })
}

/** It asks for itself again while the run lasts; without scripts a link does. */
const RunCard = ({ c, run }: { c: PageContext; run: Run }) => {
  const t = words(c)
  const language = c.get('language')
  const state = stateNow(run, c.get('host').clock())
  const { parts, rate, bytesRate, secondsLeft } = standingOf(run)
  const lasts = state === 'running'
  return (
    <div id="take-over-run" {...(lasts ? hx(c, { get: PATH, trigger: 'every 2s', swap: 'outerMorph' }) : {})}>
      <Card
        id="run"
        title={`${t('run.state')}: ${t(`run.state.${state}`)}`}
        acts={
          lasts ? (
            <div class="acts">
              <a class="button button-quiet button-small" href={PATH}>
                {t('run.refresh')}
              </a>
              <ActButton c={c} action={`${PATH}/runs/${run.id}/stop`} small>
                {t('run.stop')}
              </ActButton>
            </div>
          ) : undefined
        }
      >
        {lasts && <p class="row-quiet">{t('run.stop.help')}</p>}
        {run.problem && (
          <Notice tone="bad">
            <strong>{t('run.problem')}:</strong> {run.problem}
          </Notice>
        )}
        {state === 'silent' && <Notice tone="warn">{t('run.silent.text')}</Notice>}
        {(state === 'stopped' || state === 'failed') && (
          <Notice>
            <strong>{t('run.resume')}:</strong> {t('run.resume.text')}
          </Notice>
        )}
        <SideList
          items={[
            { name: t('run.source'), value: run.source },
            { name: t('run.version'), value: `${run.product.toUpperCase()} ${run.version}` },
            { name: t('run.kind'), value: t(run.incremental ? 'run.incremental' : 'run.whole') },
            { name: t('run.snapshot'), value: run.snapshotAt && <Time c={c} at={run.snapshotAt} /> },
            { name: t('run.started'), value: <Time c={c} at={run.startedAt} /> },
            { name: t('run.ended'), value: run.endedAt && <Time c={c} at={run.endedAt} /> },
            { name: t('run.phase'), value: lasts ? run.phase : undefined },
            {
              name: t('run.rate'),
              value: lasts && rate > 0 ? t('run.rate.value', { rows: Math.round(rate), bytes: saySize(bytesRate, language) }) : undefined,
            },
            {
              name: t('run.left'),
              value:
                !lasts || secondsLeft === null
                  ? undefined
                  : secondsLeft < 60
                    ? t('run.left.soon')
                    : t('run.left.value', { minutes: Math.round(secondsLeft / 60) }),
            },
          ]}
        />
        {parts.length > 0 && (
          <div class="scroll" tabindex={0} role="group" aria-label={t('run.part')}>
            <table class="plain take-over-parts">
              <thead>
                <tr>
                  <th scope="col">{t('run.part')}</th>
                  <th scope="col">{t('run.rows')}</th>
                  <th scope="col">{t('run.bytes')}</th>
                </tr>
              </thead>
              <tbody>
                {parts.map(({ part, rows, of, bytes }) => (
                  <tr>
                    <th scope="row">{part}</th>
                    <td>
                      {of === null ? rows.toLocaleString(language) : t('run.of', { rows, of })}
                      {of !== null && of > 0 && (
                        <progress max={of} value={Math.min(rows, of)} aria-label={t('run.progress', { part })}>
                          {Math.floor((Math.min(rows, of) / of) * 100)} %
                        </progress>
                      )}
                    </td>
                    <td>{bytes > 0 ? saySize(bytes, language) : ''}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
    </div>
  )
}

const Earlier = ({ c, runs }: { c: PageContext; runs: readonly Run[] }) => {
  const t = words(c)
  return (
    <Card title={t('run.earlier')} id="earlier" plain>
      <div class="scroll" tabindex={0} role="group" aria-label={t('run.earlier')}>
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{t('run.started')}</th>
              <th scope="col">{t('run.kind')}</th>
              <th scope="col">{t('run.state')}</th>
              <th scope="col">{t('run.snapshot')}</th>
              <th scope="col">{t('run.problem')}</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr>
                <td>
                  <Time c={c} at={run.startedAt} />
                </td>
                <td>{t(run.incremental ? 'run.incremental' : 'run.whole')}</td>
                <td>{t(`run.state.${stateNow(run, c.get('host').clock())}` satisfies ImportKey)}</td>
                <td>{run.snapshotAt && <Time c={c} at={run.snapshotAt} />}</td>
                <td>{run.problem ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )
}
