/** Owns what is left of a stranger's HTML: words, tables and inline pictures; nothing that runs, loads or submits. */
import sanitizeHtml from 'sanitize-html'
import { flatHtml, nestsTooDeep } from './nesting.ts'
import { plainGround, readableHtml } from './readable.ts'

const COLOUR = /^(#[0-9a-f]{3,8}|rgba?\([\d\s,.%]+\)|[a-z]{3,30})$/i
const LENGTH = /^-?\d{1,4}(\.\d{1,3})?(px|pt|em|rem|%)?$/
const BORDER = /^[\w#(),.%\s]{1,60}$/

/** Where a picture of a mail is found, relative to the page that shows the article's HTML. */
export const INLINE_PATH = 'cid/'

const STYLES: Record<string, RegExp[]> = {
  color: [COLOUR],
  'background-color': [COLOUR],
  'font-weight': [/^(bold|bolder|normal|lighter|[1-9]00)$/],
  'font-style': [/^(italic|normal|oblique)$/],
  'text-decoration': [/^(underline|line-through|none)$/],
  'text-align': [/^(left|right|center|justify|start|end)$/],
  'vertical-align': [/^(top|middle|bottom|baseline|sub|super)$/],
  'white-space': [/^(pre|pre-wrap|nowrap|normal)$/],
  width: [LENGTH],
  'max-width': [LENGTH],
  height: [LENGTH],
  margin: [BORDER],
  'margin-left': [LENGTH],
  'margin-top': [LENGTH],
  'margin-bottom': [LENGTH],
  padding: [BORDER],
  'padding-left': [LENGTH],
  border: [BORDER],
  'border-left': [BORDER],
  'border-top': [BORDER],
  'border-bottom': [BORDER],
  'border-collapse': [/^(collapse|separate)$/],
  'list-style-type': [/^[a-z-]{1,20}$/],
}

const CELL = ['align', 'valign', 'width', 'height', 'bgcolor', 'colspan', 'rowspan', 'style']

const options: sanitizeHtml.IOptions = {
  allowedTags: [
    'a',
    'abbr',
    'b',
    'big',
    'blockquote',
    'br',
    'caption',
    'center',
    'cite',
    'code',
    'col',
    'colgroup',
    'dd',
    'del',
    'div',
    'dl',
    'dt',
    'em',
    'figcaption',
    'figure',
    'font',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'hr',
    'i',
    'img',
    'ins',
    'kbd',
    'li',
    'mark',
    'ol',
    'p',
    'pre',
    'q',
    's',
    'samp',
    'small',
    'span',
    'strike',
    'strong',
    'sub',
    'sup',
    'table',
    'tbody',
    'td',
    'tfoot',
    'th',
    'thead',
    'tr',
    'tt',
    'u',
    'ul',
    'var',
    'wbr',
  ],
  nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'template', 'svg', 'math', 'object', 'iframe', 'head'],
  allowedAttributes: {
    '*': ['style', 'dir', 'lang', 'align'],
    a: ['href', 'title', 'rel', 'target', 'style'],
    img: ['src', 'alt', 'title', 'width', 'height', 'style', 'data-remote-src'],
    font: ['color', 'size', 'style'],
    table: ['border', 'cellpadding', 'cellspacing', ...CELL],
    td: CELL,
    th: CELL,
    tr: CELL,
    col: ['span', 'width'],
    colgroup: ['span', 'width'],
    ol: ['start', 'type', 'style'],
    li: ['value', 'style'],
    blockquote: ['type', 'style'],
  },
  allowedStyles: { '*': STYLES },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['data'] },
  allowProtocolRelative: false,
  // Beyond it the text goes on, only its nesting ends: a mail of ten thousand nested tables must not exhaust a reader.
  nestingLimit: 60,
  transformTags: {
    '*': (tagName, attributes) => ({
      tagName,
      attribs: attributes['style'] === undefined ? attributes : { ...attributes, style: plainGround(attributes['style']) },
    }),
    a: (tagName, attributes) => ({
      tagName,
      attribs: { ...attributes, ...(attributes['href'] ? { rel: 'noopener noreferrer nofollow', target: '_blank' } : {}) },
    }),
  },
}

/**
 * A picture inside the mail keeps its place as a relative address; a small one written into the HTML stays; one on some
 * server loads nothing (it would tell the sender who reads when) and keeps its address as `data-remote-src`.
 */
function picture(src: string, pictures: Pictures): Record<string, string> {
  const address = src.trim()
  const place = pictures.get(address.toLowerCase())
  if (place !== undefined) return { src: INLINE_PATH + encodeURIComponent(place) }
  if (/^cid:/i.test(address)) return { src: INLINE_PATH + encodeURIComponent(address.slice(4)) }
  if (/^data:image\/(png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]+$/i.test(address)) return { src: address }
  if (/^https?:\/\//i.test(address)) return { 'data-remote-src': address.slice(0, 2000) }
  return {}
}

/** Addresses of pictures in lower case, other than by Content-ID (Content-Location, RFC 2557; names), and the content id of each. */
export type Pictures = ReadonlyMap<string, string>

/** Safe HTML, without `<html>`, `<head>` and `<body>`. Linear in its input: what nests deeper than any mail keeps its words alone. Never throws for what a mail holds. */
export function sanitizeMailHtml(html: string, pictures: Pictures = new Map()): string {
  // `data-remote-src` is our own word: one that the mail brings would be loaded unlooked at once the reader asks for pictures.
  const img: sanitizeHtml.Transformer = (tagName, { src = '', ...rest }) => {
    delete rest['data-remote-src']
    return { tagName, attribs: { ...rest, ...picture(src, pictures) } }
  }
  const clean = sanitizeHtml(nestsTooDeep(html) ? flatHtml(html) : html, { ...options, transformTags: { ...options.transformTags, img } })
  // The relative addresses are ours; sanitize-html lets no scheme but those above through.
  return readableHtml(clean.trim())
}

/** Content ids that safe HTML shows, in lower case, without angle brackets. */
export function shownContentIds(html: string): Set<string> {
  const ids = new Set<string>()
  for (const match of html.matchAll(/src="cid\/([^"]+)"/g)) {
    try {
      ids.add(decodeURIComponent(match[1]!).toLowerCase())
    } catch {
      /* not an address that we wrote */
    }
  }
  return ids
}
