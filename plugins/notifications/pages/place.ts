/** Owns what every page of administered notifications needs to know first: who asks, where, and which notification. */
import { refused, type Host, type PageContext } from '../../../core/index.ts'
import { enterAdministration, type Administration } from '../../../core/administration.ts'
import { findNotification, listNotifications, type Notification } from '../notifications.ts'
import type { NotificationSettings } from '../settings.ts'
import { inLanguage } from '../standard.ts'

/** Pages stand twice: in central administration, and in that of each unit. */
export const BASES = ['/admin/notifications', '/u/:unit/admin/notifications'] as const

export type NotificationHost = Host<NotificationSettings>

export interface Place extends Administration {
  host: NotificationHost
  /** Where the list stands. */
  path: string
}

export async function enter(c: PageContext, host: NotificationHost): Promise<Place> {
  const administration = await enterAdministration(c)
  return { ...administration, host, path: `${administration.base}/notifications` }
}

/** What may be seen here, as the reader's language has it: centrally all, in a unit its own and those of units below it. By name. */
export const notificationsHere = (c: PageContext, { host, unitId }: Place): Promise<Notification[]> =>
  namedFor(c, listNotifications(host.db, unitId === null ? {} : { within: unitId }))

/** With the names that the standard set has in the reader's language, by these. */
export async function namedFor(c: PageContext, found: Promise<readonly Notification[]>): Promise<Notification[]> {
  const language = c.get('language')
  return (await found).map((one) => inLanguage(one, language)).toSorted((a, b) => a.name.localeCompare(b.name, language))
}

/** The notification that the address names. Error: `not-found`, also where it is none of this place's. */
export async function demandNotification(c: PageContext, { host: { db }, unitId }: Place): Promise<Notification> {
  const found = await findNotification(db, c.req.param('id') ?? '')
  if (!found) throw refused('not-found')
  if (unitId !== null && !(await listNotifications(db, { within: unitId, id: found.id })).length) throw refused('not-found')
  return found
}
