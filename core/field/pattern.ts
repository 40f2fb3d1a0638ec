/** Owns trying the patterns of fields on what somebody typed: written for Perl by whoever administers, bounded in time by us. */
import { createContext, Script } from 'node:vm'

/** An honest pattern takes less than a millisecond; one that backtracks for ever is let go, and lets everything pass. */
const LIMIT_MS = 250

const room: { pattern: RegExp; text: string } = { pattern: /x/, text: '' }
const context = createContext(room)
// Node ends a script that runs too long, and V8 looks for that within a pattern too.
const script = new Script('pattern.test(text)')

/** JavaScript's patterns are nearly Perl's; a leading (?i) becomes a flag. Undefined: it is none. */
export function patternOf(written: string): RegExp | undefined {
  const [start = '', flags = ''] = /^\(\?([ims]{1,3})\)/.exec(written) ?? []
  try {
    return new RegExp(written.slice(start.length), [...new Set(flags)].join(''))
  } catch {
    return undefined
  }
}

/** Does the text fit? A pattern that cannot be read, or takes too long, stops nobody. */
export function fits(written: string, text: string): boolean {
  const pattern = patternOf(written)
  return pattern ? (found(pattern, text) ?? true) : true
}

/**
 * Is the pattern found in the text? Undefined: it takes too long to say. A rule asks the same of the same queue's name at every
 * act, and the watch over the time costs more than the pattern: answers for short texts are kept.
 */
export function found(pattern: RegExp, text: string): boolean | undefined {
  const question = text.length <= SHORT ? `${pattern.flags}\n${pattern.source}\n${text}` : undefined
  const before = question === undefined ? undefined : answers.get(question)
  if (before !== undefined) return before
  const answer = tried(pattern, text)
  if (question !== undefined && answer !== undefined) {
    if (answers.size >= MOST_ANSWERS) answers.clear()
    answers.set(question, answer)
  }
  return answer
}

const SHORT = 200
const MOST_ANSWERS = 2_000
const answers = new Map<string, boolean>()

function tried(pattern: RegExp, text: string): boolean | undefined {
  Object.assign(room, { pattern, text })
  try {
    return Boolean(script.runInContext(context, { timeout: LIMIT_MS }))
  } catch {
    return undefined
  }
}
