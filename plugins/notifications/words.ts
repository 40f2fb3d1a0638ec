/** Owns the translators of notifications: their own words, and those of their pages. */
import { defineTexts, type PageContext, type Translate } from '../../core/index.ts'
import { fieldOfEvent } from './events.ts'
import { pagesEn } from './i18n/pages-en.ts'
import { pagesPl } from './i18n/pages-pl.ts'
import { texts } from './texts.ts'

const pageTexts = defineTexts(pagesPl, pagesEn)
export type PageKey = keyof typeof pagesPl

/** Words of the pages. */
export const words = (c: PageContext): Translate<PageKey> => pageTexts.in(c.get('language'))
/** What events, recipients, ways and reasons are called. */
export const labels = (c: PageContext) => texts.in(c.get('language'))

/** An event in words; `field`: what the installation calls a field of this name. */
export function sayEvent(c: PageContext, event: string, field: (name: string) => string = (name) => name): string {
  const name = fieldOfEvent(event)
  if (name !== undefined) return labels(c)('event.field', { name: field(name) })
  const key = `event.${event}`
  return Object.hasOwn(texts.pl, key) ? labels(c)(key as 'event.TicketCreate') : event
}
