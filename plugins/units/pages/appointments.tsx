/** Owns invitations to a unit on pages: those that wait and what became of the others, and the page on which whoever is invited answers. */
import type { Hono } from 'hono'
import { nameIn, refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  Card,
  CsrfField,
  demandLogin,
  flash,
  Notice,
  page,
  PageHead,
  readFields,
  statusOf,
  submit,
  Time,
  type FormState,
} from '../../../core/pages.ts'
import {
  acceptNomination,
  declineNomination,
  findNomination,
  listNominations,
  withdrawNomination,
  type Nomination,
} from '../../../core/administration.ts'
import { enter, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

const PATH = '/appointments'

export function appointmentRoutes(app: Hono<WebEnv>): void {
  app.post('/u/:unit/admin/invitations/:id/withdraw', async (c) => {
    const visit = await enter(c)
    const { db, work, clock } = c.get('host')
    const id = c.req.param('id')
    const back = (await findNomination(db, id, clock()))?.administrator ? 'administrators' : 'people'
    return submit(
      c,
      {},
      async () => {
        const { personName } = await work(visit.actor, (act) => withdrawNomination(act, visit.unit.id, id))
        return { to: `${visit.path}/${back}`, said: words(c)('invitation.withdrawn', { name: personName }) }
      },
      (form) => {
        flash(c, { text: form.problems['']!, tone: 'warn' })
        return c.redirect(`${visit.path}/${back}`, 303)
      },
    )
  })

  app.get(`${PATH}/:id`, async (c) => answerPage(c, await demandOwn(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => {
    const nomination = await demandOwn(c)
    const { answer } = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        const t = words(c)
        const unit = unitOf(c, nomination)
        const { work } = c.get('host')
        const actor = demandLogin(c)
        if (answer === 'decline') {
          await work(actor, (act) => declineNomination(act, nomination.id))
          return { to: '/', said: t('invitation.declined', { unit }) }
        }
        if (answer !== 'accept') throw refused('required')
        await work(actor, (act) => acceptNomination(act, nomination.id))
        return { to: nomination.administrator ? `/u/${nomination.unitSlug}/admin` : '/desk', said: t('invitation.accepted', { unit }) }
      },
      (form) => answerPage(c, nomination, form),
    )
  })
}

const unitOf = (c: PageContext, { unitName, unitNameEn }: Nomination): string =>
  nameIn({ name: unitName, nameEn: unitNameEn }, c.get('language'))

/** The invitation of the address, if it is the reader's own. For anybody else there is none. */
async function demandOwn(c: PageContext): Promise<Nomination> {
  const actor = demandLogin(c)
  const { db, clock } = c.get('host')
  const nomination = await findNomination(db, c.req.param('id') ?? '', clock())
  if (!nomination || nomination.personId !== actor.id) throw refused('not-found')
  return nomination
}

async function answerPage(c: PageContext, nomination: Nomination, form: FormState): Promise<Response> {
  const t = words(c)
  const unit = unitOf(c, nomination)
  const open = nomination.state === 'open'
  return page(c, {
    title: t('invitation.title', { unit }),
    status: statusOf(form),
    frame: { name: 'portal' },
    body: (
      <>
        <PageHead title={t('invitation.title', { unit })} />
        {form.problems[''] && (
          <Notice tone="bad">
            <p>{form.problems['']}</p>
          </Notice>
        )}
        <Card>
          <p class="para">{t(nomination.administrator ? 'invitation.administer' : 'invitation.work', { who: nomination.byName, unit })}</p>
          {open ? (
            <>
              <p class="para">{t('invitation.login')}</p>
              <p class="para quiet">
                {t('invitation.until')} <Time c={c} at={nomination.expiresAt} as="day" />
              </p>
            </>
          ) : (
            <p class="para">{t(`invitation.was.${nomination.state as Exclude<Nomination['state'], 'open'>}`)}</p>
          )}
          {open && (
            <form method="post" class="form">
              <CsrfField c={c} />
              <div class="form-foot">
                <Button kind="primary" name="answer" value="accept">
                  {t('invitation.accept')}
                </Button>
                <Button name="answer" value="decline">
                  {t('invitation.decline')}
                </Button>
              </div>
            </form>
          )}
        </Card>
      </>
    ),
  })
}

/** What a unit's administrators see of invitations: a card, or nothing where there was none lately. */
export const Invitations = ({ c, visit, nominations }: { c: PageContext; visit: Visit; nominations: readonly Nomination[] }) => {
  const t = words(c)
  // What was accepted stands in the list above as somebody of the unit.
  const shown = nominations.filter((one) => one.state !== 'accepted')
  if (shown.length === 0) return null
  return (
    <Card title={t('invitation.list')} plain>
      <ul class="unit-people">
        {shown.map((one) => (
          <li class="unit-person">
            <div>
              <p>
                <b>{one.personName}</b> {one.address && <span class="quiet">{one.address}</span>}
              </p>
              <p class="quiet small">
                {one.state === 'open' ? (
                  <>
                    {t('invitation.waits', { who: one.byName })} <Time c={c} at={one.expiresAt} as="day" />
                  </>
                ) : (
                  t(`invitation.was.${one.state as Exclude<Nomination['state'], 'open'>}`)
                )}
              </p>
            </div>
            {one.state === 'open' && (
              <ActButton c={c} small action={`${visit.path}/invitations/${one.id}/withdraw`}>
                {t('invitation.withdraw')}
                <span class="only-heard">: {one.personName}</span>
              </ActButton>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** On the start page: what waits for the reader's answer. */
export async function WaitingInvitations({ c }: { c: PageContext }) {
  const actor = c.get('actor')
  if (!actor) return null
  const { db, clock } = c.get('host')
  const waiting = await listNominations(db, { personId: actor.id }, clock())
  return (
    <>
      {waiting.map((one) => (
        <Notice>
          <p>
            <a href={`${PATH}/${one.id}`}>{words(c)('invitation.title', { unit: unitOf(c, one) })}</a>
          </p>
        </Notice>
      ))}
    </>
  )
}
