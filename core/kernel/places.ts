/** Owns the places in pages that plugins may fill: what each hands over, and those that core itself offers. */

/**
 * Every place, with what is handed to whoever fills it. A plugin adds those it offers in a file `places.ts` of its own:
 * `declare module 'pomoc' { interface Places { 'care.footer': { ticket: Ticket } } }`. A prop `ticket` or `unitId` says in which
 * unit the place is; without one it is the page's.
 */
export interface Places {
  'document.head': { frame: FrameName }
  'page.footer': { frame: FrameName }
  'person.menu': NoProps
}
export type PlaceName = keyof Places & string
export type NoProps = Record<string, never>

/** The frames a page may have: its class in the style sheet. */
export type FrameName = 'portal' | 'desk' | 'admin' | 'plain'

/** Name → what is handed over, in words. core/README.md lists them with those of the plugins. */
export const CORE_PLACES = {
  'document.head': '{ frame }: elements for the head of every page',
  'page.footer': '{ frame }: the foot of every page',
  'person.menu': '{}: entries in the menu of whoever is logged in',
} as const satisfies { readonly [P in PlaceName]?: string }
