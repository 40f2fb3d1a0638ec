/** Owns the pages of outgoing mail: the outbox, one mail as sent, sending at once, taking it back. */
import type { Hono } from 'hono'
import { refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  Badge,
  Card,
  Crumb,
  MessageText,
  Notice,
  PageHead,
  saySize,
  SideList,
  submit,
  Time,
  type Tone,
} from '../../../core/pages.ts'
import {
  cancelOutbound,
  findOutbound,
  amongNewest,
  listOutbound,
  NEWEST_MAILS,
  OUTBOUND_SORTS,
  sendOutboundNow,
  type OutboundDetail,
  type OutboundMail,
  type OutboundSort,
  type OutboundState,
} from '../../../core/administration.ts'
import { adminPage, confirmPage, demandAdministrator } from '../frame.tsx'
import { everyRow, listPage, Main, plainTime, readList, type Column, type ListOptions } from '../list.tsx'
import { words, type AdminKey } from '../words.ts'
import { dayAfter, startOfDay } from './days.ts'

const PATH = '/admin/mail/out'
const STATES: readonly OutboundState[] = ['queued', 'sent', 'failed', 'cancelled']
const TONES: Record<OutboundState, Tone> = { queued: 'waiting', sent: 'open', failed: 'late', cancelled: 'done' }
const KINDS = [
  'reply',
  'forward',
  'redirect',
  'auto reply',
  'auto follow up',
  'auto reject',
  'auto reply/new ticket',
  'closed',
  'login link',
  'notification',
] as const

export function outboundRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, outboundPage)
  app.get(`${PATH}/:id`, async (c) => detailPage(c, await demandMail(c)))
  app.post(`${PATH}/:id/send`, async (c) => {
    const actor = demandAdministrator(c)
    const mail = await demandMail(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => sendOutboundNow(work, mail.id))
        return { to: `${PATH}/${mail.id}`, said: words(c)('outbound.sending') }
      },
      async (form) => detailPage(c, await demandMail(c), form.problems['']),
    )
  })
  app.get(`${PATH}/:id/cancel`, async (c) => {
    const t = words(c)
    const mail = await demandMail(c)
    return confirmPage(c, {
      area: 'outbound',
      title: t('outbound.cancel.title'),
      text: <p>{t('outbound.cancel.text', { subject: mail.subject, to: mail.to })}</p>,
      yes: t('outbound.cancel.yes'),
      back: `${PATH}/${mail.id}`,
      action: `${PATH}/${mail.id}/cancel`,
    })
  })
  app.post(`${PATH}/:id/cancel`, async (c) => {
    const actor = demandAdministrator(c)
    const mail = await demandMail(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => cancelOutbound(work, mail.id))
        return { to: `${PATH}/${mail.id}`, said: words(c)('outbound.cancelled') }
      },
      async (form) => detailPage(c, await demandMail(c), form.problems['']),
    )
  })
}

async function demandMail(c: PageContext): Promise<OutboundDetail> {
  const mail = await findOutbound(c.get('host').db, c.req.param('id') ?? '')
  if (!mail) throw refused('not-found')
  return mail
}

/** The number at the subject's beginning stands in a column of its own. */
const HOOK = /^\[[^\]]*\d{5}\]\s*/

const kindKey = (kind: string): AdminKey => `outbound.kind.${KINDS.find((known) => known === kind) ?? 'notification'}`

const StateOf = ({ c, mail }: { c: PageContext; mail: OutboundMail }) => (
  <Badge
    tone={TONES[mail.state]}
    words={words(c)(mail.state === 'queued' && mail.attempts > 0 ? 'outbound.state.retrying' : `outbound.state.${mail.state}`)}
  />
)

async function outboundPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db, config } = c.get('host')
  const options: ListOptions = {
    sorts: OUTBOUND_SORTS,
    sort: 'created',
    direction: 'desc',
    filters: [
      { name: 'state', label: t('mail.state'), choices: STATES.map((value) => ({ value, label: t(`outbound.state.${value}`) })) },
      { name: 'kind', label: t('outbound.kind'), choices: KINDS.map((value) => ({ value, label: t(kindKey(value)) })) },
      { name: 'from', label: t('mail.since'), choices: [], type: 'date' },
      { name: 'to', label: t('mail.until'), choices: [], type: 'date' },
    ],
  }
  const query = readList(c, options)
  const { state, kind, from, to } = query.filters
  const wish = {
    sort: query.sort as OutboundSort,
    direction: query.direction,
    filter: {
      search: query.search,
      ...(state ? { state: state as OutboundState } : {}),
      ...(kind ? { kind } : {}),
      ...(from ? { from: startOfDay(from, config.zone) } : {}),
      ...(to ? { to: dayAfter(to, config.zone) } : {}),
    },
  }
  const columns: Column<OutboundMail>[] = [
    {
      key: 'subject',
      label: t('mail.subject'),
      sort: true,
      text: (m) => m.subject,
      cell: (m) => <Main href={`${PATH}/${m.id}`} name={m.subject.replace(HOOK, '') || t('mail.no-subject')} below={t(kindKey(m.kind))} />,
    },
    { key: 'kind', label: t('outbound.kind'), text: (m) => t(kindKey(m.kind)) },
    {
      key: 'state',
      label: t('mail.state'),
      sort: true,
      text: (m) => t(`outbound.state.${m.state}`),
      cell: (m) => <StateOf c={c} mail={m} />,
      class: 'cell-outcome',
    },
    { key: 'recipient', label: t('mail.recipient'), sort: true, text: (m) => m.to, cell: (m) => m.to, class: 'cell-address' },
    { key: 'sender', label: t('mail.from'), text: (m) => m.from },
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
    { key: 'attempts', label: t('mail.attempts'), text: (m) => String(m.attempts) },
    {
      key: 'created',
      label: t('outbound.created'),
      sort: true,
      text: (m) => plainTime(c, m.createdAt),
      cell: (m) => <Time c={c} at={m.createdAt} />,
      class: 'cell-time',
    },
    { key: 'sent', label: t('outbound.sent-at'), text: (m) => plainTime(c, m.sentAt) },
    { key: 'error', label: t('outbound.error'), text: (m) => m.lastError ?? '' },
  ]
  const page = query.csv ? { rows: [], after: null } : await listOutbound(db, { ...wish, after: query.after })
  return listPage(c, {
    area: 'outbound',
    title: t('area.outbound'),
    beside: t('outbound.what'),
    query,
    options,
    columns,
    rows: page.rows,
    next: page.after,
    above: (
      <>
        {!config.smarthostUrl && (
          <Notice tone="warn">
            <p>{t('outbound.no-smarthost')}</p>
          </Notice>
        )}
        {amongNewest(wish) && (
          <p class="quiet" role="note">
            {t('mail.newest', { count: NEWEST_MAILS })}
          </p>
        )}
      </>
    ),
    all: () => everyRow((after) => listOutbound(db, { ...wish, after, limit: 500 })),
    searchLabel: t('mail.search'),
    empty: { title: t('outbound.none') },
  })
}

async function detailPage(c: PageContext, mail: OutboundDetail, problem?: string): Promise<Response> {
  const t = words(c)
  const language = c.get('language')
  const waits = mail.state === 'queued'
  return adminPage(c, {
    title: mail.subject || t('mail.no-subject'),
    area: 'outbound',
    status: problem ? 422 : 200,
    body: (
      <>
        <Crumb href={PATH}>{t('area.outbound')}</Crumb>
        <PageHead title={mail.subject || t('mail.no-subject')} beside={<StateOf c={c} mail={mail} />}>
          {(waits || mail.state === 'failed') && (
            <ActButton c={c} action={`${PATH}/${mail.id}/send`} kind="primary">
              {t(waits ? 'outbound.send-now' : 'outbound.send-again')}
            </ActButton>
          )}
          {waits && (
            <a class="button button-quiet" href={`${PATH}/${mail.id}/cancel`}>
              {t('outbound.cancel')}
            </a>
          )}
          {mail.ticketNumber && (
            <a class="button button-quiet" href={`/desk/tickets/${mail.ticketId}`}>
              {t('mail.ticket')} {mail.ticketNumber}
            </a>
          )}
        </PageHead>
        {problem && (
          <Notice tone="bad">
            <p>{problem}</p>
          </Notice>
        )}
        {mail.lastError && mail.state !== 'sent' && (
          <Notice tone={mail.state === 'failed' ? 'bad' : 'warn'}>
            <p>{t('outbound.last-error')}</p>
            <p>
              <code>{mail.lastError}</code>
            </p>
          </Notice>
        )}
        <div class="admin-two">
          <Card title={t('outbound.text')} id="text">
            <MessageText c={c} body={mail.body} />
            {mail.attachments.length > 0 && (
              <p class="para quiet">
                {t('outbound.attachments')} {mail.attachments.map((file) => `${file.name} (${saySize(file.size, language)})`).join(', ')}
              </p>
            )}
          </Card>
          <div class="admin-aside">
            <Card title={t('outbound.delivery')} id="delivery">
              <SideList
                items={[
                  { name: t('outbound.kind'), value: t(kindKey(mail.kind)) },
                  { name: t('mail.from'), value: mail.from },
                  { name: t('mail.to'), value: mail.to },
                  { name: t('mail.cc'), value: mail.cc },
                  { name: t('outbound.return-path'), value: mail.envelopeFrom || t('mail.null-sender') },
                  { name: t('outbound.created'), value: <Time c={c} at={mail.createdAt} /> },
                  { name: t('outbound.sent-at'), value: mail.sentAt ? <Time c={c} at={mail.sentAt} /> : '' },
                  { name: t('mail.attempts'), value: mail.attempts > 0 ? String(mail.attempts) : '' },
                  { name: t('outbound.next-try'), value: waits ? <Time c={c} at={mail.notBefore} /> : '' },
                  { name: t('outbound.give-up'), value: waits ? <Time c={c} at={mail.giveUpAt} /> : '' },
                  { name: 'Message-ID', value: <code class="small">{mail.messageId}</code> },
                  { name: 'In-Reply-To', value: mail.inReplyTo && <code class="small">{mail.inReplyTo}</code> },
                  ...Object.entries(mail.headers).map(([name, value]) => ({ name, value: <code class="small">{value}</code> })),
                ]}
              />
            </Card>
          </div>
        </div>
      </>
    ),
  })
}
