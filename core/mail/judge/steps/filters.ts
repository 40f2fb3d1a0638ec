/** Owns the question: what do postmaster filters and X-OTRS headers say of this mail? They were asked before; here stands what came of it. */
import type { Step } from '../hand.ts'

export const filters: Step = {
  name: 'filters',
  decide: ({ headers }) => [...headers.reasons],
}
