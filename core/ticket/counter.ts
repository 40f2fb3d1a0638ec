/** Owns what is drawn for a new ticket, the counter behind its number above all: no lock is held until commit, gaps are allowed (as in OTRS). */
import { randomInt } from 'node:crypto'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { dayIn } from '../calendar/day.ts'
import type { Config } from '../machine/config.ts'
import { mainCompanyOf } from '../company/main-company.ts'
import type { Database, Id } from '../database/schema.ts'
import { DEFAULT_NUMBER_SETTINGS, formatNumber, type TicketNumberSettings } from './number.ts'

export function numberSettings(config: Pick<Config, 'systemId' | 'ticketNumber'>): TicketNumberSettings {
  return {
    ...DEFAULT_NUMBER_SETTINGS,
    systemId: config.systemId,
    kind: config.ticketNumber.generator,
    minCounterSize: config.ticketNumber.minCounterSize,
    useFormattedCounter: config.ticketNumber.formattedCounter,
    checkSystemId: config.ticketNumber.checkSystemId,
  }
}

/** OTRS gives up there too. */
const TRIES = 16_000

type NumberConfig = Pick<Config, 'systemId' | 'ticketNumber' | 'zone'>

/** What the counter of a ticket made now runs under: the day, or everything. */
export function counterKey(config: NumberConfig, now: Date): string {
  return config.ticketNumber.generator === 'AutoIncrement' ? 'all' : dayOf(config, now)
}

/** The next counter under a key as an expression, for questions that ask more; null when the key has none yet. */
const counterOf = (key: string) =>
  sql<string | null>`(select nextval('ticket_number_seq') - base from ticket_number_base where key = ${key})`

/** What is drawn for one new ticket alone. */
export interface Drawn {
  /** The next number's counter; null when the day has none yet. */
  counter: string | null
  /** The code of the customer's main company; null: they have none. */
  company: string | null
}

/** As an expression, for questions that ask more. */
export const drawing = (key: string, customer: Id | RawBuilder<unknown> | null): RawBuilder<Drawn> =>
  sql`json_build_object('counter', ${counterOf(key)}::text, 'company', (${mainCompanyOf(customer)}))`

/** By itself. */
export async function drawForTicket(db: Kysely<Database>, key: string, customerId: Id | null): Promise<Drawn> {
  const { rows } = await sql<{ drawn: Drawn }>`select ${drawing(key, customerId)} as drawn`.execute(db)
  return rows[0]!.drawn
}

const dayOf = ({ zone }: NumberConfig, now: Date): string => dayIn(zone, now).replaceAll('-', '')

/**
 * Calls `use` with a fresh ticket number, and with the next one as long as it returns nothing: a number that exists already
 * (imported) is passed over. The counter of a day is one sequence minus the day's base: the first ticket of a day sets the
 * base, all others read it, so tickets are made side by side. `first` is a counter that was asked for already.
 */
export async function withNumber<T>(
  db: Kysely<Database>,
  config: NumberConfig,
  now: Date,
  first: string | null,
  use: (number: string) => Promise<T | undefined>,
): Promise<T> {
  const settings = numberSettings(config)
  const date = dayOf(config, now)
  const key = counterKey(config, now)
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const counter = settings.kind === 'Random' ? 0n : attempt === 0 && first !== null ? BigInt(first) : await nextCounter(db, key)
    const number = formatNumber(settings.kind, {
      systemId: settings.systemId,
      counter,
      date,
      minCounterSize: settings.minCounterSize,
      useFormattedCounter: settings.useFormattedCounter,
      random: randomInt(0, 2 ** 40) / 2 ** 40,
    })
    const used = await use(number)
    if (used !== undefined) return used
  }
  throw new Error('no free ticket number found')
}

async function nextCounter(db: Kysely<Database>, key: string): Promise<bigint> {
  const read = async () => (await sql<{ counter: string | null }>`select ${counterOf(key)} as counter`.execute(db)).rows[0]!.counter
  let counter = await read()
  if (counter === null) {
    await sql`insert into ticket_number_base (key, base) values (${key}, nextval('ticket_number_seq')) on conflict do nothing`.execute(db)
    counter = await read()
  }
  return BigInt(counter!)
}
