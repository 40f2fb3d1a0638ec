/** Owns the fields of a queue's or an SLA's deadlines: three times in working minutes, and from which part of them on it is told. */
import type { AskTime } from '../../database/schema.ts'
import { ASK_TIME, DEADLINES, readMinutes, sayMinutes, type Deadlines } from '../../service/deadlines.ts'
import type { PageContext } from '../../kernel/contract.ts'
import type { FormState } from '../forms.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Field, Select } from '../parts/fields.tsx'

/** Its post is read by `readDeadlines`. */
export const DeadlineFields = ({ c, form, stands }: { c: PageContext; form: FormState; stands: Deadlines | undefined }) => {
  const t = webTexts.in(c.get('language'))
  return (
    <div class="deadline-fields">
      <p class="field-help">{t('deadline.help')}</p>
      {DEADLINES.map(({ name }) => (
        <fieldset>
          <legend>{t(`deadline.${name}`)}</legend>
          <p class="field-help">{t(`deadline.${name}.help`)}</p>
          <div class="form-row">
            <Field
              c={c}
              form={form}
              name={`${name}Minutes`}
              label={t('deadline.within')}
              value={sayMinutes(stands?.[name].minutes ?? null)}
              maxlength={20}
            />
            <Field
              c={c}
              form={form}
              name={`${name}Notify`}
              label={t('deadline.notify')}
              value={stands?.[name].notify}
              inputmode="numeric"
              maxlength={3}
            />
          </div>
        </fieldset>
      ))}
    </div>
  )
}

/** What cannot be read as a number is NaN: the act says so at its field. */
export function readDeadlines(values: Readonly<Record<string, string>>): Deadlines {
  const number = (typed = '') => {
    const text = typed.trim().replace(/%$/, '').trim()
    return text === '' ? null : /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  }
  return Object.fromEntries(
    DEADLINES.map(({ name }) => [name, { minutes: readMinutes(values[`${name}Minutes`] ?? ''), notify: number(values[`${name}Notify`]) }]),
  ) as Deadlines
}

/** In few words: 'pierwsza odpowiedź 4 h, rozwiązanie 16 h'; '–' where there are none. */
export function sayDeadlines(c: PageContext, deadlines: Deadlines): string {
  const t = webTexts.in(c.get('language'))
  const said = DEADLINES.filter(({ name }) => deadlines[name].minutes !== null).map(
    ({ name }) => `${t(`deadline.${name}`).toLocaleLowerCase(c.get('language'))} ${sayMinutes(deadlines[name].minutes)}`,
  )
  return said.join(', ') || '–'
}

/** What else a queue says of working time: when a lock is let go, and whether agents are asked how long they worked. */
export const QueueTimeFields = ({
  c,
  form,
  stands,
}: {
  c: PageContext
  form: FormState
  stands: { unlockMinutes: number | null; askTime: AskTime } | undefined
}) => {
  const t = webTexts.in(c.get('language'))
  return (
    <>
      <Field
        c={c}
        form={form}
        name="unlockMinutes"
        label={t('queue-time.unlock')}
        help={t('queue-time.unlock.help')}
        value={sayMinutes(stands?.unlockMinutes ?? null)}
        maxlength={20}
      />
      <Select
        c={c}
        form={form}
        name="askTime"
        label={t('queue-time.ask')}
        help={t('queue-time.ask.help')}
        value={stands?.askTime ?? 'off'}
        choices={ASK_TIME.map((value) => ({ value, label: t(`queue-time.ask.${value}`) }))}
      />
    </>
  )
}

/** Of `DeadlineFields` and `QueueTimeFields` together, for a queue's form. */
export const readQueueTimes = (values: Readonly<Record<string, string>>) => ({
  deadlines: readDeadlines(values),
  unlockMinutes: readMinutes(values['unlockMinutes'] ?? ''),
  askTime: ASK_TIME.find((value) => value === values['askTime']) ?? 'off',
})
