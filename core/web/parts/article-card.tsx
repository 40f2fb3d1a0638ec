/** Owns how one article of a ticket is shown: to agents with notes and delivery, to customers as a conversation. */
import type { Child } from 'hono/jsx'
import type { Article, Attachment } from '../../article/articles.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { honestName, plainAddressForm, plainNameForm } from '../../mail/look-alike.ts'
import { mailTexts } from '../../mail/mail-texts.ts'
import { linkToken } from '../csrf.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Avatar } from './avatar.tsx'
import { MessageText } from './message-text.tsx'
import { PlainForm } from './plain-form.tsx'
import { saySize } from './size.ts'
import { Time } from './time.tsx'

/** A file: its name leads to it. */
export const AttachmentChip = ({
  c,
  attachment,
  href,
}: {
  c: PageContext
  attachment: Pick<Attachment, 'name' | 'size' | 'contentType'>
  href: string
}) => (
  <a class="chip" href={href} download={attachment.name}>
    <span class="chip-name">{attachment.name}</span> <span class="quiet">{saySize(attachment.size, c.get('language'))}</span>
  </a>
)

/** Name as it stands in a header: `"Jan Kowalski" <jan@…>` → Jan Kowalski. A name that poses as an address is passed over for the address. */
export function headerName(text: string): string {
  const name = text
    .replace(/<[^<>]*>\s*$/, '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .replace(/\\(.)/g, '$1')
  return honestName(name, headerAddress(text))
}
export const headerAddress = (text: string): string => text.match(/<([^<>]*)>\s*$/)?.[1] ?? text.trim()

/** More addresses than these are folded away: they would stand before the words. */
const SHOWN_COPIES = 8

export interface ArticleCardProps {
  c: PageContext
  article: Article
  /** Customers see no notes, no delivery, no addresses of others. */
  audience: 'agent' | 'customer'
  attachmentHref: (attachment: Attachment) => string
  /** Beside the sender: assurance and the like. */
  beside?: Child
  /** Under the text. */
  below?: Child
  /** At the end of the head line. */
  acts?: Child
}

export const ArticleCard = ({ c, article, audience, attachmentHref, beside, below, acts }: ArticleCardProps) => {
  const t = webTexts.in(c.get('language'))
  const apart = article.held !== null && article.held.decision !== 'accepted'
  const hidden = !article.visible && !apart
  // It left the house: forwarded to somebody the customer knows nothing of.
  const passedOn = hidden && article.channel === 'email' && article.senderType === 'agent'
  const note = hidden && !passedOn
  const kind = apart ? 'held' : note ? 'note' : article.senderType
  const sender =
    article.senderType === 'system' && article.inboundMailId === null
      ? t('article.sender.system')
      : (article.personName ?? headerName(article.from)) || t(`article.channel.${article.channel}`)
  const stranger = article.senderType === 'customer' && article.channel === 'email'
  const address = audience === 'agent' && article.senderType === 'customer' ? headerAddress(article.from) : ''
  // A person is called what their first mail said, or what an administrator knows; what this mail says is seen beside it.
  const called = audience === 'agent' && stranger && article.personName !== null ? headerName(article.from) : ''
  // Pictures that stand in the message are seen there; as files they are offered only when it has no HTML.
  const files = article.attachments.filter((file) => file.disposition === 'attachment' || !article.hasHtml)
  const copies = article.cc.split(/@/).length - 1
  const text = article.hasHtml ? (
    <HtmlMail c={c} article={article} />
  ) : (
    <MessageText c={c} body={article.body} id={`article-${article.id}`} />
  )
  return (
    <article
      class={`article article-${kind}${article.withdrawnAt ? ' article-withdrawn' : ''}`}
      id={`article-${article.id}`}
      aria-labelledby={`article-${article.id}-who`}
    >
      <header class="article-head">
        <Avatar name={sender} />
        <div class="article-who">
          <h2 id={`article-${article.id}-who`}>
            <b>{sender}</b>
            <PlainForm c={c} form={plainNameForm(sender)} />
            {address && address !== sender && <span class="quiet"> {address}</span>}
            <PlainForm c={c} form={plainAddressForm(address)} />
            {called && called !== sender && called !== address && (
              <span class="quiet">
                {' '}
                · {t('article.called', { name: called })}
                <PlainForm c={c} form={plainNameForm(called)} />
              </span>
            )}
            {note && <span class="article-note-label"> {t('article.note')}</span>}
            {passedOn && <span class="article-note-label"> {t('article.passed-on', { to: article.to })}</span>}
            {apart && (
              <span class="article-note-label"> {t(article.held?.decision === 'rejected' ? 'article.rejected' : 'article.held')}</span>
            )}
            {audience === 'agent' && article.held?.decision === 'accepted' && (
              <span class="article-note-label"> {t('article.let-in')}</span>
            )}
            {audience === 'agent' && article.senderType === 'agent' && article.to && !passedOn && (
              <span class="quiet"> {t('article.to', { to: headerName(article.to) })}</span>
            )}
            {audience === 'agent' && article.senderType === 'agent' && article.cc && copies <= SHOWN_COPIES && (
              <span class="quiet"> · {t('article.cc', { cc: article.cc })}</span>
            )}
            <span class="only-heard">
              , <Time c={c} at={article.createdAt} />
            </span>
          </h2>
          {audience === 'agent' && article.senderType === 'agent' && copies > SHOWN_COPIES && (
            <details class="quoted article-copies" id={`article-${article.id}-copies`}>
              <summary>{t('article.cc.many', { count: copies })}</summary>
              <p class="quiet">{article.cc}</p>
            </details>
          )}
          {audience === 'agent' && article.senderType !== 'agent' && article.inboundMailId !== null && (
            <WrittenTo c={c} article={article} />
          )}
          {audience === 'agent' && article.bcc && <p class="quiet article-to">{t('article.bcc', { bcc: article.bcc })}</p>}
          {audience === 'agent' && <SendErrors c={c} article={article} />}
          {audience === 'agent' && article.notes.length > 0 && <Notes c={c} notes={article.notes} />}
          {beside && <div class="article-beside">{beside}</div>}
        </div>
        <p class="article-when">
          <Time c={c} at={article.createdAt} />
          {audience === 'agent' && !note && article.senderType === 'customer' && <> · {t(`article.channel.${article.channel}`)}</>}
          {audience === 'agent' && !article.withdrawnAt && <Delivery c={c} article={article} />}
          {article.withdrawnAt && <> · {t(article.delivery ? 'article.withdrawn' : 'article.taken-back')}</>}
        </p>
        {acts && <div class="article-acts">{acts}</div>}
      </header>
      <div class="article-body">
        {article.withdrawnAt ? <del>{text}</del> : text}
        {files.length > 0 && (
          <ul class="chips" aria-label={t('article.attachments')}>
            {files.map((file) => (
              <li>
                <AttachmentChip c={c} attachment={file} href={attachmentHref(file)} />
              </li>
            ))}
          </ul>
        )}
        {audience === 'agent' && article.revisions.length > 0 && <Revisions c={c} article={article} />}
        {below}
      </div>
    </article>
  )
}

/** Whom a mail was written to: who else has it, and whether we were a hidden copy. Many are folded, so that the words come first. */
const WrittenTo = ({ c, article: { to, cc } }: { c: PageContext; article: Article }) => {
  const t = webTexts.in(c.get('language'))
  const all = [to && t('article.to', { to }), cc && t('article.cc', { cc })].filter(Boolean).join(' · ')
  if (all === '') return null
  const count = all.split('@').length - 1
  if (all.length <= SHOWN_RECIPIENTS) return <p class="quiet article-to">{all}</p>
  return (
    <details class="quiet article-to">
      <summary>{t('article.recipients', { count })}</summary>
      {all}
    </details>
  )
}
/** Characters: two lines on a small screen. */
const SHOWN_RECIPIENTS = 160

/** What was noted when the mail was read; the whole sentence is the title, for a label has no room for it. */
const Notes = ({ c, notes }: { c: PageContext; notes: Article['notes'] }) => {
  const t = mailTexts.in(c.get('language'))
  const known = notes.filter(({ note }) => Object.hasOwn(mailTexts.pl, `mail.note.${note}`))
  return (
    <ul class="article-notes">
      {known.map(({ note, detail }) => (
        <li class="article-note-label" title={t(`mail.rule.${note}`)}>
          {t(`mail.note.${note}`, { detail: detail ?? '' }).replace(/: $/, '')}
        </li>
      ))}
    </ul>
  )
}

const Delivery = ({ c, article }: { c: PageContext; article: Article }) => {
  if (!article.delivery) return null
  const t = webTexts.in(c.get('language'))
  const { state, error } = article.delivery
  return (
    <>
      {' · '}
      <span class={`delivery delivery-${state}`}>{t(`article.delivery.${state}`)}</span>
      {state !== 'sent' && error && <span class="quiet"> {t('article.delivery.why', { error })}</span>}
    </>
  )
}

/** What mail servers said of it, but for what the state of its delivery says already. */
const SendErrors = ({ c, article: { sendErrors, delivery, withdrawnAt } }: { c: PageContext; article: Article }) => {
  const t = webTexts.in(c.get('language'))
  const said = delivery && delivery.state !== 'sent' && !withdrawnAt ? delivery.error : null
  const errors = sendErrors.filter(({ text }) => said === null || !text.endsWith(said))
  return errors.length === 0 ? null : (
    <ul class="article-notes">
      {errors.map(({ at, text }) => (
        <li class="article-note-label">
          {t('article.send-error', { text })}
          {at && (
            <>
              {' '}
              · <Time c={c} at={at} />
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Earlier wordings of an article that was edited where it came from: to be read, no more. */
const Revisions = ({ c, article: { id, revisions } }: { c: PageContext; article: Article }) => {
  const t = webTexts.in(c.get('language'))
  return (
    <details class="quoted" id={`article-${id}-revisions`}>
      <summary>{t('article.edited', { count: revisions.length })}</summary>
      {revisions.map(({ n, at, by, subject, body }) => (
        <section aria-labelledby={`article-${id}-revision-${n}`}>
          <h3 class="quiet" id={`article-${id}-revision-${n}`}>
            {t('article.edited.until')} <Time c={c} at={at} />
            {by && <> · {by}</>}
          </h3>
          {subject && <p>{subject}</p>}
          <p class="message-text">{body}</p>
        </section>
      ))}
    </details>
  )
}

/** A scriptless frame cannot tell its height: it is guessed from the text, and the reader may drag it. */
export function frameSize(article: Pick<Article, 'body' | 'attachments'>): 's' | 'm' | 'l' | 'xl' {
  const lines = article.body.split('\n').reduce((sum, line) => sum + 1 + Math.floor(line.length / 95), 0)
  const pictures = article.attachments.filter((file) => file.disposition === 'inline' && file.contentType.startsWith('image/')).length
  const height = lines + pictures * 12
  return height <= 6 ? 's' : height <= 14 ? 'm' : height <= 26 ? 'l' : 'xl'
}

const hasPictures = (article: Pick<Article, 'attachments'>) =>
  article.attachments.some((file) => file.disposition === 'inline' && file.contentType.startsWith('image/'))

/**
 * A mail that came with HTML. Its text is what one reads: it folds quotations, follows the reader's colours and loads
 * nothing. The sender's own look is one click away; with pictures in the text it stands first, for they belong there.
 */
const HtmlMail = ({ c, article }: { c: PageContext; article: Article }) => {
  const t = webTexts.in(c.get('language'))
  const id = `article-${article.id}`
  const text = <MessageText c={c} body={article.body} id={id} />
  return hasPictures(article) ? (
    <>
      <MailFrame c={c} article={article} />
      <details class="quoted" id={`${id}-plain`}>
        <summary>{t('article.html.plain')}</summary>
        {text}
      </details>
    </>
  ) : (
    <>
      {text}
      <details class="quoted" id={`${id}-html`}>
        <summary>{t('article.html')}</summary>
        <MailFrame c={c} article={article} />
      </details>
    </>
  )
}

/** HTML that strangers mailed us, in a frame of its own: no scripts, no forms, links and pictures from afar off until asked for. */
const MailFrame = ({ c, article }: { c: PageContext; article: Article }) => {
  const t = webTexts.in(c.get('language'))
  return (
    <>
      <iframe
        class={`mail-frame mail-frame-${frameSize(article)}`}
        src={`/articles/${article.id}/html`}
        sandbox=""
        referrerpolicy="no-referrer"
        loading="lazy"
        title={t('article.html')}
      />
      <p class="mail-frame-foot">
        {t('article.html.inert')}{' '}
        <a href={`/articles/${article.id}/html?open=${linkToken(c, `open ${article.id}`)}`} target="_blank" rel="noopener">
          {t('article.html.show')}
        </a>
      </p>
    </>
  )
}
