/** Owns the pages of the audit log: what happened, narrowed and sorted, and one event with what stood before and after. */
import type { Hono } from 'hono'
import { findPerson, listEvents, listUnits, refused, type PageContext, type Plugin, type WebEnv } from '../../../core/index.ts'
import { Card, Crumb, Notice, PageHead, SideList, submit, Time } from '../../../core/pages.ts'
import {
  allSubjects,
  AUDIT_KINDS,
  AUDIT_SORTS,
  canRevert,
  CHANGE_KINDS,
  findEvent,
  flatLines,
  learnNames,
  pageOfSubject,
  readerOf,
  revertEvent,
  sayLines,
  sayNoWayBack,
  sayObject,
  sayWho,
  saying,
  subjectTypes,
  whyNoWayBack,
  type AuditEvent,
  type AuditSort,
  type ChangeLine,
  type Saying,
} from '../../../core/administration.ts'
import { adminPage, confirmPage, demandAdministrator } from '../frame.tsx'
import { everyRow, listPage, Main, plainTime, readList, type Column, type Filter, type ListOptions } from '../list.tsx'
import { adminTexts, words, type AdminKey, type Say } from '../words.ts'
import { dayAfter, startOfDay } from './days.ts'

const PATH = '/admin/audit'
const SHOWN = 2

const sayKind = (t: Say, kind: string): string =>
  Object.hasOwn(adminTexts.pl, `audit.kind.${kind}`) ? t(`audit.kind.${kind}` as AdminKey) : kind
const plugins = (c: PageContext) => c.get('host').plugins as readonly Plugin[]

export function auditRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, auditPage)
  app.get(`${PATH}/:id`, async (c) => eventPage(c, await demandEvent(c)))
  app.get(`${PATH}/:id/revert`, async (c) => revertPage(c, await demandEvent(c)))
  app.post(`${PATH}/:id/revert`, async (c) => {
    const actor = demandAdministrator(c)
    const event = await demandEvent(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => revertEvent(work, event, plugins(c)))
        return { to: `${PATH}?object=${encodeURIComponent(`${event.object!.type}:${event.object!.id}`)}`, said: words(c)('audit.reverted') }
      },
      (form) => eventPage(c, event, Object.values(form.problems).join(' ')),
    )
  })
}

async function demandEvent(c: PageContext): Promise<AuditEvent> {
  const event = await findEvent(c.get('host').db, 'all', c.req.param('id') ?? '', c.get('language'), plugins(c))
  if (!event) throw refused('not-found')
  return event
}

/** Asks first, and says what would stand there again. */
async function revertPage(c: PageContext, event: AuditEvent): Promise<Response> {
  const t = words(c)
  if (!canRevert(event, plugins(c))) throw refused('not-found')
  const said = await saying(c.get('host').db, readerOf(c), [event])
  return confirmPage(c, {
    area: 'audit',
    title: t('audit.revert.title'),
    yes: t('audit.revert'),
    back: `${PATH}/${event.id}`,
    action: `${PATH}/${event.id}/revert`,
    text: (
      <>
        <p>{t('audit.revert.text', { what: sayObject(said, event) })}</p>
        <ul>
          {sayLines(said, event).map(({ field, before }) => (
            <li>
              {field}: {before || said.t('value.none')}
            </li>
          ))}
        </ul>
      </>
    ),
  })
}

async function auditPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db, config } = c.get('host')
  const language = c.get('language')
  const [units, said] = await Promise.all([listUnits(db), saying(db, readerOf(c))])
  const types = subjectTypes(said, allSubjects(plugins(c)))
  const options: ListOptions = {
    sorts: AUDIT_SORTS,
    sort: 'at',
    direction: 'desc',
    filters: [
      ...(await askedFor(c, said, types)),
      { name: 'kind', label: t('audit.kind'), choices: AUDIT_KINDS.map((value) => ({ value, label: sayKind(t, value) })) },
      { name: 'about', label: t('audit.object'), choices: types.map(({ type, words: label }) => ({ value: type, label })) },
      { name: 'unit', label: t('person.unit'), choices: units.map(({ id, name }) => ({ value: id, label: name })) },
      { name: 'from', label: t('mail.since'), choices: [], type: 'date' },
      { name: 'to', label: t('mail.until'), choices: [], type: 'date' },
    ],
  }
  const query = readList(c, options)
  const { kind, about, unit, from, to, person, object } = query.filters
  const [objectType, objectId] = parted(object ?? '')
  const wish = {
    sort: query.sort as AuditSort,
    direction: query.direction,
    language,
    owners: plugins(c),
    filter: {
      search: query.search,
      ...(kind ? { kind } : {}),
      ...(about ? { objectType: about } : {}),
      ...(unit ? { unitId: unit } : {}),
      ...(person ? { personId: person } : {}),
      ...(objectId ? { objectType: objectType!, objectId } : {}),
      ...(from ? { from: startOfDay(from, config.zone) } : {}),
      ...(to ? { to: dayAfter(to, config.zone) } : {}),
    },
  }
  const columns: Column<AuditEvent>[] = [
    {
      key: 'object',
      label: t('audit.event'),
      sort: true,
      text: (e) => sayObject(said, e),
      cell: (e) => (
        <Main
          href={`${PATH}/${e.id}`}
          name={sayObject(said, e) || sayKind(t, e.kind)}
          {...(e.object ? { below: sayKind(t, e.kind) } : {})}
        />
      ),
    },
    { key: 'kind', label: t('audit.kind'), text: (e) => sayKind(t, e.kind) },
    {
      key: 'change',
      label: t('audit.change'),
      text: (e) => flatLines(sayLines(said, e)),
      cell: (e) => <Changes lines={sayLines(said, e)} more={(count) => t('audit.more', { count })} />,
    },
    {
      key: 'person',
      label: t('audit.who'),
      sort: true,
      text: (e) => sayWho(said, e),
      cell: (e) => (
        <>
          {sayWho(said, e)}
          {e.onBehalfOf && (
            <span class="line-2">
              {t('audit.behalf')}: {e.onBehalfOf.name}
            </span>
          )}
        </>
      ),
      class: 'cell-error',
    },
    {
      key: 'unit',
      label: t('person.unit'),
      text: (e) => e.unit?.name ?? '',
      cell: (e) => <span class="quiet">{e.unit?.name ?? ''}</span>,
      class: 'cell-error',
    },
    {
      key: 'at',
      label: t('audit.when'),
      sort: true,
      text: (e) => plainTime(c, e.at),
      cell: (e) => <Time c={c} at={e.at} />,
      class: 'cell-time',
    },
    { key: 'client', label: t('audit.from'), text: (e) => e.clientAddress ?? '' },
    { key: 'request', label: t('audit.request'), text: (e) => e.requestId ?? '' },
  ]
  /** Events with the names they speak of, however many follow. */
  const read = async (more: { after?: string | undefined; limit?: number }) => {
    const page = await listEvents(db, 'all', { ...wish, ...more })
    await learnNames(db, said, page.rows)
    return page
  }
  const page = query.csv ? { rows: [], after: null } : await read({ after: query.after })
  return listPage(c, {
    area: 'audit',
    title: t('area.audit'),
    beside: t('audit.what'),
    query,
    options,
    columns,
    rows: page.rows,
    next: page.after,
    all: () => everyRow((after) => read({ after, limit: 500 })),
    searchLabel: t('audit.search'),
    empty: { title: t('audit.none'), text: t('audit.none.text') },
  })
}

const parted = (object: string): [string, string] => [object.slice(0, object.indexOf(':')), object.slice(object.indexOf(':') + 1)]

/** One person, or one thing, that a link of an event asks for: a filter of one choice, so that it can be seen and taken off. */
async function askedFor(c: PageContext, said: Saying, types: readonly { type: string }[]): Promise<Filter[]> {
  const t = words(c)
  const { person, object = '' } = c.req.query()
  const found = person && (await findPerson(c.get('host').db, person))
  const [type, id] = parted(object)
  const asked = { object: { type, id }, before: null, after: null }
  const known = id !== '' && types.some((one) => one.type === type)
  if (known) await learnNames(c.get('host').db, said, [asked])
  return [
    ...(found ? [{ name: 'person', label: t('audit.who'), choices: [{ value: found.id, label: found.name }] }] : []),
    ...(known ? [{ name: 'object', label: t('audit.object'), choices: [{ value: object, label: sayObject(said, asked) }] }] : []),
  ]
}

const Changes = ({ lines, more }: { lines: ChangeLine[]; more: (count: number) => string }) => (
  <ul class="changes">
    {lines.slice(0, SHOWN).map(({ field, before, after }) => (
      <li>
        <span class="quiet">{field}:</span>{' '}
        {before && (
          <>
            <del>{before}</del> <span aria-hidden="true">→</span>{' '}
          </>
        )}
        {after}
      </li>
    ))}
    {lines.length > SHOWN && <li class="quiet">{more(lines.length - SHOWN)}</li>}
  </ul>
)

async function eventPage(c: PageContext, event: AuditEvent, problem?: string): Promise<Response> {
  const t = words(c)
  const said = await saying(c.get('host').db, readerOf(c), [event])
  const lines = sayLines(said, event)
  const title = sayObject(said, event) || sayKind(t, event.kind)
  const href = pageOfSubject(event, plugins(c))
  const why = whyNoWayBack(event, plugins(c))
  const was = event.before !== null
  return adminPage(c, {
    title,
    area: 'audit',
    status: problem ? 422 : 200,
    body: (
      <>
        <Crumb href={PATH}>{t('area.audit')}</Crumb>
        <PageHead title={title} {...(event.object ? { beside: sayKind(t, event.kind) } : {})}>
          {href && (
            <a class="button button-quiet" href={href}>
              {t('audit.open')}
            </a>
          )}
          {why === undefined && (
            <a class="button button-quiet" href={`${PATH}/${event.id}/revert`}>
              {t('audit.revert')}
            </a>
          )}
        </PageHead>
        {problem && (
          <Notice tone="bad">
            <p>{problem}</p>
          </Notice>
        )}
        <div class="admin-two">
          <Card title={t(was ? 'audit.values' : 'audit.given')} id="values" plain={lines.length > 0}>
            {lines.length === 0 ? (
              <p class="quiet">{t('audit.no-values')}</p>
            ) : (
              <table class="plain changes-table">
                <caption class="only-heard">{t('audit.values')}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t('audit.field')}</th>
                    {was && <th scope="col">{t('audit.before')}</th>}
                    <th scope="col">{t(was ? 'audit.after' : 'audit.given')}</th>
                  </tr>
                </thead>
                <tbody>
                  {lines.map((line) => (
                    <tr>
                      <th scope="row">{line.field}</th>
                      {was && <td class="was">{line.before}</td>}
                      <td>{line.after}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </Card>
          <div class="admin-aside">
            <Card title={t('audit.details')} id="details">
              <SideList
                items={[
                  { name: t('audit.when'), value: <Time c={c} at={event.at} /> },
                  {
                    name: t('audit.who'),
                    value: event.person?.name ? <a href={`/admin/persons/${event.person.id}`}>{event.person.name}</a> : sayWho(said, event),
                  },
                  {
                    name: t('audit.behalf'),
                    value: event.onBehalfOf ? <a href={`/admin/persons/${event.onBehalfOf.id}`}>{event.onBehalfOf.name}</a> : '',
                  },
                  { name: t('person.unit'), value: event.unit?.name ?? '' },
                  { name: t('audit.from'), value: event.clientAddress ? <code>{event.clientAddress}</code> : '' },
                  { name: t('audit.request'), value: event.requestId ? <code>{event.requestId}</code> : '' },
                  { name: t('audit.act'), value: <code class="small">{event.act}</code> },
                ]}
              />
              {why !== undefined && CHANGE_KINDS.includes(event.kind) && <p class="quiet para">{sayNoWayBack(said, event, why)}</p>}
              <ul class="para">
                {event.person && (
                  <li>
                    <a href={`${PATH}?person=${event.person.id}`}>{t('audit.of-person')}</a>
                  </li>
                )}
                {event.object && (
                  <li>
                    <a href={`${PATH}?object=${encodeURIComponent(`${event.object.type}:${event.object.id}`)}`}>{t('audit.of-object')}</a>
                  </li>
                )}
              </ul>
            </Card>
          </div>
        </div>
      </>
    ),
  })
}
