import { describe, expect, it } from 'vitest'
import { choicesFromOtrs, fromOtrs, type Meaning, type OtrsNotification } from './from-otrs.ts'
import { notificationRule } from './rule.ts'

/** Ids are kept, but agents': 5 became 105; there are few names. */
const NAMES: Record<string, string> = { 'queue Raw': '2', 'state open': '4', 'user anna': '105' }
const meaning: Meaning = {
  byId: (kind, id) => (id === '99' ? undefined : kind === 'user' ? `10${id}` : id),
  byName: (kind, name) => NAMES[`${kind} ${name}`],
}
const otrs = (items: Record<string, string | string[]>): OtrsNotification => ({
  name: 'Uwaga',
  items: Object.entries({ Events: 'TicketStateUpdate', Recipients: 'AgentOwner', Transports: 'Email', ...items }).flatMap(
    ([event_key, values]) => [values].flat().map((event_value) => ({ event_key, event_value })),
  ),
  messages: [{ language: 'de', subject: 'Achtung: <OTRS_TICKET_Title>', text: 'Hallo\r\n', content_type: 'text/plain; charset=utf-8' }],
})
const ruleOf = (items: Record<string, string | string[]>) => {
  const { form, lost } = fromOtrs(otrs(items), meaning)
  return { rule: form && notificationRule.parse(form.rule), lost: lost.map(({ key, value, why }) => `${key} ${value} ${why}`) }
}

describe('what OTRS’s rows mean', () => {
  it.each([
    ['conditions on ids', { StateID: ['2', '3'], LockID: ['2', '3'] }, { is: { state: ['2', '3'], lock: ['lock', 'tmp_lock'] } }],
    [
      'conditions on names',
      { Queue: 'Raw', StateType: 'open', Owner: 'anna' },
      { is: { queue: ['2'], stateType: ['open'], owner: ['105'] } },
    ],
    ['a checkbox', { Search_DynamicField_Wazne: '-1' }, { fields: { Wazne: { is: ['0'] } } }],
    ['values of a field', { Search_DynamicField_Budynek: ['A', 'B'] }, { fields: { Budynek: { is: ['A', 'B'] } } }],
  ])('%s', (_name, items, filter) => {
    expect(ruleOf(items)).toMatchObject({ rule: { filter }, lost: [] })
  })

  it('what is not there is never met, and is told', () => {
    // A queue’s number where OTRS wants its name: it never matched there either.
    expect(ruleOf({ Queue: '16' })).toMatchObject({ rule: { filter: { is: { queue: ['0'] } } }, lost: ['Queue 16 unknown'] })
    expect(ruleOf({ QueueID: ['2', '99'] })).toMatchObject({ rule: { filter: { is: { queue: ['2'] } } }, lost: ['QueueID 99 unknown'] })
    expect(ruleOf({ EscalationTime: '5' })).toMatchObject({
      rule: { filter: { is: { queue: ['0'] } } },
      lost: ['EscalationTime 5 not-here'],
    })
  })

  it('recipients, ways, and how they are told', () => {
    expect(
      ruleOf({
        Recipients: ['AgentWatcher', 'Customer', 'AgentNobodyKnows'],
        RecipientAgents: '5',
        RecipientGroups: '2',
        RecipientRoles: '3',
        RecipientEmail: 'a@x.pl; b@x.pl',
        Transports: ['Email', 'NotificationView', 'SMS'],
        VisibleForAgent: '2',
        AgentEnabledByDefault: 'Email',
        OncePerDay: '1',
        SendOnOutOfOffice: '1',
        CalendarFilter: 'SendWithinHours',
        IsVisibleForCustomer: '1',
        TransportEmailTemplate: 'Alert',
      }),
    ).toMatchObject({
      rule: {
        recipients: ['AgentWatcher', 'Customer'],
        agents: ['105'],
        groups: ['2'],
        roles: ['3'],
        addresses: 'a@x.pl; b@x.pl',
        ways: ['mail', 'page'],
        choice: 'one-at-least',
        byDefault: ['mail'],
        oncePerDay: true,
        outOfOffice: true,
        hours: 'within',
        visible: true,
        template: 'Alert',
      },
      lost: ['Recipients AgentNobodyKnows not-here', 'Transports SMS not-here'],
    })
  })

  it('articles, for the events that are about them', () => {
    const items = {
      ArticleSenderTypeID: '3',
      ArticleIsVisibleForCustomer: '0',
      ArticleCommunicationChannelID: '1',
      MIMEBase_Subject: ['awaria', 'alarm'],
    }
    expect(ruleOf({ ...items, Events: 'ArticleCreate' }).rule?.article).toEqual({
      senderTypes: ['customer'],
      visible: false,
      channels: ['email'],
      subject: ['awaria', 'alarm'],
    })
    expect(ruleOf(items).rule?.article).toEqual({})
  })

  it('texts in any language; off until it was looked at; nothing at all of events that are not here', () => {
    expect(fromOtrs(otrs({}), meaning).form).toMatchObject({
      name: 'Uwaga',
      valid: false,
      texts: { de: { subject: 'Achtung: <OTRS_TICKET_Title>', body: 'Hallo\n', contentType: 'text/plain' } },
    })
    expect(fromOtrs(otrs({ Events: 'AppointmentNotification', NotificationType: 'Appointment' }), meaning)).toEqual({
      form: undefined,
      lost: [{ key: 'Events', value: 'AppointmentNotification', why: 'not-here' }],
    })
  })

  it('own choices, by the new numbers', () => {
    expect(
      choicesFromOtrs('7', '{"Notification-40-Email":0,"Notification-40-NotificationView":"1","Notification-41-Email":1,"x":1}', (id) =>
        id === '40' ? '140' : undefined,
      ),
    ).toEqual([{ person_id: '7', notification_id: '140', queue_id: null, mail: 'none', page: true }])
    expect(choicesFromOtrs('7', 'not JSON', () => '1')).toEqual([])
  })
})
