/** Owns filling an empty database with the made-up university. */
import { hashPassword, loadRows, settleIds, system, type Host, type Id, type Work } from '../../core/index.ts'
import { addAbout, countDeadlines, mergeTwins, switchOn } from './about.ts'
import { writeRules } from './automatic.ts'
import { addMishaps } from './extras.ts'
import { buildHouse, FIRST_IDS } from './house.ts'
import { writeChoices } from './choices.ts'
import { writeKnowledge } from './knowledge.ts'
import { writeNotifications } from './told.ts'
import { writeInbound } from './mails.ts'
import { PASSWORD } from './people.ts'
import { makeRandom } from './random.ts'
import { makeRows, TABLES, type Rows } from './rows.ts'
import { loadManyTickets } from './scale.ts'
import { tellStories } from './tell.ts'
import { openUnits } from './units.ts'
import { DAY, numberDay } from './when.ts'
import type { Desk } from './pen.ts'
import { writeStory } from './write.ts'

export const STORIES = 400
const SEED = 2026

export interface Wish {
  tickets: number
  seed?: number
  now: Date
}

/**
 * Fills the database in one transaction, unless somebody lives in it already. Beyond 400 tickets the rest are copies in
 * bulk, spread over ten years: for measuring, not for reading. Answers whether it filled.
 */
export async function fillUniversity(host: Pick<Host, 'work' | 'config' | 'db'>, wish: Wish): Promise<boolean> {
  const hash = await hashPassword(PASSWORD)
  return host.work(system('demo'), async (work) => {
    if (await work.db.selectFrom('person').select('id').limit(1).executeTakeFirst()) return false
    const rows = await tellUniversity(work.config, { ...wish, tickets: Math.min(wish.tickets, STORIES) }, hash)
    await load(work, rows)
    await switchOn(work)
    await countDeadlines(work)
    await openUnits(work)
    await writeKnowledge(work)
    await writeNotifications(work)
    await writeChoices(work)
    await writeRules(work)
    if (wish.tickets > STORIES) await loadManyTickets(work, STORIES, wish.tickets)
    await mergeTwins(work)
    return true
  })
}

/** All rows, in memory. The same for the same wish, but for the salt of the password's hash. */
export async function tellUniversity(config: Work['config'], { tickets, seed = SEED, now }: Wish, passwordHash: string): Promise<Rows> {
  const random = makeRandom(seed)
  const rows = makeRows(FIRST_IDS)
  const house = buildHouse(rows, new Date(now.getTime() - 400 * DAY), passwordHash)
  const desk: Desk = { random, rows, house, config, numbers: new Map(), letters: [] }
  for (const story of tellStories(random, tickets, now)) writeStory(desk, story)
  desk.letters.sort((a, b) => a.at.getTime() - b.at.getTime())
  for (const letter of desk.letters) await writeInbound(rows, letter)
  await addMishaps(rows, house, config, now)
  addAbout(rows, house, random, now)
  return rows
}

async function load(work: Work, rows: Rows): Promise<void> {
  for (const table of TABLES) await loadRows(work.db, table, rows.tables[table] as never)
  await settleIds(
    work.db,
    TABLES.filter((table) => rows.tables[table].some((row) => 'id' in row)),
  )
  // Tickets of today have numbers: the day's counter goes on after them.
  const today = numberDay(work.now, work.config.zone)
  const made = rows.tables.ticket.filter((ticket) => numberDay(ticket.created_at as Date, work.config.zone) === today).length
  await work.db.insertInto('ticket_number_base').values({ key: today, base: '0' }).execute()
  await work.db.selectNoFrom((eb) => eb.fn<Id>('setval', [eb.val('ticket_number_seq'), eb.val(made + 1)]).as('at')).execute()
}
