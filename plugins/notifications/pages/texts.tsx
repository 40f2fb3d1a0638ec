/** Owns the part of a notification's form in which its words stand, by language. */
import { languageChoices, type PageContext } from '../../../core/index.ts'
import { Field, Select, TextArea } from '../../../core/pages.ts'
import { BODY_LENGTH, SUBJECT_LENGTH } from '../notifications.ts'
import { words } from '../words.ts'
import { Group, type PartProps } from './form-parts.tsx'

export const Texts = ({ c, form, notification }: PartProps) => {
  const t = words(c)
  const { config } = c.get('host')
  const texts = notification?.texts ?? {}
  return (
    <Group form={form} name="texts" title={t('form.texts')} help={t('form.texts.help')}>
      {languageChoices(config, ...(Object.keys(texts) as never[])).map(({ value: language, label }) => (
        <fieldset class="notifications-text">
          <legend lang={language}>{label}</legend>
          <Field
            c={c}
            form={form}
            name={`${language}.subject`}
            label={t('form.subject')}
            value={texts[language as 'pl']?.subject}
            maxlength={SUBJECT_LENGTH}
          />
          <TextArea
            c={c}
            form={form}
            name={`${language}.body`}
            label={t('form.body')}
            value={texts[language as 'pl']?.body}
            rows={8}
            maxlength={BODY_LENGTH}
          />
          <Select
            c={c}
            form={form}
            name={`${language}.contentType`}
            label={t('form.content-type')}
            value={texts[language as 'pl']?.contentType ?? 'text/plain'}
            choices={(['text/plain', 'text/html'] as const).map((value) => ({ value, label: t(`content.${value}`) }))}
          />
        </fieldset>
      ))}
    </Group>
  )
}

/** 'pl.subject': "Polski – temat". */
export function textLabel(c: PageContext, name: string): string | undefined {
  const [language = '', part = ''] = name.split('.')
  const label = languageChoices(c.get('host').config).find(({ value }) => value === language)?.label
  return label && (part === 'subject' || part === 'body') ? `${label} – ${words(c)(`form.${part}`)}` : undefined
}
