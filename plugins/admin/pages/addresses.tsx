/** Owns the pages of the help desk's own addresses. */
import type { Hono } from 'hono'
import {
  editSystemAddress,
  listSystemAddresses,
  listTopics,
  ownSender,
  refused,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
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
  type FormState,
} from '../../../core/pages.ts'
import {
  createSystemAddress,
  findSystemAddress,
  listAllQueues,
  ownAddressIsTaken,
  type SystemAddress,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'
import { queueChoices } from './choices.ts'

const PATH = '/admin/addresses'

export function addressRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, addressesPage)
  app.get(`${PATH}/new`, (c) => addressForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, async (c) => {
    const actor = demandAdministrator(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => createSystemAddress(work, read(values)))
        return { to: PATH, said: words(c)('address.added', { address: (values['address'] ?? '').trim().toLowerCase() }) }
      },
      (form) => addressForm(c, undefined, form),
    )
  })
  app.get(`${PATH}/:id`, async (c) => addressForm(c, await demandAddress(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => {
    const actor = demandAdministrator(c)
    const address = await demandAddress(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => editSystemAddress(work, address.id, read(values)))
        return { to: PATH, said: words(c)('said.saved'), ...(await warning(c)) }
      },
      (form) => addressForm(c, address, form),
    )
  })
}

/** Where the address of the configuration is none of these: what to set, and which one stands in for it. */
async function warning(c: PageContext): Promise<{ said: string; tone: 'warn' } | undefined> {
  const { db, config } = c.get('host')
  if (await ownAddressIsTaken(db, config)) return undefined
  const { address: other } = await ownSender(db, config)
  const { mailAddress: address } = config
  return { said: words(c)(other === address ? 'address.own-refused' : 'address.own-refused.other', { address, other }), tone: 'warn' }
}

async function demandAddress(c: PageContext): Promise<SystemAddress> {
  const address = await findSystemAddress(c.get('host').db, c.req.param('id') ?? '')
  if (!address) throw refused('not-found')
  return address
}

async function addressesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const options: ListOptions = {
    sorts: ['address', 'name', 'queue'],
    sort: 'address',
    filters: [
      {
        name: 'valid',
        label: t('valid'),
        choices: [
          { value: 'on', label: t('valid.on') },
          { value: 'off', label: t('valid.off') },
        ],
      },
    ],
  }
  const query = readList(c, options)
  const columns: Column<SystemAddress>[] = [
    {
      key: 'address',
      label: t('address.address'),
      sort: true,
      text: (a) => a.address,
      cell: (a) => <Main href={`${PATH}/${a.id}`} name={a.address} />,
    },
    { key: 'name', label: t('address.name'), sort: true, text: (a) => a.name, cell: (a) => a.name },
    {
      key: 'queue',
      label: t('address.queue'),
      sort: true,
      text: (a) => a.queueName,
      cell: (a) => <a href={`/admin/queues/${a.queueId}`}>{a.queueName}</a>,
    },
    { key: 'sender', label: t('address.sender-of'), text: (a) => a.senderOf.join(', '), cell: (a) => a.senderOf.join(', ') },
    {
      key: 'valid',
      label: t('valid'),
      text: (a) => t(a.valid ? 'valid.on' : 'valid.off'),
      cell: (a) => (a.valid ? t('valid.on') : <span class="warn">{t('valid.off')}</span>),
      class: 'cell-narrow',
    },
  ]
  const valid = query.filters['valid']
  const all = (await listSystemAddresses(c.get('host').db)).filter((address) => !valid || address.valid === (valid === 'on'))
  return listPage(c, {
    area: 'addresses',
    title: t('area.addresses'),
    beside: t('address.what'),
    query,
    options,
    columns,
    rows: pick(c, all, query, columns, 'address'),
    searchLabel: t('list.search'),
    empty: { title: t('address.none'), text: t('address.what') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('address.new')}
      </ButtonLink>
    ),
  })
}

async function addressForm(c: PageContext, address: SystemAddress | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const [queues, topics] = await Promise.all([listAllQueues(c.get('host').db), listTopics(c.get('host').db)])
  return adminPage(c, {
    title: address?.address ?? t('address.new'),
    area: 'addresses',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.addresses')}</Crumb>
        <PageHead title={address?.address ?? t('address.new')} {...(address && !address.valid ? { beside: t('valid.off') } : {})} />
        <Beside
          aside={
            address && (
              <Card title={t('used-by')} id="used">
                <p>{t('address.leads', { queue: address.queueName })}</p>
                {address.senderOf.length > 0 && <p class="para">{t('address.sends', { queues: address.senderOf.join(', ') })}</p>}
              </Card>
            )
          }
        >
          <FormCard c={c} form={form} of={address && `system address:${address.id}`} cancel={PATH}>
            <Field
              c={c}
              form={form}
              name="address"
              type="email"
              label={t('address.address')}
              help={t('address.address.help')}
              value={address?.address}
              required
              autocomplete="off"
            />
            <Field
              c={c}
              form={form}
              name="name"
              label={t('address.name')}
              help={t('address.name.help')}
              value={address?.name ?? c.get('host').config.mail.fromName}
              maxlength={200}
              required
            />
            <Select
              c={c}
              form={form}
              name="queueId"
              label={t('address.queue')}
              help={t('address.queue.help')}
              value={address?.queueId ?? c.req.query('queue')}
              empty={t('choose')}
              choices={queueChoices(queues, address?.queueId)}
              required
            />
            <Checkbox
              c={c}
              form={form}
              name="byUnit"
              label={t('address.by-unit')}
              help={t('address.by-unit.help')}
              checked={address?.byUnit ?? false}
            />
            <Select
              c={c}
              form={form}
              name="topicId"
              label={t('address.topic')}
              help={t('address.topic.help')}
              value={address?.topicId}
              empty={t('address.no-topic')}
              choices={topics
                .filter((topic) => topic.valid || topic.id === address?.topicId)
                .map((topic) => ({ value: topic.id, label: topic.name }))}
            />
            <Checkbox c={c} form={form} name="valid" label={t('in-use')} help={t('address.valid.help')} checked={address?.valid ?? true} />
          </FormCard>
        </Beside>
      </>
    ),
  })
}

const read = (values: Record<string, string>) => ({
  address: values['address'] ?? '',
  name: values['name'] ?? '',
  queueId: values['queueId'] ?? '',
  valid: Boolean(values['valid']),
  byUnit: Boolean(values['byUnit']),
  topicId: values['topicId'] || null,
})
