/** Owns the page of going live: the checklist, what will happen, and the switch. */
import type { Hono } from 'hono'
import type { Foretold, Host, PageContext, WebEnv } from '../../../core/index.ts'
import { Badge, Button, Card, CsrfField, flash, Notice, plainTime, readFields, SideList, Time } from '../../../core/pages.ts'
import { foretoldThen, goLive, readChecklist, sayDone, type Checklist, type Item } from '../golive/golive.ts'
import { sayItem } from '../golive/say.ts'
import { words, type ImportKey } from '../words.ts'
import { demandAdministrator, importPage, TABS } from './frame.tsx'

const PATH = TABS.live

export function liveRoutes(app: Hono<WebEnv>, host: Host): void {
  app.get(PATH, (c) => livePage(c, host, { count: c.req.query('count') !== undefined }))

  app.post(`${PATH}/items/:item`, async (c) => {
    const actor = await demandAdministrator(c)
    const { done } = await readFields(c)
    await host.work(actor, (work) => sayDone(work, c.req.param('item'), done === 'yes'))
    flash(c, { text: words(c)('live.noted') })
    return c.redirect(PATH, 303)
  })

  app.post(PATH, async (c) => {
    const actor = await demandAdministrator(c)
    const { anyway } = await readFields(c)
    const { open } = await goLive(host, actor, { anyway: anyway === 'yes' })
    if (open.length > 0) return livePage(c, host, { count: true, refused: open.includes('run') ? 'run' : 'open' })
    flash(c, { text: words(c)('live.went') })
    return c.redirect(PATH, 303)
  })
}

async function livePage(c: PageContext, host: Host, { count, refused }: { count: boolean; refused?: 'run' | 'open' }): Promise<Response> {
  await demandAdministrator(c)
  const t = words(c)
  const list = await readChecklist(host)
  const then = list.live ? await foretoldThen(host.db) : undefined
  const now = !list.live && count && list.run ? await host.foretell() : undefined
  const open = list.items.filter(({ done }) => !done)
  return importPage(c, {
    tab: 'live',
    beside: t('live.lead'),
    status: refused ? 422 : 200,
    body: (
      <>
        {refused && (
          <Notice tone="bad" focus>
            {t(refused === 'run' ? 'live.refused.run' : 'live.refused')}
          </Notice>
        )}
        {list.live && (
          <Notice tone={list.stopped ? 'warn' : 'good'}>
            {t(list.stopped ? 'live.already.stopped' : 'live.already', { when: plainTime(c, list.live) })}
          </Notice>
        )}
        <Card title={t('live.checklist')} id="checklist">
          <ol class="take-over-items">
            {list.items.map((item) => (
              <ItemLine c={c} item={item} list={list} />
            ))}
          </ol>
        </Card>
        <Card title={t(list.live ? 'live.next.then' : 'live.next')} id="next">
          {then ? (
            <Figures c={c} foretold={then} />
          ) : now ? (
            <>
              <p class="row-quiet">{t('live.next.help')}</p>
              <Figures c={c} foretold={now} late={list.signs?.late} />
            </>
          ) : (
            <>
              <p class="row-quiet">{t('live.next.counting')}</p>
              <div class="acts">
                <a class="button button-quiet" href={`${PATH}?count=1#next`}>
                  {t('live.next.count')}
                </a>
              </div>
            </>
          )}
        </Card>
        {list.live ? (
          <Card title={t('way-back')} id="way-back">
            <p>{t('way-back.text')}</p>
          </Card>
        ) : (
          <form method="post" action={PATH} autocomplete="off" class="form take-over-go">
            <CsrfField c={c} />
            <p>{t('live.go.help')}</p>
            {open.length > 0 && (
              <label class="take-over-anyway">
                <input type="checkbox" name="anyway" value="yes" /> {t('live.anyway', { count: open.length })}
              </label>
            )}
            <div class="acts">
              <Button kind="primary">{t('live.go')}</Button>
            </div>
          </form>
        )}
      </>
    ),
  })
}

const ItemLine = ({ c, item, list }: { c: PageContext; item: Item; list: Checklist }) => {
  const t = words(c)
  const name = t(`item.${item.name}`)
  return (
    <li>
      <div class="take-over-item">
        <Badge tone={item.done ? 'open' : 'waiting'} words={t(item.done ? 'live.done' : 'live.open')} />
        <div>
          <strong>{name}</strong>
          <p class="quiet">
            {item.said ? (
              <>
                {item.said.by === null ? '' : `${item.said.by}, `}
                <Time c={c} at={item.said.at} />
              </>
            ) : (
              sayItem(t, item, list, c.get('host').config, (at) => plainTime(c, at))
            )}
          </p>
        </div>
        {item.byHand && !list.live && (
          <form method="post" action={`${PATH}/items/${item.name}`} autocomplete="off">
            <CsrfField c={c} />
            <input type="hidden" name="done" value={item.done ? 'no' : 'yes'} />
            <button class="button button-quiet button-small" aria-label={t(item.done ? 'live.unsay.of' : 'live.say.of', { item: name })}>
              {t(item.done ? 'live.unsay' : 'live.say')}
            </button>
          </form>
        )}
      </div>
    </li>
  )
}

const Figures = ({ c, foretold, late }: { c: PageContext; foretold: Foretold; late?: number | undefined }) => {
  const t = words(c)
  const language = c.get('language')
  const number = (count: number | undefined) => (count ? count.toLocaleString(language) : undefined)
  const kind = (name: string) => {
    const key = `mail-kind.${name}` as ImportKey
    const said = t(key)
    return said === key ? name : said
  }
  return (
    <>
      <p>
        <strong>{foretold.people === 0 ? t('live.people.none') : t('live.people', { count: foretold.people })}</strong>
      </p>
      <SideList
        items={[
          ...Object.entries(foretold.mails).map(([name, mails]) => ({ name: t('live.mails', { kind: kind(name) }), value: number(mails) })),
          { name: t('live.closed'), value: number(foretold.facts['ticket.state-changed']) },
          { name: t('live.reminded'), value: number(foretold.facts['ticket.reminder-due']) },
          { name: t('live.missed'), value: number(foretold.facts['ticket.deadline-missed']) },
          { name: t('live.near'), value: number(foretold.facts['ticket.deadline-near']) },
          { name: t('live.unlocked'), value: number(foretold.facts['ticket.lock-changed']) },
          { name: t('live.late'), value: number(late) },
        ]}
      />
      <p class="row-quiet">{t('live.facts.help')}</p>
      <p>
        <a href="/admin/mail/out">{t('live.mails.see')}</a>
      </p>
    </>
  )
}
