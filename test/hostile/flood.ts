/**
 * Owns a process of its own that sends many forms, or asks for many pages, at once, so that making them costs neither the program nor whoever measures it.
 * A `Flood` as JSON comes by standard input; the statuses of the answers, in the order of the forms, go out by standard output.
 */
import { spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Flood {
  port: number
  headers: Record<string, string>
  /** So many are under way together. */
  atOnce: number
  /** One without a body is a page asked for. */
  forms: { path: string; body?: string }[]
}

/** Sends it from a process of its own and answers the statuses. */
export async function flood(all: Flood): Promise<number[]> {
  const child = spawn(process.execPath, [import.meta.filename], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(all))
  return JSON.parse(await text(child.stdout)) as number[]
}

if (process.argv[1] === import.meta.filename) {
  const { port, headers, atOnce, forms } = JSON.parse(await text(process.stdin)) as Flood
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  const send = ({ path, body }: Flood['forms'][number]) =>
    new Promise<number>((resolve, reject) => {
      const asked = request({ agent, host: '127.0.0.1', port, path, method: body === undefined ? 'GET' : 'POST', headers }, (response) => {
        response
          .resume()
          .on('end', () => resolve(response.statusCode!))
          .on('error', reject)
      })
      asked.on('error', reject).end(body)
    })
  const statuses: number[] = []
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let n = next++; n < forms.length; n = next++) statuses[n] = await send(forms[n]!)
    }),
  )
  agent.destroy()
  process.stdout.write(JSON.stringify(statuses))
}
