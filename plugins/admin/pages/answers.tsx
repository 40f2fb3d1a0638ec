/** Owns the pages of what agents write with: templates with files, salutations, signatures, and what a queue has of them. */
import type { Hono } from 'hono'
import {
  filesLimit,
  fillIn,
  findTemplate,
  findTicketByNumber,
  listStates,
  refused,
  type AnswerTemplate,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Crumb,
  Field,
  Files,
  FormCard,
  PageHead,
  readAll,
  readFields,
  readFiles,
  saySize,
  Select,
  statusOf,
  submit,
  Tabs,
  TagList,
  TextArea,
  type FormState,
  sayStateName,
} from '../../../core/pages.ts'
import {
  createPart,
  createTemplate,
  editPart,
  editTemplate,
  findPart,
  isTemplateType,
  listAllQueues,
  listParts,
  listTemplates,
  PART_KINDS,
  PART_LENGTH,
  partsOfQueue,
  setQueueParts,
  TEMPLATE_TYPES,
  USED_TYPES,
  type AdminQueue,
  type AnswerPart,
  type PartKind,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator, Fields } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words, type AdminKey } from '../words.ts'
import { demandQueue, QueueTabs } from './queues.tsx'

const PATH = '/admin/answers'
const PART_PATHS: Record<PartKind, string> = { salutation: `${PATH}/salutations`, signature: `${PATH}/signatures` }

export function answerRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, templatesPage)
  for (const kind of PART_KINDS) {
    const path = PART_PATHS[kind]
    app.get(path, (c) => partsPage(c, kind))
    app.get(`${path}/new`, (c) => partForm(c, kind, undefined, blankForm()))
    app.post(`${path}/new`, (c) => savePart(c, kind, undefined))
    app.get(`${path}/:id`, async (c) => partForm(c, kind, await demandPart(c, kind), blankForm()))
    app.post(`${path}/:id`, async (c) => savePart(c, kind, await demandPart(c, kind)))
  }
  app.get(`${PATH}/new`, (c) => templateForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, (c) => saveTemplate(c, undefined))
  app.get(`${PATH}/:id`, async (c) => templateForm(c, await demandTemplate(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => saveTemplate(c, await demandTemplate(c)))
  app.get('/admin/queues/:id/answers', async (c) => queueAnswersPage(c, await demandQueue(c), blankForm()))
  app.post('/admin/queues/:id/answers', async (c) => {
    const actor = demandAdministrator(c)
    const queue = await demandQueue(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c
          .get('host')
          .work(actor, (work) =>
            setQueueParts(work, queue.id, { salutation: values['salutation'] || null, signature: values['signature'] || null }),
          )
        return { to: `/admin/queues/${queue.id}/answers`, said: words(c)('said.saved') }
      },
      (form) => queueAnswersPage(c, queue, form),
    )
  })
}

async function demandPart(c: PageContext, kind: PartKind): Promise<AnswerPart> {
  const part = await findPart(c.get('host').db, kind, c.req.param('id') ?? '')
  if (!part) throw refused('not-found')
  return part
}

async function demandTemplate(c: PageContext): Promise<AnswerTemplate> {
  const template = await findTemplate(c.get('host').db, c.req.param('id') ?? '')
  if (!template) throw refused('not-found')
  return template
}

const AnswerTabs = ({ c, current }: { c: PageContext; current: 'template' | PartKind }) => {
  const t = words(c)
  return (
    <Tabs
      label={t('area.answers')}
      tabs={[
        { href: PATH, label: t('answer.tab.template'), current: current === 'template' },
        ...PART_KINDS.map((kind) => ({ href: PART_PATHS[kind], label: t(`answer.tab.${kind}`), current: current === kind })),
      ]}
    />
  )
}

/** What the buttons of an answer can make of a ticket. */
const PROPOSED: ReadonlySet<string> = new Set(['open', 'closed', 'pending reminder'])

/** Is there a form that takes it? */
const isUsed = (type: AnswerTemplate['type']): boolean => (USED_TYPES as readonly string[]).includes(type)

const typeKey = (type: AnswerTemplate['type']): AdminKey => `template.type.${type}`

async function templatesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const options: ListOptions = {
    sorts: ['name', 'type', 'files', 'queues', 'valid'],
    sort: 'name',
    filters: [
      { name: 'type', label: t('template.type'), choices: TEMPLATE_TYPES.map((type) => ({ value: type, label: t(typeKey(type)) })) },
    ],
  }
  const query = readList(c, options)
  const columns: Column<AnswerTemplate>[] = [
    {
      key: 'name',
      label: t('text.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${PATH}/${x.id}`} name={x.name} below={x.body.slice(0, 100)} />,
    },
    { key: 'body', label: t('text.body'), text: (x) => x.body },
    { key: 'comment', label: t('comment'), text: (x) => x.comment },
    {
      key: 'type',
      label: t('template.type'),
      sort: true,
      text: (x) => t(typeKey(x.type)),
      cell: (x) => t(typeKey(x.type)),
      class: 'cell-queue',
    },
    {
      key: 'files',
      label: t('template.files'),
      sort: true,
      text: (x) => x.files.map((file) => file.name).join(', '),
      cell: (x) => x.files.map((file) => file.name).join(', '),
    },
    {
      key: 'queues',
      label: t('template.queues'),
      sort: true,
      text: (x) => x.queues.map((queue) => queue.name).join(', '),
      cell: (x) =>
        x.queues.length > 0 ? x.queues.map((queue) => queue.name).join(', ') : <span class="quiet">{t('template.nowhere')}</span>,
    },
    {
      key: 'valid',
      label: t('valid'),
      sort: true,
      text: (x) => t(x.valid ? 'valid.on' : 'valid.off'),
      cell: (x) => (x.valid ? t('valid.on') : <span class="warn">{t('valid.off')}</span>),
      class: 'cell-narrow',
    },
  ]
  const type = query.filters['type']
  const all = (await listTemplates(c.get('host').db)).filter((template) => !type || template.type === type)
  return listPage(c, {
    area: 'answers',
    title: t('area.answers'),
    beside: t('template.what'),
    above: <AnswerTabs c={c} current="template" />,
    query,
    options,
    columns,
    rows: pick(c, all, query, columns, 'name'),
    searchLabel: t('list.search'),
    empty: { title: t('template.none'), text: t('template.none.text') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('template.new')}
      </ButtonLink>
    ),
  })
}

async function partsPage(c: PageContext, kind: PartKind): Promise<Response> {
  const t = words(c)
  const options: ListOptions = { sorts: ['name', 'queues', 'valid'], sort: 'name' }
  const query = readList(c, options)
  const columns: Column<AnswerPart>[] = [
    {
      key: 'name',
      label: t('text.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${PART_PATHS[kind]}/${x.id}`} name={x.name} below={x.body.slice(0, 100)} />,
    },
    { key: 'body', label: t('text.body'), text: (x) => x.body },
    { key: 'queues', label: t('text.queues'), sort: true, text: (x) => x.queues.join(', '), cell: (x) => x.queues.join(', ') },
    {
      key: 'valid',
      label: t('valid'),
      sort: true,
      text: (x) => t(x.valid ? 'valid.on' : 'valid.off'),
      cell: (x) => (x.valid ? t('valid.on') : <span class="warn">{t('valid.off')}</span>),
      class: 'cell-narrow',
    },
  ]
  return listPage(c, {
    area: 'answers',
    title: t(`answer.tab.${kind}`),
    beside: t(`${kind}.what`),
    above: <AnswerTabs c={c} current={kind} />,
    query,
    options,
    columns,
    rows: pick(c, await listParts(c.get('host').db, kind), query, columns, 'name'),
    searchLabel: t('list.search'),
    empty: { title: t(`${kind}.none`), text: t(`${kind}.none.text`) },
    acts: (
      <ButtonLink kind="primary" href={`${PART_PATHS[kind]}/new`} shortcut="N">
        {t(`${kind}.new`)}
      </ButtonLink>
    ),
  })
}

async function savePart(c: PageContext, kind: PartKind, part: AnswerPart | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  if (values['act'] === 'preview') return preview(c, values, (form, text) => partForm(c, kind, part, form, text))
  const form = { name: values['name'] ?? '', body: values['body'] ?? '', valid: Boolean(values['valid']) }
  return submit(
    c,
    values,
    async () => {
      const id = await c.get('host').work(actor, async (work) => {
        if (!part) return createPart(work, kind, form)
        await editPart(work, kind, part.id, form)
        return part.id
      })
      return { to: `${PART_PATHS[kind]}/${id}`, said: words(c)('said.saved') }
    },
    (again) => partForm(c, kind, part, again),
  )
}

/** The text as it would stand in an answer to a ticket; saves nothing. */
async function preview(
  c: PageContext,
  values: Record<string, string>,
  show: (form: FormState, text?: string) => Promise<Response>,
): Promise<Response> {
  const actor = demandAdministrator(c)
  const { db, config, clock } = c.get('host')
  const number = (values['ticket'] ?? '').replace(/\D/g, '')
  const ticket = number === '' ? undefined : await findTicketByNumber(db, number, null)
  if (!ticket) return show({ values, problems: { ticket: words(c)('text.no-such-ticket') } })
  return show({ values, problems: {} }, await fillIn({ db, config, now: clock(), actor }, ticket, values['body'] ?? ''))
}

const Preview = ({ c, text }: { c: PageContext; text: string | undefined }) =>
  text === undefined ? null : (
    <Card title={words(c)('text.preview')} id="preview">
      <div class="message-text">{text}</div>
    </Card>
  )

const PreviewField = ({ c, form }: { c: PageContext; form: FormState }) => {
  const t = words(c)
  return (
    <Fields title={t('text.preview')}>
      <Field
        c={c}
        form={form}
        name="ticket"
        label={t('text.preview.ticket')}
        help={t('answer.preview.help')}
        inputmode="numeric"
        autocomplete="off"
      />
    </Fields>
  )
}

async function partForm(c: PageContext, kind: PartKind, part: AnswerPart | undefined, form: FormState, text?: string): Promise<Response> {
  const t = words(c)
  return adminPage(c, {
    title: part?.name ?? t(`${kind}.new`),
    area: 'answers',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PART_PATHS[kind]}>{t(`answer.tab.${kind}`)}</Crumb>
        <PageHead title={part?.name ?? t(`${kind}.new`)} {...(part && !part.valid ? { beside: t('valid.off') } : {})} />
        <Beside
          first={text !== undefined}
          aside={
            <>
              <Preview c={c} text={text} />
              {part && (
                <Card title={t('used-by')} id="used">
                  {part.queues.length > 0 ? (
                    <ul>
                      {part.queues.map((queue) => (
                        <li>{queue}</li>
                      ))}
                    </ul>
                  ) : (
                    <p class="quiet">{t('answer.unused')}</p>
                  )}
                </Card>
              )}
              <TagList c={c} />
            </>
          }
        >
          <FormCard
            of={part && `${kind}:${part.id}`}
            c={c}
            form={form}
            cancel={PART_PATHS[kind]}
            acts={
              <Button name="act" value="preview" unchecked>
                {t('text.preview.show')}
              </Button>
            }
          >
            <Fields title={t('text.text')}>
              <Field
                c={c}
                form={form}
                name="name"
                label={t('text.name')}
                help={t('text.name.help')}
                value={part?.name}
                maxlength={200}
                required
              />
              <TextArea
                c={c}
                form={form}
                name="body"
                label={t('text.body')}
                help={t(`${kind}.body.help`)}
                value={part?.body}
                rows={6}
                maxlength={PART_LENGTH}
              />
              <Checkbox c={c} form={form} name="valid" label={t('in-use')} checked={part?.valid ?? true} />
            </Fields>
            <PreviewField c={c} form={form} />
          </FormCard>
        </Beside>
      </>
    ),
  })
}

async function saveTemplate(c: PageContext, template: AnswerTemplate | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  const queueIds = await readAll(c, 'queue')
  const again = (form: FormState, text?: string) => templateForm(c, template, form, text, queueIds)
  if (values['act'] === 'preview') return preview(c, values, again)
  return submit(
    c,
    values,
    async () => {
      const form = {
        name: values['name'] ?? '',
        type: isTemplateType(values['type']) ? values['type'] : ('Answer' as const),
        body: values['body'] ?? '',
        stateId: values['state'] || null,
        comment: values['comment'] ?? '',
        valid: Boolean(values['valid']),
        queueIds,
        newFiles: await readFiles(c),
        dropFileIds: await readAll(c, 'drop'),
      }
      const id = await c.get('host').work(actor, async (work) => {
        if (!template) return createTemplate(work, form)
        await editTemplate(work, template.id, form)
        return template.id
      })
      return { to: `${PATH}/${id}`, said: words(c)('said.saved') }
    },
    again,
  )
}

async function templateForm(
  c: PageContext,
  template: AnswerTemplate | undefined,
  form: FormState,
  text?: string,
  ticked?: readonly string[],
): Promise<Response> {
  const t = words(c)
  const chosen = new Set(ticked ?? template?.queues.map((queue) => queue.id) ?? [])
  const queues = (await listAllQueues(c.get('host').db)).filter((queue) => queue.valid || chosen.has(queue.id))
  // Of those that an answer can propose (plugins/desk/pages/composer.tsx).
  const states = (await listStates(c.get('host').db)).filter(({ id, type }) => id === template?.stateId || PROPOSED.has(type))
  return adminPage(c, {
    title: template?.name ?? t('template.new'),
    area: 'answers',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.answers')}</Crumb>
        <PageHead title={template?.name ?? t('template.new')} {...(template ? { beside: t(typeKey(template.type)) } : {})} />
        <Beside
          first={text !== undefined}
          aside={
            <>
              <Preview c={c} text={text} />
              <TagList c={c} />
            </>
          }
        >
          <FormCard
            of={template && `answer template:${template.id}`}
            c={c}
            form={form}
            cancel={PATH}
            files
            acts={
              <Button name="act" value="preview" unchecked>
                {t('text.preview.show')}
              </Button>
            }
          >
            <Fields title={t('text.text')}>
              <Field
                c={c}
                form={form}
                name="name"
                label={t('text.name')}
                help={t('template.name.help')}
                value={template?.name}
                maxlength={200}
                required
              />
              <Select
                c={c}
                form={form}
                name="type"
                label={t('template.type')}
                help={t('template.type.help')}
                value={template?.type ?? 'Answer'}
                choices={TEMPLATE_TYPES.filter((type) => isUsed(type) || type === template?.type).map((type) => ({
                  value: type,
                  label: t(typeKey(type)),
                }))}
              />
              <Select
                c={c}
                form={form}
                name="state"
                label={t('template.state')}
                help={t('template.state.help')}
                value={template?.stateId ?? ''}
                empty={t('template.state.none')}
                choices={states.map(({ id, name, type }) => ({ value: id, label: sayStateName(name, type, c.get('language')) }))}
              />
              <Field
                c={c}
                form={form}
                name="comment"
                label={t('comment')}
                help={t('template.comment.help')}
                value={template?.comment}
                maxlength={250}
              />
              <Checkbox c={c} form={form} name="valid" label={t('in-use')} checked={template?.valid ?? true} />
            </Fields>
            <Fields wide title={t('text.body')}>
              <TextArea
                c={c}
                form={form}
                name="body"
                label={t('text.body')}
                hideLabel
                rows={10}
                value={template?.body}
                maxlength={20_000}
              />
            </Fields>
            <Fields wide title={t('template.files')}>
              {template && template.files.length > 0 && (
                <div class="ticks">
                  {template.files.map((file) => (
                    <label>
                      <input type="checkbox" name="drop" value={file.id} /> {t('template.drop', { name: file.name })}{' '}
                      <span class="quiet small">{saySize(file.size, c.get('language'))}</span>
                    </label>
                  ))}
                </div>
              )}
              <Files c={c} form={form} name="files" label={t('template.add-files')} limit={filesLimit(c.get('host').config)} />
            </Fields>
            <Fields wide title={t('template.queues')}>
              <p class="quiet small">{t('template.queues.help')}</p>
              <div class="ticks">
                {queues.map((queue) => (
                  <label>
                    <input type="checkbox" name="queue" value={queue.id} checked={chosen.has(queue.id)} /> {queue.name}
                  </label>
                ))}
              </div>
            </Fields>
            <PreviewField c={c} form={form} />
          </FormCard>
        </Beside>
      </>
    ),
  })
}

async function queueAnswersPage(c: PageContext, queue: AdminQueue, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [own, templates, ...parts] = await Promise.all([
    partsOfQueue(db, queue.id),
    listTemplates(db),
    ...PART_KINDS.map((kind) => listParts(db, kind)),
  ])
  const offered = templates.filter((template) => template.queues.some(({ id }) => id === queue.id))
  return adminPage(c, {
    title: `${t('queue.tab.answers')} – ${queue.name}`,
    area: 'queues',
    status: statusOf(form),
    body: (
      <>
        <Crumb href="/admin/queues">{t('area.queues')}</Crumb>
        <PageHead title={queue.name} />
        <QueueTabs c={c} queue={queue} current="answers" />
        <Beside
          aside={
            <Card title={t('answer.tab.template')} id="templates">
              {offered.length > 0 ? (
                <ul>
                  {offered.map((template) => (
                    <li>
                      <a href={`${PATH}/${template.id}`}>{template.name}</a> <span class="quiet small">{t(typeKey(template.type))}</span>
                    </li>
                  ))}
                </ul>
              ) : (
                <p class="quiet">{t('template.none-here')}</p>
              )}
              <p class="para">
                <a href={PATH}>{t('template.all')}</a>
              </p>
            </Card>
          }
        >
          <FormCard c={c} form={form} cancel="/admin/queues">
            <Fields title={t('queue.tab.answers')}>
              {PART_KINDS.map((kind, i) => (
                <Select
                  c={c}
                  form={form}
                  name={kind}
                  label={t(`queue.${kind}.chosen`)}
                  help={t(`queue.${kind}.chosen.help`)}
                  value={own[kind]}
                  empty={t(kind === 'signature' && queue.signature.trim() !== '' ? 'queue.signature.own' : 'choose.none')}
                  choices={parts[i]!.filter((part) => part.valid || part.id === own[kind]).map((part) => ({
                    value: part.id,
                    label: part.name,
                  }))}
                />
              ))}
            </Fields>
          </FormCard>
        </Beside>
      </>
    ),
  })
}
