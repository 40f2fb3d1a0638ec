/** A dean's office opts in, answers its people by web and by mail, and opts out again: over real sockets, in a real browser. */
import { createTransport } from 'nodemailer'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Id } from '../../core/database/schema.ts'
import type { Program } from '../../core/run/main.ts'
import { addUnitAdministrator } from '../../core/permission/unit-administrators.ts'
import { setPassword } from '../../core/person/login.ts'
import { createSystemAddress } from '../../core/queue/system-addresses.ts'
import { setRoute } from '../../core/unit/routing.ts'
import { createTopic } from '../../core/unit/topics.ts'
import type { Maker } from '../make.ts'
import { launchChromium, requireChromium } from '../servers/chromium.ts'
import type { MailSink } from '../servers/mail-sink.ts'
import { startWhole, type Whole } from '../whole.ts'

const PASSWORD = 'dobre długie hasło'
const OFFICE = 'Wydział Mechaniczny – Dziekanat'

/** Tuesday 17 November 2026 in Warsaw, which is an hour ahead of UTC. */
const tuesday = (hour: number, minute: number) => new Date(Date.UTC(2026, 10, 17, hour - 1, minute))

/** What the unit switches on, and the first answer it writes there. */
const SWITCHED = {
  name: 'faq',
  page: 'faq',
  category: 'Sprawy studenckie',
  question: 'Jak przedłużyć legitymację?',
  answer: 'Przyjdź z nią do pokoju 112.',
}

describe.skipIf(!requireChromium())('a unit that opts in', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  // Both ways in the long run; here the one in which more can go wrong.
  for (const javaScriptEnabled of process.env['POMOC_LONG'] === 'yes' ? [true, false] : [true]) {
    describe.concurrent(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
      const clock = { now: tuesday(9, 30) }
      let whole: Whole
      let database: Whole['database']
      let program: Program
      let sink: MailSink
      let make: Maker
      let office: Id
      let other: Id
      const topics: Record<string, Id> = {}
      const central: Record<string, Id> = {}
      const contexts: BrowserContext[] = []

      beforeAll(async () => {
        whole = await startWhole(['desk', 'portal', 'admin', 'units', 'faq', 'smtp-receiver'], () => clock.now)
        ;({ program, database, sink, make } = whole)
        const faculty = await make.unit({ name: 'Wydział Mechaniczny' })
        office = await make.unit({ name: OFFICE, parentId: faculty })
        other = await make.unit({ name: 'Wydział Chemiczny – Dziekanat' })
        for (const [name, queue] of [
          ['HMS', 'HMS centralnie'],
          ['Poczta', 'Poczta centralnie'],
        ] as const) {
          topics[name] = await make.asSystem((work) => createTopic(work, '1', { name, nameEn: '', sort: 0, valid: true }))
          central[name] = await make.queue({ name: queue })
          await make.asSystem((work) => setRoute(work, '1', topics[name]!, central[name]!))
          await make.asSystem((work) =>
            createSystemAddress(work, {
              address: `${name.toLowerCase()}@uni.example`,
              name,
              queueId: central[name]!,
              valid: true,
              byUnit: true,
              topicId: topics[name]!,
            }),
          )
        }
        const people = {
          dorota: await make.person({
            name: 'Dorota Dziekańska',
            login: 'dorota',
            address: 'dorota@uni.example',
            agent: true,
            unitId: office,
          }),
          marek: await make.person({ name: 'Marek Mechaniczny', login: 'marek', address: 'marek@uni.example', unitId: office }),
          celina: await make.person({ name: 'Celina Chemiczna', login: 'celina', address: 'celina@uni.example', unitId: other }),
          anna: await make.person({ name: 'Anna Pierwsza', login: 'anna', address: 'anna@uni.example', unitId: office }),
          bogdan: await make.person({ name: 'Bogdan Drugi', login: 'bogdan', address: 'bogdan@uni.example', unitId: office }),
        }
        await make.person({ name: 'Zofia Bezhasłowa', address: 'zofia@uni.example', unitId: other })
        for (const id of Object.values(people)) await setPassword(program.host, id, PASSWORD)
        await make.asSystem((work) => addUnitAdministrator(work, office, people.dorota))
      })
      afterAll(async () => {
        for (const context of contexts) await context.close()
        await whole?.stop()
      })

      const open = async (login: string): Promise<Page> => {
        const context = await browser.newContext({ javaScriptEnabled, locale: 'pl-PL', baseURL: program.addresses.get('web')! })
        contexts.push(context)
        const page = await context.newPage()
        page.setDefaultTimeout(20_000)
        await page.goto('/login')
        await page.getByLabel('Login albo adres e-mail').fill(login)
        await page.getByLabel('Hasło').fill(PASSWORD)
        await page.getByRole('button', { name: 'Zaloguj się' }).click()
        await page.waitForURL((url) => url.pathname !== '/login')
        return page
      }
      const send = (mail: Parameters<ReturnType<typeof createTransport>['sendMail']>[0]) => {
        const { hostname, port } = new URL(program.addresses.get('mail')!)
        return createTransport({ host: hostname, port: Number(port), tls: { rejectUnauthorized: false } }).sendMail(mail)
      }
      /** Where a ticket lies: its queue and topic. */
      const placeOf = (title: string) =>
        database.db
          .selectFrom('ticket')
          .innerJoin('queue', 'queue.id', 'ticket.queue_id')
          .select(['queue.name as queue', 'ticket.topic_id as topic', 'ticket.state_type as state', 'ticket.id'])
          .where('ticket.title', '=', title)
          .executeTakeFirst()
      /** The answer to a mail is sent once its ticket is made. */
      const byMail = async (from: string, to: string, subject: string) => {
        await send({ from, to, subject, text: 'Dzień dobry, proszę o pomoc.' })
        await sink.waitFor((mail) => mail.parsed.subject?.includes(subject) ?? false, 45_000)
        return placeOf(subject)
      }
      /** Chooses a topic and reads who will answer; without scripts a button asks. */
      const choose = async (page: Page, topic: string, answers: string) => {
        await page.goto('/')
        await page.getByLabel('Czego dotyczy').selectOption({ label: topic })
        if (!javaScriptEnabled) await page.getByRole('button', { name: 'Pokaż, kto odpowie' }).click()
        await page.locator('#promise').getByText(`Odpowie: ${answers}.`).waitFor()
        // The same unit may have stood there before: the reason is told only once a topic is chosen.
        await page.locator('#promise').getByText('Dlaczego ta jednostka?').waitFor()
        return page.locator('#promise').innerText()
      }
      const file = async (page: Page, topic: string, answers: string, subject: string) => {
        const promised = await choose(page, topic, answers)
        await page.getByLabel('Temat').fill(subject)
        await page.getByLabel('Opis').fill('Dzień dobry, proszę o pomoc.')
        await page.getByRole('button', { name: 'Wyślij zgłoszenie' }).click()
        await page.waitForURL(/\/tickets\//)
        await page.getByText(`Odpowie: ${answers}.`).first().waitFor()
        return promised
      }

      /** Whoever is not the unit's own says no, hears that it was taken back or too late; who says yes is let go again, and gets in as before. */
      const asksOthers = async () => {
        const base = program.addresses.get('web')!
        const slug = (await database.db.selectFrom('unit').select('slug').where('id', '=', office).executeTakeFirstOrThrow()).slug
        const dorota = await open('dorota')
        const invite = async (who: string, page: 'people' | 'administrators', button: string) => {
          const before = sink.mails.length
          await dorota.goto(`/u/${slug}/admin/${page}`)
          await dorota.getByLabel('Adres e-mail albo login').fill(who)
          await dorota.getByRole('button', { name: button, exact: true }).click()
          await dorota.getByText('Zaproszenie wysłane').waitFor()
          const mail = await sink.waitFor(
            (one) => sink.mails.indexOf(one) >= before && /Zaproszenie do/.test(one.parsed.subject ?? ''),
            45_000,
          )
          return /\/appointments\/\d+/.exec(mail.parsed.text!)![0]
        }

        // She says no.
        let link = await invite('celina@uni.example', 'people', 'Dodaj')
        const celina = await open('celina')
        await celina.goto('/')
        await celina.getByRole('link', { name: `Zaproszenie do jednostki „${OFFICE}”` }).click()
        await celina.getByText('Dorota Dziekańska zaprasza Cię').waitFor()
        expect(new URL(celina.url()).pathname).toBe(link)
        expect((await dorota.request.get(link)).status()).toBe(404)
        await celina.getByRole('button', { name: 'Odrzuć' }).click()
        await celina.getByText('Zaproszenie odrzucone').waitFor()
        expect((await celina.request.get('/desk')).status()).toBe(404)
        await dorota.goto(`/u/${slug}/admin/people`)
        await dorota.getByText('Zaproszenie zostało odrzucone.').waitFor()

        // It is taken back.
        link = await invite('celina@uni.example', 'administrators', 'Zaproś')
        await dorota.getByRole('button', { name: 'Cofnij zaproszenie' }).click()
        await dorota.getByText('Zaproszenie cofnięte').waitFor()
        await celina.goto(link)
        await celina.getByText('Zaproszenie zostało cofnięte.').waitFor()
        expect(await celina.getByRole('button', { name: 'Przyjmij' }).count()).toBe(0)

        // Who has no password gets in by a link, before she answers and after she was let go.
        link = await invite('zofia@uni.example', 'people', 'Dodaj')
        const byLink = async (): Promise<Page> => {
          const before = sink.mails.length
          const context = await browser.newContext({ javaScriptEnabled, locale: 'pl-PL', baseURL: base })
          contexts.push(context)
          const page = await context.newPage()
          page.setDefaultTimeout(20_000)
          await page.goto('/login')
          await page.getByLabel('Twój adres e-mail').fill('zofia@uni.example')
          await page.getByRole('button', { name: 'Wyślij mi odnośnik' }).click()
          const mail = await sink.waitFor(
            (one) => sink.mails.indexOf(one) >= before && /\/login\/link\//.test(one.parsed.text ?? ''),
            45_000,
          )
          await page.goto(/\/login\/link\/\S+/.exec(mail.parsed.text!)![0])
          await page.getByRole('button', { name: /Zaloguj|Wejdź/ }).click()
          await page.waitForURL((url) => !url.pathname.startsWith('/login'))
          return page
        }
        const zofia = await byLink()
        await zofia.goto(link)
        await zofia.getByRole('button', { name: 'Przyjmij' }).click()
        await zofia.waitForURL(/\/desk/)
        await zofia.getByText(`Zaproszenie przyjęte: „${OFFICE}”.`).waitFor()
        await dorota.goto(`/u/${slug}/admin/people`)
        const row = dorota.getByRole('listitem').filter({ hasText: 'Zofia Bezhasłowa' })
        await row.getByRole('combobox').selectOption({ label: 'nic' })
        await row.getByRole('button', { name: 'Zapisz' }).click()
        await dorota.getByText('Zapisano prawa').waitFor()
        await sink.waitFor((one) => /Nie prowadzisz już zgłoszeń/.test(one.parsed.subject ?? ''), 45_000)
        expect((await zofia.request.get('/desk')).status()).toBe(404)
        expect(new URL((await byLink()).url()).pathname).toBe('/')

        // Nobody answers in time.
        link = await invite('celina@uni.example', 'people', 'Dodaj')
        const now = clock.now
        clock.now = new Date(now.getTime() + 14 * 24 * 3600_000)
        try {
          const late = await open('celina')
          await late.goto(link)
          await late.getByText('Zaproszenie wygasło bez odpowiedzi.').waitFor()
        } finally {
          clock.now = now
        }
      }

      it('opens its queues, adds its people, sets its hours, switches a plugin on, gets what the page said, and asks others in', async () => {
        const member = await open('marek')
        const stranger = await open('celina')
        await choose(member, 'HMS', 'Dział Informatyzacji')
        const before = await choose(stranger, 'HMS', 'Dział Informatyzacji')
        expect((await stranger.request.get('/u/unit-2/admin')).status()).toBe(404)
        const slug = (await database.db.selectFrom('unit').select('slug').where('id', '=', office).executeTakeFirstOrThrow()).slug

        // Opts in.
        const dorota = await open('dorota')
        await dorota.goto(`/u/${slug}/admin`)
        await dorota.getByRole('heading', { level: 1, name: OFFICE }).waitFor()
        await dorota.getByRole('button', { name: 'Zacznij prowadzić zgłoszenia' }).click()
        await dorota.getByText('Do zrobienia na początek').waitFor()

        // Two queues.
        for (const name of ['HMS', 'Poczta']) {
          await dorota.goto(`/u/${slug}/admin/queues/new`)
          await dorota.getByLabel('Nazwa').fill(name)
          await dorota.getByRole('button', { name: 'Otwórz kolejkę' }).click()
          await dorota.getByText(`Kolejka „${name}” jest otwarta.`).waitFor()
        }
        await dorota.goto(`/u/${slug}/admin/topics`)
        await dorota.getByLabel('HMS', { exact: true }).selectOption({ label: 'HMS' })
        await dorota.getByLabel('Poczta', { exact: true }).selectOption({ label: 'Poczta' })
        await dorota.getByRole('button', { name: 'Zapisz' }).first().click()
        await dorota.getByText('Zapisane.').waitFor()

        // Two agents, one by address, one by login.
        for (const [who, name] of [
          ['anna@uni.example', 'Anna Pierwsza'],
          ['bogdan', 'Bogdan Drugi'],
        ] as const) {
          await dorota.goto(`/u/${slug}/admin/people`)
          await dorota.getByLabel('Adres e-mail albo login').fill(who)
          await dorota.getByRole('button', { name: 'Dodaj', exact: true }).click()
          await dorota.getByText(`${name} pracuje teraz w jednostce.`).waitFor()
        }

        // Seven to three.
        await dorota.goto(`/u/${slug}/admin/hours`)
        for (const day of ['poniedziałek', 'wtorek', 'środa', 'czwartek', 'piątek']) await dorota.getByLabel(day).fill('7-15')
        await dorota.getByLabel('Przyjmujemy do').fill('14:00')
        await dorota.getByRole('button', { name: 'Zapisz' }).click()
        await dorota.getByText('Zapisane.').waitFor()
        await dorota.getByText('pon.–pt. 7:00–15:00').waitFor()

        // A plugin, for this unit only.
        expect((await dorota.request.get(`/u/${slug}/${SWITCHED.page}`)).status()).toBe(404)
        await dorota.goto(`/u/${slug}/admin/plugins`)
        await dorota.getByRole('listitem').filter({ hasText: SWITCHED.name }).getByRole('button', { name: 'Włącz' }).click()
        await dorota.getByText(`Wtyczka „${SWITCHED.name}” jest włączona.`).waitFor()
        await dorota.goto(`/u/${slug}/${SWITCHED.page}/categories/new`)
        await dorota.getByLabel('Nazwa', { exact: true }).fill(SWITCHED.category)
        await dorota.getByRole('button', { name: 'Zapisz' }).click()
        await dorota.getByText('Kategoria zapisana.').waitFor()
        await dorota.goto(`/u/${slug}/${SWITCHED.page}/new`)
        await dorota.getByLabel('Pytanie albo temat').fill(SWITCHED.question)
        await dorota.getByLabel('Odpowiedź').fill(SWITCHED.answer)
        await dorota.getByLabel('Kategoria').selectOption({ label: SWITCHED.category })
        await dorota.getByRole('button', { name: 'Zapisz' }).click()
        await dorota.getByText('Zapisany. Czytelnicy widzą ten tekst.').waitFor()
        await member.goto(`/${SWITCHED.page}`)
        await member.getByRole('link', { name: SWITCHED.question }).first().click()
        await member.getByText(SWITCHED.answer).waitFor()
        const otherSlug = (await database.db.selectFrom('unit').select('slug').where('id', '=', other).executeTakeFirstOrThrow()).slug
        expect((await dorota.request.get(`/u/${otherSlug}/${SWITCHED.page}`)).status()).toBe(404)
        expect((await dorota.request.get(`/u/${otherSlug}/admin`)).status()).toBe(404)

        // A member files by web and by mail; each lands where the page said.
        expect(await file(member, 'HMS', OFFICE, 'HMS przez stronę')).toContain('7:00–15:00')
        await file(member, 'Poczta', OFFICE, 'Poczta przez stronę')
        expect(await placeOf('HMS przez stronę')).toMatchObject({ queue: `${OFFICE}::HMS`, topic: topics['HMS'] })
        expect(await placeOf('Poczta przez stronę')).toMatchObject({ queue: `${OFFICE}::Poczta`, topic: topics['Poczta'] })
        expect(await byMail('marek@uni.example', 'hms@uni.example', 'HMS mailem')).toMatchObject({
          queue: `${OFFICE}::HMS`,
          topic: topics['HMS'],
        })
        expect(await byMail('marek@uni.example', 'poczta@uni.example', 'Poczta mailem')).toMatchObject({
          queue: `${OFFICE}::Poczta`,
          topic: topics['Poczta'],
        })

        // Why is kept with the mail, way and all.
        const kept = await database.db
          .selectFrom('inbound_mail')
          .select('reason')
          .where('subject', '=', 'HMS mailem')
          .executeTakeFirstOrThrow()
        expect(kept.reason).toContainEqual(
          expect.objectContaining({
            step: 'destination',
            rule: 'unit-topic',
            detail: 'hms@uni.example',
            route: { unitId: office, topicId: topics['HMS'], via: [{ unitId: office, said: 'taken' }] },
          }),
        )

        // After the unit's own cut-off it is tomorrow's there, and today's with central IT.
        clock.now = tuesday(14, 30)
        expect(await choose(member, 'HMS', OFFICE)).toContain('jutro')
        expect(await choose(stranger, 'HMS', 'Dział Informatyzacji')).toContain('przyjmiemy od razu')
        clock.now = tuesday(9, 40)

        // A member of another unit sees no difference, by web and by mail.
        expect(await choose(stranger, 'HMS', 'Dział Informatyzacji')).toBe(before)
        await file(stranger, 'HMS', 'Dział Informatyzacji', 'Chemia HMS')
        expect(await placeOf('Chemia HMS')).toMatchObject({ queue: 'HMS centralnie' })
        expect(await byMail('celina@uni.example', 'poczta@uni.example', 'Chemia poczta')).toMatchObject({ queue: 'Poczta centralnie' })
        expect(await byMail('nieznany@gdzie.example', 'hms@uni.example', 'Ktoś obcy')).toMatchObject({ queue: 'HMS centralnie' })

        // Its agents see the unit's tickets and no others; the ticket says why it is here.
        const anna = await open('anna')
        const own = (await placeOf('HMS mailem'))!.id
        await anna.goto(`/desk/tickets/${own}`)
        await anna.getByText(`„${OFFICE}” odpowiada w tej sprawie.`).waitFor()
        expect((await anna.request.get(`/desk/tickets/${(await placeOf('Chemia HMS'))!.id}`)).status()).toBe(404)

        // Opts out: asked first, with counts; nothing is lost.
        await dorota.goto(`/u/${slug}/admin`)
        await dorota.getByRole('link', { name: 'Przestań prowadzić zgłoszenia…' }).click()
        await dorota.getByText('Do przekazania: 4 otwarte zgłoszenia.').waitFor()
        await dorota.getByRole('button', { name: 'Przekaż i zakończ' }).click()
        await dorota.getByText('Przekazano 4 zgłoszenia.').waitFor()
        expect(await placeOf('HMS przez stronę')).toMatchObject({ queue: 'HMS centralnie', state: 'new' })
        expect(await placeOf('HMS mailem')).toMatchObject({ queue: 'HMS centralnie' })
        expect(await placeOf('Poczta mailem')).toMatchObject({ queue: 'Poczta centralnie' })
        await choose(member, 'HMS', 'Dział Informatyzacji')
        expect(await byMail('marek@uni.example', 'hms@uni.example', 'Po wycofaniu')).toMatchObject({ queue: 'HMS centralnie' })

        // Opting in again gives the queues back, as they were.
        await dorota.goto(`/u/${slug}/admin`)
        await dorota.getByRole('button', { name: 'Zacznij prowadzić zgłoszenia' }).click()
        await dorota.getByText('wróciły 3 kolejki').waitFor()
        await file(member, 'Poczta', OFFICE, 'Znów poczta')
        expect(await placeOf('Znów poczta')).toMatchObject({ queue: `${OFFICE}::Poczta` })

        await asksOthers()
      }, 300_000)
    })
  }
})
