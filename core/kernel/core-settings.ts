/** Owns core's own settings: those an administrator changes while the program runs. */
import { integer } from './settings.ts'

export const coreSettings = {
  'faults.count': integer('setting.faults.count', 5, { min: 1, max: 1000 }),
  'faults.minutes': integer('setting.faults.minutes', 10, { min: 1, max: 1440 }),
}
