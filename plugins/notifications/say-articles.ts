/** Owns saying in words which messages a notification is about. */
import type { Language } from '../../core/index.ts'
import { ARTICLE_TEXTS, type ArticleFilter } from './rule.ts'
import { pageWords } from './words.ts'

/** 'kto pisze: zgłaszający; temat: awaria, prąd'; empty for any message. */
export function sayArticles({ senderTypes = [], channels = [], visible, ...texts }: ArticleFilter, language: Language): string {
  const t = pageWords(language)
  const part = (what: string, said: readonly string[]) => (said.length === 0 ? [] : [`${what}: ${said.join(', ')}`])
  return [
    ...part(
      t('article.senders'),
      senderTypes.map((one) => t(`sender.${one}`)),
    ),
    ...part(
      t('article.channels'),
      channels.map((one) => t(`channel.${one}`)),
    ),
    ...(visible === undefined ? [] : part(t('article.visible'), [t(`article.visible.${visible ? 'yes' : 'no'}`)])),
    ...ARTICLE_TEXTS.flatMap((name) => part(t(`article.${name}`), texts[name] ?? [])),
  ].join('; ')
}
