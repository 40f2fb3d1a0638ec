/** Owns the expressions that OTRS takes for texts in searches: `*` is any text, `&&`, `||`, `!` and brackets combine; read, never run. */

export type Expression =
  /** A pattern for ILIKE: whole texts, any case. */
  { kind: 'text'; like: string } | { kind: 'not'; of: Expression } | { kind: 'and' | 'or'; of: readonly Expression[] }

/** Undefined: it is none, as with a bracket that is never closed. `&&` binds stronger than `||`. */
export function readExpression(text: string, { blankIsAnd }: { blankIsAnd: boolean }): Expression | undefined {
  const tokens = tokensOf(text, blankIsAnd)
  let at = 0
  const peek = () => tokens[at]
  const either = (): Expression | undefined => chain('||', 'or', both)
  const both = (): Expression | undefined => chain('&&', 'and', one)

  function chain(sign: string, kind: 'and' | 'or', next: () => Expression | undefined): Expression | undefined {
    const parts: Expression[] = []
    for (;;) {
      const part = next()
      if (!part) return undefined
      parts.push(part)
      if (peek() !== sign) return parts.length === 1 ? parts[0] : { kind, of: parts }
      at++
    }
  }
  function one(): Expression | undefined {
    const token = tokens[at++]
    if (token === '!') {
      const of = one()
      return of && { kind: 'not', of }
    }
    if (token === '(') {
      const of = either()
      return tokens[at++] === ')' ? of : undefined
    }
    return token === undefined || SIGNS.includes(token) ? undefined : { kind: 'text', like: likeOf(token) }
  }

  const whole = either()
  return at === tokens.length ? whole : undefined
}

const SIGNS = ['&&', '||', '!', '(', ')']
/** Whatever needs no sign in front of it: two of these side by side are both wanted. */
const begins = (token: string) => token === '(' || token === '!' || !SIGNS.includes(token)
const ends = (token: string) => token === ')' || !SIGNS.includes(token)

/** Signs, and the texts between them without blanks at their ends. */
function tokensOf(text: string, blankIsAnd: boolean): string[] {
  const tokens: string[] = []
  let word = ''
  const flush = () => {
    const said = word.trim()
    if (said !== '') tokens.push(said)
    word = ''
  }
  for (let n = 0; n < text.length; n++) {
    const two = text.slice(n, n + 2)
    const sign = two === '&&' || two === '||' ? two : '!()'.includes(text[n]!) ? text[n]! : ''
    // Within a word an exclamation mark is one.
    if (sign !== '' && !(sign === '!' && word.trim() !== '')) {
      flush()
      tokens.push(sign)
      n += sign.length - 1
    } else if (blankIsAnd && /\s/.test(text[n]!)) flush()
    else word += text[n]!
  }
  flush()
  if (!blankIsAnd) return tokens
  return tokens.flatMap((token, n) => (n > 0 && begins(token) && ends(tokens[n - 1]!) ? ['&&', token] : [token]))
}

const likeOf = (text: string): string => text.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%')
