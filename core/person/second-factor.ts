/** Owns the second step of logging in: codes of an authenticator app (RFC 6238), and recovery codes for when it is lost. */
import { createHash, randomInt } from 'node:crypto'
import type { Kysely } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import type { Host } from '../kernel/contract.ts'
import type { Work } from '../kernel/work.ts'
import { system, type Actor } from '../kernel/actor.ts'
import { demandAdmin } from '../permission/policy.ts'
import { demandFresh } from '../permission/fresh.ts'
import { deleteAttempts } from './attempts.store.ts'
import { countAttempt, knownDevice, noteFailure, stranger, type Try } from './attempts.ts'
import { isKnownDevice } from './devices.ts'
import {
  confirmFactor,
  countRecoveryCodes,
  deleteFactor,
  findFactor,
  insertFactor,
  isDemanded,
  replaceRecoveryCodes,
  useRecoveryCode,
  useStep,
} from './second-factor.store.ts'
import { openSecret, sealSecret } from './secret/keys.ts'
import { tellOwner } from './safety/owner-mail.ts'
import { endSessions, type Client, type Session } from './sessions.ts'
import { hashToken } from './token.ts'

export const RECOVERY_CODES = 10
/** A clock may be wrong by one step of 30 seconds either way (RFC 6238 5.2). */
const WINDOW = 1

export interface SecondFactor {
  state: 'none' | 'begun' | 'on'
  since?: Date
  codesLeft: number
}

export async function secondFactorOf(db: Kysely<Database>, personId: Id): Promise<SecondFactor> {
  const row = await findFactor(db, personId)
  if (!row) return { state: 'none', codesLeft: 0 }
  if (!row.confirmed_at) return { state: 'begun', codesLeft: 0 }
  return { state: 'on', since: row.confirmed_at, codesLeft: await countRecoveryCodes(db, personId) }
}

/** While it is being set up: the secret for the app, as the person sees it. Undefined: none is, or its key is gone and it is begun anew. */
export async function secretToShow(room: Pick<Host, 'db' | 'config'>, personId: Id): Promise<string | undefined> {
  const row = await findFactor(room.db, personId)
  return row && !row.confirmed_at ? openSecret(room, row) : undefined
}

/** Whether it is demanded of the person: by a role they wear, or since they administer. */
export function secondFactorDemanded(db: Kysely<Database>, personId: Id): Promise<boolean> {
  return isDemanded(db, personId)
}

export async function hasSecondFactor(db: Kysely<Database>, personId: Id): Promise<boolean> {
  return Boolean((await findFactor(db, personId))?.confirmed_at)
}

/** What the app reads from the picture: otpauth://totp/… */
export function appUri(secret: string, about: { site: string; account: string }): string {
  return totp(secret, about).toString()
}

/** Begins to set it up: a new secret to be shown. One that is on stays as it is. Errors: `factor.no-key`. */
export async function beginSecondFactor(work: Work, personId: Id): Promise<void> {
  demandFresh(work)
  await insertFactor(work.db, personId, await sealSecret(work, personId, new Secret({ size: 20 }).base32), work.now)
}

/**
 * A secret that the person's app knows already, from the system that they come from: on at once, without recovery codes. Who has set up one here
 * keeps that. `secret` in base32. Errors: `factor.no-key`.
 */
export async function takeOverSecondFactor(work: Work, personId: Id, secret: string): Promise<void> {
  if (await findFactor(work.db, personId)) return
  await insertFactor(work.db, personId, await sealSecret(work, personId, secret), work.now)
  await confirmFactor(work.db, personId, work.now)
}

/** Ends the setting up with the app's first code; sessions elsewhere end. Returns the recovery codes, shown this once. */
export async function confirmSecondFactor(
  room: Pick<Host, 'db' | 'work' | 'clock'>,
  ask: { actor: Actor; personId: Id; code: string; client: Client; session: Session },
): Promise<string[]> {
  demandFresh({ actor: ask.actor, now: room.clock() })
  const attempt = await countCode(room, ask.personId, ask.client)
  const codes = await room.work(ask.actor, async (work) => {
    const step = await stepOf(work, ask.personId, ask.code)
    if (step === undefined || !(await useStep(work.db, ask.personId, step))) return undefined
    if (!(await confirmFactor(work.db, ask.personId, work.now))) throw refused('conflict')
    const made = await makeCodes(work, ask.personId)
    await endSessions(work, ask.personId, ask.session)
    recordChange(work, secondFactorSubject, ask.personId, null, { on: true })
    await tellOwner(work, ask.personId, 'factor-on')
    return made
  })
  if (codes) return codes
  await noteFailure(room, 'login-failed', attempt)
  throw refused('code-wrong', {}, 'code')
}

/**
 * Checks a code, of the app or for recovery, and uses it up. Errors: `code-wrong`, `login-too-many`, `login-guarded`; `factor.no-key` for a
 * code of the app where the key of its secret is not to be had.
 */
export async function checkCode(
  room: Pick<Host, 'db' | 'work' | 'clock'>,
  ask: { personId: Id; code: string; client: Client },
): Promise<void> {
  const attempt = await countCode(room, ask.personId, ask.client)
  const fits = await room.work(system('login'), async (work) => {
    const step = await stepOf(work, ask.personId, ask.code)
    const fit =
      step !== undefined
        ? await useStep(work.db, ask.personId, step)
        : await useRecoveryCode(work.db, ask.personId, hashCode(ask.personId, ask.code), work.now)
    if (fit) await deleteAttempts(work.db, attempt.account, attempt.trier.key)
    return fit
  })
  if (fits) return
  await noteFailure(room, 'login-failed', attempt)
  throw refused('code-wrong', {}, 'code')
}

/** New recovery codes in the place of all earlier ones; a code must have been checked. */
export async function newRecoveryCodes(work: Work, personId: Id): Promise<string[]> {
  demandFresh(work)
  if (!(await hasSecondFactor(work.db, personId))) throw refused('not-found')
  recordChange(work, secondFactorSubject, personId, null, { recoveryCodes: 'new' })
  await tellOwner(work, personId, 'factor-codes')
  return makeCodes(work, personId)
}

/** The person switches it off; a code must have been checked. Where it is demanded, they are led to set it up again. */
export async function endSecondFactor(work: Work, personId: Id): Promise<void> {
  demandFresh(work)
  if (!(await deleteFactor(work.db, personId))) return
  recordChange(work, secondFactorSubject, personId, { on: true }, { on: false })
  await tellOwner(work, personId, 'factor-off')
}

/**
 * An administrator, or a command, takes it away from somebody who has lost app and codes: the password alone is enough until it is set up
 * anew. Errors: `not-found` where there is none.
 */
export async function resetSecondFactor(work: Work, personId: Id): Promise<void> {
  demandAdmin(work.actor)
  demandFresh(work)
  if (!(await deleteFactor(work.db, personId))) throw refused('not-found')
  await tellOwner(work, personId, 'factor-off')
  await endSessions(work, personId)
  const by = work.actor.kind === 'system' ? 'command' : 'administrator'
  recordChange(work, secondFactorSubject, personId, { on: true }, { on: false }, { told: { by } })
}

const totp = (secret: string, { site, account }: { site: string; account: string }): TOTP =>
  new TOTP({
    issuer: site.replaceAll(':', ' '),
    label: account,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
  })

/** The step whose code this is; undefined when it is none of now. */
async function stepOf(work: Work, personId: Id, typed: string): Promise<number | undefined> {
  const code = typed.replace(/\s/g, '')
  const factor = await findFactor(work.db, personId)
  if (!factor || !/^\d{6}$/.test(code)) return undefined
  const secret = await openSecret(work, factor)
  if (secret === undefined) throw refused('factor.no-key')
  const app = totp(secret, { site: '', account: '' })
  const timestamp = work.now.getTime()
  const delta = app.validate({ token: code, timestamp, window: WINDOW })
  return delta === null ? undefined : app.counter({ timestamp }) + delta
}

/** Six digits are few: strangers share ten tries in a quarter of an hour, and a browser the owner has used counts by itself. */
async function countCode(room: Pick<Host, 'db' | 'work' | 'clock'>, personId: Id, client: Client): Promise<Try> {
  const known = client.device !== undefined && (await isKnownDevice(room.db, personId, client.device))
  const trier = known ? knownDevice(hashToken(client.device!)) : stranger(client.address)
  const attempt = { account: `code of person ${personId}`, login: '', personId, clientAddress: client.address, trier }
  await countAttempt(room, attempt, { strangersTogether: 10 })
  return attempt
}

// Without 0, 1, i, l, o, u: nothing that is read as something else. 12 of 30 letters are 58 bits: no salt is needed.
const LETTERS = '23456789abcdefghjkmnpqrstvwxyz'

async function makeCodes(work: Work, personId: Id): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => Array.from({ length: 12 }, () => LETTERS[randomInt(LETTERS.length)]).join(''))
  await replaceRecoveryCodes(
    work.db,
    personId,
    codes.map((code) => hashCode(personId, code)),
  )
  return codes.map((code) => code.replace(/(.{4})(?=.)/g, '$1-'))
}

const hashCode = (personId: Id, typed: string): Buffer =>
  createHash('sha256')
    .update(`${personId} ${typed.toLowerCase().replace(/[^a-z0-9]/g, '')}`)
    .digest()

/** What stood there was a secret, which is gone: it is set up anew. */
export const secondFactorSubject: CoreSubject<{ on: boolean; recoveryCodes: string }> = {
  type: 'second factor',
  right: 'installation',
  lies: 'person',
  words: 'subject.second-factor',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: { on: { words: 'field.on', as: 'yes-no' }, recoveryCodes: { words: 'field.recovery-codes', as: { choice: 'recovery-codes.' } } },
  told: { by: { words: 'field.by', as: { choice: 'by.' } } },
  way: { noWayBack: 'no-way.secret' },
}
