/** Owns writing: the reply at the end of a ticket, always there, and the note beside it; both keep what is typed. */
import {
  filesLimit,
  fillIn,
  findArticle,
  findTemplate,
  offersAct,
  sayDateTime,
  sayTime,
  type AnswerTemplate,
  type Draft,
  type PageContext,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  CsrfField,
  Field,
  Files,
  FormProblems,
  headerName,
  hx,
  Notice,
  saySize,
  Select,
  TextArea,
  type FormState,
} from '../../../core/pages.ts'
import { words } from '../words.ts'
import type { Visit } from './frame.tsx'
import type { TicketView } from './ticket.tsx'

interface Props {
  c: PageContext
  visit: Visit
  view: TicketView
  bad: FormState | undefined
  quote?: string | undefined
}

const MOST_LINES = 14

/** The first of many, and how many more: who they are stands in the field once the link is followed. */
const few = (addresses: readonly string[]): string =>
  addresses.length <= 4 ? addresses.join(', ') : `${addresses.slice(0, 3).join(', ')}, +${addresses.length - 3}`

export const Composer = ({ c, visit, view, bad, quote }: Props) => {
  const t = words(c)
  const { ticket } = view
  const path = `/desk/tickets/${ticket.id}`
  if (!offersAct('reply', ticket, visit.actor.access)) return null
  const draft = view.drafts.reply
  const begun = draft?.fields['body'] || (view.around.salutation && `${view.around.salutation}\n\n`)
  const body = quote ? `${begun ? `${begun.trimEnd()}\n\n` : ''}${quote}` : begun
  const form = bad ?? blankForm({ ...draft?.fields, body })
  const { recipients, answers } = view
  const offered = recipients.to.join(', ')
  // "Reply to all" and quoting are links to this page, so that both work without scripts; a draft may have been for others.
  const all = c.req.query('all') !== undefined
  const shown =
    !bad && (all || answers)
      ? { ...form, values: { ...form.values, to: offered, ...(all ? { cc: recipients.others.join(', ') } : {}) } }
      : form
  const to = shown.values['to'] ?? offered
  const toCustomer = ticket.customerAddress !== null && to === ticket.customerAddress
  const warnings = [
    ...(recipients.elsewhere ? [t('compose.elsewhere', recipients.elsewhere)] : []),
    ...(recipients.claimed ? [t('compose.unconfirmed')] : []),
  ]
  // What is to be looked at twice is not folded away.
  const open =
    recipients.elsewhere !== null ||
    recipients.claimed ||
    all ||
    Boolean(bad?.problems['to'] || bad?.problems['cc'] || bad?.problems['subject'])
  const { config } = c.get('host')
  return (
    <form
      class="composer"
      id="reply-form"
      method="post"
      autocomplete="off"
      action={`${path}/reply`}
      enctype="multipart/form-data"
      aria-label={t('compose.label')}
    >
      <CsrfField c={c} />
      <details class="composer-head" id="reply-head" open={open}>
        <summary>
          {t('compose.to')} <b>{toCustomer ? (ticket.customerName ?? to) : to || t('compose.nobody')}</b>
          {shown.values['cc'] ? (
            <>
              {' '}
              · {t('compose.cc')} {shown.values['cc']}
            </>
          ) : null}
          <span class="composer-change">{t('compose.change')}</span>
        </summary>
        {warnings.map((warning) => (
          <Notice tone="warn">{warning}</Notice>
        ))}
        <div class="form-row">
          {answers && <input type="hidden" name="answers" value={answers} />}
          <Field
            c={c}
            form={shown}
            name="to"
            id="reply-to"
            label={t('compose.to.label')}
            value={offered}
            help={offered === '' ? t('compose.no-address') : undefined}
          />
          <Field c={c} form={shown} name="cc" id="reply-cc" label={t('compose.cc.label')} required={false} />
          {!all && recipients.others.length > 0 && (
            <p class="small">
              <a href={`${path}?${answers ? `quote=${answers}&` : ''}all#reply`}>{t('compose.all', { who: few(recipients.others) })}</a>
            </p>
          )}
          <Field c={c} form={form} name="subject" id="reply-subject" label={t('list.subject')} value={ticket.title} maxlength={250} />
        </div>
      </details>
      <div class="composer-body">
        {bad && (
          <FormProblems
            c={c}
            form={bad}
            id="reply-problems"
            ids={{ body: 'reply', to: 'reply-to', cc: 'reply-cc', subject: 'reply-subject' }}
          />
        )}
        <TextArea
          c={c}
          form={form}
          name="body"
          id="reply"
          label={t('compose.body')}
          hideLabel
          rows={lines(form.values['body'] ?? '')}
          placeholder={t('compose.placeholder')}
        />
        <div class="composer-tail">
          <Files c={c} form={form} name="files" id="reply-files" limit={filesLimit(config)} />
          <DraftStatus c={c} path={path} kind="reply" draft={draft} />
        </div>
        <TemplateTools c={c} form={form} kind="reply" templates={view.templates.reply} />
        {view.around.signature && (
          <div class="composer-signature">
            <p class="small">{t('compose.signature')}</p>
            <div class="message-text">{view.around.signature}</div>
          </div>
        )}
      </div>
      <div class="composer-foot">
        <Button kind="primary">{t('compose.send')}</Button>
        <Button name="next" value="close">
          {t('compose.send-close')}
        </Button>
        <Button name="next" value="wait">
          {t('compose.send-wait')}
        </Button>
        <span class="end small">{t('compose.undo', { seconds: visit.actor.preferences.undoSeconds })}</span>
      </div>
    </form>
  )
}

/** A note for agents only; the customer never sees it. */
export const NoteComposer = ({ c, visit, view, bad }: Props) => {
  const t = words(c)
  const { ticket } = view
  const path = `/desk/tickets/${ticket.id}`
  if (!offersAct('note', ticket, visit.actor.access)) return null
  const draft = view.drafts.note
  const form = bad ?? blankForm({ ...draft?.fields })
  return (
    <details class="composer composer-note" id="note-box" open={Boolean(bad ?? draft)}>
      <summary>
        {t('act.note')} <span class="small">{t('note.label')}</span>
      </summary>
      <form id="note-form" method="post" autocomplete="off" action={`${path}/note`} enctype="multipart/form-data">
        <CsrfField c={c} />
        <div class="composer-body">
          {bad && <FormProblems c={c} form={bad} id="note-problems" ids={{ body: 'note' }} />}
          <TextArea
            c={c}
            form={form}
            name="body"
            id="note"
            label={t('note.body')}
            hideLabel
            rows={lines(form.values['body'] ?? '', 4)}
            placeholder={t('note.placeholder')}
          />
          <div class="composer-tail">
            <Files c={c} form={form} name="files" id="note-files" limit={c.get('host').config.smtp.maxSizeKb * 1024} />
            <DraftStatus c={c} path={path} kind="note" draft={draft} />
          </div>
          <TemplateTools c={c} form={form} kind="note" templates={view.templates.note} />
        </div>
        <div class="composer-foot">
          <Button>{t('note.add')}</Button>
        </div>
      </form>
    </details>
  )
}

/** Templates to put into what is written, and the files that came with those put in: each can be left out again. */
const TemplateTools = ({
  c,
  form,
  kind,
  templates,
}: {
  c: PageContext
  form: FormState
  kind: 'reply' | 'note'
  templates: readonly AnswerTemplate[]
}) => {
  const t = words(c)
  if (templates.length === 0) return null
  const files = templates.flatMap((template) => template.files).filter((file) => form.values[`offered.${file.id}`] !== undefined)
  return (
    <div class="composer-templates">
      {files.length > 0 && (
        <fieldset class="composer-files">
          <legend class="small">{t('compose.template.files')}</legend>
          {files.map((file) => (
            <label>
              <input type="hidden" name={`offered.${file.id}`} value="on" />
              <input type="checkbox" name={`attach.${file.id}`} value="on" checked={form.values[`attach.${file.id}`] !== undefined} />{' '}
              {file.name} <span class="quiet small">{saySize(file.size, c.get('language'))}</span>
            </label>
          ))}
        </fieldset>
      )}
      <div class="composer-insert">
        <Select
          c={c}
          form={form}
          name="template"
          id={`${kind}-template`}
          label={t('compose.template')}
          value=""
          empty={t('compose.template.choose')}
          choices={templates.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Button name="insert" value="template" small unchecked>
          {t('compose.template.insert')}
        </Button>
      </div>
    </div>
  )
}

/** The form with a template's text at the end of what is written, and its files offered. */
export async function withTemplate(
  c: PageContext,
  visit: Visit,
  view: TicketView,
  kind: 'reply' | 'note',
  values: Record<string, string>,
): Promise<FormState> {
  const { db, config, clock } = c.get('host')
  const template = view.templates[kind].find(({ id }) => id === values['template']) && (await findTemplate(db, values['template']!))
  if (!template) return { values, problems: {} }
  const text = await fillIn({ db, config, now: clock(), actor: visit.actor }, view.ticket, template.body)
  const before = (values['body'] ?? '').trimEnd()
  const files = Object.fromEntries(
    template.files.flatMap(({ id }) => [
      [`offered.${id}`, 'on'],
      [`attach.${id}`, 'on'],
    ]),
  )
  return { values: { ...values, ...files, template: '', body: before === '' ? `${text}\n` : `${before}\n\n${text}\n` }, problems: {} }
}

/** Ids of the templates' files that are to go along. */
export const filesToAttach = (values: Record<string, string>): string[] =>
  Object.keys(values).flatMap((name) => /^attach\.(\d{1,18})$/.exec(name)?.[1] ?? [])

/** Saves what is typed a second after the last key, and says so. */
export const DraftStatus = ({
  c,
  path,
  kind,
  draft,
}: {
  c: PageContext
  path: string
  kind: 'reply' | 'note'
  draft: Draft | undefined
}) => (
  <p class="draft small">
    <span
      class="draft-status"
      id={`${kind}-draft`}
      role="status"
      {...hx(c, {
        post: `${path}/draft?form=${kind}`,
        trigger: `input from:#${kind}-form delay:1s`,
        swap: 'innerHTML',
        sync: 'replace',
        include: `#${kind}-form textarea, #${kind}-form input:not([type=file])`,
      })}
      {...{ 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }}
    >
      {draft && <DraftWords c={c} at={draft.updatedAt} />}
    </span>
    {draft && (
      <button
        type="submit"
        class="link-button"
        formaction={`${path}/draft/drop?form=${kind}`}
        formenctype="application/x-www-form-urlencoded"
        formnovalidate
      >
        {words(c)('draft.drop')}
      </button>
    )}
  </p>
)

/** "szkic zapisany 8:53"; with the day when it was not today. */
export const DraftWords = ({ c, at }: { c: PageContext; at: Date }) => {
  const { clock, config } = c.get('host')
  const recent = clock().getTime() - at.getTime() < 12 * 3600 * 1000
  return (
    <>{words(c)('draft.saved', { when: recent ? sayTime(at, config.zone) : sayDateTime(at, config.zone, c.get('language'), clock()) })}</>
  )
}

/** A message quoted for the reply: who wrote it when, each line behind '>'. */
export async function quoteOf(c: PageContext, view: TicketView): Promise<string | undefined> {
  const id = c.req.query('quote')
  const article = id ? await findArticle(c.get('host').db, view.ticket.id, id) : undefined
  // What is held or a note is not for the customer to read.
  if (!article?.visible) return undefined
  const { clock, config } = c.get('host')
  const when = sayDateTime(article.createdAt, config.zone, c.get('language'), clock())
  const who = article.personName ?? headerName(article.from)
  return `\n\n${words(c)('quote.head', { when, who })}\n${article.body
    .trimEnd()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}\n`
}

const lines = (text: string, least = 6): number => Math.min(MOST_LINES, Math.max(least, text.split('\n').length + 1))
