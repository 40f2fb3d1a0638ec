/** Owns what several pages of the knowledge base show: a line of a list, a text as it is read. */
import { raw } from 'hono/html'
import { nameIn, type PageContext } from '../../../core/index.ts'
import { Badge, Time } from '../../../core/pages.ts'
import type { FaqFile, ListedItem } from '../faq.store.ts'
import type { FileAddress } from '../text-html.ts'
import { textHtml, type ContentType } from '../text-html.ts'
import { words } from '../words.ts'

export const itemUrl = (item: Pick<ListedItem, 'unitSlug' | 'id'>): string => `/u/${item.unitSlug}/faq/${item.id}`

export const fileUrl = (slug: string, itemId: string, fileId: string): string => `/u/${slug}/faq/${itemId}/files/${fileId}`

/** Files by the names that a text calls them. */
export function addressIn(slug: string, itemId: string, files: readonly FaqFile[]): FileAddress {
  const byName = new Map(files.map((file) => [file.name, fileUrl(slug, itemId, file.id)]))
  return (name) => byName.get(name)
}

/** In one line the signs that begin the entries of a list only part them. */
export const firstWords = (plain: string): string => plain.replace(/(?:^|\s)[*·](?=\s)/g, ' ·').replace(/^ ·\s*/, '')

export const ItemLines = ({
  c,
  items,
  here,
}: {
  c: PageContext
  items: readonly ListedItem[] /** The unit that is read: another one is named. */
  here: string
}) => (
  <ul class="rows faq-rows">
    {items.map((item) => (
      <li>
        <a href={itemUrl(item)} lang={item.language}>
          {item.title}
        </a>
        <p class="faq-words" lang={item.language}>
          {firstWords(item.words)}
        </p>
        <p class="row-quiet">
          {nameIn({ name: item.categoryName, nameEn: item.categoryNameEn }, c.get('language'))}
          {item.unitId !== here && <> · {item.unitName}</>}
          {item.audience === 'internal' && <> · {words(c)('audience.internal')}</>}
        </p>
      </li>
    ))}
  </ul>
)

/** A text as readers see it: safe by `textHtml`. */
export const Prose = ({
  text,
  type,
  address,
  language,
  top = 2,
}: {
  text: string
  type: ContentType
  address: FileAddress
  language: string
  top?: 2 | 3
}) => (
  <div class="prose faq-prose" lang={language}>
    {raw(textHtml(text, type, address, top))}
  </div>
)

/** Who reads it, and whether it can be read. */
export const Marks = ({ c, item }: { c: PageContext; item: Pick<ListedItem, 'audience' | 'valid' | 'waiting'> }) => {
  const t = words(c)
  return (
    <>
      <Badge
        tone={item.audience === 'public' ? 'open' : item.audience === 'external' ? 'new' : 'done'}
        words={t(`audience.${item.audience}`)}
      />
      {!item.valid && <Badge tone="done" words={t('status.withdrawn')} />}
      {item.valid && item.waiting && <Badge tone="waiting" words={t('status.waiting')} />}
    </>
  )
}

export const Changed = ({ c, at }: { c: PageContext; at: Date }) => (
  <>
    {words(c)('item.changed')} <Time c={c} at={at} as="day" />
  </>
)
