/** Owns what a person does in a window of any browser, one that Playwright cannot drive too: looking, pressing, typing, going back. */
import { setTimeout as sleep } from 'node:timers/promises'

/** What a browser's own driver can do with one window; it waits for no page to load. `Element` is its name of something on the page. */
export interface Driver<Element> {
  /** Runs a function in the page, which sees nothing of what stands around it here; answers what JSON can hold. */
  evaluate<T, A extends unknown[]>(run: (...args: A) => T, ...args: A): Promise<T>
  find(css: string, text: string | null): Promise<Element | null>
  click(element: Element): Promise<void>
  /** Keys pressed in an element; in a field for files the path of one. */
  type(element: Element, text: string): Promise<void>
  attach(element: Element, path: string): Promise<void>
  choose(element: Element, value: string): Promise<void>
  /** What the page's own scripts complained of, if this browser tells. */
  complaints(): string[]
}

export interface Browser {
  name: string
  /** A window of somebody new, without a cookie. In WebKit it takes the place of the one before. */
  open(site: string): Promise<Tab>
  close(): Promise<void>
}

export interface Tab {
  goto(path: string): Promise<void>
  reload(): Promise<void>
  back(): Promise<void>
  evaluate<T, A extends unknown[]>(run: (...args: A) => T, ...args: A): Promise<T>
  /** The first that is seen, by its selector and the whole of its text or its label; waits for it. */
  click(css: string, text?: string): Promise<void>
  /** The same, and until it has led to another page, or to this one anew. */
  press(css: string, text?: string): Promise<void>
  type(css: string, text: string): Promise<void>
  /** Types instead of what is there. */
  retype(css: string, text: string): Promise<void>
  attach(css: string, path: string): Promise<void>
  /** An option of a <select>, by its value. */
  choose(css: string, value: string): Promise<void>
  /** Until these words stand on the page where people see them. */
  sees(words: string): Promise<void>
  /** Until `holds` answers something that is true, and that. */
  until<T, A extends unknown[]>(what: string, holds: (...args: A) => T, ...args: A): Promise<T>
  path(): Promise<string>
  complaints(): string[]
}

/** Milliseconds that a page gets for what is waited for, on a machine that does other things too. */
const PATIENCE = 20_000

/** What a driver says of an element that the page has replaced, or is about to, since it was found: it is looked for again. */
const GONE =
  /stale|detached|not clickable|not interactable|no such node|no such element|not visible|intercepted|cannot find context|destroyed|discarded/i

/** In the page: the first element that is seen, by selector, and by the words on it, its label or its value. */
export const seen = (css: string, text: string | null): Element | null => {
  const words = (element: Element) =>
    [element.textContent, element.getAttribute('aria-label'), (element as HTMLInputElement).value].map((each) =>
      typeof each === 'string' ? each.replace(/\s+/g, ' ').trim() : '',
    )
  for (const element of document.querySelectorAll(css))
    if ((element.matches('input[type=file]') || element.checkVisibility()) && (text === null || words(element).includes(text)))
      return element
  return null
}

export function tabOf<E>(driver: Driver<E>, site: string): Tab {
  /** Tries until it answers something true; what goes wrong meanwhile is told only at the end. */
  const trying = async <T>(what: string, attempt: () => Promise<T>): Promise<NonNullable<T>> => {
    let last: unknown
    for (const begun = performance.now(); performance.now() - begun < PATIENCE; await sleep(50)) {
      try {
        const answer = await attempt()
        if (answer) return answer
      } catch (error) {
        if (!GONE.test(String(error))) throw error
        last = error
      }
    }
    const page = await driver
      .evaluate(() => `${location.href}\n${document.querySelector('body')?.innerText.slice(0, 3000) ?? ''}`)
      .catch((error: unknown) => String(error))
    throw new Error(`${what}: not within ${PATIENCE / 1000} s${last === undefined ? '' : ` (${String(last)})`}; there was\n${page}`)
  }
  const with_ = (css: string, text: string | null, act: (element: E) => Promise<void>): Promise<true> =>
    trying(`${css}${text === null ? '' : ` “${text}”`}`, async () => {
      const element = await driver.find(css, text)
      if (element === null) return false
      await act(element)
      return true as const
    }) as Promise<true>
  /**
   * Until the page is another: no driver is told that one has loaded which comes from the browser's memory. What the browser
   * keeps of a page keeps its mark too, so each leaving has a mark of its own.
   */
  const leaving = async (what: string, act: () => Promise<void>): Promise<void> => {
    const mark = ++marks
    await driver.evaluate((mark: number) => void Object.assign(window, { mark }), mark)
    await act()
    await tab.until(
      `another page by ${what}`,
      (mark: number) => (window as { mark?: number }).mark !== mark && document.readyState === 'complete',
      mark,
    )
  }
  let marks = 0

  const tab: Tab = {
    goto: (path) => leaving(`going to ${path}`, () => driver.evaluate((url: string) => location.assign(url), new URL(path, site).href)),
    reload: () => leaving('a reload', () => driver.evaluate(() => location.reload())),
    back: () => leaving('going back', () => driver.evaluate(() => history.back())),
    evaluate: (run, ...args) => driver.evaluate(run, ...args),
    click: async (css, text) => void (await with_(css, text ?? null, (element) => driver.click(element))),
    press: (css, text) => leaving(`pressing ${css}`, () => tab.click(css, text)),
    type: async (css, text) => void (await with_(css, null, (element) => driver.type(element, text))),
    retype: async (css, text) => {
      await with_(css, null, (element) => driver.click(element))
      await driver.evaluate((css: string) => document.querySelector<HTMLInputElement>(css)!.select(), css)
      await tab.type(css, text)
    },
    attach: async (css, path) => void (await with_(css, null, (element) => driver.attach(element, path))),
    choose: async (css, value) => void (await with_(css, null, (element) => driver.choose(element, value))),
    sees: async (words) =>
      void (await tab.until(`“${words}”`, (words: string) => document.querySelector('body')?.innerText.includes(words) ?? false, words)),
    until: async (what, holds, ...args) => (await trying(what, () => driver.evaluate(holds, ...args))) as never,
    path: () => driver.evaluate(() => location.pathname + location.search),
    complaints: () => driver.complaints(),
  }
  return tab
}
