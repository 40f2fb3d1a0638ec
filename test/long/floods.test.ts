/** Owns what a flood costs others: six hundred logins at once, two thousand invitations and two thousand pages against the real program, while an agent reads. */
import { rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeStallWatch } from '../hostile/attacks.ts'
import { flood } from '../hostile/flood.ts'
import { built } from '../stage.ts'
import { runProgram, temporaryData, type Program } from '../program.ts'

interface Answer {
  status: number
  body: string
  location: string
  ms: number
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
let program: Program
let data: ReturnType<typeof temporaryData>
let port: number
let password: string
const watch = makeStallWatch()

beforeAll(async () => {
  await built()
  data = temporaryData()
  program = runProgram({ ...watch.env, POMOC_DATA_DIR: data.dir, POMOC_LOG_LEVEL: 'error' }, ['demo'])
  await program.ready
  port = Number(/web +http:\/\/\S+:(\d+)/.exec(program.stdout)![1])
  password = /everybody's password is (\S+)/.exec(program.stdout)![1]!
})
afterAll(async () => {
  agent.destroy()
  program.kill('SIGTERM')
  await program.ended
  await data.remove()
  await rm(`${data.dir}-demo`, { recursive: true, force: true })
})

class Browser {
  readonly cookies = new Map<string, string>()
  token = ''
  get(path: string): Promise<Answer> {
    return this.ask('GET', path)
  }
  post(path: string, fields: Record<string, string>): Promise<Answer> {
    return this.ask('POST', path, new URLSearchParams({ ...fields, _csrf: this.token }).toString())
  }
  async logIn(login: string): Promise<this> {
    await this.get('/login')
    expect((await this.post('/login', { login, password })).status).toBe(303)
    return this
  }
  /** What goes with each request; `writes`: with a form. */
  headers(writes: boolean): Record<string, string> {
    return {
      host: `localhost:${port}`,
      accept: 'text/html',
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(writes ? { 'content-type': 'application/x-www-form-urlencoded', origin: `http://localhost:${port}` } : {}),
    }
  }
  /** Sends many forms from a process of its own, so many at once. */
  async flood(atOnce: number, forms: { path: string; fields: Record<string, string> }[]): Promise<number[]> {
    const body = (fields: Record<string, string>) => new URLSearchParams({ ...fields, _csrf: this.token }).toString()
    return flood({ port, atOnce, headers: this.headers(true), forms: forms.map(({ path, fields }) => ({ path, body: body(fields) })) })
  }
  /** Asks for pages from a process of its own, so many at once. */
  readALot(atOnce: number, paths: readonly string[]): Promise<number[]> {
    return flood({ port, atOnce, headers: this.headers(false), forms: paths.map((path) => ({ path })) })
  }
  private ask(method: string, path: string, body?: string): Promise<Answer> {
    const began = performance.now()
    return new Promise((resolve, reject) => {
      const headers = this.headers(body !== undefined)
      const asked = request({ agent, host: '127.0.0.1', port, path, method, headers }, (response) => {
        const parts: Buffer[] = []
        for (const cookie of response.headers['set-cookie'] ?? []) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
          this.cookies.set(name!, value!)
        }
        response.on('data', (part: Buffer) => parts.push(part)).on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(parts).toString()
          this.token = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? this.token
          resolve({ status: response.statusCode!, body: text, location: response.headers.location ?? '', ms: performance.now() - began })
        })
      })
      asked.on('error', reject).end(body)
    })
  }
}

const percentile = (times: readonly number[], part: number) => times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * part)]!

/** Milliseconds: what a page that came between two others on a shared processor may take longer by itself. */
const GRAIN = 10
/** Seconds in which the program may answer nobody, of its processor. */
const STALL = 0.1

/** Reads pages one after another until the flood is over; `stall`: for how long the program itself answered nobody. */
async function meanwhile<T>(reader: Browser, paths: readonly string[], flooding: () => Promise<T>) {
  const pages: Answer[] = []
  let over = false
  await watch.longestStall()
  const reading = (async () => {
    for (let n = 0; !over || pages.length < paths.length; n++) pages.push(await reader.get(paths[n % paths.length]!))
  })()
  const began = performance.now()
  const result = await flooding()
  const ms = performance.now() - began
  over = true
  await reading
  const stall = await watch.longestStall()
  const times = pages.map((page) => page.ms)
  return { result, ms, pages, median: percentile(times, 0.5), p95: percentile(times, 0.95), stall }
}

describe('while a flood comes', () => {
  const PATHS = ['/desk', '/desk/view/open', '/desk/search?q=drukarka']
  let reader: Browser
  let customer: Browser
  let quiet: { median: number; p95: number; stall: number }
  beforeAll(async () => {
    reader = await new Browser().logIn('akowalska')
    // Before the flood: nobody unknown logs in from an address that floods.
    customer = await new Browser().logIn(/^ +(?:member|student|customer)\S* +(\S+)/m.exec(program.stdout)?.[1] ?? 'nobody')
    const pause = () => new Promise((resolve) => setTimeout(resolve, 3000))
    await meanwhile(reader, PATHS, pause)
    quiet = await meanwhile(reader, PATHS, pause)
  })
  const say = (what: string, { ms, median, p95, stall }: { ms?: number } & typeof quiet) =>
    process.stderr.write(
      `\n${what}: ${ms === undefined ? '' : `${ms.toFixed(0)} ms, `}pages ${median.toFixed(0)} ms (95 %: ${p95.toFixed(0)}), nobody answered for ${(stall * 1000).toFixed(0)} ms at most\n`,
    )
  const expectQuiet = (found: Awaited<ReturnType<typeof meanwhile>>) => {
    expect(found.pages.every(({ status }) => status === 200)).toBe(true)
    expect(found.stall).toBeLessThan(STALL)
    expect(found.median).toBeLessThan(2 * quiet.median + GRAIN)
  }

  it('of six hundred logins at once', async () => {
    say('quiet', quiet)
    const found = await meanwhile(reader, PATHS, async () => {
      const stranger = new Browser()
      await stranger.get('/login')
      return stranger.flood(
        600,
        Array.from({ length: 600 }, (_, n) => ({
          path: '/login',
          fields: { login: n % 2 ? 'jnowak' : `nikt${n}`, password: `zgaduję ${n}` },
        })),
      )
    })
    say('600 logins', found)
    expect([...new Set(found.result)].toSorted()).toEqual([422, 429])
    expectQuiet(found)
  })

  it('of two thousand invitations', async () => {
    await customer.get('/')
    const topic = /<option value="(\d+)"/.exec((await customer.get('/')).body)![1]!
    const made = await customer.post('/', { subject: 'Zaproszenia', body: 'Zapraszam wszystkich.', topic, unit: '' })
    const own = made.status === 303 ? made.location : /href="(\/tickets\/\d+)"/.exec((await customer.get('/')).body)![1]!
    const found = await meanwhile(reader, PATHS, () =>
      customer.flood(
        20,
        Array.from({ length: 2000 }, (_, n) => ({ path: `${own}/people`, fields: { who: `osoba${n}@obca.example`, right: 'read' } })),
      ),
    )
    say('2000 invitations', found)
    expect(Object.fromEntries([...Map.groupBy(found.result, (status) => status)].map(([status, list]) => [status, list.length]))).toEqual({
      303: 20,
      429: 1980,
    })
    expectQuiet(found)
  })

  it('of two thousand pages that one customer asks for', async () => {
    const found = await meanwhile(reader, PATHS, () =>
      customer.readALot(
        50,
        Array.from({ length: 2000 }, (_, n) => `/?which=all&search=drukarka${n}`),
      ),
    )
    say('2000 pages', found)
    expect(new Set(found.result)).toEqual(new Set([200]))
    expectQuiet(found)
  })
})
