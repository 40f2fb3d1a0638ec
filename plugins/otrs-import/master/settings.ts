/** Owns which settings of ours follow from those of the source; what stands in the configuration file is proposed elsewhere, and what was set here stays. */
import { sql } from 'kysely'
import type { Master } from './master.ts'

const yes = (value: unknown): boolean => value !== undefined && value !== null && value !== '' && String(value) !== '0'

/** Pure. Only what the source says otherwise than pomoc does by itself. `hasTime`: somebody has booked time. */
export function settingsFrom(setting: (name: string) => unknown, hasTime: boolean): Record<string, unknown> {
  const ours: Record<string, unknown> = {}
  if (yes(setting('Ticket::Type'))) ours['tickets.types'] = true
  if (yes(setting('Ticket::Service'))) {
    ours['tickets.services'] = true
    if (yes(setting('Ticket::Frontend::CustomerTicketMessage###Service')))
      ours['portal.service'] = yes(setting('Ticket::Frontend::CustomerTicketMessage###ServiceMandatory')) ? 'required' : 'optional'
  }
  for (const [place, module] of [
    ['body', '0300-Body'],
    ['attachments', '0400-Attachments'],
    ['raw', '0500-RawEmail'],
  ] as const)
    if (yes(setting(`PostMaster::CheckFollowUpModule###${module}`))) ours[`mail.follow-up.${place}`] = true
  // The number stays what it is; what it counts stands in the label that agents read beside it.
  if (hasTime) {
    const label = String(setting('Ticket::Frontend::TimeUnits') ?? '')
    if (/hour|godz/i.test(label)) ours['time.unit'] = 'hours'
    else if (!/min/i.test(label)) ours['time.unit'] = 'units'
  }
  const again = Number(setting('OTRSEscalationEvents::DecayTime') ?? 0)
  if (Number.isInteger(again) && again > 0 && again <= 525_600) ours['deadlines.repeat-minutes'] = again
  if (yes(setting('EscalationSuspendCancelEscalation'))) ours['deadlines.suspend-cancels'] = true
  for (const [name, key] of [
    ['Ticket::ArchiveSystem::RemoveSeenFlags', 'archive.forget-seen'],
    ['Ticket::ArchiveSystem::RemoveTicketWatchers', 'archive.drop-watchers'],
  ] as const) {
    const said = setting(name)
    if (said !== undefined && said !== null && !yes(said)) ours[key] = false
  }
  return ours
}

/** Each once: afterwards it is the administrators' here. */
export async function takeSettings(m: Master): Promise<void> {
  const hasTime = m.source.has('time_accounting') && (await m.source.count('time_accounting')) > 0
  for (const [key, value] of Object.entries(settingsFrom((name) => m.source.setting(name), hasTime))) {
    await sql`insert into setting (owner, key, unit_id, value, changed_at, changed_by)
      values ('core', ${key}, 1, ${JSON.stringify(value)}::jsonb, ${m.work.now}, null) on conflict do nothing`.execute(m.db)
  }
  const { rows } = await sql`select from plugin_activation where plugin = 'faq' and active`.execute(m.db)
  const entries = m.source.has('faq_item') ? await m.source.count('faq_item') : 0
  if (entries > 0 && rows.length === 0) m.tell('knowledge-base-off', 'faq_item', 'faq', { entries })
}
