/** Owns an agent's own entry for a customer who called, came by, or wrote elsewhere. */
import { filesLimit, findPerson, isAddress, prepareAct, searchPersons, type PageContext, type Person } from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  CsrfField,
  demandAgent,
  Field,
  Files,
  flash,
  FormProblems,
  fragment,
  hx,
  PageHead,
  readFields,
  readFiles,
  Select,
  TextArea,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { words } from '../words.ts'
import { sayDone } from './doing.ts'
import { deskPage, enter, type Visit } from './frame.tsx'
import { queueChoices } from './list-filter.tsx'

/** GET /desk/new; `?customer=ID` when the person is known already. */
export async function newTicketPage(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const customer = c.req.query('customer')
  const person = customer ? await findPerson(c.get('host').db, customer) : undefined
  return show(c, visit, blankForm(person ? { who: person.address ?? person.login ?? person.name, customer: person.id } : {}), 200)
}

/** POST /desk/new: with `find` it only looks for the person (no scripts), else the ticket is made. */
export async function createFromForm(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const fields = await readFields(c)
  if (fields['find']) return show(c, await enter(c), blankForm(fields), 200)
  try {
    const create = await prepareAct(c.get('host'), 'new', { ...fields, attachments: await readFiles(c) })
    const made = await c.get('host').work(actor, (work) => create(work, null))
    flash(c, { text: sayDone(c, 'new', made) })
    return c.redirect(`/desk/tickets/${made.id}`, 303)
  } catch (error) {
    return show(c, await enter(c), withRefusal(c, { values: fields, problems: {} }, error), 422)
  }
}

/** GET /desk/people?who=…: the persons who fit, to choose one. */
export async function peopleFragment(c: PageContext): Promise<Response> {
  demandAgent(c)
  return fragment(c, await People({ c, form: blankForm(c.req.query()) }))
}

async function show(c: PageContext, visit: Visit, form: FormState, status: 200 | 422): Promise<Response> {
  const t = words(c)
  const queues = queueChoices(visit, 'create')
  const people = await People({ c, form })
  return deskPage(c, visit, {
    title: t('new.title'),
    status,
    body: (
      <div class="narrow">
        <PageHead title={t('new.title')} />
        {queues.length === 0 ? (
          <p class="notice notice-warn">{t('new.no-queue')}</p>
        ) : (
          <form class="form" method="post" autocomplete="off" action="/desk/new" enctype="multipart/form-data">
            <CsrfField c={c} />
            <FormProblems c={c} form={form} />
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
                      { value: 'internal', label: t('new.channel.internal') },
                    ]}
                  />
                </div>
                <Field c={c} form={form} name="title" label={t('list.subject')} maxlength={250} required />
                <TextArea c={c} form={form} name="body" label={t('new.body')} rows={8} required />
                <Files c={c} form={form} name="files" limit={filesLimit(c.get('host').config)} />
                <Checkbox c={c} form={form} name="take" label={t('new.take')} />
              </div>
            </Card>
            <div class="form-foot">
              <Button kind="primary">{t('new.create')}</Button>
              <ButtonLink href="/desk">{t('cancel')}</ButtonLink>
            </div>
          </form>
        )}
      </div>
    ),
  })
}

/** Persons who fit what was typed, each a radio button; an address nobody has offers a new person. */
async function People({ c, form }: { c: PageContext; form: FormState }) {
  const t = words(c)
  const who = form.values['who']?.trim() ?? ''
  if (who.length < 2) return null
  const found = await searchPersons(c.get('host').db, who, 8)
  const chosen = form.values['customer'] ?? (found.length === 1 ? found[0]!.id : '')
  const fresh = isAddress(who) && !found.some((person) => person.address === who.toLowerCase())
  if (found.length === 0 && !fresh)
    return (
      <p class="quiet" role="status">
        {t('new.nobody')}
      </p>
    )
  return (
    <fieldset class="radios people">
      <legend class="only-heard">{t('new.who')}</legend>
      {found.map((person) => (
        <label class="radio">
          <input type="radio" name="customer" value={person.id} checked={chosen === person.id} />{' '}
          <span>
            <PersonLine person={person} />
          </span>
        </label>
      ))}
      {fresh && (
        <label class="radio">
          <input type="radio" name="customer" value="new" checked={found.length === 0 || chosen === 'new'} />
          <span>
            {t('new.person', { address: who })}{' '}
            <input
              class="name-input"
              type="text"
              name="name"
              value={form.values['name'] ?? ''}
              placeholder={t('new.person.name')}
              aria-label={t('new.person.name')}
            />
          </span>
        </label>
      )}
    </fieldset>
  )
}

const PersonLine = ({ person }: { person: Person }) => (
  <>
    <b>{person.name}</b>{' '}
    <span class="quiet">{[person.unitName, person.address, person.login, person.phone].filter(Boolean).join(' · ')}</span>
  </>
)
