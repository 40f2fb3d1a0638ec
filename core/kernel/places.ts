/** Owns the places in pages that plugins may fill: what each hands over, and those that core itself offers. */
import type { Id } from '../database/schema.ts'

/**
 * Every place, with what is handed to whoever fills it. A plugin adds those it offers in a file `places.ts` of its own:
 * `declare module 'pomoc' { interface Places { 'care.footer': { ticket: Ticket } } }`. A prop `ticket` or `unitId` says in which
 * unit the place is; without one it is the page's.
 */
export interface Places {
  'document.head': { frame: FrameName }
  'page.footer': { frame: FrameName }
  'page.bar': NoProps
  'person.menu': NoProps
  'desk.navigation': NoProps
  /** `area`: where the page belongs among those that the plugin admin itself brings; none where it is somebody else's. */
  'admin.rail': { path: string; area?: string | undefined }
  /** `base`: where the unit's pages of administration begin, '/u/it/admin'. */
  'unit.rail': { path: string; base: string; unitId: Id; area?: string | undefined }
}
export type PlaceName = keyof Places & string
export type NoProps = Record<string, never>

/** The frames a page may have: its class in the style sheet. */
export type FrameName = 'portal' | 'desk' | 'admin' | 'plain'

/** Name → what is handed over, in words. core/README.md lists them with those of the plugins. */
export const CORE_PLACES = {
  'document.head': '{ frame }: elements for the head of every page',
  'page.footer': '{ frame }: the foot of every page',
  'page.bar': '{}: in the bar of every page, before the menu of whoever is logged in',
  'person.menu': '{}: entries in the menu of whoever is logged in',
  'desk.navigation': "{}: navigation beside plugins' pages for agents",
  'admin.rail': '{ path }: navigation beside every page of central administration',
  'unit.rail': "{ path, base, unitId }: navigation beside every page of a unit's administration",
} as const satisfies { readonly [P in PlaceName]?: string }
