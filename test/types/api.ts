/** Owns what must not compile of routes for programs: `npm run types` fails where one of these lines does. Nothing here runs. */
import { definePlugin, integer, readJson, sameSecret, system, type ApiRoute } from 'pomoc'
import { demandLogin } from 'pomoc/pages'
import { z } from 'zod'

export const good = definePlugin({
  name: 'good', api: 1, scope: 'unit',
  settings: { many: integer('many', 3) },
  apiRoutes: {
    'POST /api/good/tickets/:id': {
      login: async (c, host) => sameSecret(c.req.header('x-token') ?? '', host.config.baseUrl) ? system('good') : undefined,
      async run({ c, actor, host, settings }) {
        const { title } = await readJson(c, z.object({ title: z.string() }))
        return c.json({ title, who: actor.name, many: (await settings()).many + 1, zone: host.config.zone })
      },
    },
  },
})

// @ts-expect-error a route for programs says who calls
export const open: ApiRoute = { run: async ({ c }) => c.json({}) }
export const anybody: ApiRoute = {
  // @ts-expect-error who calls is somebody, or nobody
  login: async () => true,
  // @ts-expect-error and is answered
  run: async () => {},
}

export const wrong = definePlugin({
  name: 'wrong', api: 1, scope: 'unit',
  // @ts-expect-error an address has a method and begins with a slash
  apiRoutes: { 'FETCH /api/wrong': { login: async () => system('wrong'), run: async ({ c }) => c.json({}) } },
})

export const curious: ApiRoute = {
  login: async () => system('curious'),
  async run({ c }) {
    // @ts-expect-error there is no session here
    c.get('session')
    // @ts-expect-error nobody is logged in here
    demandLogin(c)
    return c.json({})
  },
}
