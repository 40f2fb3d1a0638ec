/** Owns the page on which a form waits that could not be taken yet: with what was typed, its files, and what is asked of its sender. */
import type { Child } from 'hono/jsx'
import { isId } from '../../database/id.ts'
import type { Id } from '../../database/schema.ts'
import type { Refusal } from '../../errors.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { proofBy, type ProofBy } from '../../person/safety/proof.ts'
import { draftFiles } from '../../ticket/draft/draft-files.ts'
import { ownPath, samePage } from '../address.ts'
import { isForm, postedForm, type PostedForm } from '../body.ts'
import { CSRF_FIELD, isToken, lastingToken } from '../csrf.ts'
import { readFields, type FormState } from '../forms.ts'
import { webTexts, type WebKey } from '../i18n/web-texts.ts'
import { page } from '../page.tsx'
import { Button, ButtonLink, Field, FormProblems } from '../parts/fields.tsx'
import { holdFiles, realFiles } from './held-files.ts'

/** Fields of the waiting page itself: none of our forms has one whose name begins so. */
const OWN = '_'
export const isOwnField = (name: string): boolean => name.startsWith(OWN)

/** Where a form goes that asks for nothing but a proof, and leads on to `next`. */
export const PROOF_PATH = '/proof'

/** What is asked for before the form is taken: a login; its second step; a proof of who is logged in; only another look. */
export type Asked = 'login' | 'code' | 'proof' | 'look'

export interface Waiting {
  asked: Asked
  fields: PostedForm['fields']
  /** Who wrote it; undefined where that is not known. */
  ownerId?: Id | undefined
  /** The key to its files, which are kept for the owner. */
  held?: string | undefined
  /** Its files by field and name, kept or not. */
  files: readonly (readonly [field: string, name: string])[]
  /** The page it was written on. */
  from: string
  /** What was given for the login or the proof, and what was wrong with it. */
  form?: FormState
  /** A link was mailed. */
  mailed?: boolean
  /** It was begun by somebody else than who is logged in now. */
  others?: boolean
}

const blank: FormState = { values: {}, problems: {} }

/**
 * A form of ours that was refused because its session has gone, or because more than a session is asked for: shown again with what was
 * typed, so that nothing is lost. Its files are kept where it is certain whose they are; else they are asked for by name. Undefined for
 * requests from other sites, for forms that hold a password, and for logging out, which has nothing to lose.
 */
export async function waitingForm(c: PageContext, error: Refusal): Promise<Waiting | undefined> {
  if (c.req.method !== 'POST' || !isForm(c) || (error.code === 'csrf' && !error.params['stale'])) return undefined
  const posted = await postedForm(c).catch(() => undefined)
  if (!posted) return undefined
  const fields = posted.fields.filter(([name]) => !isOwnField(name))
  const real = realFiles(posted.files)
  if (c.req.path === '/logout' || fields.some(([name]) => /password/i.test(name))) return undefined
  const [actor, former] = [c.get('actor'), c.get('former')]
  const given = (await readFields(c))[CSRF_FIELD] ?? ''
  const ownerId = actor?.id ?? (former !== undefined && isToken(given, former.csrf) ? former.personId : undefined)
  const files = real.map(([field, { name }]) => [field, name] as const)
  return {
    asked: error.code === 'proof-needed' ? 'proof' : actor ? 'look' : 'login',
    fields,
    ownerId,
    ...(ownerId !== undefined && real.length > 0 ? { held: await holdFiles(c.get('host'), ownerId, real) } : {}),
    files,
    from: cameFrom(c) ?? '/',
  }
}

/** The page of ours from which one came. */
export function cameFrom(c: PageContext): string | undefined {
  const referer = c.req.header('referer')
  if (!referer || !URL.canParse(referer)) return undefined
  const { host, pathname, search } = new URL(referer)
  const here = new URL(c.req.url)
  return host === c.req.header('host') && pathname + search !== here.pathname + here.search ? ownPath(pathname + search) : undefined
}

/** The whole page. */
export async function waitingPage(c: PageContext, waiting: Waiting, status: 200 | 401 | 403 | 422 | 429 | 503): Promise<Response> {
  const title = webTexts.in(c.get('language'))(`again.${waiting.asked}.title`)
  // Its text is somebody's who is not logged in now.
  c.header('cache-control', 'private, no-store')
  return page(c, {
    title,
    status,
    body: (
      <section class="waiting-form">
        <h1>{title}</h1>
        {await WaitingForm({ c, waiting })}
      </section>
    ),
  })
}

/** Names of fields that are shown by their words; any other is shown only when it is long. */
const LABELS: Record<string, WebKey> = { subject: 'again.subject', title: 'again.subject', body: 'again.text', text: 'again.text' }

async function WaitingForm({ c, waiting }: { c: PageContext; waiting: Waiting }): Promise<Child> {
  const t = webTexts.in(c.get('language'))
  const { asked, fields, held, files, mailed, others, form = blank } = waiting
  const actor = c.get('actor')
  const by = asked === 'proof' && actor ? await proofBy(c.get('host'), actor.id) : 'password'
  const shown = asked === 'login' || asked === 'look'
  const anew = held === undefined ? files : []
  const kept = [...(held === undefined ? [] : files.map(([, name]) => name)), ...(await namesInDraft(c, waiting))]
  return (
    <form method="post" autocomplete="on" action={samePage(c)} class="form" enctype={anew.length > 0 ? 'multipart/form-data' : undefined}>
      <input type="hidden" name={CSRF_FIELD} value={lastingToken(c)} />
      <input type="hidden" name="_again" value={asked} />
      <input type="hidden" name="_from" value={waiting.from} />
      {waiting.ownerId !== undefined && <input type="hidden" name="_owner" value={waiting.ownerId} />}
      {held !== undefined && <input type="hidden" name="_held" value={held} />}
      {files.map(([field, name]) => (
        <input type="hidden" name="_file" value={`${field}\n${name}`} />
      ))}
      <p>{others ? t('again.others', { name: actor?.name ?? '' }) : t(`again.${asked}.text`)}</p>
      {mailed && <p role="status">{t('again.mailed')}</p>}
      <FormProblems c={c} form={form} labels={{ _password: t('again.password'), _code: t('again.code') }} />
      <Secrets c={c} form={form} asked={asked} by={by} />
      {asked === 'proof' && by === 'link' && <p>{t('again.proof.link')}</p>}
      {fields.map(([name, value]) => (
        <Typed c={c} name={name} value={value} shown={shown} />
      ))}
      {kept.length > 0 && shown && (
        <p>
          {t('again.files.kept', { count: kept.length })} {kept.join(', ')}
        </p>
      )}
      {anew.map(([field, name], n) => (
        <div class="field">
          <label for={`again-file-${n}`}>{t('again.files.anew', { name })}</label>
          <input type="file" id={`again-file-${n}`} name={field} />
        </div>
      ))}
      <div class="acts">
        <Acts c={c} waiting={waiting} by={by} />
      </div>
    </form>
  )
}

/** What is given to log in, or to prove who one is. */
const Secrets = ({ c, form, asked, by }: { c: PageContext; form: FormState; asked: Asked; by: ProofBy }) => {
  const t = webTexts.in(c.get('language'))
  const proves = asked === 'proof'
  return (
    <>
      {asked === 'login' && <Field c={c} form={form} name="_login" label={t('again.login')} autocomplete="username" maxlength={250} />}
      {
        // For whoever keeps passwords for their owner.
        proves && by === 'password' && (
          <input type="text" name="_login" value={c.get('actor')?.login ?? ''} autocomplete="username" hidden />
        )
      }
      {(asked === 'login' || (proves && by === 'password')) && (
        <Field
          c={c}
          form={form}
          name="_password"
          label={t('again.password')}
          type="password"
          autocomplete="current-password"
          maxlength={1000}
          autofocus={proves}
        />
      )}
      {(asked === 'code' || (proves && by === 'code')) && (
        <Field
          c={c}
          form={form}
          name="_code"
          label={t('again.code')}
          help={t('again.code.help')}
          autocomplete="one-time-code"
          maxlength={40}
          autofocus
        />
      )}
    </>
  )
}

/** Files that were kept with the words while they were typed go along by their numbers. */
async function namesInDraft(c: PageContext, { fields, ownerId }: Waiting): Promise<string[]> {
  const ids = fields.flatMap(([name, value]) => (name === 'draft.file' && isId(value) ? [value] : []))
  return ownerId === undefined || ids.length === 0 ? [] : (await draftFiles(c.get('host').db, ownerId, ids)).map(({ name }) => name)
}

const Typed = ({ c, name, value, shown }: { c: PageContext; name: string; value: string; shown: boolean }) => {
  const t = webTexts.in(c.get('language'))
  const label = LABELS[name]
  const long = value.length > 40 || value.includes('\n')
  if (!shown || value === '' || !(label ?? long)) return <input type="hidden" name={name} value={value} />
  const id = `again-${name}`
  return (
    <div class="field">
      <label for={id}>{t(label ?? 'again.text')}</label>
      {label === 'again.subject' && !value.includes('\n') ? (
        <input id={id} name={name} value={value} />
      ) : (
        <textarea id={id} name={name} rows={6}>{`\n${value}`}</textarea>
      )}
    </div>
  )
}

const Acts = ({ c, waiting: { asked, mailed, from }, by }: { c: PageContext; waiting: Waiting; by: ProofBy }) => {
  const t = webTexts.in(c.get('language'))
  const byLink = asked === 'proof' && by === 'link'
  const sends = c.req.path !== PROOF_PATH
  // The first button is what Enter presses.
  return (
    <>
      {(!byLink || mailed) && (
        <Button kind="primary">
          {t(
            mailed
              ? 'again.send'
              : asked === 'proof'
                ? sends
                  ? 'again.proof.send'
                  : 'again.proof.go'
                : asked === 'look'
                  ? 'again.send'
                  : 'again.login.send',
          )}
        </Button>
      )}
      {(asked === 'login' || byLink) && (
        <button class={byLink && !mailed ? 'button button-primary' : 'button'} name="_way" value="link">
          {t(mailed ? 'again.link.more' : 'again.link')}
        </button>
      )}
      {asked === 'proof' && (
        <ButtonLink kind="quiet" href={from}>
          {t('form.cancel')}
        </ButtonLink>
      )}
    </>
  )
}
