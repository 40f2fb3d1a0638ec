/** Owns the pages of categories: list and form. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Crumb,
  CsrfField,
  EmptyState,
  Field,
  flash,
  FormProblems,
  page,
  PageHead,
  readAll,
  readForm,
  Select,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { saveCategory } from '../faq.ts'
import { groupsFor, listCategories, type Category } from '../faq.store.ts'
import { demandEdits } from '../rights.ts'
import type { FaqHost } from '../settings.ts'
import { AUDIENCES } from '../tables.ts'
import { words } from '../words.ts'
import { categoryName } from './list.tsx'
import { enter, frame, type Visit } from './visit.tsx'

const schema = z.object({
  name: z.string().trim().min(1).max(200),
  nameEn: z.string().max(200).default(''),
  parentId: z.string().default(''),
  position: z.coerce.number().int().min(0).max(9999).default(0),
  valid: z.string().optional(),
  groups: z.string().optional(),
})

export function categoryRoutes(app: Hono<WebEnv>, host: FaqHost): void {
  app.get('/u/:unit/faq/categories', async (c) => {
    const { visit, categories } = await prepare(c, host)
    const t = words(c)
    return page(c, {
      title: t('categories.title'),
      frame: frame(c, visit),
      body: (
        <>
          <Crumb href={visit.path}>{t('faq.title')}</Crumb>
          <PageHead title={t('categories.title')}>
            <ButtonLink href={`${visit.path}/categories/new`} kind="primary">
              {t('categories.new')}
            </ButtonLink>
          </PageHead>
          {categories.length === 0 ? (
            <Card>
              <EmptyState title={t('categories.none')} text={t('categories.none.text')} />
            </Card>
          ) : (
            <ul class="rows">
              {categories.map((one) => (
                <li class={`faq-deep-${Math.min(depth(categories, one), 4)}`}>
                  <a href={`${visit.path}/categories/${one.id}`}>{categoryName(c, one)}</a>
                  <p class="row-quiet">
                    {t('faq.count', { count: one.items })}
                    {!one.valid && <> · {t('categories.hidden')}</>}
                  </p>
                </li>
              ))}
            </ul>
          )}
        </>
      ),
    })
  })
  app.get('/u/:unit/faq/categories/new', async (c) => {
    const { visit, categories } = await prepare(c, host)
    return formPage(c, visit, categories, undefined, blankForm())
  })
  app.get('/u/:unit/faq/categories/:id', async (c) => {
    const { visit, categories } = await prepare(c, host)
    return formPage(c, visit, categories, demandOne(categories, c.req.param('id')), blankForm())
  })
  app.post('/u/:unit/faq/categories/new', (c) => save(c, host))
  app.post('/u/:unit/faq/categories/:id', (c) => save(c, host, c.req.param('id')))
}

async function prepare(c: PageContext, host: FaqHost): Promise<{ visit: Visit; categories: Category[] }> {
  const visit = await enter(c, host)
  demandEdits(c, visit.standing)
  return { visit, categories: await listCategories(host.db, [visit.unit.id], { reads: AUDIENCES, internalIn: null, groups: null }, true) }
}

function demandOne(categories: readonly Category[], id: string): Category {
  const found = categories.find((one) => one.id === id)
  if (!found) throw refused('not-found')
  return found
}

async function save(c: PageContext, host: FaqHost, id?: string): Promise<Response> {
  const { visit, categories } = await prepare(c, host)
  const actor = demandEdits(c, visit.standing)
  const category = id === undefined ? undefined : demandOne(categories, id)
  const form = await readForm(c, schema)
  if (!form.ok) return formPage(c, visit, categories, category, form, 422)
  const { name, nameEn, parentId, position, valid, groups } = form.value
  const groupIds = await readAll(c, 'groupIds')
  try {
    await host.work(actor, (work) =>
      saveCategory(work, visit.unit.id, category?.id ?? null, {
        name,
        nameEn,
        parentId: parentId || null,
        position,
        valid: valid !== undefined,
        // A form that shows no groups says nothing of them.
        ...(groups === undefined ? {} : { groupIds }),
      }),
    )
  } catch (error) {
    return formPage(c, visit, categories, category, withRefusal(c, form, error), 422)
  }
  flash(c, { text: words(c)('categories.saved') })
  return c.redirect(`${visit.path}/categories`, 303)
}

const depth = (categories: readonly Category[], one: Category): number => {
  const parent = categories.find(({ id }) => id === one.parentId)
  return parent ? 1 + depth(categories, parent) : 0
}

async function formPage(
  c: PageContext,
  visit: Visit,
  categories: readonly Category[],
  category: Category | undefined,
  form: FormState,
  status: 200 | 422 = 200,
): Promise<Response> {
  const t = words(c)
  const chosen = form.values['groups'] === undefined ? (category?.groups ?? []) : await readAll(c, 'groupIds')
  const groups = await groupsFor(c.get('host').db, visit.unit.id, chosen)
  const title = category ? t('categories.change', { name: category.name }) : t('categories.new')
  return page(c, {
    title,
    status,
    frame: frame(c, visit),
    body: (
      <>
        <Crumb href={`${visit.path}/categories`}>{t('categories.title')}</Crumb>
        <h1>{title}</h1>
        <form method="post" autocomplete="off" action={`${visit.path}/categories/${category?.id ?? 'new'}`} class="form card">
          <CsrfField c={c} />
          <div class="card-body">
            <FormProblems c={c} form={form} labels={{ name: t('categories.name'), parentId: t('categories.parent') }} />
            <Field
              c={c}
              form={form}
              name="name"
              label={t('categories.name')}
              required
              maxlength={200}
              value={category?.name}
              autocomplete="off"
            />
            <Field
              c={c}
              form={form}
              name="nameEn"
              label={t('categories.name-en')}
              required={false}
              maxlength={200}
              value={category?.nameEn}
              autocomplete="off"
            />
            <Select
              c={c}
              form={form}
              name="parentId"
              label={t('categories.parent')}
              required={false}
              empty={t('categories.parent.none')}
              value={category?.parentId}
              choices={categories.filter((one) => one.id !== category?.id).map((one) => ({ value: one.id, label: categoryName(c, one) }))}
            />
            <Field
              c={c}
              form={form}
              name="position"
              label={t('categories.position')}
              type="number"
              min={0}
              max={9999}
              value={category?.position ?? 0}
              help={t('categories.position.help')}
            />
            <Checkbox
              c={c}
              form={form}
              name="valid"
              label={t('categories.valid')}
              checked={category?.valid ?? true}
              help={t('categories.valid.help')}
            />
            {groups.length > 0 && (
              <details class="faq-groups" open={chosen.length > 0 || form.problems['groupIds'] !== undefined}>
                <summary>{t('categories.groups')}</summary>
                <fieldset aria-describedby="help-groups">
                  <legend class="only-heard">{t('categories.groups')}</legend>
                  <p class="field-help" id="help-groups">
                    {t('categories.groups.help')}
                  </p>
                  <input type="hidden" name="groups" value="shown" />
                  {groups.map((group) => (
                    <div class="field-check">
                      <input
                        type="checkbox"
                        id={`group-${group.id}`}
                        name="groupIds"
                        value={group.id}
                        checked={chosen.includes(group.id)}
                      />
                      <label for={`group-${group.id}`}>{group.name}</label>
                    </div>
                  ))}
                </fieldset>
              </details>
            )}
          </div>
          <div class="form-foot">
            <Button kind="primary">{t('edit.save')}</Button>
            <a class="button button-quiet" href={`${visit.path}/categories`}>
              {t('edit.cancel')}
            </a>
          </div>
        </form>
      </>
    ),
  })
}
