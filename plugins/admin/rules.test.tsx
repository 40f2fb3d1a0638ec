/** The pages of rules for mail: filters, trying a mail, deciding about stuck ones; and templates in the desk, all without scripts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeUniversity, type University } from '../../test/university.ts'
import { marksOf, openSite, type Site, type Visitor } from '../../test/web.ts'
import desk from '../desk/index.tsx'
import admin from './index.tsx'

let site: Site
let filled: University
let boss: Visitor
beforeAll(async () => {
  site = await openSite([desk, admin])
  filled = await makeUniversity(site)
  boss = await site.loggedIn(filled.admin)
})
afterAll(() => site?.close())

async function send(path: string, fields: Record<string, string>, from = path): Promise<Response> {
  await boss.get(from)
  return boss.post(path, fields)
}
const location = (response: Response) => response.headers.get('location')!
const page = async (path: string) => (await boss.get(path)).text()
const mailRow = (id: string) =>
  site.database.db
    .selectFrom('inbound_mail')
    .select(['state', 'outcome', 'reason', 'to_queue_id', 'blob_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()

describe('filters', () => {
  it('stand in running order, searched and exported', async () => {
    const html = await page('/admin/mail/filters')
    expect(html.indexOf('010 Alarmy PRTG')).toBeLessThan(html.indexOf('900 Reklamy'))
    expect(await page('/admin/mail/filters?search=promocje')).not.toContain('010 Alarmy')
    expect(await page('/admin/mail/filters?format=csv')).toContain('X-OTRS-Ignore = yes')
  })

  it('rows are added, rows left empty do not count, a wrong one is told at its field and nothing typed is lost', async () => {
    const path = '/admin/mail/filters/new'
    const form = {
      name: 'Nowy',
      valid: 'on',
      'match.0.key': 'Subject',
      'match.0.value': 'faktura (',
      'match.1.key': '',
      'match.1.value': '',
      'set.0.key': 'X-OTRS-Queue',
      'set.0.value': 'Junk',
    }
    const more = await (await send(path, { ...form, act: 'more' })).text()
    expect(more).toContain('name="match.5.key"')
    expect(more).toContain('faktura (')
    const wrong = await send(path, form)
    expect(wrong.status).toBe(422)
    expect(await wrong.text()).toMatch(/id="field-match\.0\.value-problem"[^>]*>To nie jest wyrażenie regularne/)
    const done = await send(path, {
      ...form,
      'match.0.value': 'faktura',
      'match.3.key': 'From',
      'match.3.value': 'EMAILADDRESS:.*@firma.example',
      'match.3.negated': 'not',
    })
    expect(done.status).toBe(303)
    const rows = await site.database.db
      .selectFrom('postmaster_filter_row')
      .selectAll()
      .where('filter_id', '=', location(done).split('/').at(-1)!)
      .orderBy('kind')
      .orderBy('place')
      .execute()
    expect(rows.map(({ kind, key, value, negated }) => [kind, key, value, negated])).toEqual([
      ['Match', 'Subject', 'faktura', false],
      ['Match', 'From', 'EMAILADDRESS:.*@firma.example', true],
      ['Set', 'X-OTRS-Queue', 'Junk', false],
    ])
  })

  it('are tried as they stand in the form, on a pasted mail and on a received one, without saving', async () => {
    const path = `/admin/mail/filters/${filled.filter}`
    const form = {
      name: 'x',
      'match.0.key': 'Subject',
      'match.0.value': 'sieci (w \\w+)',
      'set.0.key': 'X-OTRS-Title',
      'set.0.value': 'Gdzie: [***]',
      act: 'try',
    }
    const received = await (await send(path, { ...form, mailId: filled.inbound })).text()
    expect(received).toContain('Filtr pasuje do tego maila.')
    expect(received).toContain('Gdzie: w sali')
    const pasted = await (await send(path, { ...form, mail: 'Subject: co innego\n\nsieci w sali' })).text()
    expect(pasted).toContain('Filtr nie pasuje do tego maila.')
    expect((await send(path, form)).status).toBe(422)
    expect((await send(path, { ...form, mailId: '999999' })).status).toBe(422)
    expect(await page(path)).toContain('value="010 Alarmy PRTG"')
  })

  it("begin with a mail's sender and subject", async () => {
    const html = await page(`/admin/mail/filters/new?mail=${filled.failed}`)
    expect(html).toContain('value="EMAILADDRESS:x@obcy\\.example"')
    expect(html).toContain('value="^Zepsuty list"')
  })

  it('are switched off and on in the list; deleting asks first', async () => {
    const path = `/admin/mail/filters/${filled.filter}`
    const state = async () =>
      (await site.database.db.selectFrom('postmaster_filter').select('valid').where('id', '=', filled.filter).executeTakeFirst())?.valid
    await send(`${path}/switch`, { valid: 'off' }, '/admin/mail/filters')
    expect(await state()).toBe(false)
    await send(`${path}/switch`, { valid: 'on' }, '/admin/mail/filters')
    expect(await state()).toBe(true)
    expect(await page(`${path}/delete`)).toContain('Usunąć filtr „010 Alarmy PRTG”?')
    const made = location(
      await send('/admin/mail/filters/new', {
        name: 'Na chwilę',
        'match.0.key': 'From',
        'match.0.value': 'x',
        'set.0.key': 'X-OTRS-Loop',
        'set.0.value': 'yes',
      }),
    )
    expect((await send(`${made}/delete`, {})).status).toBe(303)
    expect((await boss.get(made)).status).toBe(404)
  })
})

describe('trying a mail', () => {
  it('tells outcome, ticket, reasons and what would be sent, and leaves nothing', async () => {
    const count = async () =>
      (
        await site.database.db
          .selectFrom('ticket')
          .select((eb) => eb.fn.countAll<string>().as('n'))
          .executeTakeFirstOrThrow()
      ).n
    const before = await count()
    const html = await (
      await send('/admin/mail/try', {
        raw: 'From: Paulina <paulina.szpak@student.uni.example>\nTo: siec@uni.example\nSubject: [PRTG] serwer9 DOWN\n\nx',
      })
    ).text()
    for (const words of [
      'nowe zgłoszenie',
      'Alarm: serwer9',
      '4 high',
      '010 Alarmy PRTG',
      'Wysłalibyśmy do: paulina.szpak@student.uni.example',
      'Niczego nie zapisano',
    ])
      expect(html).toContain(words)
    expect(await count()).toBe(before)
    expect((await send('/admin/mail/try', { raw: ' ' })).status).toBe(422)
  })

  it('takes a file and a received mail', async () => {
    const file = await send('/admin/mail/try', {
      file: new Blob(['From: obcy@gdzies.example\r\nTo: pomoc@uni.example\r\nSubject: z pliku\r\n\r\nx\r\n'], {
        type: 'message/rfc822',
      }) as never,
    })
    expect(await file.text()).toContain('z pliku')
    const html = await page(`/admin/mail/try?mail=${filled.inbound}`)
    expect(html).toContain('value="siec@uni.example"')
    expect(
      await (
        await send('/admin/mail/try', { mailId: filled.inbound, from: 'paulina.szpak@student.uni.example', to: 'siec@uni.example' })
      ).text(),
    ).toContain('Brak sieci w sali 214')
  })
})

describe('mails that wait for a decision', () => {
  const stuck = async () => {
    await site.database.db.updateTable('inbound_mail').set({ state: 'failed', outcome: 'failed' }).where('id', '=', filled.failed).execute()
    return `/admin/mail/in/${filled.failed}`
  }

  it('have a list of their own and are tried again together', async () => {
    await stuck()
    const html = await page('/admin/mail/in?state=stuck')
    expect(html).toContain('Zepsuty list')
    expect(html).not.toContain('Jeszcze czeka')
    expect((await send('/admin/mail/in/bulk', { id: filled.failed, act: 'retry' }, '/admin/mail/in?state=stuck')).status).toBe(303)
    expect(await mailRow(filled.failed)).toMatchObject({ state: 'accepted' })
    expect((await send('/admin/mail/in/bulk', { id: filled.inbound, act: 'retry' }, '/admin/mail/in')).status).toBe(404)
  })

  it('are delivered to a queue', async () => {
    const path = await stuck()
    expect((await send(`${path}/deliver`, { queue: '' }, path)).status).toBe(422)
    expect((await send(`${path}/deliver`, { queue: filled.queue }, path)).status).toBe(303)
    expect(await mailRow(filled.failed)).toMatchObject({ state: 'accepted', to_queue_id: filled.queue })
  })

  it('are deleted with a reason only, which stays', async () => {
    await stuck()
    const ask = location(await send('/admin/mail/in/bulk', { id: filled.failed, act: 'delete' }, '/admin/mail/in?state=stuck'))
    expect(await page(ask)).toContain('Usunąć ten mail?')
    const none = await send('/admin/mail/in/delete', { id: filled.failed, reason: ' ' }, ask)
    expect(none.status).toBe(422)
    expect(await none.text()).toContain('Napisz dlaczego')
    expect((await send('/admin/mail/in/delete', { id: filled.failed, reason: 'wirus' }, ask)).status).toBe(303)
    const row = await mailRow(filled.failed)
    expect(row).toMatchObject({ state: 'processed', outcome: 'deleted', blob_id: null })
    expect(row.reason!.at(-1)).toEqual({ step: 'person', decided: 'deleted', rule: 'deleted-by-hand', detail: 'wirus' })
    const fact = await site.database.db
      .selectFrom('fact')
      .select('data')
      .where('name', '=', 'admin.changed')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    expect(fact.data).toMatchObject({ what: 'inbound mail', id: filled.failed, after: { outcome: 'deleted', reason: 'wirus' } })
    expect(await page(`/admin/mail/in/${filled.failed}`)).toContain('Administrator usunął ten mail.')
    expect((await send('/admin/mail/in/delete', { id: filled.failed, reason: 'raz jeszcze' }, '/admin/mail/in')).status).toBe(404)
  })
})

describe('in the desk', () => {
  it('an answer begins with the salutation, shows the signature, takes a template with its file, and is sent with all of it', async () => {
    await site.make.work(await site.make.actor(filled.admin), async (work) => {
      await work.db
        .insertInto('group_person')
        .values({ group_id: filled.group, person_id: filled.admin, right: 'rw' })
        .onConflict((oc) => oc.doNothing())
        .execute()
    })
    const path = `/desk/tickets/${filled.ticket}`
    const html = await page(path)
    expect(html).toContain('Dzień dobry, Paulina Szpak!')
    expect(html).toContain('Podpis dołączymy sami:')
    const marks = marksOf(html, `ticket/${filled.ticket}/reply`)
    const inserted = await send(
      `${path}/insert?into=reply`,
      {
        ...marks,
        body: 'Dzień dobry, Paulina Szpak!\n\nSprawdziliśmy.',
        template: filled.template,
        insert: 'template',
        to: 'paulina.szpak@student.uni.example',
      },
      path,
    )
    expect(inserted.status).toBe(303)
    const text = await page(inserted.headers.get('location')!.split('#')[0]!)
    expect(text).toContain(`Sprawdziliśmy.\n\nInstrukcję połączenia`)
    expect(text).toContain(`Numer zgłoszenia: ${filled.ticketNumber}`)
    const file = /name="draft\.file" value="(\d+)" checked/.exec(text)![1]!
    const fields = { ...marksOf(text, `ticket/${filled.ticket}/reply`), body: 'Dzień dobry, Paulina Szpak!\n\nGotowe.', 'draft.file': file }
    expect((await send(`${path}/reply`, fields, path)).status).toBe(303)
    const article = await site.database.db
      .selectFrom('article')
      .select(['id', 'body'])
      .where('ticket_id', '=', filled.ticket)
      .where('sender_type', '=', 'agent')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(article.body).toBe('Dzień dobry, Paulina Szpak!\n\nGotowe.\n\n-- \nAda Nowak\nDział Informatyzacji, tel. 2447\n')
    expect(
      await site.database.db
        .selectFrom('article_attachment')
        .select(['name', 'content_type'])
        .where('article_id', '=', article.id)
        .execute(),
    ).toEqual([{ name: 'eduroam-instrukcja.pdf', content_type: 'application/pdf' }])
  })

  it('the salutation alone is refused as empty', async () => {
    const path = `/desk/tickets/${filled.ticket}`
    expect((await send(`${path}/reply`, { body: 'Dzień dobry, Paulina Szpak!\n\n' }, path)).status).toBe(422)
  })
})
