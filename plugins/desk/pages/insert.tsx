/** Owns what is put into a text that is being written: a template with its files, a message quoted, everybody who had it as recipients. */
import {
  borrowFiles,
  draftFiles,
  fillIn,
  findArticle,
  mayAct,
  recipientsFor,
  refused,
  sayDateTime,
  seeTicket,
  templatesForQueue,
  type Article,
  type Id,
  type PageContext,
  type Recipients,
  type Ticket,
} from '../../../core/index.ts'
import {
  demandAgent,
  demandKept,
  fragment,
  headerName,
  hx,
  isFragment,
  keepPosted,
  KeptFileBoxes,
  readFields,
} from '../../../core/pages.ts'
import { words } from '../words.ts'
import { nextFor, ReplyFoot, ReplyHead } from './composer.tsx'
import { INTO, type Into } from './insert-button.tsx'

interface Put {
  text?: string
  fields?: Record<string, string>
  files?: Id[]
  recipients?: Recipients
  /** Which button it proposes to press. */
  proposes?: string
}

/**
 * POST …/insert. A script is given the text for where the caret is, and new recipients and files; without scripts the text goes behind what is
 * written, all of it is kept as the draft, and the form is shown again.
 */
export async function insert(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const { db } = c.get('host')
  const wanted = c.req.query('into') ?? ''
  const into: Into = Object.hasOwn(INTO, wanted) ? (wanted as Into) : 'reply'
  const ticket = await seeTicket(db, actor.access, c.req.param('id') ?? '', 'ro')
  if (!mayAct(into, ticket, actor.access)) throw refused('not-allowed')
  const kept = await demandKept(c)
  const typed = await readFields(c)
  const put = await find(c, ticket, into, typed)
  if (!isFragment(c)) {
    const before = (kept.typed['body'] ?? '').trimEnd()
    const body = put.text === undefined ? {} : { body: before === '' ? put.text : `${before}\n\n${put.text}` }
    const draft = await keepPosted(c, { fields: { ...put.fields, ...body }, files: put.files ?? [] })
    return c.redirect(`${kept.back}${draft ? `?draft=${draft.page}` : ''}#${into}`, 303)
  }
  const files = await draftFiles(db, actor.id, put.files ?? [])
  return fragment(
    c,
    <>
      {put.text !== undefined && <span data-put-into={into}>{put.text}</span>}
      {put.recipients && (
        <ReplyHead
          c={c}
          ticket={ticket}
          form={{ values: { ...typed, ...put.fields }, problems: {} }}
          recipients={put.recipients}
          open={put.fields?.['cc'] !== undefined}
          replaces
        />
      )}
      {put.proposes && (
        <ReplyFoot
          c={c}
          ticket={ticket}
          send={words(c)('compose.send')}
          proposes={put.proposes}
          undoSeconds={actor.preferences.undoSeconds}
          replaces
        />
      )}
      {files.length > 0 && (
        <div id={`${into}-kept`} {...hx(c, {})} {...{ 'hx-swap-oob': 'beforeend' }}>
          <KeptFileBoxes c={c} files={files} />
        </div>
      )}
    </>,
  )
}

async function find(c: PageContext, ticket: Ticket, into: Into, typed: Record<string, string>): Promise<Put> {
  const { host } = c.var
  const [what, id = ''] = (typed['insert'] ?? '').split(' ')
  if (what === 'template') {
    const templates = await templatesForQueue(host.db, ticket.queueId, INTO[into])
    const template = templates.find((one) => one.id === typed['template'])
    if (!template) return {}
    const actor = c.get('actor')!
    const text = await fillIn({ db: host.db, config: host.config, now: host.clock(), actor }, ticket, template.body)
    const ids = template.files.map((file) => file.id)
    const files = ids.length === 0 ? [] : await host.work(actor, (work) => borrowFiles(work, 'answer_template_attachment', ids))
    const proposes = into === 'reply' ? nextFor(template.stateType) : ''
    return { text: `${text}\n`, files, ...(proposes ? { proposes, fields: { proposes } } : {}) }
  }
  if (into !== 'reply') return {}
  if (what === 'all') {
    const recipients = await recipientsFor(host, ticket, typed['answers'] || undefined)
    return { recipients, fields: { to: recipients.to.join(', '), cc: recipients.others.join(', ') } }
  }
  const article = await findArticle(host.db, ticket.id, id)
  // What is held or a note is not for the customer to read.
  if (what !== 'quote' || !article?.visible) return {}
  const recipients = await recipientsFor(host, ticket, article.id)
  return { text: quoted(c, article), recipients, fields: { answers: article.id, to: recipients.to.join(', ') } }
}

/** A message quoted: who wrote it when, each line behind '>'. */
function quoted(c: PageContext, article: Article): string {
  const { clock, config } = c.get('host')
  const when = sayDateTime(article.createdAt, config.zone, c.get('language'), clock())
  const who = article.personName ?? headerName(article.from)
  return `${words(c)('quote.head', { when, who })}\n${article.body
    .trimEnd()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}\n`
}
