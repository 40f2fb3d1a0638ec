/** Owns the configuration: its keys, its sources in order (defaults, config/local.ts, environment), its checks. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { z } from 'zod'
import { BootError, reasonOf } from './boot-error.ts'
import { configSchema } from './config-schema.ts'
import { defaultDataDir } from './data-dir.ts'
import { projectDir } from './project.ts'
import { loadTheme, type LoadedTheme } from './theme.ts'

type Checked = z.output<typeof configSchema>

const COMMAND_LINE = 'the command line'

/** The whole configuration, checked; paths absolute, urls without a slash at the end. */
export type Config = Readonly<
  Omit<Checked, 'dataDir' | 'baseUrl' | 'mail' | 'theme'> & {
    /** The folder that holds config/, for paths in it and plugins named by path. */
    dir: string
    dataDir: string
    /** Without a slash at the end. Where the port is 0 the program puts the one it got. */
    baseUrl: string
    mail: Omit<Checked['mail'], 'hostname'> & { hostname: string }
    /** The named one, loaded. */
    theme: LoadedTheme
  }
>

type DeepPartial<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T

/** What config/defaults.ts and config/local.ts export by default. */
export type PartialConfig = DeepPartial<z.input<typeof configSchema>>

/** Where people find the site, for links in mail: never taken from a request, which anybody may forge. No slash at the end. */
export const siteUrl = (config: Pick<Config, 'baseUrl' | 'http'>): string => config.baseUrl ?? `http://localhost:${config.http.port}`

/** All addresses of the site as people type them: scheme, host and port. */
export const siteOrigins = (config: Pick<Config, 'baseUrl' | 'http' | 'otherUrls'>): string[] =>
  [siteUrl(config), ...config.otherUrls].map((url) => new URL(url).origin)

/** Every environment variable and the key that it sets. */
export const environmentKeys = {
  POMOC_DATA_DIR: 'dataDir',
  POMOC_DATABASE_URL: 'databaseUrl',
  POMOC_SECRET_KEYS: 'secretKeys',
  POMOC_HTTP_HOST: 'http.host',
  POMOC_HTTP_PORT: 'http.port',
  POMOC_SMTP_HOST: 'smtp.host',
  POMOC_SMTP_PORT: 'smtp.port',
  POMOC_BASE_URL: 'baseUrl',
  POMOC_MAIL_ADDRESS: 'mailAddress',
  POMOC_SMARTHOST_URL: 'smarthostUrl',
  POMOC_SMARTHOST_CA: 'smarthostCa',
  POMOC_METRICS_HOST: 'metrics.host',
  POMOC_METRICS_PORT: 'metrics.port',
  POMOC_METRICS_TOKEN: 'metrics.token',
  POMOC_LOG_LEVEL: 'logLevel',
  POMOC_ONLY: 'only',
  POMOC_PLUGINS: 'plugins',
} as const

/** Keys whose variables hold words divided by commas. */
const LISTS: readonly string[] = ['only', 'plugins']

/**
 * Reads and checks the configuration. `dir` is the folder that holds config/local.ts; an empty variable counts as unset.
 * `options` are those of the command line, by key; they win over all else.
 */
export async function loadConfig({
  env = process.env,
  dir = projectDir,
  options = {},
}: {
  env?: Record<string, string | undefined>
  dir?: string
  options?: Record<string, unknown>
} = {}): Promise<Config> {
  const sources = new Map<string, string>()
  const merged: Tree = {}
  overlay(merged, await readFile(join(projectDir, 'config', 'defaults.ts')), 'config/defaults.ts', sources)
  const local = join(dir, 'config', 'local.ts')
  if (existsSync(local)) overlay(merged, await readFile(local), 'config/local.ts', sources)
  overlay(merged, fromEnvironment(env), 'environment', sources)
  overlay(merged, options, COMMAND_LINE, sources)

  const result = configSchema.safeParse(merged)
  if (!result.success) {
    const text = existsSync(local) ? readFileSync(local, 'utf8') : ''
    throw new ConfigError(result.error.issues.map((issue) => ({ ...sentence(issue, merged, sources), text })).map(sayFault))
  }
  const config = result.data
  return {
    ...config,
    dir,
    theme: await loadTheme(config.theme, dir),
    dataDir: config.dataDir ? resolve(dir, config.dataDir) : defaultDataDir(projectDir),
    ...(config.secretKeys && { secretKeys: resolve(dir, config.secretKeys) }),
    ...(config.smarthostCa && { smarthostCa: resolve(dir, config.smarthostCa) }),
    baseUrl: (config.baseUrl ?? `http://localhost:${config.http.port}`).replace(/(?<!\/)\/+$/, ''),
    mail: {
      ...config.mail,
      hostname: config.mail.hostname ?? config.mailAddress.slice(config.mailAddress.lastIndexOf('@') + 1),
      dkim: config.mail.dkim.map((key) => ({ ...key, keyFile: resolve(dir, key.keyFile) })),
    },
    smtp: {
      ...config.smtp,
      ...(config.smtp.tlsKey && { tlsKey: resolve(dir, config.smtp.tlsKey) }),
      ...(config.smtp.tlsCert && { tlsCert: resolve(dir, config.smtp.tlsCert) }),
    },
  }
}

/** The configuration is wrong: the message is the first fault, as a start tells it; `faults` are all, with their lines. */
export class ConfigError extends BootError {
  constructor(readonly faults: readonly { says: string; line?: number }[]) {
    super(faults[0]?.says ?? 'The configuration is not valid.')
  }
}

interface Fault {
  says: string
  /** The key that config/local.ts sets; undefined where another source did. */
  path?: readonly PropertyKey[]
  text: string
}

const sayFault = ({ says, path, text }: Fault): { says: string; line?: number } => {
  const line = path && lineOf(text, path)
  return line === undefined ? { says } : { says, line }
}

/** The line in which a key is set, by looking for its names one after the other; undefined where it is not written so. */
function lineOf(text: string, path: readonly PropertyKey[]): number | undefined {
  let at = 0
  let found: number | undefined
  for (const name of path.filter((key) => typeof key === 'string')) {
    const plain = [`${name}:`, `${name} :`, `'${name}'`, `"${name}"`].map((word) => text.indexOf(word, at)).filter((place) => place !== -1)
    if (plain.length === 0) break
    at = Math.min(...plain)
    found = at
  }
  return found === undefined ? undefined : text.slice(0, found).split('\n').length
}

type Tree = { [key: string]: unknown }

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

async function readFile(path: string): Promise<unknown> {
  try {
    const module = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as { default?: unknown }
    if (!isTree(module.default)) throw new Error('it has no `export default { … }`')
    return module.default
  } catch (error) {
    // Node tells the place of a slip of the pen above the stack: file:///…/local.ts:12
    const line = new RegExp(`${escaped(pathToFileURL(path).href)}:(\\d{1,9})`).exec(error instanceof Error ? (error.stack ?? '') : '')?.[1]
    const where = line ? `, line ${line}` : ''
    throw new BootError(`The file ${path} cannot be used, ${reasonOf(error)}${where}: correct it or take it away.`)
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** Lays `over` on `under`, deep, and remembers which source each key came from. Lists replace lists. */
function overlay(under: Tree, over: unknown, source: string, sources: Map<string, string>, path = ''): void {
  for (const [key, value] of Object.entries(over as Tree)) {
    if (value === undefined) continue
    const name = path + key
    if (isTree(value)) {
      if (!isTree(under[key])) under[key] = {}
      overlay(under[key] as Tree, value, source, sources, `${name}.`)
    } else {
      under[key] = value
      sources.set(name, source)
    }
  }
}

function fromEnvironment(env: Record<string, string | undefined>): Tree {
  const tree: Tree = {}
  for (const [variable, name] of Object.entries(environmentKeys)) {
    const text = env[variable]?.trim()
    if (!text) continue
    const keys = name.split('.')
    const last = keys.pop() as string
    let at = tree
    for (const key of keys) at = (at[key] ??= {}) as Tree
    at[last] = last === 'port' && /^\d+$/.test(text) ? Number(text) : LISTS.includes(name) ? wordsOf(text) : text
  }
  return tree
}

/** Words divided by commas: 'web, jobs'. */
export const wordsOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** A fault as one sentence: the key and where it was set, its value, and what to write. */
function sentence(issue: z.core.$ZodIssue, merged: Tree, sources: Map<string, string>): Omit<Fault, 'text'> {
  if (issue.code === 'unrecognized_keys') {
    const path = [...issue.path, issue.keys[0]!]
    return {
      says: `config/local.ts sets ${path.join('.')}, which pomoc does not know: correct the name (config/defaults.ts lists all) or take it out.`,
      path,
    }
  }
  const name = issue.path.join('.')
  const value = issue.path.reduce<unknown>((at, key) => (at as Tree | undefined)?.[key as string], merged)
  // A list has one source: 'only.0' came from where 'only' did.
  const list = LISTS.find((key) => name.startsWith(`${key}.`)) ?? name
  const source = sources.get(list)
  const variable = Object.entries(environmentKeys).find(([, key]) => key === list)?.[0]
  const where =
    source === COMMAND_LINE ? `--${list}` : source === 'environment' && variable ? variable : `${name} in ${source ?? 'config/local.ts'}`
  const shown = value === undefined ? 'missing' : secret(name) ? 'not right' : JSON.stringify(value)
  const also = variable && source !== COMMAND_LINE && !where.startsWith(variable) ? ` (${variable} sets it too)` : ''
  return {
    says: `${where} is ${shown}: write ${issue.message}${also}.`,
    ...(source === undefined || source === 'config/local.ts' ? { path: issue.path } : {}),
  }
}

/** Values that may hold a password are never printed. */
const secret = (name: string): boolean => (name.endsWith('Url') && name !== 'baseUrl') || name === 'metrics.token'
