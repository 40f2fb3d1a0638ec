/** Owns the types of the places that portal offers. */
import type { NoProps, Ticket } from '../../core/index.ts'

declare module 'pomoc' {
  interface Places {
    'portal.login': NoProps
    'portal.bar': NoProps
    'portal.notices': NoProps
    'portal.home': NoProps
    'portal.account': NoProps
    'portal.new-ticket.suggestions': { subject: string }
    'portal.ticket.below': { ticket: Ticket }
  }
}
