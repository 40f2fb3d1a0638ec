import { Hono } from 'hono'
import { expect, it } from 'vitest'
import type { WebEnv } from '../kernel/contract.ts'
import { securityHeaders } from './security.ts'

const answer = (secure: boolean, hstsSubdomains: boolean) => {
  const app = new Hono<WebEnv>()
  app.use(async (c, next) => {
    c.set('secure', secure)
    c.set('requestId', 'x')
    await next()
  })
  app.use(securityHeaders({ hstsSubdomains }))
  app.get('/', (c) => c.text(''))
  return app.request('/')
}

it('over https browsers are told to stay there, for names below this one only where that is set', async () => {
  expect((await answer(true, false)).headers.get('strict-transport-security')).toBe('max-age=31536000')
  expect((await answer(true, true)).headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
  expect((await answer(false, true)).headers.get('strict-transport-security')).toBeNull()
})
