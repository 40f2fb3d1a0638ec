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
    parts.push(
      <a href={match[0]} rel="noopener noreferrer nofollow" target="_blank">
        {match[0]}
      </a>,
    )
    last = match.index + match[0].length
  }
  parts.push(text.slice(last))
  return parts
}

/** Lines that open a quotation in the clients people here use: Outlook, Thunderbird, Gmail, Apple Mail, GroupWise; Polish, English, German. */
const OPENERS = [
  /^\s*-{2,}\s*(original message|wiadomość oryginalna|oryginalna wiadomość|ursprüngliche nachricht|forwarded message|przekazana wiadomość)\s*-{2,}\s*$/i,
  // "W dniu 17.11.2026 o 9:15 Jan pisze:", "wt., 17 lis 2026 o 09:15 Jan <jan@…> napisał(a):", "On Tue … Jan wrote:"
  /^(?=.*\d).{6,200}\s(pisze|napisał|napisała|napisał\(a\)|wrote|schrieb.{0,60})\s*:$/i,
  /^\s*(begin forwarded message|początek przekazanej wiadomości|treść przekazanej wiadomości|anfang der weitergeleiteten nachricht)\s*:\s*$/i,
  // GroupWise: ">>> Jan Kowalski <jan@…> 17.11.2026 09:15 >>>"
  /^>>>\s(?=.*\d).*>>>\s*$/,
  /^\s*_{10,}\s*$/,
]
// "From: …", "*Od:* …", a line above them as Outlook draws it.
const HEADER = /^\*?(from|od|von|nadawca):\*?\s.+/i
const BELOW = /^\*?(sent|wysłano|data|date|to|do|temat|subject|gesendet|an|cc|dw|adresat):\*?\s/i
const RULE = /^\s*-{10,}\s*$/

/** Longer lines open nothing. Characters. */
const LONGEST_OPENER = 600

/** Whether the history begins at this line. Gmail folds its opening line ("On … <jan@…>", "wrote:"), so two are looked at as one. */
function opensHistory(lines: readonly string[], i: number): boolean {
  const line = lines[i]!
  const opens = (text: string) => text.length <= LONGEST_OPENER && OPENERS.some((opener) => opener.test(text.trim()))
  const header = (at: number) => HEADER.test(lines[at] ?? '') && lines.slice(at + 1, at + 5).some((next) => BELOW.test(next))
  if (header(i) || opens(line)) return true
  if (RULE.test(line)) return header(i + 1) || (lines[i + 1]?.trim() === '' && header(i + 2))
  return /^(on|w dniu|dnia|am|\p{L}{2,4}\.,)\s/iu.test(line) && !/[.!?]\s*$/.test(line) && opens(`${line} ${lines[i + 1] ?? ''}`)
}

/** Whether what is quoted from this line on has words of the writer between its lines or under them, as answers have. */
function isAnswered(lines: readonly string[], from: number): boolean {
  const first = lines.findIndex((line, i) => i > from && line.startsWith('>'))
  // What has no marks is history to the end.
  if (first === -1 || first > from + 3) return false
  const end = lines.findIndex((line, i) => i > first && line.trimEnd() === '--')
  return lines.slice(first, end === -1 ? undefined : end).some((line) => line.trim() !== '' && !line.startsWith('>'))
}

/**
 * Where the quoted history begins: the line that opens it, or the first of a last block of '>' lines. Quotations in
 * between with answers under them stay, for there the order is the sense.
 */
export function splitQuoted(body: string): { text: string; quoted: string } {
  const lines = body.split('\n')
  let start = lines.length
  for (const i of lines.keys()) {
    if (opensHistory(lines, i)) {
      if (!isAnswered(lines, i)) start = i
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
