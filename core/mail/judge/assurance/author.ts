/** Owns who a mail says wrote it: exactly one From address, or a person named beside an address of ours, or nobody. Pure. */
import { isAddress } from '../../../person/persons.ts'
import { headerValues, type MailAddress, type ParsedMail } from '../../reading/parsed-mail.ts'
import type { MailRule } from '../outcome.ts'

export interface Author {
  /**
   * 'one': the only address of the only From field (RFC 5322 3.6.2). 'beside': From is an address of ours, as web forms write it, and the
   * only address of Reply-To or Sender says who wrote. 'nobody': whoever is claimed, no person may be tied to it.
   */
  shape: 'one' | 'beside' | 'nobody'
  /** Lower case; '' for nobody. Never an address of ours. */
  address: string
  name: string
  /** The address in From that a domain can stand for; '' where there is not exactly one. */
  from: string
  rule: MailRule
}

type Named = Pick<ParsedMail, 'from' | 'sender' | 'replyTo' | 'headers'>

/** `ours`: is this an address of the help desk? The envelope is not asked: it says who sent a mail, not who wrote it. */
export function authorOf(mail: Named, ours: (address: string) => boolean): Author {
  const [first, ...more] = mail.from
  const nobody = (rule: MailRule, from = ''): Author => ({ shape: 'nobody', address: '', name: mail.from.at(-1)?.name ?? '', from, rule })
  if (!first) return nobody('no-valid-sender')
  if (more.length > 0 || headerValues(mail, 'from').length > 1) return nobody('author-unclear')
  if (!isAddress(first.address)) return nobody('no-valid-sender')
  if (headerValues(mail, 'from').some(hasBlankInside)) return nobody('author-unclear')
  const from = first.address.toLowerCase()
  if (!ours(from)) return { shape: 'one', address: from, name: first.name, from, rule: 'sender-by-from' }
  const beside = [mail.replyTo, mail.sender].map((field) => onlyForeign(field, ours)).find((one) => one !== undefined)
  if (!beside) return nobody('own-address', from)
  return { shape: 'beside', address: beside.address.toLowerCase(), name: beside.name, from, rule: 'sender-beside-our-address' }
}

/** The only address of a field, where it is a stranger's. */
function onlyForeign(field: readonly MailAddress[], ours: (address: string) => boolean): MailAddress | undefined {
  const [one, ...more] = field
  return one && more.length === 0 && isAddress(one.address) && !ours(one.address) ? one : undefined
}

/** `<dzial kadr system@x.example>`: a parser that takes the last word reads another person's address than was meant. */
function hasBlankInside(value: string): boolean {
  const open = value.lastIndexOf('<')
  const close = value.indexOf('>', open)
  return open !== -1 && close !== -1 && /\s/.test(value.slice(open + 1, close).trim())
}
