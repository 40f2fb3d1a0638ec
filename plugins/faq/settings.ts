/** Owns what may be set about the knowledge base, per unit. */
import { integer, yesNo, type Host } from '../../core/index.ts'

export const settings = {
  suggestions: integer('settings.suggestions', 3, { min: 0, max: 10 }),
  approval: yesNo('settings.approval', false),
}
export type FaqHost = Host<typeof settings>
