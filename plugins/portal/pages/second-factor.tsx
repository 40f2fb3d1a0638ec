/** Owns the page of the second step: setting the app up, its recovery codes, switching it off. */
import type { Hono } from 'hono'
import { encode } from 'uqr'
import {
  appUri,
  beginSecondFactor,
  checkCode,
  confirmSecondFactor,
  endSecondFactor,
  newRecoveryCodes,
  refused,
  secondFactorDemanded,
  secondFactorOf,
  type PageContext,
  type PersonActor,
  type SecondFactor,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  ButtonLink,
  Card,
  clientOf,
  CsrfField,
  demandLogin,
  Field,
  flash,
  FormProblems,
  Notice,
  page,
  PageHead,
  readFields,
  SECOND_FACTOR_PATH as PATH,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { portalFrame } from '../frame.tsx'
import { words } from '../words.ts'

type Which = 'confirm' | 'codes' | 'end'

export function secondFactorRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, (c) => factorPage(c, demandLogin(c)))

  app.post(`${PATH}/begin`, async (c) => {
    const actor = demandLogin(c)
    // Customers come in by their account or a mailed link alone.
    if (!actor.access.agent) throw refused('not-found')
    await c.get('host').work(actor, (work) => beginSecondFactor(work, actor.id))
    return c.redirect(PATH, 303)
  })

  app.post(`${PATH}/confirm`, async (c) => {
    const actor = demandLogin(c)
    const { code = '' } = await readFields(c)
    return tried(c, actor, 'confirm', async () =>
      codesPage(
        c,
        await confirmSecondFactor(c.get('host'), {
          actor,
          personId: actor.id,
          code,
          client: clientOf(c),
          session: c.get('session')!,
        }),
      ),
    )
  })

  app.post(`${PATH}/codes`, async (c) => {
    const actor = demandLogin(c)
    const { code = '' } = await readFields(c)
    return tried(c, actor, 'codes', async () => {
      await checkCode(c.get('host'), { personId: actor.id, code, client: clientOf(c) })
      return codesPage(c, await c.get('host').work(actor, (work) => newRecoveryCodes(work, actor.id)))
    })
  })

  app.post(`${PATH}/end`, async (c) => {
    const actor = demandLogin(c)
    const { code = '' } = await readFields(c)
    return tried(c, actor, 'end', async () => {
      if (await secondFactorDemanded(c.get('host').db, actor.id)) throw refused('second-factor-demanded')
      await checkCode(c.get('host'), { personId: actor.id, code, client: clientOf(c) })
      await c.get('host').work(actor, (work) => endSecondFactor(work, actor.id))
      flash(c, { text: words.in(c.get('language'))('factor.ended') })
      return c.redirect('/account', 303)
    })
  })
}

async function tried(c: PageContext, actor: PersonActor, which: Which, run: () => Promise<Response>): Promise<Response> {
  try {
    return await run()
  } catch (error) {
    const form = withRefusal(c, blankForm(), error)
    return factorPage(c, actor, { which, form }, (error as { status?: number }).status === 429 ? 429 : 422)
  }
}

async function factorPage(
  c: PageContext,
  actor: PersonActor,
  refusal?: { which: Which; form: FormState },
  status: 200 | 422 | 429 = 200,
): Promise<Response> {
  const t = words.in(c.get('language'))
  const { db } = c.get('host')
  const [factor, demanded] = await Promise.all([secondFactorOf(db, actor.id), secondFactorDemanded(db, actor.id)])
  const formOf = (which: Which): FormState => (refusal?.which === which ? refusal.form : blankForm())
  return page(c, {
    title: t('factor.title'),
    status,
    frame: await portalFrame(c),
    body: (
      <>
        <PageHead title={t('factor.title')} />
        {demanded && factor.state !== 'on' && (
          <Notice tone="warn">
            <p>{t('factor.demanded')}</p>
          </Notice>
        )}
        {factor.state === 'none' && (
          <>
            <p class="lead">{t('factor.what')}</p>
            {actor.access.agent && (
              <ActButton c={c} action={`${PATH}/begin`} kind="primary">
                {t('factor.begin')}
              </ActButton>
            )}
          </>
        )}
        {factor.state === 'begun' && <SetUp c={c} actor={actor} secret={factor.secret!} form={formOf('confirm')} />}
        {factor.state === 'on' && <InUse c={c} factor={factor} demanded={demanded} formOf={formOf} />}
      </>
    ),
  })
}

const SetUp = ({ c, actor, secret, form }: { c: PageContext; actor: PersonActor; secret: string; form: FormState }) => {
  const t = words.in(c.get('language'))
  const account = actor.login ?? actor.name
  return (
    <>
      <Card title={t('factor.scan')} id="scan">
        <div class="qr-row">
          <Picture text={appUri(secret, { site: c.get('host').config.mail.fromName, account })} label={t('factor.picture')} />
          <div>
            <p class="para">{t('factor.scan.text', { account })}</p>
            <p class="secret-key">
              <code>{secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
            </p>
            <ActButton c={c} action={`${PATH}/begin`} small>
              {t('factor.again')}
            </ActButton>
          </div>
        </div>
      </Card>
      <Card title={t('factor.type')} id="type">
        <CodeForm
          c={c}
          which="confirm"
          form={form}
          label={t('factor.code')}
          send={t('factor.confirm')}
          help={t('factor.code.help')}
          primary
        />
      </Card>
    </>
  )
}

const InUse = ({
  c,
  factor,
  demanded,
  formOf,
}: {
  c: PageContext
  factor: SecondFactor
  demanded: boolean
  formOf(which: Which): FormState
}) => {
  const t = words.in(c.get('language'))
  return (
    <>
      <p class="lead">{t('factor.on', { count: factor.codesLeft })}</p>
      <Card title={t('factor.codes.new')} id="codes">
        <p class="para">{t('factor.codes.new.text')}</p>
        <CodeForm c={c} which="codes" form={formOf('codes')} label={t('factor.code.any')} send={t('factor.codes.new')} />
      </Card>
      <Card title={t('factor.end')} id="end">
        {demanded ? (
          <p>{t('factor.end.demanded')}</p>
        ) : (
          <>
            <p class="para">{t('factor.end.text')}</p>
            <CodeForm c={c} which="end" form={formOf('end')} label={t('factor.code.any')} send={t('factor.end')} danger />
          </>
        )}
      </Card>
    </>
  )
}

const CodeForm = ({
  c,
  which,
  form,
  label,
  send,
  help,
  primary,
  danger,
}: {
  c: PageContext
  which: Which
  form: FormState
  label: string
  send: string
  help?: string
  primary?: boolean
  danger?: boolean
}) => (
  <form method="post" autocomplete="off" action={`${PATH}/${which}`} class="form">
    <CsrfField c={c} />
    <FormProblems c={c} form={form} id={`problems-${which}`} labels={{ code: label }} ids={{ code: `code-${which}` }} />
    <Field
      c={c}
      form={{ values: {}, problems: form.problems }}
      name="code"
      id={`code-${which}`}
      label={label}
      {...(help ? { help } : {})}
      required
      maxlength={40}
      autocomplete="one-time-code"
    />
    <Button {...(primary ? { kind: 'primary' as const } : danger ? { kind: 'danger' as const } : {})}>{send}</Button>
  </form>
)

/** The codes, shown this once: the answer to the form itself, which no address leads back to. */
async function codesPage(c: PageContext, codes: readonly string[]): Promise<Response> {
  const t = words.in(c.get('language'))
  c.header('cache-control', 'no-store')
  return page(c, {
    title: t('factor.codes'),
    frame: await portalFrame(c),
    body: (
      <>
        <PageHead title={t('factor.codes')} />
        <p class="lead">{t('factor.codes.text')}</p>
        <Card id="recovery">
          <ol class="recovery-codes">
            {codes.map((code) => (
              <li>
                <code>{code}</code>
              </li>
            ))}
          </ol>
        </Card>
        <ButtonLink kind="primary" href="/account">
          {t('factor.codes.done')}
        </ButtonLink>
      </>
    ),
  })
}

/** A QR code as a drawing in the page: no picture to load, no style the content policy would forbid. Dark on light in every theme, for cameras. */
const Picture = ({ text, label }: { text: string; label: string }) => {
  const { size, data } = encode(text, { ecc: 'M', border: 4 })
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} width="220" height="220" shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
