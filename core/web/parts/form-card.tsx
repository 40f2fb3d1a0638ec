/** Owns a form in a card of its own, with what surrounds its fields, and the line that says where a page stands. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import type { PageContext } from '../../kernel/contract.ts'
import type { FormState } from '../forms.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Button, CsrfField, FormProblems } from './fields.tsx'
import { MadeOf } from './made-of.tsx'

/** Where a page stands: the one above it. */
export const Crumb = ({ href, children }: PropsWithChildren<{ href: string }>) => (
  <p class="crumb">
    <a href={href}>← {children}</a>
  </p>
)

export interface FormCardProps {
  c: PageContext
  form: FormState
  /** The administered thing that it shows and changes, as the log names it: 'queue:5'. */
  of?: string | undefined
  /** Where it is sent; default the page itself. */
  action?: string
  /** On the button; default "save". */
  save?: string
  cancel?: string
  /** More buttons of the form. */
  acts?: Child
  ids?: Record<string, string>
  /** What a field is called above the form, where it was refused. */
  labels?: Record<string, string>
  /** The button does what cannot be undone. */
  danger?: boolean
  /** It carries files. */
  files?: boolean
}

/** A form with help beside its fields. */
export const FormCard = (props: PropsWithChildren<FormCardProps>) => {
  const t = webTexts.in(props.c.get('language'))
  return (
    <form
      class="form card form-beside"
      method="post"
      autocomplete="off"
      action={props.action ?? new URL(props.c.req.url).pathname}
      enctype={props.files ? 'multipart/form-data' : undefined}
      novalidate
    >
      <CsrfField c={props.c} />
      {props.of !== undefined && <MadeOf c={props.c} of={props.of} form={props.form} />}
      <div class="card-body">
        <FormProblems
          c={props.c}
          form={props.form}
          {...(props.ids ? { ids: props.ids } : {})}
          {...(props.labels ? { labels: props.labels } : {})}
        />
        {props.children}
      </div>
      <div class="form-foot">
        <Button kind={props.danger ? 'danger' : 'primary'}>{props.save ?? t('form.save')}</Button>
        {props.acts}
        {props.cancel && (
          <a class="button button-quiet" href={props.cancel}>
            {t('form.cancel')}
          </a>
        )}
      </div>
    </form>
  )
}
