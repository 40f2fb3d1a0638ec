/** Owns the fields of an SLA: central and local administration show the same. */
import type { AdminSla, SlaForm } from '../../service/sla-admin.ts'
import type { PageContext } from '../../kernel/contract.ts'
import type { FormState } from '../forms.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Field, Select, type Choice } from '../parts/fields.tsx'
import { readValidity, ValiditySelect } from '../parts/validity.tsx'
import { DeadlineFields, readDeadlines } from './deadline-fields.tsx'

interface Props {
  c: PageContext
  form: FormState
  sla: AdminSla | undefined
  calendars: readonly Choice[]
  /** Services that may be given it, by full name. */
  services: readonly { id: string; name: string }[]
  /** Those that are ticked. */
  chosen: ReadonlySet<string>
  /** Left out: it stays in its unit. */
  units?: { choices: readonly Choice[]; value: string }
}

export const SlaFields = ({ c, form, sla, calendars, services, chosen, units }: Props) => {
  const t = webTexts.in(c.get('language'))
  const problem = form.problems['services']
  return (
    <>
      <fieldset class="fields">
        <legend>{t('sla.what')}</legend>
        <Field c={c} form={form} name="name" label={t('sla.name')} help={t('sla.name.help')} value={sla?.name} maxlength={200} required />
        {units && (
          <Select
            c={c}
            form={form}
            name="unitId"
            label={t('service.unit')}
            help={t('sla.unit.help')}
            value={units.value}
            choices={units.choices}
          />
        )}
        <Select
          c={c}
          form={form}
          name="calendarId"
          label={t('sla.calendar')}
          help={t('sla.calendar.help')}
          value={sla?.calendarId}
          empty={t('sla.calendar.default')}
          choices={calendars}
        />
        <Field c={c} form={form} name="comment" label={t('service.comment')} value={sla?.comment} maxlength={500} />
        <ValiditySelect c={c} form={form} help={t('service.valid.help')} of={sla} />
      </fieldset>
      <fieldset class="fields fields-wide">
        <legend>{t('sla.deadlines')}</legend>
        <DeadlineFields c={c} form={form} stands={sla?.deadlines} />
      </fieldset>
      <fieldset class="fields fields-wide" id="field-services" tabindex={-1}>
        <legend>{t('sla.services')}</legend>
        <p class="field-help">{t(services.length > 0 ? 'sla.services.help' : 'sla.services.none')}</p>
        {problem && <p class="field-problem">{problem}</p>}
        <div class="ticks">
          {services.map((service) => (
            <label>
              <input type="checkbox" name="service" value={service.id} checked={chosen.has(service.id)} />{' '}
              {service.name.replaceAll('::', ' · ')}
            </label>
          ))}
        </div>
      </fieldset>
    </>
  )
}

/** All but its unit, where the form does not say it. `services`: the boxes that are ticked. */
export const readSla = (values: Readonly<Record<string, string>>, services: readonly string[]): Omit<SlaForm, 'unitId'> => ({
  name: values['name'] ?? '',
  calendarId: values['calendarId'] || null,
  deadlines: readDeadlines(values),
  serviceIds: services,
  comment: values['comment'] ?? '',
  ...readValidity(values),
})
