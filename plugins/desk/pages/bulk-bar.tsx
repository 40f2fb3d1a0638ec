/** Owns the bar under a list: what may be done to the tickets chosen in it. */
import type { Child } from 'hono/jsx'
import { actOf, actsOfferedBy, NONE, type AboutChoices, type ActName, type PageContext } from '../../../core/index.ts'
import { blankForm, Button, CsrfField, type Choice, type FormState } from '../../../core/pages.ts'
import { listUrl, type ListQuery } from '../list-query.ts'
import { PRESETS } from '../pending-dates.ts'
import { words, type DeskWord } from '../words.ts'
import { hasAbout, serviceChoices, slaChoices, typeChoices } from './about-fields.tsx'
import type { TicketAct } from './doing.ts'
import type { Visit } from './frame.tsx'
import { queueChoices } from './list-filter.tsx'

/** What may be done to many: all that the list says so of, in its order. */
export const BULK = actsOfferedBy('desk').filter((name): name is TicketAct => actOf(name).bulk)

/** What every form around a list carries. */
export const BulkFields = ({ c, query }: { c: PageContext; query: ListQuery }) => (
  <>
    <CsrfField c={c} />
    <input type="hidden" name="back" value={listUrl(query, { after: query.after ?? null })} />
    {/* Enter in a checkbox would press the form's first button; this one does nothing. */}
    <button type="submit" disabled hidden />
  </>
)

interface BarProps {
  c: PageContext
  visit: Visit
  query: ListQuery
  about: AboutChoices
  form?: FormState | undefined
}

/** Shown once something is chosen. */
export const BulkBar = ({ c, visit, query, about, form = blankForm() }: BarProps) => {
  const t = words(c)
  const fits: Partial<Record<ActName, () => boolean>> = { archive: () => mayBeFinished(query), classify: () => hasAbout(about) }
  return (
    <div class="bulk" role="group" aria-label={t('bulk.label')}>
      <span class="bulk-count" data-chosen={t('bulk.chosen')}>
        {t('bulk.with-chosen')}
      </span>
      {BULK.filter((name) => fits[name]?.() ?? true).map((name) =>
        name === 'archive' && query.fields.archive === 'only' ? (
          <span class="bulk-group">
            <input type="hidden" name="archived" value="no" />
            <Button name="act" value={name} small>
              {t('act.unarchive')}
            </Button>
          </span>
        ) : BESIDE[name] ? (
          <span class="bulk-group">
            {BESIDE[name]({ c, visit, about, form })}
            <Pressed c={c} name={name} />
          </span>
        ) : (
          <Pressed c={c} name={name} />
        ),
      )}
    </div>
  )
}

/** Does the list show tickets that are done with? Those of a view are open unless the filter says otherwise. */
const mayBeFinished = ({ place, fields }: ListQuery): boolean =>
  fields.state === '' ? place.kind === 'search' || fields.archive === 'only' : fields.state !== 'open'

/** What stands before an act's button, where many tickets need a choice first. */
const BESIDE: Partial<Record<ActName, (at: { c: PageContext; visit: Visit; about: AboutChoices; form: FormState }) => Child>> = {
  move: ({ c, visit, form }) => (
    <Chosen c={c} form={form} id="bulk-queue" name="queue" label="act.move.to" empty choices={queueChoices(visit, 'move_into')} />
  ),
  classify: ({ c, about, form }) => {
    const none = { value: NONE, label: words(c)('about.none') }
    return (
      <>
        {about.types.length > 0 && (
          <Chosen c={c} form={form} id="bulk-type" name="type" label="about.type" empty choices={typeChoices(c, about)} />
        )}
        {about.services.length > 0 && (
          <Chosen
            c={c}
            form={form}
            id="bulk-service"
            name="service"
            label="about.service"
            empty
            choices={[none, ...serviceChoices(about)]}
          />
        )}
        {about.slas.length > 0 && (
          <Chosen c={c} form={form} id="bulk-sla" name="sla" label="about.sla" empty choices={[none, ...slaChoices(about)]} />
        )}
      </>
    )
  },
  merge: ({ c, form }) => <Typed c={c} form={form} id="bulk-into" name="into" label="merge.bulk" />,
  pend: ({ c, form }) => (
    <Chosen
      c={c}
      form={form}
      id="bulk-until"
      name="until"
      label="act.pend.until"
      choices={[...PRESETS.filter((preset) => preset !== 'holidays'), 'customer' as const].map((value) => ({
        value,
        label: words(c)(`pend.${value}`),
      }))}
    />
  ),
}

/** A number to type, with what was wrong with it. */
const Typed = ({ c, form, id, name, label }: { c: PageContext; form: FormState; id: string; name: string; label: DeskWord }) => {
  const problem = form.problems[name]
  return (
    <>
      <label class="only-heard" for={id}>
        {words(c)(label)}
      </label>
      <input
        id={id}
        name={name}
        type="text"
        inputmode="numeric"
        size={16}
        placeholder={words(c)(label)}
        value={form.values[name] ?? ''}
        aria-invalid={problem ? 'true' : undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
      />
      {problem && (
        <span class="field-problem" id={`${id}-problem`} role="alert">
          {problem}
        </span>
      )}
    </>
  )
}

/** One choice, with what was wrong with it. */
const Chosen = (props: {
  c: PageContext
  form: FormState
  id: string
  name: string
  label: DeskWord
  /** Nothing is chosen at first: the label stands there. */
  empty?: boolean
  choices: readonly Choice[]
}) => {
  const { id, name } = props
  const label = words(props.c)(props.label)
  const problem = props.form.problems[name]
  return (
    <>
      <label class="only-heard" for={id}>
        {label}
      </label>
      <select id={id} name={name} aria-invalid={problem ? 'true' : undefined} aria-describedby={problem ? `${id}-problem` : undefined}>
        {props.empty && <option value="">{label}</option>}
        {[...Map.groupBy(props.choices, ({ group = '' }) => group)].map(([group, choices]) => {
          const options = choices.map((choice) => (
            <option value={choice.value} selected={choice.value === props.form.values[name]}>
              {choice.label}
            </option>
          ))
          return group === '' ? options : <optgroup label={group}>{options}</optgroup>
        })}
      </select>
      {problem && (
        <span class="field-problem" id={`${id}-problem`} role="alert">
          {problem}
        </span>
      )}
    </>
  )
}

/** Nobody is asked here how it ended: the button says it. */
export const SAYS: Partial<Record<ActName, DeskWord>> = { close: 'bulk.close', merge: 'merge.do' }

const Pressed = ({ c, name }: { c: PageContext; name: ActName }) => (
  <Button name="act" value={name} small>
    {words(c)(SAYS[name] ?? actOf(name).words.button)}
  </Button>
)
