/** Owns saying why a ticket is where it is: the reasons that mail and entry forms stored with it, as sentences. */
import { mailTexts, type Language, type MailKey, type MailReason, type Origin } from '../../core/index.ts'
import { sayMailRule } from '../../core/pages.ts'
import { deskTexts, type DeskKey } from './words.ts'

/** One line each; what nobody has words for yet is said as it was stored. */
export function sayReasons(origin: Origin, language: Language): string[] {
  return [...new Set(sayStored(origin.mail.length > 0 ? origin.mail : origin.reason, language))]
}

/** The sentences for what a row of history stored as its reason. */
export const sayStored = (stored: unknown, language: Language): string[] =>
  oneOfProgram(reasonsIn(stored))
    .map((reason) => sayReason(reason, language))
    .filter((line) => line !== '')

/** A program shows itself by several signs: one sentence names them all. */
function oneOfProgram(reasons: readonly MailReason[]): MailReason[] {
  const isSign = ({ step, decided }: MailReason) => step === 'automatic' && decided === 'no-automatic-answer'
  const signs = reasons.filter(isSign)
  const [first] = signs
  return reasons.flatMap((reason) =>
    !isSign(reason) ? [reason] : reason === first ? [{ ...first, detail: signs.flatMap(({ detail }) => detail ?? []).join(', ') }] : [],
  )
}

export function reasonsIn(stored: unknown): MailReason[] {
  if (Array.isArray(stored)) return stored.flatMap(reasonsIn)
  if (typeof stored === 'string') return [{ step: '', decided: '', rule: '', detail: stored }]
  if (typeof stored !== 'object' || stored === null) return []
  const { step = '', decided = '', rule = '', detail } = stored as Partial<MailReason>
  return [{ step, decided, rule, ...(detail === undefined ? {} : { detail }) }]
}

export function sayReason(reason: MailReason, language: Language): string {
  const t = deskTexts.in(language)
  const detail = reason.detail ?? ''
  if ((reason.step === 'reading' || reason.step === 'recipients') && Object.hasOwn(mailTexts.pl, `mail.rule.${reason.rule}`)) {
    return [mailTexts.in(language)(`mail.rule.${reason.rule}` as MailKey), detail].filter(Boolean).join(' – ')
  }
  for (const name of [`${reason.step}.${reason.rule}`, `rule.${reason.rule}`, `step.${reason.step}`]) {
    const key = `reason.${name}` as DeskKey
    if (Object.hasOwn(deskTexts.pl, key)) return t(key, { detail, decided: reason.decided }).replace(/:\s*$/, '')
  }
  return [reason.rule ? sayMailRule(reason.rule, language).replace(/\.$/, '') : reason.step, detail].filter(Boolean).join(': ')
}
