/** Owns the description of what is loaded: plugins, their order at every place, for the command line and pages of administration. */
import type { Id, Language } from '../database/schema.ts'
import { sayText } from '../i18n/texts.ts'
import type { PlacedStep } from '../mail/judge/step-order.ts'
import { AGENT_RIGHTS } from '../permission/policy.ts'
import type { Activation } from '../kernel/activation.ts'
import { coreSettings } from '../kernel/settings/core-settings.ts'
import { vital } from '../kernel/faults.ts'
import { GUARDS } from '../kernel/guards.ts'
import type { AnyPlugin } from './load-plugins.ts'
import type { Route } from '../kernel/mount.ts'
import { CORE_PLACES } from '../kernel/places.ts'
import type { SettingsOwner } from '../administration/settings-form.ts'
import type { Fills } from '../kernel/slots.ts'

export interface PluginInfo {
  name: string
  scope: 'unit' | 'installation'
  needs: readonly string[]
  /** It cannot be suspended: without it nobody could work. */
  vital: boolean
  guards: string[]
  facts: string[]
  jobs: { name: string; cron: string | null }[]
  mailChecks: string[]
  search: string[]
  logins: string[]
  commands: { name: string; summary: string; arguments: string }[]
  routes: { method: string; path: string }[]
  /** For programs. */
  api: { method: string; path: string }[]
  settings: string[]
  migrations: string[]
}

export interface PlaceInfo {
  name: string
  what: string
  offeredBy: string
  filledBy: { plugin: string; order: number }[]
}
export interface RightInfo {
  name: string
  plugin: string | null
  words: string
}

export interface Registry {
  /** In the order in which they are loaded and asked. */
  list(): PluginInfo[]
  find(name: string): PluginInfo | undefined
  /** Every place, with who fills it, in order. */
  places(): PlaceInfo[]
  /** All steps a mail goes through, core's and plugins', in order; a plugin's is named 'plugin/step'. */
  mailSteps(): { name: string; plugin: string | null }[]
  /** Acts that may be guarded, and who does, in order. */
  guards(): { name: string; plugins: string[] }[]
  /** All rights over tickets and those that plugins add. */
  rights(language: Language): RightInfo[]
  /** Whose settings: of a plugin, or of 'core'; for `settingsForm` and `saveSettingsForm`. */
  settingsOf(name: string): SettingsOwner | undefined
  /** Units where a plugin is on and not suspended, from the database. */
  unitsOf(name: string): Promise<Id[]>
  /** Facts a plugin listens to: what a replay sends. */
  factsOf(name: string): string[]
}

export function makeRegistry(room: {
  plugins: readonly AnyPlugin[]
  fills: Fills
  steps: readonly PlacedStep[]
  activation: Activation
  routes: readonly Route[]
  api: readonly Route[]
}): Registry {
  const { plugins, fills, steps, activation } = room
  const of = (routes: readonly Route[], name: string) =>
    routes.filter((route) => route.plugin === name).map(({ method, path }) => ({ method, path }))
  const list = () =>
    plugins.map(
      (plugin): PluginInfo => ({
        name: plugin.name,
        scope: plugin.scope,
        needs: plugin.needs ?? [],
        vital: vital(plugin),
        guards: Object.keys(plugin.guards ?? {}),
        facts: Object.keys(plugin.on ?? {}),
        jobs: Object.entries(plugin.jobs ?? {}).map(([name, job]) => ({ name, cron: (job as { cron?: string }).cron ?? null })),
        mailChecks: Object.keys(plugin.mailChecks ?? {}),
        search: Object.keys(plugin.search ?? {}),
        logins: Object.keys(plugin.logins ?? {}),
        commands: Object.entries(plugin.commands ?? {}).map(([name, command]) => {
          const { summary, arguments: takes = '' } = command as { summary: string; arguments?: string }
          return { name, summary, arguments: takes }
        }),
        routes: of(room.routes, plugin.name),
        api: of(room.api, plugin.name),
        settings: Object.keys(plugin.settings ?? {}),
        migrations: Object.keys(plugin.migrations ?? {}),
      }),
    )
  return {
    list,
    find: (name) => list().find((plugin) => plugin.name === name),
    places() {
      const offered = [
        ...Object.entries(CORE_PLACES).map(([name, what]) => ({ name, what, offeredBy: 'pomoc' })),
        ...plugins.flatMap((plugin) =>
          Object.entries((plugin.places ?? {}) as Record<string, string>).map(([name, what]) => ({ name, what, offeredBy: plugin.name })),
        ),
      ]
      return offered.map((place) => ({
        ...place,
        filledBy: (fills.get(place.name) ?? []).map(({ plugin, fill }) => ({ plugin: plugin.name, order: fill.order })),
      }))
    },
    mailSteps: () => steps.map(({ name, plugin }) => ({ name, plugin: plugin?.name ?? null })),
    guards: () => GUARDS.map((name) => ({ name, plugins: plugins.filter((plugin) => plugin.guards?.[name]).map((plugin) => plugin.name) })),
    rights: (language) => [
      ...AGENT_RIGHTS.map((name) => ({ name, plugin: null, words: name })),
      ...plugins.flatMap((plugin) =>
        Object.entries((plugin.permissions ?? {}) as Record<string, string>).map(([name, label]) => ({
          name,
          plugin: plugin.name,
          words: sayText(plugin.texts, language, label) ?? name,
        })),
      ),
    ],
    settingsOf(name) {
      if (name === 'core') return { name, settings: coreSettings }
      const plugin = plugins.find((one) => one.name === name)
      return plugin && { name, settings: plugin.settings ?? {}, ...(plugin.texts ? { texts: plugin.texts } : {}) }
    },
    unitsOf: (name) => activation.units(name),
    factsOf: (name) => Object.keys(plugins.find((plugin) => plugin.name === name)?.on ?? {}),
  }
}
