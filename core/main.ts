/** Owns starting pomoc in reading order, and stopping it in reverse. */
import { createServer } from 'node:http'
import type { Config } from './config.ts'
import { connectDatabase } from './database/connect.ts'
import { migrateAll } from './database/migrate-all.ts'
import { listen } from './listen.ts'
import type { Log } from './log.ts'
import { dropPrivileges } from './privileges.ts'

export interface Running {
  /** What to tell the operator, one line each. */
  notices: string[]
  stop(): Promise<void>
}

/** Starts everything, or nothing: at a fault what was started is stopped again and the fault thrown. */
export async function boot(config: Config, log: Log): Promise<Running> {
  const started: (() => Promise<void>)[] = []
  const stop = async () => {
    for (let end = started.pop(); end; end = started.pop()) await end()
  }
  try {
    const database = await connectDatabase(config, { log })
    started.push(database.close)
    await migrateAll(database)

    const server = createServer((_request, response) => response.end('pomoc\n'))
    const port = await listen(server, config.http, 'http')
    started.push(async () => {
      server.close()
      server.closeAllConnections()
    })

    const privileges = dropPrivileges()
    return { notices: [`web   http://${config.http.host}:${port}`, ...(privileges ? [privileges] : [])], stop }
  } catch (error) {
    await stop()
    throw error
  }
}
