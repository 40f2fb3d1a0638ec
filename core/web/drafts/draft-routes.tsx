/** Owns the addresses that drafts are kept at: for every form, of agents and customers alike. */
import type { Hono } from 'hono'
import type { WebEnv } from '../../kernel/contract.ts'
import { draftFiles, keepFiles } from '../../ticket/draft/draft-files.ts'
import { dropDraft, findDrafts, saveDraft } from '../../ticket/draft/drafts.ts'
import { formCounts, KEEPS_WORDS } from '../csrf.ts'
import { readFiles } from '../forms.ts'
import { fragment, isFragment } from '../hx.ts'
import { DraftWords, KeptFileBoxes } from './draft-parts.tsx'
import { demandKept, keepPosted } from './kept-form.ts'

/**
 * POST /draft keeps what is typed: a script asks while somebody types and is told when, a button (`draft.then`) is led back to the form, to
 * 'open' another draft, or to 'drop' one. POST /draft/files keeps files as they are chosen.
 */
export function draftRoutes(app: Hono<WebEnv>): void {
  app.post(KEEPS_WORDS, async (c) => {
    const kept = await demandKept(c)
    const { host } = c.var
    const actor = c.get('actor')!
    if (isFragment(c)) {
      const saved = await host.work(actor, async (work) => ((await saveDraft(work, kept.form, kept.fields, kept)) ? work.now : undefined))
      if (!saved) return fragment(c, '')
      // The words are kept; what the form would be sent with belongs to a session that has ended, and its script fetches another.
      if (!(await formCounts(c))) c.header('x-form-stale', 'yes')
      const others = (await findDrafts(host.db, actor.id, [kept.form]))[kept.form]!.length - 1
      return fragment(
        c,
        <span data-address={`${kept.back}?draft=${kept.page}`}>
          <DraftWords c={c} at={saved} others={others} />
        </span>,
      )
    }
    const [then, what = ''] = kept.wish.split(' ')
    if (then === 'drop' && what === '') {
      await host.work(actor, (work) => dropDraft(work, kept.form, kept))
      return c.redirect(kept.back, 303)
    }
    const mine = await keepPosted(c)
    if (then === 'drop') {
      const [page = '', version = ''] = what.split('.')
      await host.work(actor, (work) => dropDraft(work, kept.form, { page: '-', base: { page, version } }))
    }
    const shown = then === 'open' ? what : (mine?.page ?? '')
    return c.redirect(`${kept.back}?draft=${encodeURIComponent(shown)}`, 303)
  })

  app.post('/draft/files', async (c) => {
    await demandKept(c)
    const { host } = c.var
    const actor = c.get('actor')!
    const files = await readFiles(c)
    const ids = await host.work(actor, (work) => keepFiles(work, files))
    return fragment(c, <KeptFileBoxes c={c} files={await draftFiles(host.db, actor.id, ids)} />)
  })
}
