/** Owns the form of a rule: when, which tickets, what is done, its limits; and beside it what that means now. */
import type { Hono } from 'hono'
import {
  findTicket,
  formOfRule,
  matchingTickets,
  may,
  readRuleForm,
  refused,
  ruleRoom,
  sayFact,
  type Id,
  type PageContext,
  type PersonActor,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Boxes,
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
  PageHead,
  readRuleValues,
  ruleChoices,
  ruleFieldId,
  RuleFilterFields,
  ruleTexts,
  statusOf,
  submit,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { administrationPage, Beside, Fields } from '../../../core/administration.ts'
import { saveRule, USUAL_HOURLY, USUAL_MOST, type Rule, type RuleForm } from '../rule.ts'
import { queuesOf, type AutomationHost } from '../run.ts'
import { sayDay } from '../say.ts'
import { isWaking, WAKING } from '../wakes.ts'
import { words } from '../words.ts'
import { actChoices, ActFields, actFieldId, formOfActs, readActsForm, type ActChoices } from './acts.tsx'
import { BASES, conditionIn, demandRule, enter, meaningOf, scopeOf, type Place } from './place.ts'
import { OffNotice, StoppedNotice } from './notices.tsx'

/** Tickets shown beside the form. */
const SHOWN = 20

export function formRoutes(app: Hono<WebEnv>, host: AutomationHost): void {
  for (const base of BASES) {
    app.get(`${base}/new`, async (c) => formPage(c, await enter(c, host), undefined, blankForm(await beginning(host, c))))
    app.post(`${base}/new`, async (c) => save(c, await enter(c, host), undefined))
    app.post(`${base}/meaning`, async (c) => {
      const place = await enter(c, host)
      return fragment(c, <MeaningWords c={c} meaning={await meaningOf(place, place.unitId, await readRuleValues(c))} />)
    })
    app.get(`${base}/:id`, async (c) => {
      const place = await enter(c, host)
      const rule = await demandRule(c, place)
      return formPage(c, place, rule, blankForm(formOf(rule)))
    })
    app.post(`${base}/:id`, async (c) => {
      const place = await enter(c, host)
      return save(c, place, await demandRule(c, place))
    })
  }
}

/** A new rule is off until somebody has seen what it means. */
async function beginning(host: AutomationHost, c: PageContext): Promise<Record<string, string>> {
  const { unitMost } = await host.settings()
  const most = c.req.param('unit') === undefined ? USUAL_MOST : Math.min(USUAL_MOST, unitMost)
  return { ...formOfRule({}), 'if.below': 'on', most: String(most), hourly: String(USUAL_HOURLY), valid: '' }
}

function formOf({ name, comment, valid, wakes, filter, acts, most, hourly }: Rule): Record<string, string> {
  const { schedule, every } = wakes
  const list = (numbers: readonly number[] = []) => numbers.join(', ')
  return {
    ...formOfRule(filter),
    ...formOfActs(acts),
    name,
    comment,
    valid: valid ? 'on' : '',
    fact: wakes.facts.join('\n'),
    day: (schedule?.days ?? []).join('\n'),
    hours: list(schedule?.hours),
    minutes: list(schedule?.minutes),
    every: every === undefined ? '' : String(every),
    most: String(most),
    hourly: String(hourly),
  }
}

/** Errors, at their fields: `input`; those of the condition and of the acts. */
function readForm(values: Readonly<Record<string, string>>, choices: ActChoices): RuleForm {
  const said = (name: string) => (values[name] ?? '').trim()
  const lines = (name: string) => said(name).split('\n').filter(Boolean)
  const numbers = (name: string, most: number) =>
    said(name)
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map((text) => {
        if (!/^\d{1,2}$/.test(text) || Number(text) > most) throw refused('input', { what: text.slice(0, 20) }, name)
        return Number(text)
      })
  const whole = (name: string) => {
    if (!/^\d{1,7}$/.test(said(name))) throw refused('input', { what: said(name).slice(0, 20) }, name)
    return Number(said(name))
  }
  const schedule = { days: lines('day').map(Number), hours: numbers('hours', 23), minutes: numbers('minutes', 59) }
  const some = Object.values(schedule).filter((list) => list.length > 0).length
  // Of days, hours and minutes each must be said, else it would never be due.
  if (some > 0 && some < 3)
    throw refused('required', {}, schedule.hours.length === 0 ? 'hours' : schedule.minutes.length === 0 ? 'minutes' : 'day')
  return {
    name: said('name'),
    comment: said('comment'),
    valid: said('valid') !== '',
    wakes: {
      facts: lines('fact').filter(isWaking),
      ...(some === 3 ? { schedule } : {}),
      ...(said('every') ? { every: whole('every') } : {}),
    },
    filter: readRuleForm(values),
    acts: readActsForm(values, choices.fields),
    most: whole('most'),
    hourly: whole('hourly'),
  }
}

async function save(c: PageContext, place: Place, rule: Rule | undefined): Promise<Response> {
  const values = await readRuleValues(c)
  const choices = await actChoices(c)
  // Asked only what it means: nothing is kept.
  if (values['do'] === 'count') {
    let form: FormState = { values, problems: {} }
    try {
      readRuleForm(values)
    } catch (error) {
      form = withRefusal(c, form, error)
    }
    return formPage(c, place, rule, form, true)
  }
  return submit(
    c,
    values,
    async () => {
      const id = await place.host.work(place.actor, (work) =>
        saveRule(work, rule ? rule.unitId : place.unitId, rule?.id ?? null, readForm(values, choices)),
      )
      return { to: `${place.path}/${id}`, said: words(c)('said.saved') }
    },
    (form) => formPage(c, place, rule, form),
  )
}

async function formPage(c: PageContext, place: Place, rule: Rule | undefined, form: FormState, counted = false): Promise<Response> {
  const t = words(c)
  const { host, path } = place
  const unitId = rule ? rule.unitId : place.unitId
  const queueIds = unitId === null ? undefined : new Set(await queuesOf(host, { unitId }, 'everywhere'))
  const [choices, offered, meaning] = await Promise.all([
    actChoices(c),
    ruleChoices(host.db, queueIds),
    meaningOf(place, unitId, form.values),
  ])
  const title = rule?.name ?? t('new')
  const said = (name: string) => (form.values[name] ?? '').split('\n')
  const language = c.get('language')
  const number = (name: string, label: string, help?: string) => (
    <Field c={c} form={form} name={name} label={label} inputmode="numeric" maxlength={7} {...(help ? { help } : {})} />
  )
  return administrationPage(c, place, {
    title,
    status: statusOf(form),
    body: (
      <>
        <Crumb href={path}>{t('title')}</Crumb>
        <PageHead title={title}>
          {rule && (
            <>
              <ActButton c={c} action={`${path}/${rule.id}/try`}>
                {t('try')}
              </ActButton>
              <ButtonLink href={`${path}/${rule.id}/log`}>{t('log')}</ButtonLink>
              <ButtonLink kind="danger" href={`${path}/${rule.id}/remove`}>
                {t('remove')}
              </ButtonLink>
            </>
          )}
        </PageHead>
        {rule && <StoppedNotice c={c} place={place} rule={rule} />}
        <OffNotice c={c} place={place} />
        <Beside aside={counted ? <Meant c={c} place={place} unitId={unitId} values={form.values} /> : undefined} first>
          <FormCard
            c={c}
            form={form}
            of={rule && `automation/rule:${rule.id}`}
            cancel={path}
            ids={Object.fromEntries(Object.keys(form.problems).map((name) => [name, idOf(name)]))}
            acts={
              <Button name="do" value="count" unchecked>
                {ruleTexts.in(language)('means.try')}
              </Button>
            }
          >
            <Field c={c} form={form} name="name" label={t('field.name')} help={t('form.name.help')} maxlength={200} required />
            <Field c={c} form={form} name="comment" label={t('field.comment')} help={t('form.comment.help')} maxlength={500} />
            <Checkbox c={c} form={form} name="valid" label={t('field.valid')} help={t('form.valid.help')} />
            <Fields title={t('form.facts')} wide>
              <Boxes
                name="fact"
                label={t('form.facts')}
                chosen={said('fact')}
                choices={WAKING.map((fact) => ({ value: fact, label: sayFact(fact, language) }))}
              />
            </Fields>
            <Fields title={t('form.time')} wide>
              <p class="field-help">{t('form.time.help', { zone: host.config.zone })}</p>
              <Boxes
                name="day"
                label={t('form.days')}
                chosen={said('day')}
                choices={[1, 2, 3, 4, 5, 6, 0].map((day) => ({ value: String(day), label: sayDay(day, language) }))}
              />
              <div class="form-row own-rule">
                <Field c={c} form={form} name="hours" label={t('form.hours')} maxlength={100} />
                <Field c={c} form={form} name="minutes" label={t('form.minutes')} maxlength={200} />
                {number('every', t('form.every'))}
              </div>
            </Fields>
            <Fields title={t('form.which')} wide>
              <MeaningLine c={c} meaning={meaning} live={`${path}/meaning`} />
              {form.problems['filter'] && <p class="field-problem">{form.problems['filter']}</p>}
              <RuleFilterFields c={c} form={form} choices={offered} />
            </Fields>
            <Fields title={t('form.acts')} wide>
              <p class="field-help">{t('form.acts.help')}</p>
              {form.problems['acts'] && <p class="field-problem">{form.problems['acts']}</p>}
              <ActFields c={c} form={form} choices={choices} />
            </Fields>
            <Fields title={t('form.limits')} wide>
              {number('most', t('field.most'), t('form.most.help'))}
              {number('hourly', t('field.hourly'), t('form.hourly.help'))}
            </Fields>
            {unitId !== null && <p class="field-help">{t('form.rights')}</p>}
          </FormCard>
        </Beside>
      </>
    ),
  })
}

/** Where a problem leads. */
function idOf(name: string): string {
  if (name === 'filter') return 'meaning'
  if (name === 'acts') return 'do-queue'
  if (name === 'day') return ruleFieldId('day')
  return name.startsWith('if.') ? ruleFieldId(name) : name.startsWith('do.') ? actFieldId(name) : `field-${name}`
}

/** The first tickets that the condition in the form means. */
async function Meant({
  c,
  place,
  unitId,
  values,
}: {
  c: PageContext
  place: Place
  unitId: Id | null
  values: Readonly<Record<string, string>>
}) {
  const { host, actor } = place
  const filter = conditionIn(values)
  if (!filter) return null
  const t = words(c)
  const room = await ruleRoom(host.db, { now: host.clock(), zone: host.config.zone })
  const ids = await matchingTickets(host.db, filter, room, { ...(await scopeOf(place, unitId)), limit: SHOWN })
  const meaning = await meaningOf(place, unitId, values)
  return (
    <Card title={t('form.which')} id="meant">
      <p>
        <MeaningWords c={c} meaning={meaning} />
      </p>
      <ul class="plain-list">
        {
          await Promise.all(
            ids.map(async (id) => (
              <li>
                <TicketLink c={c} actor={actor} id={id} host={host} />
              </li>
            )),
          )
        }
      </ul>
    </Card>
  )
}

/** A ticket by its number; what it is about only for whoever reads it. */
export async function TicketLink({ actor, id, host }: { c: PageContext; actor: PersonActor; id: Id; host: AutomationHost }) {
  const ticket = await findTicket(host.db, id, actor.id)
  if (!ticket) return <>{id}</>
  if (!may(actor.access, 'ro', ticket.ties).allowed) return <>{ticket.number}</>
  return (
    <a href={`/desk/tickets/${ticket.id}`}>
      {ticket.number} {ticket.title}
    </a>
  )
}
