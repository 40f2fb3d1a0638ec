/** Owns reading OTRS's jobs (GenericAgent) into rules: pure, from the rows of `generic_agent_jobs`; what no rule can say is named. */
import type { ActName, Id, RuleFilter, RuleTime } from '../../core/index.ts'
import { USUAL_HOURLY, type RuleAct, type RuleForm } from './rule.ts'
import { wakingOf, type WakingFact } from './wakes.ts'

/** A row of the table, as both products and all versions have it. */
export interface JobRow {
  job_name: string
  job_key: string
  job_value: string | null
}

/** What a job says and a rule does not; `why` is a key of the texts, 'lost.<why>'. */
export interface Lost {
  key: string
  value: string
  why: LostWhy
}
export const LOST = [
  'command',
  'module',
  'delete',
  'silent',
  'sender',
  'event',
  'person',
  'pattern',
  'field',
  'condition',
  'time',
  'unknown',
  'utc',
] as const
export type LostWhy = (typeof LOST)[number]

export interface ReadJob {
  /** Always off: somebody looks at it first. */
  rule: RuleForm
  /** Was it in use there? */
  wasValid: boolean
  lost: Lost[]
}

/** Ids of OTRS that a take-over keeps are not asked for; persons have others here. */
export interface JobNames {
  /** A user of OTRS by id; 'nobody' for the one who leads nothing (root@localhost); undefined: unknown. */
  person(userId: string): Id | 'nobody' | undefined
  /** The system matched its times against UTC (OTOBO from 11.0). */
  utc?: boolean
}

/** As many tickets as OTRS's daemon takes in one run. */
const MOST = 4000
const STATE_TYPES = ['', 'new', 'open', 'closed', 'pending reminder', 'pending auto', 'removed', 'merged']
const LOCKS = ['', 'unlock', 'lock', 'tmp_lock']

/** Several jobs, by name in the order of bytes. */
export function fromGenericAgent(rows: readonly JobRow[], names: JobNames): ReadJob[] {
  const jobs = Map.groupBy(rows, ({ job_name }) => job_name)
  return [...jobs.keys()].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map((name) => readJob(name, jobs.get(name)!, names))
}

function readJob(name: string, rows: readonly JobRow[], names: JobNames): ReadJob {
  const job = new Job(rows, names)
  const filter = readFilter(job)
  const acts = readActs(job)
  const wakes = { ...readWakes(job) }
  // A lone switch counted as a criterion there, and the job ran over everything: here it does not.
  if (Object.keys(filter).every((key) => key === 'archived') && wakes.facts.length === 0) job.lose('', '', 'condition')
  const wasValid = job.one('Valid') !== '0'
  job.loseRest()
  return {
    rule: { name: name.slice(0, 200), comment: '', valid: false, wakes, filter, acts, most: MOST, hourly: USUAL_HOURLY },
    wasValid,
    lost: job.lost,
  }
}

/** The rows of one job, each asked for once: what nobody asked for is lost. Empty rows stand for every field of the page and mean nothing. */
class Job {
  readonly lost: Lost[] = []
  private readonly values: Map<string, string[]>
  readonly names: JobNames
  private readonly asked = new Set<string>()
  constructor(rows: readonly JobRow[], names: JobNames) {
    this.names = names
    this.values = new Map()
    for (const { job_key, job_value } of rows)
      if (job_value !== null && job_value !== '') this.values.set(job_key, [...(this.values.get(job_key) ?? []), job_value])
  }
  all(key: string): string[] {
    this.asked.add(key)
    return this.values.get(key) ?? []
  }
  one(key: string): string {
    return this.all(key).at(-1) ?? ''
  }
  keys(): string[] {
    return [...this.values.keys()]
  }
  lose(key: string, value: string, why: LostWhy): void {
    this.lost.push({ key, value, why })
  }
  loseRest(): void {
    for (const [key, values] of this.values) if (!this.asked.has(key)) for (const value of values) this.lose(key, value, 'unknown')
  }
}

function readFilter(job: Job): RuleFilter {
  const persons = (key: string) =>
    job.all(key).flatMap((id) => {
      const person = job.names.person(id)
      if (person === undefined) job.lose(key, id, 'person')
      return person ?? []
    })
  const is = {
    queue: job.all('QueueIDs'),
    stateType: job.all('StateTypeIDs').flatMap((id) => STATE_TYPES[Number(id)] || []),
    state: job.all('StateIDs'),
    priority: job.all('PriorityIDs'),
    owner: persons('OwnerIDs'),
    responsible: persons('ResponsibleIDs'),
    lock: job.all('LockIDs').flatMap((id) => LOCKS[Number(id)] || []),
    type: job.all('TypeIDs'),
    service: job.all('ServiceIDs'),
    sla: job.all('SLAIDs'),
  }
  const texts = {
    number: job.one('TicketNumber'),
    title: job.one('Title'),
    company: job.one('CustomerID'),
    customerLogin: job.one('CustomerUserLogin'),
  }
  const articles = Object.fromEntries(
    (['From', 'To', 'Cc', 'Subject', 'Body'] as const).map((part) => [
      part.toLowerCase(),
      words(job, `MIMEBase_${part}`) || words(job, part),
    ]),
  )
  const times = TIMES.flatMap((time) => readTime(job, time))
  const archive = job.one('SearchInArchive')
  const fields = readFields(job)
  const filled = <T extends object>(part: T) =>
    Object.fromEntries(Object.entries(part).filter(([, value]) => (value as string | string[]).length > 0)) as T
  const filter: RuleFilter = {
    is: filled(is),
    texts: filled(texts),
    articles: filled(articles),
    times,
    fields,
    ...(archive === 'AllTickets' ? { archived: 'with' } : archive === 'ArchivedTickets' ? { archived: 'only' } : {}),
  }
  return Object.fromEntries(Object.entries(filter).filter(([, part]) => typeof part === 'string' || Object.keys(part as object).length > 0))
}

/** Words of a message stand anywhere in it, with asterisks around them or without. */
function words(job: Job, key: string): string {
  const value = job.one(key)
  const text = withoutStars(value)
  if (!text.includes('*')) return text
  job.lose(key, value, 'pattern')
  return ''
}

/** The same without asterisks at its ends. */
function withoutStars(text: string): string {
  let [from, to] = [0, text.length]
  while (text[from] === '*') from++
  while (to > from && text[to - 1] === '*') to--
  return text.slice(from, to)
}

/** Beginning of the keys, the key of the switch, and what it speaks of here. */
const TIMES: readonly { prefix: string; type: string; of: RuleTime['of'] }[] = [
  { prefix: 'TicketCreate', type: 'TimeSearchType', of: 'created' },
  { prefix: 'TicketChange', type: 'ChangeTimeSearchType', of: 'anyChange' },
  { prefix: 'TicketLastChange', type: 'LastChangeTimeSearchType', of: 'changed' },
  { prefix: 'TicketClose', type: 'CloseTimeSearchType', of: 'anyClosing' },
  { prefix: 'TicketLastClose', type: 'LastCloseTimeSearchType', of: 'lastClosing' },
  { prefix: 'TicketPending', type: 'TimePendingSearchType', of: 'pending' },
  { prefix: 'TicketEscalation', type: 'EscalationTimeSearchType', of: 'due' },
  { prefix: 'TicketEscalationResponse', type: 'EscalationResponseTimeSearchType', of: 'responseDue' },
  { prefix: 'TicketEscalationUpdate', type: 'EscalationUpdateTimeSearchType', of: 'updateDue' },
  { prefix: 'TicketEscalationSolution', type: 'EscalationSolutionTimeSearchType', of: 'solutionDue' },
]
const FORMATS: Record<string, number> = { minute: 1, hour: 60, day: 1440, week: 10_080, month: 43_200, year: 525_600 }
const STARTS: Record<string, 'before' | 'next'> = { Before: 'before', Next: 'next' }

function readTime(job: Job, { prefix, type, of }: (typeof TIMES)[number]): RuleTime[] {
  const search = job.one(type) || job.one(`${prefix}TimeSearchType`)
  const key = (rest: string) => `${prefix}Time${rest}`
  const day = (end: 'Start' | 'Stop') => {
    const [year, month, date] = ['Year', 'Month', 'Day'].map((part) => job.one(key(`${end}${part}`)).padStart(2, '0'))
    return /^\d{4}-\d{2}-\d{2}$/.test(`${year}-${month}-${date}`) ? `${year}-${month}-${date}` : undefined
  }
  const [from, to] = [day('Start'), day('Stop')]
  const [count, format, start] = [job.one(key('Point')), job.one(key('PointFormat')), job.one(key('PointStart'))]
  if (search === 'TimeSlot') {
    // OTRS: a part that is missing, no limit.
    if (!from && !to) return []
    return [{ of, is: 'between', ...(from ? { from } : {}), ...(to ? { to } : {}) }]
  }
  if (search !== 'TimePoint') return []
  if (!count || !format || !start) return []
  const minutes = Number(count) * (FORMATS[format] ?? NaN)
  if (!Number.isSafeInteger(minutes) || minutes < 1) {
    job.lose(key('Point'), `${count} ${format}`, 'time')
    return []
  }
  return [{ of, is: STARTS[start] ?? 'last', minutes }]
}

const SEARCHED = 'Search_DynamicField_'
/** Parts of a date, which a rule asks for otherwise. */
const OF_DATE = [
  'TimePoint',
  'TimePointFormat',
  'TimePointStart',
  ...['Start', 'Stop'].flatMap((end) => ['', 'Year', 'Month', 'Day', 'Hour', 'Minute'].map((part) => `${end}${part}`)),
]

function readFields(job: Job): NonNullable<RuleFilter['fields']> {
  return Object.fromEntries(
    job
      .keys()
      .filter((key) => key.startsWith(SEARCHED))
      .flatMap((key): [string, NonNullable<RuleFilter['fields']>[string]][] => {
        const name = key.slice(SEARCHED.length)
        const values = job.all(key)
        if (OF_DATE.some((part) => name.endsWith(part)) || !/^[A-Za-z0-9]+$/.test(name)) {
          for (const value of values) job.lose(key, value, 'field')
          return []
        }
        const [value = ''] = values
        if (values.length > 1 || !value.includes('*')) return [[name, { is: values }]]
        const text = withoutStars(value)
        if (text !== '' && !text.includes('*')) return [[name, { words: text }]]
        job.lose(key, value, 'pattern')
        return []
      }),
  )
}

function readWakes(job: Job): RuleForm['wakes'] {
  const numbers = (key: string, most: number) =>
    [...new Set(job.all(key).map(Number))].filter((n) => Number.isInteger(n) && n >= 0 && n <= most).toSorted((a, b) => a - b)
  const facts = job.all('EventValues').flatMap((event): WakingFact[] => {
    const fact = wakingOf(event)
    if (!fact) job.lose('EventValues', event, 'event')
    return fact ? [fact] : []
  })
  const schedule = { days: numbers('ScheduleDays', 6), hours: numbers('ScheduleHours', 23), minutes: numbers('ScheduleMinutes', 59) }
  job.all('ScheduleLastRun')
  job.all('ScheduleLastRunUnixTime')
  const some = Object.values(schedule).some((list) => list.length > 0)
  if (some && job.names.utc) job.lose('ScheduleHours', schedule.hours.join(', '), 'utc')
  return { facts: [...new Set(facts)], ...(some ? { schedule } : {}) }
}

/** In the order in which OTRS does it. */
function readActs(job: Job): RuleAct[] {
  const acts: RuleAct[] = []
  const add = (act: ActName, given: Record<string, unknown>) => acts.push({ act, given })
  const person = (key: string) => {
    const id = job.one(key)
    const found = id === '' ? undefined : job.names.person(id)
    if (id !== '' && found === undefined) job.lose(key, id, 'person')
    return found
  }
  const put = (key: string, act: ActName, field: string) => {
    const value = job.one(key)
    if (value !== '') add(act, { [field]: value })
  }
  put('NewQueueID', 'move', 'queue')
  readNote(job, add)
  readState(job, add)
  put('NewCustomerUserLogin', 'customer', 'customer')
  put('NewCustomerID', 'company', 'company')
  put('NewTitle', 'title', 'title')
  const about = { type: job.one('NewTypeID'), service: job.one('NewServiceID'), sla: job.one('NewSLAID') }
  const classified = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== ''))
  if (Object.keys(classified).length > 0) add('classify', classified)
  put('NewPriorityID', 'priority', 'priority')
  const owner = person('NewOwnerID')
  if (owner === 'nobody') add('release', {})
  else if (owner) add('owner', { owner })
  const responsible = person('NewResponsibleID')
  if (responsible) add('responsible', { responsible: responsible === 'nobody' ? '' : responsible })
  const lock = LOCKS[Number(job.one('NewLockID') || 0)]
  if (lock) add('lock', { lock: lock === 'unlock' ? 'unlock' : 'lock' })
  const fields = Object.fromEntries(
    job.keys().flatMap((key) => (key.startsWith('DynamicField_') ? [[key.slice('DynamicField_'.length), job.all(key)]] : [])),
  )
  if (Object.keys(fields).length > 0) add('fields', { fields })
  const archive = job.one('NewArchiveFlag')
  if (archive === 'y' || archive === 'n') add('archive', { archived: archive === 'y' })
  loseActs(job)
  return acts
}

function readNote(job: Job, add: (act: ActName, given: Record<string, unknown>) => void): void {
  const [body, subject, units] = [job.one('NewNoteBody'), job.one('NewNoteSubject'), job.one('NewNoteTimeUnits')]
  const visible = job.one('NewNoteIsVisibleForCustomer') === '1'
  const from = job.one('NewNoteFrom')
  if (from !== '') job.lose('NewNoteFrom', from, 'sender')
  if (body === '') {
    if (subject !== '') job.lose('NewNoteSubject', subject, 'unknown')
    return
  }
  add('note', { body, ...(subject ? { subject } : {}), ...(visible ? { visible: true } : {}), ...(units ? { time: units } : {}) })
}

function readState(job: Job, add: (act: ActName, given: Record<string, unknown>) => void): void {
  const stateId = job.one('NewStateID')
  const [count, unit] = [job.one('NewPendingTime'), job.one('NewPendingTimeType')]
  // Without a type it is seconds.
  const minutes = count === '' ? undefined : Math.round((Number(count) * Number(unit || 1)) / 60)
  const until = minutes !== undefined && Number.isSafeInteger(minutes) && minutes > 0 ? { until: { in: minutes } } : {}
  if (count !== '' && !('until' in until)) job.lose('NewPendingTime', `${count} ${unit}`, 'time')
  if (stateId !== '') add('state', { stateId, ...until })
  else if ('until' in until) add('pending-date', until)
}

/** What a rule never does. */
function loseActs(job: Job): void {
  const lose = (key: string, why: LostWhy, unless = '') => {
    const value = job.one(key)
    if (value !== '' && value !== unless) job.lose(key, value, why)
  }
  lose('NewCMD', 'command')
  lose('NewModule', 'module')
  for (const key of job.keys()) if (/^NewParam(Key|Value)\d$/.test(key)) lose(key, 'module')
  lose('NewDelete', 'delete', '0')
  lose('NewSendNoNotification', 'silent', '0')
  // Of the page, and of no use to anybody.
  for (const key of ['Agent', 'Name', 'JobName', 'Profile', 'OldName']) job.all(key)
}
