/** Owns how the log says the six numbers of a queue or an SLA. */
import type { AdministrationKey } from '../audit/administration-texts.ts'
import type { SubjectField } from '../audit/subject.ts'
import type { DeadlineColumns } from '../database/schema.ts'
import { sayMinutes } from './deadlines.ts'

/** Working minutes: '4 h 30 min'. */
export const sayTime = (value: unknown): string => (typeof value === 'number' ? sayMinutes(value) : '')
const minutes = (words: AdministrationKey): SubjectField<AdministrationKey> => ({ words, as: { say: sayTime } })

export const deadlineFields = {
  first_response_minutes: minutes('field.first_response_minutes'),
  first_response_notify: { words: 'field.first_response_notify' },
  update_minutes: minutes('field.update_minutes'),
  update_notify: { words: 'field.update_notify' },
  solution_minutes: minutes('field.solution_minutes'),
  solution_notify: { words: 'field.solution_notify' },
} satisfies Record<keyof DeadlineColumns, SubjectField<AdministrationKey>>
