/** Owns working several connections at once: what is to be done comes one after the other, each taken by whoever is free. */
import type { Pool, PoolClient } from 'pg'

/** More do not pay: rows are summed and compressed by one process. */
export const AT_ONCE = 3

/**
 * Hands each item to the next free one of some connections. At the first fault no more are begun; what is under way ends, then the
 * fault is thrown. A connection with a fault is thrown away, for it may be in the middle of something.
 */
export async function sideBySide<T>(
  clients: readonly PoolClient[],
  items: AsyncIterable<T> | Iterable<T>,
  run: (client: PoolClient, item: T) => Promise<void>,
): Promise<void> {
  const free = [...clients]
  const underWay = new Map<PoolClient, Promise<void>>()
  let fault: unknown
  for await (const item of items) {
    while (free.length === 0) await Promise.race(underWay.values())
    if (fault !== undefined) break
    const client = free.pop()!
    underWay.set(
      client,
      run(client, item)
        .catch((error: unknown) => {
          fault ??= error
        })
        .finally(() => {
          underWay.delete(client)
          free.push(client)
        }),
    )
  }
  await Promise.all(underWay.values())
  if (fault !== undefined) throw fault
}

/** Some connections for as long as `run` takes; none of them goes back, for it may be settled otherwise or be in the middle of something. */
export async function withClients<T>(pool: Pool, count: number, run: (clients: PoolClient[]) => Promise<T>): Promise<T> {
  const clients: PoolClient[] = []
  try {
    while (clients.length < count) clients.push(await pool.connect())
    return await run(clients)
  } finally {
    for (const client of clients) client.release(true)
  }
}
