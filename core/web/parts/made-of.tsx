/** Owns that a form says of which state of a thing it was made: what somebody else changed since is told before it is written over. */
import type { PageContext } from '../../kernel/contract.ts'
import { newestChange } from '../../audit/audit.store.ts'
import { sayDateTime } from '../../calendar/words.ts'
import { findPersonNames } from '../../person/persons.ts'
import { linkCounts, linkToken } from '../csrf.ts'
import type { FormState } from '../forms.ts'
import { webTexts } from '../i18n/web-texts.ts'

/** What a form carries of it. */
export const MADE_OF = '_made-of'

/**
 * `of`: an administered thing as the log names it, 'queue:5'. A form that is shown again for another reason keeps what it was made of; one
 * that told of a change is made of what stands now.
 */
export const MadeOf = async ({ c, of, form }: { c: PageContext; of: string; form: FormState }) => {
  const kept = form.values[MADE_OF]
  if (kept) return <input type="hidden" name={MADE_OF} value={kept} />
  const change = await newestChange(c.get('host').db, thing(of))
  const state = `${of}@${change?.id ?? '0'}`
  return <input type="hidden" name={MADE_OF} value={`${state}#${linkToken(c, state)}`} />
}

/** What is to be said before the form is done: who changed the thing since, and when; undefined where nobody has. */
export async function sayChangedSince(c: PageContext, values: Readonly<Record<string, string>>): Promise<string | undefined> {
  const [state = '', token = ''] = (values[MADE_OF] ?? '').split('#')
  const [of = '', event] = state.split('@')
  // One that we have not written says nothing, and is told nothing.
  if (event === undefined || !linkCounts(c, state, token)) return undefined
  const { db, config, clock } = c.get('host')
  const change = await newestChange(db, thing(of))
  if (!change || change.id === event) return undefined
  const [person] = await findPersonNames(db, change.personId === null ? [] : [change.personId])
  const language = c.get('language')
  const t = webTexts.in(language)
  return t('form.changed-since', {
    who: person?.name ?? t('form.changed-since.program'),
    when: sayDateTime(change.at, config.zone, language, clock()),
  })
}

function thing(of: string): { type: string; id: string } {
  const colon = of.indexOf(':')
  return { type: of.slice(0, colon), id: of.slice(colon + 1) }
}
