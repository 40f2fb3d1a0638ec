/** Owns the dry run of ACLs: one ticket, one person, one page – what could be chosen, which rule takes the rest, which rules match and why not. */
import type { Hono } from 'hono'
import {
  actOf,
  actTexts,
  findPersonByAddress,
  findPersonByLogin,
  isAct,
  loadActor,
  oneAddress,
  readOffered,
  questionsOf,
  Refusal,
  sayAttribute,
  seeTicketByNumber,
  type ActName,
  type ChoiceOf,
  type PageContext,
  type PersonActor,
  type Question,
  type Scene,
  type Taken,
  type Ticket,
  type WebEnv,
} from '../../../core/index.ts'
import {
  Button,
  Card,
  Crumb,
  Field,
  FormProblems,
  PageHead,
  ruleChoices,
  sayRuleFilter,
  Select,
  type FormState,
  type RuleChoices,
} from '../../../core/pages.ts'
import { administrationPage, enterAdministration, type Administration } from '../../../core/administration.ts'
import { isWithinUnit } from '../acl.store.ts'
import type { Condition } from '../engine.ts'
import { tryRules, type TriedRule } from '../narrow.ts'
import { pagesOf } from '../screens.ts'
import { words } from '../words.ts'
import { pathOf } from './rules.tsx'

export function tryRoutes(app: Hono<WebEnv>): void {
  for (const base of ['/admin/acl', '/u/:unit/admin/acl']) app.get(`${base}/try`, async (c) => tryPage(c, await enterAdministration(c)))
}

interface Tried {
  scene: Scene
  questions: Question[]
  act: string | null
  taken: Taken[]
  rules: TriedRule[]
  choices: RuleChoices
}

async function tryPage(c: PageContext, visit: Administration): Promise<Response> {
  const t = words(c)
  const { ticket = '', person = '', page = '' } = c.req.query()
  const values = { ticket, person, page }
  const problems: Record<string, string> = {}
  const found = ticket.trim() === '' ? undefined : await ticketFor(c, visit, ticket.trim())
  if (ticket.trim() !== '' && !found) problems['ticket'] = t('try.ticket.unknown')
  const who = person.trim() === '' ? visit.actor : await personFor(c, person.trim())
  if (!who) problems['person'] = t('try.person.unknown')
  const tried = found && who ? await run(c, found, who, isAct(page) ? page : null) : undefined
  const form: FormState = { values, problems }
  return administrationPage(c, visit, {
    title: t('try.title'),
    body: (
      <>
        <Crumb href={pathOf(visit)}>{t('title')}</Crumb>
        <PageHead title={t('try.title')} beside={t('try.lead')} />
        <div class="admin-one">
          <form class="card" method="get" action={`${pathOf(visit)}/try`} autocomplete="off">
            <div class="card-body form">
              <FormProblems c={c} form={form} />
              <div class="form-row">
                <Field c={c} form={form} name="ticket" label={t('try.ticket')} inputmode="numeric" required />
                <Field c={c} form={form} name="person" label={t('try.person')} />
                <Select c={c} form={form} name="page" label={t('try.page')} empty={t('try.page.zoom')} choices={pageChoices(c)} />
              </div>
              <div class="acts">
                <Button kind="primary">{t('try.run')}</Button>
              </div>
            </div>
          </form>
        </div>
        {tried && <Result c={c} tried={tried} path={pathOf(visit)} />}
      </>
    ),
  })
}

/** Acts that forms choose something by, or that ACLs name. */
const PAGES: readonly ActName[] = [
  'reply',
  'note',
  'move',
  'pend',
  'close',
  'reopen',
  'priority',
  'classify',
  'owner',
  'fields',
  'merge',
  'take',
]
const pageChoices = (c: PageContext) => {
  const say = actTexts.in(c.get('language'))
  return PAGES.map((act) => ({ value: act, label: `${say(actOf(act).words.title)} (${pagesOf(act)[0]})` }))
}

/** One that whoever looks sees by their own rights; on a unit's page one of the unit and below. */
async function ticketFor(c: PageContext, { actor, unitId }: Administration, number: string): Promise<Ticket | undefined> {
  const { db } = c.get('host')
  try {
    const ticket = await seeTicketByNumber(db, actor.access, number, 'ro')
    return unitId === null || (await isWithinUnit(db, ticket.unitId, unitId)) ? ticket : undefined
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

async function personFor(c: PageContext, typed: string): Promise<PersonActor | undefined> {
  const { db } = c.get('host')
  const who = oneAddress(typed)
  const person = (await findPersonByLogin(db, who)) ?? (await findPersonByAddress(db, who))
  return person && (await loadActor(db, person.id))
}

async function run(c: PageContext, ticket: Ticket, actor: PersonActor, act: string | null): Promise<Tried> {
  const host = c.get('host')
  const { db } = host
  const questions = questionsOf(await readOffered(db, ticket, actor.access))
  const scene: Scene = { actor, ticket, unitId: ticket.unitId, form: {} }
  return { scene, questions, act, choices: await ruleChoices(db), ...(await tryRules(scene, questions, db, host, act)) }
}

export const sayOf = (c: PageContext, of: ChoiceOf): string => {
  const t = words(c)
  if (of === 'act') return t('of.act')
  if (of === 'field') return t('of.field')
  return of.startsWith('field.') ? of.slice('field.'.length) : sayAttribute(of as 'queue', c.get('language'))
}

const Result = ({ c, tried: { scene, questions, act, taken, rules, choices }, path }: { c: PageContext; tried: Tried; path: string }) => {
  const t = words(c)
  const say = actTexts.in(c.get('language'))
  const here = questions.filter((question) => question.act === act)
  const why = new Map(taken.filter((one) => one.act === act).map((one) => [`${one.of} ${one.value}`, one.why]))
  return (
    <div class="acl-result">
      <p>{t('try.for', { person: scene.actor.name, number: scene.ticket!.number })}</p>
      <Card title={t('try.result')} id="result">
        {here.length === 0 && <p class="quiet">{t('try.nothing')}</p>}
        {here.map(({ of, options }) => (
          <section class="acl-left" aria-label={sayOf(c, of)}>
            <h3>{sayOf(c, of)}</h3>
            <ul class="acl-names">
              {options.map(({ value, name }) => {
                const rule = why.get(`${of} ${value}`)
                const shown = of === 'act' && isAct(value) ? say(actOf(value).words.title) : name
                return (
                  <li>
                    {rule === undefined ? (
                      <span>{shown}</span>
                    ) : (
                      <>
                        <s>{shown}</s> <span class="warn">{t('try.by', { rule })}</span>
                      </>
                    )}
                  </li>
                )
              })}
            </ul>
          </section>
        ))}
      </Card>
      <Card title={t('try.rules')} id="rules">
        {rules.length === 0 ? (
          <p class="quiet">{t('try.rules.none')}</p>
        ) : (
          <ul class="acl-tried">
            {rules.map(({ rule, matched, conditions, met, speaks }) => (
              <li>
                <a href={`${path}/${rule.id}`}>{rule.name}</a>{' '}
                <span class={matched ? '' : 'quiet'}>
                  {t(!matched ? 'try.not-matched' : speaks ? 'try.matched' : 'try.matched.silent')}
                </span>
                <ul>
                  {conditions
                    .filter(({ held }) => !held)
                    .map((condition) => (
                      <li class="small">{sayCondition(c, condition)}</li>
                    ))}
                  {met === false && (
                    <li class="small">{t('try.filter', { filter: sayRuleFilter(rule.filter, choices, c.get('language')).join('; ') })}</li>
                  )}
                </ul>
              </li>
            ))}
          </ul>
        )}
      </Card>
    </div>
  )
}

function sayCondition(c: PageContext, { block, key, attribute, values, is }: Condition): string {
  const t = words(c)
  const stands = is === undefined ? t('try.is.unknown') : (typeof is === 'string' ? is : is.join(', ')) || t('try.is.empty')
  return `${key}.${attribute} (${t(`block.${block}`)}): ${values.join(', ')} – ${t('try.is', { is: stands })}`
}
