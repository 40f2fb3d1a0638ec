/** Owns what is said of a posted calendar that cannot be taken: by field, in the reader's language. */
import { coreTexts, type CoreKey } from '../i18n/core-texts.ts'
import type { Language } from '../i18n/languages.ts'
import type { CalendarProblem } from './calendar-fields.ts'

/** Of each field its first problem; the line is named where a field has several. */
export function sayCalendarProblems(problems: readonly CalendarProblem[], language: Language): Record<string, string> {
  const t = coreTexts.in(language)
  const said: Record<string, string> = {}
  for (const { field, line, message, params } of problems) {
    const text = message in coreTexts.pl ? t(message as CoreKey, params) : t('calendar.unreadable')
    said[field] ??= line === undefined ? text : t('calendar.line', { line, what: text })
  }
  return said
}
