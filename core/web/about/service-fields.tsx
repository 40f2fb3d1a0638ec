/** Owns the fields of a service: central and local administration show the same. */
import type { AdminService, ServiceForm } from '../../service/service-admin.ts'
import type { PageContext } from '../../kernel/contract.ts'
import type { FormState } from '../forms.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Checkbox, Field, Select, TextArea, type Choice } from '../parts/fields.tsx'
import { readValidity, ValiditySelect } from '../parts/validity.tsx'

interface Props {
  c: PageContext
  form: FormState
  service: AdminService | undefined
  /** Services that it may lie under. */
  parents: readonly Choice[]
  /** Left out: it stays in its unit. */
  units?: { choices: readonly Choice[]; value: string }
  /** Whom it is for, one a line. */
  people: string
}

export const ServiceFields = ({ c, form, service, parents, units, people }: Props) => {
  const t = webTexts.in(c.get('language'))
  return (
    <>
      <Field
        c={c}
        form={form}
        name="name"
        label={t('service.name')}
        help={t('service.name.help')}
        value={service?.name.split('::').at(-1)}
        maxlength={200}
        required
      />
      <Select
        c={c}
        form={form}
        name="parentId"
        label={t('service.parent')}
        help={t('service.parent.help')}
        value={service?.parentId}
        empty={t('service.parent.none')}
        choices={parents}
      />
      {units && (
        <Select
          c={c}
          form={form}
          name="unitId"
          label={t('service.unit')}
          help={t('service.unit.help')}
          value={units.value}
          choices={units.choices}
        />
      )}
      <Field c={c} form={form} name="comment" label={t('service.comment')} value={service?.comment} maxlength={500} />
      <Checkbox
        c={c}
        form={form}
        name="forEverybody"
        label={t('service.everybody')}
        help={t('service.everybody.help')}
        checked={service?.forEverybody ?? true}
      />
      <TextArea
        c={c}
        form={form}
        name="people"
        label={t('service.people')}
        help={t('service.people.help')}
        value={people}
        rows={4}
        maxlength={100_000}
      />
      <ValiditySelect c={c} form={form} help={t('service.valid.help')} of={service} />
    </>
  )
}

/** All but its persons, whom the domain looks up, and its unit where the form does not say it. */
export const readService = (values: Readonly<Record<string, string>>): Omit<ServiceForm, 'personIds' | 'unitId'> => ({
  name: values['name'] ?? '',
  parentId: values['parentId'] || null,
  forEverybody: Boolean(values['forEverybody']),
  comment: values['comment'] ?? '',
  ...readValidity(values),
})
