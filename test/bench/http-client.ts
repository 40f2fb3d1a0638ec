/** Owns the HTTP client of the bench: keep-alive connections that ask again as soon as they are answered. */
import { Agent, request } from 'node:http'
import { percentile } from './report.ts'

export interface Load {
  perSecond: number
  p95: number
  /** Milliseconds of each answer. */
  times: number[]
}

/** Asks for `seconds`, or so many `requests`, `concurrency` requests under way at any time. Throws at an answer other than 200. */
export async function load(options: {
  port: number
  paths: readonly string[]
  headers: Record<string, string>
  concurrency: number
  seconds?: number
  requests?: number
}): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency })
  const times: number[] = []
  const { seconds: wanted = Infinity, requests = Infinity } = options
  const end = performance.now() + wanted * 1000
  let next = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: options.concurrency }, async () => {
      while (performance.now() < end && next < requests) {
        const path = options.paths[next++ % options.paths.length]!
        const start = performance.now()
        await get(agent, options.port, path, options.headers)
        times.push(performance.now() - start)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1000
  agent.destroy()
  return { perSecond: times.length / seconds, p95: percentile(times, 0.95), times }
}

/** The body of one answer. */
export function get(agent: Agent | undefined, port: number, path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ ...(agent ? { agent } : {}), host: '127.0.0.1', port, path, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts).toString())
        else reject(new Error(`${path} answered ${response.statusCode}`))
      })
    })
      .on('error', reject)
      .end()
  })
}
