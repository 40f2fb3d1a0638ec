/** Owns one's account: who one is here, language and looks, password, and where one is logged in; an agent's absence. */
import type { Hono } from 'hono'
import { z } from 'zod'
import {
  browserOf,
  changePassword,
  companiesOfPerson,
  choosePersonUnit,
  endOwnSession,
  endSessions,
  findPerson,
  listUnits,
  MIN_PASSWORD_LENGTH,
  nameIn,
  passwordFrom,
  Refusal,
  secondFactorOf,
  sessionsOf,
  unitOfPerson,
  type PageContext,
  type Person,
  type PersonUnit,
  type Unit,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  ButtonLink,
  Card,
  clientOf,
  CsrfField,
  demandLogin,
  Field,
  flash,
  FormProblems,
  NewPassword,
  page,
  PageHead,
  Preferences,
  readFields,
  readForm,
  SECOND_FACTOR_PATH,
  Select,
  SideList,
  Time,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { portalFrame } from '../frame.tsx'
import { words } from '../words.ts'
import { ContactCard, contactRoutes } from './account-contact.tsx'
import { HandsCard } from './account-hands.tsx'
import { AbsenceCard, absenceRoutes, readAbsenceView } from './absence.tsx'

const passwordSchema = z.object({
  current_password: z.string().min(1).max(1000),
  password: z.string().min(1).max(1000),
  password2: z.string(),
})

export function accountRoutes(app: Hono<WebEnv>): void {
  app.get('/account', (c) => accountPage(c, blankForm()))
  absenceRoutes(app, (c, absence) => accountPage(c, blankForm(), 422, { absence }))
  contactRoutes(app, (c, contact) => accountPage(c, blankForm(), 422, { contact }))

  app.post('/account/password', async (c) => {
    const actor = demandLogin(c)
    const form = await readForm(c, passwordSchema)
    if (!form.ok) return accountPage(c, form, 422)
    const t = words.in(c.get('language'))
    if (form.value.password !== form.value.password2)
      return accountPage(c, { values: {}, problems: { password2: t('password.differ') } }, 422)
    try {
      await changePassword(c.get('host'), {
        personId: actor.id,
        current: form.value.current_password,
        next: form.value.password,
        session: c.get('session')!,
        client: clientOf(c),
      })
    } catch (error) {
      if (error instanceof Refusal && error.code === 'login-failed')
        return accountPage(c, { values: {}, problems: { current_password: t('account.password.wrong') } }, 422)
      return accountPage(c, withRefusal(c, form, error), 422)
    }
    flash(c, { text: t('account.password.done') })
    return c.redirect('/account', 303)
  })

  app.post('/account/unit', async (c) => {
    const actor = demandLogin(c)
    const values = await readFields(c)
    const host = c.get('host')
    try {
      await host.work(actor, (work) => choosePersonUnit(work, values['unit'] ?? ''))
    } catch (error) {
      return accountPage(c, withRefusal(c, { values, problems: {} }, error), 422)
    }
    const person = await findPerson(host.db, actor.id)
    flash(c, { text: words.in(c.get('language'))('account.unit.done', { unit: person?.unitName ?? '' }) })
    return c.redirect('/account#unit', 303)
  })

  app.post('/account/sessions', async (c) => {
    const actor = demandLogin(c)
    const count = await c.get('host').work(actor, (work) => endSessions(work, actor.id, c.get('session')))
    flash(c, { text: words.in(c.get('language'))('account.sessions.ended', { count }) })
    return c.redirect('/account#sessions', 303)
  })

  app.post('/account/sessions/end', async (c) => {
    const actor = demandLogin(c)
    const { session = '' } = await readFields(c)
    await c.get('host').work(actor, (work) => endOwnSession(work, actor.id, session))
    flash(c, { text: words.in(c.get('language'))('account.sessions.ended', { count: 1 }) })
    return c.redirect('/account#sessions', 303)
  })
}

async function accountPage(
  c: PageContext,
  form: FormState,
  status: 200 | 422 = 200,
  cards: { absence?: FormState; contact?: FormState } = {},
): Promise<Response> {
  const actor = demandLogin(c)
  const { db, clock, config } = c.get('host')
  const [person, companies, sessions, factor, units, said, away, password, more] = await Promise.all([
    findPerson(db, actor.id),
    companiesOfPerson(db, actor.id),
    sessionsOf(db, actor.id, clock(), config.sessions, c.get('session')),
    secondFactorOf(db, actor.id),
    listUnits(db),
    unitOfPerson(db, actor.id),
    actor.access.agent ? readAbsenceView(c, actor.id) : undefined,
    passwordFrom({ db }, actor.id),
    c.get('host').slots.fill('portal.account', {}, c),
  ])
  const t = words.in(c.get('language'))
  return page(c, {
    title: t('account.title'),
    status,
    frame: await portalFrame(c),
    body: (
      <>
        <PageHead title={t('account.title')} />
        <Card title={t('account.person')} id="person">
          <SideList
            items={[
              { name: t('account.name'), value: [person?.details.title, actor.name].filter(Boolean).join(' ') },
              { name: t('account.login'), value: actor.login },
              { name: t('account.address'), value: person?.address },
              { name: t('account.unit'), value: person?.unitName },
            ]}
          />
        </Card>
        {person && <ContactCard c={c} person={person} companies={companies} form={cards.contact} />}
        {units.length > 1 && (
          <Card title={t('account.unit.title')} id="unit">
            <UnitForm c={c} form={form} units={units} said={said} />
          </Card>
        )}
        {away && <AbsenceCard c={c} personId={actor.id} view={away} form={cards.absence} />}
        {more}
        <Card title={t('account.looks')} id="looks">
          <Preferences c={c} />
        </Card>
        <HandsCard c={c} />
        <Card title={t('account.password')} id="password">
          {password === 'here' && person ? (
            <PasswordForm c={c} form={form} person={person} />
          ) : (
            <p>{t(password === 'directory' ? 'account.password.campus' : 'account.password.none')}</p>
          )}
        </Card>
        <Card title={t('factor.title')} id="second-factor">
          <p class="para">{factor.state === 'on' ? t('factor.on', { count: factor.codesLeft }) : t('factor.off')}</p>
          <ButtonLink href={SECOND_FACTOR_PATH}>{t(factor.state === 'on' ? 'factor.change' : 'factor.set-up')}</ButtonLink>
        </Card>
        <Card title={t('account.sessions')} id="sessions">
          <Sessions c={c} sessions={sessions} />
        </Card>
      </>
    ),
  })
}

const UnitForm = ({ c, form, units, said }: { c: PageContext; form: FormState; units: readonly Unit[]; said: PersonUnit }) => {
  const t = words.in(c.get('language'))
  const named = (unit: Unit) => nameIn(unit, c.get('language'))
  const now = units.find((unit) => unit.id === said.unitId)
  const by =
    said.by === 'rule'
      ? said.rule && t(`account.unit.by.${said.rule.kind}`, { name: said.rule.name, value: said.rule.value })
      : said.by && t(`account.unit.by.${said.by}`)
  return (
    <form method="post" autocomplete="off" action="/account/unit" class="form">
      <CsrfField c={c} />
      <p>
        {now ? <b>{named(now)}</b> : t('account.unit.none')} {by && <span class="quiet">{by}</span>}
      </p>
      <Select
        c={c}
        form={form}
        name="unit"
        label={t('account.unit')}
        help={t('account.unit.help')}
        value={said.unitId}
        {...(now ? {} : { empty: t('account.unit.choose') })}
        choices={units
          .filter((unit) => unit.valid)
          .map((unit) => ({ value: unit.id, label: `${'\u00a0'.repeat(unit.depth * 3)}${named(unit)}` }))}
      />
      <Button>{t('account.unit.save')}</Button>
    </form>
  )
}

const PasswordForm = ({ c, form, person }: { c: PageContext; form: FormState; person: Person }) => {
  const t = words.in(c.get('language'))
  return (
    <form method="post" autocomplete="off" action="/account/password" class="form">
      <CsrfField c={c} />
      <FormProblems
        c={c}
        form={form}
        labels={{ current_password: t('account.password.current'), password: t('password.new'), password2: t('password.repeat') }}
      />
      <input type="text" name="username" value={person.login ?? person.address ?? ''} autocomplete="username" hidden />
      <Field
        c={c}
        form={form}
        name="current_password"
        label={t('account.password.current')}
        type="password"
        required
        autocomplete="current-password"
      />
      <NewPassword c={c} form={form} label={t('password.new')} help={t('password.new.help', { min: MIN_PASSWORD_LENGTH })} />
      <Field c={c} form={form} name="password2" label={t('password.repeat')} type="password" required autocomplete="new-password" />
      <Button>{t('account.password.save')}</Button>
    </form>
  )
}

const Sessions = ({ c, sessions }: { c: PageContext; sessions: Awaited<ReturnType<typeof sessionsOf>> }) => {
  const t = words.in(c.get('language'))
  return (
    <>
      <ul class="plain-rows">
        {sessions.map((session) => (
          <li>
            <p>
              <b>{browserOf(session.userAgent) ?? t('account.sessions.unknown')}</b>
              {session.current && <span class="good"> · {t('account.sessions.here')}</span>}
            </p>
            <p class="row-quiet">
              {fillWith(t('account.sessions.used'), <Time c={c} at={session.lastUsedAt} />)}{' '}
              {session.clientAddress && t('account.sessions.from', { address: session.clientAddress })}
              {' · '}
              {fillWith(t('account.sessions.opened'), <Time c={c} at={session.openedAt} />)}
            </p>
            {!session.current && (
              <ActButton c={c} action="/account/sessions/end" fields={{ session: session.id }} small>
                {t('account.sessions.end-one')}
                <span class="only-heard">
                  {' '}
                  {browserOf(session.userAgent) ?? ''} {session.clientAddress}
                </span>
              </ActButton>
            )}
          </li>
        ))}
      </ul>
      {sessions.length > 1 && (
        <form method="post" autocomplete="off" action="/account/sessions" class="form-foot">
          <CsrfField c={c} />
          <Button kind="danger">{t('account.sessions.end')}</Button>
        </form>
      )}
    </>
  )
}

/** A text with one part of the page in the place of {when}. */
function fillWith(text: string, part: unknown) {
  const [before, after] = text.split('{when}')
  return (
    <>
      {before}
      {part}
      {after}
    </>
  )
}
