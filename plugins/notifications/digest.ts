/** Owns the digest: one mail for each person with what waits for them, at the hour they chose; what there was too much of at the next full hour. */
import { sql } from 'kysely'
import { DateTime } from 'luxon'
import { agentTicketUrl, clockStopped, findTicket, loadActor, agentMailer, may, findPerson, system, type Id } from '../../core/index.ts'
import { languageFor } from '../../core/administration.ts'
import { TOO_MANY } from './judge.ts'
import type { Outcome } from './outcomes.ts'
import type { Room } from './plan.ts'
import { tell } from './tables.ts'
import { texts } from './texts.ts'

/** For whoever chose no hour: in the morning. */
export const USUAL_HOUR = 7
/** As many lines stand in one mail. */
const MOST_LINES = 200
/** Where agents choose how they are told. */
export const CHOICES_PATH = '/notifications/mine'

/** Each hour. Who may not read a ticket any more is not told of it, and who works here no more of nothing. */
export async function sendDigests(host: Room): Promise<void> {
  if (await clockStopped(host.db)) return
  const hour = DateTime.fromJSDate(host.clock(), { zone: host.config.zone }).hour
  const { rows } = await sql<{ id: Id }>`
    select t.person_id as id from notification_told t left join notification_person p on p.person_id = t.person_id
    where t.way = 'digest' and t.told_at is null and t.person_id is not null
    group by t.person_id, p.person_id, p.digest_hour
    having bool_or(t.detail = ${TOO_MANY}) or (p.person_id is not null and p.digest_hour is null) or coalesce(p.digest_hour, ${USUAL_HOUR}) = ${hour}
    order by 1`.execute(host.db)
  for (const { id } of rows) await sendDigest(host, id)
}

async function sendDigest(host: Room, personId: Id): Promise<void> {
  await host.work(system('notifications'), async (work) => {
    // Several processes ask for the same hour: the rows belong to who takes them first.
    const waiting = await tell(work.db)
      .selectFrom('notification_told')
      .select(['id', 'ticket_id', 'subject', 'at'])
      .where('person_id', '=', personId)
      .where('way', '=', 'digest')
      .where('told_at', 'is', null)
      .orderBy('ticket_id')
      .orderBy('id')
      .forUpdate()
      .skipLocked()
      .execute()
    if (waiting.length === 0) return
    const [actor, person] = [await loadActor(work.db, personId), await findPerson(work.db, personId)]
    const seen = new Map<Id, { number: string; title: string } | undefined>()
    for (const { ticket_id: id } of waiting) {
      if (seen.has(id)) continue
      const ticket = actor?.access.agent ? await findTicket(work.db, id, personId) : undefined
      const reads = ticket && may(actor!.access, 'ro', ticket.ties).allowed && (await host.active(ticket.unitId))
      seen.set(id, reads ? { number: ticket.number, title: ticket.title } : undefined)
    }
    const lines = waiting.filter(({ ticket_id }) => seen.get(ticket_id))
    const mail =
      lines.length > 0 && person?.address
        ? await (await agentMailer(work))(null, person.address, {
            ...letter(lines, seen as Map<Id, { number: string; title: string }>, texts.in(languageFor(work.config, person.language)), host),
          })
        : undefined
    const became = (ids: readonly Id[], outcome: Outcome, mailId: Id | null) =>
      ids.length === 0
        ? undefined
        : tell(work.db)
            .updateTable('notification_told')
            .set({ told_at: work.now, mail_id: mailId, outcome })
            .where('id', 'in', ids)
            .execute()
    await became(
      lines.map(({ id }) => id),
      mail === undefined ? 'no-address' : 'told',
      mail ?? null,
    )
    await became(
      waiting.filter(({ ticket_id }) => !seen.get(ticket_id)).map(({ id }) => id),
      actor?.access.agent ? 'no-right' : 'ended',
      null,
    )
  })
}

type T = ReturnType<typeof texts.in>

function letter(
  lines: readonly { ticket_id: Id; subject: string }[],
  tickets: ReadonlyMap<Id, { number: string; title: string }>,
  t: T,
  { config }: Room,
): { subject: string; body: string } {
  const shown = lines.slice(0, MOST_LINES)
  const parts = [...Map.groupBy(shown, ({ ticket_id }) => ticket_id)].map(([id, own]) => {
    const { number, title } = tickets.get(id)!
    return [`#${number} ${title}`, ...own.map(({ subject }) => `  – ${subject}`), `  ${agentTicketUrl(config, id)}`].join('\n')
  })
  return {
    subject: t('digest.subject', { count: lines.length }),
    body: [
      t('digest.hello'),
      ...parts,
      ...(lines.length > shown.length ? [t('digest.more', { count: lines.length - shown.length })] : []),
      t('digest.end', { url: new URL(CHOICES_PATH, agentTicketUrl(config, '1')).href }),
    ].join('\n\n'),
  }
}

/** Each night: what stands of whom was told goes after its days, and what stands under bells with it. */
export async function forgetTold(host: Room): Promise<void> {
  const { toldDays } = await host.settings()
  const before = new Date(host.clock().getTime() - toldDays * 24 * 3600_000)
  await host.work(system('notifications'), async (work) => {
    await tell(work.db).deleteFrom('notification_told').where('at', '<', before).execute()
    await tell(work.db).deleteFrom('notification_bell').where('at', '<', before).execute()
  })
}
