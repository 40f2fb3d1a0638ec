/**
 * Owns files written into the text between `begin 644 name` and `end` (uuencode, POSIX.1 `uudecode`), as old programs and
 * scripts still send them. This is no MIME, and the packages for it either run on files or have not been kept: the decoding is
 * six lines, and a block whose lines do not have the length they claim is left in the text as it is.
 */

export interface Encoded {
  name: string
  content: Buffer
}

const BEGIN = /^begin(-base64)? [0-7]{3,4} (\S[^\n]{0,250})$/

/** The text without the files, and the files. Text that only looks so ("begin 100 times again") stays. */
export function takeEncoded(text: string): { text: string; files: Encoded[] } {
  if (!/^begin(-base64)? [0-7]{3,4} \S/m.test(text)) return { text, files: [] }
  const lines = text.split('\n')
  const kept: string[] = []
  const files: Encoded[] = []
  for (let i = 0; i < lines.length; i++) {
    const begin = BEGIN.exec(lines[i]!)
    const block = begin && (begin[1] ? readBase64(lines, i + 1) : readLines(lines, i + 1))
    if (!begin || !block) {
      kept.push(lines[i]!)
      continue
    }
    files.push({ name: begin[2]!.trim(), content: block.content })
    i = block.end
  }
  return { text: kept.join('\n'), files }
}

/** `x-uuencode` and its sisters as a transfer encoding: never registered, still sent. */
export const isUuencoded = (encoding: string | undefined): boolean => /^(x-)?uu(e|encode|encoded)?$/i.test((encoding ?? '').trim())

/** The first file of what was encoded as a whole; undefined where it holds none. */
export const decodeEncoded = (text: string): Encoded | undefined => takeEncoded(text.replace(/\r\n?/g, '\n')).files[0]

/** From the line after `begin` to that of `end`; undefined where a line is not what its first character says. */
function readLines(lines: string[], from: number): { content: Buffer; end: number } | undefined {
  const chunks: Buffer[] = []
  for (let i = from; i < lines.length; i++) {
    const line = lines[i]!.replace(/\r$/, '')
    const length = line === '' ? 0 : (line.charCodeAt(0) - 32) & 63
    if (line === 'end' || (length === 0 && /^end\s*$/.test(lines[i + 1] ?? '')))
      return { content: Buffer.concat(chunks), end: line === 'end' ? i : i + 1 }
    // Trailing blanks may have been cut on the way, and a sum added.
    const needed = Math.ceil(length / 3) * 4
    // oxlint-disable-next-line no-control-regex
    if (length === 0 || line.length > needed + 3 || line.length < needed - 3 || /[^\u0020-\u0060]/.test(line)) return undefined
    chunks.push(decodeLine(line.slice(1).padEnd(needed, ' '), length))
  }
  return undefined
}

function decodeLine(line: string, length: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(length / 3) * 3)
  for (let i = 0, at = 0; at < bytes.length; i += 4, at += 3) {
    const [a, b, c, d] = [0, 1, 2, 3].map((offset) => (line.charCodeAt(i + offset) - 32) & 63) as [number, number, number, number]
    bytes.writeUIntBE((a << 18) | (b << 12) | (c << 6) | d, at, 3)
  }
  return bytes.subarray(0, length)
}

function readBase64(lines: string[], from: number): { content: Buffer; end: number } | undefined {
  let end = from
  while (end < lines.length && /^(?!={3,4}\s*$)[A-Za-z0-9+/=]*\s*$/.test(lines[end]!)) end++
  return /^={3,4}\s*$/.test(lines[end] ?? '') ? { content: Buffer.from(lines.slice(from, end).join(''), 'base64'), end } : undefined
}
