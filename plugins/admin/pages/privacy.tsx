/** Owns the page of a person's data: hand it over, hold it, erase it. */
import type { Hono } from 'hono'
import { demandFresh, sayDateTime, type PageContext, type Person, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  Card,
  Crumb,
  CsrfField,
  Field,
  FormProblems,
  Notice,
  PageHead,
  readFields,
  sayRefusal,
  SideList,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import {
  aboutErasure,
  askErasure,
  endHold,
  exportPerson,
  findErasure,
  findHold,
  holdPerson,
  type Erasure,
  type ErasureAbout,
} from '../../../core/administration.ts'
import { adminPage, demandAdministrator } from '../frame.tsx'
import { words } from '../words.ts'
import { demandPerson, PersonTabs } from './persons.tsx'

const PATH = '/admin/persons'

export function privacyRoutes(app: Hono<WebEnv>): void {
  app.get(`${PATH}/:id/privacy`, async (c) => privacyPage(c, await demandPerson(c), blankForm()))

  app.get(`${PATH}/:id/export`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    demandFresh({ actor, now: c.get('host').clock() })
    c.header('content-type', 'application/x-tar')
    c.header('content-disposition', `attachment; filename="person-${person.id}.tar"`)
    c.header('cache-control', 'private, no-store')
    const { db, clock, plugins } = c.get('host')
    return c.body(await exportPerson(db, person.id, clock(), plugins))
  })

  app.post(`${PATH}/:id/hold`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    const values = await readFields(c)
    const ends = values['end'] === 'yes'
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => (ends ? endHold(work, person.id) : holdPerson(work, person.id, values['reason'] ?? '')))
        return { to: `${PATH}/${person.id}/privacy`, said: words(c)(ends ? 'privacy.hold.ended' : 'privacy.hold.now') }
      },
      (form) => privacyPage(c, person, form),
    )
  })

  app.post(`${PATH}/:id/erase`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    const values = await readFields(c)
    const word = wordFor(person)
    if ((values['confirm'] ?? '').trim() !== word) {
      return privacyPage(c, person, { values, problems: { confirm: words(c)('privacy.erase.wrong', { word }) } })
    }
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => askErasure(work, person.id))
        return { to: `${PATH}/${person.id}/privacy`, said: words(c)('privacy.erase.asked') }
      },
      (form) => privacyPage(c, person, form),
    )
  })
}

/** What is typed to confirm: the name of who goes. */
const wordFor = (person: Person): string => person.name

async function privacyPage(c: PageContext, person: Person, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const erased = person.source === 'erased'
  const [hold, erasure, about] = await Promise.all([
    findHold(db, person.id),
    findErasure(db, person.id),
    erased ? undefined : aboutErasure(db, person.id),
  ])
  const at = `${PATH}/${person.id}`
  return adminPage(c, {
    title: person.name,
    area: 'persons',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.persons')}</Crumb>
        <PageHead title={person.name} />
        <PersonTabs c={c} person={person} current="privacy" />
        <div class="admin-one">
          {erasure && <Outcome c={c} erasure={erasure} />}
          {!erased && (
            <>
              <Card title={t('privacy.export.title')} id="export">
                <p>{t('privacy.export.text')}</p>
                <p class="acts">
                  <a class="button button-quiet" href={`${at}/export`} download>
                    {t('privacy.export.do')}
                  </a>
                </p>
              </Card>
              <Card title={t('privacy.hold.title')} id="hold">
                <p>{t('privacy.hold.text')}</p>
                {hold && (
                  <p>
                    <strong>{t('privacy.hold.since', { when: moment(c, hold.since), who: hold.by ?? '–' })}</strong>
                  </p>
                )}
                <form class="form" method="post" autocomplete="off" action={`${at}/hold`}>
                  <CsrfField c={c} />
                  <Field
                    c={c}
                    form={form}
                    name="reason"
                    label={t('privacy.hold.reason')}
                    value={hold?.reason}
                    maxlength={500}
                    autocomplete="off"
                  />
                  <div class="acts">
                    <Button>{t(hold ? 'privacy.hold.change' : 'privacy.hold.set')}</Button>
                  </div>
                </form>
                {hold && (
                  <ActButton c={c} action={`${at}/hold`} fields={{ end: 'yes' }}>
                    {t('privacy.hold.end')}
                  </ActButton>
                )}
              </Card>
              <Card title={t('privacy.erase.title')} id="erase">
                <p>{t('privacy.erase.text')}</p>
                {about && <WhoGoes c={c} about={about} />}
                <p class="quiet para">{t('privacy.erase.limits')}</p>
                <form class="form" method="post" autocomplete="off" action={`${at}/erase`}>
                  <CsrfField c={c} />
                  <FormProblems c={c} form={form} labels={{ reason: t('privacy.hold.reason') }} />
                  <Field
                    c={c}
                    form={form}
                    name="confirm"
                    label={t('privacy.erase.confirm', { word: wordFor(person) })}
                    autocomplete="off"
                  />
                  <div class="acts">
                    <Button kind="danger">{t('privacy.erase.do')}</Button>
                  </div>
                </form>
              </Card>
            </>
          )}
        </div>
      </>
    ),
  })
}

/** Whom, and how much hangs on them: so that nobody is erased by mistake. */
const WhoGoes = ({ c, about }: { c: PageContext; about: ErasureAbout }) => {
  const t = words(c)
  return (
    <SideList
      items={[
        { name: t('person.name'), value: about.name },
        { name: t('person.login'), value: about.login },
        { name: t('person.tab.addresses'), value: about.addresses.join(', ') || null },
        { name: t('privacy.erase.stays'), value: t('privacy.erase.counts', { tickets: about.tickets, messages: about.articles }) },
        {
          name: t('privacy.erase.goes'),
          value: about.files === 0 ? t('privacy.erase.no-files') : t('privacy.erase.files', { count: about.files }),
        },
      ]}
    />
  )
}

const moment = (c: PageContext, at: Date): string => sayDateTime(at, c.get('host').config.zone, c.get('language'), c.get('host').clock())

const Outcome = ({ c, erasure }: { c: PageContext; erasure: Erasure }) => {
  const t = words(c)
  if (!erasure.doneAt)
    return (
      <Notice>
        <p>{t('privacy.erase.running', { when: moment(c, erasure.askedAt) })}</p>
      </Notice>
    )
  if (erasure.refusal)
    return (
      <Notice tone="bad">
        <p>{t('privacy.erase.failed', { reason: sayRefusal(erasure.refusal, c.get('language')) })}</p>
      </Notice>
    )
  const { texts = 0, files = 0, rawMails = 0, tickets = 0 } = erasure.counts ?? {}
  return (
    <Notice tone="good">
      <p>{t('privacy.erase.done', { when: moment(c, erasure.doneAt), texts, files, mails: rawMails, tickets })}</p>
    </Notice>
  )
}
