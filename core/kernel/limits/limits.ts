/** Owns the list of limits on what people and peers may cause, and the counting of them in the database. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../../database/schema.ts'
import { Refusal, type ErrorCode, type ErrorParams } from '../../errors.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Limit {
  /** What is counted begins with the first and is forgotten after this. */
  windowMs: number
  /** Counted by many at once: in several rows, so that no transaction waits for another. The sum may then pass the limit by a few. */
  shards?: number
  /** What the doctor says of what was refused; null: no alarm, since a stranger's failing is nobody's trouble. */
  alarm: { says(refused: number, keys: number, worst: string): string; remedy: string } | null
}

/** Each is counted under its name; rows that stand in the database say it so. */
export const LIMITS = {
  /** Attempts to log in that were refused, by client. The attempts that were looked at stand in `login_attempt`. */
  login: {
    windowMs: 15 * MINUTE,
    alarm: {
      says: (refused, keys, worst) => `${refused} attempts to log in were refused, of ${keys} clients, most of them of ${worst}.`,
      remedy: 'Look at “login blocked” in the audit log; a client that goes on can be shut out by the web server in front.',
    },
  },
  /** Tickets that one person opens on the web: setting `limits.tickets`. */
  tickets: {
    windowMs: HOUR,
    alarm: {
      says: (refused, keys) => `${refused} tickets of ${keys} people were refused, who had opened too many within an hour.`,
      remedy: 'Look at “limit reached” in the audit log; raise “Tickets per person and hour” in the settings if they were honest.',
    },
  },
  /** People whom one person invites to tickets: setting `limits.invitations`. */
  invitations: {
    windowMs: DAY,
    alarm: {
      says: (refused, keys) => `${refused} invitations to tickets were refused; ${keys} people had invited too many within a day.`,
      remedy: 'Look at “limit reached” in the audit log; raise “Invitations per person and day” in the settings if they were honest.',
    },
  },
  /** Mails that invite one address, whoever invites: setting `limits.invitations-to`. */
  'invitations-to': { windowMs: DAY, alarm: null },
  /** People whom one administrator of a unit asks to work there: setting `limits.invitations`. */
  nominations: {
    windowMs: DAY,
    alarm: {
      says: (refused, keys) => `${refused} invitations to units were refused; ${keys} administrators had invited too many within a day.`,
      remedy: 'Look at “limit reached” in the audit log; raise “Invitations per person and day” in the settings if they were honest.',
    },
  },
  /** Invitations to units that one person gets, whoever invites: setting `limits.invitations-to`. */
  'nominations-to': { windowMs: DAY, alarm: null },
  /** Automatic answers to one address: mail.autoResponsesPerHour. */
  'answers-to': {
    windowMs: HOUR,
    alarm: {
      says: (refused, keys, worst) =>
        `${refused} automatic answers were held back, since ${keys} addresses would have had too many within an hour, first of all ${worst}: this looks like a loop with another program.`,
      remedy:
        'Look at the tickets of that address; a postmaster filter with X-OTRS-Loop: yes ends it. The limit is mail.autoResponsesPerHour.',
    },
  },
  /** Automatic answers to mails that one peer brought: mail.autoResponsesPerPeerAndHour. */
  'answers-peer': {
    windowMs: HOUR,
    alarm: {
      says: (refused, keys, worst) =>
        `${refused} automatic answers were held back, since ${keys} mail servers brought more mails to answer than one should within an hour, first of all ${worst}.`,
      remedy: 'If it is a mail server of yours, name it in mail.relays; the limit is mail.autoResponsesPerPeerAndHour.',
    },
  },
  /** Automatic answers in all: mail.autoResponsesInAllPerHour. */
  answers: {
    windowMs: HOUR,
    shards: 8,
    alarm: {
      says: (refused) =>
        `${refused} automatic answers were held back: more than mail.autoResponsesInAllPerHour would have left within an hour.`,
      remedy:
        'See in “Mail received” who writes so much; raise mail.autoResponsesInAllPerHour in config/local.ts if that is your usual day.',
    },
  },
  /** Mails that one peer hands over: smtp.mailsPerPeerAndHour. */
  'mails-peer': {
    windowMs: HOUR,
    alarm: {
      says: (refused, keys, worst) =>
        `${refused} mails were put off, since ${keys} mail servers handed over more than one may within an hour, first of all ${worst}.`,
      remedy: 'If it is a mail server of yours, name it in mail.relays of config/local.ts, or raise smtp.mailsPerPeerAndHour.',
    },
  },
} as const satisfies Record<string, Limit>
export type LimitName = keyof typeof LIMITS

/** Refusals are told for so long: a new count of them begins where there was none for a day. */
const TOLD_MS = DAY
const LONGEST_KEY = 500

const limitOf = (name: LimitName): Limit => LIMITS[name]

/** Where a count stands once this one is in it. */
export interface Counted {
  over: boolean
  /** When counting begins anew. */
  until: Date
}

export interface Asked {
  name: LimitName
  /** Who is counted. */
  key: string
  /** How many there may be within the limit's time; 0: any number, and nothing is counted. */
  most: number
}

/**
 * Counts one more, or one that is refused, where `most` were counted already. Whoever counts for the same key waits for the end of this
 * transaction: of many at once none slips through. What is thrown after it takes the counting back with it (`refusedOver` has it noted).
 */
export async function countLimit(db: Kysely<Database>, asked: Asked, now: Date): Promise<Counted> {
  const [counted] = await countLimits(db, [asked], now)
  return counted!
}

/** The same for several, in one statement: the answers in their order. The first that is over its limit ends it: those behind it are not counted. */
export async function countLimits(db: Kysely<Database>, asked: readonly Asked[], now: Date): Promise<Counted[]> {
  const counting = countingLimits(asked, now)
  if (!counting) return asked.map(() => ({ over: false, until: now }))
  const { rows } = await sql<CountedRow>`with ${counting.tables} ${counting.rows}`.execute(db)
  return counting.read(rows)
}

export interface CountedRow {
  place: number
  over: boolean
  /** As text where it comes in JSON. */
  began_at: Date | string
}

/**
 * The same as parts of a statement that asks more: tables for its `with`, counted where `when` holds, and their rows as a query; `read` makes answers of
 * these. Undefined where none of them is limited.
 */
export function countingLimits(
  asked: readonly Asked[],
  now: Date,
  when: RawBuilder<unknown> = sql`true`,
): { tables: RawBuilder<unknown>; rows: RawBuilder<unknown>; read(rows: readonly CountedRow[]): Counted[] } | undefined {
  const wanted = asked.filter(({ most }) => most > 0)
  if (wanted.length === 0) return undefined
  const name = (n: number) => sql.raw(`c${n}`)
  return {
    tables: sql.join(
      wanted.flatMap((one, n) => counting(one, now, { name: name(n), when: n === 0 ? when : sql`(select not over from ${name(n - 1)})` })),
    ),
    rows: sql.join(
      wanted.map((_, n) => sql`select ${sql.lit(n)} as place, over, began_at from ${name(n)}`),
      sql` union all `,
    ),
    read: (rows) =>
      asked.map((one) => {
        const row = rows.find(({ place }) => wanted[place] === one)
        return row
          ? { over: row.over, until: new Date(new Date(row.began_at).getTime() + limitOf(one.name).windowMs) }
          : { over: false, until: now }
      }),
  }
}

/** The tables of one count, `as.name` the last of them. */
function counting(
  { name, key, most }: Asked,
  now: Date,
  as: { name: RawBuilder<unknown>; when: RawBuilder<unknown> },
): RawBuilder<unknown>[] {
  const { windowMs, shards = 1 } = limitOf(name)
  const cut = key.slice(0, LONGEST_KEY)
  const at = sql`${now}::timestamptz`
  const began = sql`${new Date(now.getTime() - windowMs)}::timestamptz`
  const ahead = sql`${new Date(now.getTime() + windowMs)}::timestamptz`
  const shard = shards === 1 ? sql`0` : sql`pg_backend_pid() % ${sql.lit(shards)}`
  // Read once: an expression would be worked out for each column that is set.
  const elsewhere =
    shards === 1
      ? undefined
      : sql`${as.name}_elsewhere as materialized (
        select coalesce(sum(o.count), 0) as counted from limit_count o
        where o.name = ${name} and o.key = ${cut} and o.began_at > ${began} and o.began_at <= ${ahead} and o.shard <> ${shard})`
  const others = elsewhere ? sql`(select counted from ${as.name}_elsewhere)` : sql`0`
  // Behind the window, or before it: then the clock was put back meanwhile.
  const expired = sql`(l.began_at <= ${began} or l.began_at > ${ahead})`
  const full = sql`case when ${expired} then 0 else l.count end + ${others} >= ${most}`
  const forgotten = sql`coalesce(l.refused_at <= ${new Date(now.getTime() - TOLD_MS)}::timestamptz, true)`
  const counted = sql`${as.name} as (
    insert into limit_count as l (name, key, shard, began_at, count, refused, refused_at, over)
    select ${name}, ${cut}, ${shard}, ${at}, case when over then 0 else 1 end, case when over then 1 else 0 end, case when over then ${at} end, over
      from (select ${others} >= ${most} as over) found where ${as.when}
    on conflict (name, key, shard) do update set
      began_at = case when ${expired} then ${at} else l.began_at end,
      count = case when ${expired} then 0 else l.count end + case when ${full} then 0 else 1 end,
      refused = case when ${forgotten} then 0 else l.refused end + case when ${full} then 1 else 0 end,
      refused_at = case when ${full} then ${at} else l.refused_at end,
      over = ${full}
    returning over, began_at)`
  return elsewhere ? [elsewhere, counted] : [counted]
}

/** Notes what was refused without being counted here, or in an act that was taken back. */
export async function noteRefused(db: Kysely<Database>, name: LimitName, key: string, now: Date, times = 1): Promise<number> {
  const { rows } = await sql<{ refused: number }>`
    insert into limit_count as l (name, key, began_at, refused, refused_at)
    values (${name}, ${key.slice(0, LONGEST_KEY)}, ${now}::timestamptz, ${times}, ${now}::timestamptz)
    on conflict (name, key, shard) do update set refused_at = ${now}::timestamptz,
      refused = case when coalesce(l.refused_at <= ${new Date(now.getTime() - TOLD_MS)}::timestamptz, true) then 0 else l.refused end + excluded.refused
    returning refused`.execute(db)
  return rows[0]!.refused
}

/** The refusal of an act that was one too many; whoever ends the act notes it (`WorkRoom.noteOver`). Its params tell in how many `minutes`, or `hours`, to try again. */
export function refusedOver({ name, key }: Asked, { until }: Counted, now: Date, code: ErrorCode, field?: string): OverLimit {
  const left = (unit: number) => Math.max(1, Math.ceil((until.getTime() - now.getTime()) / unit))
  return new OverLimit({ name, key }, code, { minutes: left(MINUTE), hours: left(HOUR) }, field)
}

/** What was refused because of a limit. */
export class OverLimit extends Refusal {
  readonly limit: Pick<Asked, 'name' | 'key'>
  constructor(limit: Pick<Asked, 'name' | 'key'>, code: ErrorCode, params: ErrorParams, field?: string) {
    super(code, params, field)
    this.limit = limit
  }
}

export interface Refused {
  name: LimitName
  refused: number
  /** How many keys it concerned, and the one it concerned most. */
  keys: number
  worst: string
}

/** What was refused lately, by limit: for the doctor and for figures. `since`: a day ago at the earliest. */
export async function listRefused(db: Kysely<Database>, since: Date): Promise<Refused[]> {
  const { rows } = await sql<Refused>`
    select name, sum(refused)::int as refused, count(distinct key)::int as keys, (array_agg(key order by refused desc))[1] as worst
    from limit_count where refused > 0 and refused_at > ${since}::timestamptz group by name order by name`.execute(db)
  return rows.filter(({ name }) => Object.hasOwn(LIMITS, name))
}

/** Deletes rows in which nothing is counted any more; for a job once a day. */
export async function forgetLimits(db: Kysely<Database>, now: Date): Promise<void> {
  const before = new Date(now.getTime() - 2 * DAY)
  await sql`delete from limit_count where began_at < ${before}::timestamptz and coalesce(refused_at < ${before}::timestamptz, true)`.execute(
    db,
  )
}
