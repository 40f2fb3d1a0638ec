/** Owns an agent's own entry for a customer who called, came by, or wrote elsewhere. */
import {
  aboutChoices,
  borrowFiles,
  fieldsAsked,
  fieldTexts,
  filesLimit,
  fillInNew,
  findDrafts,
  findPerson,
  isId,
  narrowAsked,
  prepareAct,
  Refusal,
  sentBecame,
  templatesForQueue,
  timeUnit,
  type AnswerTemplate,
  type AboutChoices,
  type Asked,
  type Id,
  type Narrowed,
  type PageContext,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  chooseDraft,
  demandAgent,
  DraftLine,
  Field,
  flash,
  FormProblems,
  hx,
  isFragment,
  keepPosted,
  KeepsField,
  KeptFiles,
  KeptMarks,
  ownFieldIds,
  ownFieldLabels,
  ownFieldNames,
  OwnFields,
  PageHead,
  readAttachments,
  readFields,
  readOwnFields,
  respond,
  Select,
  sendKept,
  TextArea,
  withOwnFields,
  withRefusal,
  type FormState,
  type KeptFormProps,
} from '../../../core/pages.ts'
import { words } from '../words.ts'
import { sayDone } from './doing.ts'
import { deskPage, enter, type Visit } from './frame.tsx'
import { queueChoices } from './list-filter.tsx'
import { narrowNew } from './narrowed.tsx'
import { People } from './people.tsx'
import { AboutFields, hasAbout } from './about-fields.tsx'
import { TimeField } from './time-field.tsx'

const FORM = 'desk/new'

/** GET /desk/new; `?customer=ID` when the person is known already. */
export async function newTicketPage(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const customer = c.req.query('customer')
  const person = customer ? await findPerson(c.get('host').db, customer) : undefined
  const form = person && blankForm({ who: person.address ?? person.login ?? person.name, customer: person.id })
  return show(c, visit, form, 200)
}

/** POST /desk/new: with `find` it only looks for the person (no scripts), else the ticket is made. */
export async function createFromForm(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const fields = await withOwnFields(c, await readFields(c))
  if (fields['find']) {
    await keepPosted(c)
    return show(c, await enter(c), blankForm(fields), 200)
  }
  if (fields['insert']) return insertTemplate(c, fields)
  try {
    const asked = await askedLeft(c, fields)
    const own = await readOwnFields(c, asked)
    const create = await prepareAct(c.get('host'), 'new', { ...fields, attachments: await readAttachments(c), fields: own })
    const made = await c.get('host').work(actor, async (work) => {
      await sendKept(c, work)
      const made = await create(work, null)
      await sentBecame(work, made.id)
      return made
    })
    flash(c, { text: sayDone(c, 'new', made) })
    return c.redirect(`/desk/tickets/${made.id}`, 303)
  } catch (error) {
    const form = withRefusal(c, { values: fields, problems: {} }, error)
    await keepPosted(c)
    const sent = error instanceof Refusal && error.code === 'form.sent' ? String(error.params['ticket']) : ''
    return show(c, await enter(c), form, sent ? 409 : 422, sent)
  }
}

/** Templates for an entry by an agent, in the queues where they may make one. */
const templatesFor = (c: PageContext, queueIds: readonly Id[]): Promise<AnswerTemplate[]> =>
  queueIds.length === 0 ? Promise.resolve([]) : templatesForQueue(c.get('host').db, queueIds, ['Create', 'PhoneCall', 'Email'])

/** Behind what is written, with the template's files; all of it is kept as the draft. Tags speak of the queue chosen, else of one it is offered in. */
async function insertTemplate(c: PageContext, fields: Record<string, string>): Promise<Response> {
  const { host } = c.var
  const visit = await enter(c)
  const queues = queueChoices(visit, 'create').map(({ value }) => value)
  const template = (await templatesFor(c, queues)).find(({ id }) => id === fields['template'])
  const queue = template && [fields['queue'] ?? '', ...template.queues.map(({ id }) => id)].find((id) => queues.includes(id))
  if (!template || queue === undefined) {
    await keepPosted(c)
    return show(c, visit, blankForm(fields), 200)
  }
  const text = await fillInNew(
    { db: host.db, config: host.config, now: host.clock(), actor: visit.actor },
    queue,
    fields['title'] ?? '',
    template.body,
  )
  const ids = template.files.map((file) => file.id)
  const files = ids.length === 0 ? [] : await host.work(visit.actor, (work) => borrowFiles(work, 'answer_template_attachment', ids))
  const before = (fields['body'] ?? '').trimEnd()
  const draft = await keepPosted(c, { fields: { body: before === '' ? `${text}\n` : `${before}\n\n${text}\n` }, files })
  return c.redirect(`/desk/new${draft ? `?draft=${draft.page}` : ''}#field-body`, 303)
}

async function show(c: PageContext, visit: Visit, given: FormState | undefined, status: 200 | 409 | 422, sent = ''): Promise<Response> {
  const t = words(c)
  const drafts = chooseDraft(c, (await findDrafts(c.get('host').db, visit.actor.id, [FORM]))[FORM]!)
  // What asks again for its part says what stands in the form.
  const form = given ?? blankForm(isFragment(c) ? queryFields(c) : (drafts.draft?.fields ?? {}))
  const typed = { ...form.values, queue: form.values['queue'] ?? c.req.query('queue') ?? '' }
  const all = await askedIn(c, typed.queue)
  const mine = queueChoices(visit, 'create')
  const offered = await aboutChoices(c.get('host').db)
  const { narrows, narrowed } = await narrowNew(c, visit, typed, {
    queues: visit.queues.filter(({ id }) => mine.some(({ value }) => value === id)),
    about: offered,
    asked: all,
  })
  const asked = narrowAsked(all, 'new', narrowed)
  const queues = mine.filter(({ value }) => narrowed.allows('queue', value, 'new'))
  const about = aboutLeft(offered, narrowed)
  const kept: KeptFormProps = {
    c,
    id: 'new',
    form: FORM,
    keeps: {
      text: ['title', 'body'],
      besides: ['who', 'customer', 'name', 'queue', 'channel', 'take', 'type', 'service', 'sla', 'time', ...ownFieldNames(asked)],
    },
    back: '/desk/new',
    // For a person that is known already it begins anew; what was begun before is offered.
    ...(given && status === 200 && !given.values['draft.form']
      ? { draft: undefined, others: [drafts.draft, ...drafts.others].filter((draft) => draft !== undefined) }
      : drafts),
  }
  const people = await People({ c, form })
  const templates = await templatesFor(
    c,
    queues.map(({ value }) => value),
  )
  // Which queue it will be is not known yet: it is asked for where any of them asks, and needed where the chosen one says so.
  const asks = visit.queues.some(({ id, askTime }) => askTime !== 'off' && queues.some(({ value }) => value === id))
  const unit = asks ? await timeUnit(c.get('host').db) : undefined
  const ownFields = () => (
    <div
      id="new-fields"
      class="form"
      {...hx(c, {
        get: '/desk/new',
        // Where plugins narrow them, each choice may leave less of the others.
        trigger: narrows ? 'change, change from:#field-queue' : 'change from:#field-queue',
        include: '#field-queue, #new-fields select, #new-fields input, #new-fields textarea',
        swap: 'outerMorph',
        sync: 'replace',
      })}
    >
      {hasAbout(about) && (
        <div class="form-row">
          <AboutFields c={c} form={form} about={about} id="new" />
        </div>
      )}
      <OwnFields c={c} form={form} asked={asked} id="new" />
      <KeepsField {...kept} />
      <noscript>
        <Button name="find" value="yes" unchecked>
          {fieldTexts.in(c.get('language'))('show')}
        </Button>
      </noscript>
    </div>
  )
  const whole = () =>
    deskPage(c, visit, {
      title: t('new.title'),
      status,
      body: (
        <div class="narrow">
          <PageHead title={t('new.title')} />
          {queues.length === 0 ? (
            <p class="notice notice-warn">{t('new.no-queue')}</p>
          ) : (
            <form class="form" id="new-form" method="post" action="/desk/new" enctype="multipart/form-data" autocomplete="off">
              <KeptMarks {...kept} state={form} />
              <FormProblems
                c={c}
                form={form}
                ids={{ files: 'new-files', type: 'new-type', service: 'new-service', sla: 'new-sla', ...ownFieldIds('new', asked) }}
                labels={ownFieldLabels(c, asked)}
              />
              {sent && (
                <p>
                  <a href={`/desk/tickets/${sent}`}>{t('new.sent')}</a>
                </p>
              )}
              <Card title={t('new.who')} id="new-who">
                <div class="form-row">
                  <Field
                    c={c}
                    form={form}
                    name="who"
                    label={t('new.who.label')}
                    help={t('new.who.help')}
                    autocomplete="off"
                    autofocus={status === 200 && !form.values['who']}
                    required
                  />
                  <Button name="find" value="yes" unchecked>
                    {t('new.find')}
                  </Button>
                </div>
                <div
                  id="people"
                  {...hx(c, {
                    get: '/desk/people',
                    trigger: 'input from:#field-who delay:300ms',
                    include: '#field-who',
                    swap: 'innerHTML',
                    sync: 'replace',
                  })}
                >
                  {people}
                </div>
              </Card>
              <Card title={t('new.what')} id="new-what">
                <div class="form">
                  <div class="form-row">
                    <Select
                      c={c}
                      form={form}
                      name="queue"
                      label={t('list.queue')}
                      choices={queues}
                      empty={t('choose')}
                      required
                      value={c.req.query('queue')}
                    />
                    <Select
                      c={c}
                      form={form}
                      name="channel"
                      label={t('new.channel')}
                      choices={[
                        { value: 'phone', label: t('new.channel.phone') },
                        { value: 'email', label: t('new.channel.email') },
                        { value: 'internal', label: t('new.channel.internal') },
                      ]}
                    />
                  </div>
                  {ownFields()}
                  <Field c={c} form={form} name="title" label={t('list.subject')} maxlength={250} required />
                  <TextArea c={c} form={form} name="body" label={t('new.body')} rows={8} required />
                  {templates.length > 0 && (
                    <div class="composer-insert">
                      <Select
                        c={c}
                        form={blankForm()}
                        name="template"
                        label={t('compose.template')}
                        empty={t('compose.template.choose')}
                        choices={templates.map(({ id, name }) => ({ value: id, label: name }))}
                      />
                      <Button name="insert" value="template" unchecked>
                        {t('compose.template.insert')}
                      </Button>
                    </div>
                  )}
                  <KeptFiles {...kept} state={form} limit={filesLimit(c.get('host').config)} />
                  {unit && <TimeField c={c} form={form} ask="optional" unit={unit} id="field-time" />}
                  <Checkbox c={c} form={form} name="take" label={t('new.take')} />
                </div>
              </Card>
              <DraftLine {...kept} />
              <div class="form-foot">
                <Button kind="primary">{form.problems['again'] ? t('new.create-again') : t('new.create')}</Button>
                <ButtonLink href="/desk">{t('cancel')}</ButtonLink>
              </div>
            </form>
          )}
        </div>
      ),
    })
  return respond(c, { status, fragments: { 'new-fields': ownFields }, whole })
}

/** The same as it stands in a posted form, without what plugins take away. */
async function askedLeft(c: PageContext, fields: Readonly<Record<string, string>>): Promise<Asked[]> {
  const asked = await askedIn(c, fields['queue'])
  if (asked.length === 0) return asked
  return narrowAsked(asked, 'new', (await narrowNew(c, await enter(c), fields, { queues: [], about: undefined, asked })).narrowed)
}

const aboutLeft = (about: AboutChoices, narrowed: Narrowed): AboutChoices => ({
  ...about,
  types: about.types.filter(({ id }) => narrowed.allows('type', id, 'new')),
  services: about.services.filter(({ id }) => narrowed.allows('service', id, 'new')),
  slas: about.slas.filter(({ id }) => narrowed.allows('sla', id, 'new')),
})

/** What stands in a form, from the address; of several values of a field a line each, as drafts keep them. */
const queryFields = (c: PageContext): Record<string, string> =>
  Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => [name, (name.startsWith('field.') ? values : values.slice(-1)).join('\n')]),
  )

/** What the form asks for in this queue; nothing until one is chosen. */
async function askedIn(c: PageContext, queueId = ''): Promise<Asked[]> {
  return isId(queueId) ? (await fieldsAsked(c.get('host').db, ['new'], { queueId })).new : []
}
