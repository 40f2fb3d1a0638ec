/** Owns the frame of the admin pages: who is let in, the areas beside the page, forms with what surrounds them. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import {
  Button, Card, CsrfField, demandLogin, flash, FormProblems, page, PageHead, refused, Refusal, withRefusal, type FormState, type PageContext, type PersonActor,
} from '../../core/index.ts'
import { AREA_GROUPS, areas, areaTitle, type AreaName } from './areas.ts'
import { words } from './words.ts'

/** An administrator. Not logged in: to the login and back. Anybody else: the pages do not exist for them. */
export function demandAdministrator(c: PageContext): PersonActor {
  const actor = demandLogin(c)
  if (!actor.access.admin) throw refused(actor.access.agent ? 'not-allowed' : 'not-found')
  return actor
}

export interface AdminPage {
  title: string
  area?: AreaName
  status?: 200 | 422
  body: Child
  search?: string
}

/** A whole page in the admin frame. */
export async function adminPage(c: PageContext, { title, area, status = 200, body, search }: AdminPage): Promise<Response> {
  const t = words(c)
  const rail = await c.get('host').slots.fill('admin.rail', { path: new URL(c.req.url).pathname, area }, c)
  return page(c, {
    title: area && t(areaTitle(area)) !== title ? `${title} – ${t(areaTitle(area))}` : title, status, body,
    frame: {
      name: 'admin', home: '/admin', area: t('admin.title'),
      search: { action: '/admin/search', label: t('search.label'), ...(search ? { value: search } : {}) },
      rail,
    },
  })
}

/** The areas, as admin itself fills its place for navigation. */
export const Rail = ({ c, current, path }: { c: PageContext; current: AreaName | undefined; path: string }) => {
  const t = words(c)
  return (
    <>
      <ul><li><a href="/admin" aria-current={path === '/admin' ? 'page' : undefined}>{t('area.overview')}</a></li></ul>
      {AREA_GROUPS.map((group) => (
        <>
          <h2 id={`areas-${group}`}>{t(`group.${group}`)}</h2>
          <ul aria-labelledby={`areas-${group}`}>
            {areas.filter((area) => area.group === group).map((area) => (
              <li><a href={area.path} aria-current={area.name === current ? 'page' : undefined}>{t(areaTitle(area.name))}</a></li>
            ))}
          </ul>
        </>
      ))}
    </>
  )
}

/** Where a page stands below its area. */
export const Crumb = ({ href, children }: PropsWithChildren<{ href: string }>) => <p class="crumb"><a href={href}>← {children}</a></p>

export interface FormCardProps {
  c: PageContext
  form: FormState
  action?: string
  /** On the button; default "save". */
  save?: string
  cancel?: string
  /** More buttons of the form. */
  acts?: Child
  ids?: Record<string, string>
  /** What a field is called above the form, where it was refused. */
  labels?: Record<string, string>
  /** The button does what cannot be undone. */
  danger?: boolean
  /** It carries files. */
  files?: boolean
}

/** A form with help beside its fields. */
export const FormCard = (props: PropsWithChildren<FormCardProps>) => {
  const t = words(props.c)
  return (
    <form class="form card form-beside" method="post" action={props.action ?? new URL(props.c.req.url).pathname} enctype={props.files ? 'multipart/form-data' : undefined} novalidate>
      <CsrfField c={props.c} />
      <div class="card-body">
        <FormProblems c={props.c} form={props.form} {...(props.ids ? { ids: props.ids } : {})} {...(props.labels ? { labels: props.labels } : {})} />
        {props.children}
      </div>
      <div class="form-foot">
        <Button kind={props.danger ? 'danger' : 'primary'}>{props.save ?? t('form.save')}</Button>
        {props.acts}
        {props.cancel && <a class="button button-quiet" href={props.cancel}>{t('form.cancel')}</a>}
      </div>
    </form>
  )
}

/** A form and what belongs to it beside: used by, what changes, a preview. */
export const Beside = ({ aside, first, children }: PropsWithChildren<{ aside?: Child; /** What stands beside was just asked for: on narrow screens it comes first. */ first?: boolean }>) => (
  <div class={aside ? 'admin-two' : 'admin-one'}>
    <div>{children}</div>
    {aside && <div class={first ? 'admin-aside aside-first' : 'admin-aside'}>{aside}</div>}
  </div>
)

/** Several fields under one heading. */
export const Fields = ({ title, wide, children }: PropsWithChildren<{ title: string; /** Help below the fields, which take the whole width. */ wide?: boolean }>) => (
  <fieldset class={wide ? 'fields fields-wide' : 'fields'}><legend>{title}</legend>{children}</fieldset>
)

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

/** Asks before something that cannot be taken back: a page of its own, works everywhere. */
export function confirmPage(
  c: PageContext, ask: { area: AreaName; title: string; text: Child; yes: string; back: string; action: string },
): Promise<Response> {
  return adminPage(c, {
    title: ask.title, area: ask.area,
    body: (
      <>
        <PageHead title={ask.title} />
        <div class="admin-one">
          <Card>
            <div class="prose">{ask.text}</div>
            <form method="post" action={ask.action} class="acts ask">
              <CsrfField c={c} />
              <Button kind="danger">{ask.yes}</Button>
              <a class="button button-quiet" href={ask.back}>{words(c)('form.cancel')}</a>
            </form>
          </Card>
        </div>
      </>
    ),
  })
}
