/** Owns how a form carries what its reader had before their eyes, and how it is said what came since (ticket/acts/standing.ts). */
import type { Child } from 'hono/jsx'
import { firstWords, type Article } from '../../article/articles.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { headerName } from './article-card.tsx'
import { Time } from './time.tsx'

/** In each form of an act that minds it. */
export const SeenField = ({ seen }: { seen: string }) => <input type="hidden" name="seen" value={seen} autocomplete="off" />

/** What came since, to be read before one decides: messages with their beginning and the way to them, and whatever else is another one. */
export const SinceList = ({ c, articles, others = [] }: { c: PageContext; articles: readonly Article[]; others?: readonly Child[] }) => {
  if (articles.length === 0 && others.length === 0) return null
  const t = webTexts.in(c.get('language'))
  return (
    <ul class="since">
      {articles.map((article) => (
        <li>
          <a href={`#article-${article.id}`}>
            {article.personName ?? (headerName(article.from) || t(`article.channel.${article.channel}`))}
            {', '}
            {t(`since.${article.senderType === 'customer' ? 'message' : article.visible ? 'answer' : 'note'}`)}
          </a>
          {', '}
          <Time c={c} at={article.createdAt} />
          <q>{firstWords(article.body)}</q>
        </li>
      ))}
      {others.map((other) => (
        <li>{other}</li>
      ))}
    </ul>
  )
}

/** The words of the button that does it all the same. */
export const sayAnyway = (c: PageContext, act: string): string => webTexts.in(c.get('language'))('since.anyway', { act })
