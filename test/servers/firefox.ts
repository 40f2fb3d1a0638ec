/** Owns Debian's Firefox ESR for tests, driven by WebDriver BiDi on a port of its own; it ends with its process group. */
import puppeteer, { type ElementHandle, type Page } from 'puppeteer-core'
import { debianProgram } from './debian.ts'
import { seen, tabOf, type Browser, type Driver } from './tab.ts'

/** The path of Firefox, or undefined with the missing package said aloud: `describe.skipIf(!requireFirefox())`. */
export const requireFirefox = (): string | undefined => debianProgram('/usr/bin/firefox-esr', ['firefox-esr'])

/** Starts the browser in two seconds; close it in afterAll. */
export async function launchFirefox(): Promise<Browser> {
  const executablePath = requireFirefox()
  if (!executablePath) throw new Error('Firefox is not installed')
  const firefox = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    defaultViewport: { width: 1280, height: 900 },
    // Dates and words as a Polish person has them; nobody is called.
    extraPrefsFirefox: { 'intl.accept_languages': 'pl,en', 'network.captive-portal-service.enabled': false },
  })
  return {
    name: 'Firefox',
    async open(site) {
      const page = await (await firefox.createBrowserContext()).newPage()
      return tabOf(driver(page), site)
    },
    close: () => firefox.close(),
  }
}

function driver(page: Page): Driver<ElementHandle<Element>> {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return {
    evaluate: (run, ...args) => page.evaluate(run as never, ...args) as never,
    find: async (css, text) => (await page.evaluateHandle(seen, css, text)).asElement() as ElementHandle<Element> | null,
    click: (element) => element.click(),
    type: (element, text) => element.type(text),
    attach: (element, path) => (element as ElementHandle<HTMLInputElement>).uploadFile(path),
    choose: async (element, value) => void (await element.select(value)),
    complaints: () => complaints,
  }
}
