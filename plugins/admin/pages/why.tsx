/** Owns the page that answers why a person may do something to a ticket, or why not. */
import type { Hono } from 'hono'
import {
  AGENT_RIGHTS,
  findTicketByNumber,
  Refusal,
  sayBecause,
  type PageContext,
  type Person,
  type Ticket,
  type WebEnv,
} from '../../../core/index.ts'
import { blankForm, Button, Card, Field, PageHead, Select, statusOf, withRefusal, type FormState } from '../../../core/pages.ts'
import { explainRight, type Explanation } from '../../../core/administration.ts'
import { adminPage } from '../frame.tsx'
import { words, type AdminKey } from '../words.ts'
import { findSomebody } from './groups.tsx'

const PATH = '/admin/why'
/** What an agent holds over a ticket, then what a customer does; `create` is asked of a queue, before there is a ticket. */
const RIGHTS: readonly string[] = [...AGENT_RIGHTS.filter((right) => right !== 'create'), 'see', 'answer']

export function whyRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, whyPage)
}

interface Answer {
  person: Person
  ticket: Ticket
  rows: { right: string; explanation: Explanation }[]
}

async function whyPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const values = {
    person: c.req.query('person')?.trim() ?? '',
    ticket:
      c.req
        .query('ticket')
        ?.trim()
        .replace(/^(ticket\s*)?#/i, '') ?? '',
    right: c.req.query('right') ?? '',
  }
  // A person's page leads here with the person alone: the ticket is still to be named.
  const asked = c.req.query('ticket') !== undefined
  let form: FormState = blankForm(values)
  const found = asked
    ? await answer(c, form).catch((error: unknown) => {
        if (!(error instanceof Refusal) || error.field === undefined) throw error
        form = withRefusal(c, form, error)
        return undefined
      })
    : undefined
  if (found === 'no-ticket') form = { ...form, problems: { ticket: t('why.no-ticket') } }
  const ids = { person: 'why-person', ticket: 'why-ticket', right: 'why-right' }
  return adminPage(c, {
    title: t('area.why'),
    area: 'why',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.why')} />
        <div class="admin-one">
          <Card>
            <p class="para">{t('why.text')}</p>
            <form class="form" method="get" action={PATH}>
              <Field
                c={c}
                form={form}
                name="person"
                id={ids.person}
                label={t('why.person')}
                help={t('why.person.help')}
                autocomplete="off"
                required
              />
              <Field
                c={c}
                form={form}
                name="ticket"
                id={ids.ticket}
                label={t('why.ticket')}
                autocomplete="off"
                inputmode="numeric"
                required
              />
              <Select
                c={c}
                form={form}
                name="right"
                id={ids.right}
                label={t('why.right')}
                empty={t('why.right.all')}
                choices={RIGHTS.map((right) => ({ value: right, label: sayRight(c, right) }))}
              />
              <Button kind="primary">{t('why.ask')}</Button>
            </form>
          </Card>
          {found && found !== 'no-ticket' && (
            <div class="below">
              <Found c={c} found={found} />
            </div>
          )}
        </div>
      </>
    ),
  })
}

/** The rule needs a person and a ticket that exist; neither tells more of the ticket than its number and queue. */
async function answer(c: PageContext, { values }: FormState): Promise<Answer | 'no-ticket'> {
  const { db } = c.get('host')
  const person = await findSomebody(c.get('host'), values['person'] ?? '', 'person')
  const ticket = await findTicketByNumber(db, values['ticket'] ?? '', person.id)
  if (!ticket) return 'no-ticket'
  const rights = RIGHTS.includes(values['right'] ?? '') ? [values['right']!] : RIGHTS
  const rows = await Promise.all(rights.map(async (right) => ({ right, explanation: await explainRight(db, person.id, right, ticket.id) })))
  return { person, ticket, rows }
}

/** Rights that share their answer share a row: most of them are told in a few. */
const Found = ({ c, found: { person, ticket, rows } }: { c: PageContext; found: Answer }) => {
  const t = words(c)
  const said = rows.map(({ right, explanation }) => ({ right, ...explanation, why: sayBecause(explanation.because, c.get('language')) }))
  const caption = t('why.caption', { who: person.name, number: ticket.number, queue: ticket.queueName.replaceAll('::', ' · ') })
  return (
    <Card title={caption} id="answer" plain>
      <table class="plain why-rights" aria-label={caption}>
        <thead>
          <tr>
            <th scope="col">{t('why.right')}</th>
            <th scope="col">{t('why.may')}</th>
            <th scope="col">{t('why.because')}</th>
          </tr>
        </thead>
        <tbody>
          {[...Map.groupBy(said, (row) => `${row.rule} ${row.why}`).values()].map((same) => (
            <tr>
              <td>
                {same.map(({ right }) => (
                  <span class="why-right">{sayRight(c, right)}</span>
                ))}
              </td>
              <td>{same[0]!.allowed ? <span class="good">{t('why.yes')}</span> : <span class="bad">{t('why.no')}</span>}</td>
              <td>{same[0]!.why}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="why-foot">
        <a href={`/admin/persons/${person.id}/rights`}>{t('why.rights-of', { who: person.name })}</a>
      </p>
    </Card>
  )
}

/** "note – dodawać notatki". */
const sayRight = (c: PageContext, right: string): string => `${right} – ${words(c)(`why.right.${right}` as AdminKey)}`
