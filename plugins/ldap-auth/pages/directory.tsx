/** Owns the page of campus directories: what is configured, a login tried step by step, and what the nightly run did. */
import type { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import {
  demandAdmin,
  refused,
  type DirectoryChange,
  type DirectoryPerson,
  type Host,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  Card,
  Crumb,
  CsrfField,
  demandLogin,
  EmptyState,
  Field,
  flash,
  Notice,
  page,
  PageHead,
  readFields,
  SideList,
  Time,
  type FormState,
} from '../../../core/pages.ts'
import { sayFaults } from '../faults.ts'
import { openDirectories, type OpenDirectory } from '../house.ts'
import { explainLogin, type Step } from '../login.ts'
import type { Rule } from '../options.ts'
import { lastRuns, type Run } from '../runs.store.ts'
import { synchronise, type Report, type Told } from '../sync.ts'
import { sayWhat, words } from '../words.ts'

export const PATH = '/admin/directory'
type Explained = Awaited<ReturnType<typeof explainLogin>>

export function directoryRoutes(app: Hono<WebEnv>, host: Host): void {
  app.get(PATH, async (c) => directoryPage(c, host, blankForm()))

  // A password in it: shown again without it, and never by its address.
  app.post(`${PATH}/test`, async (c) => {
    demandAdministrator(c)
    const { login = '', password = '' } = await readFields(c)
    const form = { values: { login }, problems: {} }
    return directoryPage(c, host, form, await explainLogin(host, login, password === '' ? undefined : password))
  })

  app.post(`${PATH}/dry-run`, async (c) => {
    demandAdministrator(c)
    const reports: Report[] = []
    for (const directory of openDirectories(host.config).filter(({ service }) => service))
      reports.push(await synchronise(host, directory, { dry: true }))
    return reportPage(c, reports)
  })

  app.post(`${PATH}/sync`, async (c) => {
    demandAdministrator(c)
    await host.enqueue({ task: 'ldap-auth/sync', payload: {}, key: 'ldap-auth/sync/now', unlessThere: true })
    flash(c, { text: words(c)('sync.asked') })
    return c.redirect(PATH, 303)
  })
}

/** As everywhere in administration: to others the page does not exist. */
function demandAdministrator(c: PageContext): void {
  const actor = demandLogin(c)
  if (!actor.access.agent) throw refused('not-found')
  demandAdmin(actor)
}

async function adminPage(c: PageContext, title: string, body: Child): Promise<Response> {
  const rail = await c.get('host').slots.fill('admin.rail', { path: PATH }, c)
  return page(c, { title, body, frame: { name: 'admin', home: '/admin', ...(rail.length > 0 ? { rail } : {}) } })
}

async function directoryPage(c: PageContext, host: Host, form: FormState, explained?: Explained): Promise<Response> {
  demandAdministrator(c)
  const t = words(c)
  const runs = await lastRuns(host.db)
  const directories = openDirectories(host.config)
  return adminPage(
    c,
    t('title'),
    <>
      <PageHead title={t('title')} beside={t('lead')} />
      <div class="directory-two">
        <div>
          <Card title={t('test')} id="test">
            <form method="post" autocomplete="off" action={`${PATH}/test`} class="form">
              <CsrfField c={c} />
              <p class="row-quiet">{t('test.text')}</p>
              <Field c={c} form={form} name="login" label={t('test.login')} required maxlength={250} autocomplete="off" />
              <Field
                c={c}
                form={form}
                name="password"
                type="password"
                label={t('test.password')}
                help={t('test.password.help')}
                maxlength={1000}
                autocomplete="off"
              />
              <Button kind="primary">{t('test.run')}</Button>
            </form>
          </Card>
        </div>
        <div>
          {explained && <Result c={c} login={form.values['login'] ?? ''} explained={explained} />}
          {directories.map((directory) => (
            <DirectoryCard c={c} directory={directory} />
          ))}
        </div>
      </div>
      <Card
        title={t('sync')}
        id="sync"
        acts={
          <div class="acts">
            <ActButton c={c} action={`${PATH}/dry-run`} small>
              {t('sync.dry')}
            </ActButton>
            <ActButton c={c} action={`${PATH}/sync`} small>
              {t('sync.now')}
            </ActButton>
          </div>
        }
      >
        {runs.length === 0 ? <EmptyState title={t('sync.none')} text={t('sync.none.text')} /> : <Runs c={c} runs={runs} />}
      </Card>
    </>,
  )
}

const Result = ({ c, login, explained }: { c: PageContext; login: string; explained: Explained }) => {
  const t = words(c)
  return (
    <Card title={t('test.result', { login })} id="result">
      <div role="status">
        {explained.map(({ directory, steps, person, change }) => (
          <>
            {directory && <h3>{t('test.in', { name: directory })}</h3>}
            <ol class="directory-steps">
              {steps.map((step) => (
                <StepLine c={c} step={step} />
              ))}
            </ol>
            {person && <PersonMade c={c} person={person} change={change} />}
          </>
        ))}
      </div>
    </Card>
  )
}

const StepLine = ({ c, step }: { c: PageContext; step: Step }) => (
  <li class={step.good ? 'step-good' : 'step-bad'}>
    <span class="step-mark" aria-hidden="true">
      {step.good ? '✓' : '✗'}
    </span>
    <span>
      {words(c)(`step.${step.step}`, {
        detail: step.faults
          ? sayFaults(words(c), step.faults)
          : step.detail.split('\n').join('; ') || (step.step === 'groups' ? words(c)('test.none') : ''),
      })}
    </span>
  </li>
)

const PersonMade = ({ c, person, change }: { c: PageContext; person: DirectoryPerson; change: DirectoryChange | undefined }) => {
  const t = words(c)
  return (
    <>
      <SideList
        items={[
          { name: t('test.person'), value: t(change?.personId ? 'test.person.known' : 'test.person.new') },
          { name: t('test.name'), value: person.name },
          { name: t('test.addresses'), value: person.addresses.join(', ') || t('test.none') },
          { name: t('test.phone'), value: person.phone },
          { name: t('test.unit'), value: person.unit?.slug ?? t('test.none') },
          { name: t('test.agent'), value: t(person.agent ? 'yes' : 'no') },
          { name: t('test.roles'), value: person.roles.join(', ') || t('test.none') },
          {
            name: t('test.attributes'),
            value: Object.entries(person.attributes)
              .map(([name, values]) => `${name}: ${values.join(', ')}`)
              .join('; '),
          },
        ]}
      />
      {change?.kind === 'elsewhere' && <Notice tone="info">{t('test.elsewhere')}</Notice>}
      {change?.what
        .filter(({ field }) => field === 'taken_over')
        .map(({ before, after }) => (
          <Notice tone="warn">{t('test.taken-over', { before, after })}</Notice>
        ))}
      {change && change.problems.length > 0 && (
        <Notice tone="warn">
          <p>{t('test.problems')}</p>
          <ul>
            {change.problems.map(({ problem, detail }) => (
              <li>{t(`problem.${problem}`, { detail })}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  )
}

const DirectoryCard = ({ c, directory }: { c: PageContext; directory: OpenDirectory }) => {
  const t = words(c)
  return (
    <Card title={t('test.in', { name: directory.name })} id={`directory-${directory.name}`}>
      <SideList
        items={[
          { name: t('directory.servers'), value: directory.servers.join(', ') },
          { name: t('directory.people'), value: directory.people.base.join('; '), help: directory.people.filter },
          {
            name: t('directory.bind'),
            value: directory.service
              ? t('directory.bind.service', { dn: directory.service.dn })
              : t('directory.bind.person', { as: directory.bindAs! }),
          },
          {
            name: t('directory.groups'),
            value: t(`directory.groups.${directory.groups?.by ?? 'none'}`),
            help: directory.groups?.base.join('; '),
          },
          {
            name: t('directory.rules'),
            value:
              directory.rules.length === 0 ? (
                t('test.none')
              ) : (
                <ul class="directory-rules">
                  {directory.rules.map((rule) => (
                    <li>{sayRule(c, rule)}</li>
                  ))}
                </ul>
              ),
          },
        ]}
      />
    </Card>
  )
}

function sayRule(c: PageContext, rule: Rule): string {
  const t = words(c)
  const or = (list: readonly string[]) => list.join(' / ')
  const when = [
    ...(rule.group ? [t('rule.group', { what: or(rule.group) })] : []),
    ...(rule.attribute ? [t('rule.attribute', { what: rule.attribute, is: or(rule.is!) })] : []),
    ...(rule.below ? [t('rule.below', { what: or(rule.below) })] : []),
  ].join(t('rule.and'))
  const gives = [...(rule.agent ? [t('rule.agent')] : []), ...rule.roles.map((name) => t('rule.role', { name }))].join(', ')
  return t('rule.gives', { when, gives: gives || t('test.none') })
}

const COUNTED = ['comes', 'changes', 'returns', 'off', 'clashes', 'problems'] as const

const Runs = ({ c, runs }: { c: PageContext; runs: readonly Run[] }) => {
  const t = words(c)
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={t('sync.runs')}>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{t('sync.when')}</th>
            <th scope="col">{t('sync.directory')}</th>
            <th scope="col" class="cell-narrow">
              {t('sync.found')}
            </th>
            {COUNTED.map((name) => (
              <th scope="col" class="cell-narrow">
                {t(`sync.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map(({ at, report }) => (
            <>
              <tr>
                <td>
                  <Time c={c} at={at} />
                </td>
                <td>{report.directory}</td>
                <td class="cell-narrow">{report.found}</td>
                {COUNTED.map((name) => (
                  <td class="cell-narrow">{name === 'off' && report.braked ? 0 : report.counts[name]}</td>
                ))}
              </tr>
              {saidOf(t, report, report.counts.off).map((said) => (
                <tr>
                  <td colspan={3 + COUNTED.length} class="warn">
                    {said}
                  </td>
                </tr>
              ))}
            </>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Why a run was not done to its end, or not all of it. Earlier versions wrote a sentence. */
function saidOf(t: ReturnType<typeof words>, report: Report, off: number): string[] {
  const error = report.faults ? sayFaults(t, report.faults) : report.error
  return [
    ...(error ? [t('sync.failed', { error })] : []),
    ...(report.braked ? [t('sync.braked', { count: off, number: String(off) })] : []),
    ...(report.rights?.braked ? [t('sync.rights-braked', { count: report.rights.losing, number: String(report.rights.losing) })] : []),
    ...report.problems.filter(({ what }) => what.startsWith('group-unknown:')).map(({ what }) => sayWhat(t, what)),
  ]
}

function reportPage(c: PageContext, reports: readonly Report[]): Promise<Response> {
  const t = words(c)
  return adminPage(
    c,
    t('sync'),
    <>
      <Crumb href={PATH}>{t('back')}</Crumb>
      {reports.map((report) => (
        <>
          <PageHead title={t('sync.report', { name: report.directory })} />
          {!report.faults && <p class="lead">{t('sync.report.text', { found: report.found, same: report.same })}</p>}
          {saidOf(t, report, report.off.length).map((said) => (
            <Notice tone={report.faults ? 'bad' : 'warn'}>
              <p>{said}</p>
            </Notice>
          ))}
          {COUNTED.filter((name) => report[name].length > 0).map((name) => (
            <ToldCard
              c={c}
              title={t(name === 'off' ? 'sync.off.would' : `sync.${name}`)}
              id={`${report.directory}-${name}`}
              told={report[name]}
            />
          ))}
        </>
      ))}
      <div class="acts">
        <ActButton c={c} action={`${PATH}/sync`} kind="primary">
          {t('sync.now')}
        </ActButton>
      </div>
    </>,
  )
}

const SHOWN = 50

const ToldCard = ({ c, title, id, told }: { c: PageContext; title: string; id: string; told: readonly Told[] }) => (
  <Card title={`${title}: ${told.length}`} id={id}>
    <ul class="plain-rows">
      {told.slice(0, SHOWN).map(({ login, name, what }) => (
        <li>
          <p>
            <b>{name}</b> {login && <span class="quiet">{login}</span>}
          </p>
          <p class="row-quiet">{sayWhat(words(c), what)}</p>
        </li>
      ))}
    </ul>
    {told.length > SHOWN && <p class="row-quiet">{words(c)('sync.more', { count: told.length - SHOWN })}</p>}
  </Card>
)
