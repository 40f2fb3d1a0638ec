/** Owns Debian's WebKitGTK for tests: its WebDriver on a port of its own, a screen that nobody sees; all end with the process group. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { debianProgram } from './debian.ts'
import { answering, freePort } from './ports.ts'
import { seen, tabOf, type Browser, type Driver } from './tab.ts'

/** The path of its driver, or undefined with the missing packages said aloud: `describe.skipIf(!requireWebKit())`. */
export const requireWebKit = (): string | undefined =>
  debianProgram('/usr/bin/WebKitWebDriver', ['webkit2gtk-driver', 'xvfb', 'dbus-daemon'])

/** An element as the WebDriver standard (W3C, section 12.1) names it. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
const ENTER = '\uE007'
type Named = { [ELEMENT]: string }

/** Starts the driver and a browser in about four seconds; close it in afterAll. One window at a time. */
export async function launchWebKit(): Promise<Browser> {
  if (!requireWebKit()) throw new Error('WebKit is not installed')
  const screen = await startScreen()
  const port = await freePort()
  const child = spawn('dbus-run-session', ['--', 'WebKitWebDriver', `--port=${port}`, '--host=127.0.0.1'], {
    // A pipe that nobody empties would stop the browser.
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, DISPLAY: screen.display, LC_ALL: 'C.UTF-8', LANGUAGE: 'pl' },
  })
  const ask = async <T>(method: 'POST' | 'DELETE', path: string, body: object = {}): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
    })
    const { value } = (await response.json()) as { value: T & { error?: string; message?: string } }
    if (!response.ok) throw new Error(`WebKit: ${value.error}: ${value.message}`)
    return value
  }
  let session: string | undefined
  const leave = async () => {
    if (session) await ask('DELETE', session).catch(() => {})
    session = undefined
  }
  const close = async () => {
    await leave()
    await end(child)
    await end(screen.child)
  }
  try {
    await answering(port, { seconds: 30, ended: () => (child.exitCode === null ? undefined : `WebKit ended with ${child.exitCode}`) })
  } catch (error) {
    await close()
    throw error
  }
  return {
    name: 'WebKit',
    async open(site) {
      await leave()
      const { sessionId } = await ask<{ sessionId: string }>('POST', '/session', {
        capabilities: {
          alwaysMatch: { pageLoadStrategy: 'none', 'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] } },
        },
      })
      session = `/session/${sessionId}`
      await ask('POST', `${session}/window/rect`, { x: 0, y: 0, width: 1280, height: 900 })
      return tabOf(driver(session, ask), site)
    },
    close,
  }
}

/** A screen that nobody sees; it takes the first number that is free, and says which. */
async function startScreen(): Promise<{ child: ChildProcess; display: string }> {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const number = (await text(child.stdio[3] as Readable)).trim()
  if (!/^\d+$/.test(number)) throw new Error(`Xvfb ended with ${child.exitCode}`)
  return { child, display: `:${number}` }
}

/** With all that it started. */
async function end(child: ChildProcess): Promise<void> {
  const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(-child.pid!, signal)
    } catch {
      // All of them have ended.
    }
    await gone
  }
}

/** Where Debian keeps the browser that only tests use; the folder's name has the version of its interface. */
function miniBrowser(): string {
  const lib = '/usr/lib/x86_64-linux-gnu'
  const [folder] = readdirSync(lib).filter((name) => name.startsWith('webkit2gtk-'))
  return join(lib, folder!, 'MiniBrowser')
}

function driver(session: string, ask: <T>(method: 'POST', path: string, body?: object) => Promise<T>): Driver<Named> {
  const evaluate = <T>(run: (...args: never[]) => T, ...args: unknown[]) =>
    ask<T>('POST', `${session}/execute/sync`, { script: `return (${String(run)}).apply(null, arguments)`, args })
  const element = ({ [ELEMENT]: name }: Named) => `${session}/element/${name}`
  return {
    evaluate: evaluate as Driver<Named>['evaluate'],
    find: (css, text) => evaluate(seen, css, text) as unknown as Promise<Named | null>,
    // By itself it scrolls no further than to the edge of what is seen, and then misses what stands at the end of a page.
    click: async (named) => {
      await evaluate((element: Element) => element.scrollIntoView({ block: 'center', behavior: 'instant' }), named)
      await ask('POST', `${element(named)}/click`)
    },
    // A line break as the key that makes one: by itself it is dropped.
    type: (named, text) => ask('POST', `${element(named)}/value`, { text: text.replaceAll('\n', ENTER) }),
    attach: (named, path) => ask('POST', `${element(named)}/value`, { text: path }),
    // An option is chosen as the standard says, by pressing it.
    choose: async (named, value) => {
      const option = await evaluate(
        (select: HTMLSelectElement, value: string) => [...select.options].find((each) => each.value === value) ?? null,
        named,
        value,
      )
      if (!option) throw new Error(`no such option: ${value}`)
      await ask('POST', `${element(option as unknown as Named)}/click`)
    },
    complaints: () => [],
  }
}
