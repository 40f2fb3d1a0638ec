/** The usual day in Firefox and in WebKit: every run tries Chromium. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { JOURNEYS, makeWorld, type World } from '../journeys/any-browser.ts'
import { launchFirefox, requireFirefox } from '../servers/firefox.ts'
import type { Browser } from '../servers/tab.ts'
import { launchWebKit, requireWebKit } from '../servers/webkit.ts'

for (const [name, isThere, launch] of [
  ['Firefox', requireFirefox, launchFirefox],
  ['WebKit', requireWebKit, launchWebKit],
] as const) {
  describe.skipIf(!isThere())(name, () => {
    let world: World
    let browser: Browser
    beforeAll(async () => {
      world = await makeWorld()
      browser = await launch()
    })
    afterAll(async () => {
      await browser?.close()
      await world?.close()
    })
    for (const [what, journey] of Object.entries(JOURNEYS)) it(what, () => journey(world, browser))
  })
}
