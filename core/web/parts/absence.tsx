/** Owns how an absence is said in pages, and the form in which an agent, or an administrator for them, sets it. */
import { DateTime } from 'luxon'
import { DATE_WORDS, sayDate } from '../../calendar/date-words.ts'
import type { Id, Language } from '../../database/schema.ts'
import { inLanguage } from '../../i18n/languages.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { lastDay, type Absence, type AbsenceForm } from '../../person/absence.ts'
import type { FormState } from '../forms.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { ActButton, Button, CsrfField, Field, FormProblems, Select } from './fields.tsx'
import { Notice } from './layout.tsx'

/** "nieobecność do pt. 4 grudnia, zastępuje Jan Kowalski"; one that is still to come also says from when. */
export function sayAbsence(
  absence: Pick<Absence, 'from' | 'until' | 'substituteName'>,
  language: Language,
  zone: string,
  now: Date,
): string {
  const t = webTexts.in(language)
  const day = (at: Date) =>
    `${inLanguage(DATE_WORDS, language).shortWeekdays[DateTime.fromJSDate(at, { zone }).weekday - 1]} ${sayDate(at, zone, language, now)}`
  const until = day(lastDay(absence))
  const when = absence.from > now ? t('absence.from-until', { from: day(absence.from), until }) : t('absence.until', { until })
  return absence.substituteName ? `${when}, ${t('absence.substitute-is', { who: absence.substituteName })}` : when
}

/** What the form posted, as the act wants it. */
export function readAbsence(values: Record<string, string>): AbsenceForm {
  return {
    from: values['from'] ?? '',
    until: values['until'] ?? '',
    substituteId: values['substitute'] || null,
    note: values['note'] ?? '',
  }
}

/** Posts to `action`; its end to `action`/end. */
export const AbsenceFields = ({
  c,
  form,
  action,
  absence,
  agents,
  personId,
}: {
  c: PageContext
  form: FormState
  action: string
  absence: Absence | undefined
  agents: readonly { id: Id; name: string }[]
  personId: Id
}) => {
  const t = webTexts.in(c.get('language'))
  const { config, clock } = c.get('host')
  const now = clock()
  const iso = (at: Date) => DateTime.fromJSDate(at, { zone: config.zone }).toISODate()
  const today = iso(now)!
  return (
    <>
      {absence && (
        <Notice tone="warn">
          <p>
            {t(absence.from > now ? 'absence.set.coming' : 'absence.set.now', {
              absence: sayAbsence(absence, c.get('language'), config.zone, now),
            })}
          </p>
          <ActButton c={c} action={`${action}/end`} small>
            {t(absence.from > now ? 'absence.cancel' : 'absence.end')}
          </ActButton>
        </Notice>
      )}
      <form method="post" autocomplete="off" action={action} class="form">
        <CsrfField c={c} />
        <FormProblems
          c={c}
          form={form}
          id="absence-problems"
          labels={{ from: t('absence.first-day'), until: t('absence.last-day'), substitute: t('absence.substitute') }}
          ids={{ from: 'absence-from', until: 'absence-until', substitute: 'absence-substitute', note: 'absence-note' }}
        />
        <Field
          c={c}
          form={form}
          name="from"
          id="absence-from"
          type="date"
          label={t('absence.first-day')}
          value={absence ? iso(absence.from) : today}
          required
        />
        <Field
          c={c}
          form={form}
          name="until"
          id="absence-until"
          type="date"
          label={t('absence.last-day')}
          min={today}
          value={absence ? iso(lastDay(absence)) : ''}
          required
        />
        <Select
          c={c}
          form={form}
          name="substitute"
          id="absence-substitute"
          label={t('absence.substitute')}
          help={t('absence.substitute.help')}
          empty={t('absence.nobody')}
          choices={agents.filter(({ id }) => id !== personId).map(({ id, name }) => ({ value: id, label: name }))}
          value={absence?.substituteId}
        />
        <Field
          c={c}
          form={form}
          name="note"
          id="absence-note"
          label={t('absence.note')}
          help={t('absence.note.help')}
          maxlength={300}
          required={false}
          value={absence?.note}
        />
        <Button>{t('absence.save')}</Button>
      </form>
    </>
  )
}
