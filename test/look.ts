/** Owns looking at pages as people do: light and dark, wide and narrow, Polish and English, with and without scripts. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'

export interface View {
  name: string
  path: string
  /** Session token of who looks; nobody logged in without it. */
  session?: string
  /** What is done before looking: a menu opened, a form sent. */
  act?(page: Page): Promise<void>
  /** Statuses that are meant to be: 404 of an error page. */
  status?: number
}

export interface Look {
  language: 'pl' | 'en'
  colours: 'light' | 'dark'
  /** 320: what a wide window shows at 400 % (WCAG 1.4.10). */
  width: 1280 | 390 | 320
}

/** Two in every run, which have each language and colour once, wide and at the narrowest; all four with POMOC_LOOK and in `npm run test:long`. */
export const LOOKS: Look[] = [
  { language: 'pl', colours: 'light', width: 1280 },
  { language: 'en', colours: 'dark', width: 320 },
  ...(process.env['POMOC_LOOK'] || process.env['POMOC_LONG'] === 'yes'
    ? ([
        { language: 'en', colours: 'dark', width: 1280 },
        { language: 'pl', colours: 'light', width: 390 },
      ] satisfies Look[])
    : []),
]

/** For files with many pages: one of the two in every run, all four in the long one. */
export const oneLook = (which: 0 | 1): Look[] => (LOOKS.length > 2 ? LOOKS : [LOOKS[which]!])

/**
 * For files with many pages and both looks: in every run each page is looked at in one of the two, by turns, so that both are
 * tried on half of the pages; the long run looks at all pages in all four.
 */
export const byTurns = (views: View[], look: Look): View[] =>
  LOOKS.length > 2 ? views : views.filter((_view, n) => n % LOOKS.length === LOOKS.indexOf(look))

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A page waits for the server, for its scripts and for axe by turns: so many fill the time without being slower each. */
const AT_ONCE = 2

/**
 * Looks at all views, several at a time; answers what is wrong, by the views' names. Whoever looks keeps a window from view to
 * view, as a person does; cookies begin anew with each.
 */
export async function lookAtAll(browser: Browser, site: string, views: View[], look: Look): Promise<Record<string, string[]>> {
  const faults: Record<string, string[]> = {}
  const left = [...views]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const windows = new Map<string | undefined, Window>()
      try {
        for (let view = left.shift(); view; view = left.shift()) {
          const window = windows.get(view.session) ?? (await openWindow(browser, look))
          windows.set(view.session, window)
          const found = await lookAt(window, site, view, look)
          if (found.length > 0) faults[view.name] = found
        }
      } finally {
        for (const { context } of windows.values()) await context.close()
      }
    }),
  )
  return faults
}

interface Window {
  context: BrowserContext
  page: Page
  /** What the page said was wrong, by itself. */
  said: string[]
}

async function openWindow(browser: Browser, look: Look): Promise<Window> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 900 },
    colorScheme: look.colours,
    locale: look.language === 'pl' ? 'pl-PL' : 'en-GB',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const said: string[] = []
  page.on('pageerror', (error) => said.push(`script: ${error.message}`))
  page.on('console', (message) => {
    // A page that is an error says so in the console too.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) said.push(`console: ${message.text()}`)
  })
  return { context, page, said }
}

/**
 * Opens a view and answers what is wrong with it: broken accessibility rules (WCAG 2.2 AA), content wider than the screen, targets too small,
 * errors in the console, a status that was not meant. Pictures go to the folder named in POMOC_LOOK, when it is set.
 */
async function lookAt({ context, page, said }: Window, site: string, view: View, look: Look): Promise<string[]> {
  const faults: string[] = []
  said.length = 0
  await context.clearCookies()
  if (view.session) await context.addCookies([{ name: 'pomoc', value: view.session, url: site }])
  const separator = view.path.includes('?') ? '&' : '?'
  const response = await page.goto(`${site}${view.path}${separator}lang=${look.language}`, { waitUntil: 'load' })
  if (response?.status() !== (view.status ?? 200)) faults.push(`status ${response?.status()}`)
  if (view.act) {
    await view.act(page)
    // A form that was sent by it is on its way until another page stands there.
    await page.waitForFunction(() => document.readyState === 'complete' && !document.querySelector('form[data-sent]'))
  }
  const folder = process.env['POMOC_LOOK']
  if (folder) {
    mkdirSync(folder, { recursive: true })
    await page.setViewportSize({ width: look.width, height: await page.evaluate(() => document.documentElement.scrollHeight) })
    await page.waitForLoadState('load')
    await page.screenshot({ path: join(folder, `${view.name}-${look.language}-${look.colours}-${look.width}.png`) })
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  if (wide > 0) faults.push(`${wide} px wider than the screen: ${(await page.evaluate(tooWide)).join(', ')}`)
  faults.push(...(await page.evaluate(smallTargets)))
  await page.evaluate(axe)
  faults.push(
    ...(await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(options: object): Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] }>
        }
      }
      const { violations } = await axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        // Only what is broken is told, and not where: what holds need not be described.
        resultTypes: ['violations'],
        selectors: false,
        // What a stranger mailed is not ours to mend.
        iframes: false,
      })
      return violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.html.slice(0, 160)} – ${node.failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`),
      )
    })),
  )
  if (folder) await page.setViewportSize({ width: look.width, height: 900 })
  return [...said, ...faults]
}

/**
 * What is pressed and is less than 24 px high or wide (WCAG 2.5.8), but for words in a sentence, a box whose label is pressed too, and a
 * bare box with room around it. Stricter than the rule, which lets anything be small that stands apart. Runs in the page.
 */
function smallTargets(): string[] {
  const faults: string[] = []
  const apart = (box: HTMLElement) => {
    const centre = (one: Element) => {
      const { left, right, top, bottom } = one.getBoundingClientRect()
      return [(left + right) / 2, (top + bottom) / 2] as const
    }
    const [x, y] = centre(box)
    return [...document.querySelectorAll('a[href], button, input:not([type=hidden])')].every((other) => {
      const [otherX, otherY] = centre(other)
      return other === box || Math.hypot(x - otherX, y - otherY) >= 24
    })
  }
  const seen = (rect: DOMRect) => rect.width > 1 && rect.height > 1
  for (const element of document.querySelectorAll<HTMLElement>(
    'a[href], button, summary, select, textarea, input:not([type=hidden]), [tabindex="0"]',
  )) {
    if (!element.checkVisibility() || element.matches(':disabled, .skip') || element.closest('.only-heard')) continue
    const rects = [element, ...((element as HTMLInputElement).labels ?? [])].map((one) => one.getBoundingClientRect()).filter(seen)
    if (rects.length === 0) continue
    const around = element.parentElement!
    const inSentence = getComputedStyle(element).display === 'inline' && around.textContent.trim() !== element.textContent.trim()
    if (inSentence) continue
    const size = (from: 'left' | 'top', to: 'right' | 'bottom') =>
      Math.max(...rects.map((rect) => rect[to])) - Math.min(...rects.map((rect) => rect[from]))
    const [width, height] = [size('left', 'right'), size('top', 'bottom')]
    // A bare box of a table has room around it instead: no other within a circle of 24 px.
    if (element.matches('[type=checkbox], [type=radio]') && rects.length === 1 && apart(element)) continue
    if (width < 23.5 || height < 23.5)
      faults.push(`${Math.round(width)}×${Math.round(height)} px to press: ${element.outerHTML.slice(0, 160)}`)
  }
  return faults
}

/** What reaches beyond the screen and does not hold anything else that does. */
function tooWide(): string[] {
  const screen = document.documentElement.clientWidth
  const wide = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > screen + 0.5)
  return wide.filter((one) => !wide.some((other) => other !== one && one.contains(other))).map((one) => one.outerHTML.slice(0, 200))
}
