/** Owns a rule's log, trying it, and running it at once. */
import type { Hono } from 'hono'
import { coreTexts, isId, Refusal, refused, sayFact, type CoreKey, type PageContext, type WebEnv } from '../../../core/index.ts'
import { ActButton, Card, Crumb, EmptyState, flash, Notice, PageHead, Pager, plainTime, sayRefusal, Time } from '../../../core/pages.ts'
import { administrationPage } from '../../../core/administration.ts'
import type { Rule } from '../rule.ts'
import { findRun, listRuns, ticketsOfRun, type Run } from '../rules.store.ts'
import { actorOf, askRun, tryRule, type AutomationHost, type Tried } from '../run.ts'
import { isWaking } from '../wakes.ts'
import { words } from '../words.ts'
import { TicketLink } from './form.tsx'
import { OffNotice, StoppedNotice } from './notices.tsx'
import { BASES, demandRule, enter, type Place } from './place.ts'

/** Tickets that a trial tries, and a page of a run names. */
const TRIED = 20
const NAMED = 500
const PAGE = 50

export function logRoutes(app: Hono<WebEnv>, host: AutomationHost): void {
  for (const base of BASES) {
    app.get(`${base}/:id/log`, async (c) => {
      const place = await enter(c, host)
      return logPage(c, place, await demandRule(c, place))
    })
    app.get(`${base}/:id/log/:run`, async (c) => {
      const place = await enter(c, host)
      const rule = await demandRule(c, place)
      const run = await findRun(host.db, c.req.param('run') ?? '')
      if (run?.ruleId !== rule.id) throw refused('not-found')
      return runPage(c, place, rule, run)
    })
    app.post(`${base}/:id/try`, async (c) => {
      const place = await enter(c, host)
      return tryPage(c, place, await demandRule(c, place))
    })
    app.post(`${base}/:id/run`, async (c) => {
      const place = await enter(c, host)
      const rule = await demandRule(c, place)
      await askRun(host, rule.id, 'hand')
      flash(c, { text: words(c)('run.asked', { name: rule.name }) })
      return c.redirect(`${place.path}/${rule.id}/log`, 303)
    })
  }
}

const Head = ({ c, place, rule, title }: { c: PageContext; place: Place; rule: Rule; title: string }) => {
  const t = words(c)
  return (
    <>
      <Crumb href={`${place.path}/${rule.id}`}>{rule.name}</Crumb>
      <PageHead title={title}>
        <ActButton c={c} action={`${place.path}/${rule.id}/try`}>
          {t('try')}
        </ActButton>
        <ActButton c={c} action={`${place.path}/${rule.id}/run`}>
          {t('run')}
        </ActButton>
      </PageHead>
      <StoppedNotice c={c} place={place} rule={rule} />
    </>
  )
}

async function logPage(c: PageContext, place: Place, rule: Rule): Promise<Response> {
  const t = words(c)
  const { before = '' } = c.req.query()
  const from = isId(before) ? before : undefined
  const runs = await listRuns(place.host.db, rule.id, { before: from, limit: PAGE + 1 })
  const shown = runs.slice(0, PAGE)
  const title = t('log.title', { name: rule.name })
  const path = `${place.path}/${rule.id}/log`
  return administrationPage(c, place, {
    title,
    body: (
      <>
        <Head c={c} place={place} rule={rule} title={title} />
        {shown.length === 0 ? (
          <Card>
            <EmptyState title={t('log.none')} />
          </Card>
        ) : (
          <table class="list admin-table">
            <caption class="only-heard">{title}</caption>
            <thead>
              <tr>
                {(['log.when', 'log.why', 'log.meant', 'log.done', 'log.refused', 'log.fault'] as const).map((key) => (
                  <th scope="col">{t(key)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((run) => (
                <tr>
                  <td class="cell-main">
                    <a href={`${path}/${run.id}`}>
                      <Time c={c} at={run.at} />
                    </a>
                  </td>
                  <td data-label={t('log.why')}>{sayWhy(c, run)}</td>
                  <td data-label={t('log.meant')}>{run.meant ?? ''}</td>
                  <td data-label={t('log.done')}>{run.done}</td>
                  <td data-label={t('log.refused')}>{run.refused}</td>
                  <td data-label={t('log.fault')}>{run.endedAt ? sayCode(c, run.fault) : t('log.running')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <Pager c={c} first={from ? path : null} next={runs.length > PAGE ? `${path}?before=${shown.at(-1)!.id}` : null} />
      </>
    ),
  })
}

const sayWhy = (c: PageContext, { why, fact }: Run): string => {
  const t = words(c)
  if (why !== 'fact') return t(`log.why.${why}`)
  return fact !== null && isWaking(fact) ? sayFact(fact, c.get('language')) : (fact ?? '')
}

/** Codes of refusals in words; what is none stands as it is. What the sentence spoke of is not kept. */
const sayCode = (c: PageContext, code: string): string =>
  Object.hasOwn(coreTexts.pl, `error.${code}`)
    ? coreTexts
        .in(c.get('language'))(`error.${code}` as CoreKey)
        .replace(/\{\w+\}/g, '…')
    : code

async function runPage(c: PageContext, place: Place, rule: Rule, run: Run): Promise<Response> {
  const t = words(c)
  const title = t('log.run', { when: plainTime(c, run.at) })
  const tickets = await ticketsOfRun(place.host.db, run.id, NAMED)
  return administrationPage(c, place, {
    title: `${title} – ${rule.name}`,
    body: (
      <>
        <Crumb href={`${place.path}/${rule.id}/log`}>{t('log.title', { name: rule.name })}</Crumb>
        <PageHead title={title} beside={sayWhy(c, run)} />
        <Card title={t('log.tickets')} id="tickets">
          <ul class="plain-list">
            {
              await Promise.all(
                tickets.map(async ({ ticketId, refused: code }) => (
                  <li>
                    <TicketLink c={c} actor={place.actor} id={ticketId} host={place.host} />
                    {code !== null && <span class="warn"> – {sayCode(c, code)}</span>}
                  </li>
                )),
              )
            }
          </ul>
        </Card>
      </>
    ),
  })
}

async function tryPage(c: PageContext, place: Place, rule: Rule): Promise<Response> {
  const t = words(c)
  const title = t('try.title', { name: rule.name })
  const actor = await actorOf(place.host, rule)
  let result: Awaited<ReturnType<typeof tryRule>> | undefined
  let problem = actor ? '' : t('stopped.rights', { detail: rule.editorName ?? '' })
  if (actor) {
    try {
      result = await tryRule(place.host, rule, actor, TRIED)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      problem = sayRefusal(error, c.get('language'))
    }
  }
  const say = ({ what, refused: why }: Tried) =>
    why ? t('try.refused', { why: sayRefusal(why, c.get('language')) }) : t(what === 'would' ? 'try.would' : 'try.same')
  return administrationPage(c, place, {
    title,
    body: (
      <>
        <Head c={c} place={place} rule={rule} title={title} />
        <OffNotice c={c} place={place} />
        {problem && (
          <Notice tone="bad">
            <p>{problem}</p>
          </Notice>
        )}
        {result && (
          <Card>
            {result.tried.length === 0 ? (
              <EmptyState title={t('try.none')} />
            ) : (
              <>
                <p>{t('try.what')}</p>
                {result.meant > result.tried.length && <p>{t('try.only', { count: result.tried.length })}</p>}
                {result.mailed > 0 && <p>{t('try.mailed', { count: result.mailed })}</p>}
                <table class="plain">
                  <thead>
                    <tr>
                      <th scope="col">{t('try.ticket')}</th>
                      <th scope="col">{t('try.result')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {
                      await Promise.all(
                        result.tried.map(async (tried) => (
                          <tr>
                            <td>
                              <TicketLink c={c} actor={place.actor} id={tried.ticketId} host={place.host} />
                            </td>
                            <td>{say(tried)}</td>
                          </tr>
                        )),
                      )
                    }
                  </tbody>
                </table>
              </>
            )}
          </Card>
        )}
      </>
    ),
  })
}
