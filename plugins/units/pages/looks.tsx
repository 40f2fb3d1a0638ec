/** Owns the page of a unit's looks, and the style sheet and logo that its pages load. */
import type { Hono } from 'hono'
import { findUnitBySlug, readWholeBlob, refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Card,
  Checkbox,
  Field,
  FormCard,
  Notice,
  PageHead,
  readFields,
  readFiles,
  saySize,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import { brandInForce, contrast, findBrand, forDark, LOGO_LIMIT, readLimits, saveBrand, tintOf } from '../../../core/administration.ts'
import { enter, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

export function lookRoutes(app: Hono<WebEnv>): void {
  const base = '/u/:unit/admin/looks'
  app.get(base, async (c) => looksPage(c, await enter(c), blankForm()))
  app.post(base, async (c) => {
    const visit = await enter(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const [file] = await readFiles(c, 'logo')
        const logo = file ? file.content : values['no-logo'] ? null : undefined
        await c.get('host').work(visit.actor, (work) =>
          saveBrand(work, visit.unit.id, {
            name: values['name'] ?? '',
            colour: values['colour'] ?? '',
            ...(logo === undefined ? {} : { logo }),
          }),
        )
        return { to: `${visit.path}/looks`, said: words(c)('said.saved') }
      },
      (form) => looksPage(c, visit, form),
    )
  })

  // What anybody's browser loads: a colour and a picture, nothing secret. The address changes with the content.
  app.get('/u/:unit/look.css', async (c) => {
    const brand = await shownBrand(c)
    c.header('content-type', 'text/css; charset=utf-8')
    c.header('cache-control', 'public, max-age=31536000, immutable')
    if (!brand.colour) return c.body('')
    const dark = forDark(brand.colour)
    const tint = `light-dark(${tintOf(brand.colour, '#ffffff')}, ${tintOf(dark, '#1a212b')})`
    return c.body(
      `:root { --accent: light-dark(${brand.colour}, ${dark}); --on-accent: light-dark(#ffffff, #12171e); --accent-tint: ${tint}; }\n`,
    )
  })
  app.get('/u/:unit/logo', async (c) => {
    const brand = await shownBrand(c)
    if (!brand.logoBlobId || !brand.logoType) throw refused('not-found')
    c.header('content-type', brand.logoType)
    c.header('cache-control', 'public, max-age=31536000, immutable')
    c.header('x-content-type-options', 'nosniff')
    // Opened by itself an SVG is a document: nothing in it may run or load.
    c.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
    return c.body(new Uint8Array(await readWholeBlob(c.get('host').db, brand.logoBlobId)))
  })
}

async function shownBrand(c: PageContext) {
  const { db } = c.get('host')
  const unit = await findUnitBySlug(db, c.req.param('unit') ?? '')
  if (!unit) throw refused('not-found')
  return findBrand(db, unit.id)
}

/** Links and pictures for the head and the bar of a page that belongs to a unit; nothing where no unit has looks of its own. */
export async function brandOfPage(c: PageContext) {
  const unitId = c.get('unitId') ?? c.get('actor')?.unitId
  return unitId ? brandInForce(c.get('host').db, unitId) : undefined
}

async function looksPage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [brand, limits] = await Promise.all([findBrand(db, visit.unit.id), readLimits(db, visit.unit.id)])
  const colour = form.values['colour'] || brand.colour || ''
  return unitPage(c, visit, {
    title: t('area.looks'),
    area: 'looks',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.looks')} beside={t('looks.what')} />
        {!limits.branding && !visit.actor.access.admin ? (
          <Notice tone="warn">
            <p>{t('looks.limit')}</p>
          </Notice>
        ) : (
          <div class="admin-two">
            <FormCard c={c} form={form} of={`unit looks:${visit.unit.id}`} action={`${visit.path}/looks`} files>
              <Field c={c} form={form} name="name" label={t('looks.name')} help={t('looks.name.help')} value={brand.name} maxlength={60} />
              <Field
                c={c}
                form={form}
                name="colour"
                label={t('looks.colour')}
                help={t('looks.colour.help')}
                value={brand.colour}
                placeholder="#1a56b0"
                maxlength={7}
              />
              <div class={`field${form.problems['logo'] ? ' field-bad' : ''}`}>
                <label for="field-logo">{t('looks.logo')}</label>
                <input
                  type="file"
                  id="field-logo"
                  name="logo"
                  accept="image/png,image/jpeg,image/webp,image/gif,image/svg+xml"
                  aria-describedby="field-logo-help"
                />
                {form.problems['logo'] && <p class="field-problem">{form.problems['logo']}</p>}
                <p class="field-help" id="field-logo-help">
                  {t('looks.logo.help', { limit: saySize(LOGO_LIMIT, c.get('language')) })}
                </p>
              </div>
              {brand.logoBlobId && <Checkbox c={c} form={form} name="no-logo" label={t('looks.no-logo')} />}
            </FormCard>
            <div class="admin-aside">
              <Card title={t('looks.now')} id="now">
                {brand.logoBlobId && (
                  <p>
                    <img class="unit-logo" src={`/u/${visit.unit.slug}/logo?v=${brand.logoBlobId}`} alt={brand.name || visit.unit.name} />
                  </p>
                )}
                <p>{brand.name || visit.unit.name}</p>
                {colour !== '' && (
                  <p class="para quiet">
                    {t('looks.contrast', { colour, white: Math.floor(contrast(colour, '#ffffff') * 10) / 10, dark: forDark(colour) })}
                  </p>
                )}
                {colour === '' && <p class="para quiet">{t('looks.inherited')}</p>}
              </Card>
            </div>
          </div>
        )}
      </>
    ),
  })
}
