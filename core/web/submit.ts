/** Owns the way of a posted form: done and said on the next page, or shown again with its reason. */
import type { PageContext } from '../kernel/contract.ts'
import { Refusal } from '../errors.ts'
import { flash, type Flash } from './flash.ts'
import { readFields, withRefusal, type FormState } from './forms.ts'
import { MADE_OF, sayChangedSince } from './parts/made-of.tsx'

interface Done {
  to: string
  said: string
  tone?: NonNullable<Flash['tone']>
}

/**
 * Does what a form asks for and says so on the next page; refused, it shows the same form again with the reason at its
 * field (422), and so does one made of a state that somebody has changed since. `tone` 'warn': done, but something else is to be seen to. What is not there or not allowed stays an error page.
 */
export async function submit(
  c: PageContext,
  values: Record<string, string>,
  act: () => Promise<Done>,
  again: (form: FormState) => Response | Promise<Response>,
): Promise<Response> {
  const since = await sayChangedSince(c, await readFields(c))
  if (since !== undefined) {
    const { [MADE_OF]: _, ...typed } = values
    return again({ values: typed, problems: { '': since } })
  }
  let done: Done
  try {
    done = await act()
  } catch (error) {
    if (!(error instanceof Refusal) || ((error.status === 404 || error.status === 403) && error.field === undefined)) throw error
    return again(withRefusal(c, { values, problems: {} }, error))
  }
  flash(c, { text: done.said, ...(done.tone && { tone: done.tone }) })
  return c.redirect(done.to, 303)
}

/** The status of a page that shows this form. */
export const statusOf = (form: FormState): 200 | 422 => (Object.keys(form.problems).length > 0 ? 422 : 200)
