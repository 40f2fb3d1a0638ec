/** Owns the pages of postmaster filters: list in running order, one filter with its rows, trying it on a mail, deleting. */
import type { Hono } from 'hono'
import { refused, type PageContext, type WebEnv } from '../../../core/index.ts'
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
  PageHead,
  readFields,
  Select,
  statusOf,
  submit,
  TextArea,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import {
  createFilter,
  deleteFilter,
  editFilter,
  FILTER_ROWS,
  findFilter,
  findInbound,
  listFilters,
  MATCH_KEYS,
  readInboundRaw,
  saySet,
  SETTABLE_HEADERS,
  switchFilter,
  tryFilter,
  type FilterForm,
  type FilterResult,
  type InboundDetail,
  type MatchRow,
  type StoredFilter,
} from '../../../core/administration.ts'
import { adminPage, Beside, confirmPage, demandAdministrator, Fields } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'

const PATH = '/admin/mail/filters'
/** Empty rows offered at the end of each list. */
const SPARE = 2
const MAIL_LENGTH = 1_000_000

export function filterRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, filtersPage)
  app.get(`${PATH}/new`, async (c) => {
    const mail = await findInbound(c.get('host').db, c.req.query('mail') ?? '')
    return filterForm(c, undefined, mail ? blankForm(valuesFor(mail)) : blankForm())
  })
  app.post(`${PATH}/new`, (c) => saveFilter(c, undefined))
  app.get(`${PATH}/:id`, async (c) => filterForm(c, await demandFilter(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => saveFilter(c, await demandFilter(c)))
  app.post(`${PATH}/:id/switch`, async (c) => {
    const actor = demandAdministrator(c)
    const filter = await demandFilter(c)
    const on = (await readFields(c))['valid'] === 'on'
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => switchFilter(work, filter.id, on))
        return { to: PATH, said: words(c)(on ? 'filter.switched-on' : 'filter.switched-off', { name: filter.name }) }
      },
      (form) => filterForm(c, filter, form),
    )
  })
  app.get(`${PATH}/:id/delete`, async (c) => {
    const filter = await demandFilter(c)
    const t = words(c)
    return confirmPage(c, {
      area: 'filters',
      title: t('filter.delete.title', { name: filter.name }),
      text: <p>{t('filter.delete.text')}</p>,
      yes: t('filter.delete'),
      back: `${PATH}/${filter.id}`,
      action: `${PATH}/${filter.id}/delete`,
    })
  })
  app.post(`${PATH}/:id/delete`, async (c) => {
    const actor = demandAdministrator(c)
    const filter = await demandFilter(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => deleteFilter(work, filter.id))
        return { to: PATH, said: words(c)('filter.deleted', { name: filter.name }) }
      },
      (form) => filterForm(c, filter, form),
    )
  })
}

async function demandFilter(c: PageContext): Promise<StoredFilter> {
  const filter = await findFilter(c.get('host').db, c.req.param('id') ?? '')
  if (!filter) throw refused('not-found')
  return filter
}

async function filtersPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const options: ListOptions = {
    sorts: ['name', 'match', 'set', 'stop', 'valid'],
    sort: 'name',
    filters: [
      {
        name: 'valid',
        label: t('valid'),
        choices: [
          { value: 'on', label: t('valid.on') },
          { value: 'off', label: t('valid.off') },
        ],
      },
    ],
  }
  const query = readList(c, options)
  const sayMatch = (row: MatchRow) => `${row.key} ${t(row.negated ? 'filter.not-contains' : 'filter.contains')} ${row.value}`
  const columns: Column<StoredFilter>[] = [
    {
      key: 'name',
      label: t('filter.name'),
      sort: true,
      text: (f) => f.name,
      cell: (f) => <Main href={`${PATH}/${f.id}`} name={f.name} below={f.comment} />,
    },
    { key: 'comment', label: t('comment'), text: (f) => f.comment },
    {
      key: 'match',
      label: t('filter.match'),
      sort: true,
      text: (f) => f.match.map(sayMatch).join('; '),
      cell: (f) => (
        <ul class="plain-list">
          {f.match.map((row) => (
            <li>
              {row.key} {t(row.negated ? 'filter.not-contains' : 'filter.contains')} <code>{row.value}</code>
            </li>
          ))}
        </ul>
      ),
      class: 'cell-rows',
    },
    {
      key: 'set',
      label: t('filter.set'),
      sort: true,
      text: (f) => saySet(f.set),
      cell: (f) => (
        <ul class="plain-list">
          {f.set.map((row) => (
            <li>
              <code>{row.key}</code> = {row.value}
            </li>
          ))}
        </ul>
      ),
      class: 'cell-rows',
    },
    {
      key: 'stop',
      label: t('filter.stop'),
      sort: true,
      text: (f) => (f.stop ? t('yes') : ''),
      cell: (f) => (f.stop ? t('filter.stops') : ''),
      class: 'cell-narrow',
    },
    {
      key: 'valid',
      label: t('valid'),
      sort: true,
      text: (f) => t(f.valid ? 'valid.on' : 'valid.off'),
      class: 'cell-switch',
      cell: (f) => (
        <div class="switch">
          {f.valid ? t('valid.on') : <span class="warn">{t('valid.off')}</span>}
          <ActButton c={c} action={`${PATH}/${f.id}/switch`} small fields={{ valid: f.valid ? 'off' : 'on' }}>
            {t(f.valid ? 'filter.switch-off' : 'filter.switch-on')}
            <span class="only-heard"> {f.name}</span>
          </ActButton>
        </div>
      ),
    },
  ]
  const valid = query.filters['valid']
  const all = (await listFilters(c.get('host').db)).filter((filter) => !valid || filter.valid === (valid === 'on'))
  return listPage(c, {
    area: 'filters',
    title: t('area.filters'),
    beside: t('filter.order'),
    query,
    options,
    columns,
    rows: pick(c, all, query, columns, 'name'),
    searchLabel: t('list.search'),
    empty: { title: t('filter.none'), text: t('filter.none.text') },
    acts: (
      <>
        <ButtonLink href="/admin/mail/try">{t('try.link')}</ButtonLink>
        <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
          {t('filter.new')}
        </ButtonLink>
      </>
    ),
  })
}

interface Tried {
  result: FilterResult
  match: readonly MatchRow[]
}

/** Saves; with another button adds empty rows, or tries what stands in the form and saves nothing. */
async function saveFilter(c: PageContext, filter: StoredFilter | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  if (values['act'] === 'more') return filterForm(c, filter, { values, problems: {} }, undefined, 3)
  if (values['act'] === 'try') return tryOnMail(c, filter, values)
  return submit(
    c,
    values,
    async () => {
      const form = read(values)
      const id = await c.get('host').work(actor, async (work) => {
        if (!filter) return createFilter(work, form)
        await editFilter(work, filter.id, form)
        return filter.id
      })
      return { to: `${PATH}/${id}`, said: words(c)('said.saved') }
    },
    (form) => filterForm(c, filter, form),
  )
}

async function tryOnMail(c: PageContext, filter: StoredFilter | undefined, values: Record<string, string>): Promise<Response> {
  const form: FormState = { values, problems: {} }
  const t = words(c)
  const { db } = c.get('host')
  const pasted = (values['mail'] ?? '').trim()
  const mail = pasted === '' ? await findInbound(db, (values['mailId'] ?? '').trim()) : undefined
  const bytes = mail && (await readInboundRaw(db, mail.id))
  if (pasted === '' && !bytes) {
    const name = (values['mailId'] ?? '').trim() === '' ? 'mail' : 'mailId'
    return filterForm(c, filter, { values, problems: { [name]: t(name === 'mail' ? 'filter.try.none' : 'filter.try.no-such-mail') } })
  }
  const chunks: Buffer[] = []
  for await (const chunk of bytes ?? []) chunks.push(chunk)
  try {
    const raw = bytes ? Buffer.concat(chunks) : Buffer.from(`${pasted.replace(/\r?\n/g, '\r\n')}\r\n`)
    return filterForm(c, filter, form, await tryFilter(read(values), raw, { from: mail?.envelopeFrom ?? '', to: mail?.envelopeTo ?? '' }))
  } catch (error) {
    return filterForm(c, filter, withRefusal(c, form, error))
  }
}

/** How many rows a form shows: those that say something and some more. */
function rowsOf(form: FormState, kind: 'match' | 'set', stored: number, more: number): number {
  const posted = Object.entries(form.values).flatMap(([name, value]) =>
    new RegExp(`^${kind}\\.(\\d{1,3})\\.(key|value)$`).test(name) && value !== '' ? [Number(name.split('.')[1]) + 1] : [],
  )
  const shown = Object.keys(form.values).some((name) => name.startsWith(`${kind}.`)) ? Math.max(0, ...posted) : stored
  return Math.min(FILTER_ROWS, shown + SPARE + more)
}

async function filterForm(c: PageContext, filter: StoredFilter | undefined, form: FormState, tried?: Tried, more = 0): Promise<Response> {
  const t = words(c)
  const rows = (kind: 'match' | 'set') => Array.from({ length: rowsOf(form, kind, filter?.[kind].length ?? 0, more) }, (_, i) => i)
  const labels = Object.fromEntries(
    Object.keys(form.problems).map((name) => [
      name,
      name.startsWith('match.') ? t('filter.match') : name.startsWith('set.') ? t('filter.set') : '',
    ]),
  )
  return adminPage(c, {
    title: filter?.name ?? t('filter.new'),
    area: 'filters',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.filters')}</Crumb>
        <PageHead title={filter?.name ?? t('filter.new')} {...(filter && !filter.valid ? { beside: t('valid.off') } : {})}>
          {filter && (
            <ButtonLink kind="danger" href={`${PATH}/${filter.id}/delete`}>
              {t('filter.delete')}
            </ButtonLink>
          )}
        </PageHead>
        <Beside
          first={tried !== undefined}
          aside={
            <>
              {tried && <TriedCard c={c} tried={tried} />}
              <Help c={c} />
            </>
          }
        >
          <FormCard
            of={filter && `postmaster filter:${filter.id}`}
            c={c}
            form={form}
            cancel={PATH}
            labels={labels}
            acts={
              <>
                <Button name="act" value="try" unchecked>
                  {t('filter.try')}
                </Button>
                <Button name="act" value="more" unchecked>
                  {t('filter.more')}
                </Button>
              </>
            }
          >
            <Fields title={t('filter.about')}>
              <Field
                c={c}
                form={form}
                name="name"
                label={t('filter.name')}
                help={t('filter.name.help')}
                value={filter?.name}
                maxlength={200}
                required
              />
              <Field
                c={c}
                form={form}
                name="comment"
                label={t('comment')}
                help={t('comment.help')}
                value={filter?.comment}
                maxlength={500}
              />
              <Checkbox c={c} form={form} name="valid" label={t('in-use')} checked={filter?.valid ?? true} />
            </Fields>
            <Fields wide title={t('filter.match')}>
              <p class="quiet small">{t('filter.match.help')}</p>
              {rows('match').map((i) => (
                <div class="filter-row">
                  <Field
                    c={c}
                    form={form}
                    name={`match.${i}.key`}
                    label={t('filter.row.header', { n: i + 1 })}
                    hideLabel
                    value={filter?.match[i]?.key}
                    placeholder={t('filter.header')}
                    list="match-keys"
                    maxlength={100}
                  />
                  <Select
                    c={c}
                    form={form}
                    name={`match.${i}.negated`}
                    label={t('filter.row.how', { n: i + 1 })}
                    hideLabel
                    value={filter?.match[i]?.negated ? 'not' : ''}
                    choices={[
                      { value: '', label: t('filter.contains') },
                      { value: 'not', label: t('filter.not-contains') },
                    ]}
                  />
                  <Field
                    c={c}
                    form={form}
                    name={`match.${i}.value`}
                    label={t('filter.row.pattern', { n: i + 1 })}
                    hideLabel
                    value={filter?.match[i]?.value}
                    placeholder={t('filter.pattern')}
                    maxlength={2000}
                  />
                </div>
              ))}
            </Fields>
            <Fields wide title={t('filter.set')}>
              <p class="quiet small">{t('filter.set.help')}</p>
              {rows('set').map((i) => (
                <div class="filter-row filter-row-set">
                  <Field
                    c={c}
                    form={form}
                    name={`set.${i}.key`}
                    label={t('filter.row.sets', { n: i + 1 })}
                    hideLabel
                    value={filter?.set[i]?.key}
                    placeholder="X-OTRS-…"
                    list="set-keys"
                    maxlength={100}
                  />
                  <Field
                    c={c}
                    form={form}
                    name={`set.${i}.value`}
                    label={t('filter.row.value', { n: i + 1 })}
                    hideLabel
                    value={filter?.set[i]?.value}
                    placeholder={t('filter.value')}
                    maxlength={2000}
                  />
                </div>
              ))}
              <Checkbox
                c={c}
                form={form}
                name="stop"
                label={t('filter.stop.label')}
                help={t('filter.stop.help')}
                checked={filter?.stop ?? false}
              />
            </Fields>
            <Fields wide title={t('filter.try.title')}>
              <Field
                c={c}
                form={form}
                name="mailId"
                label={t('filter.try.id')}
                help={t('filter.try.id.help')}
                inputmode="numeric"
                autocomplete="off"
              />
              <TextArea
                c={c}
                form={form}
                name="mail"
                label={t('filter.try.mail')}
                help={t('filter.try.help')}
                rows={5}
                maxlength={MAIL_LENGTH}
              />
            </Fields>
            <datalist id="match-keys">
              {MATCH_KEYS.map((key) => (
                <option value={key} />
              ))}
            </datalist>
            <datalist id="set-keys">
              {SETTABLE_HEADERS.map((key) => (
                <option value={key} />
              ))}
            </datalist>
          </FormCard>
        </Beside>
      </>
    ),
  })
}

const TriedCard = ({ c, tried: { result, match } }: { c: PageContext; tried: Tried }) => {
  const t = words(c)
  return (
    <Card title={t('filter.try.result')} id="preview">
      <p>
        <b class={result.matched ? 'good' : 'warn'}>
          {t(result.fault ? `filter.try.${result.fault}` : result.matched ? 'filter.try.matches' : 'filter.try.matches-not')}
        </b>
      </p>
      <ul class="tried">
        {match.map((row, i) => (
          <li>
            <span class={result.rows[i] ? 'good' : result.rows[i] === false ? 'warn' : 'quiet'}>
              {t(result.rows[i] ? 'filter.try.holds' : result.rows[i] === false ? 'filter.try.holds-not' : 'filter.try.not-asked')}
            </span>{' '}
            {row.key} {t(row.negated ? 'filter.not-contains' : 'filter.contains')} <code>{row.value}</code>
          </li>
        ))}
      </ul>
      {result.matched && (
        <>
          <p class="para">{t('filter.try.sets')}</p>
          <ul>
            {result.set.map(({ key, value }) => (
              <li>
                <code>{key}</code> = {value === '' ? <i>{t('filter.try.empty')}</i> : value}
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="para quiet small">{t('filter.try.nothing-saved')}</p>
    </Card>
  )
}

const EXAMPLES = [
  'X-OTRS-Queue',
  'X-OTRS-Priority',
  'X-OTRS-Title',
  'X-OTRS-Ignore',
  'X-OTRS-Loop',
  'X-OTRS-Owner',
  'X-OTRS-State',
  'X-OTRS-FollowUp-State-Keep',
] as const

const Help = ({ c }: { c: PageContext }) => {
  const t = words(c)
  return (
    <>
      <Card title={t('filter.help.patterns')} id="patterns">
        <dl class="tags">
          <div>
            <dt>
              <code>PRTG</code>
            </dt>
            <dd>{t('filter.help.contains')}</dd>
          </div>
          <div>
            <dt>
              <code>^\[Alarm\]</code>
            </dt>
            <dd>{t('filter.help.anchored')}</dd>
          </div>
          <div>
            <dt>
              <code>EMAILADDRESS:.*@firma\.pl</code>
            </dt>
            <dd>{t('filter.help.address')}</dd>
          </div>
          <div>
            <dt>
              <code>serwer (\S+)</code> → <code>[***]</code>
            </dt>
            <dd>{t('filter.help.capture')}</dd>
          </div>
          <div>
            <dt>
              <code>{'(?<host>\\S+)'}</code> → <code>[**\host**]</code>
            </dt>
            <dd>{t('filter.help.named')}</dd>
          </div>
        </dl>
      </Card>
      <Card title={t('filter.help.sets')} id="sets">
        <dl class="tags">
          {EXAMPLES.map((name) => (
            <div>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{t(`filter.sets.${name}`)}</dd>
            </div>
          ))}
        </dl>
        <p class="para quiet small">{t('filter.help.more')}</p>
      </Card>
    </>
  )
}

function read(values: Record<string, string>): FilterForm {
  const numbers = (kind: string) =>
    Array.from({ length: FILTER_ROWS }, (_, i) => i).filter((i) => `${kind}.${i}.key` in values || `${kind}.${i}.value` in values)
  const match: MatchRow[] = []
  for (const i of numbers('match'))
    match[i] = {
      key: values[`match.${i}.key`] ?? '',
      value: values[`match.${i}.value`] ?? '',
      negated: values[`match.${i}.negated`] === 'not',
    }
  const set: { key: string; value: string }[] = []
  for (const i of numbers('set')) set[i] = { key: values[`set.${i}.key`] ?? '', value: values[`set.${i}.value`] ?? '' }
  return {
    name: values['name'] ?? '',
    comment: values['comment'] ?? '',
    valid: Boolean(values['valid']),
    stop: Boolean(values['stop']),
    match: Array.from(match, (row) => row ?? { key: '', value: '', negated: false }),
    set: Array.from(set, (row) => row ?? { key: '', value: '' }),
  }
}

/** A filter as one would write it for mails like this one: its sender and its subject, to be made broader by hand. */
function valuesFor(mail: InboundDetail): Record<string, string> {
  const plain = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const address = /<([^<>\s@]+@[^<>\s@]+)>\s*$/.exec(mail.from)?.[1] ?? (mail.from.includes('@') ? mail.from.trim() : mail.envelopeFrom)
  return {
    name: (mail.subject || address).slice(0, 100),
    valid: 'on',
    mailId: mail.id,
    ...(address ? { 'match.0.key': 'From', 'match.0.value': `EMAILADDRESS:${plain(address)}` } : {}),
    ...(mail.subject ? { 'match.1.key': 'Subject', 'match.1.value': `^${plain(mail.subject)}` } : {}),
    'set.0.key': 'X-OTRS-Queue',
  }
}
