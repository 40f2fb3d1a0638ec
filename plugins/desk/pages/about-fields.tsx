/** Owns the choice of type, service and SLA, on every form of the desk that has it. */
import { NONE, sayType, UNCLASSIFIED, type AboutChoices, type PageContext, type Ticket } from '../../../core/index.ts'
import { Select, type Choice, type FormState } from '../../../core/pages.ts'
import { words } from '../words.ts'

const NBSP = '\u00a0'

export const typeChoices = (c: PageContext, { types }: AboutChoices): Choice[] =>
  types.map(({ id, name }) => ({ value: id, label: sayType(name, c.get('language')) }))

/** Lower levels moved in. */
export const serviceChoices = ({ services }: AboutChoices): Choice[] =>
  services.map(({ id, name }) => {
    const levels = name.split('::')
    return { value: id, label: `${NBSP.repeat((levels.length - 1) * 3)}${levels.at(-1)!}` }
  })

/** Under the services that have them: what fits is seen without scripts too. */
export const slaChoices = ({ services, slas }: AboutChoices): Choice[] =>
  services.flatMap((service) =>
    slas
      .filter(({ serviceIds }) => serviceIds.includes(service.id))
      .map(({ id, name }) => ({ value: id, label: name, group: service.name.replaceAll('::', ' · ') })),
  )

/** Is there anything to choose? */
export const hasAbout = (about: AboutChoices): boolean => about.types.length > 0 || about.services.length > 0

interface Props {
  c: PageContext
  form: FormState
  about: AboutChoices
  /** What stands; a new ticket has nothing yet. */
  ticket?: Ticket
  /** Before the names of the fields, in their ids. */
  id: string
}

/** One field for each of what is used here. */
export const AboutFields = ({ c, form, about, ticket, id }: Props) => {
  const t = words(c)
  // What stands may be in use no longer, or be no choice for this customer: it stays chosen all the same.
  const with_ = (choices: Choice[], value: string | null | undefined, label: string | null | undefined): Choice[] =>
    value && label && !choices.some((choice) => choice.value === value) ? [{ value, label }, ...choices] : choices
  const none: Choice[] = ticket ? [{ value: NONE, label: t('about.none') }] : []
  const service = serviceChoices(about)
  const sla = slaChoices(about)
  return (
    <>
      {about.types.length > 0 && (
        <Select
          c={c}
          form={form}
          name="type"
          id={`${id}-type`}
          label={t('about.type')}
          value={ticket?.typeId ?? UNCLASSIFIED}
          choices={with_(typeChoices(c, about), ticket?.typeId, ticket && sayType(ticket.typeName, c.get('language')))}
        />
      )}
      {service.length > 0 && (
        <Select
          c={c}
          form={form}
          name="service"
          id={`${id}-service`}
          label={t('about.service')}
          value={ticket && (ticket.serviceId ?? NONE)}
          {...(ticket ? {} : { empty: t('about.none') })}
          choices={[...none, ...with_(service, ticket?.serviceId, ticket?.serviceName?.replaceAll('::', ' · '))]}
        />
      )}
      {(sla.length > 0 || ticket?.slaId) && (
        <Select
          c={c}
          form={form}
          name="sla"
          id={`${id}-sla`}
          label={t('about.sla')}
          {...(ticket ? { help: t('about.sla.help') } : {})}
          value={ticket && (ticket.slaId ?? NONE)}
          {...(ticket ? {} : { empty: t('about.none') })}
          choices={[...none, ...with_(sla, ticket?.slaId, ticket?.slaName)]}
        />
      )}
    </>
  )
}
