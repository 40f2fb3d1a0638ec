/** Owns asking the thread of filter-worker.ts. */
import { makeThreads } from '../../machine/thread.ts'
import type { FilterMail, FilterRun, PostmasterFilter } from './filter-run.ts'
import type { FilterRequest } from './filter-worker.ts'

const ask = makeThreads<FilterRequest, FilterRun>({
  worker: 'filter-worker',
  from: import.meta.url,
  heapMb: 256,
  // Far above what patterns that are each bounded can take together; only a thread that hangs comes here.
  limitMs: 60_000,
})

/** Runs the filters over a mail, in a thread; `mail` is asked where there are any. Throws when the thread ends: the mail's job tries again. */
export function matchFilters(filters: readonly PostmasterFilter[], mail: () => FilterMail): Promise<FilterRun> {
  if (filters.length === 0) return Promise.resolve({ results: [], headers: {} })
  return ask({ filters, mail: mail() })
}
