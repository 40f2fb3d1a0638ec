/** Owns the words of a mail: its texts and HTML in their order, one plain body and one safe HTML body of them. */
import { convert, type HtmlToTextOptions } from 'html-to-text'
import { sanitizeMailHtml, type Pictures } from './sanitize.ts'
import { flatHtml, nestsTooDeep } from './nesting.ts'
import { unflow } from './flowed.ts'
import { storable } from './lines.ts'
import { flowOf, type Part } from './reader.ts'
import { decodeText } from './charset.ts'
import { decodeEncoded, isUuencoded, takeEncoded, type Encoded } from './uuencode.ts'
import { WrittenFiles, type WrittenFile } from './written-files.ts'

/** Longer HTML is not shown but attached; files written into it do not count. Characters. */
export const HTML_LIMIT = 1_000_000
/** Longer texts are cut: the whole stays in the raw mail. Characters. */
export const TEXT_LIMIT = 500_000
/** As much of what is left of HTML is made into text. Characters. */
const TEXT_FROM_HTML = 1_000_000
/** More is not looked at to be made into text. Characters. */
const LOOKED_AT = 5_000_000

/** What stands in one place of a mail, as text, as HTML or both. */
interface Block {
  plain: string
  html: string
}

export interface Body {
  text: string
  html: string | null
  /** HTML too long, or nested too deep, to be shown. */
  longHtml: string | null
  /** The HTML says more than the text holds. */
  cut: boolean
  /** Files that were written into the text (uuencode). */
  encoded: Encoded[]
  /** Files that were written into text or HTML as `data:` URLs. */
  written: WrittenFile[]
  /** There were more of them than are kept. */
  writtenLeft: boolean
}

interface Taken {
  encoded: Encoded[]
  written: WrittenFiles
}

/** `alone`: a part that is nobody's file but the only words of the mail. */
export function bodyOf(root: Part | undefined, pictures: Pictures, alone?: { contentType: string; text: string }): Body {
  const taken: Taken = { encoded: [], written: new WrittenFiles() }
  const parts = alone ? [blockOf(alone.contentType, alone.text, undefined, taken)] : root ? blocksOf(root, taken) : []
  const blocks = parts.filter(({ plain, html }) => plain.trim() !== '' || html.trim() !== '')
  const given = blocks.some(({ html }) => html.trim() !== '') ? blocks.map(({ plain, html }) => html || asHtml(plain)).join('<br>\n') : ''
  const long = given.length > HTML_LIMIT || nestsTooDeep(given)
  let cut = false
  const words = (html: string): string => {
    const read = textOfHtml(html)
    cut ||= read.cut
    return read.text
  }
  const text = blocks
    .map(({ plain, html }) => (html.trim() === '' ? plain : sayBoth(plain, html, words)))
    .map(trimmed)
    .filter(Boolean)
    .join('\n\n')
  return {
    text,
    html: (!long && given && sanitizeMailHtml(given, pictures)) || null,
    longHtml: long ? given : null,
    cut,
    encoded: taken.encoded,
    written: taken.written.files,
    writtenLeft: taken.written.left,
  }
}

function blocksOf(part: Part, taken: Taken): Block[] {
  if (part.children.length > 0) {
    // A text that names a boundary has parts too, and words before them.
    const blocks = [...ownBlock(part, taken), ...part.children.flatMap((child) => blocksOf(child, taken))]
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
  return ownBlock(part, taken)
}

function ownBlock(part: Part, taken: Taken): Block[] {
  if (part.textContent === undefined) return []
  // The bytes of an encoded text came one a character.
  const bytes = isUuencoded(part.saidEncoding) ? decodeEncoded(part.textContent) : undefined
  const text = bytes ? decodeText(bytes.content, part.node.charset || undefined).text : part.textContent
  return [blockOf(String(part.contentType), text, flowOf(part), taken)]
}

function blockOf(contentType: string, given: string, flow: { delSp: boolean } | undefined, taken: Taken): Block {
  const text = storable(given).replace(/\r\n?/g, '\n')
  if (contentType === 'text/html') return { plain: '', html: taken.written.fromHtml(text) }
  const found = takeEncoded(flow ? unflow(text, flow.delSp) : text)
  taken.encoded.push(...found.files)
  return { plain: taken.written.fromText(found.text), html: '' }
}

/** Robots put a sentence about mail programs where the text should be; then the HTML speaks. */
const ROBOT =
  /(not|n't|unable|nie|bez)\b[^.]{0,60}(support|display|view|show|obsługuj|wyświetl|pokaz)|(enable|włącz|use|użyj)[^.]{0,40}html|html[- ](capable|compatible|enabled)/i
/** Where a sentence of a robot speaks of what it is, not of what it is about. */
const ABOUT_MAIL = /html|https?:|www\.|brows|przegląd|mail|view|click|kliknij/i

/**
 * Of a text and its HTML the text, unless it says nothing. Beside a sentence of a robot it may say what the HTML leaves out: then it
 * is kept, and what only the HTML says stands before it.
 */
function sayBoth(plain: string, html: string, words: (html: string) => string): string {
  if (plain.trim() === '') return words(html)
  if (plain.length >= 300 || !/html/i.test(plain) || !ROBOT.test(plain)) return plain
  const shown = words(html)
  const own = plain
    .split(/(?<![.!?\n])[.!?\n]+(?=\s|$)/)
    .filter((sentence) => !ABOUT_MAIL.test(sentence))
    .join(' ')
  if (holds(shown, own)) return shown
  return holds(plain, shown) ? plain : `${shown}\n\n${plain}`
}

const holds = (text: string, other: string): boolean => {
  const words = wordsIn(text)
  return [...wordsIn(other)].every((word) => words.has(word))
}
const wordsIn = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [])

const trimmed = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+/, '')
    .trimEnd()

const asHtml = (plain: string): string =>
  `<p style="white-space:pre-wrap">${plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').trimEnd()}</p>`

/** Words of HTML. What only arranges and colours is taken away first, so that no length of it cuts off words. */
export function textOfHtml(html: string): { text: string; cut: boolean } {
  const given = html.slice(0, LOOKED_AT)
  // Too deep to be parsed: its words without its tags.
  const safe = nestsTooDeep(given) ? flatHtml(given) : sanitizeMailHtml(given)
  const text = convert(safe.slice(0, TEXT_FROM_HTML), toText)
  const cut = html.length > LOOKED_AT || safe.length > TEXT_FROM_HTML || text.length > TEXT_LIMIT
  return { text: text.slice(0, TEXT_LIMIT), cut }
}

const toText: HtmlToTextOptions = {
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
}
