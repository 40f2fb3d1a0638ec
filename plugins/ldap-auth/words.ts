/** Owns the words of the campus login: its translator, and how what a run told is said. */
import { defineTexts, DIRECTORY_PROBLEMS, type PageContext } from '../../core/index.ts'
import { en } from './i18n/en.ts'
import { pl } from './i18n/pl.ts'

export const texts = defineTexts(pl, en)
export type LdapKey = keyof typeof pl
export const words = (c: PageContext) => texts.in(c.get('language'))
type Say = ReturnType<typeof words>

const PROBLEMS = new Set<string>([...DIRECTORY_PROBLEMS, 'no-id', 'no-login', 'group-unknown'])
const FIELDS = new Set(Object.keys(pl).flatMap((key) => (key.startsWith('field.') ? [key.slice(6)] : [])))

/** 'address-taken: x@y' as a sentence; differences with the names of their fields. */
export function sayWhat(t: Say, what: string): string {
  const [, problem = '', detail = ''] = /^([a-z-]+)(?:: ([\s\S]*))?$/.exec(what) ?? []
  if (PROBLEMS.has(problem)) return t(`problem.${problem}` as LdapKey, { detail })
  return what.replace(/(^|; )([a-z_ ]+)(?=: )/g, (whole, before: string, field: string) =>
    FIELDS.has(field) ? before + t(`field.${field}` as LdapKey) : whole,
  )
}
