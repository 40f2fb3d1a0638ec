/** Owns forms whose words are kept while they are typed: what such a form carries besides its fields, and reading it back. */
import type { Id } from '../../database/schema.ts'
import { isId } from '../../database/id.ts'
import { refused, Refusal } from '../../errors.ts'
import type { PageContext } from '../../kernel/contract.ts'
import type { Work } from '../../kernel/work.ts'
import { newToken } from '../../person/token.ts'
import { attachDraftFiles, keepFiles } from '../../ticket/draft/draft-files.ts'
import { isDraftForm, saveDraft, sendOnce, wasSent, type Draft, type Leaf } from '../../ticket/draft/drafts.ts'
import type { NewAttachment } from '../../ticket/ticket.ts'
import { ownPath } from '../address.ts'
import { postedForm } from '../body.ts'
import { readFiles } from '../forms.ts'

/** What stands in such a form, hidden. */
export interface Kept extends Leaf {
  /** 'ticket/123/reply' */
  form: string
  page: string
  /** What makes a draft: nothing, where no text and no file is worth one. */
  fields: Record<string, string>
  /** All that is kept with it, whether or not there is a text. */
  typed: Record<string, string>
  /** Files kept before, as far as they are ticked. */
  files: Id[]
  again: boolean
  /** What is wanted besides keeping: 'drop', 'open <page>'. */
  wish: string
  /** The page it stands on, a path of ours without a query. */
  back: string
}

const PAGE = /^[\w-]{1,64}$/
const BASE = /^([\w-]{0,64})\.(\d{1,18})$/
const MOST_NAMES = 30

export const newPage = (): string => newToken().slice(0, 20)
export const sayBase = (draft: Draft): string => `${draft.page}.${draft.version}`

/** What a posted form says of itself; undefined for a form that keeps nothing, or that somebody else had opened in this browser. */
export async function readKept(c: PageContext): Promise<Kept | undefined> {
  const { fields } = await postedForm(c)
  const all = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value)
  const last = (name: string) => all(name).at(-1) ?? ''
  const form = last('draft.form')
  if (!isDraftForm(form) || last('draft.of') !== c.get('actor')?.id) return undefined
  const base = BASE.exec(last('draft.base'))
  const [essential = [], others = []] = last('draft.keeps')
    .split('|')
    .map((names) => names.split(' ').slice(0, MOST_NAMES))
  const files = all('draft.file').filter(isId)
  // Several boxes of one name are kept as lines.
  const typed = Object.fromEntries(
    [...essential, ...others].flatMap((name) => (all(name).length === 0 ? [] : [[name, all(name).join('\n')]])),
  )
  return {
    form,
    page: PAGE.test(last('draft.page')) ? last('draft.page') : newPage(),
    base: base ? { page: base[1]!, version: base[2]! } : undefined,
    fields: essential.some((name) => last(name).trim() !== '') || files.length > 0 ? typed : {},
    typed,
    files,
    again: last('draft.again') !== '',
    wish: last('draft.then'),
    back: ownPath(last('draft.back')).split('?')[0]!,
  }
}

/** Files that go along: those kept before, and those chosen now. Errors: `article.too-many-files`, `draft.file-gone`. */
export async function readAttachments(c: PageContext): Promise<NewAttachment[]> {
  const kept = await readKept(c)
  const [{ db }, person] = [c.get('host'), c.get('actor')?.id ?? '']
  const before = kept
    ? await attachDraftFiles(db, person, kept.files).catch(async (error: unknown) => {
        // Files go with what they were sent with: that it was sent is what is to be said then, by `sendKept`.
        if (await wasSent(db, person, kept.form, kept.page)) return []
        throw error
      })
    : []
  return [...before, ...(await readFiles(c))]
}

/** First thing in the transaction that sends a form: it is sent once, and its draft goes. Error: `form.sent`. */
export async function sendKept(c: PageContext, work: Work): Promise<void> {
  const kept = await readKept(c)
  if (kept) await sendOnce(work, kept.form, kept.fields, kept)
}

/**
 * What was posted becomes the form's draft, chosen files too: it was refused, or something is put into it. The next page of the form goes on
 * from there. `more`: what is put in besides. Returns the page that the draft has.
 */
export async function keepPosted(
  c: PageContext,
  more: { fields?: Record<string, string>; files?: readonly Id[] } = {},
): Promise<Kept | undefined> {
  const kept = await readKept(c)
  if (!kept) return undefined
  const { host } = c.var
  const keep = async (chosen: readonly NewAttachment[], page: string) =>
    host.work(c.get('actor')!, async (work) => {
      const files = [...kept.files, ...(more.files ?? []), ...(await keepFiles(work, chosen))]
      const fields = more.fields ? { ...kept.typed, ...more.fields } : kept.fields
      return (await saveDraft(work, kept.form, fields, { ...kept, page, files })) ? { ...kept, page, fields, files } : undefined
    })
  const chosen = await readFiles(c).catch(onlyRefused([]))
  const keepSomehow = async (page: string) =>
    (await keep(chosen, page).catch(onlyRefused(undefined))) ?? keep([], page).catch(onlyRefused(undefined))
  // A page whose words were sent keeps no more: what is typed there now goes on under another.
  return (await keepSomehow(kept.page)) ?? keepSomehow(newPage())
}

const onlyRefused =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof Refusal) return instead
    throw error
  }

/** For routes that are nothing but keeping. */
export async function demandKept(c: PageContext): Promise<Kept> {
  const kept = await readKept(c)
  if (!kept) throw refused(c.get('actor') ? 'csrf' : 'login-needed')
  return kept
}

/** The draft that a form is shown with: the one asked for by the address, else the newest; and the others there are. */
export function chooseDraft(c: PageContext, drafts: readonly Draft[]): { draft: Draft | undefined; others: Draft[] } {
  const draft = drafts.find(({ page }) => page === c.req.query('draft')) ?? drafts[0]
  return { draft, others: drafts.filter((one) => one !== draft) }
}
