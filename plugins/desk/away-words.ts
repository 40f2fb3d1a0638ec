/** Owns saying in the desk that somebody is away. */
import type { Absence, PageContext } from '../../core/index.ts'
import { sayAbsence } from '../../core/pages.ts'

/** "nieobecność do pt. 4 grudnia, zastępuje Jan Kowalski". */
export function sayAway(c: PageContext, absence: Absence): string {
  const { config, clock } = c.get('host')
  return sayAbsence(absence, c.get('language'), config.zone, clock())
}
