/** Owns how plain message text is shown: paragraphs, links, and the quoted history folded away. */
import type { Child } from 'hono/jsx'
import type { PageContext } from '../../kernel/contract.ts'
import { webTexts } from '../i18n/web-texts.ts'

// http(s) addresses; the last character is no closing punctuation that belongs to the sentence.
const LINK = /\bhttps?:\/\/[^\s<>"„”]*[^\s<>"„”.,;:!?)\]}'’*_]/gi

/** The address stands there in full, so the reader sees where it leads. */
export function linkify(text: string): Child[] {
  const parts: Child[] = []
  let last = 0
  for (const match of text.matchAll(LINK)) {
    if (match.index > last) parts.push(text.slice(last, match.index))
    parts.push(<a href={match[0]} rel="noopener noreferrer nofollow" target="_blank">{match[0]}</a>)
    last = match.index + match[0].length
  }
  parts.push(text.slice(last))
  return parts
}

/** Lines that open a quotation in the clients people here use: Outlook, Thunderbird, Gmail, Apple Mail; Polish, English, German. */
const OPENERS = [
  /^\s*-{2,}\s*(original message|wiadomość oryginalna|oryginalna wiadomość|ursprüngliche nachricht|forwarded message|przekazana wiadomość)\s*-{2,}\s*$/i,
  // "W dniu 17.11.2026 o 9:15 Jan pisze:", "wt., 17 lis 2026 o 09:15 Jan <jan@…> napisał(a):", "On Tue … Jan wrote:"
  /^\s*(?=.*\d).{6,200}\s(pisze|napisał|napisała|napisał\(a\)|wrote|schrieb.{0,60})\s*:\s*$/i,
  /^\s*_{10,}\s*$/,
]
const HEADER = /^(from|od|von):\s.+/i

/**
 * Where the quoted history begins: the line that opens it, or the first of a last block of '>' lines. Quotations in
 * between with answers under them stay, for there the order is the sense.
 */
export function splitQuoted(body: string): { text: string; quoted: string } {
  const lines = body.split('\n')
  let start = lines.length
  for (const [i, line] of lines.entries()) {
    const header = HEADER.test(line) && lines.slice(i + 1, i + 5).some((next) => /^(sent|wysłano|data|date|to|do|temat|subject|gesendet|an):\s/i.test(next))
    if (header || OPENERS.some((opener) => opener.test(line))) {
      start = i
      break
    }
  }
  if (start === lines.length) {
    let i = lines.length
    while (i > 0 && (lines[i - 1]!.startsWith('>') || lines[i - 1]!.trim() === '')) i--
    if (lines.slice(i).some((line) => line.startsWith('>'))) start = i
  }
  const text = lines.slice(0, start).join('\n').trimEnd()
  const quoted = lines.slice(start).join('\n').trim()
  // A message that is nothing but a quotation (a forward) is shown whole.
  return text.trim() === '' ? { text: body.trimEnd(), quoted: '' } : { text, quoted }
}

export const MessageText = ({ c, body, id }: { c: PageContext; body: string; id?: string }) => {
  const { text, quoted } = splitQuoted(body)
  const t = webTexts.in(c.get('language'))
  if (text.trim() === '') return <p class="quiet">{t('article.empty')}</p>
  return (
    <>
      <div class="message-text">{linkify(text)}</div>
      {quoted && (
        <details class="quoted" id={id ? `${id}-quoted` : undefined}>
          <summary>{t('article.quoted', { count: quoted.split('\n').length })}</summary>
          <div class="message-text">{linkify(quoted)}</div>
        </details>
      )}
    </>
  )
}
