/** Owns passing an article on: forwarding it with words of one's own, redirecting the mail as it came, sending one of ours again. */
import type { Hono } from 'hono'
import {
  canRedirect,
  filesLimit,
  findArticle,
  findDrafts,
  listArticles,
  mayAct,
  Refusal,
  refused,
  sayDateTime,
  seeTicket,
  templatesForQueue,
  type ActName,
  type AnswerTemplate,
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
  chooseDraft,
  demandAgent,
  DraftLine,
  Field,
  FormProblems,
  headerName,
  KeptFiles,
  KeptMarks,
  keepPosted,
  Notice,
  PageHead,
  readAll,
  readFields,
  saySize,
  SeenField,
  sendWords,
  TextArea,
  webTexts,
  withRefusal,
  type FormState,
  type KeptFormProps,
} from '../../../core/pages.ts'
import { words, type DeskKey } from '../words.ts'
import { TemplateTools } from './composer.tsx'
import { doFromForm } from './doing.ts'
import { deskPage, enter, type Visit } from './frame.tsx'
import { Inserted } from './insert-button.tsx'
import { doAnyway, seenNow, SinceSeen } from './since.tsx'

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
    ...(offered('redirect') && (article.inboundMailId !== null || article.hasRaw) && article.senderType === 'customer'
      ? ['redirect' as const]
      : []),
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
  return show(c, way, at, undefined, 200)
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
    await keepPosted(c)
    return show(c, way, at, withRefusal(c, { values: fields, problems: {} }, error), statusOfRefusal(error))
  }
}

async function show(c: PageContext, way: Way, at: Here, given: FormState | undefined, status: 200 | 409 | 422): Promise<Response> {
  const t = words(c)
  const { visit, ticket, article } = at
  const { db } = c.get('host')
  const articles = await listArticles(db, ticket.id, { visibleOnly: false })
  const bad = given && status !== 200 ? { form: given, status } : undefined
  const key = `ticket/${ticket.id}/articles/${article.id}/${way}`
  const drafts = chooseDraft(c, (await findDrafts(db, visit.actor.id, [key]))[key]!)
  const { draft } = drafts
  const form = given ?? blankForm(draft ? { ...draft.fields } : first(c, way, at))
  const kept: KeptFormProps = {
    c,
    id: way,
    form: key,
    keeps: way === 'forward' ? { text: ['to', 'cc', 'body'], besides: ['subject', 'keep', 'visible'] } : { text: ['to', 'cc'] },
    back: passOnPath(ticket.id, article.id, way),
    ...drafts,
  }
  const back = `/desk/tickets/${ticket.id}#article-${article.id}`
  const title = t(`${way}.title`)
  // At first all files go along; after a refusal, and in a draft, what was chosen stays chosen.
  const keep = given && c.req.method === 'POST' ? await readAll(c, 'keep') : draft?.fields['keep']?.split('\n')
  const chosen = given || draft ? new Set(keep) : undefined
  const templates = way === 'forward' ? await templatesForQueue(db, ticket.queueId, 'Forward') : []
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
          id={`${way}-form`}
          method="post"
          action={passOnPath(ticket.id, article.id, way)}
          enctype="multipart/form-data"
          autocomplete="off"
        >
          <KeptMarks {...kept} state={form} />
          <SeenField seen={seenNow(ticket, articles, bad)} />
          <FormProblems c={c} form={form} ids={{}}>
            <SinceSeen c={c} ticket={ticket} articles={articles} bad={bad} />
          </FormProblems>
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
          {way === 'forward' && <ForwardFields c={c} form={form} article={article} kept={kept} chosen={chosen} templates={templates} />}
          <DraftLine {...kept} />
          <div class="acts">
            <Button kind="primary">{sendWords(c, form, doAnyway(c, bad, t(`${way}.send`)))}</Button>
            <ButtonLink href={back}>{webTexts.in(c.get('language'))('form.cancel')}</ButtonLink>
            <span class="small quiet">{t('compose.undo', { seconds: visit.actor.preferences.undoSeconds })}</span>
          </div>
        </form>
      </>
    ),
  })
}

const statusOfRefusal = (error: unknown): 409 | 422 => (error instanceof Refusal && error.status === 409 ? 409 : 422)

const ForwardFields = ({
  c,
  form,
  article,
  kept,
  chosen,
  templates,
}: {
  c: PageContext
  form: FormState
  article: Article
  kept: KeptFormProps
  chosen: ReadonlySet<string> | undefined
  templates: readonly AnswerTemplate[]
}) => {
  const t = words(c)
  return (
    <>
      <Field c={c} form={form} name="subject" label={t('list.subject')} maxlength={250} />
      <TextArea c={c} form={form} name="body" id="forward" label={t('forward.body')} rows={14} />
      <Inserted into="forward" />
      <TemplateTools c={c} into="forward" ticketId={article.ticketId} templates={templates} />
      {article.attachments.length > 0 && (
        <fieldset class="radios">
          <legend>{t('forward.keep')}</legend>
          {article.attachments.map((file) => (
            <label class="radio">
              <input type="checkbox" name="keep" value={file.id} checked={!chosen || chosen.has(file.id)} />{' '}
              <span>
                {file.name} <span class="quiet">{saySize(file.size, c.get('language'))}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <KeptFiles {...kept} state={form} limit={filesLimit(c.get('host').config)} />
      <Checkbox c={c} form={form} name="visible" label={t('forward.visible')} help={t('forward.visible.help')} />
    </>
  )
}
