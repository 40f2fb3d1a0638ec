/** Owns the button that puts something into a text that is being written, and where the answer lands. */
import type { PropsWithChildren } from 'hono/jsx'
import type { Id, PageContext } from '../../../core/index.ts'
import { hx } from '../../../core/pages.ts'

/** Forms that take templates, and the type of those. */
export const INTO = { reply: 'Answer', note: 'Note', forward: 'Forward' } as const
export type Into = keyof typeof INTO

/** What is wanted: 'template' (the form says which), 'all', 'quote <article>'; `of`: the id of what the same words stand at. */
export const InsertButton = ({
  c,
  into,
  ticketId,
  what,
  link,
  of,
  children,
}: PropsWithChildren<{ c: PageContext; into: Into; ticketId: Id; what: string; link?: boolean; of?: string }>) => {
  const address = `/desk/tickets/${ticketId}/insert?into=${into}`
  return (
    <button
      type="submit"
      class={link ? 'link-button' : 'button button-quiet button-small'}
      form={`${into}-form`}
      formaction={address}
      formnovalidate
      name="insert"
      value={what}
      aria-describedby={of}
      {...hx(c, { post: address, target: `#${into}-inserted`, swap: 'innerHTML' })}
    >
      {children}
    </button>
  )
}

/** Where the server's answer lands: scripts take it from there to the caret. Stands in the form. */
export const Inserted = ({ into }: { into: Into }) => <div id={`${into}-inserted`} hidden />
