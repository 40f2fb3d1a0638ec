/** Owns writing CSV that spreadsheets open rightly: RFC 4180 quoting, CRLF, UTF-8 with a byte order mark. */

export const BYTE_ORDER_MARK = '\uFEFF'

/**
 * One line. A cell that a spreadsheet would run as a formula (=, +, -, @, also full-width, after blanks or a control
 * character) gets an apostrophe in front, as OWASP says of CSV injection: subjects are what strangers wrote.
 */
export function csvLine(cells: readonly string[], separator = ';'): string {
  return `${cells.map(csvCell).join(separator)}\r\n`
}

function csvCell(text: string): string {
  const flat = text.replaceAll('\u0000', '')
  const guarded = /^[\s\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(flat) || /^[\t\r\n]/.test(flat) ? `'${flat}` : flat
  return /[";,\r\n\t]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}
