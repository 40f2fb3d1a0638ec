/** An agent's day in Firefox in every run, for it restores more of a page than others do; all journeys, and WebKit, are in the long run. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { launchFirefox, requireFirefox } from '../servers/firefox.ts'
import type { Browser } from '../servers/tab.ts'
import { agentJourney, backJourney, choicesJourney, makeWorld, ticksJourney, type World } from './any-browser.ts'

describe.skipIf(!requireFirefox())('Firefox', () => {
  let world: World
  let browser: Browser
  beforeAll(async () => {
    world = await makeWorld()
    browser = await launchFirefox()
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })
  for (const journey of [agentJourney, ticksJourney, choicesJourney, backJourney]) it(journey.name, () => journey(world, browser))
})
