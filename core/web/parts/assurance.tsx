/** Owns how a sender's assurance is shown: a sign and a word, the reason behind it. */
import type { Article } from '../../article/articles.ts'
import type { Assurance, Language } from '../../database/schema.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { mailTexts, type MailKey } from '../../mail/mail-texts.ts'
import { webTexts } from '../i18n/web-texts.ts'

const SIGNS: Record<Assurance, string> = { login: '✓', confirmed: '✓', address: '@', unverified: '?', failed: '✕' }

export const sayAssurance = (level: Assurance, language: Language): string => webTexts.in(language)(`assurance.${level}`)

/** The rule as a sentence; a plugin's own by its name. */
export function sayMailRule(rule: string, language: Language): string {
  const key = `mail.rule.${rule}`
  return Object.hasOwn(mailTexts.pl, key) ? mailTexts.in(language)(key as MailKey) : rule
}

/** Sign and word alone, for lists. */
export const AssuranceMark = ({ c, level }: { c: PageContext; level: Assurance }) => (
  <span class={`assurance assurance-${level}`}>
    <span class="only-heard">{webTexts.in(c.get('language'))('assurance.label')} </span>
    <span class="assurance-sign" aria-hidden="true">
      {SIGNS[level]}
    </span>{' '}
    {sayAssurance(level, c.get('language'))}
  </span>
)

/** With its reason: folded where all is well, open where it is not. */
export const AssuranceLine = ({ c, article }: { c: PageContext; article: Pick<Article, 'id' | 'assurance'> }) => {
  const { assurance } = article
  if (!assurance) return null
  return (
    <details class="assurance-line" id={`article-${article.id}-assurance`} open={assurance.level === 'failed'}>
      <summary>
        <AssuranceMark c={c} level={assurance.level} />
      </summary>
      <p>
        {sayMailRule(assurance.rule, c.get('language'))}
        {assurance.detail && (
          <>
            {' '}
            <span class="assurance-detail">{assurance.detail}</span>
          </>
        )}
      </p>
    </details>
  )
}
