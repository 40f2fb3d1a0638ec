/** Owns the types of the places that desk offers. */
import type { NoProps, Ticket } from '../../core/index.ts'

declare module 'pomoc' {
  interface Places {
    'desk.rail': NoProps
    'desk.list.row': { ticket: Ticket }
    'desk.ticket.acts': { ticket: Ticket }
    'desk.ticket.side': { ticket: Ticket }
  }
}
