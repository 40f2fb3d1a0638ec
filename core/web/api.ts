/** Owns what programs meet before a plugin's routes for them: the body's limit, JSON, errors as JSON; no session, no form token. */
import { Hono, type ErrorHandler, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { z } from 'zod'
import { storable } from '../database/storable.ts'
import { refused } from '../errors.ts'
import type { ApiContext } from '../kernel/api.ts'
import type { WebEnv } from '../kernel/contract.ts'
import type { Kernel } from '../run/host.ts'
import { logFailure, refusalOf } from './errors.tsx'
import { sayIssue, sayRefusal } from './forms.ts'
import { saySize } from './parts/size.ts'

/** What every error of a route for programs looks like; `error` is one of the codes in core/errors.ts. */
export interface ApiError {
  error: string
  message: string
  field?: string
}

/** Adds the plugins' routes for programs, and answers them. Called before anything that asks who is logged in. */
export function apiRoutes(app: Hono<WebEnv>, kernel: Kernel): ReadonlySet<unknown> {
  const api = new Hono<WebEnv>()
  api.onError(handleApiError)
  kernel.mountApi(api, takeBody(kernel.host.config.api.maxSizeKb * 1024))
  // Nobody's: a page of ours would tell a program nothing.
  api.all('/api/*', () => {
    throw refused('not-found')
  })
  const before = app.routes.length
  app.route('/', api)
  return new Set(app.routes.slice(before))
}

/** JSON may be nested so deep, and hold one value in so many bytes on the average: what a parser makes of it is bounded before it begins. */
const JSON_DEPTH = 64
const JSON_BYTES_EACH = 20
const JSON_VALUES = 10_000

/**
 * Reads the body to its end before the plugin is asked: how slowly a program sends is no fault of the plugin. What calls itself
 * JSON and is not, or is made of more values than any program means, comes no further.
 */
function takeBody(maxSize: number): MiddlewareHandler<WebEnv> {
  const limit = bodyLimit({
    maxSize,
    onError: (c) => {
      throw refused('too-large', {
        limit: saySize(maxSize, (c as { get(name: 'language'): WebEnv['Variables']['language'] }).get('language')),
      })
    },
  })
  return (c, next) =>
    limit(c, async () => {
      if (c.req.raw.body)
        await c.req.arrayBuffer().catch(() => {
          throw refused('input', { what: 'body' })
        })
      if (isJson(c)) {
        const text = await c.req.text()
        if (text !== '') {
          demandModest(text, Math.max(JSON_VALUES, Math.floor(maxSize / JSON_BYTES_EACH)))
          parse(text)
        }
      }
      await next()
      if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
    })
}

/**
 * The body of a route for programs, checked; texts as they can be stored, without NULs. Errors: `input` naming the field, `api.not-json`.
 */
export async function readJson<S extends z.ZodType>(c: ApiContext, schema: S): Promise<z.output<S>> {
  if (!isJson(c)) throw refused('input', { what: 'content-type: application/json' })
  const language = c.get('language')
  const parsed = schema.safeParse(parse(await c.req.text()), { error: (issue) => sayIssue(issue, language) })
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  const field = path.map(String).join('.')
  throw refused('input', { what: `${field === '' ? '' : `${field} – `}${message.replace(/\.$/, '')}` }, field || undefined)
}

const isJson = (c: Pick<ApiContext, 'req'>): boolean => /^application\/(json|[\w.+-]+\+json)\b/i.test(c.req.header('content-type') ?? '')

function parse(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown) => (typeof value === 'string' ? storable(value) : value))
  } catch {
    throw refused('api.not-json')
  }
}

/** Counts commas and brackets outside of strings: once over the text, whatever it is. */
function demandModest(text: string, most: number): void {
  let [depth, values, quoted] = [0, 0, false]
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (quoted) {
      if (sign === '\\') at++
      else if (sign === '"') quoted = false
    } else if (sign === '"') quoted = true
    else if (sign === ',') values++
    else if (sign === '[' || sign === '{') [depth, values] = [depth + 1, values + 1]
    else if (sign === ']' || sign === '}') depth--
    if (depth > JSON_DEPTH || values > most) throw refused('input', { what: `JSON: ≤ ${most} values, ≤ ${JSON_DEPTH} levels` })
  }
}

const handleApiError: ErrorHandler<WebEnv> = (error, c) => {
  const refusal = refusalOf(error)
  if (!refusal || refusal.code === 'unreadable') logFailure(c, error)
  const { code, status, field, ...said } = refusal ?? refused('internal', { id: c.get('requestId') })
  // RFC 9110 15.5.2: a 401 names a way.
  if (status === 401) c.header('www-authenticate', 'Bearer')
  if (status === 503) c.header('retry-after', '5')
  c.header('cache-control', 'no-store')
  const body: ApiError = {
    error: code,
    message: sayRefusal({ code, ...said }, c.get('language')),
    ...(field === undefined ? {} : { field }),
  }
  return c.json(body, status as 400)
}
