/** Owns what a check answers, and how a sentence of the program becomes one. */
import type { Config } from '../machine/config.ts'
import { BootError, reasonOf } from '../machine/boot-error.ts'

export interface Finding {
  /** What was looked at, such as 'disk' or 'MX of uni.example'. */
  name: string
  /** 'warn' is worth knowing; with 'fail' something does not work, or soon will not. */
  state: 'ok' | 'warn' | 'fail'
  /** One sentence: how it is. */
  says: string
  /** One sentence: what to do. Always there when the state is not ok. */
  remedy?: string
}

export interface Checked {
  config: Config
  now: Date
}

export const ok = (name: string, says: string): Finding => ({ name, state: 'ok', says })
export const warn = (name: string, says: string, remedy: string): Finding => ({ name, state: 'warn', says, remedy })
export const fail = (name: string, says: string, remedy: string): Finding => ({ name, state: 'fail', says, remedy })

/** A BootError's sentence, parted where it says what to do; another error with its reason. */
export function failed(name: string, error: unknown): Finding {
  if (!(error instanceof BootError)) return fail(name, `It could not be looked at (${reasonOf(error)}).`, 'Put that right and look again.')
  const [says, remedy] = partSentence(error.message)
  return fail(name, says, remedy)
}

/** The first colon outside brackets and quotes parts what is wrong from what to do. */
export function partSentence(sentence: string): [says: string, remedy: string] {
  let depth = 0
  for (let at = 0; at < sentence.length; at++) {
    if ('(“"'.includes(sentence[at]!) && !(sentence[at] === '"' && depth > 0)) depth++
    else if (')”"'.includes(sentence[at]!)) depth--
    else if (depth === 0 && sentence.startsWith(': ', at)) {
      const remedy = sentence.slice(at + 2)
      return [`${sentence.slice(0, at)}.`, remedy.charAt(0).toUpperCase() + remedy.slice(1)]
    }
  }
  return [sentence, 'Put that right and look again.']
}

/** What comes of a promise within the time, else an error saying so. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} seconds`)), ms)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
