/** Owns the counter behind ticket numbers: no lock is held until commit, gaps are allowed (as in OTRS). */
import { randomInt } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { DateTime } from 'luxon'
import type { Config } from '../config.ts'
import type { Database } from '../database/schema.ts'
import { DEFAULT_NUMBER_SETTINGS, formatNumber, type TicketNumberSettings } from './number.ts'

export function numberSettings(config: Pick<Config, 'systemId' | 'ticketNumber'>): TicketNumberSettings {
  return {
    ...DEFAULT_NUMBER_SETTINGS, systemId: config.systemId, kind: config.ticketNumber.generator,
    minCounterSize: config.ticketNumber.minCounterSize, useFormattedCounter: config.ticketNumber.formattedCounter,
    checkSystemId: config.ticketNumber.checkSystemId,
  }
}

/** OTRS gives up there too. */
const TRIES = 16_000

/**
 * Calls `use` with a fresh ticket number, and with the next one as long as it returns nothing: a number that exists already
 * (imported) is passed over. The counter of a day is one sequence minus the day's base: the first ticket of a day sets the
 * base, all others read it, so tickets are made side by side.
 */
export async function withNumber<T>(
  db: Kysely<Database>, config: Pick<Config, 'systemId' | 'ticketNumber' | 'zone'>, now: Date, use: (number: string) => Promise<T | undefined>,
): Promise<T> {
  const settings = numberSettings(config)
  const date = DateTime.fromJSDate(now, { zone: config.zone }).toFormat('yyyyLLdd')
  const key = settings.kind === 'AutoIncrement' ? 'all' : date
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const counter = settings.kind === 'Random' ? 0n : await nextCounter(db, key)
    const number = formatNumber(settings.kind, {
      systemId: settings.systemId, counter, date, minCounterSize: settings.minCounterSize,
      useFormattedCounter: settings.useFormattedCounter, random: randomInt(0, 2 ** 40) / 2 ** 40,
    })
    const used = await use(number)
    if (used !== undefined) return used
  }
  throw new Error('no free ticket number found')
}

async function nextCounter(db: Kysely<Database>, key: string): Promise<bigint> {
  const read = () => sql<{ counter: string }>`
    select nextval('ticket_number_seq') - base as counter from ticket_number_base where key = ${key}`.execute(db)
  let row = (await read()).rows[0]
  if (!row) {
    await sql`insert into ticket_number_base (key, base) values (${key}, nextval('ticket_number_seq')) on conflict do nothing`.execute(db)
    row = (await read()).rows[0]
  }
  return BigInt(row!.counter)
}
