/** One working day over real sockets and in a real browser, with JavaScript and without. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Program } from '../../core/run/main.ts'
import { setPassword } from '../../core/person/login.ts'
import type { Maker } from '../make.ts'
import { launchChromium, requireChromium } from '../servers/chromium.ts'
import type { MailSink } from '../servers/mail-sink.ts'
import { startWhole, type Whole } from '../whole.ts'

const PASSWORD = 'dobre długie hasło'
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const CUSTOMER = 'Paulina Szpak <paulina.szpak@student.example>'

/** Friday 20 November 2026 in Warsaw, which is an hour ahead of UTC. */
const friday = (hour: number, minute: number) => new Date(Date.UTC(2026, 10, 20, hour - 1, minute))

describe.skipIf(!requireChromium())('the working day', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  // Both ways in the long run.
  for (const javaScriptEnabled of process.env['POMOC_LONG'] === 'yes' ? [true, false] : [false]) {
    describe.concurrent(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
      const clock = { now: friday(14, 55) }
      let whole: Whole
      let database: Whole['database']
      let dataDir: string
      let program: Program
      let sink: MailSink
      let make: Maker
      const contexts: BrowserContext[] = []

      beforeAll(async () => {
        whole = await startWhole(['desk', 'portal', 'smtp-receiver'], () => clock.now)
        ;({ program, database, sink, make, dataDir } = whole)
        const agent = await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski', login: 'jkowalski', address: 'jan.kowalski@uni.example' })
        await setPassword(program.host, agent, PASSWORD)
      })
      afterAll(async () => {
        for (const context of contexts) await context.close()
        await whole?.stop()
      })

      const open = async (): Promise<Page> => {
        const context = await browser.newContext({ javaScriptEnabled, locale: 'pl-PL', baseURL: program.addresses.get('web')! })
        contexts.push(context)
        const page = await context.newPage()
        page.setDefaultTimeout(20_000)
        return page
      }
      const send = (mail: Parameters<ReturnType<typeof createTransport>['sendMail']>[0]) => {
        const { hostname, port } = new URL(program.addresses.get('mail')!)
        return createTransport({ host: hostname, port: Number(port), tls: { rejectUnauthorized: false } }).sendMail({
          to: 'pomoc@uni.example',
          ...mail,
        })
      }
      /** Without JavaScript a person presses F5; with it the page has to change by itself. */
      const appears = async (page: Page, text: string | RegExp) => {
        const place = page.locator('main').getByText(text).first()
        if (javaScriptEnabled) return place.waitFor()
        for (let attempt = 0; attempt < 40 && (await place.count()) === 0; attempt++) {
          await page.waitForTimeout(250)
          await page.reload()
        }
        await place.waitFor()
      }

      it('goes from a mail on Friday 15:01 to the closing mail', async () => {
        // An agent is at work, the list open.
        const agent = await open()
        await agent.goto('/login')
        await agent.getByLabel('Login albo adres e-mail').fill('jkowalski')
        await agent.getByLabel('Hasło').fill(PASSWORD)
        await agent.getByRole('button', { name: 'Zaloguj się' }).click()
        await agent.waitForURL(/\/desk/)
        await agent.goto('/desk/view/take')
        await agent.getByText('Nic nie czeka na wzięcie').waitFor()

        // Friday, one minute past three: a mail.
        clock.now = friday(15, 1)
        const first = await send({
          from: CUSTOMER,
          subject: 'Nie działa hasło do poczty – zażółć gęślą jaźń',
          text: 'Dzień dobry,\n\npo zmianie hasła w systemie poczta nie działa.\n\nPaulina Szpak',
          html: '<p>Dzień dobry,</p><p>po zmianie hasła w systemie <b>poczta</b> nie działa.</p><p><img src="cid:zrzut@klient.example" alt="zrzut"></p><p>Paulina Szpak</p>',
          attachments: [
            { filename: 'załącznik.pdf', content: PDF, contentType: 'application/pdf' },
            { filename: 'zrzut.png', content: PNG, cid: 'zrzut@klient.example', contentType: 'image/png' },
          ],
        })

        // The sender learns the number and that it is Monday's.
        const answer = await sink.waitFor((mail) => mail.to.includes('paulina.szpak@student.example'))
        const number = /2026112010\d{6}/.exec(answer.parsed.subject ?? '')?.[0] ?? ''
        expect(number).toMatch(/^\d{16}$/)
        expect(answer.parsed.text).toContain(number)
        expect(answer.parsed.text).toContain('w poniedziałek 23 listopada od 7:00')
        expect(answer.from).toBe('')
        expect(answer.parsed.headers.get('auto-submitted')).toBe('auto-replied')
        expect(answer.parsed.inReplyTo).toBe(first.messageId)

        // It stands in the open list by itself; the agent takes it.
        await appears(agent, 'Nie działa hasło do poczty – zażółć gęślą jaźń')
        await agent
          .getByRole('link', { name: /Nie działa hasło do poczty/ })
          .first()
          .click()
        await agent.getByRole('heading', { level: 1, name: /Nie działa hasło/ }).waitFor()
        const ticketUrl = agent.url()
        expect(await agent.getByText('załącznik.pdf').count()).toBeGreaterThan(0)
        const pdf = await agent.request.get(
          (await agent
            .getByRole('link', { name: /załącznik\.pdf/ })
            .first()
            .getAttribute('href')) ?? '',
        )
        expect(await pdf.body()).toEqual(PDF)
        await agent.getByRole('button', { name: /^Weź/ }).click()
        await agent.getByRole('button', { name: 'Oddaj' }).waitFor()

        // A note for colleagues, then an answer with a file.
        await agent.getByText('dla agentów, zgłaszający jej nie zobaczy').click()
        await agent.getByLabel('Treść notatki').fill('Konto zablokowane w katalogu – tajne dla zgłaszającej.')
        await agent.getByRole('button', { name: 'Dodaj notatkę' }).click()
        await agent.getByText('Konto zablokowane w katalogu').first().waitFor()
        const guide = join(dataDir, 'instrukcja – hasło.txt')
        await writeFile(guide, 'Wpisz nowe hasło w programie pocztowym.\n')
        await agent.getByLabel('Treść odpowiedzi').fill('Dzień dobry,\n\nproszę wpisać nowe hasło według instrukcji.\n\nJan Kowalski')
        await agent.locator('#reply-form input[type=file]').setInputFiles(guide)
        await agent.getByRole('button', { name: 'Wyślij', exact: true }).click()
        await agent.locator('.timeline').getByText('proszę wpisać nowe hasło według instrukcji').first().waitFor()
        const reply = await sink.waitFor((mail) => mail.parsed.text?.includes('nowe hasło według instrukcji') ?? false, 45_000)
        expect(reply.parsed.subject).toBe(`Re: [Ticket#${number}] Nie działa hasło do poczty – zażółć gęślą jaźń`)
        expect(reply.parsed.inReplyTo).toBe(first.messageId)
        expect([reply.parsed.references].flat()).toContain(first.messageId)
        expect(reply.from).toBe('pomoc@uni.example')
        expect(reply.parsed.attachments.map((file) => [file.filename, file.content.toString()])).toEqual([
          ['instrukcja – hasło.txt', 'Wpisz nowe hasło w programie pocztowym.\n'],
        ])
        expect(reply.parsed.text).not.toContain('tajne')
        await appears(agent, 'wysłano')

        // The customer answers by mail: the same ticket.
        clock.now = friday(15, 20)
        await send({
          from: CUSTOMER,
          subject: `Odp: ${reply.parsed.subject}`,
          inReplyTo: reply.parsed.messageId!,
          references: [first.messageId, reply.parsed.messageId!],
          text: 'Dziękuję, teraz działa telefon, ale nie laptop.',
        })
        await appears(agent, 'teraz działa telefon, ale nie laptop')
        expect(agent.url()).toContain(ticketUrl.split('#')[0])
        expect(await database.db.selectFrom('ticket').select('number').execute()).toEqual([{ number }])

        // The customer looks at the portal, with a one-time link, and sees what is theirs and nothing else.
        make.now = clock.now
        const foreign = await make.ticket({ subject: 'Cudza sprawa' })
        const customer = await open()
        await customer.goto('/login')
        await customer.getByLabel('Twój adres e-mail').fill('paulina.szpak@student.example')
        await customer.getByRole('button', { name: 'Wyślij mi odnośnik' }).click()
        await customer.getByText('Sprawdź pocztę').first().waitFor()
        const letter = await sink.waitFor((mail) => /\/login\/link\//.test(mail.parsed.text ?? ''))
        await customer.goto(/https?:\/\/\S+\/login\/link\/\S+/.exec(letter.parsed.text!)![0])
        await customer.getByRole('button', { name: 'Wejdź' }).click()
        await customer
          .getByRole('link', { name: /Nie działa hasło do poczty/ })
          .first()
          .click()
        await customer.getByText('proszę wpisać nowe hasło według instrukcji').first().waitFor()
        await customer.getByText('teraz działa telefon').first().waitFor()
        const shown = await customer.content()
        expect(shown).not.toContain('tajne dla zgłaszającej')
        expect(shown).not.toContain('Cudza sprawa')
        expect((await customer.request.get(`/tickets/${foreign.id}`)).status()).toBe(404)
        expect((await customer.request.get(new URL(ticketUrl).pathname)).status()).toBe(404)
        await customer.getByLabel('Twoja odpowiedź').fill('Laptop też już działa. Dziękuję!')
        await customer.getByRole('button', { name: 'Wyślij odpowiedź' }).click()
        await customer.getByText('Laptop też już działa').first().waitFor()

        // The agent sees it and closes; the customer is told.
        await appears(agent, 'Laptop też już działa')
        await agent.locator('#menu-close summary').click()
        await agent.locator('#menu-close').getByRole('button', { name: 'Zamknij' }).click()
        await appears(agent, 'załatwione')
        const closing = await sink.waitFor((mail) => /Zamknęliśmy/.test(mail.parsed.subject ?? ''), 45_000)
        expect(closing.to).toEqual(['paulina.szpak@student.example'])
        expect(closing.parsed.text).toContain(number)
        expect(closing.from).toBe('')
        await customer.reload()
        await customer
          .getByText(/załatwione/)
          .first()
          .waitFor()

        // Nothing more was sent than these: the auto-response, the answer, the link, the closing.
        expect(sink.mails.filter((mail) => mail.to.includes('paulina.szpak@student.example'))).toHaveLength(4)
      }, 180_000)
    })
  }
})
