/** Owns the pages of routing: try which way a question goes and why; the rules that say to which unit a person belongs. */
import type { Hono } from 'hono'
import {
  findPersonByAddress,
  listTopics,
  listUnits,
  receptionQueue,
  refused,
  sayRoute,
  topicName,
  topicsOffered,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Crumb,
  EmptyState,
  Field,
  FormCard,
  PageHead,
  readFields,
  Select,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import {
  factsOf,
  listUnitRules,
  placeBy,
  placeEverybody,
  routeFor,
  RULE_KINDS,
  saveUnitRule,
  type RuleKind,
  type UnitRule,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator } from '../frame.tsx'
import { words } from '../words.ts'
import { unitChoices } from './choices.ts'

const PATH = '/admin/routing'

export function routingRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, routingPage)
  app.get(`${PATH}/rules/new`, (c) => ruleForm(c, undefined, blankForm()))
  app.post(`${PATH}/rules/new`, (c) => save(c, undefined))
  app.post(`${PATH}/place`, async (c) => {
    const actor = demandAdministrator(c)
    return submit(
      c,
      {},
      async () => {
        const count = await c.get('host').work(actor, (work) => placeEverybody(work))
        return { to: PATH, said: words(c)('rule.placed', { count }) }
      },
      () => routingPage(c),
    )
  })
  app.get(`${PATH}/rules/:id`, async (c) => ruleForm(c, await demandRule(c), blankForm()))
  app.post(`${PATH}/rules/:id`, async (c) => save(c, await demandRule(c)))
}

async function demandRule(c: PageContext): Promise<UnitRule> {
  const rule = (await listUnitRules(c.get('host').db)).find((one) => one.id === c.req.param('id'))
  if (!rule) throw refused('not-found')
  return rule
}

async function save(c: PageContext, rule: UnitRule | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  return submit(
    c,
    values,
    async () => {
      await c.get('host').work(actor, (work) =>
        saveUnitRule(work, rule?.id ?? null, {
          kind: RULE_KINDS.find((kind) => kind === values['kind']) ?? 'attribute',
          name: values['name'] ?? '',
          value: values['value'] ?? '',
          unitId: values['unitId'] ?? '',
          sort: Number.parseInt(values['sort'] ?? '', 10) || 0,
          valid: Boolean(values['valid']),
        }),
      )
      return { to: PATH, said: words(c)('said.saved') }
    },
    (form) => ruleForm(c, rule, form),
  )
}

async function routingPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db, config } = c.get('host')
  const [units, topics, rules] = await Promise.all([listUnits(db), listTopics(db), listUnitRules(db)])
  const { unit: unitId, topic: topicId, who } = c.req.query()
  const person = who ? await findPersonByAddress(db, who) : undefined
  const placed = person ? placeBy(rules, await factsOf(db, person.id)) : undefined
  const from = person ? person.unitId : (units.find((unit) => unit.id === unitId)?.id ?? null)
  const about = topics.find((topic) => topic.id === topicId)?.id ?? null
  const asked = unitId !== undefined
  const routed = asked ? await routeFor(db, from, about, await receptionQueue(db, config)) : undefined
  const way = routed ? await sayRoute(db, routed.why, routed.queueId, c.get('language')) : []
  const form = blankForm({ unit: unitId ?? '', topic: topicId ?? '', who: who ?? '' })
  const tree = new Map(units.map((unit) => [unit.id, unit]))
  return adminPage(c, {
    title: t('area.routing'),
    area: 'routing',
    body: (
      <>
        <PageHead title={t('area.routing')} beside={t('routing.what')} />
        <Beside
          first={asked}
          aside={
            routed && (
              <Card title={t('routing.way')} id="way">
                {who && (
                  <p class="para">
                    {person
                      ? t(placed ? 'routing.placed' : 'routing.person', {
                          name: person.name,
                          unit: person.unitName ?? t('routing.no-unit'),
                          rule: placed ? `${t(`rule.${placed.kind}`)} ${placed.name} ${placed.value}` : '',
                        })
                      : t('routing.nobody', { who })}
                  </p>
                )}
                <ol class="decisions">
                  {way.map((line) => (
                    <li>{line}</li>
                  ))}
                </ol>
                <p class="quiet small">
                  {t('routing.rule')}: {t(`routing.rule.${routed.rule}`)}
                </p>
              </Card>
            )
          }
        >
          <form class="form card form-beside" method="get" action={PATH}>
            <div class="card-body">
              <h2>{t('routing.try')}</h2>
              <Select
                c={c}
                form={form}
                name="unit"
                label={t('person.unit')}
                help={t('routing.unit.help')}
                empty={t('routing.no-unit')}
                choices={unitChoices(units)}
              />
              <Select
                c={c}
                form={form}
                name="topic"
                label={t('topic.name')}
                empty={t('routing.no-topic')}
                choices={topicsOffered(topics, tree, from).map((topic) => ({
                  value: topic.id,
                  label: topicName(topic, c.get('language')),
                }))}
              />
              <Field c={c} form={form} name="who" label={t('routing.who')} help={t('routing.who.help')} type="email" />
            </div>
            <div class="form-foot">
              <Button kind="primary">{t('routing.show')}</Button>
            </div>
          </form>
          <Card
            title={t('rule.title')}
            id="rules"
            plain
            acts={
              <div class="acts">
                <ButtonLink small href={`${PATH}/rules/new`}>
                  {t('rule.new')}
                </ButtonLink>
                {rules.length > 0 && (
                  <ActButton c={c} small action={`${PATH}/place`}>
                    {t('rule.apply')}
                  </ActButton>
                )}
              </div>
            }
          >
            {rules.length === 0 ? (
              <EmptyState title={t('rule.none')} text={t('rule.none.text')} />
            ) : (
              <table class="plain">
                <caption class="only-heard">{t('rule.title')}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t('rule.order')}</th>
                    <th scope="col">{t('rule.when')}</th>
                    <th scope="col">{t('person.unit')}</th>
                  </tr>
                </thead>
                <tbody>
                  {rules.map((rule) => (
                    <tr>
                      <td>{rule.sort}</td>
                      <th scope="row">
                        <a href={`${PATH}/rules/${rule.id}`}>
                          {t(`rule.${rule.kind}`)} {rule.name && `${rule.name} = `}
                          {rule.value}
                        </a>
                        {!rule.valid && <span class="warn"> ({t('valid.off')})</span>}
                      </th>
                      <td>{tree.get(rule.unitId)?.name}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </Card>
        </Beside>
      </>
    ),
  })
}

async function ruleForm(c: PageContext, rule: UnitRule | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const units = await listUnits(c.get('host').db)
  return adminPage(c, {
    title: t('rule.one'),
    area: 'routing',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.routing')}</Crumb>
        <PageHead title={t('rule.one')} beside={t('rule.first')} />
        <div class="admin-one">
          <FormCard c={c} form={form} of={rule && `unit rule:${rule.id}`} cancel={PATH}>
            <Select
              c={c}
              form={form}
              name="kind"
              label={t('rule.when')}
              value={rule?.kind ?? 'attribute'}
              choices={RULE_KINDS.map((kind: RuleKind) => ({ value: kind, label: t(`rule.${kind}`) }))}
            />
            <Field c={c} form={form} name="name" label={t('rule.name')} help={t('rule.name.help')} value={rule?.name} maxlength={100} />
            <Field
              c={c}
              form={form}
              name="value"
              label={t('rule.value')}
              help={t('rule.value.help')}
              value={rule?.value}
              maxlength={500}
              required
            />
            <Select
              c={c}
              form={form}
              name="unitId"
              label={t('person.unit')}
              value={rule?.unitId}
              empty={t('choose')}
              choices={unitChoices(units, rule?.unitId)}
              required
            />
            <Field
              c={c}
              form={form}
              name="sort"
              label={t('rule.order')}
              help={t('rule.order.help')}
              value={rule?.sort ?? 0}
              inputmode="numeric"
            />
            <Checkbox c={c} form={form} name="valid" label={t('in-use')} checked={rule?.valid ?? true} />
          </FormCard>
        </div>
      </>
    ),
  })
}
