/** Owns the frame of a unit's pages: who is let in, the areas beside the page, forms with what surrounds them. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import {
  administersUnit, Button, CsrfField, demandLogin, findUnitBySlug, flash, FormProblems, page, refused, Refusal, ROOT_UNIT, withRefusal,
  type FormState, type PageContext, type PersonActor, type Unit,
} from '../../core/index.ts'
import { words, type UnitKey } from './words.ts'

/** Who asks, and the unit of the address. */
export interface Room { actor: PersonActor; unit: Unit; path: string }

/** A local administrator of the unit or of one above it, or a central one. For anybody else there is no such page. */
export async function enter(c: PageContext): Promise<Room> {
  const actor = demandLogin(c)
  const { db } = c.get('host')
  const unit = await findUnitBySlug(db, c.req.param('unit') ?? '')
  if (!unit || unit.id === ROOT_UNIT) throw refused('not-found')
  if (!actor.access.admin && !await administersUnit(db, actor.id, unit.id)) throw refused('not-found')
  return { actor, unit, path: `/u/${unit.slug}/admin` }
}

export const AREAS = ['queues', 'topics', 'people', 'hours', 'texts', 'plugins', 'looks', 'addresses', 'mail', 'figures', 'log', 'administrators'] as const
export type Area = (typeof AREAS)[number]
export const areaTitle = (area: Area): UnitKey => `area.${area}`

export const unitName = (c: PageContext, unit: Pick<Unit, 'name' | 'nameEn'>): string => c.get('language') === 'en' ? unit.nameEn ?? unit.name : unit.name

/** A whole page of a unit. */
export function unitPage(c: PageContext, room: Room, { title, area, status = 200, body }: { title: string; area?: Area; status?: 200 | 422; body: Child }): Promise<Response> {
  const t = words(c)
  const name = unitName(c, room.unit)
  return page(c, {
    title: `${title} – ${name}`, status, body,
    frame: {
      name: 'admin', home: '/', area: name,
      rail: (
        <>
          <ul><li><a href={room.path} aria-current={area === undefined ? 'page' : undefined}>{t('area.overview')}</a></li></ul>
          <h2 id="unit-areas">{t('area.group')}</h2>
          <ul aria-labelledby="unit-areas">
            {AREAS.map((one) => <li><a href={`${room.path}/${one}`} aria-current={one === area ? 'page' : undefined}>{t(areaTitle(one))}</a></li>)}
          </ul>
        </>
      ),
    },
  })
}

export const Crumb = ({ href, children }: PropsWithChildren<{ href: string }>) => <p class="crumb"><a href={href}>← {children}</a></p>

export interface FormCardProps { c: PageContext; form: FormState; action: string; save?: string; cancel?: string; acts?: Child; files?: boolean; ids?: Record<string, string> }

/** A form with help beside its fields. */
export const FormCard = (props: PropsWithChildren<FormCardProps>) => {
  const t = words(props.c)
  return (
    <form class="form card form-beside" method="post" action={props.action} novalidate {...(props.files ? { enctype: 'multipart/form-data' } : {})}>
      <CsrfField c={props.c} />
      <div class="card-body">
        <FormProblems c={props.c} form={props.form} {...(props.ids ? { ids: props.ids } : {})} />
        {props.children}
      </div>
      <div class="form-foot">
        <Button kind="primary">{props.save ?? t('form.save')}</Button>
        {props.acts}
        {props.cancel && <a class="button button-quiet" href={props.cancel}>{t('form.cancel')}</a>}
      </div>
    </form>
  )
}

/**
 * Does what a form asks for and says so on the next page; refused, it shows the same form again with the reason at its
 * field (422). What is not there or not allowed stays an error page.
 */
export async function submit(
  c: PageContext, values: Record<string, string>, act: () => Promise<{ to: string; said: string }>, again: (form: FormState) => Response | Promise<Response>,
): Promise<Response> {
  let done: { to: string; said: string }
  try {
    done = await act()
  } catch (error) {
    if (!(error instanceof Refusal) || ((error.status === 404 || error.status === 403) && error.field === undefined)) throw error
    return again(withRefusal(c, { values, problems: {} }, error))
  }
  flash(c, { text: done.said })
  return c.redirect(done.to, 303)
}

export const statusOf = (form: FormState): 200 | 422 => Object.keys(form.problems).length > 0 ? 422 : 200
