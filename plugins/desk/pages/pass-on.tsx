/** Owns passing an article on: forwarding it with words of one's own, redirecting the mail as it came, sending one of ours again. */
import type { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import {
  canRedirect,
  filesLimit,
  findArticle,
  findDraft,
  mayAct,
  refused,
  sayDateTime,
  seeTicket,
  type ActName,
  type Article,
  type PageContext,
  type Ticket,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Checkbox,
  CsrfField,
  demandAgent,
  Field,
  Files,
  FormProblems,
  headerName,
  Notice,
  PageHead,
  readAll,
  readFields,
  saySize,
  TextArea,
  webTexts,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { words, type DeskKey } from '../words.ts'
import { doFromForm } from './doing.ts'
import { deskPage, enter, type Visit } from './frame.tsx'

/** The acts that pass an article on: each has a page of its own. */
const WAYS = ['forward', 'redirect', 'resend'] as const satisfies readonly ActName[]
export type Way = (typeof WAYS)[number]
export const isWay = (name: ActName): name is Way => (WAYS as readonly ActName[]).includes(name)

export function passOnRoutes(app: Hono<WebEnv>): void {
  for (const way of WAYS) {
    app.get(`/desk/tickets/:id/articles/:article/${way}`, (c) => open(c, way))
    app.post(`/desk/tickets/:id/articles/:article/${way}`, (c) => send(c, way))
  }
}

export const passOnPath = (ticketId: string, articleId: string, way: Way): string =>
  `/desk/tickets/${ticketId}/articles/${articleId}/${way}`

/** Which of the three an article offers whom: links at its head. */
export function waysOf(article: Article, offered: (way: Way) => boolean): Way[] {
  if (article.withdrawnAt) return []
  const sent = article.delivery && article.delivery.state !== 'queued' && article.senderType !== 'customer'
  return [
    ...(offered('forward') && (article.visible || article.channel === 'email') ? ['forward' as const] : []),
    ...(offered('redirect') && article.inboundMailId !== null && article.senderType === 'customer' ? ['redirect' as const] : []),
    ...(offered('resend') && sent ? ['resend' as const] : []),
  ]
}

interface Here {
  visit: Visit
  ticket: Ticket
  article: Article
}

async function here(c: PageContext, way: Way): Promise<Here> {
  const visit = await enter(c)
  const { db } = c.get('host')
  const ticket = await seeTicket(db, visit.actor.access, c.req.param('id') ?? '', 'ro')
  const article = await findArticle(db, ticket.id, c.req.param('article') ?? '')
  if (!article || article.withdrawnAt) throw refused('not-found')
  if (!mayAct(way, ticket, visit.actor.access)) throw refused('not-allowed')
  return { visit, ticket, article }
}

async function open(c: PageContext, way: Way): Promise<Response> {
  const at = await here(c, way)
  const { db } = c.get('host')
  if (way === 'redirect' && !(await canRedirect(db, at.article)))
    return show(c, way, at, withRefusal(c, blankForm(), refused('article.no-mail')), 422)
  const draft = way === 'forward' ? await findDraft(db, at.visit.actor.id, `ticket/${at.ticket.id}/forward`) : undefined
  return show(c, way, at, blankForm(draft ? { ...draft.fields } : first(c, way, at)), 200)
}

/** What stands in the form at first. */
function first(c: PageContext, way: Way, { ticket, article }: Here): Record<string, string> {
  if (way === 'resend') return { to: article.to, cc: article.cc }
  if (way === 'redirect') return {}
  const quoted = article.body
    .trimEnd()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')
  return { subject: ticket.title, body: `\n\n${words(c)('forward.head', about(c, article))}\n\n${quoted}\n` }
}

function about(c: PageContext, article: Article): { who: string; when: string } {
  const { clock, config } = c.get('host')
  return {
    who: article.personName ?? headerName(article.from),
    when: sayDateTime(article.createdAt, config.zone, c.get('language'), clock()),
  }
}

async function send(c: PageContext, way: Way): Promise<Response> {
  const at = await here(c, way)
  const actor = demandAgent(c)
  const fields = await readFields(c)
  const { ticket, article } = at
  try {
    await doFromForm(c, actor, way, { ...fields, article: article.id }, ticket.id)
    return c.redirect(`/desk/tickets/${ticket.id}#article-${article.id}`, 303)
  } catch (error) {
    return show(c, way, at, withRefusal(c, { values: fields, problems: {} }, error), 422)
  }
}

async function show(c: PageContext, way: Way, { visit, ticket, article }: Here, form: FormState, status: 200 | 422): Promise<Response> {
  const t = words(c)
  const back = `/desk/tickets/${ticket.id}#article-${article.id}`
  const title = t(`${way}.title`)
  const more = way === 'forward' ? await ForwardFields({ c, form, article }) : null
  return deskPage(c, visit, {
    title: `${title} · ${ticket.number}`,
    status,
    body: (
      <>
        <PageHead
          title={title}
          beside={
            <a href={`/desk/tickets/${ticket.id}`}>
              {ticket.number} {ticket.title}
            </a>
          }
        />
        {way !== 'forward' && <Notice>{t(`${way}.about` as DeskKey)}</Notice>}
        <form
          class="form pass-on"
          method="post"
          autocomplete="off"
          action={passOnPath(ticket.id, article.id, way)}
          enctype="multipart/form-data"
        >
          <CsrfField c={c} />
          <FormProblems c={c} form={form} ids={{}} />
          <p class="quiet">{t('forward.source', about(c, article))}</p>
          <Field
            c={c}
            form={form}
            name="to"
            label={t('compose.to.label')}
            required
            help={way === 'forward' ? t('forward.to.help') : undefined}
            autofocus={way !== 'resend'}
          />
          {way !== 'redirect' && <Field c={c} form={form} name="cc" label={t('compose.cc.label')} required={false} />}
          {more}
          <div class="acts">
            <Button kind="primary">{t(`${way}.send`)}</Button>
            <ButtonLink href={back}>{webTexts.in(c.get('language'))('form.cancel')}</ButtonLink>
            <span class="small quiet">{t('compose.undo', { seconds: visit.actor.preferences.undoSeconds })}</span>
          </div>
        </form>
      </>
    ),
  })
}

async function ForwardFields({ c, form, article }: { c: PageContext; form: FormState; article: Article }): Promise<Child> {
  const t = words(c)
  // At first all go along; after a refusal what was chosen stays chosen.
  const kept = c.req.method === 'POST' ? new Set(await readAll(c, 'keep')) : undefined
  return (
    <>
      <Field c={c} form={form} name="subject" label={t('list.subject')} maxlength={250} />
      <TextArea c={c} form={form} name="body" label={t('forward.body')} rows={14} />
      {article.attachments.length > 0 && (
        <fieldset class="radios">
          <legend>{t('forward.keep')}</legend>
          {article.attachments.map((file) => (
            <label class="radio">
              <input type="checkbox" name="keep" value={file.id} checked={!kept || kept.has(file.id)} />{' '}
              <span>
                {file.name} <span class="quiet">{saySize(file.size, c.get('language'))}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <Files c={c} form={form} name="files" limit={filesLimit(c.get('host').config)} />
      <Checkbox c={c} form={form} name="visible" label={t('forward.visible')} help={t('forward.visible.help')} />
    </>
  )
}
