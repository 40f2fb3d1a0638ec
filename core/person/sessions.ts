/** Owns sessions: opening, finding, ending them. Only a hash of the token is kept. */
import type { Kysely } from 'kysely'
import { recordEvent } from '../audit/record.ts'
import type { Database, Id } from '../database/schema.ts'
import type { Config } from '../machine/config.ts'
import { notify } from '../kernel/facts.ts'
import type { PersonActor } from '../kernel/actor.ts'
import type { Work } from '../kernel/work.ts'
import { rememberedActor } from '../permission/remembered.ts'
import {
  deleteEndedSessions,
  deleteOwnSession,
  deleteSession,
  deleteSessions,
  findSession,
  findSessionOf,
  listSessions,
  noteProof,
  touchSession,
} from './session.store.ts'
import { hashToken, newToken } from './token.ts'

export type SessionLimits = Config['sessions']
const HOUR_MS = 3600_000
const MINUTE_MS = 60_000
/** A session that ended by its age is kept so long: whoever sends a form of it is known as its sender, and sees it again. */
const ENDED_KEPT_MS = 72 * HOUR_MS
const TOUCH_EVERY_MS = 60_000
/** Told to every process, with the person, when one of their sessions ended: what is open by it ends too. */
export const SESSION_ENDED = 'session.ended'
/** How long a code may take to type once the password was right. */
export const HALF_MS = 10 * 60_000

export interface Session {
  tokenHash: Buffer
  personId: Id
  csrf: string
  /** A second factor is demanded of the person and none is set up: nothing else until that is done. */
  owesSecondFactor: boolean
  /** Until when its person counts as having just said who they are. */
  provedUntil: Date
}

/** Whose session a browser holds that has ended by its age: good for nothing but showing them again what they typed. */
export interface FormerSession {
  personId: Id
  csrf: string
}

/** How somebody came in, as the audit log tells it. */
export type LoginBy = 'password' | 'link' | 'directory' | 'code'

/** Where a session was opened from: shown to its owner. `device` is the browser's own secret, see devices.ts. */
export interface Client {
  address: string
  userAgent: string
  device?: string | undefined
  /** The secret was made just now: nobody can know it yet. */
  newDevice?: boolean
}

/**
 * Opens a session under a new token; the one the browser held before, if any, ends. Returns the token, seen only here. With
 * `waitsForCode` it is half open: good for nothing but giving the code. `by`: as the audit log tells it.
 */
export async function openSession(
  work: Work,
  personId: Id,
  client: Client,
  previousToken?: string,
  { waitsForCode = false, by = 'password' }: { waitsForCode?: boolean; by?: LoginBy } = {},
): Promise<string> {
  if (previousToken) {
    const before = await deleteSession(work.db, hashToken(previousToken))
    if (before !== undefined) await notify(work, SESSION_ENDED, { person: before })
  }
  const token = newToken()
  await work.db
    .insertInto('session')
    .values({
      token_hash: hashToken(token),
      person_id: personId,
      csrf: newToken(),
      created_at: work.now,
      last_used_at: work.now,
      expires_at: new Date(work.now.getTime() + Math.max(work.config.sessions.hours, work.config.sessions.agentHours) * HOUR_MS),
      client_address: client.address,
      user_agent: client.userAgent.slice(0, 300),
      waits_for_code: waitsForCode,
    })
    .execute()
  if (waitsForCode) return token
  await work.db.updateTable('person').set({ last_login_at: work.now }).where('id', '=', personId).execute()
  recordEvent(work, {
    kind: 'login',
    object: { type: 'person', id: personId },
    personId,
    clientAddress: client.address,
    after: { by, browser: client.userAgent.slice(0, 300) },
  })
  return token
}

/** Until when a session lives that is not used again. Agents' and administrators' have limits of their own, whenever they became such. */
function endOf(row: { agent: boolean; created_at: Date; last_used_at: Date }, limits: SessionLimits): Date {
  const [hours, minutes] = row.agent ? [limits.agentHours, limits.agentIdleMinutes] : [limits.hours, limits.idleMinutes]
  return new Date(Math.min(row.created_at.getTime() + hours * HOUR_MS, row.last_used_at.getTime() + minutes * MINUTE_MS))
}

/** A token's session: living, or one that has ended by its age. */
function sessionIn(row: NonNullable<Awaited<ReturnType<typeof findSession>>>, now: Date, limits: SessionLimits) {
  if (endOf(row, limits) <= now) return { former: { personId: row.person_id, csrf: row.csrf } }
  return {
    session: {
      tokenHash: row.token_hash,
      personId: row.person_id,
      csrf: row.csrf,
      owesSecondFactor: row.owes_second_factor,
      provedUntil: new Date((row.proved_at ?? row.created_at).getTime() + limits.proofMinutes * MINUTE_MS),
    },
  }
}

/**
 * Who asks, by the token that the browser holds: one statement while nobody's rights change. `used`: the person asks, not an open page by
 * itself; the time of last use is written at most once a minute.
 */
export async function readAsker(
  db: Kysely<Database>,
  token: string,
  now: Date,
  limits: SessionLimits,
  used: boolean,
): Promise<{ session?: Session; actor?: PersonActor; former?: FormerSession }> {
  const row = await findSessionOf(db, hashToken(token))
  if (!row || row.waits_for_code) return {}
  const { session, former } = sessionIn(row, now, limits)
  if (!session) return { former }
  if (used && now.getTime() - row.last_used_at.getTime() > TOUCH_EVERY_MS) await touchSession(db, row.token_hash, now)
  return row.name === null ? {} : { session, actor: await rememberedActor(db, { ...row, id: row.person_id }, row.stamp) }
}

/** The living session of a token. */
export async function resumeSession(db: Kysely<Database>, token: string, now: Date, limits: SessionLimits): Promise<Session | undefined> {
  const row = await findSession(db, hashToken(token))
  return row && !row.waits_for_code ? sessionIn(row, now, limits).session : undefined
}

/** The session's person has said again who they are. */
export async function proveSession(work: Work, session: Session): Promise<Session> {
  await noteProof(work.db, session.tokenHash, work.now)
  return { ...session, provedUntil: new Date(work.now.getTime() + work.config.sessions.proofMinutes * MINUTE_MS) }
}

/** Whether a session that was found before has not been ended since. */
export const sessionStands = async (db: Kysely<Database>, { tokenHash }: Session): Promise<boolean> =>
  (await findSession(db, tokenHash)) !== undefined

/** Whose password was right and whose code is awaited, by the token of a half-open session. */
export async function findHalfSession(
  db: Kysely<Database>,
  token: string,
  now: Date,
): Promise<{ tokenHash: Buffer; personId: Id } | undefined> {
  const row = await findSession(db, hashToken(token))
  if (!row?.waits_for_code || now.getTime() - row.created_at.getTime() > HALF_MS) return undefined
  return { tokenHash: row.token_hash, personId: row.person_id }
}

export async function endSession(work: Work, session: Session): Promise<void> {
  await deleteSession(work.db, session.tokenHash)
  await notify(work, SESSION_ENDED, { person: session.personId })
  recordEvent(work, { kind: 'logout', object: { type: 'person', id: session.personId } })
}

/** Ends one session of a person, named as `sessionsOf` does; false when it has gone already. */
export async function endOwnSession(work: Work, personId: Id, id: string): Promise<boolean> {
  const ended = await deleteOwnSession(work.db, personId, Buffer.from(id, 'base64url'))
  if (ended) {
    await notify(work, SESSION_ENDED, { person: personId })
    recordEvent(work, { kind: 'session-ended', object: { type: 'person', id: personId }, after: { sessions: 1 } })
  }
  return ended
}

/** Ends every session of a person, except the given one; returns how many. */
export async function endSessions(work: Work, personId: Id, except?: Session): Promise<number> {
  const count = await deleteSessions(work.db, personId, except?.tokenHash)
  if (count > 0) {
    await notify(work, SESSION_ENDED, { person: personId })
    recordEvent(work, { kind: 'session-ended', object: { type: 'person', id: personId }, after: { sessions: count } })
  }
  return count
}

/** Living sessions of a person, latest used first. `current` marks the given one. */
export async function sessionsOf(db: Kysely<Database>, personId: Id, now: Date, limits: SessionLimits, current?: Session) {
  const rows = await listSessions(db, personId)
  return rows
    .filter((row) => endOf(row, limits) > now)
    .map((row) => ({
      id: row.token_hash.toString('base64url'),
      openedAt: row.created_at,
      lastUsedAt: row.last_used_at,
      clientAddress: row.client_address,
      userAgent: row.user_agent,
      current: current !== undefined && row.token_hash.equals(current.tokenHash),
    }))
}

/** Deletes what ended some days ago; for a job once a day. */
export function forgetEndedSessions(work: Work): Promise<number> {
  const { hours, agentHours, idleMinutes, agentIdleMinutes } = work.config.sessions
  const before = (ms: number) => new Date(work.now.getTime() - ENDED_KEPT_MS - ms)
  return deleteEndedSessions(
    work.db,
    before(Math.max(idleMinutes, agentIdleMinutes) * MINUTE_MS),
    before(Math.max(hours, agentHours) * HOUR_MS),
  )
}
