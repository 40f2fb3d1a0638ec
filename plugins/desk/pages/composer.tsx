/** Owns writing: the reply at the end of a ticket, always there, and the note beside it; both keep what is typed. */
import {
  filesLimit,
  isOpen,
  type AnswerTemplate,
  type Id,
  type PageContext,
  type Recipients,
  type StateType,
  type Ticket,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  DraftLine,
  Field,
  FormProblems,
  hx,
  KeptFiles,
  KeptMarks,
  Notice,
  ownFieldIds,
  ownFieldLabels,
  ownFieldNames,
  SeenField,
  Select,
  sendWords,
  TextArea,
  type FormState,
  type KeptFormProps,
} from '../../../core/pages.ts'
import { words } from '../words.ts'
import type { Visit } from './frame.tsx'
import { stateIsLeft } from './narrowed.tsx'
import { FieldsAgain } from './ticket-acts.tsx'
import { InsertButton, Inserted, type Into } from './insert-button.tsx'
import { doAnyway, seenNow, SinceSeen } from './since.tsx'
import type { RefusedAct, TicketView } from './ticket.tsx'
import { TimeField } from './time-field.tsx'

interface Props {
  c: PageContext
  visit: Visit
  view: TicketView
  refused: RefusedAct | undefined
}

const MOST_LINES = 14

/** The first of many, and how many more: who they are stands in the field once the link is followed. */
const few = (addresses: readonly string[]): string =>
  addresses.length <= 4 ? addresses.join(', ') : `${addresses.slice(0, 3).join(', ')}, +${addresses.length - 3}`

export const Composer = ({ c, visit, view, refused }: Props) => {
  const bad = refused?.form
  const t = words(c)
  const { ticket, recipients } = view
  const path = `/desk/tickets/${ticket.id}`
  if (!view.offers('reply')) return null
  const { draft } = view.drafts.reply
  const asked = view.fields.asked('reply')
  const body = draft?.fields['body'] || (view.around.salutation && `${view.around.salutation}\n\n`)
  const form = bad ?? blankForm({ ...draft?.fields, body })
  // What is to be looked at twice is not folded away.
  const open = recipients.elsewhere !== null || recipients.claimed || ['to', 'cc', 'subject'].some((name) => bad?.problems[name])
  const kept: KeptFormProps = {
    c,
    id: 'reply',
    form: `ticket/${ticket.id}/reply`,
    keeps: { text: ['body'], besides: ['to', 'cc', 'subject', 'answers', 'proposes', 'time', ...ownFieldNames(asked)] },
    back: path,
    ...view.drafts.reply,
  }
  return (
    <form
      class="composer"
      id="reply-form"
      method="post"
      action={`${path}/reply`}
      enctype="multipart/form-data"
      autocomplete="off"
      aria-label={t('compose.label')}
    >
      <KeptMarks {...kept} state={form} />
      <SeenField seen={seenNow(ticket, view.articles, refused)} />
      <ReplyHead c={c} ticket={ticket} form={form} recipients={recipients} open={open} />
      <div class="composer-body">
        {bad && (
          <FormProblems
            c={c}
            form={bad}
            id="reply-problems"
            ids={{
              body: 'reply',
              to: 'reply-to',
              cc: 'reply-cc',
              subject: 'reply-subject',
              files: 'reply-files',
              time: 'reply-time',
              ...ownFieldIds('reply', asked),
            }}
            labels={ownFieldLabels(c, asked)}
          >
            <SinceSeen c={c} ticket={ticket} articles={view.articles} bad={refused} />
          </FormProblems>
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
        <Inserted into="reply" />
        <FieldsAgain c={c} view={view} act="reply" form={form} />
        <div class="composer-tail">
          <KeptFiles {...kept} state={form} limit={filesLimit(c.get('host').config)} />
          <DraftLine {...kept} />
        </div>
        <AskedTime c={c} form={form} view={view} id="reply-time" />
        <TemplateTools c={c} into="reply" ticketId={ticket.id} templates={view.templates.reply} />
        {view.around.signature && (
          <div class="composer-signature">
            <p class="small">{t('compose.signature')}</p>
            <div class="message-text">{view.around.signature}</div>
          </div>
        )}
      </div>
      <ReplyFoot
        c={c}
        ticket={ticket}
        send={sendWords(c, form, doAnyway(c, refused, t('compose.send')))}
        proposes={form.values['proposes'] ?? ''}
        undoSeconds={visit.actor.preferences.undoSeconds}
        left={(next) => stateIsLeft(view, REPLY_STATES[next], 'reply')}
      />
    </form>
  )
}

const REPLY_STATES = { close: 'closed successful', wait: 'waiting for customer', open: 'open' } as const
const NEXT = { closed: 'close', 'pending reminder': 'wait', open: 'open', 'new': 'open' } as const
/** Which button of an answer leads to a state of this type; '' where none does. */
export const nextFor = (type: StateType | null): string =>
  type !== null && Object.hasOwn(NEXT, type) ? NEXT[type as keyof typeof NEXT] : ''

/** The buttons that send an answer; the one that a template proposes is set off. `replaces`: it takes the place of the one on the page. */
export const ReplyFoot = ({
  c,
  ticket,
  send,
  proposes,
  undoSeconds,
  left = () => true,
  replaces,
}: {
  c: PageContext
  ticket: Ticket
  send: string
  proposes: string
  undoSeconds: number
  /** Whether the state that a button leads to may be chosen. */
  left?: (next: keyof typeof REPLY_STATES) => boolean
  replaces?: boolean
}) => {
  const t = words(c)
  const others = (isOpen(ticket.stateType) ? (['close', 'wait'] as const) : (['open'] as const)).filter(left)
  const set = others.find((next) => next === proposes)
  return (
    <div class="composer-foot" id="reply-foot" {...(replaces ? { ...hx(c, {}), 'hx-swap-oob': 'outerHTML' } : {})}>
      {!isOpen(ticket.stateType) && <p class="composer-closed small">{t('compose.closed')}</p>}
      {set && <p class="composer-closed small">{t('compose.proposes', { what: t(`compose.send-${set}`) })}</p>}
      <input type="hidden" name="proposes" value={set ?? ''} />
      <Button {...(set ? {} : { kind: 'primary' as const })}>{send}</Button>
      {others.map((next) => (
        <Button name="next" value={next} {...(next === set ? { kind: 'primary' as const } : {})}>
          {t(`compose.send-${next}`)}
        </Button>
      ))}
      <span class="end small">{t('compose.undo', { seconds: undoSeconds })}</span>
    </div>
  )
}

/** Whom an answer goes to and under which subject: one line, the fields below it. `replaces`: it takes the place of the one on the page. */
export const ReplyHead = ({
  c,
  ticket,
  form,
  recipients,
  open,
  replaces,
}: {
  c: PageContext
  ticket: Ticket
  form: FormState
  recipients: Recipients
  open: boolean
  replaces?: boolean
}) => {
  const t = words(c)
  const { answers = '', cc = '' } = form.values
  const offered = recipients.to.join(', ')
  const to = form.values['to'] ?? offered
  const toCustomer = ticket.customerAddress !== null && to === ticket.customerAddress
  const warnings = [
    ...(recipients.elsewhere ? [t('compose.elsewhere', recipients.elsewhere)] : []),
    ...(recipients.claimed ? [t('compose.unconfirmed')] : []),
  ]
  const all = recipients.others.length > 0 && recipients.others.join(', ') === cc
  return (
    <details class="composer-head" id="reply-head" open={open} {...(replaces ? { ...hx(c, {}), 'hx-swap-oob': 'outerHTML' } : {})}>
      <summary>
        {t('compose.to')} <b>{toCustomer ? (ticket.customerName ?? to) : to || t('compose.nobody')}</b>
        {cc ? (
          <>
            {' '}
            · {t('compose.cc')} {cc}
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
          form={form}
          name="to"
          id="reply-to"
          label={t('compose.to.label')}
          value={offered}
          help={offered === '' ? t('compose.no-address') : undefined}
        />
        <Field c={c} form={form} name="cc" id="reply-cc" label={t('compose.cc.label')} required={false} />
        {!all && recipients.others.length > 0 && (
          <p class="small">
            <InsertButton c={c} into="reply" ticketId={ticket.id} what="all" link>
              {t('compose.all', { who: few(recipients.others) })}
            </InsertButton>
          </p>
        )}
        <Field c={c} form={form} name="subject" id="reply-subject" label={t('list.subject')} value={ticket.title} maxlength={250} />
      </div>
    </details>
  )
}

/** A note for agents only; the customer never sees it. */
export const NoteComposer = ({ c, view, refused }: Omit<Props, 'visit'>) => {
  const bad = refused?.form
  const t = words(c)
  const { ticket } = view
  const path = `/desk/tickets/${ticket.id}`
  if (!view.offers('note')) return null
  const { draft } = view.drafts.note
  const asked = view.fields.asked('note')
  const form = bad ?? blankForm({ ...draft?.fields })
  const kept: KeptFormProps = {
    c,
    id: 'note',
    form: `ticket/${ticket.id}/note`,
    keeps: { text: ['body'], besides: ['time', ...ownFieldNames(asked)] },
    back: path,
    ...view.drafts.note,
  }
  return (
    <details class="composer composer-note" id="note-box" open={Boolean(bad ?? draft)}>
      <summary>
        {t('act.note')} <span class="small">{t('note.label')}</span>
      </summary>
      <form id="note-form" method="post" action={`${path}/note`} enctype="multipart/form-data" autocomplete="off">
        <KeptMarks {...kept} state={form} />
        <SeenField seen={seenNow(ticket, view.articles, refused)} />
        <div class="composer-body">
          {bad && (
            <FormProblems
              c={c}
              form={bad}
              id="note-problems"
              ids={{ body: 'note', files: 'note-files', time: 'note-time', ...ownFieldIds('note', asked) }}
              labels={ownFieldLabels(c, asked)}
            >
              <SinceSeen c={c} ticket={ticket} articles={view.articles} bad={refused} />
            </FormProblems>
          )}
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
          <Inserted into="note" />
          <FieldsAgain c={c} view={view} act="note" form={form} />
          <div class="composer-tail">
            <KeptFiles {...kept} state={form} limit={c.get('host').config.smtp.maxSizeKb * 1024} />
            <DraftLine {...kept} />
          </div>
          <AskedTime c={c} form={form} view={view} id="note-time" />
          <TemplateTools c={c} into="note" ticketId={ticket.id} templates={view.templates.note} />
        </div>
        <div class="composer-foot">
          <Button>{sendWords(c, form, doAnyway(c, refused, t('note.add')))}</Button>
        </div>
      </form>
    </details>
  )
}

/** Templates to put into what is written; the files of those put in are kept with the draft: each can be left out again. */
export const TemplateTools = ({
  c,
  into,
  ticketId,
  templates,
}: {
  c: PageContext
  into: Into
  ticketId: Id
  templates: readonly AnswerTemplate[]
}) => {
  const t = words(c)
  if (templates.length === 0) return null
  return (
    <div class="composer-insert">
      <Select
        c={c}
        form={blankForm()}
        name="template"
        id={`${into}-template`}
        label={t('compose.template')}
        value=""
        empty={t('compose.template.choose')}
        choices={templates.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <InsertButton c={c} into={into} ticketId={ticketId} what="template">
        {t('compose.template.insert')}
      </InsertButton>
    </div>
  )
}

const AskedTime = ({ c, form, view, id }: { c: PageContext; form: FormState; view: TicketView; id: string }) =>
  view.time && view.ticket.askTime !== 'off' ? (
    <div class="composer-time">
      <TimeField c={c} form={form} ask={view.ticket.askTime} unit={view.time.unit} id={id} />
    </div>
  ) : null

const lines = (text: string, least = 6): number => Math.min(MOST_LINES, Math.max(least, text.split('\n').length + 1))
