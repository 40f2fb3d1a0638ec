/** Owns whether an article is one of those a notification speaks of: literal words, anywhere, in any case, as in OTRS. */
import type { Article } from '../../core/index.ts'
import { ARTICLE_TEXTS, type ArticleFilter } from './rule.ts'

type Filtered = Pick<Article, 'senderType' | 'visible' | 'channel' | 'from' | 'to' | 'cc' | 'bcc' | 'subject' | 'body' | 'attachments'>

/** All that is named must hold; of several values one is enough. */
export function articleFits(filter: ArticleFilter, article: Filtered): boolean {
  if (filter.senderTypes?.length && !filter.senderTypes.includes(article.senderType)) return false
  if (filter.visible !== undefined && filter.visible !== article.visible) return false
  if (filter.channels?.length && !filter.channels.includes(article.channel)) return false
  return ARTICLE_TEXTS.every((name) => {
    const wanted = filter[name]
    if (!wanted?.length) return true
    const texts = name === 'attachmentName' ? article.attachments.map((one) => one.name) : [article[name]]
    return wanted.some((words) => texts.some((text) => text.toLowerCase().includes(words.toLowerCase())))
  })
}
