/** Owns the form of one notification: when, of which tickets, whom, how, in which words; its preview on a real ticket. */
import type { Hono } from 'hono'
import { formOfRule, listFields, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Crumb,
  Field,
  FormCard,
  fragment,
  MeaningLine,
  MeaningWords,
  Notice,
  PageHead,
  readRuleValues,
  ruleChoices,
  ruleFieldId,
  RuleFilterFields,
  statusOf,
  submit,
  TagList,
  type FormState,
} from '../../../core/pages.ts'
import { administrationPage, Beside, Fields } from '../../../core/administration.ts'
import { createNotification, editNotification, type Notification } from '../notifications.ts'
import { labels, nameFor, words } from '../words.ts'
import { Articles, Events, Group, How, Whom } from './form-parts.tsx'
import { readNotification } from './form-values.ts'
import { stateOf } from './list.tsx'
import { meaningOf, within } from './meaning.ts'
import { BASES, demandNotification, enter, type NotificationHost, type Place } from './place.ts'
import { PreviewCard, showPreview, showTickets, TicketsCard, type Shown } from './preview.tsx'
import { textLabel, Texts } from './texts.tsx'

export function formRoutes(app: Hono<WebEnv>, host: NotificationHost): void {
  for (const base of BASES) {
    // How many tickets the condition in the form means now: asked again as it is filled in.
    app.post(`${base}/meaning`, async (c) => {
      const place = await enter(c, host)
      return fragment(c, <MeaningWords c={c} meaning={await meaningOf(place, await readRuleValues(c))} />)
    })
    app.get(`${base}/new`, async (c) => formPage(c, await enter(c, host), undefined, blankForm()))
    app.post(`${base}/new`, async (c) => save(c, await enter(c, host), undefined))
    app.get(`${base}/:id`, async (c) => {
      const place = await enter(c, host)
      return formPage(c, place, await demandNotification(c, place), blankForm())
    })
    app.post(`${base}/:id`, async (c) => {
      const place = await enter(c, host)
      return save(c, place, await demandNotification(c, place))
    })
  }
}

/** Saves; with the buttons "which" and "preview" shows what it means and what it would say, and saves nothing. */
async function save(c: PageContext, place: Place, notification: Notification | undefined): Promise<Response> {
  const values = await readRuleValues(c)
  const look = values['act'] === 'preview' ? showPreview : values['act'] === 'which' ? showTickets : undefined
  if (look) {
    const { form, shown } = await look(c, place, values)
    return formPage(c, place, notification, form, shown)
  }
  const { host, actor, unitId, path } = place
  return submit(
    c,
    values,
    async () => {
      const form = await readNotification(host, values)
      const id = await host.work(actor, async (work) => {
        if (!notification) return createNotification(work, unitId, form)
        await editNotification(work, notification.id, form)
        return notification.id
      })
      return { to: `${path}/${id}`, said: words(c)(form.valid ? 'said.saved' : 'said.saved-off') }
    },
    (form) => formPage(c, place, notification, form),
  )
}

async function formPage(
  c: PageContext,
  place: Place,
  notification: Notification | undefined,
  form: FormState,
  shown?: Shown,
): Promise<Response> {
  const t = words(c)
  const { path } = place
  const posted = Object.keys(form.values).length > 0
  // What stands in the condition is in its fields' values, whether it was posted or is kept.
  const condition = posted ? form : { ...form, values: formOfRule(notification?.rule.filter ?? {}) }
  const queues = await within(place)
  const choices = await ruleChoices(place.host.db, queues && new Set(queues))
  const title = notification ? nameFor(c, notification) : t('new')
  // The standard set is called and described in each reader's language until somebody writes something else.
  const standard = notification !== undefined && title !== notification.name
  return administrationPage(c, place, {
    title,
    status: statusOf(form),
    body: (
      <>
        <Crumb href={path}>{t('title')}</Crumb>
        <PageHead title={title} beside={notification?.unitName ?? (place.unitId === null ? t('unit.all') : place.area)}>
          {notification && (
            <>
              <ButtonLink href={`${path}/told?notification=${notification.id}`}>{t('form.told')}</ButtonLink>
              <ButtonLink kind="danger" href={`${path}/${notification.id}/remove`}>
                {t('remove')}
              </ButtonLink>
            </>
          )}
        </PageHead>
        {notification?.stopped && <Stopped c={c} place={place} notification={notification} />}
        <Beside
          first={shown !== undefined}
          aside={
            <>
              {shown?.previews && <PreviewCard c={c} shown={shown.previews} />}
              {shown?.tickets && <TicketsCard c={c} tickets={shown.tickets} />}
              <Help c={c} />
              <TagList c={c} />
            </>
          }
        >
          <FormCard
            c={c}
            form={form}
            of={notification && `notifications/notification:${notification.id}`}
            cancel={path}
            labels={labelsOf(c, form)}
            ids={Object.fromEntries(
              Object.keys(form.problems).flatMap((name) => (name.startsWith('if.') ? [[name, ruleFieldId(name)]] : [])),
            )}
            acts={
              <Button name="act" value="preview" unchecked>
                {t('preview.show')}
              </Button>
            }
          >
            <Fields title={t('form.about')}>
              <Field
                c={c}
                form={form}
                name="name"
                label={t('form.name')}
                help={standard ? t('form.name.standard', { name: title }) : t('form.name.help')}
                value={notification?.name}
                maxlength={191}
                required
              />
              <Field
                c={c}
                form={form}
                name="comment"
                label={t('form.comment')}
                help={t('form.comment.help')}
                value={notification?.comment}
                maxlength={250}
              />
              <Checkbox
                c={c}
                form={form}
                name="valid"
                label={t('form.valid')}
                help={t('form.valid.help')}
                checked={notification?.valid ?? false}
              />
            </Fields>
            <Events c={c} form={form} notification={notification} fields={await listFields(place.host.db, 'ticket')} />
            <Group form={form} name="filter" title={t('form.filter')} help={t('form.filter.help')}>
              <RuleFilterFields c={c} form={condition} choices={choices} />
              <MeaningLine c={c} meaning={await meaningOf(place, condition.values)} live={`${path}/meaning`} />
              <Button name="act" value="which" unchecked small>
                {t('form.which')}
              </Button>
            </Group>
            <Articles c={c} form={form} notification={notification} />
            <Whom c={c} form={form} place={place} notification={notification} />
            <How c={c} form={form} notification={notification} />
            <Texts c={c} form={form} notification={notification} />
            <Fields title={t('preview')}>
              <Field
                c={c}
                form={form}
                name="previewTicket"
                label={t('preview.ticket')}
                help={t('preview.help')}
                inputmode="numeric"
                autocomplete="off"
              />
            </Fields>
          </FormCard>
        </Beside>
      </>
    ),
  })
}

/** What was refused, by the heading of its part. */
function labelsOf(c: PageContext, form: FormState): Record<string, string> {
  const t = words(c)
  const of: Record<string, string> = {
    name: t('form.name'),
    comment: t('form.comment'),
    events: t('form.events'),
    recipients: t('form.recipients'),
    agents: t('form.agents'),
    addresses: t('form.addresses'),
    ways: t('form.ways'),
    byDefault: t('form.by-default'),
    filter: t('form.filter'),
    texts: t('form.texts'),
    previewTicket: t('preview.ticket'),
  }
  return Object.fromEntries(Object.keys(form.problems).map((name) => [name, of[name] ?? textLabel(c, name) ?? '']))
}

const Help = ({ c }: { c: PageContext }) => {
  const t = words(c)
  return (
    <Card title={t('help')} id="help">
      <ul>
        <li>{t('help.readers')}</li>
        <li>{t('help.once')}</li>
        <li>{t('help.self')}</li>
        <li>{t('help.before')}</li>
      </ul>
    </Card>
  )
}

/** It is switched on, and tells nothing: says why, and takes it up again with a press. */
const Stopped = ({ c, place, notification }: { c: PageContext; place: Place; notification: Notification }) => {
  const why = labels(c)
  return (
    <Notice tone="bad" id="stopped">
      <p>{why(`stopped.${notification.stopped}` as 'stopped.broken')}</p>
      <ActButton c={c} action={`${place.path}/${notification.id}/switch`} fields={{ valid: 'on', back: 'form' }}>
        {words(c)(`switch.${stateOf(notification)}`)}
      </ActButton>
    </Notice>
  )
}
