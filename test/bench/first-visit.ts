/** Owns the measure of a first visit: when the largest part of a page is seen, by a slow line and a slow machine. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from '../program.ts'
import { launchChromium, requireChromium } from '../servers/chromium.ts'
import { portOf } from './mail-in.ts'
import type { Place } from './place.ts'
import { makeRecorder } from './record.ts'
import { median, spread, type Figure } from './report.ts'

const TIMES = 5
const KBIT = 1600
const LATENCY_MS = 150
const SLOWER = 4

/** Milliseconds until the largest contentful paint, in a browser that has seen nothing of it before, and what came over the wire. */
export async function measureFirstVisit(place: Place): Promise<Figure[]> {
  if (!requireChromium()) return []
  const opened = await place.open('pages')
  const recorder = await makeRecorder(opened, { ...place.config, baseUrl: 'http://localhost' })
  const dir = await mkdtemp(join(tmpdir(), 'pomoc-bench-data-'))
  const program = runProgram({
    POMOC_DATABASE_URL: place.url('pages'),
    POMOC_DATA_DIR: dir,
    POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
    POMOC_LOG_LEVEL: 'error',
    POMOC_ONLY: 'web',
  })
  const browser = await launchChromium()
  try {
    await program.ready
    const address = `http://127.0.0.1:${portOf(program.stdout, 'http')}`
    const cookieOf = async (login: string) => {
      const { id } = await opened.db.selectFrom('person').select('id').where('login', '=', login).executeTakeFirstOrThrow()
      return (await recorder.logIn(id)).split('=')[1]!
    }
    const [ticket] = await place.query(
      'pages',
      `select id from ticket where queue_id in (select id from queue where name like 'Dział%') order by id desc limit 1`,
    )
    const [agent, customer] = [await cookieOf('akowalska'), await cookieOf('s214503')]
    const figures: Figure[] = []
    for (const [name, path, session] of [
      ['login', '/login', undefined],
      ['portal, a stranger', '/', undefined],
      ['portal, a customer', '/', customer],
      ['list', '/desk', agent],
      ['ticket', `/desk/tickets/${String(ticket!['id'])}`, agent],
    ] as const) {
      const paints: number[] = []
      let bytes = 0
      for (let time = 0; time < TIMES; time++) {
        const context = await browser.newContext({ locale: 'pl-PL', viewport: { width: 1280, height: 900 } })
        if (session) await context.addCookies([{ name: 'pomoc', value: session, url: address }])
        const page = await context.newPage()
        const devtools = await context.newCDPSession(page)
        await devtools.send('Network.enable')
        bytes = 0
        devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
        const throughput = (KBIT * 1000) / 8
        await devtools.send('Network.emulateNetworkConditions', {
          offline: false,
          latency: LATENCY_MS,
          downloadThroughput: throughput,
          uploadThroughput: throughput,
        })
        await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
        await page.goto(address + path, { waitUntil: 'load' })
        await page.waitForTimeout(1000)
        paints.push(
          await page.evaluate<number>(
            `new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true }))`,
          ),
        )
        await context.close()
      }
      figures.push({
        name: `first visit: ${name}`,
        unit: 'ms to LCP',
        pomoc: median(paints),
        atMost: 1200,
        note: `${(bytes / 1000).toFixed(0)} kB; ${spread(paints)}; ${KBIT / 1000} Mbit, ${LATENCY_MS} ms, CPU ${SLOWER}×`,
      })
    }
    return figures
  } finally {
    await browser.close()
    program.kill('SIGINT')
    await program.ended
    await recorder.stop()
    await opened.close()
    await rm(dir, { recursive: true, force: true })
  }
}
