/** Owns the fixture of a plugin that programs talk to: it takes JSON, knows callers by tokens, and fails where it is told to. */

export const API_PLUGIN = `
import { createTicket, definePlugin, findPersonByLogin, loadActor, readJson, sameSecret, setTitle, system, type ApiContext, type Host } from 'pomoc'
import { createHmac } from 'node:crypto'
import { z } from 'zod'

/** "Bearer machine" is a program of its own; "Bearer <login>" acts as that person. */
async function login(c: ApiContext, host: Host) {
  const token = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1]
  if (token === undefined) return undefined
  if (sameSecret(token, 'machine')) return system('hooks')
  const person = await findPersonByLogin(host.db, token)
  return person && loadActor(host.db, person.id)
}
const ticket = z.object({ title: z.string().min(1).max(200), queueId: z.string().regex(/^\\d+$/), body: z.string().min(1) })

export default definePlugin({
  name: 'hooks', api: 1, scope: 'unit',
  apiRoutes: {
    'POST /api/hooks/tickets': {
      login,
      async run({ c, actor, host }) {
        const { title, queueId, body } = await readJson(c, ticket)
        const { id, number } = await host.work(actor, (work) => createTicket(work, {
          title, queueId, customerId: null, article: { channel: 'web', senderType: 'customer', visible: true, subject: title, body },
        }))
        return c.json({ id, number }, 201)
      },
    },
    'PATCH /api/hooks/tickets/:id': {
      login,
      async run({ c, actor, host }) {
        const { title } = await readJson(c, ticket.pick({ title: true }))
        await host.work(actor, (work) => setTitle(work, c.req.param('id'), title))
        return c.json({ title })
      },
    },
    'GET /api/hooks/who': { login, run: async ({ c, actor, unitId }) => c.json({ who: actor.kind === 'person' ? actor.name : actor.name, unitId, address: c.get('clientAddress'), session: c.get('session' as never) ?? null }) },
    'GET /api/hooks/:unit/who': { login, run: async ({ c, unitId }) => c.json({ unitId }) },
    // Signed over the bytes as they came, such as other services send it.
    'POST /api/hooks/signed': {
      login: async (c) => createHmac('sha256', 'key').update(Buffer.from(await c.req.arrayBuffer())).digest('hex') === c.req.header('x-signature') ? system('hooks') : undefined,
      run: async ({ c }) => c.json({ got: (await c.req.json()).a }),
    },
    'PUT /legacy/nph.pl/:what': { login, run: async ({ c }) => c.body(null, 204) },
    'POST /api/hooks/throws': { login, run: async () => { throw new Error('it threw') } },
    'POST /api/hooks/hangs': { login, run: () => new Promise(() => {}) },
    'POST /api/hooks/wrong': { login, run: async () => 'no response' as never },
    'POST /api/hooks/nobody': { login: async () => 'anna' as never, run: async ({ c }) => c.json({}) },
  },
})
`
