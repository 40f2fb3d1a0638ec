/** Owns the card of one's account for telephone and postal address, and the companies one belongs to. */
import type { Hono } from 'hono'
import { OWN_DETAILS, setOwnContact, type companiesOfPerson, type PageContext, type Person, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Button,
  Card,
  CsrfField,
  demandLogin,
  Field,
  flash,
  FormProblems,
  readFields,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { words } from '../words.ts'

const FIELDS = ['phone', ...OWN_DETAILS] as const

/** `again`: the whole page with this form on it, which was refused. */
export function contactRoutes(app: Hono<WebEnv>, again: (c: PageContext, form: FormState) => Promise<Response>): void {
  app.post('/account/contact', async (c) => {
    const actor = demandLogin(c)
    const values = await readFields(c)
    try {
      await c
        .get('host')
        .work(actor, (work) =>
          setOwnContact(work, Object.fromEntries(FIELDS.flatMap((name) => (name in values ? [[name, values[name]!]] : [])))),
        )
    } catch (error) {
      return again(c, withRefusal(c, { values, problems: {} }, error))
    }
    flash(c, { text: words.in(c.get('language'))('account.contact.done') })
    return c.redirect('/account#contact', 303)
  })
}

export const ContactCard = ({
  c,
  person,
  companies,
  form = blankForm(),
}: {
  c: PageContext
  person: Person
  companies: Awaited<ReturnType<typeof companiesOfPerson>>
  form: FormState | undefined
}) => {
  const t = words.in(c.get('language'))
  const { details } = person
  const field = (name: (typeof OWN_DETAILS)[number], autocomplete: string, maxlength: number) => (
    <Field
      c={c}
      form={form}
      name={name}
      label={t(`account.${name}`)}
      value={details[name]}
      maxlength={maxlength}
      autocomplete={autocomplete}
    />
  )
  return (
    <Card title={t('account.contact')} id="contact">
      <p class="quiet">{t('account.contact.who')}</p>
      <form method="post" action="/account/contact" class="form" autocomplete="off">
        <CsrfField c={c} />
        <FormProblems
          c={c}
          form={form}
          id="contact-problems"
          labels={Object.fromEntries(FIELDS.map((name) => [name, t(`account.${name}`)]))}
        />
        <div class="form-row">
          {person.source === 'ldap' ? (
            <p>
              {t('account.phone')}: {person.phone || '–'} <span class="quiet">{t('account.phone.directory')}</span>
            </p>
          ) : (
            <Field
              c={c}
              form={form}
              name="phone"
              type="tel"
              label={t('account.phone')}
              value={person.phone}
              maxlength={100}
              autocomplete="tel-extension"
            />
          )}
          {field('mobile', 'tel', 100)}
        </div>
        {field('street', 'street-address', 200)}
        <div class="form-row">
          {field('zip', 'postal-code', 20)}
          {field('city', 'address-level2', 100)}
        </div>
        {field('country', 'country-name', 100)}
        <Button>{t('account.contact.save')}</Button>
      </form>
      {companies.length > 0 && (
        <p class="below">
          {t('account.companies')}: {companies.map(({ name }) => name).join(', ')}
        </p>
      )}
    </Card>
  )
}
