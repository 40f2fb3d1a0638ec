/** Owns what stands beside a name or an address whose letters may be taken for others: the same in letters that may not. */
import type { PageContext } from '../../kernel/contract.ts'
import { webTexts } from '../i18n/web-texts.ts'

/** `form`: what `plainAddressForm` or `plainNameForm` says; nothing is shown where it says nothing. */
export const PlainForm = ({ c, form }: { c: PageContext; form: string | undefined }) =>
  form === undefined ? null : (
    <>
      {' '}
      <span class="badge badge-waiting" title={webTexts.in(c.get('language'))('letters.other')}>
        {form}
      </span>
    </>
  )
