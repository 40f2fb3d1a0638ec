/** Owns an agent's own choices: of which notification and queue they are told in which way, and when their digest comes. */
import type { Hono } from 'hono'
import {
  isId,
  listQueues,
  listUnits,
  myQueueChoices,
  queuesWith,
  type Id,
  type PageContext,
  type PersonActor,
  type WebEnv,
} from '../../../core/index.ts'
import {
  agentPage,
  blankForm,
  Button,
  Card,
  Crumb,
  CsrfField,
  demandAgent,
  FormProblems,
  PageHead,
  readFields,
  Select,
  statusOf,
  submit,
  type Choice,
  type FormState,
} from '../../../core/pages.ts'
import { unitsBelow } from '../../../core/administration.ts'
import { chosen } from '../judge.ts'
import { listNotifications, type Notification } from '../notifications.ts'
import { MAIL_CHOICES } from '../tables.ts'
import { words } from '../words.ts'
import { BELL, MINE } from './addresses.ts'
import { choicesOf, saveChoices, type Chosen, type OwnChoices } from './choices.store.ts'
import { namedFor, type NotificationHost } from './place.ts'

/** Empty rows for further exceptions. */
const BLANK = 2
const MOST_EXCEPTIONS = 200

export function mineRoutes(app: Hono<WebEnv>, host: NotificationHost): void {
  app.get(MINE, async (c) => minePage(c, host, demandAgent(c), blankForm()))
  app.post(MINE, async (c) => {
    const actor = demandAgent(c)
    const values = await readFields(c)
    const choices = readChoices(values)
    const offered = await offeredTo(c, host, actor)
    const silent = offered.find((one) => saysNothing(one, choices, actor.id))
    if (silent) return minePage(c, host, actor, { values, problems: { [`n.${silent.id}.mail`]: words(c)('mine.one-at-least') } })
    return submit(
      c,
      values,
      async () => {
        await host.work(actor, (work) => saveChoices(work, choices))
        return { to: MINE, said: words(c)('mine.saved') }
      },
      (form) => minePage(c, host, actor, form),
    )
  })
}

/** Those in use that may reach this person: the installation's, and those of units in which they read a queue. */
async function offeredTo(c: PageContext, host: NotificationHost, actor: PersonActor): Promise<Notification[]> {
  const [all, queues, units] = await Promise.all([namedFor(c, listNotifications(host.db)), listQueues(host.db), listUnits(host.db)])
  const readable = new Set(queuesWith(actor.access, 'ro'))
  const near = queues.filter(({ id }) => readable.has(id)).map(({ unitId }) => unitId)
  return all.filter(({ valid, unitId }) => {
    if (!valid) return false
    if (unitId === null) return true
    const below = unitsBelow(units, unitId)
    return near.some((unit) => below.has(unit))
  })
}

/** Would somebody who must be told in one way at least be told in none? */
function saysNothing({ id, rule }: Notification, { rows }: OwnChoices, personId: Id): boolean {
  if (rule.choice !== 'one-at-least') return false
  const choices = rows.map(({ notificationId, queueId, mail, page }) => ({
    person_id: personId,
    notification_id: notificationId,
    queue_id: queueId,
    mail,
    page,
  }))
  const wants = chosen({ ...rule, choice: 'free' }, personId, { choices, notificationId: id, queueId: '0' })
  return wants.mail === 'none' && !wants.page
}

function readChoices(values: Readonly<Record<string, string>>): OwnChoices {
  const row = (prefix: string, notificationId: Id | null, queueId: Id | null): Chosen => {
    const page = values[`${prefix}.page`]
    return {
      notificationId,
      queueId,
      mail: MAIL_CHOICES.find((one) => one === values[`${prefix}.mail`]) ?? null,
      page: page === 'yes' ? true : page === 'no' ? false : null,
    }
  }
  const ids = new Set(Object.keys(values).flatMap((name) => /^n\.(\d{1,9})\.(?:mail|page)$/.exec(name)?.[1] ?? []))
  const named = [...ids].map((id) => row(`n.${id}`, id, null))
  const exceptions = Array.from({ length: MOST_EXCEPTIONS }, (_, n) => `x.${n}`).flatMap((prefix) => {
    const [queue = '', which = ''] = [values[`${prefix}.queue`], values[`${prefix}.which`]]
    return isId(queue) ? [row(prefix, isId(which) ? which : null, queue)] : []
  })
  const rows = new Map([row('all', null, null), ...named, ...exceptions].map((one) => [`${one.notificationId} ${one.queueId}`, one]))
  const hour = values['digestHour'] ?? ''
  return { rows: [...rows.values()], digestHour: hour === '' ? null : Number(hour) }
}

async function minePage(c: PageContext, host: NotificationHost, actor: PersonActor, form: FormState): Promise<Response> {
  const t = words(c)
  const [own, offered, queues] = await Promise.all([
    choicesOf(host.db, actor.id),
    offeredTo(c, host, actor),
    myQueueChoices(host.db, actor.id, queuesWith(actor.access, 'ro')),
  ])
  const free = offered.filter(({ rule }) => rule.choice !== 'none')
  const fixed = offered.filter(({ rule }) => rule.choice === 'none')
  const stands = (notificationId: Id | null, queueId: Id | null) =>
    own.rows.find((row) => row.notificationId === notificationId && row.queueId === queueId)
  const exceptions = own.rows.filter(({ queueId }) => queueId !== null)
  const posted = Object.keys(form.values).flatMap((name) => {
    const n = /^x\.(\d{1,3})\.queue$/.exec(name)?.[1]
    return n !== undefined && form.values[name] ? [Number(n) + 1] : []
  })
  const count = Math.min(Math.max(exceptions.length, ...posted, 0) + BLANK, MOST_EXCEPTIONS)
  const problems = Object.keys(form.problems)
  return agentPage(c, {
    title: t('mine.title'),
    status: statusOf(form),
    body: (
      <>
        <Crumb href={BELL}>{t('mine.back')}</Crumb>
        <PageHead title={t('mine.title')} beside={t('mine.lead')} />
        <form class="form notifications-mine" method="post" action={MINE} autocomplete="off">
          <CsrfField c={c} />
          <FormProblems
            c={c}
            form={form}
            ids={Object.fromEntries(problems.map((name) => [name, idOf(name)]))}
            labels={Object.fromEntries(problems.map((name) => [name, free.find(({ id }) => name === `n.${id}.mail`)?.name ?? '']))}
          />
          <Card title={t('mine.general')} id="general">
            <p class="quiet small">{t('mine.general.help')}</p>
            <Ways c={c} form={form} prefix="all" of={t('mine.general')} stands={stands(null, null)} usual={t('mine.as-usual')} />
          </Card>
          <Card title={t('mine.kinds')} id="kinds">
            {free.length === 0 ? (
              <p class="quiet">{t('mine.kinds.none')}</p>
            ) : (
              <ul class="plain-rows">
                {free.map(({ id, name, comment, rule }) => (
                  <li class="notifications-kind">
                    <p>
                      {name}
                      {comment && <span class="row-quiet notifications-below">{comment}</span>}
                    </p>
                    <Ways
                      c={c}
                      form={form}
                      prefix={`n.${id}`}
                      of={name}
                      stands={stands(id, null)}
                      usual={t('mine.as-general')}
                      only={rule.ways}
                    />
                  </li>
                ))}
              </ul>
            )}
            {fixed.length > 0 && <p class="para quiet small">{t('mine.fixed', { names: fixed.map(({ name }) => name).join(', ') })}</p>}
          </Card>
          {free.length > 0 && queues.length > 0 && (
            <Card title={t('mine.exceptions')} id="exceptions">
              <p class="quiet small">{t('mine.exceptions.help')}</p>
              {Array.from({ length: count }, (_, n) => {
                const row = exceptions[n]
                const part = (what: string) => t('mine.row', { n: n + 1, what })
                return (
                  <div class="notifications-exception">
                    <Select
                      c={c}
                      form={form}
                      name={`x.${n}.queue`}
                      id={idOf(`x.${n}.queue`)}
                      label={part(t('mine.queue'))}
                      value={row?.queueId}
                      empty={t('mine.queue.none')}
                      choices={queues.map(({ id, name }): Choice => ({ value: id, label: name.replaceAll('::', ' · ') }))}
                    />
                    <Select
                      c={c}
                      form={form}
                      name={`x.${n}.which`}
                      id={idOf(`x.${n}.which`)}
                      label={part(t('mine.which'))}
                      value={row?.notificationId}
                      empty={t('mine.every')}
                      choices={free.map(({ id, name }): Choice => ({ value: id, label: name }))}
                    />
                    <Ways
                      c={c}
                      form={form}
                      prefix={`x.${n}`}
                      of={t('mine.row', { n: n + 1, what: '' })}
                      stands={row}
                      usual={t('mine.as-general')}
                    />
                  </div>
                )
              })}
            </Card>
          )}
          <Card title={t('mine.digest')} id="digest">
            <Select
              c={c}
              form={form}
              name="digestHour"
              label={t('mine.hour')}
              help={t('mine.hour.help')}
              value={own.digestHour}
              empty={t('mine.hour.every')}
              choices={Array.from({ length: 24 }, (_, hour) => ({
                value: String(hour),
                label: t('mine.hour.at', { hour: `${hour}:00` }),
              }))}
            />
          </Card>
          <div class="form-foot">
            <Button kind="primary">{t('mine.save')}</Button>
          </div>
        </form>
      </>
    ),
  })
}

const idOf = (name: string): string => `field-${name.replaceAll('.', '-')}`

/** By mail, and in the page: a choice each, and none said. */
const Ways = ({
  c,
  form,
  prefix,
  of,
  stands,
  usual,
  only = ['mail', 'page'],
}: {
  c: PageContext
  form: FormState
  prefix: string
  /** Of what, for who hears it. */
  of: string
  stands: Chosen | undefined
  usual: string
  only?: readonly ('mail' | 'page')[]
}) => {
  const t = words(c)
  const label = (what: string) => (prefix.startsWith('x.') ? `${of} ${what}` : `${of}: ${what}`)
  const select = (way: 'mail' | 'page', choices: readonly Choice[], value: string | null) => (
    <div class="notifications-way">
      <span aria-hidden="true">{t(`mine.${way}`)}</span>
      <Select
        c={c}
        form={form}
        name={`${prefix}.${way}`}
        id={idOf(`${prefix}.${way}`)}
        label={label(t(`mine.${way}`))}
        hideLabel
        value={value}
        empty={usual}
        choices={choices}
      />
    </div>
  )
  return (
    <div class="notifications-ways">
      {only.includes('mail') &&
        select(
          'mail',
          MAIL_CHOICES.map((value) => ({ value, label: t(`mail.${value}`) })),
          stands?.mail ?? null,
        )}
      {only.includes('page') &&
        select(
          'page',
          (['yes', 'no'] as const).map((value) => ({ value, label: t(`page.${value}`) })),
          stands?.page === undefined || stands.page === null ? null : stands.page ? 'yes' : 'no',
        )}
    </div>
  )
}
