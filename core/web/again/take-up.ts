/** Owns taking up a form that waited: its sender logs in, or says once more who they are, on its own page, and it goes its way at once. */
import type { Hono, MiddlewareHandler } from 'hono'
import { refused, Refusal } from '../../errors.ts'
import type { PageContext, WebEnv } from '../../kernel/contract.ts'
import { demandFresh } from '../../permission/fresh.ts'
import { enterLogin, logIn, logInByCode, refuseFlood, sendLoginLink } from '../../person/login.ts'
import { findPerson } from '../../person/persons.ts'
import { proofBy, proveAgain } from '../../person/safety/proof.ts'
import { ownPath } from '../address.ts'
import { isForm, postedForm, replaceForm } from '../body.ts'
import { CSRF_HEADER } from '../csrf.ts'
import { fewWords, floodAnswer } from '../floods.ts'
import { readFields, sayRefusal } from '../forms.ts'
import { actAs, bringsDevice, clientOf, demandLogin, halfSession, keepSession, sessionToken, siteOf, takeSession } from '../session.ts'
import { dropFiles, heldFiles, realFiles } from './held-files.ts'
import { isOwnField, PROOF_PATH, waitingPage, type Asked, type Waiting } from './waiting-form.tsx'

/** Why the form still waits: what is asked now, and the reason or news. */
interface Still {
  asked: Asked
  refusal?: Refusal
  mailed?: boolean
  others?: boolean
}

/** What the waiting page sends of its own, beside the form. */
type Said = Record<string, string | undefined>

/** Behind the check of forms, before everything that asks who is logged in. */
export const takeUp: MiddlewareHandler<WebEnv> = async (c, next) => {
  if (c.req.method !== 'POST' || !isForm(c) || c.req.header(CSRF_HEADER) !== undefined) return next()
  const said: Said = await readFields(c)
  if (said['_again'] === undefined) return next()
  if (c.get('actor') || bringsDevice(c)) return goOn(c, said, next)
  // A stranger who guesses is turned away here as at the login's own page.
  const [host, client] = [c.get('host'), c.get('clientAddress')]
  const leave = refuseFlood(host, client) ?? enterLogin(host, client)
  if (leave instanceof Refusal) return fewWords(c, leave)
  try {
    return await goOn(c, said, next)
  } finally {
    leave()
  }
}

async function goOn(c: PageContext, said: Said, next: () => Promise<void>): Promise<Response | void> {
  let still: Still | undefined
  try {
    still = await letIn(c, said)
  } catch (error) {
    const flood = floodAnswer(c, error)
    if (flood) return flood
    if (!(error instanceof Refusal)) throw error
    still = { asked: c.get('actor') ? 'proof' : (await halfSession(c)) ? 'code' : 'login', refusal: error }
  }
  const posted = await postedForm(c)
  const named = posted.fields.filter(([name]) => name === '_file').map(([, value]) => value.split('\n') as [string, string])
  const [held, actor] = [said['_held'], c.get('actor')]
  const kept = held !== undefined && actor ? await heldFiles(c.get('host'), held, actor.id) : []
  const gone = held !== undefined && actor !== undefined && kept.length === 0
  // Files that are no longer kept are asked for once more, rather than left out.
  if (!still && gone) still = { asked: 'look' }
  if (still) return waitOn(c, said, still, named, gone)
  replaceForm(c, {
    fields: posted.fields.filter(([name]) => !isOwnField(name)),
    files: [...realFiles(posted.files), ...kept],
  })
  await next()
  if (held !== undefined && kept.length > 0 && c.res.status < 400) await dropFiles(c.get('host'), held)
}

/** Logs in, or proves again, by what was given. Undefined: the form may go on. Errors: those of logging in. */
async function letIn(c: PageContext, said: Said): Promise<Still | undefined> {
  const given = { password: said['_password'] ?? '', code: said['_code'] ?? '', login: said['_login'] ?? '' }
  if (c.get('actor')) {
    const session = c.get('session')!
    const secret = given.code || given.password
    if (said['_way'] === 'link') return mailOwnLink(c, said)
    if (secret !== '' && session.provedUntil <= c.get('host').clock())
      actAs(c, await proveAgain(c.get('host'), { session, given: secret, client: clientOf(c) }), c.get('actor')!)
  } else if (said['_way'] === 'link') return mailLink(c, said, given.login)
  else {
    const still = await logInHere(c, said, given)
    if (still) return still
  }
  return said['_owner'] !== undefined && said['_owner'] !== c.get('actor')?.id ? { asked: 'look', others: true } : undefined
}

async function logInHere(c: PageContext, said: Said, given: { login: string; password: string; code: string }): Promise<Still | undefined> {
  const host = c.get('host')
  const previousToken = sessionToken(c)
  const half = await halfSession(c)
  if (!half && (given.login.trim() === '' || given.password === '')) {
    // A form that anybody may send needs no login.
    return said['_owner'] === undefined && said['_again'] !== 'code' ? undefined : { asked: 'login', refusal: refused('login-needed') }
  }
  const token = half
    ? await logInByCode(host, { token: previousToken!, code: given.code, client: clientOf(c) })
    : await logIn(host, { login: given.login, password: given.password, client: clientOf(c), previousToken })
  keepSession(c, token)
  await takeSession(c, token)
  return c.get('actor') ? undefined : { asked: 'code' }
}

async function mailLink(c: PageContext, said: Said, address: string): Promise<Still> {
  await sendLoginLink(c.get('host'), {
    address,
    language: c.get('language'),
    client: clientOf(c),
    site: siteOf(c),
    next: ownPath(said['_from']),
  })
  return { asked: 'login', mailed: true }
}

async function mailOwnLink(c: PageContext, said: Said): Promise<Still> {
  const person = await findPerson(c.get('host').db, c.get('actor')!.id)
  if (!person?.address) return { asked: 'proof', refusal: refused('person.no-address') }
  return { ...(await mailLink(c, said, person.address)), asked: 'proof' }
}

async function waitOn(c: PageContext, said: Said, still: Still, named: readonly (readonly [string, string])[], gone: boolean) {
  const { asked, refusal, mailed, others } = still
  const field = asked === 'login' ? '' : asked === 'proof' && (await proofField(c)) === 'password' ? '_password' : '_code'
  // What one person's files are, another is not even told.
  const held = gone || others ? undefined : said['_held']
  const waiting: Waiting = {
    asked,
    fields: (await postedForm(c)).fields.filter(([name]) => !isOwnField(name)),
    ownerId: others ? c.get('actor')?.id : said['_owner'],
    held,
    files: named,
    from: ownPath(said['_from']),
    form: {
      values: asked === 'login' ? { _login: said['_login'] ?? '' } : {},
      problems: refusal ? { [field]: sayRefusal(refusal, c.get('language')) } : {},
    },
    ...(mailed ? { mailed } : {}),
    ...(others ? { others } : {}),
  }
  const status = refusal?.status === 429 || refusal?.status === 503 ? refusal.status : 422
  return waitingPage(c, waiting, status as 422)
}

const proofField = (c: PageContext) => proofBy(c.get('host'), c.get('actor')!.id)

/** The page that asks for nothing but a proof: `?next=` is where it leads, a path of ours. */
export function proofRoutes(app: Hono<WebEnv>): void {
  const wait = (c: PageContext, next: string | undefined, status: 200 | 403 = 200) =>
    waitingPage(
      c,
      { asked: 'proof', fields: [['next', ownPath(next)]], ownerId: demandLogin(c).id, files: [], from: ownPath(next) },
      status,
    )
  app.get(PROOF_PATH, (c) => wait(c, c.req.query('next')))
  app.post(PROOF_PATH, async (c) => {
    const actor = demandLogin(c)
    const { next } = await readFields(c)
    try {
      demandFresh({ actor, now: c.get('host').clock() })
    } catch {
      return wait(c, next, 403)
    }
    return c.redirect(ownPath(next), 303)
  })
}
