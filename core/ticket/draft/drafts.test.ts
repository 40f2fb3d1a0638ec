import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import type { OpenDatabase } from '../../database/database.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import { attachDraftFiles, draftFiles, keepFiles } from './draft-files.ts'
import { draftAgain, dropDraft, findDraft, findDrafts, forgetDrafts, saveDraft, sendOnce, wasSent, type Leaf } from './drafts.ts'
import { seenTimes, touchSeen } from '../seen.ts'

let database: OpenDatabase
let make: Maker
let jan: PersonActor
let ewa: PersonActor
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  jan = await make.actor(await make.agent({ '1': ['rw'] }))
  ewa = await make.actor(await make.agent({ '1': ['rw'] }))
})
afterAll(() => database.close())

it('a draft is kept per person and form, and the last one counts', async () => {
  await make.work(jan, (work) => saveDraft(work, 'ticket/1/reply', { body: 'a', cc: ' ' }))
  await make.work(jan, (work) => saveDraft(work, 'ticket/1/reply', { body: 'b\u0000' }))
  expect((await findDraft(make.db, jan.id, 'ticket/1/reply'))?.fields).toEqual({ body: 'b' })
  expect(await findDraft(make.db, ewa.id, 'ticket/1/reply')).toBeUndefined()
  expect(await findDraft(make.db, jan.id, 'ticket/1/note')).toBeUndefined()
})

it('empty fields are no draft, and take the old one away; so does dropping it', async () => {
  await make.work(jan, (work) => saveDraft(work, 'ticket/2/reply', { body: 'a' }))
  expect(await make.work(jan, (work) => saveDraft(work, 'ticket/2/reply', { body: '  \n' }))).toBe(false)
  expect(await findDraft(make.db, jan.id, 'ticket/2/reply')).toBeUndefined()
  await make.work(jan, (work) => saveDraft(work, 'ticket/2/reply', { body: 'a' }))
  await make.work(jan, (work) => dropDraft(work, 'ticket/2/reply'))
  expect(await findDraft(make.db, jan.id, 'ticket/2/reply')).toBeUndefined()
})

it('a draft without end is refused', async () => {
  await expect(make.work(jan, (work) => saveDraft(work, 'ticket/1/reply', { body: 'x'.repeat(200_001) }))).rejects.toMatchObject({
    code: 'too-large',
  })
})

it('what was seen is never seen earlier', async () => {
  const { id } = await make.ticket()
  const [early, late] = [new Date('2026-11-17T09:00:00Z'), new Date('2026-11-17T10:00:00Z')]
  await touchSeen(make.db, id, jan.id, late)
  await touchSeen(make.db, id, jan.id, early)
  expect([...(await seenTimes(make.db, jan.id, [id, '999']))]).toEqual([[id, late]])
  expect((await seenTimes(make.db, ewa.id, [id])).size).toBe(0)
})

const files = (...names: string[]) => names.map((name) => ({ name, contentType: 'text/plain', content: Buffer.from(name) }))
const draftsOf = async (form: string) => (await findDrafts(make.db, jan.id, [form]))[form]!
const names = (draft: { files: { name: string }[] } | undefined) => draft?.files.map(({ name }) => name)

describe('two tabs', () => {
  it('one goes on with what the other began; what the other types afterwards is a draft of its own', async () => {
    const form = 'ticket/10/reply'
    const save = (body: string, leaf: Leaf) => make.work(jan, (work) => saveDraft(work, form, { body }, leaf))
    await save('A', { page: 'a' })
    const [base] = await draftsOf(form)
    await save('A i dalej w B', { page: 'b', base })
    expect((await draftsOf(form)).map(({ fields }) => fields['body'])).toEqual(['A i dalej w B'])
    await save('A i dalej w A', { page: 'a' })
    await save('A i dalej w B!', { page: 'b', base })
    expect((await draftsOf(form)).map(({ fields }) => fields['body']).toSorted()).toEqual(['A i dalej w A', 'A i dalej w B!'])
  })

  // A page shows the newest draft when it is opened; then it is typed on, saved, sent or its draft thrown away.
  type Step = { tab: number; do: 'open' | 'type' | 'send' | 'drop' }
  const step = fc.record({
    tab: fc.nat(2),
    do: fc.constantFrom('open' as const, 'type' as const, 'type' as const, 'send' as const, 'drop' as const),
  })

  it('no order of what two or three tabs do loses a text, and none is sent twice', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps: Step[]) => {
        const form = `ticket/20/order-${++run}`
        const tabs: { page: string; base: Leaf['base']; text: string; from: string; sent: boolean }[] = []
        let opened = 0
        const sent: string[] = []
        const thrown = new Set<string>()
        for (const [n, { tab, do: what }] of steps.entries()) {
          let here = tabs[tab]
          if (what === 'open' || !here || here.sent) {
            const [shown] = await draftsOf(form)
            here = { page: `p${++opened}`, base: shown, text: shown?.fields['body'] ?? '', from: shown?.fields['body'] ?? '', sent: false }
            tabs[tab] = here
          }
          const leaf = { page: here.page, base: here.base }
          if (what === 'type') {
            here.text += `${n}.`
            expect(await make.work(jan, (work) => saveDraft(work, form, { body: here.text }, leaf))).toBe(true)
          } else if (what === 'send' && here.text) {
            here.sent = true
            // The same words from another page are asked about.
            const twin = sent.includes(here.text)
            const send = make.work(jan, (work) => sendOnce(work, form, { body: here.text }, leaf))
            if (twin) await expect(send).rejects.toMatchObject({ code: 'form.sent', status: 409 })
            else await send
            if (!twin) sent.push(here.text)
            await expect(make.work(jan, (work) => sendOnce(work, form, { body: here.text }, leaf))).rejects.toMatchObject({
              code: 'form.sent',
            })
          } else if (what === 'drop') {
            await make.work(jan, (work) => dropDraft(work, form, leaf))
            thrown.add(here.text)
            here.text = ''
            here.base = undefined
          }
        }
        // Whatever was typed on a tab is a draft, or was sent, or thrown away somewhere – by itself or as the beginning of what another typed.
        const kept = (await draftsOf(form)).map(({ fields }) => fields['body']!)
        for (const here of tabs.filter((one) => one && one.text !== one.from && !one.sent))
          expect(
            [...kept, ...sent, ...thrown].some((text) => text.startsWith(here.text)),
            `${here.text} of ${JSON.stringify([kept, sent])}`,
          ).toBe(true)
        expect(new Set(sent).size).toBe(sent.length)
      }),
      { numRuns: 25 },
    )
  })
})

it('what comes late, after the words were sent, does not come back as a draft', async () => {
  const form = 'ticket/30/reply'
  await make.work(jan, (work) => sendOnce(work, form, { body: 'Gotowe.' }, { page: 'x' }))
  expect(await make.work(jan, (work) => saveDraft(work, form, { body: 'Gotow' }, { page: 'x' }))).toBe(false)
  expect(await draftsOf(form)).toEqual([])
})

it('two presses at once send once', async () => {
  const form = 'ticket/31/reply'
  const press = () => make.work(jan, (work) => sendOnce(work, form, { body: 'Raz' }, { page: 'y' }))
  const outcomes = await Promise.allSettled([press(), press()])
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

it('the same words are sent a second time only by saying so', async () => {
  const form = 'ticket/32/reply'
  const send = (page: string, again = false) => make.work(jan, (work) => sendOnce(work, form, { body: 'To samo' }, { page, again }))
  await send('one')
  await expect(send('two')).rejects.toMatchObject({ code: 'form.sent', field: 'again', params: { ticket: '32' } })
  await send('two', true)
  // Pages without words – a file alone – are not alike.
  for (const page of ['f', 'g']) await make.work(jan, (work) => sendOnce(work, form, {}, { page }))
})

it('files are kept with the words, go with them, and come back when they are taken back', async () => {
  const form = 'ticket/40/reply'
  const ids = await make.work(jan, (work) => keepFiles(work, files('plan.txt', 'umowa.txt')))
  await make.work(jan, (work) => saveDraft(work, form, { body: 'W załączniku' }, { page: 'a', files: ids }))
  expect(names(await findDraft(make.db, jan.id, form))).toEqual(['plan.txt', 'umowa.txt'])
  expect((await attachDraftFiles(make.db, jan.id, ids)).map(({ content }) => String(content))).toEqual(['plan.txt', 'umowa.txt'])
  // They are nobody else's.
  await expect(attachDraftFiles(make.db, ewa.id, ids)).rejects.toMatchObject({ code: 'draft.file-gone' })
  const act = await make.work(jan, async (work) => {
    await sendOnce(work, form, { body: 'W załączniku' }, { page: 'a', files: ids })
    return work.act
  })
  await expect(attachDraftFiles(make.db, jan.id, ids)).rejects.toMatchObject({ code: 'draft.file-gone' })
  expect(await make.work(jan, (work) => draftAgain(work, act, () => keepFiles(work, files('plan.txt'))))).toBe(form)
  const back = await findDraft(make.db, jan.id, form)
  expect([back?.fields, names(back)]).toEqual([{ body: 'W załączniku' }, ['plan.txt']])
  // Taken back it was not sent: it can be, without a question.
  await make.work(jan, (work) => sendOnce(work, form, { body: 'W załączniku' }, { page: 'b', base: back }))
})

it('files of drafts are bounded for each person', async () => {
  const big = { name: 'duży', contentType: 'x', content: Buffer.alloc(0) }
  Object.defineProperty(big.content, 'length', { value: 400 * 1024 * 1024 })
  await expect(make.work(jan, (work) => keepFiles(work, [big]))).rejects.toMatchObject({ code: 'draft.files-full', field: 'files' })
})

it('the night takes old drafts, what was sent long ago, and files that no draft holds', async () => {
  const form = 'ticket/50/reply'
  const [held, loose] = await make.work(jan, (work) => keepFiles(work, files('trzymany', 'luźny')))
  await make.work(jan, (work) => saveDraft(work, form, { body: 'x' }, { page: 'a', files: [held!] }))
  await make.work(jan, (work) => sendOnce(work, form, { body: 'y' }, { page: 'b' }))
  const night = (days: number) =>
    make.asSystem((work) =>
      forgetDrafts(
        Object.assign(Object.create(work), { now: new Date(work.now.getTime() + days * 86_400_000) }),
        new Date(work.now.getTime() + (days - 90) * 86_400_000),
      ),
    )
  const kept = async () => [
    (await draftsOf(form)).length,
    (await draftFiles(make.db, jan.id, [held!, loose!])).map(({ name }) => name),
    await wasSent(make.db, jan.id, form, 'b'),
  ]
  await night(2)
  expect(await kept()).toEqual([1, ['trzymany'], true])
  await night(8)
  expect(await kept()).toEqual([1, ['trzymany'], false])
  await night(91)
  await night(91)
  expect(await kept()).toEqual([0, [], false])
})
