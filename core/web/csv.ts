/** Owns writing CSV that spreadsheets open rightly: RFC 4180 quoting, CRLF, UTF-8 with a byte order mark, no formulas. */
import { stream } from 'hono/streaming'
import { recordEvent } from '../audit/record.ts'
import { LANGUAGES } from '../i18n/languages.ts'
import type { PageContext } from '../kernel/contract.ts'
import { demandFresh } from '../permission/fresh.ts'

/** Characters that are handed on together: each hand-over costs more than a row does. */
const AT_ONCE = 16_384
const BYTE_ORDER_MARK = '\uFEFF'

/**
 * One line. A cell that a spreadsheet would run as a formula (=, +, -, @, also full-width, after blanks or a control
 * character) gets an apostrophe in front, as OWASP says of CSV injection: names and subjects are what strangers wrote.
 */
export function csvLine(cells: readonly string[], separator = ';'): string {
  return `${cells.map(csvCell).join(separator)}\r\n`
}

function csvCell(text: string): string {
  const flat = text.replaceAll('\u0000', '')
  const guarded = /^[\s\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(flat) || /^[\t\r\n]/.test(flat) ? `'${flat}` : flat
  return /[";,\r\n\t]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

/** A whole list as a file, written as it is read; that somebody took it away is noted. Spreadsheets split at the list separator of their country. */
export function csvAnswer(c: PageContext, name: string, head: readonly string[], rows: AsyncIterable<readonly string[]>): Response {
  const actor = c.get('actor')
  // An agent takes other people's data away, a customer their own.
  if (actor?.access.agent) demandFresh({ actor, now: c.get('host').clock() })
  const separator = LANGUAGES[c.get('language')].listSeparator
  c.header('content-type', 'text/csv; charset=utf-8')
  c.header('content-disposition', `attachment; filename="${name.replace(/[^\w.-]/g, '-')}"`)
  const { pathname, searchParams } = new URL(c.req.url)
  searchParams.delete('format')
  return stream(c, async (out) => {
    if (actor)
      await c
        .get('host')
        .work(actor, async (work) =>
          recordEvent(work, { kind: 'export', object: { type: 'list', id: pathname }, after: Object.fromEntries(searchParams) }),
        )
    let lines = BYTE_ORDER_MARK + csvLine(head, separator)
    for await (const row of rows) {
      if (out.aborted) return
      lines += csvLine(row, separator)
      if (lines.length < AT_ONCE) continue
      // No further row is read before the reader has taken these.
      await out.write(lines)
      lines = ''
    }
    await out.write(lines)
  })
}
