/** Owns core's own settings: those an administrator changes while the program runs. */
import { choice, integer, yesNo, type SettingValues } from './settings.ts'

export const coreSettings = {
  // OTRS Ticket::Type and Ticket::Service; Ticket::Frontend::CustomerTicketMessage###Service and ###ServiceMandatory.
  'tickets.types': yesNo('setting.tickets.types', false),
  'tickets.services': yesNo('setting.tickets.services', false),
  'portal.service': choice('setting.portal.service', ['off', 'optional', 'required'], 'off'),
  // Read by demandsFactor in person/second-factor.store.ts, with every request.
  'login.factor': choice('setting.login.factor', ['nobody', 'administrators', 'local'], 'nobody'),
  'faults.count': integer('setting.faults.count', 5, { min: 1, max: 1000 }),
  'faults.minutes': integer('setting.faults.minutes', 10, { min: 1, max: 1440 }),
  'mail.follow-up.subject': yesNo('setting.mail.follow-up.subject', true),
  'mail.follow-up.references': yesNo('setting.mail.follow-up.references', true),
  'mail.follow-up.body': yesNo('setting.mail.follow-up.body', false),
  'mail.follow-up.attachments': yesNo('setting.mail.follow-up.attachments', false),
  'mail.follow-up.raw': yesNo('setting.mail.follow-up.raw', false),
  'mail.reopenings': integer('setting.mail.reopenings', 5, { max: 1000 }),
  'limits.tickets': integer('setting.limits.tickets', 20, { max: 10_000 }),
  'limits.invitations': integer('setting.limits.invitations', 20, { max: 10_000 }),
  'limits.invitations-to': integer('setting.limits.invitations-to', 5, { max: 10_000 }),
  // For as long as tickets of another help desk are taken over: whatever the clock does to tickets asks it first (ticket/clock/).
  'clock.stopped': yesNo('setting.clock.stopped', false),
  'deadlines.repeat-minutes': integer('setting.deadlines.repeat-minutes', 0, { max: 525_600 }),
  'deadlines.suspend-cancels': yesNo('setting.deadlines.suspend-cancels', false),
  'time.unit': choice('setting.time.unit', ['minutes', 'hours', 'units'], 'minutes'),
  'archive.after-days': integer('setting.archive.after-days', 0, { max: 36_500 }),
  'archive.forget-seen': yesNo('setting.archive.forget-seen', true),
  'archive.drop-watchers': yesNo('setting.archive.drop-watchers', true),
}
export type CoreSettings = SettingValues<typeof coreSettings>
