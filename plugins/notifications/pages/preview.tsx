/** Owns what is shown beside a notification's form before it is saved: what it would say of a real ticket, and which tickets it means. */
import {
  findPerson,
  isLanguage,
  languageChoices,
  readRuleForm,
  Refusal,
  seeTicketByNumber,
  textForTold,
  type PageContext,
  type Ticket,
} from '../../../core/index.ts'
import { Card, withRefusal, type FormState } from '../../../core/pages.ts'
import { words } from '../words.ts'
import { MOST_SHOWN, ticketsMeant } from './meaning.ts'
import type { Place } from './place.ts'

/** The tickets that the condition means. */
export async function showTickets(c: PageContext, place: Place, values: Record<string, string>): Promise<Looked> {
  const form: FormState = { values, problems: {} }
  try {
    return { form, shown: { tickets: await ticketsMeant(place, readRuleForm(values)) } }
  } catch (error) {
    return { form: withRefusal(c, form, error) }
  }
}

/** What was asked for beside the form. */
export interface Shown {
  previews?: readonly Previewed[]
  tickets?: readonly Ticket[]
}

/** The form as it goes on, and what stands beside it. */
export interface Looked {
  form: FormState
  shown?: Shown
}

interface Previewed {
  language: string
  subject: string
  body: string
}

/** The texts in the form, filled in for a ticket that its reader sees, as they themselves would get them. */
export async function showPreview(c: PageContext, place: Place, values: Record<string, string>): Promise<Looked> {
  const t = words(c)
  const { host, actor } = place
  const number = (values['previewTicket'] ?? '').replace(/\D/g, '')
  let ticket: Ticket
  try {
    ticket = await seeTicketByNumber(host.db, actor.access, number, 'ro')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const problem = t(number === '' ? 'preview.which' : 'preview.no-ticket')
    return { form: { values, problems: { previewTicket: problem } } }
  }
  const shown: Previewed[] = []
  const agent = (await findPerson(host.db, actor.id)) ?? null
  for (const { value: language, label } of languageChoices(host.config)) {
    if (!isLanguage(language)) continue
    const contentType = values[`${language}.contentType`] === 'text/html' ? ('text/html' as const) : ('text/plain' as const)
    const text = { subject: values[`${language}.subject`] ?? '', body: values[`${language}.body`] ?? '', contentType }
    if (text.subject.trim() === '' && text.body.trim() === '') continue
    const room = { db: host.db, config: host.config, now: host.clock(), actor }
    const { subject, body } = (await textForTold(room, ticket, text, language, { outside: false }))(agent)
    shown.push({ language: label, subject, body })
  }
  if (shown.length === 0) return { form: { values, problems: { texts: t('preview.no-text') } } }
  return { form: { values, problems: {} }, shown: { previews: shown } }
}

export const PreviewCard = ({ c, shown }: { c: PageContext; shown: readonly Previewed[] }) => (
  <Card title={words(c)('preview')} id="preview">
    {shown.map(({ language, subject, body }) => (
      <div class="notifications-preview">
        <p class="quiet small">{language}</p>
        <p class="preview-subject">
          <b>{subject}</b>
        </p>
        <div class="message-text">{body}</div>
      </div>
    ))}
    <p class="para quiet small">{words(c)('preview.nothing-sent')}</p>
  </Card>
)

export const TicketsCard = ({ c, tickets }: { c: PageContext; tickets: readonly Ticket[] }) => {
  const t = words(c)
  return (
    <Card title={t('which')} id="preview">
      {tickets.length === 0 ? (
        <p class="quiet">{t('which.none')}</p>
      ) : (
        <ul>
          {tickets.map((ticket) => (
            <li>
              <a href={`/desk/tickets/${ticket.id}`}>{ticket.number}</a> {ticket.title}
            </li>
          ))}
        </ul>
      )}
      <p class="para quiet small">{t('which.help', { count: MOST_SHOWN })}</p>
    </Card>
  )
}
