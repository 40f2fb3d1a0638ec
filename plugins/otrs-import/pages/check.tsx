/** Owns the page of looking at a source before anything comes: what the last look found, both proposals to download, and another look. */
import type { Hono } from 'hono'
import { reasonOf, refused, type Host, type PageContext, type WebEnv } from '../../../core/index.ts'
import { ActButton, Badge, Card, EmptyState, flash, fragment, hx, isFragment, Notice, Time, type Tone } from '../../../core/pages.ts'
import { PARTS, type Line } from '../check/check.ts'
import { lastCheck, type Check, type Found } from '../check/check.store.ts'
import { lookAt } from '../check/look.ts'
import { LOCAL_FILE, MAPPING_FILE } from '../commands/check.ts'
import { writeMapping } from '../mapping/mapping-file.ts'
import { ADDRESS_VARIABLE } from '../options.ts'
import { openSource } from '../source/open.ts'
import { words } from '../words.ts'
import { demandAdministrator, importPage, TABS } from './frame.tsx'

const PATH = TABS.check
const TONES: Record<Line['verdict'], Tone> = { ok: 'open', told: 'done', decide: 'waiting', bad: 'late' }

export function checkRoutes(app: Hono<WebEnv>, host: Host): void {
  app.get(PATH, async (c) => {
    await demandAdministrator(c)
    const check = await lastCheck(host.db)
    if (isFragment(c)) return fragment(c, check ? <LastCheck c={c} check={check} /> : null)
    const t = words(c)
    return importPage(c, {
      tab: 'check',
      beside: t('look.lead'),
      acts: canLook(check) && !lasts(c, check) && (
        <ActButton c={c} action={PATH}>
          {t(check ? 'look.again' : 'look.begin')}
        </ActButton>
      ),
      body: check ? (
        <LastCheck c={c} check={check} />
      ) : (
        <Card>
          <EmptyState title={t('look.none')} text={t(canLook(check) ? 'look.none.text' : 'look.none.command')} />
        </Card>
      ),
    })
  })

  // It goes on after this answer: the page tells how far it is, and what it found stands there.
  app.post(PATH, async (c) => {
    await demandAdministrator(c)
    const check = await lastCheck(host.db)
    if (!canLook(check) || lasts(c, check)) throw refused('not-found')
    const places = check?.places ?? {}
    void lookAt(host, () => openSource({ url: address(), ...places }), places).catch((error: unknown) => {
      host.log.warn({ reason: reasonOf(error) }, 'the source could not be looked at')
    })
    flash(c, { text: words(c)('look.began') })
    return c.redirect(PATH, 303)
  })

  app.get(`${PATH}/:file`, async (c) => {
    await demandAdministrator(c)
    const found = (await lastCheck(host.db))?.found
    const file = c.req.param('file')
    const written: Record<string, ((found: Found) => string) | undefined> = {
      [MAPPING_FILE!]: ({ proposal }) => writeMapping(proposal, (key, params) => words(c)(key, params)),
      [LOCAL_FILE!]: ({ local }) => local.text,
    }
    const write = Object.hasOwn(written, file) ? written[file] : undefined
    if (!found || !write) throw refused('not-found')
    c.header('content-type', 'text/plain; charset=utf-8')
    c.header('content-disposition', `attachment; filename="${file}"`)
    return c.body(write(found))
  })
}

const address = (): string => process.env[ADDRESS_VARIABLE] ?? ''
/** Its password stands where the operator put it: nobody types an address into a page. */
const canLook = (check: Check | undefined): boolean => address() !== '' || check?.places.home !== undefined
const lasts = (c: PageContext, check: Check | undefined): boolean =>
  check !== undefined && check.endedAt === null && check.leaseUntil > c.get('host').clock()

/** It asks for itself again while the look lasts; without scripts a link does. */
const LastCheck = ({ c, check }: { c: PageContext; check: Check }) => {
  const t = words(c)
  const { found, problem, progress } = check
  const goesOn = lasts(c, check)
  return (
    <div id="take-over-check" {...(goesOn ? hx(c, { get: PATH, trigger: 'every 2s', swap: 'outerMorph' }) : {})}>
      <p class="row-quiet">
        {t('look.at')} <Time c={c} at={check.startedAt} />
        {found && `, ${found.source}`}
      </p>
      {goesOn ? (
        <Card title={t('look.goes-on')} id="check" acts={<a href={PATH}>{t('run.refresh')}</a>}>
          {progress ? (
            <p class="take-over-look">
              {t('look.tables', { done: progress.done, count: progress.of })}
              <progress max={progress.of} value={progress.done} aria-label={t('look.goes-on')} />
            </p>
          ) : (
            <p>{t('look.opens')}</p>
          )}
        </Card>
      ) : problem !== null ? (
        <Notice tone="bad">{problem}</Notice>
      ) : found === null ? (
        <Notice tone="warn">{t('look.silent')}</Notice>
      ) : (
        <WhatIsFound c={c} found={found} />
      )}
    </div>
  )
}

const WhatIsFound = ({ c, found: { lines, local } }: { c: PageContext; found: Found }) => {
  const t = words(c)
  const bad = lines.filter(({ verdict }) => verdict === 'bad').length
  const toDecide = lines.filter(({ verdict }) => verdict === 'decide').length
  return (
    <>
      <Notice tone={bad > 0 ? 'bad' : toDecide > 0 ? 'warn' : 'good'}>
        {bad > 0 ? t('look.bad', { count: bad }) : toDecide > 0 ? t('look.decide', { count: toDecide }) : t('look.good')}
      </Notice>
      <div class="acts take-over-files">
        <a class="button" href={`${PATH}/${MAPPING_FILE}`} download>
          {t('look.mapping')}
        </a>
        <a class="button button-quiet" href={`${PATH}/${LOCAL_FILE}`} download>
          {t('look.local')}
        </a>
      </div>
      <p class="para quiet small">{t('look.files')}</p>
      {PARTS.map((part) => {
        const own = lines.filter((one) => one.part === part)
        return own.length === 0 ? null : (
          <Card title={t(`check.part.${part}`)} id={`check-${part}`}>
            <ul class="take-over-lines">
              {own.map(({ verdict, key, params }) => (
                <li>
                  <Badge tone={TONES[verdict]} words={t(`verdict.${verdict}`)} />
                  <span>{t(`check.${key}`, params)}</span>
                </li>
              ))}
            </ul>
          </Card>
        )
      })}
      {local.unused.length > 0 && (
        <p class="para quiet small">{t('check.settings.unused', { count: local.unused.length, names: local.unused.join(', ') })}</p>
      )}
    </>
  )
}
