import { afterAll, beforeAll, expect, it } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSite, type Site } from '../../../test/web.ts'
import portal from '../../../plugins/portal/index.tsx'
import { tellPerson } from '../../kernel/facts.ts'
import { endSessions } from '../../person/sessions.ts'
import { loadConfig } from '../../machine/config.ts'
import { addParticipant, removeParticipant } from '../../ticket/change/participants.ts'
import { followUp, moveTicket } from '../../ticket/change/tickets.ts'

let site: Site
let address: string
beforeAll(async () => {
  site = await openSite([portal], { http: { ...(await loadConfig({ env: {} })).http, maxStreams: 5, maxStreamsPerPerson: 3 } })
  address = await site.serve()
})
afterAll(() => site.close())

/** Opens a stream and reads it as it comes. */
async function listen(path: string, session: string, headers: Record<string, string> = {}) {
  const abort = new AbortController()
  const response = await fetch(`${address}${path}`, { headers: { cookie: `pomoc=${session}`, ...headers }, signal: abort.signal })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let [text, over] = ['', false]
  const reading = (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value
  })()
    .catch(() => {})
    .finally(() => (over = true))
  return {
    response,
    soFar: () => text,
    async until(words: string): Promise<string> {
      while (!text.includes(words)) {
        if (over) throw new Error(`the stream ended: ${text}`)
        await sleep(10)
      }
      return text
    },
    ended: () => reading,
    close: () => abort.abort(),
  }
}
/** A stream that others still have to make room for. */
async function listenSoon(path: string, session: string): ReturnType<typeof listen> {
  for (let left = 100; ; left--) {
    const stream = await listen(path, session)
    if (stream.response.status !== 429) return stream
    stream.close()
    expect(left).toBeGreaterThan(0)
    await sleep(50)
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

it('tells whose own things changed, on whatever page they are, and nobody else', async () => {
  const [mine, other] = [await site.make.ticket(), await site.make.ticket()]
  const [own, theirs] = await Promise.all(
    [mine, other].map(async ({ id, customerId }) => listenSoon(`/live?ticket=${id}`, await site.session(customerId))),
  )
  for (const stream of [own!, theirs!]) await stream.until('live-connected')
  await site.make.asSystem((work) => tellPerson(work, mine.customerId))
  await own!.until('event: person')
  await site.make.asSystem((work) => tellPerson(work, other.customerId))
  expect(await theirs!.until('event: person')).toMatch(/^(?:(?!event: person)[^])*event: person\ndata: \n\n$/)
  for (const stream of [own!, theirs!]) stream.close()
})

it('a list hears of any change, without number; after a break once at least', async () => {
  const ticket = await site.make.ticket()
  const session = await site.session(ticket.customerId)
  const stream = await listen('/live?list=1', session, { 'last-event-id': 'x' })
  const text = await stream.until('event: tickets')
  expect(text).not.toContain(ticket.id.padStart(4, '-'))
  stream.close()
})

it('a list hears of what its reader sees, or saw until then, and of nothing else', async () => {
  const { make } = site
  const [queue, other] = [await make.queue({ groupId: await make.group() }), await make.queue({ groupId: await make.group() })]
  const group = (await make.db.selectFrom('queue').select('group_id').where('id', '=', queue).executeTakeFirstOrThrow()).group_id
  const agent = await make.agent({ [group]: ['ro'] })
  const ticket = await make.ticket({ queueId: queue })
  const strange = await make.ticket({ queueId: other })
  const guest = await make.person({ address: 'gosc@uni.example' })
  const [own, theirs, invited] = await Promise.all(
    [ticket.customerId, agent, guest].map(async (id) => listenSoon('/live?list=1', await site.session(id))),
  )
  for (const stream of [own!, theirs!, invited!]) await stream.until('live-connected')
  const told = 'event: tickets\ndata: \n\n'
  // Nobody here has to do with it; whoever is told of the next change would have been told of it before.
  await write(strange.id)
  await sleep(600)
  for (const stream of [own!, theirs!, invited!]) expect(stream.soFar()).not.toContain('event: tickets')
  await write(ticket.id)
  await own!.until(told)
  await theirs!.until(told)
  expect(invited!.soFar()).not.toContain('event: tickets')
  await make.asSystem((work) => addParticipant(work, ticket.id, 'gosc@uni.example', 'read'))
  await invited!.until(told)
  await make.asSystem((work) => removeParticipant(work, ticket.id, guest))
  await invited!.until(told + told)
  await make.asSystem((work) => moveTicket(work, ticket.id, other))
  await theirs!.until(told + told)
  for (const stream of [own!, theirs!, invited!]) stream.close()
})

it('there are so many streams of one person, and so many in all', async () => {
  const [one, other, third] = [
    await site.session(await site.make.person()),
    await site.session(await site.make.person()),
    await site.session(await site.make.person()),
  ]
  const streams = []
  for (const session of [one, one, one, other, other]) streams.push(await listenSoon('/live?list=1', session))
  for (const session of [one, third]) {
    const more = await listen('/live?list=1', session)
    expect(more.response.status).toBe(429)
    more.close()
  }
  // One that is let go makes room, for others too.
  for (const stream of streams) stream.close()
  for (const session of [one, third]) (await listenSoon('/live?list=1', session)).close()
})

it('a stream ends with its session, and no other does', async () => {
  const person = await site.make.person()
  const [here, there] = [await site.session(person), await site.session(person)]
  const [mine, elsewhere] = [await listenSoon('/live?list=1', here), await listenSoon('/live?list=1', there)]
  await mine.until('live-connected')
  await elsewhere.until('live-connected')
  const visitor = site.visitor()
  visitor.cookies.set('pomoc', here)
  await visitor.get('/')
  expect((await visitor.post('/logout')).status).toBe(303)
  await mine.ended()
  const { make } = site
  const ticket = await make.ticket({ customerId: person })
  await write(ticket.id)
  await elsewhere.until('event: tickets')
  // All of them, as a new password does.
  await make.asSystem((work) => endSessions(work, person))
  await elsewhere.ended()
})

it('streams end when the program stops', async () => {
  const ticket = await site.make.ticket()
  const stream = await listen('/live?list=1', await site.session(ticket.customerId))
  await stream.until('live-connected')
  site.stop()
  await stream.ended()
  expect((await fetch(`${address}/health/ready`)).status).toBe(503)
})
