/** Owns the thread in which patterns are tried: each is ended when it takes too long, whatever somebody wrote into it. */
import { createContext, Script } from 'node:vm'
import { answerInThread } from '../../machine/thread.ts'
import { runFilters, toPattern, type FilterMail, type FilterRun, type PostmasterFilter } from './filter-run.ts'

export interface FilterRequest {
  filters: readonly PostmasterFilter[]
  mail: FilterMail
}
/** An honest pattern takes less than a millisecond; a catastrophic one would take years. */
const PATTERN_LIMIT_MS = 250

// Node ends a script that runs too long, and V8 looks for that within a pattern too: the one way to bound JavaScript's own.
const room: { pattern: RegExp; text: string } = { pattern: /x/, text: '' }
const context = createContext(room)
const script = new Script('pattern.exec(text)')

export function boundedSearch(pattern: string, text: string): { groups: string[]; named: Record<string, string> } | null {
  try {
    room.pattern = toPattern(pattern)
  } catch {
    throw new Error('filter-invalid')
  }
  room.text = text
  try {
    const found = script.runInContext(context, { timeout: PATTERN_LIMIT_MS }) as RegExpExecArray | null
    if (!found) return null
    const named = Object.entries(found.groups ?? {}).filter(([, value]) => value !== undefined)
    return { groups: [...found], named: Object.fromEntries(named) }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new Error('filter-too-slow', { cause: error })
    throw error
  }
}

answerInThread(({ filters, mail }: FilterRequest): FilterRun => runFilters(filters, mail, boundedSearch))
