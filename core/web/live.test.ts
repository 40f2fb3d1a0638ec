import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSite, type Site } from '../../test/web.ts'
import { followUp } from '../ticket/change/tickets.ts'

let site: Site
let address: string
beforeAll(async () => {
  site = await openSite()
  address = await site.serve()
})
afterAll(() => site.close())

/** Reads a stream until `enough` says so; answers what came. */
async function listen(path: string, session: string, headers: Record<string, string> = {}) {
  const abort = new AbortController()
  const response = await fetch(`${address}${path}`, { headers: { cookie: `pomoc=${session}`, ...headers }, signal: abort.signal })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    response,
    async until(words: string): Promise<string> {
      while (!text.includes(words)) {
        const { done, value } = await reader.read()
        if (done) throw new Error(`the stream ended: ${text}`)
        text += value
      }
      return text
    },
    async ended(): Promise<void> {
      while (!(await reader.read()).done) {
        /* the rest */
      }
    },
    close: () => abort.abort(),
  }
}
const write = (ticketId: string) =>
  site.make.asSystem((work) =>
    followUp(work, ticketId, {
      article: { channel: 'email', senderType: 'customer', visible: true, subject: '', body: 'nowe' },
    }),
  )

it('tells that a ticket changed, and nothing of what; not of others', async () => {
  const [mine, other] = [await site.make.ticket(), await site.make.ticket()]
  const stream = await listen(`/live?ticket=${mine.id}`, await site.session(mine.customerId))
  expect(stream.response.headers.get('content-type')).toContain('text/event-stream')
  await stream.until('live-connected')
  await write(other.id)
  await write(mine.id)
  const text = await stream.until(`event: ticket-${mine.id}`)
  expect(text).not.toContain('nowe')
  expect(text).not.toContain(`ticket-${other.id}`)
  stream.close()
})

it('a list hears of any change, without number; after a break once at least', async () => {
  const ticket = await site.make.ticket()
  const session = await site.session(ticket.customerId)
  const stream = await listen('/live?list=1', session, { 'last-event-id': 'x' })
  const text = await stream.until('event: tickets')
  expect(text).not.toContain(ticket.id.padStart(4, '-'))
  stream.close()
})

it('streams end when the program stops', async () => {
  const ticket = await site.make.ticket()
  const stream = await listen('/live?list=1', await site.session(ticket.customerId))
  await stream.until('live-connected')
  site.stop()
  await stream.ended()
  expect((await fetch(`${address}/health/ready`)).status).toBe(503)
})
