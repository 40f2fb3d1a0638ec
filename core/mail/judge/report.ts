/** Owns recognising what programs report of our mails – delivered or not (RFC 3464), opened (RFC 8098) – by all its signs together. */
import { SAID_TYPE } from '../reading/structure.ts'
import { headerValues, type ParsedMail } from '../reading/parsed-mail.ts'
import { isProgramAddress } from '../program-address.ts'
import { fromDaemon, isVacation } from './signs.ts'

/** What a report says, and how it was known to be one. */
export interface Report {
  about: 'delivery' | 'receipt'
  /** By its form it can be nothing else. Otherwise it is a report only if it encloses or quotes a mail of ours. */
  certain: boolean
  /** Every sign seen, for the page that says why. */
  signs: readonly ReportSign[]
  /** Ids of the mail it speaks of, with angle brackets; the likeliest first. */
  originals: string[]
  action: 'failed' | 'delayed' | 'other'
  /** RFC 3463, such as 5.1.1; of a receipt what was done with the mail ('displayed', 'deleted' …); '' when it says none. */
  status: string
  /** The other server's words. */
  diagnostic: string
  recipients: string[]
}

export type ReportSign =
  | 'multipart/report'
  | 'message/delivery-status'
  | 'fields in the text'
  | 'message/disposition-notification'
  | 'MAILER-DAEMON'
  | '<>'
  | 'postmaster, no-reply'

const STATUS = /^message\/(global-)?delivery-status$/
const DISPOSITION = /^message\/(global-)?disposition-notification$/
const ENCLOSED = /^(message\/|text\/rfc822-headers$)/
const POSTMASTER = /^postmaster@/i

/** How much is looked at of a text or of one attachment; characters, bytes. */
const SEARCHED = 64 * 1024
const ATTACHMENTS = 10
const IDS = 50

/**
 * The report in a mail, or null when nothing speaks for one. All signs are gathered before anything is decided: a mail may carry
 * any of them alone, for servers, gateways and their damage leave out the others.
 */
export function readReport(mail: ParsedMail, envelopeFrom: string): Report | null {
  const types = [...headerValues(mail, 'content-type'), ...headerValues(mail, SAID_TYPE.toLowerCase())]
  const saysReport = types.find((type) => /^multipart\/report\b/i.test(type))
  const part = (type: RegExp) => mail.attachments.find(({ contentType, raw }) => !raw && type.test(contentType))
  const [status, disposition] = [part(STATUS), part(DISPOSITION)]
  const daemon = fromDaemon(mail)
  const noPath = envelopeFrom === ''
  const program = mail.from.some(({ address }) => isProgramAddress(address)) || isProgramAddress(envelopeFrom)
  const byMachine = saysReport !== undefined || noPath || daemon || program

  const text = mail.text.slice(0, SEARCHED)
  // Where the boundaries are lost, the groups of fields stand in the text.
  const inText = byMachine && !status && !disposition ? readFields(text) : new Map<string, string[]>()
  const textStatus = inText.has('final-recipient') && inText.has('action')
  const textDisposition = !textStatus && inText.has('disposition')
  const receipt =
    !status &&
    !textStatus &&
    (disposition !== undefined || /report-type="?disposition-notification/i.test(saysReport ?? '') || (!!saysReport && textDisposition))
  const feedback = /report-type="?feedback-report/i.test(saysReport ?? '')

  const seen: [ReportSign, boolean][] = [
    ['multipart/report', saysReport !== undefined && !feedback],
    ['message/delivery-status', status !== undefined],
    ['message/disposition-notification', disposition !== undefined],
    ['fields in the text', textStatus || (receipt && textDisposition)],
    ['MAILER-DAEMON', daemon],
    ['<>', noPath],
    ['postmaster, no-reply', program && !daemon],
  ]
  const signs = seen.filter(([, is]) => is).map(([sign]) => sign)
  const certain =
    (saysReport !== undefined && !feedback) ||
    status !== undefined ||
    disposition !== undefined ||
    (byMachine && textStatus) ||
    daemon ||
    (noPath && mail.from.some(({ address }) => POSTMASTER.test(address)))
  if (!certain && !noPath && !program) return null
  // An answering machine has the null return path too, and may enclose what it answers.
  if (!certain && isVacation(mail)) return null

  const fields = status ? readFields(latin(status.content)) : disposition ? readFields(latin(disposition.content)) : inText
  const enclosed = mail.attachments
    .filter(({ contentType, name, raw }) => !raw && (ENCLOSED.test(contentType) || /\.eml$/i.test(name)))
    .slice(0, ATTACHMENTS)
    .map(({ content }) => latin(content))
  const originals = [
    // The head of the mail itself first; where that is broken, its id stands further down.
    ...enclosed.flatMap((content) => namedIds(content)),
    ...namedIds(text),
    ...enclosed.flatMap(ourIds),
    ...ourIds(text),
    // Answering machines too refer to what they answer: only what is a report by its form may be known by that.
    ...(certain ? [...mail.inReplyTo, ...mail.references.toReversed()] : []),
  ]
  const report = {
    certain,
    signs,
    originals: [...new Set(originals)].slice(0, IDS),
    diagnostic: (fields.get('diagnostic-code')?.[0] ?? '').slice(0, 500),
    recipients: recipientsIn(fields, mail),
  }
  if (receipt) {
    const done = /(displayed|deleted|dispatched|processed|denied|failed)\b/i.exec(fields.get('disposition')?.[0]?.slice(0, 500) ?? '')
    return { ...report, about: 'receipt', action: 'other', status: done?.[1]!.toLowerCase() ?? '' }
  }
  const code = statusIn(fields, text)
  return { ...report, about: 'delivery', status: code, action: actionOf(fields, code, noPath || daemon || status !== undefined || certain) }
}

/** Of several recipients the worst: one who did not get it is what an agent must know. A program that says nothing at all reports a failure. */
function actionOf(fields: Map<string, string[]>, code: string, failedUnlessSaid: boolean): Report['action'] {
  const said = (fields.get('action') ?? []).map((action) => /^[a-z]+/i.exec(action.trim())?.[0].toLowerCase() ?? '')
  if (said.includes('failed')) return 'failed'
  if (said.includes('delayed')) return 'delayed'
  if (said.some((action) => action !== '')) return 'other'
  if (code.startsWith('4')) return 'delayed'
  return code.startsWith('5') || failedUnlessSaid ? 'failed' : 'other'
}

function statusIn(fields: Map<string, string[]>, text: string): string {
  const codes = (fields.get('status') ?? []).flatMap((value) => /[245]\.\d{1,3}\.\d{1,3}/.exec(value.slice(0, 200))?.[0] ?? [])
  const worst = codes.find((code) => code.startsWith('5')) ?? codes.find((code) => code.startsWith('4')) ?? codes[0]
  // Not a piece of an IP address.
  return worst ?? /(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/.exec(text.slice(0, 20_000))?.[0] ?? ''
}

const recipientsIn = (fields: Map<string, string[]>, mail: ParsedMail): string[] =>
  (fields.get('final-recipient') ?? fields.get('original-recipient') ?? headerValues(mail, 'x-failed-recipients'))
    .map((value) =>
      value
        .slice(value.indexOf(';') + 1)
        .trim()
        .slice(0, 320),
    )
    .slice(0, 20)

const latin = (content: Buffer): string => content.subarray(0, SEARCHED).toString('latin1')

/** Ids behind a field's name, in a head that may be quoted, indented or folded. */
function namedIds(text: string): string[] {
  const found: string[] = []
  for (const match of text.matchAll(/^[> \t]{0,50}(?:resent-|x-)?(?:original-)?message-id[ \t]{0,9}:\s{0,9}(<[^<>\s]{1,996}>)/gim)) {
    if (found.push(match[1]!) >= IDS) break
  }
  return found
}

/** Ids that look like ours (outbound.ts: newMessageId) wherever they stand, with brackets or without. */
function ourIds(text: string): string[] {
  const found: string[] = []
  const form = /(?:ticket\.\d{1,19}\.)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}@[a-z0-9.-]{1,255}/gi
  for (const [id] of text.matchAll(form)) if (found.push(`<${id.replace(/\.$/, '')}>`) >= IDS) break
  return found
}

/** Fields of all groups, names in lower case, folded lines joined. */
function readFields(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  let last: string[] | undefined
  for (const line of text.split('\n')) {
    if (last && /^[ \t]/.test(line)) {
      last[last.length - 1] += ` ${line.trim()}`
      continue
    }
    const colon = line.indexOf(':')
    const name = colon > 0 && colon <= 60 ? line.slice(0, colon).toLowerCase() : ''
    last = /^[a-z-]+$/.test(name) ? (fields.get(name) ?? []) : undefined
    if (!last) continue
    last.push(line.slice(colon + 1).trim())
    fields.set(name, last)
  }
  return fields
}
