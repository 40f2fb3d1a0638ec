/** Owns the decision whom a notification tells, by which way, and why not: pure, of what was looked up for it. */
import type { Absence, Id } from '../../core/index.ts'
import type { Outcome } from './outcomes.ts'
import type { NotificationRule } from './rule.ts'
import type { ChoiceTable, MailChoice, Way } from './tables.ts'

export interface Agent {
  id: Id
  login: string
  name: string
  address: string | null
  /** In use, and an agent. */
  works: boolean
}

/** What is known when it is decided. */
export interface Known {
  actorId: Id | null
  selfNotify: boolean
  agents: ReadonlyMap<Id, Agent>
  /** Agents who may read what is told of. */
  readers: ReadonlySet<Id>
  absent: ReadonlyMap<Id, Pick<Absence, 'substituteId'>>
  choices: readonly ChoiceTable[]
  queueId: Id
  notificationId: Id
  /** Of today, for what is told once a day: 'person way'. */
  toldToday: ReadonlySet<string>
  /** An address to which a program must not write: of our own, or of another program. */
  unfit(address: string): 'own-address' | 'program-address' | undefined
  /** Mails of the last hour, by person; changed as mails are given out. */
  lastHour: Map<Id, number>
  /** 0: no limit. */
  perHour: number
}

export interface Verdict {
  personId: Id
  way: Way | null
  outcome: Outcome
  detail: string
  /** Whom they stand in for. */
  instead?: string
}

/** Agents in the order in which they were found, each once; who stands in for one who is away is told in their place. */
export function judgeAgents(rule: NotificationRule, candidates: readonly Id[], known: Known): Verdict[] {
  const verdicts: Verdict[] = []
  const done = new Set<Id>()
  const judge = (id: Id, instead?: Agent): void => {
    if (done.has(id)) return
    done.add(id)
    const agent = known.agents.get(id)
    const no = (outcome: Outcome, detail = '') => verdicts.push({ personId: id, way: null, outcome, detail })
    if (!agent) return
    if (!agent.works) no('ended')
    else if (id === known.actorId && !known.selfNotify) no('actor')
    else if (!known.readers.has(id)) no('no-right')
    else if (known.absent.has(id) && !rule.outOfOffice) no('away')
    else
      verdicts.push(
        ...byWay(rule, agent, known).map((one) => (instead ? { ...one, instead: instead.name, detail: one.detail || instead.name } : one)),
      )
    const substitute = known.absent.get(id)?.substituteId
    // One hop: who stands in and is away too stands in for nobody.
    if (rule.substitutes && substitute && !instead && agent.works) judge(substitute, agent)
  }
  for (const id of candidates) judge(id)
  return verdicts
}

function byWay(rule: NotificationRule, agent: Agent, known: Known): Verdict[] {
  const wants = chosen(rule, agent.id, known)
  const said = (way: Way | null, outcome: Outcome, detail = ''): Verdict => ({ personId: agent.id, way, outcome, detail })
  const verdicts: Verdict[] = []
  const again = (way: Way) => rule.oncePerDay && known.toldToday.has(`${agent.id} ${way}`)
  if (wants.mail !== 'none') {
    const unfit = agent.address === null ? 'no-address' : known.unfit(agent.address)
    if (unfit) verdicts.push(said(null, unfit, agent.address ?? ''))
    else if (again('mail')) verdicts.push(said(null, 'once-per-day'))
    else if (wants.mail === 'digest') verdicts.push(said('digest', 'told'))
    else {
      const sent = known.lastHour.get(agent.id) ?? 0
      if (known.perHour > 0 && sent >= known.perHour) verdicts.push(said('digest', 'told', TOO_MANY))
      else {
        known.lastHour.set(agent.id, sent + 1)
        verdicts.push(said('mail', 'told'))
      }
    }
  }
  if (wants.page) verdicts.push(again('page') ? said(null, 'once-per-day') : said('page', 'told'))
  return verdicts.length > 0 ? verdicts : [said(null, 'not-chosen')]
}
/** Says of a digest that it is one because there were too many mails. */
export const TOO_MANY = 'too-many'

export interface Wants {
  mail: MailChoice
  page: boolean
}

/** How an agent wants to be told: the most particular choice, way by way, else what the notification says for whoever chose nothing. */
export function chosen(
  rule: Pick<NotificationRule, 'ways' | 'choice' | 'byDefault'>,
  personId: Id,
  { choices, notificationId, queueId }: Pick<Known, 'choices' | 'notificationId' | 'queueId'>,
): Wants {
  const all: Wants = { mail: rule.ways.includes('mail') ? 'now' : 'none', page: rule.ways.includes('page') }
  // OTRS behaviour: where nobody is asked, what somebody chose before does not count.
  if (rule.choice === 'none') return all
  const usual: Wants = {
    mail: rule.byDefault.includes('mail') ? all.mail : 'none',
    page: rule.byDefault.includes('page') && all.page,
  }
  const own = choices
    .filter(
      (row) =>
        row.person_id === personId &&
        (row.notification_id === null || row.notification_id === notificationId) &&
        (row.queue_id === null || row.queue_id === queueId),
    )
    .toSorted((a, b) => particular(b) - particular(a))
  const mail = own.find((row) => row.mail !== null)?.mail ?? usual.mail
  const page = own.find((row) => row.page !== null)?.page ?? usual.page
  const wants: Wants = { mail: all.mail === 'none' ? 'none' : mail, page: all.page && page }
  return rule.choice === 'one-at-least' && wants.mail === 'none' && !wants.page ? usual : wants
}
const particular = (row: ChoiceTable): number => (row.notification_id === null ? 0 : 2) + (row.queue_id === null ? 0 : 1)
