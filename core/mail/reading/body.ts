/** Owns the words of a mail: its texts and HTML in their order, one plain body and one safe HTML body of them. */
import { convert } from 'html-to-text'
import { sanitizeMailHtml, type Pictures } from './sanitize.ts'
import { unflow } from './flowed.ts'
import { storable } from './lines.ts'
import { flowOf, type Part } from './reader.ts'
import { takeEncoded, type Encoded } from './uuencode.ts'

/** Longer HTML is not shown but attached. Characters. */
export const HTML_LIMIT = 1_000_000
/** As much HTML is made into text: the rest is in the HTML. Characters. */
const TEXT_FROM_HTML = 300_000

/** What stands in one place of a mail, as text, as HTML or both. */
interface Block {
  plain: string
  html: string
}

export interface Body {
  text: string
  html: string | null
  /** HTML too long to be shown. */
  longHtml: string | null
  /** Files that were written into the text. */
  encoded: Encoded[]
}

export function bodyOf(root: Part | undefined, pictures: Pictures): Body {
  const encoded: Encoded[] = []
  const blocks = (root ? blocksOf(root, encoded) : []).filter(({ plain, html }) => plain.trim() !== '' || html.trim() !== '')
  const given = blocks.some(({ html }) => html.trim() !== '') ? blocks.map(({ plain, html }) => html || asHtml(plain)).join('<br>\n') : ''
  const long = given.length > HTML_LIMIT
  const text = blocks
    .map(({ plain, html }) => (saysSomething(plain, html) ? plain : textOfHtml(html)))
    .map(trimmed)
    .filter(Boolean)
    .join('\n\n')
  return { text, html: (!long && given && sanitizeMailHtml(given, pictures)) || null, longHtml: long ? given : null, encoded }
}

function blocksOf(part: Part, encoded: Encoded[]): Block[] {
  if (part.children.length > 0) {
    // A text that names a boundary has parts too, and words before them.
    const blocks = [...ownBlock(part, encoded), ...part.children.flatMap((child) => blocksOf(child, encoded))]
    // Alternatives are one thing said twice; anything else is said one after the other.
    return part.contentType !== 'multipart/alternative'
      ? blocks
      : [
          {
            plain: blocks
              .map(({ plain }) => plain)
              .filter(Boolean)
              .join('\n\n'),
            html: blocks
              .map(({ html }) => html)
              .filter(Boolean)
              .join('<br>\n'),
          },
        ]
  }
  return ownBlock(part, encoded)
}

function ownBlock(part: Part, encoded: Encoded[]): Block[] {
  if (part.textContent === undefined) return []
  const text = storable(part.textContent).replace(/\r\n?/g, '\n')
  if (part.contentType === 'text/html') return [{ plain: '', html: text }]
  const flow = flowOf(part)
  const taken = takeEncoded(flow ? unflow(text, flow.delSp) : text)
  encoded.push(...taken.files)
  return [{ plain: taken.text, html: '' }]
}

/** Robots put a sentence about mail programs where the text should be. */
function saysSomething(plain: string, html: string): boolean {
  if (plain.trim() === '') return false
  return !(
    html !== '' &&
    plain.length < 300 &&
    /html/i.test(plain) &&
    /(not|n't|unable|nie|bez)\b[^.]{0,60}(support|display|view|show|obsługuj|wyświetl|pokaz)|(enable|włącz|use|użyj)[^.]{0,40}html|html[- ](capable|compatible|enabled)/i.test(
      plain,
    )
  )
}

const trimmed = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+/, '')
    .trimEnd()

const asHtml = (plain: string): string =>
  `<p style="white-space:pre-wrap">${plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').trimEnd()}</p>`

export function textOfHtml(html: string): string {
  return convert(sanitizeMailHtml(html.slice(0, TEXT_FROM_HTML)).slice(0, TEXT_FROM_HTML), {
    wordwrap: false,
    limits: { maxInputLength: TEXT_FROM_HTML, maxDepth: 80 },
    // Most tables in mails only arrange: a row is a line, cells stand apart.
    formatters: {
      cell: (element, walk, builder) => {
        walk(element.children, builder)
        builder.addLiteral(' ')
      },
    },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
      { selector: 'td', format: 'cell' },
      { selector: 'th', format: 'cell' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
      { selector: 'h1', options: { uppercase: false } },
      { selector: 'h2', options: { uppercase: false } },
      { selector: 'h3', options: { uppercase: false } },
      { selector: 'table', options: { uppercaseHeaderCells: false } },
    ],
  })
}
