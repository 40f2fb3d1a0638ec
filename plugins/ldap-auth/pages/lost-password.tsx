/** Owns the link under the login form to the page where a campus password is set anew. */
import type { PageContext } from '../../../core/index.ts'
import { words } from '../words.ts'

export const LostPassword = ({ c, url }: { c: PageContext; url: string }) =>
  /^https?:\/\//.test(url) ? (
    <p class="row-quiet">
      <a href={url} rel="noreferrer">
        {words(c)('login.lost')}
      </a>
    </p>
  ) : null
