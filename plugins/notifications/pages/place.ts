/** Owns what every page of administered notifications needs to know first: who asks, where, and which notification. */
import { refused, type Host, type PageContext } from '../../../core/index.ts'
import { enterAdministration, type Administration } from '../../../core/administration.ts'
import { findNotification, listNotifications, type Notification } from '../notifications.ts'
import type { NotificationSettings } from '../settings.ts'

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

/** What may be seen here: centrally all, in a unit its own and those of units below it. */
export const notificationsHere = ({ host, unitId }: Place): Promise<Notification[]> =>
  listNotifications(host.db, unitId === null ? {} : { within: unitId })

/** The notification that the address names. Error: `not-found`, also where it is none of this place's. */
export async function demandNotification(c: PageContext, { host: { db }, unitId }: Place): Promise<Notification> {
  const found = await findNotification(db, c.req.param('id') ?? '')
  if (!found) throw refused('not-found')
  if (unitId !== null && !(await listNotifications(db, { within: unitId, id: found.id })).length) throw refused('not-found')
  return found
}
