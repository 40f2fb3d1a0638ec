/** Owns asking the DNS: by the servers of the configuration or the system's, with limits, each answer kept for a minute. */
import { Resolver } from 'node:dns/promises'

/** As mailauth asks: rejects with ENOTFOUND or ENODATA where there is nothing, with another code where nobody answered. */
export type Resolve = (name: string, type: string) => Promise<string[][] | string[]>

const TRY_MS = 1500
const TRIES = 2
const KEPT_MS = 60_000
const KEPT_ANSWERS = 2000

/** Nothing there is an answer too; silence is not kept. */
export const isAnswer = (error: unknown): boolean => ['ENOTFOUND', 'ENODATA'].includes((error as { code?: string } | null)?.code ?? '')

/** `servers`: addresses, with a port where it is not 53; none: the system's. */
export function makeResolve(servers: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES })
  if (servers.length > 0) resolver.setServers(servers)
  const kept = new Map<string, { answer: ReturnType<Resolve>; until: number }>()
  return (name, type) => {
    const key = `${type} ${name.toLowerCase()}`
    const now = performance.now()
    const found = kept.get(key)
    if (found && found.until > now) return found.answer
    const answer = resolver.resolve(name, type as 'TXT') as ReturnType<Resolve>
    kept.delete(key)
    kept.set(key, { answer, until: now + KEPT_MS })
    answer.catch((error: unknown) => {
      if (!isAnswer(error)) kept.delete(key)
    })
    // The oldest go first.
    if (kept.size > KEPT_ANSWERS) kept.delete(kept.keys().next().value!)
    return answer
  }
}

/** The same resolver for one mail: after `ms` in all nobody is waited for any more. */
export function within(resolve: Resolve, ms: number): Resolve {
  const until = performance.now() + ms
  return async (name, type) => {
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(Object.assign(new Error(`no answer about ${name} in time`), { code: 'ETIMEOUT' })),
        Math.max(0, until - performance.now()),
      )
    })
    try {
      return await Promise.race([resolve(name, type), over])
    } finally {
      clearTimeout(timer)
    }
  }
}
