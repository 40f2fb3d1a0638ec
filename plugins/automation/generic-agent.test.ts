import { describe, expect, it } from 'vitest'
import { fromGenericAgent, type JobRow, type ReadJob } from './generic-agent.ts'

const NAMES = { person: (id: string) => (id === '1' ? ('nobody' as const) : id === '7' ? '10000007' : undefined) }
/** Keys with their values, several of one key as a list. */
const rows = (job: Record<string, string | readonly string[]>, name = 'Praca'): JobRow[] =>
  Object.entries(job).flatMap(([job_key, values]) => [values].flat().map((job_value) => ({ job_name: name, job_key, job_value })))
const read = (job: Record<string, string | readonly string[]>): ReadJob => fromGenericAgent(rows(job), NAMES)[0]!

it('a job of the night: finished tickets of a year ago into the archive', () => {
  const job = read({
    NewArchiveFlag: 'y',
    ScheduleDays: ['1', '4'],
    ScheduleHours: '3',
    ScheduleMinutes: '10',
    StateIDs: ['2', '3'],
    TicketCloseTimePoint: '1',
    TicketCloseTimePointFormat: 'year',
    TicketCloseTimePointStart: 'Before',
    TicketCloseTimeSearchType: 'TimePoint',
    Valid: '1',
  })
  expect(job).toEqual({
    rule: expect.objectContaining({
      name: 'Praca',
      valid: false,
      wakes: { facts: [], schedule: { days: [1, 4], hours: [3], minutes: [10] } },
      filter: { is: { state: ['2', '3'] }, times: [{ of: 'anyClosing', is: 'before', minutes: 525_600 }] },
      acts: [{ act: 'archive', given: { archived: true } }],
    }),
    wasValid: true,
    lost: [],
  })
})

it('a job by hand that was off: a note in a queue', () => {
  const { rule, wasValid, lost } = read({ NewNoteBody: 'Proszę sprawdzić', QueueIDs: '10', Valid: '0' })
  expect([rule.wakes, rule.filter, rule.acts, wasValid, lost]).toEqual([
    { facts: [] },
    { is: { queue: ['10'] } },
    [{ act: 'note', given: { body: 'Proszę sprawdzić' } }],
    false,
    [],
  ])
})

describe('times, by the key of their switch', () => {
  const point = (prefix: string, type: string, start: string, count = '2', format = 'hour') => ({
    [type]: 'TimePoint',
    [`${prefix}TimePoint`]: count,
    [`${prefix}TimePointFormat`]: format,
    [`${prefix}TimePointStart`]: start,
  })
  it.each([
    ['G1', point('TicketCreate', 'TimeSearchType', 'Before'), { of: 'created', is: 'before', minutes: 120 }],
    ['G2', point('TicketCreate', 'TimeSearchType', 'Last'), { of: 'created', is: 'last', minutes: 120 }],
    ['G3', { TimeSearchType: 'TimeSlot', TicketCreateTimeStartYear: '2026', TicketCreateTimeStartMonth: '3', TicketCreateTimeStartDay: '1', TicketCreateTimeStopYear: '2026', TicketCreateTimeStopMonth: '03', TicketCreateTimeStopDay: '2' }, { of: 'created', is: 'between', from: '2026-03-01', to: '2026-03-02' }], // biome-ignore format: a line a case
    ['G4', point('TicketCreate', 'TimeSearchType', 'Before', '1', 'month'), { of: 'created', is: 'before', minutes: 43_200 }],
    ['G5', point('TicketChange', 'ChangeTimeSearchType', 'Before', '5', 'day'), { of: 'anyChange', is: 'before', minutes: 7200 }],
    ['G5', point('TicketLastChange', 'LastChangeTimeSearchType', 'Before', '5', 'day'), { of: 'changed', is: 'before', minutes: 7200 }],
    ['G6', point('TicketClose', 'CloseTimeSearchType', 'Before', '1', 'week'), { of: 'anyClosing', is: 'before', minutes: 10_080 }],
    [
      'the last closing',
      point('TicketLastClose', 'LastCloseTimeSearchType', 'Last', '1', 'week'),
      { of: 'lastClosing', is: 'last', minutes: 10_080 },
    ],
    ['put off', point('TicketPending', 'TimePendingSearchType', 'Next', '30', 'minute'), { of: 'pending', is: 'next', minutes: 30 }],
    ['G7', point('TicketEscalation', 'EscalationTimeSearchType', 'Before', '1'), { of: 'due', is: 'before', minutes: 60 }],
    [
      'a response',
      point('TicketEscalationResponse', 'EscalationResponseTimeSearchType', 'Next'),
      { of: 'responseDue', is: 'next', minutes: 120 },
    ],
    [
      'a solution',
      point('TicketEscalationSolution', 'EscalationSolutionTimeSearchType', 'Odd'),
      { of: 'solutionDue', is: 'last', minutes: 120 },
    ],
  ])('%s', (_case, job, time) => {
    const { rule, lost } = read(job as Record<string, string>)
    expect([rule.filter.times, lost]).toEqual([[time], []])
  })
  it('a switch without its parts, or with none, is no limit; alone it means everything, which is told', () => {
    const parts = { TicketCreateTimePoint: '2', TicketCreateTimePointFormat: 'hour' }
    for (const job of [
      { TimeSearchType: 'TimePoint' },
      { TimeSearchType: 'None', ...parts },
      { TimeSearchType: 'TimePoint', ...parts },
      {},
    ])
      expect(read({ ...(job as Record<string, string>), NewStateID: '2' })).toMatchObject({
        rule: { filter: {} },
        lost: [{ why: 'condition' }],
      })
  })
})

it('every other condition; empty rows mean nothing', () => {
  const { rule, lost } = read({
    StateTypeIDs: ['1', '5'],
    PriorityIDs: '4',
    OwnerIDs: ['1', '7', '8'],
    ResponsibleIDs: '7',
    LockIDs: ['1', '2'],
    TypeIDs: '3',
    ServiceIDs: '4',
    SLAIDs: '5',
    TicketNumber: '2026*',
    Title: 'Drukarka && !toner',
    CustomerID: 'WIMiP',
    CustomerUserLogin: 'jnow*',
    MIMEBase_Subject: '*pilne*',
    MIMEBase_Body: 'a*b',
    MIMEBase_From: '',
    QueueIDs: '',
    SearchInArchive: 'AllTickets',
    Search_DynamicField_Bud: ['A1', 'B2'],
    Search_DynamicField_Opis: '*mokro*',
    Search_DynamicField_OddanieStartYear: '2026',
  })
  expect(rule.filter).toEqual({
    is: { stateType: ['new', 'pending auto'], priority: ['4'], owner: ['nobody', '10000007'], responsible: ['10000007'], lock: ['unlock', 'lock'], type: ['3'], service: ['4'], sla: ['5'] }, // biome-ignore format: one part
    texts: { number: '2026*', title: 'Drukarka && !toner', company: 'WIMiP', customerLogin: 'jnow*' },
    articles: { subject: 'pilne' },
    archived: 'with',
    fields: { Bud: { is: ['A1', 'B2'] }, Opis: { words: 'mokro' } },
  })
  expect(lost.map(({ key, why }) => [key, why])).toEqual([
    ['OwnerIDs', 'person'],
    ['MIMEBase_Body', 'pattern'],
    ['Search_DynamicField_OddanieStartYear', 'field'],
  ])
})

it('acts stand in the order of OTRS, whatever that of the rows', () => {
  const { rule, lost } = read({
    NewArchiveFlag: 'n',
    DynamicField_Bud: ['A1'],
    DynamicField_Pusty: '',
    NewLockID: '2',
    NewResponsibleID: '1',
    NewOwnerID: '7',
    NewPriorityID: '5',
    NewSLAID: '2',
    NewTypeID: '3',
    NewTitle: 'Inny',
    NewCustomerID: 'WIMiP',
    NewCustomerUserLogin: 'jnowak',
    NewPendingTime: '2',
    NewPendingTimeType: '86400',
    NewStateID: '6',
    NewNoteBody: '<OTRS_TICKET_Queue>',
    NewNoteSubject: 'Temat',
    NewNoteIsVisibleForCustomer: '1',
    NewNoteTimeUnits: '0.5',
    NewQueueID: '5',
    QueueIDs: '4',
  })
  expect(rule.acts).toEqual([
    { act: 'move', given: { queue: '5' } },
    { act: 'note', given: { body: '<OTRS_TICKET_Queue>', subject: 'Temat', visible: true, time: '0.5' } },
    { act: 'state', given: { stateId: '6', until: { in: 2880 } } },
    { act: 'customer', given: { customer: 'jnowak' } },
    { act: 'company', given: { company: 'WIMiP' } },
    { act: 'title', given: { title: 'Inny' } },
    { act: 'classify', given: { type: '3', sla: '2' } },
    { act: 'priority', given: { priority: '5' } },
    { act: 'owner', given: { owner: '10000007' } },
    { act: 'responsible', given: { responsible: '' } },
    { act: 'lock', given: { lock: 'lock' } },
    { act: 'fields', given: { fields: { Bud: ['A1'] } } },
    { act: 'archive', given: { archived: false } },
  ])
  expect(lost).toEqual([])
})

it.each([
  [{ NewPendingTime: '90' }, [{ act: 'pending-date', given: { until: { in: 2 } } }]],
  [{ NewPendingTime: '1', NewPendingTimeType: '3600' }, [{ act: 'pending-date', given: { until: { in: 60 } } }]],
  [{ NewOwnerID: '1' }, [{ act: 'release', given: {} }]],
])('%o', (job, acts) => expect(read({ QueueIDs: '4', ...(job as Record<string, string>) }).rule.acts).toEqual(acts))

it('events become facts, one that we do not know is named; so is whatever runs programs, deletes or keeps silent', () => {
  const { rule, lost } = read({
    EventValues: [
      'TicketCreate',
      'NotificationNewTicket',
      'ArticleCreate',
      'TicketDynamicFieldUpdate_Bud',
      'EscalationResponseTimeStart',
      'TicketFlagSet',
    ],
    NewCMD: '/usr/local/bin/x',
    NewModule: 'Kernel::System::GenericAgent::X',
    NewParamKey1: 'TicketID',
    NewDelete: '1',
    NewSendNoNotification: '1',
    NewNoteFrom: 'Robot',
    ScheduleLastRun: '2026-03-01 10:00:00',
    Nieznany: 'x',
  })
  expect(rule.wakes).toEqual({ facts: ['ticket.created', 'article.created', 'ticket.fields-changed', 'ticket.deadline-missed'] })
  expect(lost.map(({ key, why }) => `${key} ${why}`).toSorted()).toEqual([
    'EventValues event',
    'NewCMD command',
    'NewDelete delete',
    'NewModule module',
    'NewNoteFrom sender',
    'NewParamKey1 module',
    'NewSendNoNotification silent',
    'Nieznany unknown',
  ])
})

it('jobs are read in the order of bytes; hours that were UTC are named', () => {
  const jobs = fromGenericAgent([...rows({ QueueIDs: '1', ScheduleHours: '8' }, 'b'), ...rows({ QueueIDs: '1' }, '10'), ...rows({ QueueIDs: '1' }, '9')], { ...NAMES, utc: true }) // biome-ignore format: one line
  expect(jobs.map(({ rule }) => rule.name)).toEqual(['10', '9', 'b'])
  expect(jobs[2]!.lost).toEqual([{ key: 'ScheduleHours', value: '8', why: 'utc' }])
  // Hours alone, never by time.
  expect(jobs[2]!.rule.wakes.schedule).toEqual({ days: [], hours: [8], minutes: [] })
})
