/** The only administrator has lost password, phone and recovery codes: whoever has the server lets them in again, while the program runs. */
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, requireChromium } from '../servers/chromium.ts'
import { builtAndUsed, onStage } from '../stage.ts'

const codeOf = (secret: string) => new TOTP({ secret: Secret.fromBase32(secret) }).generate()

describe.skipIf(!requireChromium())('an administrator who lost everything', () => {
  let browser: Browser
  beforeAll(async () => {
    await builtAndUsed()
    browser = await launchChromium()
  }, 180_000)
  afterAll(() => browser?.close())

  it('is let in again from the console, with and without JavaScript', { timeout: 180_000 }, async (context) => {
    const stage = await onStage(context)
    const program = stage.start()
    await program.ready
    const at = /http:\/\/\S+:\d+/.exec(program.stdout)![0]
    const console = async (...args: string[]): Promise<string> => {
      const run = stage.run(args, { POMOC_BASE_URL: at })
      const { code } = await run.ended
      expect([args.join(' '), code, run.stderr]).toEqual([args.join(' '), 0, ''])
      return run.stdout
    }
    const linkIn = (said: string) => `${at}${/\/password\/[\w-]{43}/.exec(said)![0]}`

    /** Sets a password by a link: a common one is refused with the reason first. */
    async function setPassword(page: Page, link: string, password: string): Promise<void> {
      await page.goto(link)
      for (const one of ['administrator1', password]) {
        await page.fill('input[name=password]', one)
        await page.fill('input[name=password2]', one)
        await page.click('main button[type=submit]')
        if (one !== password) await page.waitForSelector('.field-problem')
      }
    }
    const open = async (javaScriptEnabled: boolean): Promise<Page> => {
      const page = await (await browser.newContext({ javaScriptEnabled, locale: 'pl-PL' })).newPage()
      page.setDefaultTimeout(20_000)
      return page
    }

    let link = linkIn(program.stdout)
    for (const [javaScript, login] of [
      [true, 'admin'],
      [false, 'zapasowy'],
    ] as const) {
      if (login !== 'admin') {
        await console('user', 'add', login, '--name', 'Zapasowy', '--admin')
        link = linkIn(await console('link', login))
      }
      const page = await open(javaScript)
      await setPassword(page, link, 'kawa parasol turbina ogórek')
      await page.waitForURL(/\/admin/)
      await page.goto(`${at}/account/second-factor`)
      await page.click('form[action$="/begin"] button')
      const secret = (await page.textContent('.secret-key code'))!.replaceAll(' ', '')
      await page.fill('#code-confirm', codeOf(secret))
      await page.click('form[action$="/confirm"] button')
      await page.waitForSelector('.recovery-codes')
      await page.context().close()

      // Years later, all of it lost.
      const said = await console('link', login)
      expect(said).toContain(`factor-off ${login}`)
      const other = await open(javaScript)
      await setPassword(other, linkIn(said), 'wiosna za kwaśna śruba')
      await other.waitForURL(/\/login\/code/)
      expect(await console('factor-off', login)).toMatch(/^Two-step login of .* is off\.\n$/)
      await other.goto(`${at}/login`)
      await other.fill('input[name=login]', login)
      await other.fill('input[name=password]', 'wiosna za kwaśna śruba')
      await other.click('form[action="/login"] button[type=submit]')
      await other.waitForURL(/\/desk/)
      await other.goto(`${at}/admin/audit`)
      expect(await other.textContent('main')).toMatch(/Logowanie dwuetapowe osoby/)
      await other.context().close()
    }
    program.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: 0 })
  })
})
