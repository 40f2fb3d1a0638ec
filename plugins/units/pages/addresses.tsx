/** Owns the page of a unit's e-mail addresses: which lead to its queues, and new ones where the limits allow them. */
import type { Hono } from 'hono'
import {
  editSystemAddress,
  listQueues,
  listSystemAddresses,
  refused,
  shortName,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Card,
  EmptyState,
  Field,
  FormCard,
  Notice,
  PageHead,
  readFields,
  Select,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import { createSystemAddress, readLimits } from '../../../core/administration.ts'
import { enter, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

export function addressRoutes(app: Hono<WebEnv>): void {
  const base = '/u/:unit/admin/addresses'
  app.get(base, async (c) => addressesPage(c, await enter(c), blankForm()))
  app.post(base, async (c) => {
    const visit = await enter(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(visit.actor, (work) =>
          createSystemAddress(work, {
            address: values['address'] ?? '',
            name: values['name'] ?? '',
            queueId: values['queueId'] ?? '',
            valid: true,
          }),
        )
        return { to: `${visit.path}/addresses`, said: words(c)('said.saved') }
      },
      (form) => addressesPage(c, visit, form),
    )
  })
  app.post(`${base}/:id`, async (c) => {
    const visit = await enter(c)
    const { valid } = await readFields(c)
    const address = (await listSystemAddresses(c.get('host').db)).find(
      (one) => one.id === c.req.param('id') && one.unitId === visit.unit.id,
    )
    if (!address) throw refused('not-found')
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(visit.actor, (work) =>
          editSystemAddress(work, address.id, {
            address: address.address,
            name: address.name,
            queueId: address.queueId,
            valid: valid === 'on',
          }),
        )
        return { to: `${visit.path}/addresses`, said: words(c)('said.saved') }
      },
      (form) => addressesPage(c, visit, form),
    )
  })
}

async function addressesPage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [addresses, queues, limits] = await Promise.all([listSystemAddresses(db), listQueues(db), readLimits(db, visit.unit.id)])
  const own = addresses.filter((address) => address.unitId === visit.unit.id)
  const ours = queues.filter((queue) => queue.unitId === visit.unit.id)
  const may = limits.ownAddresses || visit.actor.access.admin
  return unitPage(c, visit, {
    title: t('area.addresses'),
    area: 'addresses',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.addresses')} beside={t('address.what')} />
        <div class="admin-one">
          {own.length === 0 ? (
            <Card>
              <EmptyState title={t('address.none')} text={t(may ? 'address.none.text' : 'address.limit')} />
            </Card>
          ) : (
            <Card plain>
              <ul class="unit-people">
                {own.map((address) => (
                  <li class="unit-person">
                    <div>
                      <p>
                        <b>{address.address}</b>
                        {!address.valid && <span class="warn"> · {t('address.off')}</span>}
                      </p>
                      <p class="quiet small">
                        {address.name} → {shortName(address.queueName)}
                      </p>
                    </div>
                    {may && !address.byUnit && (
                      <ActButton
                        c={c}
                        small
                        action={`${visit.path}/addresses/${address.id}`}
                        fields={{ valid: address.valid ? 'off' : 'on' }}
                      >
                        {t(address.valid ? 'address.switch-off' : 'address.switch-on')}
                      </ActButton>
                    )}
                  </li>
                ))}
              </ul>
            </Card>
          )}
          {own.length > 0 && !may && (
            <Notice>
              <p>{t('address.limit')}</p>
            </Notice>
          )}
          {may && ours.length > 0 && (
            <FormCard c={c} form={form} action={`${visit.path}/addresses`} save={t('address.add')}>
              <h2>{t('address.new')}</h2>
              <Field
                c={c}
                form={form}
                name="address"
                label={t('address.address')}
                help={t('address.address.help')}
                type="email"
                maxlength={254}
                required
              />
              <Field
                c={c}
                form={form}
                name="name"
                label={t('address.name')}
                help={t('address.name.help')}
                value={visit.unit.name}
                maxlength={200}
                required
              />
              <Select
                c={c}
                form={form}
                name="queueId"
                label={t('address.queue')}
                value={ours[0]?.id}
                choices={ours.map((queue) => ({ value: queue.id, label: queue.name.replaceAll('::', ' · ') }))}
              />
            </FormCard>
          )}
        </div>
      </>
    ),
  })
}
