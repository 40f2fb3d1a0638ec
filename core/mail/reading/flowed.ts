/** Owns putting lines together that were broken only to be sent: format=flowed (RFC 3676), paragraph by paragraph and depth by depth. */

/**
 * mailparser joins flowed lines without looking at their quote marks, which mixes a quotation with its answer; so the lines
 * are joined here, after it (RFC 3676 4.2 to 4.5). `delSp`: the blank that marks a broken line is not part of the text.
 */
export function unflow(text: string, delSp: boolean): string {
  const out: string[] = []
  // Pieces, joined at the end: a paragraph of a hundred thousand lines must not be copied as often.
  let open: { depth: number; pieces: string[] } | undefined
  const end = () => {
    if (open) out.push(open.depth > 0 ? `${'>'.repeat(open.depth)} ${open.pieces.join('')}`.trimEnd() : open.pieces.join(''))
    open = undefined
  }
  for (const line of text.split('\n')) {
    const depth = /^>*/.exec(line)![0].length
    // Space-stuffing: one blank after the marks belongs to the transport.
    const content = line.slice(depth).replace(/^ /, '')
    // "-- " opens a signature and is never joined, to what is before it neither.
    const signature = content === '-- '
    if (signature || open?.depth !== depth) end()
    open ??= { depth, pieces: [] }
    const soft = content.endsWith(' ') && !signature
    open.pieces.push(soft && delSp ? content.slice(0, -1) : content)
    if (!soft) end()
  }
  end()
  return out.join('\n')
}
