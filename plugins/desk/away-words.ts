/** Owns saying in the desk that somebody is away. */
import { sayAbsence, type Absence, type PageContext } from '../../core/index.ts'

/** "nieobecność do pt. 4 grudnia, zastępuje Jan Kowalski". */
export function sayAway(c: PageContext, absence: Absence): string {
  const { config, clock } = c.get('host')
  return sayAbsence(absence, c.get('language'), config.zone, clock())
}
