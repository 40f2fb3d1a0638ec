/** The plugin notifications: who is told of what happens to tickets – by mail, in the page, or in a digest – as OTRS's notifications say it. */
import { definePlugin } from '../../core/index.ts'
import * as first from './migrations/0001_notifications.ts'
import { administered } from './notifications.ts'
import { settings, type NotificationSettings } from './settings.ts'
import { texts } from './texts.ts'

export default definePlugin<NotificationSettings>({
  name: 'notifications',
  api: 1,
  scope: 'unit',
  texts,
  settings,
  administered,
  migrations: { '0001_notifications': first },
})
