import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDesk, type DeskInBrowser } from '../../test/desk-browser.ts'
import { requireChromium } from '../../test/servers/chromium.ts'
import type { Site } from '../../test/web.ts'
import { deliveryFailed } from '../../core/ticket/change/undelivered.ts'
import { answerTicket, followUp, setState, takeTicket, type Id, type PersonActor } from '../../core/index.ts'

describe.skipIf(!requireChromium())('the desk in Chromium', () => {
  let site: Site
  let address: string
  let jan: PersonActor
  let open: DeskInBrowser['open']
  let house: DeskInBrowser

  beforeAll(async () => {
    house = await openDesk()
    ;({ site, address, jan, open } = house)
  })
  afterAll(() => house?.close())

  describe.each([
    ['with scripts', true],
    ['without scripts', false],
  ] as const)('what another does meanwhile, %s', (_name, scripts) => {
    const writes = (id: Id, personId: Id, body: string) =>
      site.make.asSystem((work) =>
        followUp(work, id, {
          article: { channel: 'email', senderType: 'customer', visible: true, personId, from: 'Róża', subject: 'Re', body },
        }),
      )

    it('two agents and a customer: nothing typed is lost, nothing leaves unasked or twice', async () => {
      const { id, customerId } = await site.make.ticket({ subject: 'Dwoje naraz' })
      const anna = await site.make.actor(await site.make.agent({ 1: ['rw'] }, { name: 'Anna Druga' }))
      const { context, page } = await open(`/desk/tickets/${id}`, { scripts })
      await page.locator('#reply').fill('Proszę wymienić kabel.')
      await site.make.work(anna, (work) => answerTicket(work, id, { body: 'Kabel już wymieniłam.' }))
      await writes(id, customerId, 'Działa, dziękuję.')
      // Where the page follows, what came slips in above, and what is typed stays.
      if (scripts) await page.locator('.timeline', { hasText: 'Działa, dziękuję.' }).waitFor()
      await page.locator('#reply').focus()
      await (scripts ? page.keyboard.press('Control+Enter') : page.getByRole('button', { name: 'Wyślij', exact: true }).click())
      const notice = page.locator('#reply-problems')
      await notice.waitFor()
      expect(await notice.innerText()).toMatch(/Kabel już wymieniłam\.[^]*Działa, dziękuję\.[^]*Prowadzi teraz Anna Druga\./)
      if (scripts) await page.waitForFunction(() => document.activeElement?.id === 'reply-problems')
      expect(await page.locator('#reply').inputValue()).toBe('Proszę wymienić kabel.')
      const sent = () =>
        site.make.db.selectFrom('outbound_mail').select('kind').where('ticket_id', '=', id).where('kind', '=', 'reply').execute()
      expect(await sent()).toHaveLength(1)
      await page.getByRole('button', { name: 'Wyślij mimo to' }).click()
      await page.locator('#notices', { hasText: 'Odpowiedź wysłana.' }).waitFor()
      expect(await sent()).toHaveLength(2)
      await context.close()
    })

    if (scripts)
      it('a menu that was opened knows what was seen then, not what slipped in above it', async () => {
        const { id, customerId } = await site.make.ticket({ subject: 'Menu otwarte' })
        const { context, page } = await open(`/desk/tickets/${id}`)
        await page.locator('#menu-close > summary').click()
        await page.locator('#close-note').fill('Załatwione przez telefon')
        await writes(id, customerId, 'Jednak nie działa.')
        await page.locator('.timeline', { hasText: 'Jednak nie działa.' }).waitFor()
        await page.locator('#menu-close .button-primary').click()
        await page.locator('#close-problems', { hasText: 'Jednak nie działa.' }).waitFor()
        expect(await page.locator('#close-note').inputValue()).toBe('Załatwione przez telefon')
        await page.getByRole('button', { name: 'Zamknij mimo to' }).click()
        await page.locator('#notices', { hasText: 'Zgłoszenie zamknięte.' }).waitFor()
        await context.close()
      })

    it('the owner is away while the customer writes: others find the ticket among those to take, and history says why', async () => {
      const owner = await site.make.agent({ 1: ['rw'] }, { name: 'Olga Nieobecna' })
      const { id, customerId } = await site.make.ticket({ subject: `Czeka na Olgę ${scripts}`, priorityId: '5' })
      await site.make.work(await site.make.actor(owner), (work) => takeTicket(work, id))
      await site.make.work(await site.make.actor(owner), (work) => setState(work, id, { stateId: '20', pendingUntil: null }))
      const { context, page } = await open('/desk', { scripts })
      expect(await page.locator(`#row-${id}`).count()).toBe(0)
      const day = 86_400_000
      await site.make.db
        .insertInto('person_absence')
        .values({
          person_id: owner,
          from_at: new Date(Date.now() - 1000 * day),
          until_at: new Date(Date.now() + 1000 * day),
          substitute_id: null,
          note: '',
        })
        .execute()
      await writes(id, customerId, 'Czy ktoś tam jest?')
      if (!scripts) await page.reload()
      await page.locator(`#row-${id} .row-take`).click()
      await page.locator('#notices', { hasText: 'Prowadzisz to zgłoszenie.' }).waitFor()
      await page.goto(`${address}/desk/tickets/${id}/history`)
      expect(await page.locator('main').textContent()).toContain('nie ma teraz osoby, która prowadzi zgłoszenie: Olga Nieobecna')
      await context.close()
    })

    it('the answer of a closed ticket bounces: it is open again, said to whoever writes there, and answered anew', async () => {
      const { id } = await site.make.ticket({ subject: 'Odbija się' })
      await site.make.work(jan, (work) => setState(work, id, { stateId: '2' }))
      const { context, page } = await open(`/desk/tickets/${id}`, { scripts })
      expect(await page.locator('.composer-closed').innerText()).toBe('Zgłoszenie jest zamknięte. Sama odpowiedź go nie otworzy.')
      await page.locator('#reply').fill('Jeszcze jedno wyjaśnienie.')
      await page.getByRole('button', { name: 'Wyślij', exact: true }).click()
      await page.locator('#notices', { hasText: 'Zgłoszenie pozostaje zamknięte.' }).waitFor()
      await page.locator('#reply').fill('I jeszcze drugie.')
      const mail = await site.make.db
        .selectFrom('outbound_mail')
        .select(['ticket_id', 'article_id', 'kind', 'recipients'])
        .where('ticket_id', '=', id)
        .where('kind', '=', 'reply')
        .executeTakeFirstOrThrow()
      await site.make.asSystem((work) => deliveryFailed(work, mail, [], '550 5.1.1 User unknown'))
      await page.getByRole('button', { name: 'Wyślij', exact: true }).click()
      await page.locator('#reply-problems', { hasText: 'Stan: otwarte' }).waitFor()
      expect(await page.locator('#reply').inputValue()).toBe('I jeszcze drugie.')
      expect(await page.locator('.composer-closed').count()).toBe(0)
      await page.goto(`${address}/desk/view/undelivered`)
      await page.getByRole('link', { name: 'Odbija się' }).first().click()
      await page.locator('#reply-head > summary').click()
      await page.locator('#reply-to').fill('nowy.adres@poczta.example')
      await page.locator('#reply').fill('Pod nowy adres.')
      await page.getByRole('button', { name: 'Wyślij', exact: true }).click()
      await page.locator('#notices', { hasText: 'Odpowiedź wysłana.' }).waitFor()
      expect(
        await site.make.db.selectFrom('ticket').select(['state_type', 'undelivered_at']).where('id', '=', id).executeTakeFirst(),
      ).toEqual({ state_type: 'open', undelivered_at: null })
      await context.close()
    })
  })
})
