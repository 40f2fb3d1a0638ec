/** Owns what a flood costs others: six hundred logins at once and two thousand invitations against the real program, while an agent reads. */
import { rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

beforeAll(async () => {
  await built()
  data = temporaryData()
  program = runProgram({ POMOC_DATA_DIR: data.dir, POMOC_LOG_LEVEL: 'error' }, ['demo'])
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
  private ask(method: string, path: string, body?: string): Promise<Answer> {
    const began = performance.now()
    return new Promise((resolve, reject) => {
      const headers = {
        host: `localhost:${port}`,
        accept: 'text/html',
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', origin: `http://localhost:${port}` }),
      }
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

/** Reads pages one after another, and asks for the sign of life beside, until the flood is over. */
async function meanwhile<T>(reader: Browser, paths: readonly string[], flood: () => Promise<T>) {
  const pages: Answer[] = []
  const life: number[] = []
  let over = false
  const reading = (async () => {
    for (let n = 0; !over || pages.length < paths.length; n++) pages.push(await reader.get(paths[n % paths.length]!))
  })()
  const living = (async () => {
    const nobody = new Browser()
    while (!over) {
      life.push((await nobody.get('/health/live')).ms)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  const began = performance.now()
  const result = await flood()
  const ms = performance.now() - began
  over = true
  await Promise.all([reading, living])
  const times = pages.map((page) => page.ms)
  return {
    result,
    ms,
    pages,
    median: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    stall: Math.max(...life),
    life: percentile(life, 0.95),
  }
}

describe('while a flood comes', () => {
  const PATHS = ['/desk', '/desk/view/open', '/desk/search?q=drukarka']
  let reader: Browser
  let customer: Browser
  let quiet: { median: number; p95: number; life: number; stall: number }
  beforeAll(async () => {
    reader = await new Browser().logIn('akowalska')
    // Before the flood: nobody unknown logs in from an address that floods.
    customer = await new Browser().logIn(/^ +(?:member|student|customer)\S* +(\S+)/m.exec(program.stdout)?.[1] ?? 'nobody')
    const pause = () => new Promise((resolve) => setTimeout(resolve, 3000))
    await meanwhile(reader, PATHS, pause)
    quiet = await meanwhile(reader, PATHS, pause)
  })
  const say = (what: string, { ms, median, p95, life, stall }: { ms?: number } & typeof quiet) =>
    process.stderr.write(
      `\n${what}: ${ms === undefined ? '' : `${ms.toFixed(0)} ms, `}pages ${median.toFixed(0)} ms (95 %: ${p95.toFixed(0)}), sign of life ${life.toFixed(0)} ms, at most ${stall.toFixed(0)}\n`,
    )

  it('of six hundred logins at once', async () => {
    say('quiet', quiet)
    const found = await meanwhile(reader, PATHS, async () => {
      const stranger = new Browser()
      await stranger.get('/login')
      return Promise.all(
        Array.from({ length: 600 }, (_, n) => stranger.post('/login', { login: n % 2 ? 'jnowak' : `nikt${n}`, password: `zgaduję ${n}` })),
      )
    })
    say('600 logins', found)
    expect([...new Set(found.result.map(({ status }) => status))].toSorted()).toEqual([422, 429])
    expect(found.pages.every(({ status }) => status === 200)).toBe(true)
  })

  it('of two thousand invitations', async () => {
    await customer.get('/')
    const topic = /<option value="(\d+)"/.exec((await customer.get('/')).body)![1]!
    const made = await customer.post('/', { subject: 'Zaproszenia', body: 'Zapraszam wszystkich.', topic, unit: '' })
    const own = made.status === 303 ? made.location : /href="(\/tickets\/\d+)"/.exec((await customer.get('/')).body)![1]!
    const found = await meanwhile(reader, PATHS, async () => {
      const statuses: number[] = []
      let next = 0
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          for (let n = next++; n < 2000; n = next++)
            statuses.push((await customer.post(`${own}/people`, { who: `osoba${n}@obca.example`, right: 'read' })).status)
        }),
      )
      return statuses
    })
    say('2000 invitations', found)
    expect(Object.fromEntries([...Map.groupBy(found.result, (status) => status)].map(([status, list]) => [status, list.length]))).toEqual({
      303: 20,
      429: 1980,
    })
    expect(found.pages.every(({ status }) => status === 200)).toBe(true)
  })
})
