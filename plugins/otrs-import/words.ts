/** Owns the words of the take-over: its translator, and how a code is said that has none. */
import { defineTexts, type Language, type PageContext } from '../../core/index.ts'
import { checkEn } from './i18n/check-en.ts'
import { checkPl } from './i18n/check-pl.ts'
import { masterFindingsEn, masterFindingsPl } from './i18n/master-findings.ts'
import { pagesEn } from './i18n/pages-en.ts'
import { pagesPl } from './i18n/pages-pl.ts'
import { ticketFindingsEn, ticketFindingsPl } from './i18n/ticket-findings.ts'
import type { FindingCode } from './findings.ts'

/** A code without words does not compile. */
const findings: Readonly<Record<`finding.${FindingCode}`, string>> = { ...masterFindingsPl, ...ticketFindingsPl }
const pl = { ...checkPl, ...findings, ...pagesPl }
export const texts = defineTexts(pl, { ...checkEn, ...masterFindingsEn, ...ticketFindingsEn, ...pagesEn })
export type ImportKey = keyof typeof pl
export const words = (c: PageContext) => texts.in(c.get('language'))

/** A code that a run wrote; one of another version of pomoc is said as it is. */
export function sayFinding(language: Language, code: string): string {
  const key = `finding.${code}`
  return key in pl ? texts.in(language)(key as ImportKey) : code
}
