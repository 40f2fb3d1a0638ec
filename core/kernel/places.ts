/** Owns the places in pages that core itself offers to plugins, and what each is handed. */

/** Name → what is handed to whoever fills it. core/README.md lists them with those of the plugins. */
export const CORE_PLACES: Readonly<Record<string, string>> = {
  'document.head': '{ frame }: elements for the head of every page',
  'page.footer': '{ frame }: the foot of every page',
  'person.menu': '{}: entries in the menu of whoever is logged in',
}
