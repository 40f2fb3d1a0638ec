/** Owns a unit's looks: its short name, its colour with the contrast it must have, its logo. */
import type { Kysely } from 'kysely'
import type { Saying } from '../administration/words.ts'
import { recordChange } from '../audit/change.ts'
import { keepBlobs, readKept } from '../audit/kept.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import { storeBlob } from '../database/blob.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandShort } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { demandWithin, readLimits } from './limits.ts'
import { pictureType } from './picture.ts'

export interface Brand {
  name: string
  colour: string | null
  logoBlobId: Id | null
  logoType: string | null
}

export async function findBrand(db: Kysely<Database>, unitId: Id): Promise<Brand> {
  const row = await db
    .selectFrom('unit_brand')
    .select(['name', 'colour', 'logo_blob_id as logoBlobId', 'logo_type as logoType'])
    .where('unit_id', '=', unitId)
    .executeTakeFirst()
  return row ?? { name: '', colour: null, logoBlobId: null, logoType: null }
}

type Rgb = readonly [number, number, number]
const parse = (colour: string): Rgb | undefined => {
  const [, hex] = /^#([0-9a-f]{6})$/i.exec(colour) ?? []
  return hex === undefined ? undefined : ([0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb)
}
const luminance = (rgb: Rgb): number => {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

/** Contrast of two colours '#rrggbb', 1–21 (WCAG 2.2, 1.4.3). */
export function contrast(one: string, other: string): number {
  const [a, b] = [parse(one), parse(other)]
  if (!a || !b) return 1
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light! + 0.05) / (dark! + 0.05)
}

/** The colour carries white words on buttons and stands as a link on our lightest page: both need 4.5. */
export const colourFits = (colour: string): boolean => contrast(colour, '#ffffff') >= 4.5 && contrast(colour, '#f5f6f8') >= 4.5
/** The same hue for dark pages: lightened until it reads there. */
export function forDark(colour: string): string {
  const rgb = parse(colour) ?? [127, 176, 255]
  for (let step = 0; step <= 20; step++) {
    const lighter = `#${rgb
      .map((value) =>
        Math.round(value + ((255 - value) * step) / 20)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`
    if (contrast(lighter, '#1a212b') >= 4.5 && contrast(lighter, '#12171e') >= 4.5) return lighter
  }
  return '#ffffff'
}

/** A ground for words in the colour: as much of it in the page's card as still lets them be read. */
export function tintOf(colour: string, card: string): string {
  const [ink, ground] = [parse(colour), parse(card)]
  if (!ink || !ground) return card
  for (let part = 12; part > 0; part--) {
    const tint = `#${ground
      .map((value, i) =>
        Math.round(value + ((ink[i]! - value) * part) / 100)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`
    if (contrast(colour, tint) >= 4.5) return tint
  }
  return card
}

export const LOGO_LIMIT = 256 * 1024

/** Sets name, colour and logo; a logo of undefined stays, null goes. Errors: `brand.no-colour`, `brand.colour`, `brand.logo`, `too-large`, `unit.limit`. */
export async function saveBrand(work: Work, unitId: Id, form: { name: string; colour: string; logo?: Buffer | null }): Promise<void> {
  await demandUnitAdmin(work, unitId)
  if (!isCentral(work.actor)) demandWithin((await readLimits(work.db, unitId)).branding)
  const colour = form.colour.trim().toLowerCase()
  if (colour !== '' && !parse(colour)) throw refused('brand.no-colour', {}, 'colour')
  if (colour !== '' && !colourFits(colour))
    throw refused('brand.colour', { contrast: Math.floor(contrast(colour, '#f5f6f8') * 10) / 10 }, 'colour')
  const before = await findBrand(work.db, unitId)
  let logo = { logoBlobId: before.logoBlobId, logoType: before.logoType }
  if (form.logo === null) logo = { logoBlobId: null, logoType: null }
  else if (form.logo) {
    if (form.logo.length > LOGO_LIMIT) throw refused('too-large', { limit: `${LOGO_LIMIT / 1024} kB` }, 'logo')
    const logoType = pictureType(form.logo)
    if (!logoType) throw refused('brand.logo', {}, 'logo')
    logo = { logoBlobId: (await storeBlob(work.db, form.logo, work.now)).id, logoType }
  }
  const after: Brand = { name: demandShort(form.name, 'name', 60), colour: colour || null, ...logo }
  const row = { name: after.name, colour: after.colour, logo_blob_id: after.logoBlobId, logo_type: after.logoType }
  await work.db
    .insertInto('unit_brand')
    .values({ unit_id: unitId, ...row })
    .onConflict((oc) => oc.column('unit_id').doUpdateSet(row))
    .execute()
  if (before.logoBlobId !== null && before.logoBlobId !== after.logoBlobId) keepBlobs(work, [before.logoBlobId])
  recordChange(work, looksSubject, unitId, before, after, { unitId })
}

export const looksSubject: CoreSubject<Brand, { name: string; colour: string; logoBlobId: Id | null }> = {
  type: 'unit looks',
  right: 'unit',
  lies: 'said',
  words: 'subject.unit-looks',
  named: 'unit',
  seen: pageAt('/admin/local'),
  fields: {
    name: { words: 'field.short-name' },
    colour: { words: 'field.colour' },
    logoBlobId: { words: 'field.logo', as: { say: sayLogo } },
    logoType: { words: null },
  },
  way: {
    read: findBrand,
    form: ({ name, colour, logoBlobId }) => ({ name, colour: colour ?? '', logoBlobId }),
    async put(work, id, { name, colour, logoBlobId }) {
      const logo = logoBlobId === null ? null : await readKept(work.db, logoBlobId)
      if (logo === undefined) throw refused('audit.no-way-back')
      await saveBrand(work, id, { name, colour, logo })
    },
  },
}

function sayLogo(value: unknown, { t }: Saying): string {
  return value === null || value === undefined ? t('value.none') : t('value.picture', { id: String(value) })
}
