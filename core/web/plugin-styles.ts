/** Owns how far a plugin's style sheet reaches: its own pages, those in the frame that bears its name, and elements of its own in others' pages. */

/**
 * The sheet with every selector narrowed to what is the plugin's: pages of `name`, the frame `frame-<name>`, and whatever has, or
 * stands in something that has, a class that begins with `<name>-`. Weights stay as they were written. The sheet is the plugin's own
 * text, so broken rules are left as they stand: a browser passes over them.
 */
export function ownStyles(css: string, name: string): string {
  const roots = [`.page-of-${name}`, `.frame-${name}`, `[class^="${name}-"]`, `[class*=" ${name}-"]`]
  const own = `:where(${roots.flatMap((root) => [root, `${root} *`]).join(', ')})`
  return rules(withoutComments(css), own)
}

function withoutComments(css: string): string {
  let out = ''
  let from = 0
  for (;;) {
    const begin = css.indexOf('/*', from)
    if (begin < 0) return out + css.slice(from)
    out += css.slice(from, begin)
    const end = css.indexOf('*/', begin + 2)
    if (end < 0) return out
    from = end + 2
  }
}

/** At-rules that hold further rules of the page; in others (`@font-face`, `@keyframes`) nothing is chosen. */
const HOLDS_RULES = /^@(?:media|supports|layer|container)\b/i

function rules(css: string, own: string): string {
  let out = ''
  let from = 0
  for (let at = 0; at < css.length; at++) {
    const sign = css[at]
    if (sign === ';') {
      out += css.slice(from, at + 1)
      from = at + 1
    } else if (sign === '{') {
      const end = closing(css, at)
      const head = css.slice(from, at)
      const body = css.slice(at + 1, end)
      const lead = /^\s*/.exec(head)![0]
      const said = head.slice(lead.length)
      if (HOLDS_RULES.test(said)) out += `${head}{${rules(body, own)}}`
      else if (said.startsWith('@')) out += `${head}{${body}}`
      else
        out += `${lead}${split(said.trimEnd(), ',')
          .map((one) => narrow(one, own))
          .join(',')} {${body}}`
      from = end + 1
      at = end
    } else at = past(css, at)
  }
  return out + css.slice(from)
}

/** Before the pseudo-element, if the selector ends in one. */
function narrow(selector: string, own: string): string {
  const [element = '', ...pseudo] = split(selector, '::')
  return [element.trimEnd() + own, ...pseudo].join('::')
}

/** Parts of a text between separators that stand outside brackets and quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = []
  let from = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!
    if ('(['.includes(sign)) depth++
    else if (')]'.includes(sign)) depth--
    else if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(from, at))
      from = at + separator.length
    }
    at = past(text, at)
  }
  return [...parts, text.slice(from)]
}

/** The brace that closes the one at `from`; the end of the text where none does. */
function closing(css: string, from: number): number {
  let depth = 0
  for (let at = from; at < css.length; at++) {
    if (css[at] === '{') depth++
    else if (css[at] === '}' && --depth === 0) return at
    at = past(css, at)
  }
  return css.length
}

/** Where a string or an escape that begins at `at` ends; else `at` itself. */
function past(css: string, at: number): number {
  const sign = css[at]
  if (sign === '\\') return at + 1
  if (sign !== '"' && sign !== "'") return at
  for (let end = at + 1; end < css.length; end++) {
    if (css[end] === '\\') end++
    else if (css[end] === sign) return end
  }
  return css.length
}
