/** Owns the page that tries a mail: what would become of it, question by question, without storing or sending anything. */
import type { Hono } from 'hono'
import { destinationOf, mailTexts, type MailKey, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  Badge,
  blankForm,
  Card,
  Crumb,
  Field,
  Files,
  FormCard,
  PageHead,
  readFields,
  readFiles,
  sayStateName,
  SideList,
  statusOf,
  TextArea,
  type FormState,
} from '../../../core/pages.ts'
import {
  findInbound,
  likelyEnvelope,
  listAllQueues,
  parseMail,
  readAddressBook,
  readInboundRaw,
  type TriedMail,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator, Fields } from '../frame.tsx'
import { words } from '../words.ts'
import { Decisions } from './inbound.tsx'

const PATH = '/admin/mail/try'

export function tryMailRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, async (c) => {
    const mail = await findInbound(c.get('host').db, c.req.query('mail') ?? '')
    return tryPage(
      c,
      blankForm(mail ? { mailId: mail.id, from: mail.envelopeFrom || '<>', to: mail.envelopeTo, peer: mail.peerAddress } : {}),
    )
  })
  app.post(PATH, runMail)
}

async function runMail(c: PageContext): Promise<Response> {
  demandAdministrator(c)
  const t = words(c)
  const values = await readFields(c)
  const { db, config } = c.get('host')
  const file = (await readFiles(c, 'file'))[0]
  const pasted = (values['raw'] ?? '').trim()
  const raw =
    file?.content ??
    (pasted !== '' ? Buffer.from(`${pasted.replace(/\r?\n/g, '\r\n')}\r\n`) : await storedMail(c, (values['mailId'] ?? '').trim()))
  if (!raw || raw.length === 0) return tryPage(c, { values, problems: { raw: t('filter.try.none') } })
  const book = await readAddressBook(db, config)
  const head = await parseMail(raw, 'headers').catch(() => ({ from: [], to: [], cc: [] }))
  const likely = likelyEnvelope(head, (address) => destinationOf(book, address) !== undefined, config.mailAddress)
  const typed = { from: (values['from'] ?? '').trim(), to: (values['to'] ?? '').trim() }
  const envelope = {
    from: typed.from === '<>' ? '' : typed.from || likely.from,
    to: typed.to || likely.to,
    peerAddress: (values['peer'] ?? '').trim(),
  }
  const tried = await c.get('host').tryMail(raw, envelope)
  return tryPage(c, { values: { ...values, from: envelope.from || '<>', to: envelope.to }, problems: {} }, tried)
}

async function storedMail(c: PageContext, id: string): Promise<Buffer | undefined> {
  const bytes = await readInboundRaw(c.get('host').db, id)
  if (!bytes) return undefined
  const chunks: Buffer[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function tryPage(c: PageContext, form: FormState, tried?: TriedMail): Promise<Response> {
  const t = words(c)
  return adminPage(c, {
    title: t('try.title'),
    area: 'inbound',
    status: statusOf(form),
    body: (
      <>
        <Crumb href="/admin/mail/in">{t('area.inbound')}</Crumb>
        <PageHead title={t('try.title')} beside={t('try.what')} />
        {tried && (await result(c, tried))}
        <Beside
          aside={
            <Card title={t('try.how')} id="how">
              <p>{t('try.how.text')}</p>
              <p class="para">
                <code>npm run pomoc -- mail try mail.eml</code>
              </p>
            </Card>
          }
        >
          <FormCard c={c} form={form} save={t('try.run')} files>
            <Fields title={t('try.mail')}>
              <Files
                c={c}
                form={form}
                name="file"
                label={t('try.file')}
                help={t('try.file.help')}
                limit={c.get('host').config.smtp.maxSizeKb * 1024}
                most={1}
                accept=".eml,message/rfc822"
              />
              <TextArea c={c} form={form} name="raw" label={t('try.raw')} help={t('try.raw.help')} rows={8} />
              <Field
                c={c}
                form={form}
                name="mailId"
                label={t('filter.try.id')}
                help={t('filter.try.id.help')}
                inputmode="numeric"
                autocomplete="off"
              />
            </Fields>
            <Fields title={t('inbound.envelope')}>
              <Field c={c} form={form} name="from" label={t('mail.sender')} help={t('try.from.help')} maxlength={320} autocomplete="off" />
              <Field c={c} form={form} name="to" label={t('mail.recipient')} help={t('try.to.help')} maxlength={320} autocomplete="off" />
              <Field c={c} form={form} name="peer" label={t('inbound.peer')} help={t('try.peer.help')} maxlength={100} autocomplete="off" />
            </Fields>
          </FormCard>
        </Beside>
      </>
    ),
  })
}

async function result(c: PageContext, tried: TriedMail) {
  const t = words(c)
  const language = c.get('language')
  const { ticket } = tried
  const queues = await listAllQueues(c.get('host').db)
  const outcome = mailTexts.in(language)(`mail.outcome.${tried.outcome}` as MailKey)
  return (
    <div class="admin-two tried-mail" id="result">
      <Card title={t('inbound.decisions')} id="decisions">
        <Decisions c={c} reasons={tried.reasons} queues={queues} />
      </Card>
      <div class="admin-aside">
        <Card title={t('try.result')} id="outcome">
          <p>
            <Badge tone={tried.outcome === 'held' ? 'late' : 'open'} words={outcome} />
          </p>
          {ticket && (
            <SideList
              items={[
                {
                  name: t('mail.ticket'),
                  value: ticket.number ? <a href={`/desk/number/${ticket.number}`}>{ticket.number}</a> : t('try.new-number'),
                },
                { name: t('mail.subject'), value: ticket.title },
                { name: t('try.queue'), value: ticket.queue },
                { name: t('mail.state'), value: sayStateName(ticket.state, ticket.stateType, language) },
                { name: t('try.priority'), value: ticket.priority },
                { name: t('try.customer'), value: ticket.customer ?? '' },
                { name: t('try.owner'), value: ticket.owner ?? '' },
              ]}
            />
          )}
          {tried.visible === false && <p class="para quiet">{t('try.invisible')}</p>}
          <p class="para quiet small">{t('try.nothing')}</p>
        </Card>
        {tried.sent.map((mail) => (
          <Card title={t('try.would-send', { to: mail.to })}>
            <p class="preview-subject">
              <b>{mail.subject}</b>
            </p>
            <div class="message-text">{mail.body}</div>
          </Card>
        ))}
      </div>
    </div>
  )
}
