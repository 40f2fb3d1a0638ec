/** Owns asking plugins about a mail: their checks before the transaction, their steps inside it, each kept apart from the rest. */
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { isId } from '../../database/id.ts'
import type { Database, Id } from '../../database/schema.ts'
import type { Activation } from '../../kernel/activation.ts'
import type { Here } from '../../kernel/contract.ts'
import { notTheirs, PluginFault, type Gate } from '../../kernel/gate.ts'
import type { AnyPlugin } from '../../run/load-plugins.ts'
import { inPlugin, type Work } from '../../kernel/work.ts'
import { destinationOf, type AddressBook } from '../addresses.ts'
import type { MailAbout, MailCheck, MailDecision, MailTurn } from './extensions.ts'
import type { Delivery, Hand } from './hand.ts'
import type { PluginSteps } from './order.ts'
import type { ParsedMail } from '../reading/parsed-mail.ts'
import type { PlacedStep } from './step-order.ts'

/** What the checks answered: plugin → check → answer. */
export type CheckAnswers = ReadonlyMap<string, Readonly<Record<string, unknown>>>

export interface MailExtensions {
  hasChecks: boolean
  /** All steps in their order. */
  steps: readonly PlacedStep[]
  /** Asks every check of plugins that are on in the unit of the mail's address, all at once. */
  check(about: MailAbout, unitId: Id): Promise<CheckAnswers>
  /** Asks one plugin's step. Undefined: it is off in the unit, failed, or had nothing to say. */
  run(step: string, work: Work, unitId: Id, turn: Omit<MailTurn, 'checks'>, answers: CheckAnswers): Promise<MailDecision | undefined>
}

const word = z.string().trim().min(1).max(100)
const decision = z.strictObject({
  decided: word,
  rule: word,
  detail: z.string().max(1000).optional(),
  queueId: z.custom<Id>(isId).optional(),
  noAnswer: z.literal(true).optional(),
  keepState: z.boolean().optional(),
  visible: z.boolean().optional(),
})

export function asMailExtensions(room: {
  plugins: readonly AnyPlugin[]
  steps: readonly PlacedStep[]
  gate: Gate
  activation: Activation
  limitMs: number
  here(plugin: AnyPlugin, unitId: Id, from?: Kysely<Database>): Here
}): MailExtensions {
  const { plugins, steps, gate, activation, limitMs } = room
  const checks = plugins.flatMap((plugin) =>
    Object.entries((plugin.mailChecks ?? {}) as Record<string, MailCheck>).map(([name, check]) => ({ plugin, name, check })),
  )
  return {
    steps,
    hasChecks: checks.length > 0,
    async check(about, unitId) {
      const answers = new Map<string, Record<string, unknown>>()
      await Promise.all(
        checks.map(async ({ plugin, name, check }) => {
          if (!(await activation.active(plugin.name, unitId))) return
          const answer = await gate
            .call({ plugin: plugin.name, kind: 'mail check', name, unitId }, async () => check(about, room.here(plugin, unitId)))
            .catch(() => undefined)
          answers.set(plugin.name, { ...answers.get(plugin.name), [name]: answer })
        }),
      )
      return answers
    },
    async run(name, work, unitId, turn, answers) {
      const placed = steps.find((step) => step.name === name)!
      if (placed.plugin === null || !(await work.pluginsOn(unitId)).has(placed.plugin.name)) return undefined
      const { plugin, step, own } = placed
      const call = { plugin: plugin.name, kind: 'mail step' as const, name: own, unitId }
      try {
        return await inPlugin(work, plugin.name, limitMs, (lent) =>
          gate.call(call, async () => {
            const decided = await step.run({ ...turn, checks: answers.get(plugin.name) ?? {} }, lent, room.here(plugin, unitId, lent.db))
            return decided === undefined || decided === null ? undefined : checkedDecision(decided, lent)
          }),
        )
      } catch (error) {
        if (notTheirs(error)) throw error
        if (!(error instanceof PluginFault)) gate.tell(call, error)
        return undefined
      }
    },
  }
}

/** What the checks say of a mail, in the unit of the address it came for. */
export async function checkedBy(
  extensions: MailExtensions | undefined,
  db: Kysely<Database>,
  row: Delivery,
  mail: ParsedMail,
  book: AddressBook,
): Promise<CheckAnswers> {
  if (!extensions?.hasChecks) return new Map()
  return extensions.check(about(row, mail), await unitOfQueue(db, destinationOf(book, row.envelopeTo)?.queueId ?? book.defaultQueue))
}

/** Plugins' steps for one mail: each is asked in the unit the mail belongs to as far as that is known. */
export function pluginSteps(extensions: MailExtensions, work: Work, hand: Hand, answers: CheckAnswers): PluginSteps {
  const { delivery, mail, book, judgement } = hand
  const units = new Map<Id, Id>()
  return {
    order: extensions.steps,
    async ask(name, verdict, reasons) {
      const goesOn = verdict.ticket && verdict.follow !== 'new ticket'
      const placed = reasons.some((reason) => reason.step === 'destination')
      const queueId = goesOn
        ? verdict.ticket!.queueId
        : placed
          ? verdict.queueId
          : (destinationOf(book, delivery.envelopeTo)?.queueId ?? book.defaultQueue)
      const unitId = units.get(queueId) ?? (await unitOfQueue(work.db, queueId))
      units.set(queueId, unitId)
      const { sender, ticket, automatic, keepState, visible } = verdict
      return extensions.run(
        name,
        work,
        unitId,
        {
          ...about(delivery, mail),
          verdict: {
            sender: { ...sender },
            ticketId: ticket?.id ?? null,
            queueId,
            automatic: automatic ?? null,
            keepState,
            visible,
            assurance: judgement.assurance,
            held: verdict.apart !== undefined,
          },
        },
        answers,
      )
    },
  }
}

const about = (row: Delivery, mail: ParsedMail): MailAbout => ({
  id: row.id,
  envelopeFrom: row.envelopeFrom,
  envelopeTo: row.envelopeTo,
  acceptedAt: row.acceptedAt,
  mail: Object.freeze({ ...mail }),
})

async function unitOfQueue(db: Kysely<Database>, queueId: Id): Promise<Id> {
  return (await db.selectFrom('queue').select('unit_id').where('id', '=', queueId).executeTakeFirstOrThrow()).unit_id
}

async function checkedDecision(given: unknown, work: Work): Promise<MailDecision> {
  const decided = decision.parse(given)
  if (decided.queueId !== undefined) {
    const queue = await work.db
      .selectFrom('queue')
      .select('unit_id')
      .where('id', '=', decided.queueId)
      .where('valid', '=', true)
      .executeTakeFirst()
    if (!queue) throw new Error(`there is no queue ${decided.queueId}`)
    await work.demandReach(queue.unit_id)
  }
  return Object.fromEntries(Object.entries(decided).filter(([, value]) => value !== undefined)) as unknown as MailDecision
}
