/** Owns the page on which an administrator sets an agent's absence for them. */
import type { Hono } from 'hono'
import {
  endAbsence,
  findAbsence,
  listAgents,
  refused,
  setAbsence,
  type PageContext,
  type Person,
  type WebEnv,
} from '../../../core/index.ts'
import {
  AbsenceFields,
  blankForm,
  Card,
  Crumb,
  PageHead,
  readAbsence,
  readFields,
  statusOf,
  submit,
  webTexts,
  type FormState,
} from '../../../core/pages.ts'
import { adminPage, demandAdministrator } from '../frame.tsx'
import { words } from '../words.ts'
import { demandPerson, PersonTabs } from './persons.tsx'

const PATH = '/admin/persons'

export function personAbsenceRoutes(app: Hono<WebEnv>): void {
  app.get(`${PATH}/:id/absence`, async (c) => absencePage(c, await demandPerson(c), blankForm()))
  app.post(`${PATH}/:id/absence`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => setAbsence(work, person.id, readAbsence(values)))
        return { to: `${PATH}/${person.id}/absence`, said: webTexts.in(c.get('language'))('absence.saved') }
      },
      (form) => absencePage(c, person, form),
    )
  })
  app.post(`${PATH}/:id/absence/end`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => endAbsence(work, person.id))
        return { to: `${PATH}/${person.id}/absence`, said: webTexts.in(c.get('language'))('absence.ended') }
      },
      (form) => absencePage(c, person, form),
    )
  })
}

async function absencePage(c: PageContext, person: Person, form: FormState): Promise<Response> {
  if (!person.agent) throw refused('not-found')
  const t = words(c)
  const { db, clock } = c.get('host')
  const [absence, agents] = await Promise.all([findAbsence(db, person.id, clock()), listAgents(db)])
  return adminPage(c, {
    title: `${t('person.tab.absence')} – ${person.name}`,
    area: 'persons',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.persons')}</Crumb>
        <PageHead title={person.name} {...(person.valid ? {} : { beside: t('valid.off') })} />
        <PersonTabs c={c} person={person} current="absence" />
        <div class="admin-one">
          <Card title={t('person.tab.absence')} id="absence">
            <AbsenceFields
              c={c}
              form={form}
              action={`${PATH}/${person.id}/absence`}
              absence={absence}
              agents={agents}
              personId={person.id}
            />
          </Card>
        </div>
      </>
    ),
  })
}
