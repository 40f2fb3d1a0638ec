/** The plugin notifications: who is told of what happens to tickets – by mail, in the page, or in a digest – as OTRS's notifications say it. */
import { definePlugin, EVENT_FACTS, type EventFact, type Fact } from '../../core/index.ts'
import { inProject } from '../../core/pages.ts'
import { deliver } from './deliver.ts'
import { forgetTold, sendDigests } from './digest.ts'
import * as first from './migrations/0001_notifications.ts'
import * as standardSet from './migrations/0002_standard_set.ts'
import * as bellOfRules from './migrations/0003_bell_of_rules.ts'
import * as toldAddresses from './migrations/0004_told_addresses.ts'
import { administered } from './notifications.ts'
import { pages, slots } from './pages/routes.tsx'
import { personData } from './person-data.store.ts'
import type { Room } from './plan.ts'
import { ringStopped } from './stopped.ts'
import { takeRule } from './take-rule.ts'
import { settings, type NotificationSettings } from './settings.ts'
import { texts } from './texts.ts'

export default definePlugin<NotificationSettings>({
  name: 'notifications',
  api: 1,
  scope: 'unit',
  needs: ['desk', 'portal'],
  texts,
  settings,
  administered,
  rulesFrom: { notification: takeRule },
  personData,
  files: {
    'notifications.css': inProject('plugins/notifications/notifications.css'),
    'notifications.js': inProject('plugins/notifications/notifications.js'),
  },
  routes: pages,
  slots,
  migrations: {
    '0001_notifications': first,
    '0002_standard_set': standardSet,
    '0003_bell_of_rules': bellOfRules,
    '0004_told_addresses': toldAddresses,
  },
  on: {
    ...Object.fromEntries(EVENT_FACTS.map((name) => [name, (fact: Fact<EventFact>, host: Room) => deliver(fact, host)])),
    'admin.stopped': ringStopped,
  },
  jobs: {
    'notifications/digest': { cron: '4 * * * *', run: (_payload, host) => sendDigests(host) },
    'notifications/forget': { cron: '17 2 * * *', run: (_payload, host) => forgetTold(host) },
  },
})
