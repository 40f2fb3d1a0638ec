/** Owns the list of rules, and switching one on and off or taking it up again from there. */
import type { Hono } from 'hono'
import type { PageContext, WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  ButtonLink,
  Crumb,
  FormCard,
  Notice,
  PageHead,
  plainTime,
  readFields,
  ruleChoices,
  statusOf,
  submit,
  Time,
  type FormState,
} from '../../../core/pages.ts'
import {
  administrationPage,
  listAnswer,
  Main,
  pick,
  readList,
  switchColumn,
  type ListColumn,
  type ListOptions,
} from '../../../core/administration.ts'
import { removeRule, switchRule, type Rule } from '../rule.ts'
import { lastRuns, listRules } from '../rules.store.ts'
import type { AutomationHost } from '../run.ts'
import { namedIn, sayActs, sayFilter, sayWakes } from '../say.ts'
import { words } from '../words.ts'
import { OffNotice } from './notices.tsx'
import { BASES, demandRule, enter, type Place } from './place.ts'

export function listRoutes(app: Hono<WebEnv>, host: AutomationHost): void {
  for (const base of BASES) {
    app.get(base, async (c) => listPage(c, await enter(c, host)))
    app.post(`${base}/:id/switch`, async (c) => {
      const place = await enter(c, host)
      const rule = await demandRule(c, place)
      const values = await readFields(c)
      const valid = values['valid'] === 'on'
      return submit(
        c,
        values,
        async () => {
          await host.work(place.actor, (work) => switchRule(work, rule.id, valid))
          const said = rule.stoppedAt && valid ? 'resumed' : valid ? 'said.on' : 'said.off'
          return { to: place.path, said: words(c)(said, { name: rule.name }) }
        },
        (form) => listPage(c, place, Object.values(form.problems)),
      )
    })
    app.get(`${base}/:id/remove`, async (c) => {
      const place = await enter(c, host)
      return removePage(c, place, await demandRule(c, place), blankForm())
    })
    app.post(`${base}/:id/remove`, async (c) => {
      const place = await enter(c, host)
      const rule = await demandRule(c, place)
      return submit(
        c,
        {},
        async () => {
          await host.work(place.actor, (work) => removeRule(work, rule.id))
          return { to: place.path, said: words(c)('said.removed', { name: rule.name }) }
        },
        (form) => removePage(c, place, rule, form),
      )
    })
  }
}

/** Asks before it is gone. */
function removePage(c: PageContext, place: Place, { id, name }: Rule, form: FormState): Promise<Response> {
  const t = words(c)
  const title = t('remove.title', { name })
  return administrationPage(c, place, {
    title,
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${place.path}/${id}`}>{name}</Crumb>
        <PageHead title={title} />
        <div class="admin-one">
          <FormCard c={c} form={form} save={t('remove')} danger cancel={`${place.path}/${id}`}>
            <p>{t('remove.text')}</p>
          </FormCard>
        </div>
      </>
    ),
  })
}

const stateOf = ({ valid, stoppedAt }: Rule) => (valid ? (stoppedAt ? 'stopped' : 'on') : 'off') as 'on' | 'off' | 'stopped'

async function listPage(c: PageContext, place: Place, problems: readonly string[] = []): Promise<Response> {
  const t = words(c)
  const { db } = place.host
  const central = place.unitId === null
  const [all, last, choices] = await Promise.all([listRules(db, place.unitId ?? undefined), lastRuns(db), ruleChoices(db)])
  const filters = [
    {
      name: 'state',
      label: t('list.state'),
      choices: (['on', 'off', 'stopped'] as const).map((value) => ({ value, label: t(`state.${value}`) })),
    },
  ]
  const options: ListOptions = { sorts: ['name', 'unit', 'state', 'changed'], sort: 'name', filters }
  const query = readList(c, options)
  const language = c.get('language')
  const rows = all.filter((rule) => !query.filters['state'] || stateOf(rule) === query.filters['state'])
  const where = (rule: Rule) => rule.unitName ?? t('list.everybody')
  const which = (rule: Rule) => sayFilter(rule.filter, choices, language)
  const does = (rule: Rule) => sayActs(rule.acts, language, namedIn(choices, language)).join('; ')
  const stopped = all.filter((rule) => stateOf(rule) === 'stopped').length
  const columns: ListColumn<Rule>[] = [
    {
      key: 'name',
      label: t('field.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${place.path}/${x.id}`} name={x.name} below={x.comment} />,
    },
    { key: 'wakes', label: t('field.wakes'), text: (x) => sayWakes(x.wakes, language) },
    { key: 'filter', label: t('field.filter'), text: which },
    { key: 'acts', label: t('field.acts'), text: does },
    {
      key: 'rule',
      label: t('list.rule'),
      text: () => '',
      class: 'cell-error',
      cell: (x) => (
        <dl class="automation-rule">
          <dt>{t('field.wakes')}</dt>
          <dd>{sayWakes(x.wakes, language)}</dd>
          <dt>{t('list.which')}</dt>
          <dd>{which(x) || t('list.all')}</dd>
          <dt>{t('field.acts')}</dt>
          <dd>{does(x)}</dd>
        </dl>
      ),
    },
    { key: 'unit', label: t('list.unit'), sort: true, text: where, ...(central ? { cell: where } : {}), class: 'cell-wide' },
    switchColumn<Rule>(c, { label: t('list.state'), path: place.path, stateOf, say: t }),
    {
      key: 'last',
      class: 'cell-narrow',
      label: t('list.last'),
      text: (x) => (last.has(x.id) ? plainTime(c, last.get(x.id)!) : ''),
      cell: (x) =>
        last.has(x.id) ? (
          <a href={`${place.path}/${x.id}/log`}>
            <Time c={c} at={last.get(x.id)!} />
          </a>
        ) : (
          ''
        ),
    },
    { key: 'changed', label: t('list.changed'), sort: true, text: (x) => plainTime(c, x.changedAt) },
  ]
  return listAnswer(
    c,
    {
      name: 'automation',
      title: t('title'),
      beside: t('what'),
      above: (
        <>
          {problems.map((problem) => (
            <Notice tone="bad">
              <p>{problem}</p>
            </Notice>
          ))}
          <OffNotice c={c} place={place} />
          {stopped > 0 && (
            <Notice tone="warn">
              <p>{t('stopped.some', { count: stopped })}</p>
            </Notice>
          )}
        </>
      ),
      query,
      options,
      columns,
      rows: pick(c, rows, query, columns, 'name'),
      searchLabel: t('list.search'),
      empty: { title: t('list.none'), text: t('list.none.text') },
      acts: (
        <ButtonLink kind="primary" href={`${place.path}/new`} shortcut="N">
          {t('new')}
        </ButtonLink>
      ),
    },
    (body) => administrationPage(c, place, { title: t('title'), status: problems.length > 0 ? 422 : 200, body }),
  )
}
