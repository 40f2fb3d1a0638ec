/** Owns the pages of ACLs, central and of a unit: the list, one rule, making and editing it. */
import type { Hono } from 'hono'
import {
  countMatching,
  MOST_COUNTED,
  findUnit,
  formOfRule,
  isId,
  listFields,
  listQueues,
  listUnits,
  narrows,
  readRuleForm,
  Refusal,
  refused,
  ruleRoom,
  type Id,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  Button,
  ButtonLink,
  blankForm,
  Checkbox,
  Crumb,
  Field,
  FormCard,
  MeaningLine,
  MeaningWords,
  Notice,
  PageHead,
  readRuleValues,
  ruleChoices,
  ruleFieldId,
  RuleFilterFields,
  sayRuleFilter,
  Select,
  statusOf,
  submit,
  TextArea,
  type FormState,
  type Meaning,
  type RuleChoices,
} from '../../../core/pages.ts'
import {
  administrationPage,
  Beside,
  enterAdministration,
  Fields,
  listAnswer,
  Main,
  pick,
  readList,
  unitsBelow,
  type Administration,
  type ListColumn,
  type ListOptions,
} from '../../../core/administration.ts'
import { createAcl, editAcl, type AclForm } from '../acl.ts'
import { findAcl, listAcls, type Acl } from '../acl.store.ts'
import { readFilterNames } from '../filter-names.ts'
import { hasFilter } from '../narrow.ts'
import { meaningless, toExport } from '../yaml.ts'
import { words, type AclKey } from '../words.ts'
import { HowToWrite, NamesToWrite, readNames } from './names.tsx'
import { changeOfRows, matchOfRows, postedRows, rowsOfChange, rowsOfMatch, RuleRows, type Row } from './rule-rows.tsx'

export const pathOf = ({ base }: Administration): string => `${base}/acl`

export function ruleRoutes(app: Hono<WebEnv>): void {
  for (const base of ['/admin/acl', '/u/:unit/admin/acl']) {
    app.get(base, rulesPage)
    app.get(`${base}/export`, exportAll)
    app.post(`${base}/meaning`, meaning)
    app.get(`${base}/new`, async (c) => ruleForm(c, await enterAdministration(c), undefined, blankForm()))
    app.post(`${base}/new`, async (c) => save(c, await enterAdministration(c), undefined))
    app.get(`${base}/:id`, async (c) => {
      const visit = await enterAdministration(c)
      return ruleForm(c, visit, await demandAcl(c, visit), blankForm())
    })
    app.post(`${base}/:id`, async (c) => {
      const visit = await enterAdministration(c)
      return save(c, visit, await demandAcl(c, visit))
    })
  }
}

/** Of a unit's page only those of the unit and below it are there. */
async function demandAcl(c: PageContext, { unitId }: Administration): Promise<Acl> {
  const { db } = c.get('host')
  const id = c.req.param('id') ?? ''
  const found = !isId(id) ? undefined : unitId === null ? await findAcl(db, id) : (await listAcls(db, unitId)).find((one) => one.id === id)
  if (!found) throw refused('not-found')
  return found
}

const listed = (rows: readonly Row[], say: (row: Row) => string) =>
  rows.map((row) => `${say(row)} ${row.values.split('\n').join(', ') || '–'}`).join('; ')
/** In a line: 'Ticket.Queue: Raw'. */
const sayMatch = ({ match }: Pick<Acl, 'match'>): string => listed(rowsOfMatch(match), ({ what }) => `${what}:`)
/** In a line: 'not these: Ticket.Priority 5 very high'. */
const sayChange = (c: PageContext, { change }: Pick<Acl, 'change'>): string =>
  listed(rowsOfChange(change), ({ how, what }) => `${words(c)(`way.${how}` as AclKey)}: ${what.replace(/^Ticket\./, '')}`)

type Listed = Awaited<ReturnType<typeof listAcls>>[number]

async function rulesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const visit = await enterAdministration(c)
  const path = pathOf(visit)
  const options: ListOptions = {
    sorts: ['name', 'unit'],
    sort: 'name',
    filters: [
      {
        name: 'valid',
        label: t('list.valid'),
        choices: [
          { value: 'yes', label: t('list.valid.yes') },
          { value: 'no', label: t('list.valid.no') },
        ],
      },
    ],
  }
  const query = readList(c, options)
  const { db } = c.get('host')
  const all = await listAcls(db, visit.unitId)
  const choices = await ruleChoices(db)
  const when = (x: Listed) => [sayMatch(x), ...sayRuleFilter(x.filter, choices, c.get('language'))].filter(Boolean).join('; ')
  const unit = (x: Listed) => x.unitName ?? t('list.everywhere')
  const columns: ListColumn<Listed>[] = [
    {
      key: 'name',
      label: t('list.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${path}/${x.id}`} name={x.name} {...(x.comment ? { below: x.comment } : {})} />,
    },
    { key: 'unit', label: t('list.unit'), sort: true, text: unit, cell: unit },
    {
      key: 'match',
      label: t('list.match'),
      text: when,
      cell: (x) => when(x) || <span class="quiet">{t('list.always')}</span>,
      class: 'acl-wrap',
    },
    { key: 'change', label: t('list.change'), text: (x) => sayChange(c, x), cell: (x) => sayChange(c, x), class: 'acl-wrap' },
    {
      key: 'valid',
      label: t('list.valid'),
      text: (x) => t(x.valid ? 'list.valid.yes' : 'list.valid.no'),
      cell: (x) => (x.valid ? t('list.valid.yes') : <span class="warn">{t('list.valid.no')}</span>),
      class: 'cell-narrow',
    },
  ]
  const wanted = all.filter((one) => query.filters['valid'] === '' || one.valid === (query.filters['valid'] === 'yes'))
  return listAnswer(
    c,
    {
      name: 'acl',
      title: t('title'),
      beside: t(visit.unitId === null ? 'lead' : 'lead.unit'),
      query,
      options,
      columns,
      rows: pick(c, wanted, query, columns, 'name'),
      searchLabel: t('list.search'),
      empty: { title: t('list.none'), text: t('list.none.text') },
      acts: (
        <>
          <ButtonLink kind="primary" href={`${path}/new`} shortcut="N">
            {t('list.new')}
          </ButtonLink>
          <ButtonLink href={`${path}/try`}>{t('list.try')}</ButtonLink>
          <ButtonLink href={`${path}/import`}>{t('list.import')}</ButtonLink>
          <a class="button button-quiet" href={`${path}/export`} download>
            {t('list.export')}
          </a>
        </>
      ),
    },
    (body) => administrationPage(c, visit, { title: t('title'), body }),
  )
}

/** GET …/export: all of them in OTRS's YAML, or with ?id= one. */
async function exportAll(c: PageContext): Promise<Response> {
  const { unitId } = await enterAdministration(c)
  const wanted = c.req.query('id')
  const all = (await listAcls(c.get('host').db, unitId)).filter(({ id }) => wanted === undefined || id === wanted)
  const names = await readFilterNames(c.get('host').db, all.map(({ filter }) => filter)) // biome-ignore format: one question
  c.header('content-type', 'application/yaml; charset=utf-8')
  c.header('content-disposition', 'attachment; filename="Export_ACL.yml"')
  return c.body(toExport(all, names))
}

const readRule = (values: Record<string, string>): AclForm => ({
  name: values['name'] ?? '',
  comment: values['comment'] ?? '',
  description: values['description'] ?? '',
  match: matchOfRows(postedRows(values, 'm')),
  change: changeOfRows(postedRows(values, 'c')),
  filter: readRuleForm(values),
  stop: Boolean(values['stop']),
  valid: Boolean(values['valid']),
})

async function save(c: PageContext, visit: Administration, rule: Acl | undefined): Promise<Response> {
  const values = await readRuleValues(c)
  if (values['more']) return ruleForm(c, visit, rule, blankForm(values), true)
  return submit(
    c,
    values,
    async () => {
      const form = readRule(values)
      await c.get('host').work(visit.actor, async (work) => {
        if (rule) await editAcl(work, rule.id, form)
        else await createAcl(work, unitWanted(visit, values), form)
      })
      return { to: pathOf(visit), said: words(c)('said.saved') }
    },
    (form) => ruleForm(c, visit, rule, form),
  )
}

/** A unit's page makes rules of the unit; centrally it is said for whom. */
const unitWanted = ({ unitId }: Administration, values: Record<string, string>): Id | null =>
  unitId ?? (isId(values['unitId']) ? values['unitId'] : null)

const saysFilter = (values: Readonly<Record<string, string>>): boolean =>
  Object.entries(values).some(([name, value]) => name.startsWith('if.') && value !== '' && !/^if\.time\d+\.(is|unit)$/.test(name))

const choicesIn = async (c: PageContext, unitId: Id | null): Promise<RuleChoices> =>
  ruleChoices(c.get('host').db, unitId === null ? undefined : new Set((await queuesOf(c, unitId)).map(({ id }) => id)))

/** How many tickets a filter in a form means today: on a unit's page of those of the unit and below that whoever asks reads. */
async function meaningOf(
  c: PageContext,
  { actor }: Administration,
  unitId: Id | null,
  values: Readonly<Record<string, string>>,
): Promise<Meaning> {
  const { db, clock, config } = c.get('host')
  try {
    const filter = readRuleForm(values)
    const within = unitId === null ? undefined : (await queuesOf(c, unitId)).map(({ id }) => id)
    const room = await ruleRoom(db, { now: clock(), zone: config.zone })
    const scope = within ? { within, access: actor.access } : {}
    const count = await countMatching(db, filter, room, scope)
    return { count, most: MOST_COUNTED, ...(narrows(filter) ? {} : { all: true }) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { count: undefined, most: MOST_COUNTED }
  }
}

async function queuesOf(c: PageContext, unitId: Id) {
  const { db } = c.get('host')
  const [queues, units] = await Promise.all([listQueues(db), listUnits(db)])
  const below = unitsBelow(units, unitId)
  return queues.filter((queue) => below.has(queue.unitId))
}

/** POST …/meaning: the sentence alone, while a form is filled in. */
async function meaning(c: PageContext): Promise<Response> {
  const visit = await enterAdministration(c)
  return c.html(<MeaningWords c={c} meaning={await meaningOf(c, visit, visit.unitId, await readRuleValues(c))} />)
}

async function ruleForm(c: PageContext, visit: Administration, rule: Acl | undefined, form: FormState, more = false): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const posted = Object.keys(form.values).some((name) => name.endsWith('.what'))
  const unitId = rule ? rule.unitId : visit.unitId
  const filter: FormState = { ...form, values: posted ? form.values : { ...form.values, ...formOfRule(rule?.filter ?? {}) } }
  const [fields, names, units, unit, choices, means] = await Promise.all([
    listFields(db, 'ticket'),
    readNames(c),
    visit.unitId === null && !rule ? listUnits(db) : [],
    rule?.unitId ? findUnit(db, rule.unitId) : undefined,
    choicesIn(c, unitId),
    meaningOf(c, visit, unitId, filter.values),
  ])
  const matchRows = posted ? postedRows(form.values, 'm') : rowsOfMatch(rule?.match ?? {})
  const changeRows = posted ? postedRows(form.values, 'c') : rowsOfChange(rule?.change ?? {})
  const lost = rule ? meaningless(rule) : []
  const path = pathOf(visit)
  const box = (name: 'stop' | 'valid', stands: boolean) => (posted ? Boolean(form.values[name]) : stands)
  const inFilter = Object.keys(form.problems).filter((name) => name.startsWith('if.'))
  return administrationPage(c, visit, {
    title: rule?.name ?? t('list.new'),
    status: statusOf(form),
    body: (
      <>
        <Crumb href={path}>{t('title')}</Crumb>
        <PageHead title={rule?.name ?? t('list.new')} {...(rule ? { beside: unit?.name ?? t('list.everywhere') } : {})}>
          {rule && (
            <a class="button button-quiet" href={`${path}/export?id=${rule.id}`} download>
              {t('list.export')}
            </a>
          )}
        </PageHead>
        <Beside
          aside={
            <>
              <HowToWrite c={c} />
              <NamesToWrite c={c} names={names} fields={fields} />
            </>
          }
        >
          {lost.length > 0 && (
            <Notice tone="warn">
              <b>{t('lost.title')}</b>
              <ul>
                {lost.map(({ at, why }) => (
                  <li>{t(`lost.${why}`, { at })}</li>
                ))}
              </ul>
            </Notice>
          )}
          <FormCard
            c={c}
            form={form}
            of={rule && `acl/rule:${rule.id}`}
            cancel={path}
            ids={{ match: 'm0-what', change: 'c0-what', ...Object.fromEntries(inFilter.map((name) => [name, ruleFieldId(name)])) }}
            labels={{ match: t('rule.match'), change: t('rule.change') }}
            acts={
              <Button name="more" value="yes" unchecked>
                {t('row.more')}
              </Button>
            }
          >
            <Field
              c={c}
              form={form}
              name="name"
              label={t('rule.name')}
              help={t('rule.name.help')}
              value={rule?.name}
              maxlength={191}
              required
            />
            {units.length > 0 && (
              <Select
                c={c}
                form={form}
                name="unitId"
                label={t('list.unit')}
                empty={t('list.everywhere')}
                choices={units.filter(({ parentId }) => parentId !== null).map(({ id, name }) => ({ value: id, label: name }))}
              />
            )}
            <Field c={c} form={form} name="comment" label={t('rule.comment')} value={rule?.comment} maxlength={250} />
            <Fields title={t('rule.match')} wide>
              <p class="field-help">{t('rule.match.help')}</p>
              <RuleRows c={c} form={form} kind="m" rows={matchRows} more={more} fields={fields} />
            </Fields>
            <Fields title={t('rule.filter')} wide>
              <p class="field-help">{t('rule.filter.help')}</p>
              <details class="more-act" open={inFilter.length > 0 || (rule !== undefined && hasFilter(rule)) || saysFilter(form.values)}>
                <summary>{t('rule.filter.open')}</summary>
                <div class="form">
                  <MeaningLine c={c} meaning={means} live={`${path}/meaning`} />
                  <RuleFilterFields c={c} form={filter} choices={choices} />
                </div>
              </details>
            </Fields>
            <Fields title={t('rule.change')} wide>
              <p class="field-help">{t('rule.change.help')}</p>
              <RuleRows c={c} form={form} kind="c" rows={changeRows} more={more} fields={fields} />
            </Fields>
            <Checkbox
              c={c}
              form={form}
              name="stop"
              label={t('rule.stop')}
              help={t('rule.stop.help')}
              checked={box('stop', rule?.stop ?? false)}
            />
            <Checkbox c={c} form={form} name="valid" label={t('rule.valid')} checked={box('valid', rule?.valid ?? true)} />
            <TextArea
              c={c}
              form={form}
              name="description"
              label={t('rule.description')}
              value={rule?.description}
              rows={3}
              maxlength={10_000}
            />
          </FormCard>
        </Beside>
      </>
    ),
  })
}
