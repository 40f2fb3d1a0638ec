/** Owns making pages of what people wrote: Markdown or imported HTML becomes a few plain elements, its pictures the item's own files. */
import { convert } from 'html-to-text'
import sanitizeHtml from 'sanitize-html'
import { flatHtml, nestsTooDeep } from '../../core/index.ts'
import { markdownHtml } from './markdown.ts'

/** 'text': lines as they stand, no sign in them means anything. */
export const CONTENT_TYPES = ['markdown', 'html', 'text'] as const
export type ContentType = (typeof CONTENT_TYPES)[number]

/** Address of a file of the item by the name it is written with; undefined: there is none of that name. */
export type FileAddress = (name: string) => string | undefined

/** Safe HTML: nothing that runs, nothing that is fetched from elsewhere. Its highest headings are of level `top`, the next one below. */
export function textHtml(text: string, type: ContentType, fileAddress: FileAddress, top: 2 | 3 = 2): string {
  const given = type === 'markdown' ? markdownHtml(text) : type === 'text' ? linesHtml(text) : text
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

const linesHtml = (text: string): string =>
  text
    .trim()
    .split(/\n[ \t\r]*\n/)
    .map((lines) => `<p>${lines.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>')}</p>`)
    .join('\n')

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
        { selector: 'ul', options: { itemPrefix: '· ' } },
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
