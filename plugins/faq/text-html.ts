/** Owns making pages of what people wrote: Markdown or imported HTML becomes a few plain elements, its pictures the item's own files. */
import { convert } from 'html-to-text'
import { marked } from 'marked'
import sanitizeHtml from 'sanitize-html'
import { flatHtml, nestsTooDeep } from '../../core/index.ts'

export type ContentType = 'markdown' | 'html'

/** Address of a file of the item by the name it is written with; undefined: there is none of that name. */
export type FileAddress = (name: string) => string | undefined

/** What marked takes its time over, or gives up at, grows with these: each is far above what anybody writes by hand. */
const DEPTH = 20
const COLUMNS = 100
const RUN = 1000

/** Marks at the head of a line that each open a level: quotes, points of lists; and its blanks. */
const HEAD = /^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*/
/** What may be the beginning of a mail address: marked looks for an @ behind each of its characters. */
const MAILBOX = /[\w.!#$%&'*+/=?`{|}~-]+/g

/** Markdown as HTML; a text nested beyond all measure, or with words of a thousand signs and no blank, as the plain words that it is. */
function markdownHtml(text: string): string {
  const deep = text.split('\n').some((line) => {
    const head = HEAD.exec(line)![0]
    return head.replace(/[ \t]/g, '').length > DEPTH || head.replaceAll('\t', '    ').length > COLUMNS
  })
  if (!deep && !costly(text) && !(text.match(MAILBOX) ?? []).some((run) => run.length > RUN)) {
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

/** Safe HTML: nothing that runs, nothing that is fetched from elsewhere. Its highest headings are of level `top`, the next one below. */
export function textHtml(text: string, type: ContentType, fileAddress: FileAddress, top: 2 | 3 = 2): string {
  const given = type === 'markdown' ? markdownHtml(text) : text
  const html = nestsTooDeep(given) ? flatHtml(given) : given
  const used = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].filter((name) => html.toLowerCase().includes(`<${name}`))
  return sanitizeHtml(html, {
    allowedTags: [
      'a',
      'b',
      'blockquote',
      'br',
      'caption',
      'code',
      'dd',
      'del',
      'dl',
      'dt',
      'em',
      'h2',
      'h3',
      'h4',
      'h5',
      'h6',
      'hr',
      'i',
      'img',
      'kbd',
      'li',
      'ol',
      'p',
      'pre',
      's',
      'samp',
      'strong',
      'sub',
      'sup',
      'table',
      'tbody',
      'td',
      'th',
      'thead',
      'tr',
      'u',
      'ul',
    ],
    nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'template', 'svg', 'math', 'object', 'iframe', 'head'],
    allowedAttributes: {
      a: ['href', 'title', 'rel'],
      img: ['src', 'alt'],
      td: ['colspan', 'rowspan'],
      th: ['colspan', 'rowspan', 'scope'],
      ol: ['start'],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowProtocolRelative: false,
    nestingLimit: 40,
    exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !attribs['src'],
    transformTags: {
      ...Object.fromEntries(used.map((name, depth) => [name, `h${Math.min(top + depth, 6)}`])),
      a: (tagName, { href = '', title }) => {
        const own = fileAddress(nameOf(href))
        return {
          tagName,
          attribs: { href: own ?? href, ...(title ? { title } : {}), ...(/^https?:/i.test(href) ? { rel: 'noopener noreferrer' } : {}) },
        }
      },
      img: (tagName, { src = '', alt = '' }) => {
        const own = fileAddress(nameOf(src))
        return { tagName, attribs: own ? { src: own, alt: alt || nameOf(src) } : {} }
      },
      th: (tagName, attribs) => ({ tagName, attribs: { scope: 'col', ...attribs } }),
    },
  }).trim()
}

/** Levels of quotes and lists within one line; marked calls itself for each. */
const DEEPEST_LINE = 30
/** Marks of one paragraph are compared with each other: so many comparisons in a text take about a tenth of a second. */
const COMPARISONS = 3_000_000

/** Whether Markdown would take too long, or run out of stack: nobody writes so, and one who did would hold up all others. Linear. */
function costly(text: string): boolean {
  let comparisons = 0
  let marks = 0
  for (const line of text.split('\n')) {
    let levels = 0
    for (const level = /[ \t]*(?:>|[-+*]|\d{1,9}[.)])/y; levels <= DEEPEST_LINE && level.test(line); ) levels++
    if (levels > DEEPEST_LINE) return true
    if (line.trim() === '') {
      comparisons += marks * marks
      marks = 0
    } else for (const char of line) if ('*_~`![]<&\\'.includes(char)) marks++
    if (comparisons + marks * marks > COMPARISONS) return true
  }
  return false
}

/** The same as plain words, for searching and for the lines of a list. */
export function plainText(text: string, type: ContentType): string {
  return convert(
    textHtml(text, type, () => undefined),
    {
      wordwrap: false,
      limits: { maxInputLength: 1_000_000 },
      selectors: [
        { selector: 'a', options: { ignoreHref: true } },
        { selector: 'img', format: 'skip' },
        { selector: 'blockquote', format: 'block' },
        ...['h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
      ],
    },
  )
}

/** A picture is written with its file's name, blanks as %20. */
function nameOf(address: string): string {
  try {
    return decodeURIComponent(address.replace(/^\.\//, ''))
  } catch {
    return address
  }
}
