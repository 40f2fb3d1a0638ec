/** Owns hearing which statements this process sends through a pool, in the order in which they are sent, and golden files of them. */
import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Pool } from 'pg'
import { THEN_COMMIT } from '../../core/database/framed.ts'
import { goldenFile } from './golden-file.ts'

export interface Listener {
  /** Runs something and answers, beside its result, the statements that were sent meanwhile. */
  hear<T>(run: () => Promise<T>): Promise<{ value: T; statements: string[] }>
}

type Query = (...args: unknown[]) => unknown

/** Listens at every connection that the pool hands out from now on. Nothing else may use the pool while something is heard. */
export function listenTo(pool: Pool): Listener {
  let heard: string[] | undefined
  const known = new WeakSet<object>()
  pool.on('acquire', (client) => {
    if (known.has(client)) return
    known.add(client)
    const query = client.query.bind(client) as Query
    Object.defineProperty(client, 'query', {
      value(...args: unknown[]): unknown {
        heard?.push(plain(args[0]))
        return query(...args)
      },
    })
  })
  return {
    async hear(run) {
      await quiet(pool)
      const statements: string[] = (heard = [])
      try {
        const value = await run()
        // What an answer does not wait for belongs to it too.
        await quiet(pool)
        return { value, statements }
      } finally {
        heard = undefined
      }
    },
  }
}

/** Until nothing is under way: no connection is handed out, nobody waits for one. */
async function quiet(pool: Pool): Promise<void> {
  for (let still = 0; still < 3; still++) {
    await turn()
    if (pool.waitingCount > 0 || pool.idleCount < pool.totalCount) still = -1
  }
}

/** A statement on one line, without its parameters: how many there are in a list or how many rows are put in is no part of it. */
function plain(statement: unknown): string {
  const text = typeof statement === 'string' ? statement : String((statement as { text?: unknown }).text ?? '')
  return text
    .replace(THEN_COMMIT, '') // says how it is sent
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\$\d+/g, '?')
    .replace(/\(\?(, \?)+\)/g, '(?, …)')
    .replace(/(\((?:\?|…|default|, )+\))(, \1)+/g, '$1, …')
}

const LEGEND = 'the statements'

/**
 * A golden file of statements. A section names them, one a line, so that it reads like what it is about; each is written out
 * once, in the last section. Two that do not match are shown in full.
 */
export function statementFile(
  file: string,
  cases: readonly string[],
  about: string,
): {
  /** `sorted`: where several are sent side by side, so that no order is given. */
  check(name: string, statements: readonly string[], options?: { sorted?: boolean }): void
  end(): void
} {
  const golden = goldenFile(`statements/${file}.txt`, [...cases, LEGEND], about)
  const said = new Map<string, string>()
  const kept = new Map(
    (golden.kept(LEGEND) ?? '').split('\n').map((line) => {
      const end = line.indexOf(': ')
      return [line.slice(0, end), line.slice(end + 2)]
    }),
  )
  const inFull = (text: string, from: 'said' | 'kept') =>
    text
      .split('\n')
      .map((line) =>
        line.replace(/^(\d+\. )(.*)$/, (_, n: string, name: string) => n + ((from === 'said' ? said : kept).get(name) ?? name)),
      )
      .join('\n')
  return {
    check(name, statements, { sorted = false } = {}) {
      const list = statements.map((text) => {
        const short = shortName(text)
        if (short !== text) said.set(short, text)
        return short
      })
      if (sorted) list.sort()
      golden.check(
        name,
        [`${list.length} statement${list.length === 1 ? '' : 's'}`, '', ...list.map((short, n) => `${n + 1}. ${short}`)],
        inFull,
      )
    },
    end() {
      golden.check(
        LEGEND,
        [...said].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([short, text]) => `${short}: ${text}`),
      )
      golden.end()
    },
  }
}

/** What it does to which table first, and six digits that belong to its text alone; a short one is its own name. */
function shortName(text: string): string {
  if (text.length < 30) return text
  const [, verb = 'other'] = /^(?:with [\s\S]*?)?\b(select|insert|update|delete)\b/i.exec(text) ?? []
  // In quotes is the table that Kysely was asked for, not one of a condition.
  const [, table = 'nothing'] = /\b(?:from|into|update) "(\w+)/i.exec(text) ?? /\b(?:from|into|update) (\w+)/i.exec(text) ?? []
  return `${verb.toLowerCase()} ${table} ${createHash('sha256').update(text).digest('hex').slice(0, 6)}`
}
