/** Owns the pages of received mail: list with outcomes, one mail with every decision, its bytes, trying again. */
import type { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { mailTexts, refused, type MailKey, type MailReason, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  Badge,
  blankForm,
  Button,
  ButtonLink,
  Card,
  Crumb,
  CsrfField,
  Field,
  flash,
  FormCard,
  Notice,
  PageHead,
  readAll,
  readFields,
  sayAssurance,
  saySize,
  Select,
  SideList,
  statusOf,
  submit,
  Tabs,
  Time,
  type FormState,
  type Tone,
} from '../../../core/pages.ts'
import {
  deleteInbound,
  deliverInbound,
  findInbound,
  INBOUND_SORTS,
  listAllQueues,
  amongNewest,
  listInbound,
  NEWEST_MAILS,
  OUTCOMES,
  readInboundRaw,
  retryInbound,
  type AdminQueue,
  type Assurance,
  type InboundDetail,
  type InboundMail,
  type InboundSort,
  type InboundState,
} from '../../../core/administration.ts'
import { adminPage, demandAdministrator } from '../frame.tsx'
import { everyRow, listPage, Main, plainTime, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'
import { dayAfter, startOfDay } from './days.ts'

const PATH = '/admin/mail/in'
const STATES: readonly InboundState[] = ['accepted', 'processed', 'failed', 'held']
/** A person must decide. */
const STUCK: readonly InboundState[] = ['failed', 'held']
/** More at once would be a page nobody reads. */
const AT_ONCE = 500
const TONES: Record<InboundState, Tone> = { accepted: 'waiting', processed: 'open', failed: 'late', held: 'late' }

export function inboundRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, inboundPage)
  app.post(`${PATH}/bulk`, manyMails)
  app.get(`${PATH}/delete`, async (c) => deletePage(c, await demandStuck(c, c.req.queries('id') ?? []), blankForm()))
  app.post(`${PATH}/delete`, deleteMails)
  app.get(`${PATH}/:id`, async (c) => detailPage(c, await demandMail(c)))
  app.get(`${PATH}/:id/raw`, rawMail)
  app.post(`${PATH}/:id/retry`, async (c) => {
    const actor = demandAdministrator(c)
    const mail = await demandMail(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => retryInbound(work, mail.id))
        return { to: `${PATH}/${mail.id}`, said: words(c)('inbound.retried') }
      },
      async (form) => detailPage(c, await demandMail(c), form),
    )
  })
  app.post(`${PATH}/:id/deliver`, async (c) => {
    const actor = demandAdministrator(c)
    const mail = await demandMail(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => deliverInbound(work, mail.id, values['queue'] ?? ''))
        return { to: `${PATH}/${mail.id}`, said: words(c)('inbound.delivered') }
      },
      async (form) => detailPage(c, await demandMail(c), form),
    )
  })
}

/** Those of the mails named that still wait for a person. */
async function demandStuck(c: PageContext, ids: readonly string[]): Promise<InboundDetail[]> {
  const mails = await Promise.all(ids.slice(0, AT_ONCE).map((id) => findInbound(c.get('host').db, id)))
  const stuck = mails.filter((mail) => mail !== undefined).filter(({ state }) => STUCK.includes(state))
  if (stuck.length === 0) throw refused('not-found')
  return stuck
}

/** What was ticked in the list: tried again at once; for deleting a page asks for the reason. */
async function manyMails(c: PageContext): Promise<Response> {
  const actor = demandAdministrator(c)
  const [ids, { act }] = [(await readAll(c, 'id')).slice(0, AT_ONCE), await readFields(c)]
  const t = words(c)
  if (ids.length === 0) {
    flash(c, { text: t('inbound.bulk.none') })
    return c.redirect(`${PATH}?state=stuck`, 303)
  }
  if (act === 'delete') return c.redirect(`${PATH}/delete?${new URLSearchParams(ids.map((id) => ['id', id]))}`, 303)
  const mails = await demandStuck(c, ids)
  await c.get('host').work(actor, async (work) => {
    for (const { id } of mails) await retryInbound(work, id)
  })
  flash(c, { text: t('inbound.bulk.retried', { count: mails.length }) })
  return c.redirect(`${PATH}?state=stuck`, 303)
}

async function deleteMails(c: PageContext): Promise<Response> {
  const actor = demandAdministrator(c)
  const mails = await demandStuck(c, await readAll(c, 'id'))
  const values = await readFields(c)
  return submit(
    c,
    values,
    async () => {
      await c.get('host').work(actor, async (work) => {
        for (const { id } of mails) await deleteInbound(work, id, values['reason'] ?? '')
      })
      return {
        to: mails.length === 1 ? `${PATH}/${mails[0]!.id}` : `${PATH}?state=stuck`,
        said: words(c)('inbound.deleted', { count: mails.length }),
      }
    },
    (form) => deletePage(c, mails, form),
  )
}

/** Asks before mails end without a ticket, and why: the reason is kept with them. */
async function deletePage(c: PageContext, mails: InboundDetail[], form: FormState): Promise<Response> {
  const t = words(c)
  const title = t('inbound.delete.title', { count: mails.length })
  return adminPage(c, {
    title,
    area: 'inbound',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${PATH}?state=stuck`}>{t('area.inbound')}</Crumb>
        <PageHead title={title} />
        <div class="admin-one">
          <FormCard
            c={c}
            form={form}
            action={`${PATH}/delete`}
            save={t('inbound.delete.yes')}
            danger
            cancel={mails.length === 1 ? `${PATH}/${mails[0]!.id}` : `${PATH}?state=stuck`}
          >
            <p>{t('inbound.delete.text')}</p>
            <ul class="plain-list">
              {mails.map((mail) => (
                <li>
                  <b>{mail.subject || t('mail.no-subject')}</b> <span class="quiet">{mail.from || mail.envelopeFrom}</span>
                </li>
              ))}
            </ul>
            {mails.map((mail) => (
              <input type="hidden" name="id" value={mail.id} />
            ))}
            <Field
              c={c}
              form={form}
              name="reason"
              label={t('inbound.delete.reason')}
              help={t('inbound.delete.reason.help')}
              maxlength={500}
              required
            />
          </FormCard>
        </div>
      </>
    ),
  })
}

async function demandMail(c: PageContext): Promise<InboundDetail> {
  const mail = await findInbound(c.get('host').db, c.req.param('id') ?? '')
  if (!mail) throw refused('not-found')
  return mail
}

/** A key of the mail's words, or the name as it stands: a plugin's step may have none. */
function say(c: PageContext, kind: 'outcome' | 'step' | 'rule', name: string): string {
  const key = `mail.${kind}.${name}`
  return key in mailTexts.pl ? mailTexts.in(c.get('language'))(key as MailKey) : name
}

const OutcomeBadge = ({ c, mail }: { c: PageContext; mail: InboundMail }) => (
  <Badge
    tone={TONES[mail.state]}
    words={mail.outcome && mail.state === 'processed' ? say(c, 'outcome', mail.outcome) : words(c)(`inbound.state.${mail.state}`)}
  />
)

async function inboundPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db, config } = c.get('host')
  const options: ListOptions = {
    sorts: INBOUND_SORTS,
    sort: 'accepted',
    direction: 'desc',
    filters: [
      {
        name: 'state',
        label: t('mail.state'),
        choices: [
          { value: 'stuck', label: t('inbound.state.stuck') },
          ...STATES.map((value) => ({ value, label: t(`inbound.state.${value}`) })),
        ],
      },
      { name: 'outcome', label: t('inbound.outcome'), choices: OUTCOMES.map((value) => ({ value, label: say(c, 'outcome', value) })) },
      { name: 'from', label: t('mail.since'), choices: [], type: 'date' },
      { name: 'to', label: t('mail.until'), choices: [], type: 'date' },
    ],
  }
  const query = readList(c, options)
  const { state, outcome, from, to } = query.filters
  const wish = {
    sort: query.sort as InboundSort,
    direction: query.direction,
    filter: {
      search: query.search,
      ...(state === 'stuck' ? { states: STUCK } : state ? { state: state as InboundState } : {}),
      ...(outcome ? { outcome } : {}),
      ...(from ? { from: startOfDay(from, config.zone) } : {}),
      ...(to ? { to: dayAfter(to, config.zone) } : {}),
    },
  }
  const picks = state === 'stuck' || state === 'failed' || state === 'held'
  const columns: Column<InboundMail>[] = [
    {
      key: 'subject',
      label: t('mail.subject'),
      sort: true,
      text: (m) => m.subject,
      cell: (m) => (
        <div class={picks ? 'picked' : undefined}>
          {picks && STUCK.includes(m.state) && (
            <input
              type="checkbox"
              name="id"
              value={m.id}
              form="bulk"
              aria-label={t('inbound.bulk.pick', { subject: m.subject || t('mail.no-subject') })}
            />
          )}
          <Main href={`${PATH}/${m.id}`} name={m.subject || t('mail.no-subject')} below={m.from || m.envelopeFrom} />
        </div>
      ),
    },
    {
      key: 'outcome',
      label: t('inbound.outcome'),
      text: (m) => (m.outcome ? say(c, 'outcome', m.outcome) : t(`inbound.state.${m.state}`)),
      cell: (m) => <OutcomeBadge c={c} mail={m} />,
      class: 'cell-outcome',
    },
    {
      key: 'ticket',
      label: t('mail.ticket'),
      text: (m) => m.ticketNumber ?? '',
      cell: (m) =>
        m.ticketNumber ? (
          <a class="number" href={`/desk/tickets/${m.ticketId}`}>
            {m.ticketNumber}
          </a>
        ) : (
          ''
        ),
      class: 'cell-number',
    },
    { key: 'sender', label: t('mail.sender'), sort: true, text: (m) => m.envelopeFrom },
    { key: 'from', label: t('mail.from'), text: (m) => m.from },
    {
      key: 'recipient',
      label: t('mail.recipient'),
      sort: true,
      text: (m) => m.envelopeTo,
      cell: (m) => m.envelopeTo,
      class: 'cell-address',
    },
    {
      key: 'accepted',
      label: t('mail.accepted'),
      sort: true,
      text: (m) => plainTime(c, m.acceptedAt),
      cell: (m) => <Time c={c} at={m.acceptedAt} />,
      class: 'cell-time',
    },
    { key: 'size', label: t('mail.size'), sort: true, text: (m) => String(m.size) },
    { key: 'state', label: t('mail.state'), text: (m) => t(`inbound.state.${m.state}`) },
  ]
  const page = query.csv ? { rows: [], after: null } : await listInbound(db, { ...wish, after: query.after })
  return listPage(c, {
    area: 'inbound',
    title: t('area.inbound'),
    beside: t('inbound.what'),
    query,
    options,
    columns,
    rows: page.rows,
    next: page.after,
    all: () => everyRow((after) => listInbound(db, { ...wish, after, limit: 500 })),
    searchLabel: t('mail.search'),
    empty: { title: t('inbound.none'), text: t('inbound.none.text') },
    acts: <ButtonLink href="/admin/mail/try">{t('try.link')}</ButtonLink>,
    above: (
      <>
        <Tabs
          label={t('area.inbound')}
          tabs={[
            { href: PATH, label: t('inbound.tab.all'), current: !picks },
            { href: `${PATH}?state=stuck`, label: t('inbound.tab.stuck'), current: picks },
          ]}
        />
        {amongNewest(wish) && (
          <p class="quiet" role="note">
            {t('mail.newest', { count: NEWEST_MAILS })}
          </p>
        )}
      </>
    ),
    ...(picks && page.rows.length > 0
      ? {
          below: (
            <form id="bulk" method="post" autocomplete="off" action={`${PATH}/bulk`} class="acts below">
              <CsrfField c={c} />
              <span class="quiet">{t('inbound.bulk')}</span>
              <Button name="act" value="retry">
                {t('inbound.retry')}
              </Button>
              <Button name="act" value="delete" kind="danger">
                {t('inbound.delete')}
              </Button>
            </form>
          ),
        }
      : {}),
  })
}

async function detailPage(c: PageContext, mail: InboundDetail, form: FormState = blankForm()): Promise<Response> {
  const t = words(c)
  const stuck = STUCK.includes(mail.state)
  const queues = stuck || mail.reasons.some((reason) => reason.step === 'destination') ? await listAllQueues(c.get('host').db) : []
  const problem = form.problems['']
  return adminPage(c, {
    title: mail.subject || t('mail.no-subject'),
    area: 'inbound',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.inbound')}</Crumb>
        <PageHead title={mail.subject || t('mail.no-subject')} beside={<OutcomeBadge c={c} mail={mail} />}>
          {stuck && (
            <ActButton c={c} action={`${PATH}/${mail.id}/retry`} kind="primary">
              {t('inbound.retry')}
            </ActButton>
          )}
          {mail.ticketNumber && (
            <a class="button button-quiet" href={`/desk/tickets/${mail.ticketId}`}>
              {t('mail.ticket')} {mail.ticketNumber}
            </a>
          )}
          {mail.sha256 && <ButtonLink href={`/admin/mail/try?mail=${mail.id}`}>{t('try.link')}</ButtonLink>}
          <ButtonLink href={`/admin/mail/filters/new?mail=${mail.id}`}>{t('inbound.make-filter')}</ButtonLink>
          {mail.sha256 && (
            <a class="button button-quiet" href={`${PATH}/${mail.id}/raw`} download>
              {t('inbound.raw')}
            </a>
          )}
        </PageHead>
        {problem && (
          <Notice tone="bad">
            <p>{problem}</p>
          </Notice>
        )}
        <div class="admin-two">
          <Card title={t('inbound.decisions')} id="decisions">
            {mail.reasons.length === 0 && <p class="quiet">{t(mail.state === 'accepted' ? 'inbound.not-yet' : 'inbound.no-reasons')}</p>}
            <Decisions c={c} reasons={mail.reasons} queues={queues} />
          </Card>
          <div class="admin-aside">
            {stuck && (
              <Card title={t('inbound.decide')} id="decide">
                <p class="quiet small">{t('inbound.decide.text')}</p>
                <form method="post" autocomplete="off" action={`${PATH}/${mail.id}/deliver`} class="para">
                  <CsrfField c={c} />
                  <Select
                    c={c}
                    form={form}
                    name="queue"
                    label={t('inbound.deliver.queue')}
                    empty={t('inbound.deliver.choose')}
                    choices={queues.filter((queue) => queue.valid).map((queue) => ({ value: queue.id, label: queue.name }))}
                  />
                  <p class="para">
                    <Button>{t('inbound.deliver')}</Button>
                  </p>
                </form>
                <p class="para">
                  <ButtonLink kind="danger" href={`${PATH}/delete?id=${mail.id}`}>
                    {t('inbound.delete')}
                  </ButtonLink>
                </p>
              </Card>
            )}
            <Card title={t('inbound.envelope')} id="envelope">
              <SideList
                items={[
                  { name: t('mail.from'), value: mail.from },
                  { name: t('mail.sender'), value: mail.envelopeFrom || t('mail.null-sender') },
                  { name: t('mail.recipient'), value: mail.envelopeTo },
                  { name: t('mail.accepted'), value: <Time c={c} at={mail.acceptedAt} /> },
                  { name: t('inbound.processed'), value: mail.processedAt ? <Time c={c} at={mail.processedAt} /> : '' },
                  {
                    name: t('inbound.peer'),
                    value: [mail.peerName, mail.peerAddress].filter(Boolean).join(' · '),
                    help: t(mail.encrypted ? 'inbound.encrypted' : 'inbound.plain'),
                  },
                  { name: t('mail.size'), value: mail.sha256 && saySize(mail.size, c.get('language')) },
                  { name: t('mail.attempts'), value: mail.attempts > 0 ? String(mail.attempts) : '' },
                  { name: 'SHA-256', value: mail.sha256 && <code class="small">{mail.sha256}</code> },
                ]}
              />
            </Card>
          </div>
        </div>
      </>
    ),
  })
}

/** Every question with its answer, in the order they were asked. */
export const Decisions = ({ c, reasons, queues }: { c: PageContext; reasons: readonly MailReason[]; queues: readonly AdminQueue[] }) => (
  <ol class="decisions">
    {reasons.map((reason) => (
      <li>
        <p>
          <b>{say(c, 'step', reason.step)}</b> <span class="decided">{sayDecided(c, reason.step, reason.decided, queues)}</span>
        </p>
        <p>{say(c, 'rule', reason.rule)}</p>
        <p class="quiet small">
          <code>{reason.rule}</code>
          {reason.detail && (
            <>
              {' '}
              · <span class="detail">{reason.detail}</span>
            </>
          )}
        </p>
      </li>
    ))}
  </ol>
)

/** A queue's id as its name, a known outcome in words, a ticket's number as it is. */
function sayDecided(c: PageContext, step: string, decided: string, queues: readonly AdminQueue[]): string {
  if (step === 'assurance' && decided !== 'not-checked' && decided !== 'looks-again')
    return sayAssurance(decided as Assurance, c.get('language'))
  if (step === 'destination') return queues.find((queue) => queue.id === decided)?.name ?? decided
  const key = `decided.${decided}`
  const t = words(c) as (key: string) => string
  const said = t(key)
  return said === key ? say(c, 'outcome', decided) : said
}

/** The mail as it came. A text that a browser must not show, whatever it holds. */
async function rawMail(c: PageContext): Promise<Response> {
  const mail = await demandMail(c)
  const bytes = await readInboundRaw(c.get('host').db, mail.id)
  if (!bytes) throw refused('not-found')
  c.header('content-type', 'message/rfc822')
  c.header('content-length', String(mail.size))
  c.header('content-disposition', `attachment; filename="mail-${mail.id}.eml"`)
  c.header('content-security-policy', "default-src 'none'; sandbox")
  return stream(c, async (out) => {
    for await (const chunk of bytes) {
      if (out.aborted) return
      await out.write(new Uint8Array(chunk))
    }
  })
}
