/** Kept notifications, ACLs and jobs become rules of the plugins that read them: off, once, with what is lost said. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import acl from '../acl/index.tsx'
import admin from '../admin/index.tsx'
import automation from '../automation/index.tsx'
import desk from '../desk/index.tsx'
import notifications from '../notifications/index.ts'
import portal from '../portal/index.tsx'
import otrsImport from './index.tsx'
import { turnIntoRules } from './rules.ts'

let site: Site
let boss: Visitor
const item = (event_key: string, event_value: string) => ({ notification_id: 40, event_key, event_value })
const KEPT = [
  {
    kind: 'notification',
    source: '40',
    name: 'Kwestura: nowe zgłoszenie',
    content: {
      notification_event: [{ id: 40, name: 'Kwestura: nowe zgłoszenie', valid_id: 1, comments: '' }],
      notification_event_item: [
        item('Events', 'NotificationNewTicket'),
        item('Recipients', 'AgentMyQueues'),
        item('Transports', 'Email'),
        item('QueueID', '5'),
        item('Owner', 'duch'),
      ],
      notification_event_message: [
        {
          notification_id: 40,
          language: 'pl',
          subject: '<OTRS_TICKET_Title>',
          text: 'Do <OTRS_TICKET_EscalationDestinationIn>: <OTRS_AGENT_TransmissionStatusMessage>, ArticleID=<OTRS_AGENT_ArticleID>',
          content_type: 'text/plain',
        },
      ],
    },
  },
  {
    kind: 'notification',
    source: '14',
    name: 'Appointment reminder notification',
    content: {
      notification_event: [{ id: 14, name: 'Appointment reminder notification', valid_id: 1 }],
      notification_event_item: [{ ...item('Events', 'AppointmentNotification'), notification_id: 14 }],
      notification_event_message: [],
    },
  },
  {
    kind: 'acl',
    source: '1',
    name: '100-bez-przenoszenia',
    content: {
      acl: [
        {
          id: 1,
          name: '100-bez-przenoszenia',
          valid_id: 1,
          config_match: '---\nProperties:\n  Ticket:\n    Queue:\n    - Raw\n',
          config_change: '---\nPossibleNot:\n  Action:\n  - AgentTicketMove\n',
        },
      ],
    },
  },
  {
    kind: 'job',
    source: 'Archiwizacja',
    name: 'Archiwizacja',
    content: {
      generic_agent_jobs: [
        { job_name: 'Archiwizacja', job_key: 'Valid', job_value: '1' },
        { job_name: 'Archiwizacja', job_key: 'StateIDs', job_value: '2' },
        { job_name: 'Archiwizacja', job_key: 'NewCMD', job_value: '/opt/otrs/bin/x.sh' },
        { job_name: 'Archiwizacja', job_key: 'NewPriorityID', job_value: '1' },
      ],
    },
  },
  // Nobody reads processes.
  { kind: 'process', source: 'P1', name: 'Urlop', content: { pm_process: [] } },
]

beforeAll(async () => {
  site = await openSite([desk, portal, admin, notifications, automation, acl, otrsImport])
  for (const { kind, source, name, content } of KEPT)
    await sql`insert into otrs_kept (kind, source_id, name, content) values (${kind}, ${source}, ${name}, ${JSON.stringify(content)}::jsonb)`.execute(
      site.database.db,
    )
  boss = await site.loggedIn(await site.make.agent({ 1: ['rw'], 2: ['rw'] }))
})
afterAll(() => site.close())

it('each becomes one rule that is off, what is lost is said, and nothing becomes one twice', async () => {
  const page = await (await boss.get('/admin/take-over/kept')).text()
  expect(page).toContain('Zrób z nich reguły')
  await boss.post('/admin/take-over/kept/rules')
  const { db } = site.database
  const { rows } = await sql<{ name: string; valid: boolean }>`
    select name, valid from notification where name like 'Kwestura%'
    union all select name, valid from acl union all select name, valid from automation_rule order by name`.execute(db)
  expect(rows).toEqual([
    { name: '100-bez-przenoszenia', valid: false },
    { name: 'Archiwizacja', valid: false },
    { name: 'Kwestura: nowe zgłoszenie', valid: false },
  ])
  expect(await turnIntoRules(site.kernel.host)).toEqual([])
  const said = async (path: string) => (await boss.get(`/admin/take-over/kept/${path}`)).text()
  expect(await said('job/Archiwizacja')).toMatch(/NewCMD[\s\S]*polecenie systemowe/)
  expect(await said('notification/40')).toMatch(/Owner = duch[\s\S]*tu czegoś takiego nie ma/)
  expect(await said('notification/14')).toContain('nic z tego nie da się tu wyrazić')
  expect(await (await boss.get('/admin/take-over/kept')).text()).not.toContain('Zrób z nich reguły')
})
