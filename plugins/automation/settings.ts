/** Owns the settings of automation: what central administration lets rules of units do. */
import { integer } from '../../core/index.ts'

export const settings = {
  /** Rules in use that one unit may have. */
  unitRules: integer('settings.unitRules', 20, { min: 0, max: 1000 }),
  /** Tickets that a unit's rule may mean at once. */
  unitMost: integer('settings.unitMost', 1000, { min: 1, max: 1_000_000 }),
  /** How often one rule may do something to the same ticket within an hour before it counts as one that loops. */
  loops: integer('settings.loops', 10, { min: 1, max: 1000 }),
  /** Days for which is kept what rules did. */
  days: integer('settings.days', 90, { min: 1, max: 3650 }),
}
export type AutomationSettings = typeof settings
