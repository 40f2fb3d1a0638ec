/** Owns the telling: who writes what when, from the scenarios; pure, the same for the same seed and moment. */
import { DEFAULT_CALENDAR, receive } from '../../core/index.ts'
import { AGENTS, CUSTOMERS, type DemoAgent, type DemoPerson } from './people.ts'
import type { Random } from './random.ts'
import { SCENARIOS } from './scenarios/index.ts'
import type { DemoFile, Scenario, Step, StepState } from './scenarios/scenario.ts'
import { HMS_OF_FACULTY } from './scenarios/studies.ts'
import { hmsQueueOf, QUEUES, ROLES } from './university.ts'
import { agentMoment, arrivals, customerMoment, DAY, pendingMoment } from './when.ts'

export interface Story {
  scenario: Scenario
  customer: DemoPerson
  language: 'pl' | 'en'
  queue: string
  title: string
  arrivedAt: Date
  receivedAt: Date
  moments: Moment[]
}

/** One act in a story; the first is always the customer's question (or their call, which an agent wrote down). */
export type Moment = Question | Said | Moved | Weighed
export interface Question {
  kind: 'question'
  at: Date
  by: DemoPerson
  text: string
  files: readonly DemoFile[]
}
export interface Said {
  kind: 'answer' | 'note'
  at: Date
  by: DemoAgent
  text: string
  files: readonly DemoFile[]
  state?: StepState
  until?: Date
}
export interface Moved {
  kind: 'move'
  at: Date
  by: DemoAgent
  queue: string
}
export interface Weighed {
  kind: 'priority'
  at: Date
  by: DemoAgent
  priority: string
}

const SILENCE =
  'zamykam zgłoszenie, bo od ponad tygodnia nie mamy odpowiedzi. Jeśli sprawa jest nadal aktualna, wystarczy odpowiedzieć na tę wiadomość – zgłoszenie otworzy się ponownie.'

export function tellStories(random: Random, count: number, now: Date): Story[] {
  const bag = SCENARIOS.flatMap((scenario) => Array.from({ length: (scenario.weight ?? 1) * 2 }, () => scenario))
  return arrivals(random, count, now).map((at) => tell(random, random.pick(bag), at, now))
}

function tell(random: Random, scenario: Scenario, at: Date, now: Date): Story {
  const customer = random.pick(CUSTOMERS.filter((person) => fits(person, scenario)))
  const slots = Object.fromEntries(Object.entries(scenario.slots ?? {}).map(([name, words]) => [name, random.pick(words)]))
  const say = (text: string | readonly string[], by: DemoPerson) => fill(typeof text === 'string' ? text : random.pick(text), slots, by)
  const wanted = scenario.queue === HMS_OF_FACULTY ? hmsQueueOf(customer.unit) : scenario.queue
  // A queue without an address of its own gets its mails by hand.
  const first = (scenario.channel ?? 'email') === 'email' ? mailboxOf(wanted) : wanted
  const whole: readonly Step[] = [
    ...(first === wanted ? [] : [{ move: wanted }]),
    ...(scenario.priority ? [{ priority: scenario.priority }] : []),
    ...scenario.steps,
  ]
  const story: Story = {
    scenario,
    customer,
    language: customer.language,
    queue: first,
    title: say(scenario.subject, customer),
    arrivedAt: at,
    receivedAt: scenario.channel === 'phone' ? at : receive(DEFAULT_CALENDAR, at).receivedAt,
    moments: [{ at, kind: 'question', by: customer, text: say(scenario.body, customer), files: scenario.files ?? [] }],
  }
  const age = (now.getTime() - at.getTime()) / DAY
  // Not everything ends well: some wait for their turn, some stick half-way.
  const steps =
    random.chance(0.06) && age < 6
      ? []
      : random.chance(0.34) && age < 30
        ? whole.slice(0, random.whole(1, Math.max(1, whole.length - 1)))
        : whole
  let clock = story.receivedAt
  let agent = random.pick(agentsOf(first))
  let until: Date | undefined
  for (const step of steps) {
    clock = until ? agentMoment(random, until, random.whole(2, 90)) : momentOf(random, step, clock, story.moments.length)
    if (clock >= now) break
    until = undefined
    if ('customer' in step) {
      story.moments.push({ at: clock, kind: 'question', by: customer, text: say(step.customer, customer), files: step.files ?? [] })
    } else if ('move' in step) {
      story.moments.push({ at: clock, kind: 'move', by: agent, queue: step.move })
      agent = random.pick(agentsOf(step.move))
    } else if ('priority' in step) {
      story.moments.push({ at: clock, kind: 'priority', by: agent, priority: step.priority })
    } else {
      const answer = 'agent' in step
      if (step.state === 'pending') until = pendingMoment(clock, step.days ?? 5)
      story.moments.push({
        at: clock,
        kind: answer ? 'answer' : 'note',
        by: agent,
        text: say(answer ? step.agent : step.note, agent),
        files: 'files' in step ? (step.files ?? []) : [],
        ...(step.state ? { state: step.state } : {}),
        ...(until ? { until } : {}),
      })
    }
  }
  const last = story.moments.at(-1)!
  if ('state' in last && last.state === 'waiting') {
    const patience = agentMoment(random, new Date(last.at.getTime() + 9 * DAY), random.whole(5, 300))
    if (patience < now) story.moments.push({ at: patience, kind: 'answer', by: agent, text: SILENCE, files: [], state: 'unsuccessful' })
  }
  return story
}

function momentOf(random: Random, step: Step, after: Date, told: number): Date {
  if ('customer' in step) return customerMoment(random, after)
  const first = told === 1
  return agentMoment(random, after, first ? Math.floor(8 + 380 * random.next() ** 2.2) : random.whole(5, 'note' in step ? 120 : 260))
}

function fits(person: DemoPerson, scenario: Scenario): boolean {
  const kind =
    scenario.by === 'guest'
      ? person.kind === 'student' && person.language === 'en'
      : scenario.by === 'anyone'
        ? person.kind !== 'stranger' && person.language === 'pl'
        : person.kind === scenario.by && (scenario.by === 'stranger' || person.language === 'pl')
  return (
    kind &&
    (!scenario.units ||
      scenario.units.some((unit) => person.unit === unit || person.unit.startsWith(`${unit}-`) || person.lastName === unit))
  )
}

/** The queue that a mail for this one comes to first. */
function mailboxOf(queue: string): string {
  for (let at = queue; at; at = at.split('::').slice(0, -1).join('::')) {
    if (QUEUES.some(({ name, address }) => name === at && address)) return at
  }
  return QUEUES[0]!.name
}

/** Agents who may do everything in a queue. */
export function agentsOf(queue: string): DemoAgent[] {
  const group = QUEUES.find(({ name }) => name === queue)?.group ?? 'users'
  const through = (role: string) => ROLES[role]?.rights[group]?.includes('rw') ?? false
  return AGENTS.filter((agent) => agent.groups.includes(group) || agent.roles.some(through))
}

function fill(text: string, slots: Readonly<Record<string, string>>, by: DemoPerson): string {
  return text
    .replace(/\{([^{}|]*)\|([^{}|]*)\}/g, (_, man: string, woman: string) => (by.woman ? woman : man))
    .replace(/\{([^{}]+)\}/g, (whole, name: string) => slots[name] ?? whole)
}
