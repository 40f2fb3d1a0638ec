/** Owns an agent's own absence on their account page: the card, and what its forms do. */
import type { Hono } from 'hono'
import {
  endAbsence,
  findAbsence,
  listAgents,
  Refusal,
  setAbsence,
  type Absence,
  type Id,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  AbsenceFields,
  blankForm,
  Card,
  demandAgent,
  flash,
  readAbsence,
  readFields,
  webTexts,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'

const PATH = '/account/absence'

export function absenceRoutes(app: Hono<WebEnv>, again: (c: PageContext, form: FormState) => Promise<Response>): void {
  app.post(PATH, async (c) => {
    const actor = demandAgent(c)
    const values = await readFields(c)
    try {
      await c.get('host').work(actor, (work) => setAbsence(work, actor.id, readAbsence(values)))
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 422) throw error
      return again(c, withRefusal(c, { values, problems: {} }, error))
    }
    flash(c, { text: webTexts.in(c.get('language'))('absence.saved') })
    return c.redirect('/account#absence', 303)
  })
  app.post(`${PATH}/end`, async (c) => {
    const actor = demandAgent(c)
    await c.get('host').work(actor, (work) => endAbsence(work, actor.id))
    flash(c, { text: webTexts.in(c.get('language'))('absence.ended') })
    return c.redirect('/account#absence', 303)
  })
}

export interface AbsenceView {
  absence: Absence | undefined
  agents: { id: Id; name: string }[]
}

export async function readAbsenceView(c: PageContext, personId: Id): Promise<AbsenceView> {
  const { db, clock } = c.get('host')
  const [absence, agents] = await Promise.all([findAbsence(db, personId, clock()), listAgents(db)])
  return { absence, agents }
}

export const AbsenceCard = ({
  c,
  personId,
  view,
  form = blankForm(),
}: {
  c: PageContext
  personId: Id
  view: AbsenceView
  form?: FormState | undefined
}) => (
  <Card title={webTexts.in(c.get('language'))('absence.title')} id="absence">
    <p class="para">{webTexts.in(c.get('language'))('absence.text')}</p>
    <AbsenceFields c={c} form={form} action={PATH} absence={view.absence} agents={view.agents} personId={personId} />
  </Card>
)
