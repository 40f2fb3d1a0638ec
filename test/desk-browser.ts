/** Owns the desk and the portal as tests drive them in Chromium: an agent with a session of their own, and pages that tell of their faults. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { PersonActor } from '../core/index.ts'
import desk from '../plugins/desk/index.tsx'
import portal from '../plugins/portal/index.tsx'
import { launchChromium } from './servers/chromium.ts'
import { openSite, type Site } from './web.ts'

export interface DeskInBrowser {
  site: Site
  browser: Browser
  address: string
  /** Reads and writes in the queue of whoever made none. */
  jan: PersonActor
  session: string
  open(path: string, options?: { scripts?: boolean; session?: string }): Promise<Opened>
  close(): Promise<void>
}
/** `faults`: what its scripts and its console said went wrong. */
interface Opened {
  context: BrowserContext
  page: Page
  faults: string[]
}

/** Call it where Chromium is there, in beforeAll; close it in afterAll. */
export async function openDesk(): Promise<DeskInBrowser> {
  const site = await openSite([desk, portal])
  const jan = await site.make.actor(await site.make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski', address: 'jan@uni.example' }))
  const session = await site.session(jan.id)
  const address = await site.serve()
  const browser = await launchChromium()
  return {
    site,
    browser,
    address,
    jan,
    session,
    async open(path, options = {}) {
      const context = await browser.newContext({
        locale: 'pl-PL',
        viewport: { width: 1280, height: 900 },
        javaScriptEnabled: options.scripts ?? true,
      })
      await context.addCookies([{ name: 'pomoc', value: options.session ?? session, url: address }])
      const page = await context.newPage()
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text())
      })
      await page.goto(address + path)
      if (options.scripts ?? true) await page.waitForSelector('html[data-live]')
      return { context, page, faults }
    },
    async close() {
      await browser.close()
      await site.close()
    },
  }
}

/** Presses a key that puts the keyboard into a field; again when a window just opened swallowed it. */
export async function pressInto(page: Page, key: string, field: string): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    await page.keyboard.press(key)
    if (
      await page
        .locator(`${field}:focus`)
        .waitFor({ timeout: 5000 })
        .then(
          () => true,
          () => false,
        )
    )
      return
  }
  throw new Error(`${key} did not lead into ${field}`)
}

/** The files that go with an answer, as its form names them. */
export const keptFiles = (page: Page) => page.locator('#reply-kept').textContent()
