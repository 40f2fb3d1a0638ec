/** Owns the pages of a unit's automatic answers: what is sent now, the unit's own words instead, a preview on a ticket of its own. */
import type { Hono } from 'hono'
import { findTicketByNumber, languageChoices, refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  Card,
  Crumb,
  Field,
  FormCard,
  Notice,
  PageHead,
  readFields,
  Select,
  statusOf,
  submit,
  TagList,
  TextArea,
  type FormState,
} from '../../../core/pages.ts'
import {
  createText,
  editText,
  firstIn,
  isTextType,
  languageFor,
  languagesToTry,
  listQueueTexts,
  listTexts,
  mainQueueOf,
  previewText,
  setQueueText,
  TEXT_TYPES,
  textVariants,
  type AutoResponseType,
  type AutoText,
  type TextPreview,
} from '../../../core/administration.ts'
import { enter, unitPage, type Visit } from '../frame.tsx'
import { words, type UnitKey } from '../words.ts'

const typeKey = (type: AutoResponseType): UnitKey => `text.type.${type}` as UnitKey
const pathOf = (visit: Visit, type: AutoResponseType) => `${visit.path}/texts/${type.replaceAll(' ', '-').replace('/', '_')}`
const typeOf = (c: PageContext): AutoResponseType => {
  const type = (c.req.param('type') ?? '').replaceAll('-', ' ').replace('_', '/')
  if (!isTextType(type)) throw refused('not-found')
  return type
}

export function textRoutes(app: Hono<WebEnv>): void {
  const base = '/u/:unit/admin/texts'
  app.get(base, async (c) => textsPage(c, await enter(c), blankForm()))
  app.get(`${base}/:type`, async (c) => textForm(c, await enter(c), typeOf(c), blankForm()))
  app.post(`${base}/:type`, async (c) => save(c, await enter(c), typeOf(c)))
  app.post(`${base}/:type/use`, async (c) => {
    const visit = await enter(c)
    const type = typeOf(c)
    const { choice = '' } = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        const main = await demandMain(c, visit)
        await c.get('host').work(visit.actor, (work) => setQueueText(work, main.id, type, choice === 'none' ? 'none' : 'inherit'))
        return { to: `${visit.path}/texts`, said: words(c)('said.saved') }
      },
      (form) => textsPage(c, visit, form),
    )
  })
}

async function demandMain(c: PageContext, visit: Visit): Promise<{ id: string }> {
  const main = await mainQueueOf(c.get('host').db, visit.unit.id)
  if (!main) throw refused('unit.not-opted-in')
  return main
}

/** What is sent in the unit, by kind: its main queue says it, those below take it over. */
async function situation(c: PageContext, visit: Visit) {
  const { db } = c.get('host')
  const main = await mainQueueOf(db, visit.unit.id)
  const [texts, queues] = await Promise.all([listTexts(db), listQueueTexts(db)])
  const queue = queues.find((one) => one.queueId === main?.id)
  return {
    main,
    inForce: (type: AutoResponseType): AutoText | undefined => texts.find((text) => text.id === queue?.inForce.get(type)?.textId),
    choice: (type: AutoResponseType) => queue?.own.get(type) ?? 'inherit',
    own: (type: AutoResponseType) => texts.find((text) => text.unitId === visit.unit.id && text.type === type),
    texts,
  }
}

async function textsPage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const now = await situation(c, visit)
  return unitPage(c, visit, {
    title: t('area.texts'),
    area: 'texts',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.texts')} beside={t('text.what')} />
        {!now.main && (
          <Notice tone="warn">
            <p>{t('text.out')}</p>
          </Notice>
        )}
        <div class="admin-one">
          <Card plain>
            <ul class="unit-people">
              {TEXT_TYPES.map((type) => {
                const text = now.inForce(type)
                const mine = text?.unitId === visit.unit.id
                return (
                  <li class="unit-person">
                    <div>
                      <p>
                        <b>{now.main ? <a href={pathOf(visit, type)}>{t(typeKey(type))}</a> : t(typeKey(type))}</b>
                      </p>
                      <p class="quiet small">
                        {text
                          ? `${t(mine ? 'text.own' : 'text.common')}: ${firstIn(text.variants, [c.get('language'), ...languagesToTry(c.get('host').config)])?.subject ?? ''}`
                          : t('text.nothing')}
                      </p>
                    </div>
                    {now.main && (
                      <div class="acts">
                        {now.choice(type) !== 'none' && text && (
                          <ActButton c={c} small action={`${pathOf(visit, type)}/use`} fields={{ choice: 'none' }}>
                            {t('text.stop')}
                          </ActButton>
                        )}
                        {now.choice(type) !== 'inherit' && (
                          <ActButton c={c} small action={`${pathOf(visit, type)}/use`} fields={{ choice: 'inherit' }}>
                            {t('text.back')}
                          </ActButton>
                        )}
                      </div>
                    )}
                  </li>
                )
              })}
            </ul>
          </Card>
        </div>
      </>
    ),
  })
}

/** Saves the unit's own text and uses it, or with the button "preview" shows what a ticket's customer would get. */
async function save(c: PageContext, visit: Visit, type: AutoResponseType): Promise<Response> {
  const values = await readFields(c)
  if (values['act'] === 'preview') return preview(c, visit, type, values)
  return submit(
    c,
    values,
    async () => {
      const main = await demandMain(c, visit)
      const { own, texts } = await situation(c, visit)
      const mine = own(type)
      const wanted = `${visit.unit.name} – ${words(c)(typeKey(type))}`.slice(0, 190)
      const name =
        mine?.name ?? (texts.some((text) => text.name.toLowerCase() === wanted.toLowerCase()) ? `${wanted} (${visit.unit.slug})` : wanted)
      await c.get('host').work(visit.actor, async (work) => {
        const form = { name, valid: true, variants: textVariants(values) }
        const id = mine ? mine.id : await createText(work, { ...form, type }, visit.unit.id)
        if (mine) await editText(work, mine.id, form)
        await setQueueText(work, main.id, type, id)
      })
      return { to: `${visit.path}/texts`, said: words(c)('text.saved') }
    },
    (form) => textForm(c, visit, type, form),
  )
}

async function preview(c: PageContext, visit: Visit, type: AutoResponseType, values: Record<string, string>): Promise<Response> {
  const { db, config, clock } = c.get('host')
  const number = (values['ticket'] ?? '').replace(/\D/g, '')
  const ticket = number === '' ? { sampleIn: (await demandMain(c, visit)).id } : await findTicketByNumber(db, number, null)
  // Another unit's ticket is not there.
  if (!ticket || ('unitId' in ticket && ticket.unitId !== visit.unit.id))
    return textForm(c, visit, type, { values, problems: { ticket: words(c)('text.no-such-ticket') } })
  const language = languageFor(config, values['previewLanguage'])
  const variant = { subject: values[`${language}.subject`] ?? '', body: values[`${language}.body`] ?? '' }
  return textForm(
    c,
    visit,
    type,
    { values, problems: {} },
    await previewText({ db, config, now: clock(), actor: visit.actor }, ticket, variant, language),
  )
}

async function textForm(c: PageContext, visit: Visit, type: AutoResponseType, form: FormState, shown?: TextPreview): Promise<Response> {
  const t = words(c)
  const now = await situation(c, visit)
  const begin = now.own(type) ?? now.inForce(type)
  const { config } = c.get('host')
  return unitPage(c, visit, {
    title: t(typeKey(type)),
    area: 'texts',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${visit.path}/texts`}>{t('area.texts')}</Crumb>
        <PageHead title={t(typeKey(type))} beside={t(now.own(type) ? 'text.own' : 'text.begins')} />
        <div class="admin-two">
          <FormCard
            c={c}
            form={form}
            action={pathOf(visit, type)}
            cancel={`${visit.path}/texts`}
            save={t('text.save')}
            acts={
              <Button name="act" value="preview" unchecked>
                {t('text.preview')}
              </Button>
            }
          >
            {languageChoices(config, ...Object.keys(begin?.variants ?? {})).map(({ value: language, label }) => (
              <fieldset class="fields fields-wide">
                <legend>{label}</legend>
                <Field
                  c={c}
                  form={form}
                  name={`${language}.subject`}
                  label={t('text.subject')}
                  value={begin?.variants[language]?.subject}
                  maxlength={250}
                />
                <TextArea
                  c={c}
                  form={form}
                  name={`${language}.body`}
                  label={t('text.body')}
                  help={t('text.body.help')}
                  value={begin?.variants[language]?.body}
                  rows={9}
                  maxlength={20_000}
                />
              </fieldset>
            ))}
            <fieldset class="fields">
              <legend>{t('text.preview')}</legend>
              <Field
                c={c}
                form={form}
                name="ticket"
                label={t('text.ticket')}
                help={t('text.ticket.help')}
                inputmode="numeric"
                autocomplete="off"
              />
              <Select
                c={c}
                form={form}
                name="previewLanguage"
                label={t('text.language')}
                value={languageFor(config)}
                choices={languageChoices(config)}
              />
            </fieldset>
          </FormCard>
          <div class={shown ? 'admin-aside aside-first' : 'admin-aside'}>
            {shown && (
              <Card title={t('text.preview')} id="preview">
                <p class="quiet small">{shown.from}</p>
                <p class="preview-subject">
                  <b>{shown.subject}</b>
                </p>
                <div class="message-text">{shown.body}</div>
              </Card>
            )}
            <TagList c={c} />
          </div>
        </div>
      </>
    ),
  })
}
