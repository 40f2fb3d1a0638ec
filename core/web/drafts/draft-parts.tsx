/** Owns what a form shows of its draft: its hidden marks, when it was saved, other drafts of the same form, the files kept with it. */
import { sayDateTime, sayTime } from '../../calendar/date-words.ts'
import type { PageContext } from '../../kernel/contract.ts'
import type { DraftFile } from '../../ticket/draft/draft-files.ts'
import type { Draft } from '../../ticket/draft/drafts.ts'
import { hx } from '../hx.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { CsrfField, Files } from '../parts/fields.tsx'
import { saySize } from '../parts/size.ts'
import type { FormState } from '../forms.ts'
import { newPage, sayBase } from './kept-form.ts'

/**
 * A form whose words are kept. An agent's has `autocomplete="off"`: what a browser restores may have been sent. A customer's has "on": without
 * scripts the browser alone keeps what was typed, and what is sent a second time is asked about.
 */
export interface KeptFormProps {
  c: PageContext
  /** Of the element: what belongs to the form is called '<id>-…'. */
  id: string
  /** Whose draft it is: 'ticket/123/reply'. */
  form: string
  /** Names of the fields whose text makes a draft worth keeping, and of those that are kept with it. */
  keeps: { text: readonly string[]; besides?: readonly string[] }
  /** Where the form stands: a path of ours. */
  back: string
  draft: Draft | undefined
  others: readonly Draft[]
}

/** In place of `CsrfField`. */
export const KeptMarks = ({ c, form, keeps, back, draft, state }: KeptFormProps & { state: FormState }) => (
  <>
    <CsrfField c={c} />
    <input type="hidden" name="draft.of" value={c.get('actor')?.id} />
    <input type="hidden" name="draft.form" value={form} />
    <KeepsField keeps={keeps} />
    <input type="hidden" name="draft.page" value={newPage()} />
    {draft && <input type="hidden" name="draft.base" value={sayBase(draft)} />}
    <input type="hidden" name="draft.back" value={back} />
    {state.problems['again'] && <input type="hidden" name="draft.again" value="yes" />}
  </>
)

/** What is kept of the form. Where fields come into it later it stands with them once more: of several the last counts. */
export const KeepsField = ({ keeps }: Pick<KeptFormProps, 'keeps'>) => (
  <input type="hidden" name="draft.keeps" value={`${keeps.text.join(' ')}|${keeps.besides?.join(' ') ?? ''}`} />
)

/** Files kept with the words, each a box to be left out, and the choice of more: kept at once where scripts run. */
export const KeptFiles = ({ c, id, draft, state, limit }: KeptFormProps & { state: FormState; limit: number }) => {
  const t = webTexts.in(c.get('language'))
  return (
    <>
      <Files c={c} form={state} name="files" id={`${id}-files`} limit={limit} />
      <div
        class="kept-files"
        id={`${id}-kept`}
        role="group"
        aria-label={t('draft.files')}
        {...hx(c, { post: '/draft/files', trigger: `change from:#${id}-files`, swap: 'beforeend', sync: 'queue all' })}
        {...{ 'hx-encoding': 'multipart/form-data' }}
      >
        <KeptFileBoxes c={c} files={draft?.files ?? []} />
      </div>
    </>
  )
}

export const KeptFileBoxes = ({ c, files }: { c: PageContext; files: readonly DraftFile[] }) => (
  <>
    {files.map((file) => (
      <label class="kept-file">
        <input type="checkbox" name="draft.file" value={file.id} checked /> <span>{file.name}</span>{' '}
        <span class="quiet small">{saySize(file.size, c.get('language'))}</span>
      </label>
    ))}
  </>
)

/** Saves what is typed a moment after the last key, and says so; offers what another tab has kept. */
export const DraftLine = ({ c, id, draft, others }: KeptFormProps) => {
  const t = webTexts.in(c.get('language'))
  return (
    <div class="draft small">
      <p>
        <span
          class="draft-status"
          id={`${id}-draft`}
          role="status"
          data-lost={t('draft.lost')}
          data-failed={t('draft.failed')}
          {...hx(c, { post: '/draft', trigger: 'input from:"closest form" delay:600ms', swap: 'innerHTML', sync: 'replace' })}
          {...{ 'hx-encoding': 'application/x-www-form-urlencoded', 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }}
        >
          {draft && <DraftWords c={c} at={draft.updatedAt} />}
        </span>
        {draft && (
          <button type="submit" class="link-button" formaction="/draft" formnovalidate name="draft.then" value="drop">
            {t('draft.drop')}
          </button>
        )}
      </p>
      {others.map((other) => (
        <p class="draft-other">
          {t('draft.other', { when: when(c, other.updatedAt), words: firstOf(other) })}{' '}
          <button type="submit" class="link-button" formaction="/draft" formnovalidate name="draft.then" value={`open ${other.page}`}>
            {t('draft.other.open')}
          </button>
          <button type="submit" class="link-button" formaction="/draft" formnovalidate name="draft.then" value={`drop ${sayBase(other)}`}>
            {t('draft.drop')}
          </button>
        </p>
      ))}
    </div>
  )
}

/** "szkic zapisany 8:53"; with the day when it was not today; and whether another tab has one of its own. */
export const DraftWords = ({ c, at, others = 0 }: { c: PageContext; at: Date; others?: number }) => {
  const t = webTexts.in(c.get('language'))
  return (
    <>
      {t('draft.saved', { when: when(c, at) })}
      {others > 0 && ` · ${t('draft.others', { count: others })}`}
    </>
  )
}

function when(c: PageContext, at: Date): string {
  const { clock, config } = c.get('host')
  const recent = clock().getTime() - at.getTime() < 12 * 3600 * 1000
  return recent ? sayTime(at, config.zone) : sayDateTime(at, config.zone, c.get('language'), clock())
}

/** What a draft is known by: its first words. */
const firstOf = ({ fields, files }: Draft): string => {
  const text = (fields['body'] ?? Object.values(fields).join(' ')).replace(/\s+/g, ' ').trim() || files.map(({ name }) => name).join(', ')
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
