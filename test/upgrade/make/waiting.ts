/** Owns what waits when the backup is made: facts not delivered, mails not worked up, an answer in its ten seconds, drafts, sessions. */
import {
  acceptHeld,
  acceptMail,
  addNote,
  answerTicket,
  createTicket,
  mailInMemory,
  moveTicket,
  saveDraft,
  setCustomer,
  setPriority,
  setState,
  setTitle,
  takeTicket,
  type Id,
  type Work,
} from '../../../core/index.ts'
import { campusPerson } from '../../campus.ts'
import { codeOf, expectStatus, PASSWORD, type House } from './administration.ts'
import { STATES } from './tickets.ts'
import type { Browser, Stage } from './stage.ts'

export interface Waiting {
  /** Facts about this ticket wait, in this order. */
  told: { ticket: Id; facts: string[] }
  /** A new ticket of Paulina's, answered and closed by Jan; everything of it is still to come. */
  answered: { ticket: Id; act: string; body: string; before: Record<string, unknown>; article: Id; mails: Id[] }
  /** Other acts of Ada's that can still be taken back, and the columns they changed as they stood. */
  undoable: { what: string; ticket: Id; act: string; before: Record<string, unknown> }[]
  draft: { person: Id; ticket: Id; form: string; body: string }
  newDraft: { person: Id; form: string }
  sessions: { person: Id; token: string; half?: true }[]
}

const tokenOf = (browser: Browser): string => browser.cookies.get('__Host-pomoc')!

/** The program does no jobs now. */
export async function makeWaiting(stage: Stage, house: House, tickets: Record<string, Id>): Promise<Waiting> {
  const { ada, jan, paulina } = house
  const phone = async (title: string) =>
    (
      await stage.as(ada, (work) =>
        createTicket(work, {
          title,
          queueId: house.siec,
          customerId: paulina,
          article: { channel: 'phone', senderType: 'customer', visible: true, personId: paulina, subject: title, body: 'Dzwoni.' },
        }),
      )
    ).id
  const told = await phone('Fakty czekają')
  await stage.as(jan, (work) => takeTicket(work, told))
  await stage.as(jan, (work) =>
    setState(work, told, { stateId: STATES['pending reminder'], pendingUntil: new Date(stage.now.getTime() + 86_400_000) }),
  )

  // Taken in, not worked up; and one whose job is gone, as after a crash of old.
  await stage.mail({ from: 'Paulina Szpak <paulina.szpak@student.example>', subject: 'Czeka na swoją kolej', text: 'x' })
  await acceptMail(
    stage.db,
    {
      from: 'paulina.szpak@student.example',
      recipients: ['pomoc@uni.example'],
      peerAddress: '192.0.2.25',
      peerName: 'mx.student.example',
      encrypted: true,
    },
    mailInMemory(
      Buffer.from(
        'From: paulina.szpak@student.example\r\nTo: pomoc@uni.example\r\nSubject: Bez zadania\r\nMessage-ID: <bez@student.example>\r\n\r\nx\r\n',
      ),
    ),
    stage.now,
  )
  await stage.db
    .deleteFrom('graphile_worker._private_jobs' as never)
    .where(
      'key' as never,
      '=',
      `mail/process/${(await stage.db.selectFrom('inbound_mail').select('id').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()).id}` as never,
    )
    .execute()
  await stage.host.enqueue({ task: 'probe/later', payload: { what: 'za tydzień' }, delaySeconds: 7 * 86_400, key: 'probe/later/1' })
  await stage.host.enqueue({ task: 'probe/later', payload: { what: 'zaległe' } })

  const sessions: Waiting['sessions'] = []
  const enter = async (person: Id, login: string, password: string, code?: string): Promise<Browser> => {
    const browser = stage.browser(`192.0.2.${50 + sessions.length}`)
    await browser.get('/login')
    expectStatus(await browser.post('/login', { login, password }), 303)
    if (code !== undefined) {
      await browser.get('/login/code')
      expectStatus(await browser.post('/login/code', { code }), 303)
    }
    sessions.push({ person, token: tokenOf(browser) })
    return browser
  }
  stage.minutes(1)
  const jans = await enter(jan, 'jkowalski', `${PASSWORD} 3`)
  await enter(ada, 'anowak', PASSWORD, codeOf(house.secret, stage.now))
  const student = campusPerson(3)
  const { id: studentId } = await stage.db.selectFrom('person').select('id').where('login', '=', student.uid).executeTakeFirstOrThrow()
  await enter(studentId, student.uid, student.password)

  const ticket = tickets['worked']!
  const body = 'Dzień dobry,\n\nprzełącznik już jest, zaczynamy o 8.'
  await jans.get(`/desk/tickets/${ticket}`)
  const kept = await jans.post(`/desk/tickets/${ticket}/draft`, {
    draft: 'reply',
    act: 'reply',
    form: 'reply',
    body,
    to: 'paulina.szpak@student.example',
  })
  const draft = { person: jan, ticket, form: `ticket/${ticket}/reply`, body }
  if (kept.status >= 400) await stage.as(jan, (work) => saveDraft(work, draft.form, { body, to: 'paulina.szpak@student.example' }))
  await stage.as(paulina, (work) => saveDraft(work, 'portal/new', { subject: 'Niewysłane', body: 'Zaczęłam pisać…' }))

  // In a unit that runs itself.
  await stage.as(house.maria, (work) =>
    createTicket(work, {
      title: 'W dziekanacie',
      queueId: house.dziekanat,
      customerId: house.tomasz,
      article: {
        channel: 'phone',
        senderType: 'customer',
        visible: true,
        personId: house.tomasz,
        subject: 'W dziekanacie',
        body: 'Dzwoni.',
      },
    }),
  )

  const last = await phone('W ciągu dziesięciu sekund')
  const columns = [
    'title',
    'queue_id',
    'state_id',
    'state_type',
    'priority_id',
    'lock',
    'owner_id',
    'responsible_id',
    'customer_id',
    'pending_until',
    'closed_at',
    'last_agent_at',
    'last_customer_at',
  ] as const
  const stands = async (id: Id) => {
    const { held, participants, ...row } = await stage.db
      .selectFrom('ticket')
      .select([...columns])
      .select((eb) => [
        eb
          .selectFrom('article')
          .select((of) => of.fn.countAll<string>().as('n'))
          .whereRef('article.ticket_id', '=', 'ticket.id')
          .where('held_decision', 'is', null)
          .where('held_at', 'is not', null)
          .as('held'),
        eb
          .selectFrom('ticket_participant')
          .select((of) => of.fn.countAll<string>().as('n'))
          .whereRef('ticket_participant.ticket_id', '=', 'ticket.id')
          .as('participants'),
      ])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return { ...row, held, participants }
  }
  const several = ['priority', 'title', 'move', 'take', 'customer', 'pend', 'close', 'note'] as const
  const ids = new Map<string, Id>()
  for (const what of several) ids.set(what, await phone(`Do cofnięcia: ${what}`))
  ids.set('held', tickets['mailed']!)

  // Last of all, in one moment: their ten seconds run when the backup is made.
  stage.minutes(1)
  const half = stage.browser('192.0.2.60')
  await half.get('/login')
  expectStatus(await half.post('/login', { login: 'anowak', password: PASSWORD }), 303)
  sessions.push({ person: ada, token: tokenOf(half), half: true })
  const doing: Record<string, (work: Work, id: Id) => Promise<unknown>> = {
    priority: (work, id) => setPriority(work, id, '5'),
    title: (work, id) => setTitle(work, id, 'Inny tytuł'),
    move: (work, id) => moveTicket(work, id, house.poczta),
    take: (work, id) => takeTicket(work, id),
    customer: (work, id) => setCustomer(work, id, house.tomasz),
    pend: (work, id) =>
      setState(work, id, { stateId: STATES['pending auto close+'], pendingUntil: new Date(stage.now.getTime() + 86_400_000) }),
    close: (work, id) => setState(work, id, { stateId: STATES.closed }, { body: 'Już nieważne.' }),
    note: (work, id) => addNote(work, id, { body: 'Notatka.' }),
    held: async (work, id) =>
      acceptHeld(
        work,
        id,
        (
          await work.db
            .selectFrom('article')
            .select('id')
            .where('ticket_id', '=', id)
            .where('held_at', 'is not', null)
            .where('held_decision', 'is', null)
            .executeTakeFirstOrThrow()
        ).id,
        { sender: true },
      ),
  }
  const undoable: Waiting['undoable'] = []
  const adas = await stage.actor(ada)
  for (const [what, ticket] of ids) {
    const before = await stands(ticket)
    const { act } = await stage.host.work(adas, async (work) => {
      await doing[what]!(work, ticket)
      return work
    })
    undoable.push({ what, ticket, act, before })
  }
  const before = await stands(last)
  const { act, articleId } = await stage.host.work(await stage.actor(jan), async (work) => ({
    act: work.act,
    ...(await answerTicket(work, last, { body: 'Zrobione, zamykam.', state: { stateId: STATES.closed } })),
  }))
  const mails = (await stage.db.selectFrom('outbound_mail').select('id').where('act_id', '=', act).orderBy('id').execute()).map(
    ({ id }) => id,
  )
  const facts = (await stage.db.selectFrom('fact').select('name').where('ticket_id', '=', told).orderBy('id').execute()).map(
    ({ name }) => name,
  )
  return {
    told: { ticket: told, facts },
    answered: { ticket: last, act, body: 'Zrobione, zamykam.', before, article: articleId, mails },
    undoable,
    draft,
    newDraft: { person: paulina, form: 'portal/new' },
    sessions,
  }
}
