/** Owns choosing the database: the configured server, or the embedded one. */
import type { Config } from '../machine/config.ts'
import type { Log } from '../machine/log.ts'
import { openDatabase } from './database.ts'
import type { OpenDatabase } from './database.ts'
import { startEmbedded } from './embedded.ts'

/**
 * Opens the database that the configuration names, starting the embedded server where it names none; `close` ends what
 * was started. With `share` a command may work beside a pomoc that is running.
 */
export async function connectDatabase(
  config: Config,
  {
    log,
    share = false,
    max = config.databaseConnections,
  }: { log?: Log; share?: boolean /** Connections of this handle. */; max?: number } = {},
): Promise<OpenDatabase> {
  const options = { max, ...(log && { log }) }
  if (config.databaseUrl) return openDatabase(config.databaseUrl, options)
  const embedded = await startEmbedded({
    dataDir: config.dataDir,
    connections: config.databaseConnections + 40,
    share,
    ...(log && { log }),
  })
  if (embedded.adopted) log?.info('adopted the database server that an earlier run left behind')
  try {
    const opened = await openDatabase(embedded.url, options)
    return {
      ...opened,
      close: async () => {
        await opened.close()
        await embedded.stop()
      },
    }
  } catch (error) {
    await embedded.stop()
    throw error
  }
}
