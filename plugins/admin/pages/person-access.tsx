/** Owns what opens doors for a person: addresses, password, roles and rights. */
import type { Hono } from 'hono'
import { listRoles, refused, secondFactorOf, type PageContext, type Person, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  Card,
  Crumb,
  CsrfField,
  EmptyState,
  Field,
  FormCard,
  FormProblems,
  Notice,
  PageHead,
  readFields,
  statusOf,
  submit,
  Time,
  type FormState,
} from '../../../core/pages.ts'
import {
  addAddress,
  listAddresses,
  listGroups,
  makeMainAddress,
  removeAddress,
  resetSecondFactor,
  rightsFromRoles,
  rightsOfPerson,
  rolesOfPerson,
  sendPasswordLink,
  setPasswordOf,
  setPersonRights,
  setPersonRoles,
} from '../../../core/administration.ts'
import { adminPage, Beside, confirmPage, demandAdministrator } from '../frame.tsx'
import { words } from '../words.ts'
import { demandPerson, PersonTabs } from './persons.tsx'
import { readRights, RightsHelp, RightsTable } from './rights-table.tsx'

const PATH = '/admin/persons'
type Tab = 'addresses' | 'password' | 'rights'

export function personAccessRoutes(app: Hono<WebEnv>): void {
  app.get(`${PATH}/:id/addresses`, async (c) => addressesPage(c, await demandPerson(c), blankForm()))
  app.post(`${PATH}/:id/addresses`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => addAddress(work, person.id, values['address'] ?? ''))
        return { to: `${PATH}/${person.id}/addresses`, said: words(c)('person.address-added') }
      },
      (form) => addressesPage(c, person, form),
    )
  })
  app.post(`${PATH}/:id/addresses/:address/main`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => makeMainAddress(work, person.id, c.req.param('address')))
        return { to: `${PATH}/${person.id}/addresses`, said: words(c)('said.saved') }
      },
      (form) => addressesPage(c, person, form),
    )
  })
  app.get(`${PATH}/:id/addresses/:address/remove`, async (c) => {
    const t = words(c)
    const person = await demandPerson(c)
    const one = (await listAddresses(c.get('host').db, person.id)).find((address) => address.id === c.req.param('address'))
    if (!one) throw refused('not-found')
    const back = `${PATH}/${person.id}/addresses`
    return confirmPage(c, {
      area: 'persons',
      title: t('person.remove-address.title', { address: one.address }),
      text: <p>{t('person.remove-address.text', { name: person.name })}</p>,
      yes: t('person.remove-address.yes'),
      back,
      action: `${back}/${one.id}/remove`,
    })
  })
  app.post(`${PATH}/:id/addresses/:address/remove`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    return submit(
      c,
      {},
      async () => {
        const address = await c.get('host').work(actor, (work) => removeAddress(work, person.id, c.req.param('address')))
        return { to: `${PATH}/${person.id}/addresses`, said: words(c)('person.address-removed', { address }) }
      },
      (form) => addressesPage(c, person, form),
    )
  })

  app.get(`${PATH}/:id/password`, async (c) => passwordPage(c, await demandPerson(c), blankForm()))
  app.post(`${PATH}/:id/password`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    const { password = '' } = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        await setPasswordOf(c.get('host'), actor, person.id, password)
        return { to: `${PATH}/${person.id}/password`, said: words(c)('person.password-set') }
      },
      (form) => passwordPage(c, person, form),
    )
  })
  app.post(`${PATH}/:id/password-link`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    return submit(
      c,
      {},
      async () => {
        const address = await c.get('host').work(actor, (work) => sendPasswordLink(work, person.id))
        return { to: `${PATH}/${person.id}/password`, said: words(c)('person.link-sent', { address }) }
      },
      (form) => passwordPage(c, person, form),
    )
  })

  app.get(`${PATH}/:id/second-factor`, async (c) => {
    const t = words(c)
    const person = await demandPerson(c)
    if ((await secondFactorOf(c.get('host').db, person.id)).state !== 'on') throw refused('not-found')
    const back = `${PATH}/${person.id}/password`
    return confirmPage(c, {
      area: 'persons',
      title: t('person.reset-factor.title', { name: person.name }),
      text: <p>{t('person.reset-factor.text')}</p>,
      yes: t('person.reset-factor.yes'),
      back,
      action: `${PATH}/${person.id}/second-factor`,
    })
  })
  app.post(`${PATH}/:id/second-factor`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => resetSecondFactor(work, person.id))
        return { to: `${PATH}/${person.id}/password`, said: words(c)('person.factor-reset') }
      },
      (form) => passwordPage(c, person, form),
    )
  })

  app.get(`${PATH}/:id/rights`, async (c) => rightsPage(c, await demandPerson(c), blankForm()))
  app.post(`${PATH}/:id/rights`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, async (work) => {
          // Rights first: who takes a role that administers away may be giving the right itself in the same form.
          await setPersonRights(work, person.id, readRights(values))
          await setPersonRoles(
            work,
            person.id,
            Object.keys(values).flatMap((name) => /^role\.(\d+)$/.exec(name)?.[1] ?? []),
          )
        })
        return { to: `${PATH}/${person.id}/rights`, said: words(c)('said.saved') }
      },
      (form) => rightsPage(c, person, form),
    )
  })
}

const shell = (c: PageContext, person: Person, tab: Tab, form: FormState, body: unknown): Promise<Response> =>
  adminPage(c, {
    title: `${words(c)(`person.tab.${tab}`)} – ${person.name}`,
    area: 'persons',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{words(c)('area.persons')}</Crumb>
        <PageHead title={person.name} {...(person.valid ? {} : { beside: words(c)('valid.off') })} />
        <PersonTabs c={c} person={person} current={tab} />
        {body as string}
      </>
    ),
  })

async function addressesPage(c: PageContext, person: Person, form: FormState): Promise<Response> {
  const t = words(c)
  const addresses = await listAddresses(c.get('host').db, person.id)
  const base = `${PATH}/${person.id}/addresses`
  return shell(
    c,
    person,
    'addresses',
    form,
    <Beside
      aside={
        <Card title={t('help')} id="help">
          <p>{t('person.addresses.help')}</p>
        </Card>
      }
    >
      {addresses.length === 0 ? (
        <div class="card">
          <EmptyState title={t('person.no-address')} />
        </div>
      ) : (
        <ul class="rows">
          {addresses.map((address) => (
            <li>
              <div>
                <p class="row-title">{address.address}</p>
                <p class="row-quiet">
                  {address.main && `${t('person.main-address')} · `}
                  {address.verifiedAt ? (
                    <>
                      {t('person.verified')} <Time c={c} at={address.verifiedAt} />
                    </>
                  ) : (
                    t('person.not-verified')
                  )}
                </p>
              </div>
              <div class="acts">
                {!address.main && (
                  <ActButton c={c} action={`${base}/${address.id}/main`} small>
                    {t('person.make-main')}
                  </ActButton>
                )}
                <a class="button button-quiet button-small" href={`${base}/${address.id}/remove`}>
                  {t('remove')}
                  <span class="only-heard"> {address.address}</span>
                </a>
              </div>
            </li>
          ))}
        </ul>
      )}
      <div class="below">
        <FormCard c={c} form={form} action={base} save={t('person.add-address')}>
          <Field
            c={c}
            form={form}
            name="address"
            type="email"
            label={t('person.new-address')}
            help={t('person.new-address.help')}
            autocomplete="off"
            required
          />
        </FormCard>
      </div>
    </Beside>,
  )
}

async function passwordPage(c: PageContext, person: Person, form: FormState): Promise<Response> {
  const t = words(c)
  const factor = await secondFactorOf(c.get('host').db, person.id)
  return shell(
    c,
    person,
    'password',
    form,
    <div class="admin-one">
      {person.source === 'ldap' && <Notice>{t('person.ldap-password')}</Notice>}
      <Card title={t('person.link.title')} id="link">
        <p class="para">{person.address ? t('person.link.text', { address: person.address }) : t('person.link.no-address')}</p>
        {person.address && (
          <ActButton c={c} action={`${PATH}/${person.id}/password-link`} kind="primary">
            {t('person.link.send')}
          </ActButton>
        )}
      </Card>
      <div class="below">
        <FormCard c={c} form={form} action={`${PATH}/${person.id}/password`} save={t('person.set-password')}>
          <h2 class="form-title">{t('person.password.title')}</h2>
          <Field
            c={c}
            form={form}
            name="password"
            type="password"
            label={t('person.new-password')}
            help={t('person.new-password.help')}
            autocomplete="new-password"
            required
          />
        </FormCard>
      </div>
      <div class="below">
        <Card title={t('person.factor')} id="factor">
          <p class="para">
            {factor.state === 'on' ? (
              <>
                {t('person.factor.on')} <Time c={c} at={factor.since!} />
              </>
            ) : (
              t('person.factor.off')
            )}
          </p>
          {factor.state === 'on' && (
            <a class="button button-quiet" href={`${PATH}/${person.id}/second-factor`}>
              {t('person.reset-factor')}
            </a>
          )}
        </Card>
      </div>
    </div>,
  )
}

async function rightsPage(c: PageContext, person: Person, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [groups, roles, worn, own, fromRoles] = await Promise.all([
    listGroups(db),
    listRoles(db),
    rolesOfPerson(db, person.id),
    rightsOfPerson(db, person.id),
    rightsFromRoles(db, person.id),
  ])
  const posted = Object.keys(form.values).length > 0
  return shell(
    c,
    person,
    'rights',
    form,
    <form class="form" method="post" autocomplete="off" action={`${PATH}/${person.id}/rights`}>
      <CsrfField c={c} />
      <FormProblems c={c} form={form} />
      {!person.agent && (
        <Notice tone="warn">
          <p>
            {t('person.no-hat')} <a href={`${PATH}/${person.id}`}>{t('person.no-hat.link')}</a>
          </p>
        </Notice>
      )}
      <Card title={t('area.roles')} id="roles">
        <fieldset>
          <legend class="only-heard">{t('area.roles')}</legend>
          {roles.length === 0 && <p class="quiet">{t('role.none')}</p>}
          <div class="ticks">
            {roles.map((role) => (
              <label>
                <input
                  type="checkbox"
                  name={`role.${role.id}`}
                  checked={posted ? form.values[`role.${role.id}`] !== undefined : worn.has(role.id)}
                />{' '}
                {role.name}
                {!role.valid && <span class="warn"> ({t('valid.off')})</span>}
              </label>
            ))}
          </div>
        </fieldset>
      </Card>
      <Card title={t('person.own-rights')} id="own-rights" plain>
        <RightsTable
          c={c}
          form={form}
          caption={t('person.own-rights')}
          head={t('group.name')}
          noteHead={t('rights.from-roles')}
          rows={groups
            .filter((group) => group.valid || own.has(group.id))
            .map((group) => ({
              id: group.id,
              name: group.name,
              href: `/admin/groups/${group.id}`,
              rights: own.get(group.id) ?? [],
              note: sayFromRoles(fromRoles.get(group.id) ?? []),
            }))}
        />
      </Card>
      <div class="form-foot plain-foot">
        <Button kind="primary">{t('form.save')}</Button>
      </div>
      <RightsHelp c={c} />
      <p>
        <a href={`/admin/why?person=${encodeURIComponent(person.login ?? person.address ?? '')}`}>{t('why.link')}</a>
      </p>
    </form>,
  )
}

/** "Sieciowcy: ro, note". */
function sayFromRoles(held: { role: string; right: string }[]): string {
  const byRole = Map.groupBy(held, ({ role }) => role)
  return [...byRole].map(([role, rights]) => `${role}: ${rights.map(({ right }) => right).join(', ')}`).join('; ')
}
