/** Owns Markdown as HTML within bounds: what marked would take seconds over, or run out of stack at, stays the words that it is. */
import { marked } from 'marked'

/** Levels of quotes and lists that one line opens, and columns of blanks before its words: marked calls itself for each level. */
const DEPTH = 20
const COLUMNS = 100
/** Signs without a blank: marked looks for an @ behind each that may begin a mail address. */
const RUN = 1000
/** Marks of one paragraph are compared with each other: so many comparisons in a text take about a tenth of a second. */
const COMPARISONS = 3_000_000

/** Marks at the head of a line that each open a level, and its blanks. A line of dashes opens none. */
const HEAD = /^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*/
/** What may be the beginning of a mail address. */
const MAILBOX = /[\w.!#$%&'*+/=?`{|}~-]+/g

/** Each bound is far above what anybody writes by hand. HTML in the text is handed on as it stands: the caller makes it safe. */
export function markdownHtml(text: string): string {
  if (!isCostly(text)) {
    try {
      return marked.parse(text, { async: false, gfm: true, breaks: true })
    } catch {
      // It calls itself as deep as the text is nested, by whatever marks.
    }
  }
  return text
    .split(/\n{2,}/)
    .map((part) => `<p>${part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>')}</p>`)
    .join('')
}

/** Linear in the text. */
function isCostly(text: string): boolean {
  let comparisons = 0
  let marks = 0
  for (const line of text.split('\n')) {
    const head = HEAD.exec(line)![0]
    if (head.replace(/[ \t]/g, '').length > DEPTH || head.replaceAll('\t', '    ').length > COLUMNS) return true
    if (line.trim() === '') {
      comparisons += marks * marks
      marks = 0
    } else for (const char of line) if ('*_~`![]<&\\'.includes(char)) marks++
    if (comparisons + marks * marks > COMPARISONS) return true
  }
  return (text.match(MAILBOX) ?? []).some((run) => run.length > RUN)
}
