/** Owns the types of the places that faq offers. */
import type { Id } from '../../core/index.ts'

declare module 'pomoc' {
  interface Places {
    'faq.item.footer': { unitId: Id; itemId: Id }
  }
}
