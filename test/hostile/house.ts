/** Owns the program under attack: the real one, on a database of its own, with a customer and an agent logged in. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Id } from '../../core/database/schema.ts'
import { openSession } from '../../core/person/sessions.ts'
import { testDatabase } from '../database.ts'
import { maker } from '../make.ts'
import { runProgram, temporaryData } from '../program.ts'
import { built } from '../stage.ts'
import { makeStallWatch } from './attacks.ts'

export interface Besieged {
  port: number
  /** For how many seconds it answered nobody at most since this was last asked. */
  longestStall(): Promise<number>
  database: Awaited<ReturnType<typeof testDatabase>>
  cookies: { stranger: string; visitor: string; customer: string; agent: string }
  /** Rows of plugins' faults and strikes: none should be there. */
  faults(): Promise<number>
  /** What its log says of errors. */
  stderr(): string
  pid: number
  stop(): Promise<void>
}

export async function besiege(): Promise<Besieged> {
  const database = await testDatabase()
  const data = temporaryData()
  const make = await maker(database.db)
  make.now = new Date()
  const session = async (id: Id) =>
    `pomoc=${await make.asSystem((work) => openSession(work, id, { address: '127.0.0.1', userAgent: 'test' }))}`
  const customer = await make.person()
  const agent = await make.agent({ 1: ['rw'], 2: ['rw'] })
  for (let n = 0; n < 20; n++) await make.ticket({ customerId: customer })
  await built()
  const { env, longestStall } = makeStallWatch()
  const program = runProgram({
    ...env,
    POMOC_DATABASE_URL: database.url,
    POMOC_DATA_DIR: data.dir,
    POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
    POMOC_LOG_LEVEL: 'warn',
  })
  const stop = async () => {
    program.kill('SIGTERM')
    await program.ended
    await database.close()
    await data.remove()
  }
  try {
    return await enter()
  } catch (error) {
    await stop()
    throw error
  }

  async function enter(): Promise<Besieged> {
    await program.ready
    const address = (name: string) => new RegExp(`^\\s*${name}\\s+(\\S+)$`, 'm').exec(program.stdout)![1]!
    const page = await fetch(`${address('web')}/login`)
    const form = page.headers.getSetCookie().find((cookie) => cookie.startsWith('form='))!
    await page.text()
    return {
      port: Number(new URL(address('web')).port),
      longestStall,
      database,
      pid: program.pid,
      cookies: { stranger: '', visitor: form.split(';')[0]!, customer: await session(customer), agent: await session(agent) },
      async faults() {
        // They are written a moment after.
        await sleep(200)
        const { rows } = await database.pool.query(`select (select count(*) from plugin_fault) + (select count(*) from plugin_strike) as n`)
        return Number(rows[0].n)
      },
      stderr: () => program.stderr,
      stop,
    }
  }
}
