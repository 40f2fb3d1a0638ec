/** Owns the pages of a unit's people: who works in its queues and how far, and who administers it. */
import type { Hono } from 'hono'
import {
  addUnitAdministrator,
  findPersonByAddress,
  findPersonByLogin,
  isAddress,
  refused,
  searchPersons,
  type Id,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  Card,
  Checkbox,
  CsrfField,
  EmptyState,
  Field,
  FormCard,
  hx,
  Notice,
  PageHead,
  readFields,
  respond,
  statusOf,
  submit,
  Time,
  type FormState,
} from '../../../core/pages.ts'
import {
  colleaguesIn,
  giveHat,
  groupsOfUnit,
  listUnitAdministrators,
  removeUnitAdministrator,
  rightsHeldIn,
  setPersonRights,
  type UnitGroup,
} from '../../../core/administration.ts'
import { enter, unitPage, type Visit } from '../frame.tsx'
import { covers, isLevel, levelOf, LEVELS, rightsOf } from '../levels.ts'
import { words } from '../words.ts'

export function peopleRoutes(app: Hono<WebEnv>): void {
  const base = '/u/:unit/admin/people'
  app.get(base, async (c) => peoplePage(c, await enter(c), blankForm()))
  app.get('/u/:unit/admin/find', async (c) => {
    await enter(c)
    const query = c.req.query()
    return respond(c, {
      fragment: () => Found({ c, typed: query['who'] ?? '' }),
      whole: async () => c.html(await String(Found({ c, typed: query['who'] ?? '' }))),
    })
  })
  app.post(base, async (c) => {
    const visit = await enter(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const { db, work } = c.get('host')
        const person = await demandPerson(c, values['who'] ?? '')
        const groups = (await groupsOfUnit(db, visit.unit.id)).filter((group) => group.own)
        const wanted = await readWanted(c, groups, values)
        if (wanted.size === 0) throw refused('required', {}, groups[0] ? `level.${groups[0].id}` : 'who')
        await work(visit.actor, async (act) => {
          await giveHat(act, visit.unit.id, person.id)
          await setPersonRights(act, person.id, wanted)
        })
        return { to: `${visit.path}/people`, said: words(c)('people.added', { name: person.name }) }
      },
      (form) => peoplePage(c, visit, form),
    )
  })
  app.post(`${base}/:id`, async (c) => {
    const visit = await enter(c)
    const values = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        const { db, work } = c.get('host')
        const groups = await groupsOfUnit(db, visit.unit.id)
        const person = (
          await colleaguesIn(
            db,
            groups.map((group) => group.id),
          )
        ).find((one) => one.id === c.req.param('id'))
        if (!person) throw refused('not-found')
        const wanted = await readWanted(
          c,
          groups.filter((group) => group.own),
          values,
        )
        await work(visit.actor, (act) => setPersonRights(act, person.id, wanted))
        return { to: `${visit.path}/people`, said: words(c)('people.saved', { name: person.name }) }
      },
      (form) => peoplePage(c, visit, form),
    )
  })

  const admins = '/u/:unit/admin/administrators'
  app.get(admins, async (c) => administratorsPage(c, await enter(c), blankForm()))
  app.post(admins, async (c) => {
    const visit = await enter(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const { db, work } = c.get('host')
        const person = await demandPerson(c, values['who'] ?? '')
        // The same rights as the one who invites: what those cannot give is not given.
        const wanted = new Map<Id, string[]>()
        if (values['rights']) {
          for (const group of (await groupsOfUnit(db, visit.unit.id)).filter((one) => one.own)) {
            const held = await rightsHeldIn(db, visit.actor.id, group.id)
            if (held.size > 0) wanted.set(group.id, held.has('rw') ? ['rw'] : [...held])
          }
        }
        await work(visit.actor, async (act) => {
          await giveHat(act, visit.unit.id, person.id)
          await addUnitAdministrator(act, visit.unit.id, person.id)
          if (wanted.size > 0) await setPersonRights(act, person.id, wanted)
        })
        return { to: `${visit.path}/administrators`, said: words(c)('admins.added', { name: person.name }) }
      },
      (form) => administratorsPage(c, visit, form),
    )
  })
  app.post(`${admins}/:id/remove`, async (c) => {
    const visit = await enter(c)
    return submit(
      c,
      {},
      async () => {
        const id = c.req.param('id') ?? ''
        const named = await listUnitAdministrators(c.get('host').db, visit.unit.id)
        if (!named.some((one) => one.unitId === visit.unit.id && one.personId === id)) throw refused('not-found')
        await c.get('host').work(visit.actor, (act) => removeUnitAdministrator(act, visit.unit.id, id))
        const still = visit.actor.access.admin || id !== visit.actor.id
        return {
          to: still ? `${visit.path}/administrators` : '/',
          said: words(c)(id === visit.actor.id ? 'admins.stepped-down' : 'admins.removed'),
        }
      },
      (form) => administratorsPage(c, visit, form),
    )
  })
}

/** By address or login, as typed or chosen from what was found. */
async function demandPerson(c: PageContext, typed: string): Promise<{ id: Id; name: string }> {
  const { db } = c.get('host')
  const who = (/<([^<>]+)>\s*$/.exec(typed)?.[1] ?? typed).trim()
  if (who === '') throw refused('required', {}, 'who')
  const person = isAddress(who) ? await findPersonByAddress(db, who) : await findPersonByLogin(db, who)
  if (!person?.valid) throw refused('person.unknown', { who }, 'who')
  return person
}

/** The chosen level in each group; a mixture that was not touched stays. */
async function readWanted(_c: PageContext, groups: readonly UnitGroup[], values: Record<string, string>): Promise<Map<Id, string[]>> {
  return new Map(
    groups.flatMap((group) => {
      const level = values[`level.${group.id}`] ?? ''
      return isLevel(level) ? [[group.id, rightsOf(level)] as const] : []
    }),
  )
}

/** Names for the field's list of suggestions. */
async function Found({ c, typed }: { c: PageContext; typed: string }) {
  const found = await searchPersons(c.get('host').db, typed, 8)
  return (
    <>
      {found
        .filter((person) => person.address ?? person.login)
        .map((person) => (
          <option value={person.address ?? person.login ?? ''}>
            {person.name}
            {person.unitName ? ` – ${person.unitName}` : ''}
          </option>
        ))}
    </>
  )
}

const WhoField = ({ c, form, visit }: { c: PageContext; form: FormState; visit: Visit }) => {
  const t = words(c)
  return (
    <div
      {...hx(c, {
        get: `${visit.path}/find`,
        trigger: 'input from:#field-who delay:300ms',
        include: '#field-who',
        target: '#who-found',
        swap: 'innerHTML',
        sync: 'replace',
      })}
    >
      <Field
        c={c}
        form={form}
        name="who"
        label={t('people.who')}
        help={t('people.who.help')}
        required
        list="who-found"
        autocomplete="off"
      />
      <datalist id="who-found" />
    </div>
  )
}

async function peoplePage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const groups = await groupsOfUnit(db, visit.unit.id)
  const own = groups.filter((group) => group.own)
  const people = await colleaguesIn(
    db,
    groups.map((group) => group.id),
  )
  const held = new Map<Id, ReadonlySet<string>>()
  for (const group of own) held.set(group.id, visit.actor.access.admin ? new Set(['rw']) : await rightsHeldIn(db, visit.actor.id, group.id))
  const groupLabel = (group: UnitGroup) => (own.length > 1 ? t('people.in', { group: group.name }) : t('people.level'))
  const Levels = ({ group, now, id }: { group: UnitGroup; now: readonly string[]; id: string }) => {
    const level = levelOf(now)
    return (
      <select id={id} name={`level.${group.id}`} class="small-select">
        {level === undefined && (
          <option value="" selected>
            {t('level.mixed', { rights: now.join(', ') })}
          </option>
        )}
        {LEVELS.filter((one) => one === level || covers(held.get(group.id)!, one)).map((one) => (
          <option value={one} selected={one === level}>
            {t(`level.${one}`)}
          </option>
        ))}
      </select>
    )
  }
  return unitPage(c, visit, {
    title: t('area.people'),
    area: 'people',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.people')} beside={t('people.what')} />
        {form.problems[''] && (
          <Notice tone="bad">
            <p>{form.problems['']}</p>
          </Notice>
        )}
        <div class="admin-one">
          {people.length === 0 ? (
            <Card>
              <EmptyState title={t('people.none')} text={t('people.none.text')} />
            </Card>
          ) : (
            <Card plain>
              <ul class="unit-people">
                {people.map((person) => (
                  <li>
                    <form method="post" autocomplete="off" action={`${visit.path}/people/${person.id}`}>
                      <CsrfField c={c} />
                      <div>
                        <p>
                          <b>{person.name}</b> {person.address && <span class="quiet">{person.address}</span>}
                          {!person.valid && <span class="warn"> · {t('people.off')}</span>}
                        </p>
                        {person.roles.length > 0 && <p class="quiet small">{t('people.roles', { roles: person.roles.join(', ') })}</p>}
                      </div>
                      <div class="acts">
                        {own.map((group) => (
                          <>
                            <label class={own.length > 1 ? 'small' : 'only-heard'} for={`level-${group.id}-${person.id}`}>
                              {groupLabel(group)}
                            </label>
                            <Levels group={group} now={person.own[group.id] ?? []} id={`level-${group.id}-${person.id}`} />
                          </>
                        ))}
                        {own.length > 0 && <Button small>{t('form.save')}</Button>}
                      </div>
                    </form>
                  </li>
                ))}
              </ul>
            </Card>
          )}
          {groups.some((group) => !group.own) && (
            <p class="para quiet">
              {t('people.central', {
                groups: groups
                  .filter((group) => !group.own)
                  .map((group) => group.name)
                  .join(', '),
              })}
            </p>
          )}
          {own.length > 0 && (
            <FormCard
              c={c}
              form={{ ...form, problems: Object.fromEntries(Object.entries(form.problems).filter(([name]) => name !== '')) }}
              action={`${visit.path}/people`}
              save={t('people.add')}
            >
              <h2>{t('people.new')}</h2>
              <WhoField c={c} form={form} visit={visit} />
              {own.map((group) => (
                <div class="field">
                  <label for={`field-level.${group.id}`}>{groupLabel(group)}</label>
                  <select id={`field-level.${group.id}`} name={`level.${group.id}`}>
                    {LEVELS.filter((level) => covers(held.get(group.id)!, level))
                      .toReversed()
                      .map((level) => (
                        <option value={level} selected={form.values[`level.${group.id}`] === level}>
                          {t(`level.${level}`)}
                        </option>
                      ))}
                  </select>
                  <p class="field-help">{t('people.level.help')}</p>
                </div>
              ))}
            </FormCard>
          )}
          <Card title={t('people.levels')} id="levels">
            <dl class="unit-levels">
              {LEVELS.filter((level) => level !== 'none').map((level) => (
                <div>
                  <dt>{t(`level.${level}`)}</dt>
                  <dd>{t(`level.${level}.help`)}</dd>
                </div>
              ))}
            </dl>
          </Card>
        </div>
      </>
    ),
  })
}

async function administratorsPage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const admins = await listUnitAdministrators(c.get('host').db, visit.unit.id)
  const named = admins.filter((one) => one.unitId === visit.unit.id)
  return unitPage(c, visit, {
    title: t('area.administrators'),
    area: 'administrators',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.administrators')} beside={t('admins.what')} />
        <div class="admin-one">
          <Card plain>
            {admins.length === 0 ? (
              <EmptyState title={t('admins.none')} />
            ) : (
              <ul class="unit-people">
                {admins.map((one) => (
                  <li class="unit-person">
                    <div>
                      <p>
                        <b>{one.name}</b> {one.address && <span class="quiet">{one.address}</span>}
                        {!one.active && <span class="warn"> · {t('people.off')}</span>}
                      </p>
                      <p class="quiet small">
                        {one.unitId === visit.unit.id ? (
                          <>
                            {t('admins.since')} <Time c={c} at={one.since} as="day" />
                          </>
                        ) : (
                          t('admins.above', { unit: one.unitName })
                        )}
                      </p>
                    </div>
                    {one.unitId === visit.unit.id &&
                      (one.personId === visit.actor.id ? (
                        <ActButton c={c} small kind="danger" action={`${visit.path}/administrators/${one.personId}/remove`}>
                          {t('admins.step-down')}
                        </ActButton>
                      ) : (
                        visit.actor.access.admin && (
                          <ActButton c={c} small action={`${visit.path}/administrators/${one.personId}/remove`}>
                            {t('admins.remove')}
                          </ActButton>
                        )
                      ))}
                  </li>
                ))}
              </ul>
            )}
          </Card>
          {named.length === 1 && <p class="para quiet">{t('admins.alone')}</p>}
          <FormCard c={c} form={form} action={`${visit.path}/administrators`} save={t('admins.invite')}>
            <h2>{t('admins.new')}</h2>
            <WhoField c={c} form={form} visit={visit} />
            <Checkbox c={c} form={form} name="rights" label={t('admins.rights')} help={t('admins.rights.help')} checked />
          </FormCard>
        </div>
      </>
    ),
  })
}
