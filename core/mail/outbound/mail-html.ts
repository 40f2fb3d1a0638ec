/** Owns the HTML beside the plain text of our own mails: the same words, links that can be clicked, quotes as quotes. */

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Trailing punctuation belongs to the sentence, not to the address. */
const LINK = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]’”]/g

function linked(line: string): string {
  let html = ''
  let at = 0
  for (const match of line.matchAll(LINK)) {
    html += escape(line.slice(at, match.index)) + `<a href="${escape(match[0])}">${escape(match[0])}</a>`
    at = match.index + match[0].length
  }
  return html + escape(line.slice(at))
}

const MAX_DEPTH = 5

/** How deep a line is quoted: `> > text` is two. */
function quoteOf(line: string): { depth: number; text: string } {
  const marks = /^(?:>[ \t]?)+/.exec(line)?.[0] ?? ''
  return { depth: Math.min(marks.replace(/[^>]/g, '').length, MAX_DEPTH), text: line.slice(marks.length) }
}

/** A whole HTML document from plain text. */
export function htmlOfText(text: string, language?: string): string {
  let html = ''
  let depth = 0
  let paragraph: string[] = []
  const endParagraph = () => {
    if (paragraph.length > 0) html += `<p style="margin:0 0 1em">${paragraph.join('<br>\n')}</p>\n`
    paragraph = []
  }
  for (const line of text.replace(/\r\n?/g, '\n').trimEnd().split('\n')) {
    const quote = quoteOf(line)
    if (quote.depth !== depth) {
      endParagraph()
      while (depth < quote.depth) {
        html += '<blockquote style="margin:0 0 1em;padding-left:.8em;border-left:2px solid #bbb">\n'
        depth++
      }
      while (depth > quote.depth) {
        html += '</blockquote>\n'
        depth--
      }
    }
    if (quote.text.trim() === '') endParagraph()
    // Runs of blanks are alignment that somebody typed.
    else paragraph.push(linked(quote.text).replace(/ {2,}/g, (blanks) => `${'&nbsp;'.repeat(blanks.length - 1)} `))
  }
  endParagraph()
  html += '</blockquote>\n'.repeat(depth)
  return (
    `<!DOCTYPE html>\n<html${language ? ` lang="${language}"` : ''}><head><meta charset="utf-8"></head>\n` +
    `<body style="font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:15px;line-height:1.5">\n${html}</body></html>\n`
  )
}
