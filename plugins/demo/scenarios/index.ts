/** Owns the list of all stories. */
import { accountScenarios } from './accounts.ts'
import { mailScenarios } from './mail.ts'
import { networkScenarios } from './network.ts'
import { officeScenarios } from './offices.ts'
import type { Scenario } from './scenario.ts'
import { softwareScenarios } from './software.ts'
import { studyScenarios } from './studies.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...mailScenarios,
  ...networkScenarios,
  ...accountScenarios,
  ...softwareScenarios,
  ...studyScenarios,
  ...officeScenarios,
]
