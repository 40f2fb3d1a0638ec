/** Owns putting lines together that were broken only to be sent: format=flowed (RFC 3676), paragraph by paragraph and depth by depth. */

/**
 * mailparser joins flowed lines without looking at their quote marks, which mixes a quotation with its answer; so the lines
 * are joined here, after it (RFC 3676 4.2 to 4.5). `delSp`: the blank that marks a broken line is not part of the text.
 */
export function unflow(text: string, delSp: boolean): string {
  const out: string[] = []
  let open: { depth: number; text: string } | undefined
  const end = () => {
    if (open) out.push(open.depth > 0 ? `${'>'.repeat(open.depth)} ${open.text}`.trimEnd() : open.text)
    open = undefined
  }
  for (const line of text.split('\n')) {
    const marks = /^>*/.exec(line)![0].length
    // Space-stuffing: one blank after the marks belongs to the transport.
    const content = line.slice(marks).replace(/^ /, '')
    if (open && open.depth !== marks) end()
    const joined: string = (open?.text ?? '') + content
    // "-- " opens a signature and is never joined, to what is before it neither.
    if (content === '-- ') {
      end()
      out.push(marks > 0 ? `${'>'.repeat(marks)} -- ` : '-- ')
    } else if (content.endsWith(' ')) open = { depth: marks, text: delSp ? joined.slice(0, -1) : joined }
    else {
      open = { depth: marks, text: joined }
      end()
    }
  }
  end()
  return out.join('\n')
}
