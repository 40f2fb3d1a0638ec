/** Owns telling: the mails, what stands under the bell, history, and the rows that say who was told and who was not. */
import {
  agentMailer,
  filesLimit,
  findAttachment,
  findPersons,
  mailOutside,
  noteAgentTold,
  notify,
  system,
  tellStopped,
  textForTold,
  type Actor,
  type EventFact,
  type Fact,
  type FilledText,
  type Id,
  type Language,
  type NewAttachment,
  type Person,
  type Work,
} from '../../core/index.ts'
import { languageFor } from '../../core/administration.ts'
import { textFor } from './language.ts'
import { notificationSubject } from './notifications.ts'
import type { Outcome } from './outcomes.ts'
import { EMAIL, type Plan, type Planned, type Room } from './plan.ts'
import { ARTICLE_EVENTS } from './rule.ts'
import { tell, type Way } from './tables.ts'
import { texts } from './texts.ts'

/** Told to open pages when something new stands under somebody's bell. */
export const BELL_CHANGED = 'notifications.bell'

/** All of a plan in one transaction: a fact that is delivered again finds what was told, and tells nobody twice. */
export async function carryOut(fact: Fact<EventFact>, plan: Plan, host: Room): Promise<void> {
  const { ticket, planned } = plan
  const ids = planned.flatMap(({ agents, outside }) => [...agents, ...outside].flatMap(({ personId }) => personId ?? []))
  const people = new Map((await findPersons(host.db, [...new Set(ids)])).map((person) => [person.id, person]))
  const delaySeconds = waits(fact, plan.actor, host.clock())
  await host.work(
    system('notifications'),
    async (work) => {
      const mailAgent = await agentMailer(work)
      const rung = new Set<Id>()
      for (const one of planned) {
        const writer = makeWriter(work, host, plan, one)
        const base = {
          notification_id: one.notification.id,
          ticket_id: ticket.id,
          event: one.event,
          act_id: fact.act,
          fact_id: fact.id,
          at: work.now,
        }
        if (one.editorGone) {
          const { numUpdatedRows } = await tell(work.db)
            .updateTable('notification')
            .set({ stopped: 'editor-gone' })
            .where('id', '=', one.notification.id)
            .where('stopped', 'is', null)
            .executeTakeFirst()
          if (numUpdatedRows > 0n) {
            const { id, unitId, editedBy } = one.notification
            tellStopped(work, notificationSubject, id, { unit: unitId, why: 'editor-gone', detail: '', person: editedBy })
          }
          continue
        }
        if (one.offHours) {
          await tell(work.db)
            .insertInto('notification_told')
            .values({ ...base, person_id: null, address: null, way: null, outcome: 'hours', mail_id: null, told_at: null })
            .execute()
          continue
        }
        for (const id of await tellAgents(work, mailAgent, { plan, one, base, writer, delaySeconds, people })) rung.add(id)
        await tellOutside(work, host, { plan, one, base, writer, delaySeconds, people })
      }
      for (const person of rung) await notify(work, BELL_CHANGED, { person })
    },
    // What customers are written is taken back with the act that it tells of.
    fact.act,
  )
}

/** So long a mail waits that the act can still be taken back, in seconds. */
function waits(fact: Fact, actor: Actor, now: Date): number {
  const seconds = actor.kind === 'person' ? actor.preferences.undoSeconds : 0
  return Math.max(0, Math.ceil(seconds - (now.getTime() - fact.createdAt.getTime()) / 1000))
}

type Base = { notification_id: Id; ticket_id: Id; event: Planned['event']; act_id: string; fact_id: Id; at: Date }
interface Telling {
  plan: Plan
  one: Planned
  base: Base
  writer: ReturnType<typeof makeWriter>
  delaySeconds: number
  people: ReadonlyMap<Id, Person>
}

async function tellAgents(
  work: Work,
  mailAgent: Awaited<ReturnType<typeof agentMailer>>,
  { plan: { ticket, article, actor }, one, base, writer, delaySeconds, people }: Telling,
): Promise<Id[]> {
  if (one.agents.length === 0) return []
  const telling = new Map<string, { person: Person; filled: FilledText; instead: string | undefined }>()
  const rows: NewRow[] = []
  for (const { personId, way, outcome, detail, instead } of one.agents) {
    const person = people.get(personId)!
    const filled = outcome === 'told' ? await writer(person) : undefined
    if (filled) telling.set(`${personId} ${way}`, { person, filled, instead })
    rows.push({
      ...base,
      person_id: personId,
      address: null,
      way: filled ? way : null,
      outcome: outcome === 'told' && !filled ? 'no-text' : outcome,
      detail,
      subject: filled?.subject ?? '',
      told_at: way === 'digest' ? null : base.at,
    })
  }
  const told = (await note(work, rows)).filter(({ outcome }) => outcome === 'told')
  const of = ({ person_id, way }: { person_id: Id | null; way: Way | null }) => telling.get(`${person_id} ${way}`)!
  const bells = told.filter(({ way }) => way === 'page')
  if (bells.length > 0)
    await tell(work.db)
      .insertInto('notification_bell')
      .values(
        bells.map((row) => ({
          person_id: row.person_id!,
          ticket_id: ticket.id,
          notification_id: one.notification.id,
          event: one.event,
          subject: of(row).filled.subject,
          article_id: article?.id ?? null,
          actor_id: actor.kind === 'person' ? actor.id : null,
          act_id: base.act_id,
          at: work.now,
          read_at: null,
        })),
      )
      .execute()
  for (const row of told) {
    if (row.way === 'page') continue
    const { person, filled, instead } = of(row)
    noteAgentTold(work, ticket.id, { notification: one.notification.name, login: person.login ?? person.address ?? '', way: EMAIL })
    if (row.way !== 'mail') continue
    const body = instead ? `${texts.in(languageOf(work, person))('mail.substitute', { name: instead })}\n\n${filled.body}` : filled.body
    const mail = await mailAgent(ticket, person.address!, {
      ...filled,
      body,
      delaySeconds,
      urgent: one.notification.rule.template === 'Alert',
    })
    if (mail) await tell(work.db).updateTable('notification_told').set({ mail_id: mail }).where('id', '=', row.id).execute()
  }
  return bells.map((row) => row.person_id!)
}

async function tellOutside(
  work: Work,
  host: Room,
  { plan: { ticket, article }, one, base, writer, delaySeconds, people }: Telling,
): Promise<void> {
  const { rule } = one.notification
  const letters = new Map<string, { to: string[]; reader: Person | null; told: Id[] }>()
  for (const [n, { kind, address, personId, outcome, detail }] of one.outside.entries()) {
    const [row] = await note(work, [
      { ...base, person_id: personId, address, way: outcome === 'told' ? 'mail' : null, outcome, detail, subject: '', told_at: base.at },
    ])
    if (!row || outcome !== 'told') continue
    const told = row.id
    // All addresses of a message stand in one mail, everybody else has their own.
    const together = kind === 'AllRecipientsFirstArticle' || kind === 'AllRecipientsLastArticle'
    const key = together ? kind : String(n)
    const letter = letters.get(key) ?? {
      to: [],
      reader: together || kind === 'addresses' ? null : (people.get(personId ?? '') ?? null),
      told: [],
    }
    letter.to.push(address)
    letter.told.push(told)
    letters.set(key, letter)
  }
  if (letters.size === 0) return
  const attachments = rule.attachments && article && ARTICLE_EVENTS.includes(one.event) ? await filesOf(work, host, article) : []
  for (const { to, reader, told } of letters.values()) {
    const filled = await writer(reader, true)
    const sent =
      filled &&
      (await mailOutside(work, ticket, to, {
        ...filled,
        visible: rule.visible,
        attachments,
        delaySeconds,
        urgent: rule.template === 'Alert',
      }))
    await tell(work.db)
      .updateTable('notification_told')
      .set(sent ? { mail_id: sent.mailId, subject: filled.subject } : { outcome: filled ? 'own-address' : 'no-text', way: null })
      .where('id', 'in', told)
      .execute()
  }
}

type NewRow = Base & {
  person_id: Id | null
  address: string | null
  way: Way | null
  outcome: Outcome
  detail: string
  subject: string
  told_at: Date | null
}

/** Answers those that are new: of the same act nobody is told twice. */
const note = (work: Work, rows: readonly NewRow[]) =>
  tell(work.db)
    .insertInto('notification_told')
    .values(rows.map((row) => ({ ...row, mail_id: null })))
    .onConflict((conflict) => conflict.doNothing())
    .returning(['id', 'person_id', 'way', 'outcome'])
    .execute()

const languageOf = (work: Work, person: Person | null): Language => languageFor(work.config, person?.language ?? null)

/** Fills in the notification's text for a reader: what it says of the ticket once for all readers of a language. Undefined: it has no text. */
function makeWriter(work: Work, host: Room, { ticket, actor, comment }: Plan, { notification, event }: Planned) {
  const kept = new Map<string, Promise<(reader: Person | null) => FilledText>>()
  return async (reader: Person | null, outside = false): Promise<FilledText | undefined> => {
    const language = languageOf(work, reader)
    const found = textFor(notification.texts, reader?.language ?? null, host.config)
    if (!found) return undefined
    const key = `${outside} ${language} ${found.language}`
    const filled =
      kept.get(key) ??
      textForTold({ db: work.db, config: work.config, now: work.now, actor }, ticket, found, language, {
        outside,
        ...(comment !== undefined && HANDED.has(event) ? { comment } : {}),
      })
    kept.set(key, filled)
    return (await filled)(reader)
  }
}
const HANDED: ReadonlySet<string> = new Set([
  'NotificationOwnerUpdate',
  'NotificationResponsibleUpdate',
  'TicketOwnerUpdate',
  'TicketResponsibleUpdate',
])

async function filesOf(work: Work, host: Room, article: NonNullable<Plan['article']>): Promise<NewAttachment[]> {
  const files = article.attachments.filter(({ disposition }) => disposition === 'attachment')
  // What the smarthost would not take is left out whole: the mail leads to the ticket.
  if (files.reduce((sum, { size }) => sum + size, 0) > filesLimit(host.config)) return []
  const read: NewAttachment[] = []
  for (const { id, name, contentType } of files) {
    const found = await findAttachment(work.db, article.ticketId, id, { visibleOnly: false })
    if (!found) continue
    const pieces: Buffer[] = []
    for await (const piece of found.content()) pieces.push(piece)
    read.push({ name, contentType, content: Buffer.concat(pieces) })
  }
  return read
}
