/** Owns reading lists of addresses as people type and paste them, and as our own rows keep them; whether each is an address is the caller's question. */

export interface ListedAddress {
  /** '' where none is said. */
  name: string
  /** As written, trimmed; may be no address at all. */
  address: string
}

/** More is no list that somebody meant. */
const MOST = 1000

/**
 * `Mac, Filip <f@x>; "Nowak, Anna" <a@x>, b@x` → three. Addresses stand between commas, semicolons or line ends. Names may be quoted
 * (RFC 5322 3.2.4) or not: what stands before a comma and is no address belongs to the name that follows. Comments in brackets, the
 * name of a group and `mailto:` are left out; addresses with nothing but blanks between them are several. One pass over the text.
 */
export function readAddressList(text: string): ListedAddress[] {
  const found: ListedAddress[] = []
  /** What stood before a comma and was no address. */
  let before = ''
  const lost = () => {
    if (before !== '') found.push({ name: '', address: before })
    before = ''
  }
  for (const { words, address, end } of pieces(text)) {
    if (found.length >= MOST) break
    if (address !== undefined) {
      found.push({ name: [before, words].filter(Boolean).join(', '), address: bare(address) })
      before = ''
    } else if (words.includes('@')) {
      lost()
      const several = words.split(' ')
      for (const one of several.every((part) => part.includes('@')) ? several : [words]) found.push({ name: '', address: bare(one) })
    } else if (words !== '') before = before === '' ? words : `${before}, ${words}`
    if (end !== ',') lost()
  }
  lost()
  return found
}

/** What stands in a field for one address or login, as it is pasted too: `Mac, Filip <f@x>` is f@x; anything else stays, trimmed. */
export function oneAddress(text: string): string {
  const [first, ...more] = readAddressList(text)
  return first?.address.includes('@') && more.length === 0 ? first.address : text.trim()
}

const bare = (address: string): string => address.trim().replace(/^mailto:/i, '')

interface Piece {
  /** Outside angle brackets, quotes opened, blanks made one. */
  words: string
  address?: string
  end: ',' | ';' | '\n' | ''
}

function* pieces(text: string): Generator<Piece> {
  let words = ''
  let hasAt = false
  let address: string | undefined
  // Behind these nothing closes any more: asked once, not for each that opens.
  const [lastAngle, lastBracket] = [text.lastIndexOf('>'), text.lastIndexOf(')')]
  let quotes = true
  const piece = (end: Piece['end']): Piece => ({
    words: words.replace(/\s+/g, ' ').trim(),
    ...(address === undefined ? {} : { address }),
    end,
  })
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!
    if (sign === '"' && quotes) {
      const quoted = readQuoted(text, at)
      quotes = quoted !== undefined
      if (quoted) {
        words += ` ${quoted.text} `
        hasAt ||= quoted.text.includes('@')
        at = quoted.end
        continue
      }
    } else if (sign === '<' && at < lastAngle) {
      const end = text.indexOf('>', at)
      address = text.slice(at + 1, end)
      at = end
      continue
    } else if (sign === '(' && at < lastBracket) {
      at = text.indexOf(')', at)
      continue
    } else if (sign === ':' && address === undefined && !hasAt && words.trim().toLowerCase() !== 'mailto') {
      words = ''
      continue
    } else if (sign === ',' || sign === ';' || sign === '\n') {
      yield piece(sign)
      words = ''
      hasAt = false
      address = undefined
      continue
    }
    words += sign
    hasAt ||= sign === '@'
  }
  yield piece('')
}

/** A string in quotes that begins at `from`; undefined: it does not end. */
function readQuoted(text: string, from: number): { text: string; end: number } | undefined {
  let said = ''
  for (let at = from + 1; at < text.length; at++) {
    const sign = text[at]!
    if (sign === '"') return { text: said, end: at }
    said += sign === '\\' ? (text[++at] ?? '') : sign
  }
  return undefined
}
