/** Owns the settings of notifications. */
import { integer, yesNo } from '../../core/index.ts'

export const settings = {
  perHour: integer('settings.perHour', 30, { max: 10_000 }),
  selfNotify: yesNo('settings.selfNotify', false),
  toldDays: integer('settings.toldDays', 30, { min: 1, max: 3650 }),
}
export type NotificationSettings = typeof settings
