/** Owns writing an entry: the form, its preview, files. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { isLanguage, languageChoices, type Language, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
  Crumb,
  CsrfField,
  EmptyState,
  Field,
  Files,
  flash,
  FormProblems,
  Notice,
  page,
  readAll,
  readFiles,
  readForm,
  Select,
  TextArea,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { addFiles, changeItem, createItem, keepFiles, type ItemForm } from '../faq.ts'
import { findRevision, listCategories, listFiles, type Category, type FaqFile, type Item } from '../faq.store.ts'
import { demandEdits } from '../rights.ts'
import type { FaqHost } from '../settings.ts'
import { AUDIENCES } from '../tables.ts'
import { CONTENT_TYPES, type ContentType } from '../text-html.ts'
import { words } from '../words.ts'
import { demandItem, Texts } from './item.tsx'
import { categoryName } from './list.tsx'
import { addressIn, itemUrl } from './parts.tsx'
import { enter, frame, type Visit } from './visit.tsx'

const TEXT = z.string().max(200_000).default('')
const schema = z.object({
  categoryId: z.string().min(1),
  language: z.custom<Language>(isLanguage),
  audience: z.enum(['public', 'external', 'internal']),
  title: z.string().trim().min(1).max(200),
  keywords: z.string().max(500).default(''),
  contentType: z.enum(CONTENT_TYPES),
  symptom: TEXT,
  problem: TEXT,
  solution: z.string().trim().min(1).max(200_000),
  comment: TEXT,
})

export function editRoutes(app: Hono<WebEnv>, host: FaqHost): void {
  app.get('/u/:unit/faq/new', async (c) => {
    const visit = await enter(c, host)
    demandEdits(c, visit.standing)
    return editPage(c, host, visit, undefined, blankForm({ language: c.get('language'), audience: 'public', contentType: 'markdown' }))
  })
  app.post('/u/:unit/faq/new', async (c) => save(c, host, await enter(c, host), undefined))
  app.get('/u/:unit/faq/:id/edit', async (c) => {
    const { visit, item } = await demandItem(c, host)
    demandEdits(c, visit.standing)
    const version = c.req.query('version')
    const revision =
      (await findRevision(host.db, item.id, version ?? item.latestId)) ?? (await findRevision(host.db, item.id, item.latestId))
    const { title, keywords, contentType, symptom, problem, solution, comment } = revision!
    const form = blankForm({
      categoryId: item.categoryId,
      language: item.language,
      audience: item.audience,
      title,
      keywords,
      contentType,
      symptom,
      problem,
      solution,
      comment,
    })
    return editPage(c, host, visit, item, form, { fromVersion: version !== undefined })
  })
  app.post('/u/:unit/faq/:id/edit', async (c) => {
    const { visit, item } = await demandItem(c, host)
    return save(c, host, visit, item)
  })
}

async function save(c: PageContext, host: FaqHost, visit: Visit, item: Item | undefined): Promise<Response> {
  const actor = demandEdits(c, visit.standing)
  const form = await readForm(c, schema)
  if (form.values['do'] === 'preview') return editPage(c, host, visit, item, { values: form.values, problems: {} }, { preview: true })
  if (!form.ok) return editPage(c, host, visit, item, form, { status: 422 })
  const { approves } = visit.standing
  try {
    const files = (await readFiles(c)).map(({ name, contentType, content }) => ({ name, contentType, content: content as Buffer }))
    const kept = await readAll(c, 'keep')
    const id = await host.work(actor, async (work) => {
      const wanted: ItemForm = form.value
      const saved = item ? item.id : await createItem(work, visit.unit.id, wanted, approves)
      if (item) {
        await changeItem(work, visit.unit.id, item.id, wanted, approves)
        await keepFiles(work, item.id, kept)
      }
      await addFiles(work, saved, files)
      return saved
    })
    flash(c, { text: words(c)(approves ? 'edit.saved' : 'edit.saved.waiting') })
    return c.redirect(`${visit.path}/${id}`, 303)
  } catch (error) {
    return editPage(c, host, visit, item, withRefusal(c, form, error), { status: 422 })
  }
}

interface Around {
  status?: 200 | 422
  preview?: boolean
  fromVersion?: boolean
}

async function editPage(
  c: PageContext,
  host: FaqHost,
  visit: Visit,
  item: Item | undefined,
  form: FormState,
  { status = 200, preview = false, fromVersion = false }: Around = {},
): Promise<Response> {
  const t = words(c)
  const [categories, files] = await Promise.all([
    listCategories(host.db, [visit.unit.id], visit.standing),
    item ? listFiles(host.db, item.id, true) : [],
  ])
  const title = item ? t('edit.change') : t('edit.new')
  const v = (name: string) => form.values[name] ?? ''
  return page(c, {
    title,
    status,
    frame: frame(c, visit),
    body: (
      <>
        <Crumb href={item ? itemUrl(item) : visit.path}>{item ? item.title : t('faq.title')}</Crumb>
        <h1>{title}</h1>
        {fromVersion && (
          <Notice>
            <p>{t('revisions.taken')}</p>
          </Notice>
        )}
        {preview && (
          <Card title={t('edit.preview.title')} id="preview">
            <article class="faq-item">
              <h2 class="faq-preview-title">{v('title')}</h2>
              <Texts
                c={c}
                address={addressIn(visit.unit.slug, item?.id ?? '0', files)}
                language={v('language')}
                comment
                revision={{
                  symptom: v('symptom'),
                  problem: v('problem'),
                  solution: v('solution'),
                  comment: v('comment'),
                  contentType: typeIn(form),
                }}
              />
            </article>
          </Card>
        )}
        {categories.length === 0 ? (
          <Card>
            <EmptyState title={t('edit.no-category')}>
              <ButtonLink href={`${visit.path}/categories/new`} kind="primary">
                {t('categories.new')}
              </ButtonLink>
            </EmptyState>
          </Card>
        ) : (
          <EditForm c={c} host={host} visit={visit} item={item} form={form} categories={categories} files={files} />
        )}
      </>
    ),
  })
}

/** How the text is written: an entry stays what it was begun as. */
const typeIn = ({ values }: FormState): ContentType => CONTENT_TYPES.find((type) => type === values['contentType']) ?? 'markdown'

const EditForm = ({
  c,
  host,
  visit,
  item,
  form,
  categories,
  files,
}: {
  c: PageContext
  host: FaqHost
  visit: Visit
  item: Item | undefined
  form: FormState
  categories: Category[]
  files: FaqFile[]
}) => {
  const t = words(c)
  const type = typeIn(form)
  const more = ['symptom', 'problem', 'comment'].some((name) => form.values[name] || form.problems[name])
  const kept = form.values['do'] === undefined && form.values['title'] !== undefined
  return (
    <form
      method="post"
      autocomplete="off"
      action={item ? `${itemUrl(item)}/edit` : `${visit.path}/new`}
      enctype="multipart/form-data"
      class="form card faq-edit"
    >
      <CsrfField c={c} />
      <input type="hidden" name="contentType" value={type} />
      <div class="card-body">
        <FormProblems c={c} form={form} labels={{ title: t('edit.title'), solution: t('edit.solution'), categoryId: t('edit.category') }} />
        <Field
          c={c}
          form={form}
          name="title"
          label={t('edit.title')}
          required
          maxlength={200}
          help={t('edit.title.help')}
          autocomplete="off"
        />
        <TextArea
          c={c}
          form={form}
          name="solution"
          label={t('edit.solution')}
          required
          rows={14}
          help={t(type === 'html' ? 'edit.html' : type === 'text' ? 'edit.text' : 'edit.marks')}
        />
        <details open={more}>
          <summary>{t('edit.more')}</summary>
          <TextArea c={c} form={form} name="symptom" label={t('item.symptom')} rows={3} help={t('edit.symptom.help')} />
          <TextArea c={c} form={form} name="problem" label={t('item.problem')} rows={3} help={t('edit.problem.help')} />
          <TextArea c={c} form={form} name="comment" label={t('edit.comment')} rows={3} help={t('edit.comment.help')} />
        </details>
        <div class="form-row">
          <Select
            c={c}
            form={form}
            name="categoryId"
            label={t('edit.category')}
            required
            empty={t('edit.category.none')}
            choices={categories.map((one) => ({ value: one.id, label: categoryName(c, one) }))}
          />
          <Select
            c={c}
            form={form}
            name="audience"
            label={t('edit.audience')}
            required
            choices={AUDIENCES.map((audience) => ({ value: audience, label: t(`audience.${audience}`) }))}
          />
          <Select
            c={c}
            form={form}
            name="language"
            label={t('edit.language')}
            required
            choices={languageChoices(host.config, item?.language)}
          />
        </div>
        <Field
          c={c}
          form={form}
          name="keywords"
          label={t('edit.keywords')}
          required={false}
          maxlength={500}
          help={t('edit.keywords.help')}
          autocomplete="off"
        />
        {files.length > 0 && (
          <fieldset class="fields fields-wide">
            <legend>{t('edit.files.kept')}</legend>
            {files.map((file) => (
              <div class="field field-check">
                <input type="checkbox" id={`keep-${file.id}`} name="keep" value={file.id} checked={kept ? file.removedAt === null : true} />
                <label for={`keep-${file.id}`}>{file.name}</label>
              </div>
            ))}
            <p class="field-help">{t('edit.files.kept.help')}</p>
          </fieldset>
        )}
        <Files c={c} form={form} name="files" label={t('edit.files')} limit={host.config.smtp.maxSizeKb * 1024} />
      </div>
      <div class="form-foot">
        <Button kind="primary">{t(visit.standing.approves ? 'edit.save' : 'edit.save.waiting')}</Button>
        <Button name="do" value="preview" unchecked>
          {t('edit.preview')}
        </Button>
        <a class="button button-quiet" href={item ? itemUrl(item) : visit.path}>
          {t('edit.cancel')}
        </a>
      </div>
    </form>
  )
}
