/** Owns what becomes of a mail once it is accepted: read outside any transaction, judged and acted upon in one. */
import { databaseIsAway } from '../../database/away.ts'
import { storableJson } from '../../database/json.ts'
import type { Id, MailReason } from '../../database/schema.ts'
import type { Host } from '../../kernel/contract.ts'
import { withoutJob } from '../../kernel/jobs/jobs.ts'
import { forVisitor } from '../../kernel/origin.ts'
import type { RunnableJob } from '../../kernel/jobs/run-jobs.ts'
import { DEATHS } from '../../kernel/jobs/suspects.ts'
import type { Work } from '../../kernel/work.ts'
import { system } from '../../kernel/actor.ts'
import { Refusal } from '../../errors.ts'
import { canonicalAddress, destinationOf, keepAddressBook, type AddressBook } from '../addresses.ts'
import { type Evidence } from '../judge/assurance/assurance.ts'
import { makeSenderCheck, type SenderCheck } from '../judge/assurance/look-up.ts'
import { contentKey } from './content-key.ts'
import type { Hand, Known } from '../judge/hand.ts'
import { takeAtHand } from './at-hand.ts'
import { finishInbound, loadInbound, type InboundRow } from './inbound.store.ts'
import { giveBack, makeTurns, NEXT_TURN_SECONDS, type Turn } from './large-mails.ts'
import { judge } from '../judge/order.ts'
import { parseLent, parseMail, UnreadableMail } from '../reading/parse.ts'
import { sayAddresses, type ParsedMail } from '../reading/parsed-mail.ts'
import { askRules } from './rule-headers.ts'
import { keepMailSettings, readMailSettings, type MailSettings } from '../filters/mail-settings.ts'
import { checkedBy, pluginSteps, type CheckAnswers, type MailExtensions } from '../judge/run-extensions.ts'
import { WAITS } from '../judge/steps/waiting.ts'
import { carryOut, type End } from './carry-out.ts'
import { prepare } from './prepare.ts'

/** Then it is 'failed', its error kept, and waits for a person. graphile-worker backs off e^n seconds: eight take about an hour. */
export const PROCESS_ATTEMPTS = 8

/** The job `mail/process` {id, waits}. */
export function processJob(host: Host, extensions?: MailExtensions): RunnableJob {
  const addressBook = keepAddressBook(host.db, host.config, host.live)
  const senders = makeSenderCheck(host.config)
  const mailRules = keepMailSettings(host.db, host.live)
  return {
    async run(payload, { lastAttempt, attempt, deaths = 0 }) {
      const id = String(payload['id'])
      try {
        if (deaths >= DEATHS) throw new Error(`the program ended ${deaths} times while it worked this mail up`)
        const room = { book: await addressBook(), rules: await mailRules(), senders, extensions }
        await processMail(host, id, Number(payload['waits'] ?? 0), room, Number(payload['looks'] ?? 0))
      } catch (error) {
        // A plugin's word, not a fault: trying again would hear it again. A person decides.
        if (error instanceof Refusal && error.code === 'plugin.refused') return hold(host, id, error)
        // A database that goes away under it is no fault of the mail's.
        const last = lastAttempt || deaths >= DEATHS || (attempt >= PROCESS_ATTEMPTS && !databaseIsAway(error))
        await recordFailure(host, id, attempt, last, error).catch(() => {})
        // The last attempt ends the job quietly: the mail stands in the list of failed ones and is started from there.
        if (!last) throw error
        host.log.error({ err: error, mail: id }, 'a mail could not be processed; it is kept and listed as failed')
      }
    },
  }
}

/** What mails are judged with, kept over many of them; `rules` that are not kept are read. */
export interface MailRoom {
  book: AddressBook
  senders: SenderCheck
  rules?: MailSettings
  extensions?: MailExtensions | undefined
}

/** How often a mail has come back: to wait for another one, to look again for its sender. */
interface Again {
  waits: number
  looks: number
}

/** Seconds before each new look for a sender whose DNS did not answer or whose verifier failed: ten minutes in all. Then the mail goes its way. */
export const LOOKS = [15, 30, 60, 120, 180, 195] as const

/** Makes of an accepted mail what it is to become. Doing it again does nothing. */
export async function processMail(host: Host, id: Id, waits: number, room: MailRoom, looks = 0): Promise<void> {
  const again = { waits, looks }
  let turn: Turn | undefined
  let busy = false
  try {
    const row =
      takeAtHand(host.db, id) ??
      (await loadInbound(host.db, id, (bytes) => {
        turn = turns.begin(bytes)
        busy = turn === undefined
        return !busy
      }))
    // A plugin that one sender's mails always upset is not to be switched off by them.
    if (row) await forVisitor(`mail ${row.envelopeFrom}`, () => workUp(host, row, again, room))
  } finally {
    turn?.end()
  }
  if (busy) await comeBack(host, id, again, NEXT_TURN_SECONDS)
}

const comeBack = (host: Host, id: Id, again: Again, delaySeconds: number): Promise<void> =>
  host.enqueue({ task: 'mail/process', payload: { id, ...again }, key: `mail/process/${id}`, delaySeconds })

const turns = makeTurns()

async function workUp(host: Host, row: InboundRow, again: Again, room: MailRoom): Promise<void> {
  const { id } = row
  const looked = await lookAtMail(host, row, room)
  const lookAgain = looked.evidence.proof === 'unknown' ? LOOKS[again.looks] : undefined
  if (lookAgain !== undefined) {
    await tellLookingAgain(host, id, looked.evidence)
    await comeBack(host, id, { ...again, looks: again.looks + 1 }, lookAgain)
    giveBack([row.raw, ...looked.mail.attachments.map(({ content }) => content)])
    return
  }
  let ended: End | undefined
  const later = await host.work(system('postmaster'), async (work) => {
    const settled = await settleMail(work, row, looked, again.waits)
    if (!settled || 'later' in settled) return settled?.later
    const { end, reasons, seen } = settled
    const { mail } = looked
    finishInbound(work, {
      ...end,
      delivery: row,
      seen,
      reasons,
      subject: mail.subject,
      from: sayAddresses(mail.from).slice(0, 500),
      messageId: mail.messageId,
      contentKey: looked.content,
    })
    work.emit('mail.processed', { ...(end.ticketId ? { ticketId: end.ticketId } : {}), data: { mail: id, outcome: end.outcome } })
    ended = end
    return undefined
  })
  giveBack([row.raw, ...looked.mail.attachments.map(({ content }) => content)])
  if (ended) host.log.info({ mail: id, outcome: ended.outcome, ticket: ended.ticketId }, 'mail processed')
  if (later !== undefined) await comeBack(host, id, { ...again, waits: again.waits + 1 }, later)
}

/** The mail's page says why it waits. */
async function tellLookingAgain(host: Host, id: Id, { rule, detail }: Evidence): Promise<void> {
  const reasons: MailReason[] = [{ step: 'assurance', decided: 'looks-again', rule, ...(detail ? { detail } : {}) }]
  await host.db
    .updateTable('inbound_mail')
    .set({ reason: storableJson(reasons) })
    .where('id', '=', id)
    .where('state', '=', 'accepted')
    .execute()
}

/** Everything about a mail that is found out before its transaction: it may take time, ask plugins, leave the machine. */
export interface LookedAt extends Pick<MailRoom, 'book' | 'extensions'> {
  mail: ParsedMail
  /** contentKey(…) */
  content: Buffer | null
  answers: CheckAnswers
  evidence: Evidence
  rules: MailSettings
  headers: Hand['headers']
}

export async function lookAtMail(host: Host, row: InboundRow, { book, senders, extensions, rules: kept }: MailRoom): Promise<LookedAt> {
  const rules = kept ?? (await readMailSettings(host.db))
  const mail = await read(row, host.config.zone)
  const [answers, evidence, headers] = await Promise.all([
    checkedBy(extensions, host.db, row, mail, book),
    senders.look(row.raw, mail, row, (address) => destinationOf(book, canonicalAddress(address)) !== undefined),
    askRules(host.config, rules, row, mail),
  ])
  return { book, extensions, rules, mail, content: contentKey(mail), answers, evidence, headers }
}

/** Judges a mail and does what follows from it; seconds to wait when it answers one not processed yet; undefined: it is processed already. */
export async function settleMail(
  work: Work,
  row: InboundRow,
  looked: LookedAt,
  waits: number,
): Promise<{ end: End; reasons: MailReason[]; seen: Known['seen'] } | { later: number } | undefined> {
  const hand = await prepare(work, row, looked, waits)
  if (!hand) return undefined
  const { verdict, reasons } = await judge(hand, looked.extensions && pluginSteps(looked.extensions, work, hand, looked.answers))
  if (verdict.end === 'wait') return { later: WAITS[waits]! }
  return { end: await carryOut(work, row, hand, verdict, reasons, looked.rules), reasons, seen: hand.known.seen }
}

/** The mail stays as it came, with the plugin's reason, in the list of mails held. */
async function hold(host: Host, id: Id, refusal: Refusal): Promise<void> {
  const { plugin, reason } = refusal.params
  const reasons: MailReason[] = [{ step: String(plugin), decided: 'held', rule: 'plugin-refused', detail: String(reason).slice(0, 500) }]
  await host.db
    .updateTable('inbound_mail')
    .set({ state: 'held', reason: JSON.stringify(reasons) })
    .where('id', '=', id)
    .where('state', '=', 'accepted')
    .execute()
}

/** Each minute: accepted mails that have no job, as after a restore. Usually none. */
export async function processWaiting(host: Host): Promise<void> {
  const rows = await host.db
    .selectFrom('inbound_mail')
    .select('id')
    .where('state', '=', 'accepted')
    .where(withoutJob('mail/process/', 'inbound_mail'))
    .orderBy('id')
    .limit(1000)
    .execute()
  for (const { id } of rows) await host.enqueue({ task: 'mail/process', payload: { id }, key: `mail/process/${id}`, unlessThere: true })
}

/** A mail that no parser can read still becomes a ticket: from its head, the raw mail attached. */
async function read(row: InboundRow, zone: string): Promise<ParsedMail> {
  try {
    return await (row.again ? parseLent(row, zone) : parseMail(row.raw, undefined, zone))
  } catch (error) {
    if (!(error instanceof UnreadableMail)) throw error
    if (row.again && row.raw.length === 0) row.raw = await row.again()
    const bare: ParsedMail = {
      from: [],
      sender: [],
      replyTo: [],
      to: [],
      cc: [],
      bcc: [],
      subject: '',
      date: null,
      messageId: null,
      inReplyTo: [],
      references: [],
      headers: [],
      text: '',
      html: null,
      attachments: [],
      notes: [],
    }
    const head = await parseMail(row.raw, 'headers').catch(() => bare)
    const raw = {
      name: 'message.eml',
      contentType: 'message/rfc822',
      contentId: null,
      disposition: 'attachment' as const,
      size: row.raw.length,
      content: row.raw,
      raw: true as const,
    }
    return { ...head, attachments: [raw], notes: [{ note: 'unreadable', detail: error.message.slice(0, 300) }] }
  }
}

async function recordFailure(host: Host, id: Id, attempt: number, last: boolean, error: unknown): Promise<void> {
  const said = error instanceof Error ? error.message : String(error)
  const reasons: MailReason[] = [{ step: 'process', decided: last ? 'failed' : 'again', rule: 'error', detail: said.slice(0, 500) }]
  await host.db
    .updateTable('inbound_mail')
    .set({
      attempts: attempt,
      reason: storableJson(reasons),
      ...(last ? { state: 'failed' as const, outcome: 'failed' } : {}),
    })
    .where('id', '=', id)
    .where('state', '=', 'accepted')
    .execute()
}
