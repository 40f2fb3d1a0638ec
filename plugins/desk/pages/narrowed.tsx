/** Owns what plugins took away from the choices of a ticket's page and of a new ticket: its lists without it, and the page that says why. */
import type { Child } from 'hono/jsx'
import {
  actOf,
  actsOfferedBy,
  actTexts,
  CHOSEN,
  fieldLabel,
  fieldsAskedOf,
  isAct,
  isId,
  isScreen,
  listStates,
  narrowAsked,
  NOTHING_TAKEN,
  offersAct,
  queuesWith,
  questionsOf,
  questionsOfFields,
  readOffered,
  ROOT_UNIT,
  sayAttribute,
  sayChoice,
  seeTicket,
  STATES_OF,
  type ActName,
  type Asked,
  type Chosen,
  type Id,
  type Narrowed,
  type PageContext,
  type Question,
  type Scene,
} from '../../../core/index.ts'
import { Button, Card, Crumb, hx, PageHead } from '../../../core/pages.ts'
import { words } from '../words.ts'
import { deskPage, enter, type Visit } from './frame.tsx'
import type { BareView, TicketView } from './ticket.tsx'

type Typed = Readonly<Record<string, string>>

/** What a form says so far, for whoever narrows it. `states`: of an act whose form says its state in words of its own. */
export function chosenIn(typed: Typed, states: readonly { id: Id; name: string }[] = []): Chosen {
  const ids = Object.fromEntries(
    CHOSEN.flatMap((of): [string, Id | null][] => (isId(typed[of]) ? [[of, typed[of]!]] : typed[of] === 'none' ? [[of, null]] : [])),
  )
  const state = typed['how'] && states.find(({ name }) => name === `closed ${typed['how']}`)?.id
  const fields = Object.entries(typed).filter(([name]) => name.startsWith('field.'))
  return {
    ...ids,
    ...(state ? { state } : {}),
    ...(isId(typed['customer']) ? { customer: typed['customer'] } : {}),
    ...(fields.length === 0
      ? {}
      : { fields: Object.fromEntries(fields.map(([name, values]) => [name.slice('field.'.length), listed(values)])) }),
  }
}
const listed = (values: string): string[] => values.split('\n').filter((one) => one !== '')

/** The view with what is left to choose. Where nobody narrows anything, it is what it was and nothing is asked. */
export async function narrowView(
  c: PageContext,
  visit: Visit,
  view: BareView,
  bad: { act: ActName; form: { values: Typed } } | undefined,
): Promise<TicketView> {
  const { choices } = c.get('host')
  const { ticket } = view
  const { access } = visit.actor
  const offers = (name: ActName) => offersAct(name, ticket, access)
  const asks: TicketView['asks'] = (screen) => view.fields.asked(screen).length > 0
  if (!(await choices.narrows(ticket.unitId))) return { ...view, narrowed: NOTHING_TAKEN, narrows: false, asks, offers }
  const states = await visit.used.states()
  const acts = actsOfferedBy('desk').filter(offers)
  const into = new Set(queuesWith(access, 'move_into'))
  const questions = questionsOf({
    acts,
    states,
    queues: visit.queues.filter(({ id }) => into.has(id) && id !== ticket.queueId),
    priorities: view.priorities,
    owners: view.owners,
    about: view.about,
    fields: new Map(acts.flatMap((name) => (isScreen(name) ? [name] : [])).map((screen) => [screen, view.fields.asked(screen)])),
  })
  const scene = { actor: visit.actor, ticket, unitId: ticket.unitId }
  // What is typed in one form says nothing to the others.
  const own = bad ? questions.filter(({ act }) => act === bad.act) : []
  const [others, ofForm] = await Promise.all([
    choices.ask({ ...scene, form: {} }, bad ? questions.filter(({ act }) => act !== bad.act) : questions),
    own.length === 0 ? NOTHING_TAKEN : choices.ask({ ...scene, form: chosenIn(bad!.form.values, states) }, own),
  ])
  const narrowed = joined(others, ofForm)
  const left = <T extends { id: Id }>(
    of: 'priority' | 'owner' | 'type' | 'service' | 'sla',
    act: ActName,
    all: readonly T[],
    stands: Id | null,
  ): T[] => all.filter(({ id }) => id === stands || narrowed.allows(of, id, act))
  const possible = (name: ActName) => {
    if (!narrowed.allows('act', name) || !narrowed.allows('act', name, name)) return false
    const leads = STATES_OF[name]
    // An answer needs no state; whatever else leads nowhere any more is no act.
    if (!leads || name === 'reply') return true
    return states.some((state) => leads.includes(state.name) && narrowed.allows('state', state.id, name))
  }
  return {
    ...view,
    narrowed,
    narrows: true,
    asks,
    offers: (name) => offers(name) && possible(name),
    states,
    priorities: left('priority', 'priority', view.priorities, ticket.priorityId),
    owners: left('owner', 'owner', view.owners, ticket.ownerId),
    about: {
      ...view.about,
      types: left('type', 'classify', view.about.types, ticket.typeId),
      services: left('service', 'classify', view.about.services, ticket.serviceId),
      slas: left('sla', 'classify', view.about.slas, ticket.slaId),
    },
    fields: { ...view.fields, asked: (screen) => narrowAsked(view.fields.asked(screen), screen, narrowed, view.fields.stands) },
  }
}

function joined(one: Narrowed, other: Narrowed): Narrowed {
  const why: Narrowed['why'] = (of, value, act) => one.why(of, value, act) ?? other.why(of, value, act)
  return { taken: [...one.taken, ...other.taken], why, allows: (of, value, act) => why(of, value, act) === undefined }
}

/** May this state be chosen by the act? */
export const stateIsLeft = ({ narrowed, states }: Pick<TicketView, 'narrowed' | 'states'>, name: string, act: ActName): boolean => {
  const state = states?.find((one) => one.name === name)
  return !state || narrowed.allows('state', state.id, act)
}

/** Fields that a posted form asks for, as it stands: none that were taken away are needed. */
export async function askedOfForm(
  c: PageContext,
  scene: Omit<Scene, 'unitId' | 'form'>,
  name: ActName,
  id: Id,
  typed: Typed,
): Promise<Asked[]> {
  const { db, choices } = c.get('host')
  const asked = isScreen(name) ? await fieldsAskedOf(db, name, id) : []
  if (asked.length === 0 || !(await choices.narrows(null))) return asked
  const ticket = scene.ticket ?? (await seeTicket(db, scene.actor.access, id, 'ro'))
  if (!(await choices.narrows(ticket.unitId))) return asked
  const form = chosenIn(typed, await listStates(db))
  return narrowAsked(
    asked,
    name,
    await choices.ask({ actor: scene.actor, ticket, unitId: ticket.unitId, form }, questionsOfFields(name, asked)),
  )
}

/** Around choices that depend on each other: with every change they are asked for again; without scripts a button does so. */
export const AskedAgain = ({ c, id, post, on, children }: { c: PageContext; id: string; post: string; on: boolean; children?: Child }) =>
  on ? (
    <div
      id={id}
      class="form"
      {...hx(c, { post, trigger: 'change from:"closest form"', include: 'closest form', swap: 'outerMorph', sync: 'replace' })}
      {...{ 'hx-vals': '{"refresh":"yes"}', 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }}
    >
      {children}
      <noscript>
        <Button name="refresh" value="yes" small unchecked>
          {words(c)('choices.refresh')}
        </Button>
      </noscript>
    </div>
  ) : (
    <>{children}</>
  )

/** Under the acts: that there was more to choose, and why there is not. */
export const NarrowedLine = ({ c, view: { ticket, narrowed } }: { c: PageContext; view: TicketView }) =>
  narrowed.taken.length === 0 ? null : (
    <p class="small quiet">
      <a href={`/desk/tickets/${ticket.id}/choices`}>{words(c)('choices.fewer')}</a>
    </p>
  )

/** GET /desk/tickets/:id/choices: what of this ticket's choices is taken away, by whose word. */
export async function choicesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const visit = await enter(c)
  const { db, choices } = c.get('host')
  const ticket = await seeTicket(db, visit.actor.access, c.req.param('id') ?? '', 'ro')
  const offered = await readOffered(db, ticket, visit.actor.access)
  const questions = questionsOf(offered)
  const { taken } = await choices.ask({ actor: visit.actor, ticket, unitId: ticket.unitId, form: {} }, questions)
  const fields = new Map(
    [...(offered.fields ?? [])].flatMap(([, asked]) => asked.map(({ field }) => [field.name, fieldLabel(field, c.get('language'))])),
  )
  const rows = rowsOf(c, questions, taken, fields)
  return deskPage(c, visit, {
    title: `${t('choices.title')} – ${ticket.number}`,
    body: (
      <>
        <Crumb href={`/desk/tickets/${ticket.id}`}>{`${ticket.number} ${ticket.title}`}</Crumb>
        <PageHead title={t('choices.title')} beside={t('choices.lead')} />
        <Card title={t('choices.taken')} id="taken">
          {rows.length === 0 ? (
            <p class="quiet">{t('choices.none')}</p>
          ) : (
            <table class="list">
              <thead>
                <tr>
                  <th scope="col">{t('choices.what')}</th>
                  <th scope="col">{t('choices.which')}</th>
                  <th scope="col">{t('choices.why')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ of, names, why }) => (
                  <tr>
                    <td class="cell-main">{of}</td>
                    <td data-label={t('choices.which')}>{names.join(', ')}</td>
                    <td data-label={t('choices.why')}>{why}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Card>
      </>
    ),
  })
}

/** By what is chosen and by whose word; an act that is taken away on the ticket's page and on its own is said once. */
function rowsOf(c: PageContext, questions: readonly Question[], taken: Narrowed['taken'], fields: ReadonlyMap<string, string>) {
  const t = words(c)
  const say = actTexts.in(c.get('language'))
  const nameOf = new Map(
    questions.flatMap(({ of, act, options }) => options.map(({ value, name }) => [`${of} ${act ?? ''} ${value}`, name])),
  )
  const sayOf = ({ of, act }: Pick<Question, 'of' | 'act'>): string => {
    if (of === 'act') return t('choices.acts')
    const by = act !== null && isAct(act) ? say(actOf(act).words.title) : ''
    const what =
      of === 'field'
        ? t('choices.fields')
        : of.startsWith('field.')
          ? (fields.get(of.slice(6)) ?? of.slice(6))
          : sayAttribute(of as 'queue', c.get('language'))
    return by === '' ? what : `${what} – ${by}`
  }
  const rows = new Map<string, { of: string; names: Set<string>; why: string }>()
  for (const one of taken) {
    const of = sayOf(one)
    const name =
      one.of === 'act' && isAct(one.value)
        ? say(actOf(one.value).words.title)
        : one.of === 'field'
          ? (fields.get(one.value) ?? one.value)
          : sayChoice(one.of, nameOf.get(`${one.of} ${one.act ?? ''} ${one.value}`) ?? one.value, c.get('language'))
    const row = rows.get(`${of} ${one.why}`) ?? { of, names: new Set(), why: one.why }
    row.names.add(name)
    rows.set(`${of} ${one.why}`, row)
  }
  return [...rows.values()].map((row) => ({ ...row, names: [...row.names] }))
}

/** Of a new ticket: its lists and fields without what was taken away. */
export interface NewChoices {
  narrows: boolean
  narrowed: Narrowed
}

/** What plugins leave of the lists of a new ticket; its queue says whose unit is asked. Until one is chosen nothing is taken away but by the installation. */
export async function narrowNew(
  c: PageContext,
  visit: Visit,
  typed: Typed,
  offered: { queues: readonly { id: Id; name: string }[]; about: Parameters<typeof questionsOf>[0]['about']; asked: readonly Asked[] },
): Promise<NewChoices> {
  const { choices } = c.get('host')
  const unitId = visit.queues.find(({ id }) => id === typed['queue'])?.unitId ?? visit.actor.unitId ?? ROOT_UNIT
  if (!(await choices.narrows(unitId))) return { narrows: false, narrowed: NOTHING_TAKEN }
  const options = (all: readonly { id: Id; name: string }[]) => all.map(({ id, name }) => ({ value: id, name }))
  const questions: Question[] = [
    { of: 'queue', act: 'new', options: options(offered.queues) },
    ...(['type', 'service', 'sla'] as const).map((of): Question => ({ of, act: 'new', options: options(offered.about?.[`${of}s`] ?? []) })),
    ...questionsOfFields('new', offered.asked),
  ]
  return { narrows: true, narrowed: await choices.ask({ actor: visit.actor, ticket: null, unitId, form: chosenIn(typed) }, questions) }
}
