/** Owns how far a plugin's style sheet reaches: its own pages, those in the frame that bears its name, and elements of its own in others' pages. */
import type { AtRule, Rule } from 'postcss'
import readSheet from 'postcss-safe-parser'

/** At-rules that hold further rules of the page; in others (`@font-face`, `@keyframes`) nothing is chosen. */
const HOLD_RULES: ReadonlySet<string> = new Set(['media', 'supports', 'layer', 'container'])

/**
 * The sheet with every selector narrowed to what is the plugin's: pages of `name`, the frame `frame-<name>`, and whatever has, or
 * stands in something that has, a class that begins with `<name>-`. Weights stay as they were written. The sheet is the plugin's own
 * text, so broken rules are read as a browser would: passed over.
 */
export function ownStyles(css: string, name: string): string {
  const roots = [`.page-of-${name}`, `.frame-${name}`, `[class^="${name}-"]`, `[class*=" ${name}-"]`]
  const own = `:where(${roots.flatMap((root) => [root, `${root} *`]).join(', ')})`
  const sheet = readSheet(css)
  sheet.walkComments((comment) => void comment.remove())
  sheet.walkRules((rule) => {
    if (!choosesInPage(rule)) return
    rule.selectors = rule.selectors.map((one) => narrow(one, own))
    rule.raws.between = ' '
  })
  return sheet.toString()
}

/** Not what is chosen within another rule, which is narrowed already, nor the steps of key frames. */
function choosesInPage({ parent }: Rule): boolean {
  for (let around = parent; around && around.type !== 'root'; around = around.parent as typeof parent)
    if (around.type !== 'atrule' || !HOLD_RULES.has((around as AtRule).name.toLowerCase())) return false
  return true
}

/** A pseudo-element ends its selector; brackets and quotes stand in none. */
const PSEUDO_ELEMENT = /^::[\w-]+(?:\([\w\s-]*\))?(?::[\w-]+)*$/

/** Before the pseudo-element, if the selector ends in one. */
function narrow(selector: string, own: string): string {
  const at = selector.lastIndexOf('::')
  return at >= 0 && PSEUDO_ELEMENT.test(selector.slice(at)) ? selector.slice(0, at) + own + selector.slice(at) : selector + own
}
