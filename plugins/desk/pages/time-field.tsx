/** Owns the field for time spent, on each form of a queue that asks for it, and what a ticket took so far. */
import {
  sayUnits,
  timeOfTicket,
  timeUnit,
  type Id,
  type PageContext,
  type Ticket,
  type TimeOfPerson,
  type TimeUnit,
} from '../../../core/index.ts'
import { Card, Field, SideList, type FormState } from '../../../core/pages.ts'
import { words } from '../words.ts'

/** What the page of a ticket shows of time. */
export interface TimeView {
  spent: TimeOfPerson[]
  /** By message. */
  articles: ReadonlyMap<Id, number>
  unit: TimeUnit
}

/** Undefined where there is nothing to show: the queue does not ask and nobody booked any. */
export async function readTime(c: PageContext, ticket: Ticket): Promise<TimeView | undefined> {
  const { db } = c.get('host')
  const { persons, articles } = await timeOfTicket(db, ticket.id)
  return ticket.askTime === 'off' && persons.length === 0 ? undefined : { spent: persons, articles, unit: await timeUnit(db) }
}

/** `ask`: 'off', 'optional', 'required', as the queue says. */
export const TimeField = ({ c, form, ask, unit, id }: { c: PageContext; form: FormState; ask: string; unit: TimeUnit; id: string }) =>
  ask === 'off' ? null : (
    <Field
      c={c}
      form={form}
      name="time"
      id={id}
      label={words(c)(`time.label.${unit}`)}
      inputmode="decimal"
      maxlength={10}
      required={ask === 'required'}
    />
  )

/** In the head of a message: what was booked with it. */
export const TimeOfArticle = ({ c, time, id }: { c: PageContext; time: TimeView | undefined; id: Id }) => {
  const units = time?.articles.get(id)
  if (!time || units === undefined) return null
  return <span class="quiet"> {words(c)('time.of-message', { time: sayUnits(units, time.unit, c.get('language')) })}</span>
}

/** Beside the ticket: the sum, and who spent it. */
export const TimeCard = ({ c, time }: { c: PageContext; time: TimeView | undefined }) => {
  if (!time || time.spent.length === 0) return null
  const t = words(c)
  const say = (units: number) => sayUnits(units, time.unit, c.get('language'))
  const sum = time.spent.reduce((all, { units }) => Math.round((all + units) * 100) / 100, 0)
  return (
    <Card title={t('time.card')} id="side-time" acts={<a href="/desk/time">{t('time.mine.link')}</a>}>
      <SideList
        items={[
          { name: t('time.sum'), value: <b>{say(sum)}</b> },
          ...(time.spent.length === 1 && time.spent[0]!.name === null
            ? []
            : time.spent.map(({ name, units }) => ({ name: name ?? t('time.somebody'), value: say(units) }))),
        ]}
      />
    </Card>
  )
}
