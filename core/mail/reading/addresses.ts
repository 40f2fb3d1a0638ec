/** Owns the fields of a head that hold addresses (RFC 5322 3.4): nodemailer's reader, and around it what people write wrongly. */
import addressparser from 'nodemailer/lib/addressparser'
import type { EmailAddress } from 'mailparser'

export const ADDRESS_FIELDS: ReadonlySet<string> = new Set(['from', 'sender', 'reply-to', 'to', 'cc', 'bcc'])

/** Nobody lists more by hand, and no page shows more. The whole list stays in the raw mail. */
export const ADDRESS_COUNT = 1000

/** One more than are kept, so that one sees that some are missing. Encoded words are still encoded. */
export function readAddresses(value: string): EmailAddress[] {
  const flat = addressparser(mendAddresses(value)).flatMap((entry) => ('group' in entry && entry.group ? entry.group : [entry]))
  return flat.slice(0, ADDRESS_COUNT + 1).map(({ name, address }) => ({ name: name ?? '', address: address ?? '' }))
}

/**
 * A field as the reader understands it in the sense of whoever wrote it. `Jan (jan@…)` names an address; `<dzial kadr jan@…>` does
 * not name that of Jan: blanks are no part of an address, so the whole becomes a quoted word that nobody has; `<jan @ …>` is the
 * obsolete form of `<jan@…>` (RFC 5322 4.4); two addresses in brackets are two addresses, whether or not a comma parts them.
 * One walk over the field, for it may be a megabyte long.
 */
export function mendAddresses(value: string): string {
  const out: string[] = []
  /** Of the address being read: has it one, has it one in brackets, is one in a comment. */
  let entry = { address: false, bracketed: false, comment: '' }
  const end = () => {
    if (!entry.address && entry.comment) out.push(` <${entry.comment}>`)
    entry = { address: false, bracketed: false, comment: '' }
  }
  let from = 0
  for (let at = 0; at < value.length; at++) {
    const sign = value[at]!
    if (sign === '@') entry.address = true
    if (sign === '"' || sign === '(') {
      const close = sign === '"' ? closingQuote(value, at) : closingBracket(value, at)
      if (close === -1) break
      if (sign === '(' && isBare(value.slice(at + 1, close).trim())) entry.comment ||= value.slice(at + 1, close).trim()
      at = close
    } else if (sign === '<') {
      let close = at + 1
      while (close < value.length && value[close] !== '>' && value[close] !== '<') close++
      const inside = value[close] === '>' ? value.slice(at + 1, close) : ''
      // What holds quotes or comments is the reader's affair.
      if (inside.includes('@') && !/["(\\]/.test(inside)) {
        out.push(value.slice(from, at), entry.bracketed ? `, <${withoutBlanks(inside)}>` : `<${withoutBlanks(inside)}>`)
        entry = { ...entry, address: true, bracketed: true }
        from = close + 1
        at = close
      }
    } else if (sign === ',' || sign === ';' || sign === ':') {
      out.push(value.slice(from, at))
      from = at
      end()
    }
  }
  out.push(value.slice(from))
  end()
  return out.join('')
}

const isBare = (text: string): boolean => text.length <= 254 && /^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/.test(text)

/** `jan . nowak @ x.example` without its blanks; with a blank elsewhere, a quoted word before the last @. */
function withoutBlanks(inside: string): string {
  const words = inside.trim().split(/\s+/)
  if (words.length === 1) return inside.trim()
  const joins = words.every((word, i) => i === 0 || /^[.@]/.test(word) || /[.@]$/.test(words[i - 1]!))
  if (joins) return words.join('')
  const at = inside.lastIndexOf('@')
  return `"${inside.slice(0, at).trim()}"@${inside.slice(at + 1).trim()}`
}

function closingQuote(value: string, from: number): number {
  for (let at = from + 1; at < value.length; at++) {
    if (value[at] === '\\') at++
    else if (value[at] === '"') return at
  }
  return -1
}

/** Comments nest (RFC 5322 3.2.2). */
function closingBracket(value: string, from: number): number {
  let depth = 0
  for (let at = from; at < value.length; at++) {
    if (value[at] === '\\') at++
    else if (value[at] === '(') depth++
    else if (value[at] === ')' && --depth === 0) return at
  }
  return -1
}
