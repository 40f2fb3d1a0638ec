/** Owns acting on several tickets at once: each ticket's own act behind the bar, what came of each, and taking all of it back. */
import {
  actOf,
  doToMany,
  openChildren,
  Refusal,
  refused,
  seeTicket,
  tryOnMany,
  undoMany,
  type Id,
  type ManyDone,
  type PageContext,
  type RefusedTicket,
  type Ticket,
} from '../../../core/index.ts'
import {
  Button,
  CsrfField,
  flash,
  Notice,
  ownPath,
  PageHead,
  readAll,
  readFields,
  sayRefusal,
  webTexts,
  withRefusal,
  type Flash,
  type FormState,
} from '../../../core/pages.ts'
import { words } from '../words.ts'
import { BULK, SAYS } from './bulk-bar.tsx'
import { prepareFromForm, seenOf, type TicketAct } from './doing.ts'
import { deskPage, enter, type Visit } from './frame.tsx'
import { showListAgain } from './list.tsx'

const MOST = 200

/**
 * POST /desk/bulk: what was chosen, done to each. Before people are mailed it is said how many, and asked; what is refused is told
 * ticket by ticket, and those stay chosen.
 */
export async function bulk(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const t = words(c)
  const fields = await readFields(c)
  const ids = [...new Set(await readAll(c, 'ticket'))].slice(0, MOST)
  const back = fields['back'] ? ownPath(fields['back']) : '/desk'
  const picked = new Set(ids)
  if (fields['cancel']) return showListAgain(c, back, { picked })
  if (ids.length === 0) {
    flash(c, { text: t('bulk.nothing'), tone: 'warn' })
    return c.redirect(back, 303)
  }
  const name = BULK.find((one) => one === fields['act'])
  if (!name) throw refused('input', { what: 'act' }, 'act')
  const host = c.get('host')
  let act: Awaited<ReturnType<typeof prepareFromForm>>
  try {
    const prepared = await prepareFromForm(c, name, fields)
    act = (work, id) => prepared(work, id, seenOf(fields, id))
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 422) throw error
    return showListAgain(c, back, { picked, form: withRefusal(c, { values: fields, problems: {} }, error), status: 422 })
  }
  if (actOf(name).mails && !fields['confirmed']) {
    const tried = await tryOnMany(host, visit.actor, act, ids)
    const children = name === 'close' ? await childrenToAskFor(c, visit, fields, tried.done) : undefined
    if (tried.mailed.length > 0 || children) return askFirst(c, visit, { name, fields, ids, ...tried, children })
  }
  const many = await doToMany(host, visit.actor, act, ids)
  const undo = actOf(name).undoable && many.done.length > 0 ? { undo: `/desk/bulk/undo/${many.act}?back=${encodeURIComponent(back)}` } : {}
  return tell(c, visit, back, { many, text: t('bulk.done', { count: many.done.length }), undo, form: { values: fields, problems: {} } })
}

/** POST /desk/bulk/undo/:act: takes back all that was done at once. */
export async function undoBulk(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const many = await undoMany(c.get('host'), visit.actor, c.req.param('act') ?? '')
  const back = ownPath(c.req.query('back') ?? '/desk')
  return tell(c, visit, back, { many, text: words(c)('bulk.undone', { count: many.done.length }), undo: {} })
}

/** All went well: said on the list. Else the list is shown with what did not, and why. */
async function tell(
  c: PageContext,
  visit: Visit,
  back: string,
  { many, text, undo, form }: { many: ManyDone; text: string; undo: Pick<Flash, 'undo'>; form?: FormState },
): Promise<Response> {
  if (many.refused.length === 0) {
    flash(c, { text, ...undo })
    return c.redirect(back, 303)
  }
  return showListAgain(c, back, {
    picked: new Set(many.refused.map(({ id }) => id)),
    ...(form ? { form } : {}),
    said: (
      <Notice tone="warn" focus>
        <RefusedTickets c={c} refused={await named(c, visit, many.refused)} />
      </Notice>
    ),
    ...(many.done.length > 0 ? { message: { text, ...undo } } : {}),
    status: 409,
  })
}

interface Named {
  id: Id
  ticket: Ticket | undefined
  why: string
}

/** A ticket that is not seen keeps its number to itself. */
function named(c: PageContext, visit: Visit, refusals: readonly RefusedTicket[]): Promise<Named[]> {
  return Promise.all(
    refusals.map(async ({ id, why }) => ({
      id,
      ticket: await seeTicket(c.get('host').db, visit.actor.access, id, 'ro').catch(() => undefined),
      why: sayRefusal(why, c.get('language')),
    })),
  )
}

const RefusedTickets = ({ c, refused: all }: { c: PageContext; refused: readonly Named[] }) => (
  <>
    <p>{words(c)('bulk.refused', { count: all.length })}</p>
    <ul>
      {all.map(({ id, ticket, why }) => (
        <li>
          {ticket ? (
            <>
              <a href={`/desk/tickets/${id}`} class="number">
                {ticket.number}
              </a>{' '}
              {ticket.title}: {why}
            </>
          ) : (
            why
          )}
        </li>
      ))}
    </ul>
  </>
)

/** Of the tickets to be closed: how many open ones they are the parents of, and whom it would mail to close those too. */
async function childrenToAskFor(c: PageContext, visit: Visit, fields: Record<string, string>, ids: readonly Id[]) {
  const host = c.get('host')
  const open = await openChildren(host.db, ...ids)
  if (open.length === 0) return undefined
  const withThem = await prepareFromForm(c, 'close', { ...fields, children: 'close' })
  const { mailed } = await tryOnMany(host, visit.actor, (work, id) => withThem(work, id, seenOf(fields, id)), ids)
  return { count: open.length, mailed }
}

interface Question {
  name: TicketAct
  fields: Record<string, string>
  ids: readonly Id[]
  done: readonly Id[]
  refused: readonly RefusedTicket[]
  mailed: readonly string[]
  /** Open tickets below those that would be closed. */
  children?: { count: number; mailed: readonly string[] } | undefined
}

const Addresses = ({ c, all }: { c: PageContext; all: readonly string[] }) => (
  <p class="small">
    {all.slice(0, SHOWN_ADDRESSES).join(', ')}
    {all.length > SHOWN_ADDRESSES && ` ${words(c)('bulk.mails.more', { count: all.length - SHOWN_ADDRESSES })}`}
  </p>
)

/** More addresses than these say less than their number. */
const SHOWN_ADDRESSES = 10

/** What will happen, and to whom, before it does. */
async function askFirst(
  c: PageContext,
  visit: Visit,
  { name, fields, ids, done, refused: not, mailed, children }: Question,
): Promise<Response> {
  const t = words(c)
  const what = t(SAYS[name] ?? actOf(name).words.button)
  // All else that stood in the form of the list: what was chosen beside the act, and where to go back.
  const kept = Object.entries(fields).filter(
    ([field]) => !['_csrf', 'ticket', 'confirmed', ...(children ? ['children'] : [])].includes(field),
  )
  return deskPage(c, visit, {
    title: what,
    body: (
      <form method="post" action="/desk/bulk" class="narrow" autocomplete="off">
        <CsrfField c={c} />
        {kept.map(([field, value]) => (
          <input type="hidden" name={field} value={value} />
        ))}
        {ids.map((id) => (
          <input type="hidden" name="ticket" value={id} />
        ))}
        <PageHead title={`${what}: ${t('list.count', { count: done.length })}`} />
        {mailed.length > 0 && (
          <Notice tone="warn">
            <p>{t('bulk.mails', { count: mailed.length })}</p>
            <Addresses c={c} all={mailed} />
          </Notice>
        )}
        {children && (
          <Notice>
            <fieldset class="radios">
              <legend>{t('close.children', { count: children.count })}</legend>
              {(['leave', 'close'] as const).map((what) => (
                <label class="radio">
                  <input type="radio" name="children" value={what} checked={what === 'leave'} /> <span>{t(`close.children.${what}`)}</span>
                </label>
              ))}
            </fieldset>
            {children.mailed.length > mailed.length && (
              <div class="small quiet">
                <p>{t('bulk.children.mails', { count: children.mailed.length })}</p>
                <Addresses c={c} all={children.mailed} />
              </div>
            )}
          </Notice>
        )}
        {not.length > 0 && (
          <Notice>
            <RefusedTickets c={c} refused={await named(c, visit, not)} />
          </Notice>
        )}
        <div class="acts">
          <Button kind="primary" name="confirmed" value="yes">
            {mailed.length > 0 && !children ? t('bulk.do', { what, count: mailed.length }) : what}
          </Button>
          <Button name="cancel" value="yes">
            {webTexts.in(c.get('language'))('form.cancel')}
          </Button>
        </div>
      </form>
    ),
  })
}
