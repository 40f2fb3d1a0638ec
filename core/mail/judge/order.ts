/** Owns the order in which a mail is judged: one question a file, the first that ends it ends it. */
import type { MailReason } from '../../database/schema.ts'
import { agent } from './steps/agent.ts'
import { automatic } from './steps/automatic.ts'
import { bounce } from './steps/bounce.ts'
import { duplicate } from './steps/duplicate.ts'
import { loop } from './steps/loop.ts'
import type { MailDecision } from './extensions.ts'
import type { Hand, Step, Verdict } from './hand.ts'
import { isHiddenCopy } from './places.ts'
import { assurance } from './steps/assurance.ts'
import { closed } from './steps/closed.ts'
import { destination } from './steps/destination.ts'
import { filters } from './steps/filters.ts'
import { followUp } from './steps/follow-up.ts'
import { ignored } from './steps/ignored.ts'
import { participant } from './steps/participant.ts'
import { sender } from './steps/sender.ts'
import { waiting } from './steps/waiting.ts'

export const ORDER: readonly Step[] = [
  duplicate, // the same mail for another address of a unit, or by another way: nothing new
  loop, // our own mail came back: nothing new
  filters, // what filters and trusted headers say
  ignored, // one of them says: drop it
  automatic, // a program wrote it: no automatic answer
  bounce, // a report about a mail of ours, a receipt for one: to that mail's ticket
  sender, // who wrote
  assurance, // how far that is proven
  followUp, // which ticket it goes on with
  waiting, // it answers a mail still on its way: come back in a moment
  agent, // an agent's own mail to a ticket: a note or an answer
  closed, // whether that ticket still takes mail
  participant, // whether the sender may write into it
  destination, // which queue a new ticket goes to
]

/** Plugins' steps among core's: the order of all, and how one of theirs is asked. */
export interface PluginSteps {
  order: readonly { name: string; plugin: unknown }[]
  ask(name: string, verdict: Readonly<Verdict>, reasons: readonly MailReason[]): Promise<MailDecision | undefined>
}

/** Asks every question in order until one ends it. The reasons are what was noted at reading and everything that was decided. */
export async function judge(hand: Hand, plugins?: PluginSteps): Promise<{ verdict: Verdict; reasons: MailReason[] }> {
  const verdict: Verdict = { sender: { address: '', name: '' }, visible: true, keepState: false, queueId: hand.book.defaultQueue }
  const reasons: MailReason[] = hand.mail.notes.map(({ note, detail }) => ({
    step: 'reading',
    decided: '',
    rule: note,
    ...(detail ? { detail } : {}),
  }))
  if (isHiddenCopy(hand)) reasons.push({ step: 'recipients', decided: '', rule: 'hidden-copy', detail: hand.delivery.envelopeTo })
  for (const { name } of plugins?.order ?? ORDER) {
    const own = ORDER.find((step) => step.name === name)
    const decision = own ? own.decide(hand, verdict) : obey(await plugins!.ask(name, verdict, reasons), verdict)
    for (const one of [decision ?? []].flat()) reasons.push({ step: name, ...one })
    if (verdict.end) break
  }
  return { verdict, reasons }
}

/** A plugin's word joins the verdict; a mail that core decided not to answer stays without an answer. */
function obey(answer: MailDecision | undefined, verdict: Verdict): Omit<MailReason, 'step'> | undefined {
  if (!answer) return undefined
  const { decided, rule, detail, queueId, noAnswer, keepState, visible } = answer
  if (queueId !== undefined) verdict.queueId = queueId
  if (noAnswer) verdict.automatic ??= 'plugin'
  if (keepState !== undefined) verdict.keepState = keepState
  if (visible !== undefined) verdict.visible = visible
  return { decided, rule, ...(detail === undefined ? {} : { detail }) }
}
