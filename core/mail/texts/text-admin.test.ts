import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import type { OpenDatabase } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { Work } from '../../kernel/work.ts'
import { findWording } from './auto-response.store.ts'
import { cancelOutbound, listInbound, listOutbound, sendOutboundNow } from '../desk/mail-list.ts'
import { queueMail } from '../outbound.ts'
import { createText, editText, findText, listQueueTexts, setQueueText, setStandardText, TEXT_TYPES } from './text-admin.ts'

let opened: OpenDatabase
let make: Maker
let admin: string
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  admin = await make.agent({ 2: ['rw'] })
})
afterAll(() => opened.close())

const act = async <T>(run: (work: Work) => Promise<T>): Promise<T> => make.work(await make.actor(admin), run)
const fault = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? `${error.code} ${error.field ?? ''}`.trim() : String(error)),
  )
const none = { subject: '', body: '' }
const variants = (pl = { subject: 'Temat', body: 'Treść' }, en = none) => ({ pl, en })

describe('texts', () => {
  it('want one language at least, each whole, with tags that stand for something', async () => {
    const make_ = (v: ReturnType<typeof variants>) =>
      fault(act((work) => createText(work, { name: 'Próba', type: 'auto reply', valid: true, variants: v })))
    expect(await make_(variants(none))).toBe('text.needs-language pl.subject')
    expect(await make_(variants({ subject: 'Temat', body: '' }))).toBe('required pl.body')
    expect(await make_(variants(none, { subject: '', body: 'Body' }))).toBe('required en.subject')
    expect(await make_(variants({ subject: 'T <OTRS_TICKET_Nic>', body: 'x' }))).toBe('text.unknown-tag pl.subject')
    expect(await make_(variants(undefined, { subject: 'S', body: '<POMOC_NOTHING>' }))).toBe('text.unknown-tag en.body')
    expect(await make_(variants({ subject: 'Numer <OTRS_TICKET_TicketNumber>', body: '<POMOC_RECEIPT>\n<b>nie znacznik</b>' }))).toBe(
      'done',
    )
    expect(await make_(variants())).toBe('text.name-taken name')
  })

  it('what the table says counts in each queue is what is sent from it', async () => {
    const own = await act((work) =>
      createText(work, { name: 'Własny', type: 'auto reply', valid: true, variants: variants({ subject: 'Własny', body: 'x' }) }),
    )
    const parent = await make.queue({ name: 'Rodzic' })
    const child = await make.queue({ name: 'Rodzic::Dziecko', parentId: parent })
    const grandchild = await make.queue({ name: 'Rodzic::Dziecko::Wnuk', parentId: child })
    await act((work) => setQueueText(work, parent, 'auto reply', own))
    await act((work) => setQueueText(work, child, 'auto reject', 'none'))
    await act((work) => setQueueText(work, grandchild, 'auto reply', 'none'))
    const table = await listQueueTexts(opened.db)
    for (const queue of table) {
      for (const type of TEXT_TYPES) {
        const { textId } = queue.inForce.get(type)!
        const sent = await findWording(opened.db, queue.queueId, type, 'pl')
        const expected = textId === null ? undefined : (await findText(opened.db, textId))!.variants.pl?.subject
        expect([queue.queueName, type, sent?.subject]).toEqual([queue.queueName, type, expected])
      }
    }
    expect(table.find((queue) => queue.queueId === child)!.inForce.get('auto reply')).toEqual({ textId: own, from: 'Rodzic' })
    expect(table.find((queue) => queue.queueId === grandchild)!.inForce.get('auto reply')).toEqual({
      textId: null,
      from: 'Rodzic::Dziecko::Wnuk',
    })
    expect(await fault(act((work) => editText(work, own, { name: 'Własny', valid: false, variants: variants() })))).toBe(
      'text.in-use valid',
    )
    await act((work) => setQueueText(work, parent, 'auto reply', 'inherit'))
    expect(await fault(act((work) => setQueueText(work, parent, 'auto reject', own)))).toBe('text.other-type')
  })

  it('one text of a kind is the standard; switched off it is no longer', async () => {
    const other = await act((work) => createText(work, { name: 'Inny', type: 'closed', valid: true, variants: variants() }))
    await act((work) => setStandardText(work, 'closed', other))
    const standards = () =>
      opened.db.selectFrom('auto_response').select('id').where('type', '=', 'closed').where('standard', '=', true).execute()
    expect(await standards()).toEqual([{ id: other }])
    await act((work) => editText(work, other, { name: 'Inny', valid: false, variants: variants() }))
    expect(await standards()).toEqual([])
    expect(await fault(act((work) => setStandardText(work, 'closed', other)))).toBe('choice-gone closed')
  })
})

describe('the outbox', () => {
  const mail = () =>
    act((work) =>
      queueMail(work, { kind: 'reply', from: { address: 'a@b.example', name: '' }, to: ['c@d.example'], subject: 'S', body: 'B' }),
    )
  const stateOf = async (id: string) =>
    (await opened.db.selectFrom('outbound_mail').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state

  it('a mail can be taken back while it waits, not while it is being sent, not twice', async () => {
    const id = await mail()
    const lock = (by: string | null) =>
      opened.pool.query(
        `update graphile_worker._private_jobs set locked_by = $1, locked_at = case when $1::text is null then null else now() end where key = $2`,
        [by, `mail/send/${id}`],
      )
    await lock('somebody')
    expect(await fault(act((work) => cancelOutbound(work, id)))).toBe('mail.not-waiting')
    await lock(null)
    expect(await fault(act((work) => cancelOutbound(work, id)))).toBe('done')
    expect(await stateOf(id)).toBe('cancelled')
    expect(await fault(act((work) => cancelOutbound(work, id)))).toBe('mail.not-waiting')
    expect(await fault(act((work) => sendOutboundNow(work, id)))).toBe('mail.not-waiting')
  })

  it('a mail given up is tried again for three days', async () => {
    const id = await mail()
    await opened.db.updateTable('outbound_mail').set({ state: 'failed', give_up_at: make.now }).where('id', '=', id).execute()
    make.now = new Date(make.now.getTime() + 5 * 24 * 3600_000)
    await act((work) => sendOutboundNow(work, id))
    const row = await opened.db
      .selectFrom('outbound_mail')
      .select(['state', 'give_up_at', 'not_before'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ state: 'queued', not_before: make.now, give_up_at: new Date(make.now.getTime() + 3 * 24 * 3600_000) })
  })

  it('lists page through all of it in every order, forwards and backwards', async () => {
    for (let n = 0; n < 7; n++) await mail()
    const all = (await opened.db.selectFrom('outbound_mail').select('id').execute()).length
    for (const sort of ['created', 'recipient', 'subject', 'state'] as const) {
      for (const direction of ['asc', 'desc'] as const) {
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await listOutbound(opened.db, { sort, direction, after, limit: 3 })
          seen.push(...page.rows.map((row) => row.id))
          after = page.after ?? undefined
        } while (after)
        expect([sort, direction, new Set(seen).size, seen.length]).toEqual([sort, direction, all, all])
      }
    }
    expect((await listInbound(opened.db, { filter: { search: '100%_\\' } })).rows).toEqual([])
  })

  it('is the administrator’s', async () => {
    const id = await mail()
    const agent = await make.actor(await make.agent({ 1: ['rw'] }))
    expect(await fault(make.work(agent, (work) => cancelOutbound(work, id)))).toBe('not-allowed')
    expect(await fault(make.work(agent, (work) => sendOutboundNow(work, id)))).toBe('not-allowed')
    expect(
      await fault(make.work(agent, (work) => createText(work, { name: 'N', type: 'closed', valid: true, variants: variants() }))),
    ).toBe('not-allowed')
    expect(await fault(make.work(agent, (work) => setQueueText(work, '1', 'closed', 'none')))).toBe('not-allowed')
  })
})
