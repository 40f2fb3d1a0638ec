/** Owns a whole pomoc in the test's own process: its database, its ports, and a mail server that takes what it sends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../core/machine/config.ts'
import { makeLog } from '../core/machine/log.ts'
import { boot, type Program } from '../core/run/main.ts'
import { testDatabase } from './database.ts'
import { maker, type Maker } from './make.ts'
import { startMailSink, type MailSink } from './servers/mail-sink.ts'

export interface Whole {
  program: Program
  database: Awaited<ReturnType<typeof testDatabase>>
  sink: MailSink
  make: Maker
  /** Its data folder, for files of the test's own too. */
  dataDir: string
  stop(): Promise<void>
}

/** Starts it with these plugins; `clock` is its time and the maker's, where the test turns it. Stop it in afterAll. */
export async function startWhole(plugins: readonly string[], clock?: () => Date): Promise<Whole> {
  const database = await testDatabase()
  const sink = await startMailSink()
  const dataDir = await mkdtemp(join(tmpdir(), 'pomoc-whole-'))
  let program: Program | undefined
  const stop = async () => {
    await program?.stop()
    await sink.stop()
    await database.close()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const config = await loadConfig({
      env: {
        POMOC_DATABASE_URL: database.url,
        POMOC_DATA_DIR: dataDir,
        POMOC_HTTP_PORT: '0',
        POMOC_SMTP_PORT: '0',
        POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
        POMOC_SMARTHOST_URL: sink.url,
        POMOC_LOG_LEVEL: 'error',
      },
      dir: dataDir, // no config/local.ts there
    })
    program = await boot({ config: { ...config, plugins: [...plugins] }, log: makeLog('error'), ...(clock ? { clock } : {}) })
    const make = await maker(database.db)
    if (clock) make.now = clock()
    return { program, database, sink, make, dataDir, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
