/** Owns the check of plugins before anything runs: their shape, version, needs, and that no two claim the same thing. */
import { administrationTexts } from '../audit/administration-texts.ts'
import { subjectWords, type Subject } from '../audit/subject.ts'
import { BootError } from '../machine/boot-error.ts'
import { COMPLETE_LANGUAGES } from '../i18n/languages.ts'
import { orderSteps } from '../mail/judge/step-order.ts'
import { ROLES } from '../machine/roles.ts'
import { API } from '../kernel/contract.ts'
import { GUARDS } from '../kernel/guards.ts'
import type { AnyPlugin } from './load-plugins.ts'
import { CORE_PLACES } from '../kernel/places.ts'
import type { Setting } from '../kernel/settings/settings.ts'

const NAME = /^[a-z][a-z0-9-]{0,40}$/
const KEYS = [
  'name',
  'api',
  'scope',
  'needs',
  'texts',
  'settings',
  'permissions',
  'migrations',
  'fills',
  'files',
  'routes',
  'apiRoutes',
  'places',
  'slots',
  'mailChecks',
  'mailSteps',
  'guards',
  'choices',
  'on',
  'jobs',
  'search',
  'linkKinds',
  'administered',
  'personData',
  'rulesFrom',
  'logins',
  'commands',
  'checkConfig',
  'start',
  'startsIn',
]
/** The first part stands as it is: nobody answers for all addresses. */
const API_ADDRESS = /^(GET|POST|PUT|PATCH|DELETE) \/[\w.-]+(\/[^\s/*]+)*$/
/** Kinds that are tables by name, and what each entry must have to be called. */
const TABLES: Record<string, string | null> = {
  slots: 'render',
  apiRoutes: 'run',
  mailChecks: '',
  mailSteps: 'run',
  guards: 'check',
  on: '',
  jobs: 'run',
  search: 'find',
  linkKinds: 'show',
  rulesFrom: '',
  logins: 'check',
  commands: 'run',
  migrations: 'up',
  fills: 'step',
  places: null,
  permissions: null,
  settings: null,
  files: null,
  administered: null,
}

/** Refuses what cannot work, or cannot work together, with one sentence. */
export function checkPlugins(plugins: AnyPlugin[]): AnyPlugin[] {
  for (const plugin of plugins) checkShape(plugin)
  const names = new Set<string>()
  for (const { name } of plugins) {
    if (names.has(name)) throw new BootError(`Plugin “${name}” is named twice in “plugins”.`)
    names.add(name)
  }
  checkClaims(plugins)
  for (const plugin of plugins) {
    const missing = (plugin.needs ?? []).filter((need) => !names.has(need))
    if (missing.length > 0) {
      throw new BootError(`Plugin “${plugin.name}” needs “${missing.join('”, “')}”: add it to “plugins” in config/local.ts.`)
    }
  }
  checkPlaces(plugins)
  orderSteps(plugins)
  return plugins
}

function checkShape(plugin: AnyPlugin): void {
  if (typeof plugin.name !== 'string' || !NAME.test(plugin.name) || plugin.name === 'core' || plugin.name === 'pomoc') {
    throw new BootError(
      `A plugin calls itself “${String(plugin.name)}”: a name is a–z, digits and dashes, 41 characters at most, and not “core” or “pomoc”.`,
    )
  }
  const wrong = (what: string): BootError =>
    new BootError(`Plugin “${plugin.name}” ${what}: correct its code, or take it out of “plugins”.`)
  if (plugin.api !== API) {
    throw new BootError(
      `Plugin “${plugin.name}” is written for contract version ${String(plugin.api)}, this program has ${API}: install a fitting version of it.`,
    )
  }
  const unknown = Object.keys(plugin).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) throw wrong(`says “${unknown}”, which the contract does not know`)
  if (plugin.scope !== 'unit' && plugin.scope !== 'installation') throw wrong('must say scope: “unit” or “installation”')
  if (plugin.startsIn !== undefined && !ROLES.includes(plugin.startsIn))
    throw wrong(`starts in “${String(plugin.startsIn)}”, which is none of ${ROLES.join(', ')}`)
  for (const key of ['routes', 'checkConfig', 'start'] as const) {
    if (plugin[key] !== undefined && typeof plugin[key] !== 'function') throw wrong(`has “${key}”, which must be a function`)
  }
  for (const [kind, method] of Object.entries(TABLES)) {
    const table = plugin[kind as keyof AnyPlugin] as Record<string, unknown> | undefined
    if (table === undefined) continue
    if (typeof table !== 'object' || table === null || Array.isArray(table)) throw wrong(`has “${kind}”, which must be an object`)
    for (const [name, entry] of Object.entries(table)) {
      const called = method === '' ? entry : method === null ? undefined : (entry as Record<string, unknown> | null)?.[method]
      if (method !== null && typeof called !== 'function')
        throw wrong(`brings “${name}” in “${kind}” without ${method === '' ? 'a function' : `the function “${method}”`}`)
    }
  }
  if (plugin.choices !== undefined && typeof (plugin.choices as { take?: unknown } | null)?.take !== 'function')
    throw wrong('has “choices” without the function “take”')
  checkTexts(plugin, wrong)
  checkNames(plugin, wrong)
}

/** “Polish and English”. */
const SPOKEN = new Intl.ListFormat('en').format(
  COMPLETE_LANGUAGES.map((language) => new Intl.DisplayNames('en', { type: 'language' }).of(language)!),
)

function checkTexts(plugin: AnyPlugin, wrong: (what: string) => BootError): void {
  const { texts } = plugin
  const needs = (key: string, of: string) => {
    if (typeof key !== 'string' || !texts || !COMPLETE_LANGUAGES.every((language) => Object.hasOwn(texts[language], key)))
      throw wrong(`has no text “${key}” in ${SPOKEN} for ${of}`)
  }
  if (texts && COMPLETE_LANGUAGES.some((language) => typeof texts[language] !== 'object'))
    throw wrong('has texts not made with defineTexts(pl, en)')
  for (const [key, setting] of Object.entries((plugin.settings ?? {}) as Record<string, Setting>)) {
    needs(setting.label, `its setting “${key}”`)
    if (!setting.schema.safeParse(setting.fallback).success) throw wrong(`has a setting “${key}” whose own fallback is not valid`)
  }
  for (const [right, label] of Object.entries(plugin.permissions ?? {})) needs(label, `its right “${right}”`)
  for (const [name, subject] of Object.entries(plugin.administered ?? {})) {
    const { fields, way } = (subject ?? {}) as Partial<Subject>
    if (typeof fields !== 'object' || typeof way !== 'object')
      throw wrong(`administers “${name}” without its fields, or without a way back or the reason why there is none`)
    for (const key of subjectWords(subject)) if (!Object.hasOwn(administrationTexts.pl, key)) needs(key, `its administered “${name}”`)
  }
  for (const [name, source] of Object.entries(plugin.search ?? {}))
    needs((source as { label: string }).label, `its search source “${name}”`)
  for (const [name, kind] of Object.entries(plugin.linkKinds ?? {}))
    needs((kind as { label: string }).label, `its kind of linked things “${name}”`)
}

function checkNames(plugin: AnyPlugin, wrong: (what: string) => BootError): void {
  for (const job of Object.keys(plugin.jobs ?? {})) {
    if (!job.startsWith(`${plugin.name}/`)) throw wrong(`brings the job “${job}”, whose name must begin with “${plugin.name}/”`)
  }
  for (const right of Object.keys(plugin.permissions ?? {})) {
    if (!right.startsWith(`${plugin.name}.`)) throw wrong(`brings the right “${right}”, whose name must begin with “${plugin.name}.”`)
  }
  for (const [name, { type, right }] of Object.entries(plugin.administered ?? {})) {
    if (!name.startsWith(`${plugin.name}/`) || type !== name)
      throw wrong(`administers “${name}”, whose name and type must both begin with “${plugin.name}/”`)
    if (right !== 'installation' && right !== 'unit') throw wrong(`administers “${name}” without saying right: “installation” or “unit”`)
  }
  for (const place of Object.keys(plugin.places ?? {})) {
    if (!place.startsWith(`${plugin.name}.`)) throw wrong(`offers the place “${place}”, whose name must begin with “${plugin.name}.”`)
  }
  for (const [address, { login }] of Object.entries((plugin.apiRoutes ?? {}) as Record<string, { login: unknown }>)) {
    if (!API_ADDRESS.test(address))
      throw wrong(`brings “${address}” in “apiRoutes”, which is not written like “POST /api/${plugin.name}/tickets/:id”`)
    if (typeof login !== 'function') throw wrong(`brings “${address}” in “apiRoutes” without the function “login”, which says who calls`)
  }
  for (const [guard, { onFault }] of Object.entries((plugin.guards ?? {}) as Record<string, { onFault: unknown }>)) {
    if (!(GUARDS as readonly string[]).includes(guard)) throw wrong(`guards “${guard}”, which is no act (${GUARDS.join(', ')})`)
    if (onFault !== 'allow' && onFault !== 'refuse') throw wrong(`guards “${guard}” without saying onFault: “allow” or “refuse”`)
  }
  for (const [way, { order }] of Object.entries((plugin.logins ?? {}) as Record<string, { order: unknown }>)) {
    if (typeof order !== 'number') throw wrong(`brings the way to log in “${way}” without an order`)
  }
  for (const [place, { order }] of Object.entries((plugin.slots ?? {}) as Record<string, { order: unknown }>)) {
    if (typeof order !== 'number') throw wrong(`fills the place “${place}” without an order`)
  }
}

/** One claim per name: migration tables are named after the plugin with every other sign an underscore. */
function checkClaims(plugins: AnyPlugin[]): void {
  const claims = new Map<string, string>()
  const claim = (what: string, plugin: string) => {
    const other = claims.get(what)
    if (other !== undefined)
      throw new BootError(`Plugins “${other}” and “${plugin}” both bring ${what}: remove one of them from “plugins”.`)
    claims.set(what, plugin)
  }
  for (const place of Object.keys(CORE_PLACES)) claims.set(`the place “${place}”`, 'pomoc')
  claims.set('the kind of linked things “ticket”', 'pomoc')
  for (const { name, ...plugin } of plugins) {
    if (plugin.migrations) claim(`tables named “${name.replace(/-/g, '_')}”`, name)
    for (const place of Object.keys(plugin.places ?? {})) claim(`the place “${place}”`, name)
    for (const kind of Object.keys(plugin.linkKinds ?? {})) claim(`the kind of linked things “${kind}”`, name)
    for (const kind of Object.keys(plugin.rulesFrom ?? {})) claim(`reading rules of the kind “${kind}”`, name)
    for (const file of Object.keys(plugin.files ?? {})) claim(`the file “${file}”`, name)
    for (const job of Object.keys(plugin.jobs ?? {})) claim(`the job “${job}”`, name)
    for (const address of Object.keys(plugin.apiRoutes ?? {})) claim(`the route ${address.replace(/:\w+/g, ':')}`, name)
    for (const right of Object.keys(plugin.permissions ?? {})) claim(`the right “${right}”`, name)
  }
}

/** Core offers some of their places, and a plugin of that name the rest: where it is not loaded they stay unfilled. */
const SHARED_OWNERS: ReadonlySet<string> = new Set(['desk', 'admin'])

/** A place of a plugin that is not loaded stays unfilled; one that its loaded owner does not offer is a slip of the pen. */
function checkPlaces(plugins: AnyPlugin[]): void {
  const offered = new Set([...Object.keys(CORE_PLACES), ...plugins.flatMap((plugin) => Object.keys(plugin.places ?? {}))])
  for (const plugin of plugins) {
    for (const place of Object.keys(plugin.slots ?? {})) {
      const owner = place.split('.')[0]!
      const known =
        plugins.some(({ name }) => name === owner) ||
        (!SHARED_OWNERS.has(owner) && Object.keys(CORE_PLACES).some((core) => core.split('.')[0] === owner))
      if (!offered.has(place) && (known || !NAME.test(owner))) {
        throw new BootError(
          `Plugin “${plugin.name}” fills the place “${place}”, which nobody offers: “npm run pomoc -- plugins” lists them all.`,
        )
      }
    }
  }
}
