/** Owns the browser that tests drive: Debian's Chromium, as the package that holds it without a window. */
import { chromium } from 'playwright-core'
import type { Browser, ElementHandle, Page } from 'playwright-core'
import { debianProgram } from './debian.ts'
import { seen, tabOf, type Tab } from './tab.ts'

/** How Chromium runs as root, without a screen and without calling anybody. */
export const launchArgs = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Each page that a sandbox holds would get a process of its own: twice the work, and nothing that a test is about.
  '--disable-site-isolation-trials',
]

/** The same engine and pages at half the work: nothing is drawn for a window that nobody sees. The path of Chromium, or undefined with the missing package said aloud: `describe.skipIf(!requireChromium())`. */
export const requireChromium = (): string | undefined => debianProgram('/usr/bin/chromium-headless-shell', ['chromium-headless-shell'])

/** Starts the browser; close it in afterAll. Call it only where requireChromium answered a path. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = requireChromium()
  if (!executablePath) throw new Error('Chromium is not installed')
  return chromium.launch({ executablePath, args: launchArgs })
}

/** A page with the gestures that every browser has here; typing goes on at the end of what a field holds. */
export const chromiumTab = (page: Page, site: string): Tab =>
  tabOf<ElementHandle<Element>>(
    {
      evaluate: (run, ...args) => page.evaluate(called(run, args)),
      find: async (css, text) => (await page.evaluateHandle(called(seen, [css, text]))).asElement() as ElementHandle<Element> | null,
      click: (element) => element.click(),
      type: async (element, text) => {
        await element.focus()
        await page.keyboard.press('Control+End')
        await page.keyboard.type(text)
      },
      attach: (element, path) => element.setInputFiles(path),
      choose: async (element, value) => void (await element.selectOption(value)),
      complaints: () => [],
    },
    site,
  )

const called = (run: (...args: never[]) => unknown, args: unknown[]): string => `(${String(run)})(...${JSON.stringify(args)})`
