/** Owns the pages of automatic answers: list, one text in its languages with a preview, which queue sends which. */
import type { Hono } from 'hono'
import { findTicketByNumber, languageChoices, receptionQueue, refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Crumb,
  Field,
  FormCard,
  PageHead,
  readFields,
  Select,
  statusOf,
  submit,
  Tabs,
  TextArea,
  type FormState,
  TagList,
} from '../../../core/pages.ts'
import {
  createText,
  editText,
  findText,
  firstIn,
  isTextType,
  languageFor,
  languagesToTry,
  listQueueTexts,
  listTexts,
  previewText,
  setStandardText,
  TEXT_TYPES,
  textVariants,
  type AutoResponseType,
  type AutoText,
  type TextForm,
  type TextPreview,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator, Fields } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'

const PATH = '/admin/texts'

export function textRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, textsPage)
  app.get(`${PATH}/queues`, queueTextsTable)
  app.get(`${PATH}/new`, (c) => textForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, (c) => saveText(c, undefined))
  app.get(`${PATH}/:id`, async (c) => textForm(c, await demandText(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => saveText(c, await demandText(c)))
  app.post(`${PATH}/:id/standard`, async (c) => {
    const actor = demandAdministrator(c)
    const text = await demandText(c)
    const { standard } = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => setStandardText(work, text.type, standard === 'on' ? text.id : null))
        return { to: `${PATH}/${text.id}`, said: words(c)(standard === 'on' ? 'text.now-standard' : 'text.no-longer-standard') }
      },
      (form) => textForm(c, text, form),
    )
  })
}

async function demandText(c: PageContext): Promise<AutoText> {
  const text = await findText(c.get('host').db, c.req.param('id') ?? '')
  if (!text) throw refused('not-found')
  return text
}

const TextTabs = ({ c, current }: { c: PageContext; current: 'list' | 'queues' }) => {
  const t = words(c)
  return (
    <Tabs
      label={t('area.texts')}
      tabs={[
        { href: PATH, label: t('text.tab.list'), current: current === 'list' },
        { href: `${PATH}/queues`, label: t('text.tab.queues'), current: current === 'queues' },
      ]}
    />
  )
}

async function textsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const options: ListOptions = {
    sorts: ['type', 'name'],
    sort: 'type',
    filters: [{ name: 'type', label: t('text.type'), choices: TEXT_TYPES.map((type) => ({ value: type, label: t(`text.type.${type}`) })) }],
  }
  const query = readList(c, options)
  const columns: Column<AutoText>[] = [
    {
      key: 'name',
      label: t('text.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => (
        <Main
          href={`${PATH}/${x.id}`}
          name={x.name}
          below={firstIn(x.variants, [c.get('language'), ...languagesToTry(c.get('host').config)])?.subject}
        />
      ),
    },
    { key: 'type', label: t('text.type'), sort: true, text: (x) => t(`text.type.${x.type}`), cell: (x) => t(`text.type.${x.type}`) },
    {
      key: 'languages',
      label: t('text.languages'),
      text: (x) => Object.keys(x.variants).join(' '),
      cell: (x) => Object.keys(x.variants).join(', '),
      class: 'cell-narrow',
    },
    {
      key: 'standard',
      label: t('text.standard'),
      text: (x) => (x.standard ? t('yes') : ''),
      cell: (x) => (x.standard ? <span class="good">{t('text.is-standard')}</span> : ''),
      class: 'cell-queue',
    },
    { key: 'queues', label: t('text.queues'), text: (x) => x.queues.join(', '), cell: (x) => x.queues.join(', ') },
    {
      key: 'valid',
      label: t('valid'),
      text: (x) => t(x.valid ? 'valid.on' : 'valid.off'),
      cell: (x) => (x.valid ? t('valid.on') : <span class="warn">{t('valid.off')}</span>),
      class: 'cell-narrow',
    },
  ]
  const type = query.filters['type']
  const all = (await listTexts(c.get('host').db)).filter((text) => !type || text.type === type)
  return listPage(c, {
    area: 'texts',
    title: t('area.texts'),
    beside: t('text.what'),
    above: <TextTabs c={c} current="list" />,
    query,
    options,
    columns,
    rows: pick(c, all, query, columns, 'type'),
    searchLabel: t('list.search'),
    empty: { title: t('list.none-found') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('text.new')}
      </ButtonLink>
    ),
  })
}

async function queueTextsTable(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [texts, queues] = await Promise.all([listTexts(db), listQueueTexts(db)])
  const name = (id: string | null) => texts.find((text) => text.id === id)?.name ?? t('text.none')
  return adminPage(c, {
    title: t('text.tab.queues'),
    area: 'texts',
    body: (
      <>
        <PageHead title={t('area.texts')} beside={t('text.queues.what')} />
        <TextTabs c={c} current="queues" />
        <div class="scroll" role="region" aria-label={t('text.tab.queues')} tabindex={0}>
          <table class="plain">
            <caption class="only-heard">{t('text.tab.queues')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('queue.name')}</th>
                {TEXT_TYPES.map((type) => (
                  <th scope="col">{t(`text.type.${type}`)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {queues.map((queue) => (
                <tr>
                  <th scope="row">
                    <a href={`/admin/queues/${queue.queueId}/texts`}>{queue.queueName}</a>
                  </th>
                  {TEXT_TYPES.map((type) => {
                    const force = queue.inForce.get(type)!
                    const own = queue.own.get(type) !== 'inherit'
                    return (
                      <td>
                        {own ? (
                          <b>{name(force.textId)}</b>
                        ) : (
                          <span class="quiet">
                            {name(force.textId)}
                            {force.from !== 'standard' && ` (${t('text.from', { from: force.from })})`}
                          </span>
                        )}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p class="para quiet">{t('text.own-bold')}</p>
      </>
    ),
  })
}

/** Saves, or with the button "preview" shows what a ticket's customer would get and saves nothing. */
async function saveText(c: PageContext, text: AutoText | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  if (values['act'] === 'preview') return showPreview(c, text, values)
  return submit(
    c,
    values,
    async () => {
      const form = read(values, text?.type)
      const id = await c.get('host').work(actor, async (work) => {
        if (!text) return createText(work, form)
        await editText(work, text.id, form)
        return text.id
      })
      return { to: `${PATH}/${id}`, said: words(c)('said.saved') }
    },
    (form) => textForm(c, text, form),
  )
}

async function showPreview(c: PageContext, text: AutoText | undefined, values: Record<string, string>): Promise<Response> {
  const actor = demandAdministrator(c)
  const t = words(c)
  const { db, config, clock } = c.get('host')
  const number = (values['ticket'] ?? '').replace(/\D/g, '')
  const ticket = number === '' ? { sampleIn: await receptionQueue(db, config) } : await findTicketByNumber(db, number, null)
  if (!ticket) return textForm(c, text, { values, problems: { ticket: t('text.no-such-ticket') } })
  const language = languageFor(config, values['previewLanguage'])
  const variant = { subject: values[`${language}.subject`] ?? '', body: values[`${language}.body`] ?? '' }
  const preview = await previewText({ db, config, now: clock(), actor }, ticket, variant, language)
  return textForm(c, text, { values, problems: {} }, preview)
}

async function textForm(c: PageContext, text: AutoText | undefined, form: FormState, preview?: TextPreview): Promise<Response> {
  const t = words(c)
  const { config } = c.get('host')
  const asked = c.req.query('type')
  return adminPage(c, {
    title: text?.name ?? t('text.new'),
    area: 'texts',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.texts')}</Crumb>
        <PageHead title={text?.name ?? t('text.new')} beside={text ? t(`text.type.${text.type}`) : undefined} />
        <Beside
          first={preview !== undefined}
          aside={
            <>
              {preview && (
                <Card title={t('text.preview')} id="preview">
                  <p class="quiet small">
                    {t('mail.from')} {preview.from}
                  </p>
                  <p class="preview-subject">
                    <b>{preview.subject}</b>
                  </p>
                  <div class="message-text">{preview.body}</div>
                </Card>
              )}
              {text && <Standard c={c} text={text} />}
              <TagList c={c} />
            </>
          }
        >
          <FormCard
            c={c}
            form={form}
            cancel={PATH}
            acts={
              <Button name="act" value="preview" unchecked>
                {t('text.preview.show')}
              </Button>
            }
          >
            <Fields title={t('text.text')}>
              {!text && (
                <Select
                  c={c}
                  form={form}
                  name="type"
                  label={t('text.type')}
                  help={t('text.type.help')}
                  value={isTextType(asked) ? asked : 'auto reply'}
                  choices={TEXT_TYPES.map((type) => ({ value: type, label: t(`text.type.${type}`) }))}
                />
              )}
              <Field
                c={c}
                form={form}
                name="name"
                label={t('text.name')}
                help={t('text.name.help')}
                value={text?.name}
                maxlength={200}
                required
              />
              <Checkbox c={c} form={form} name="valid" label={t('in-use')} help={t('text.valid.help')} checked={text?.valid ?? true} />
            </Fields>
            {languageChoices(config, ...Object.keys(text?.variants ?? {})).map(({ value: language, label }) => (
              <Fields wide title={label}>
                <Field
                  c={c}
                  form={form}
                  name={`${language}.subject`}
                  label={t('text.subject')}
                  help={t('text.subject.help')}
                  value={text?.variants[language]?.subject}
                  maxlength={250}
                />
                <TextArea
                  c={c}
                  form={form}
                  name={`${language}.body`}
                  label={t('text.body')}
                  help={t('text.body.help')}
                  value={text?.variants[language]?.body}
                  rows={9}
                  maxlength={20_000}
                />
              </Fields>
            ))}
            <Fields title={t('text.preview')}>
              <Field
                c={c}
                form={form}
                name="ticket"
                label={t('text.preview.ticket')}
                help={t('text.preview.help')}
                inputmode="numeric"
                autocomplete="off"
              />
              <Select
                c={c}
                form={form}
                name="previewLanguage"
                label={t('queue.language')}
                value={languageFor(config)}
                choices={languageChoices(config)}
              />
            </Fields>
          </FormCard>
        </Beside>
      </>
    ),
  })
}

const Standard = ({ c, text }: { c: PageContext; text: AutoText }) => {
  const t = words(c)
  return (
    <Card title={t('used-by')} id="used">
      {text.standard && <p class="para">{t('text.standard.is')}</p>}
      {text.queues.length > 0 && (
        <>
          <p>{t('text.queues')}:</p>
          <ul>
            {text.queues.map((queue) => (
              <li>{queue}</li>
            ))}
          </ul>
        </>
      )}
      {!text.standard && text.queues.length === 0 && <p class="quiet para">{t('text.unused')}</p>}
      {text.standard ? (
        <ActButton c={c} action={`${PATH}/${text.id}/standard`} small fields={{ standard: 'off' }}>
          {t('text.standard.end')}
        </ActButton>
      ) : (
        text.valid && (
          <ActButton c={c} action={`${PATH}/${text.id}/standard`} small fields={{ standard: 'on' }}>
            {t('text.standard.make')}
          </ActButton>
        )
      )}
    </Card>
  )
}

function read(values: Record<string, string>, stands: AutoResponseType | undefined): TextForm {
  return {
    name: values['name'] ?? '',
    type: stands ?? (isTextType(values['type']) ? values['type'] : 'auto reply'),
    valid: Boolean(values['valid']),
    variants: textVariants(values),
  }
}
