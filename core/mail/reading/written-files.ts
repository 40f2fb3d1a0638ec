/**
 * Owns files that were written into words as `data:` URLs (RFC 2397), as pasted pictures are: they are taken out before anything
 * is measured or cut, so that no picture, however long, hides what stands below it.
 */
import { ending } from './file-names.ts'

export interface WrittenFile {
  name: string
  contentType: string
  /** As the HTML names it from now on: `cid:<id>`. */
  contentId: string
  content: Buffer
}

/** Shorter ones, such as the dots of a list, stay where they are. Characters. */
const SHORT = 512
/** More than these in one mail go without being kept: the raw mail has them. */
const FILES = 100
const DATA_URL = /data:[\w.+-]{1,60}\/[\w.+-]{1,100}[^,<>"'\s]{0,100},/giy
/** Where one ends that no quotation mark ends. */
const BARE = /[^"'()<>&]*/y
const SHOWN = /^image\/(png|jpeg|gif|webp)$/

/** What one mail holds of them; a picture that stands there ten times is one file. */
export class WrittenFiles {
  readonly files: WrittenFile[] = []
  /** Some were too many to be kept. */
  left = false
  private known = new Map<string, WrittenFile | undefined>()

  /** HTML without them: pictures by Content-ID, everything else empty. Linear. */
  fromHtml(html: string): string {
    const unclosed = new Set<string>()
    return this.replace(html, (start, body) => {
      const before =
        html
          .slice(Math.max(0, start - 20), start)
          .trimEnd()
          .at(-1) ?? ''
      if (!'"\'=(;'.includes(before)) return undefined
      let end = -1
      if ((before === '"' || before === "'") && !unclosed.has(before)) {
        end = html.indexOf(before, body)
        if (end === -1) unclosed.add(before)
      }
      return {
        end: end === -1 ? stickyEnd(BARE, html, body) : end,
        said: (file) => (file && SHOWN.test(file.contentType) ? `cid:${file.contentId}` : ''),
      }
    })
  }

  /** Text without them: the name of the file stands in their place. */
  fromText(text: string): string {
    return this.replace(text, (_start, body) => ({ end: endInText(text, body), said: (file) => (file ? `[${file.name}]` : '[…]') }))
  }

  private replace(
    text: string,
    look: (start: number, body: number) => { end: number; said(file: WrittenFile | undefined): string } | undefined,
  ): string {
    const out: string[] = []
    let from = 0
    for (let start = nextData(text, 0); start !== -1; start = nextData(text, start)) {
      const body = stickyEnd(DATA_URL, text, start)
      const found = body > start ? look(start, body) : undefined
      if (!found || found.end - start < SHORT) {
        start += 5
        continue
      }
      out.push(text.slice(from, start), found.said(this.take(text.slice(start, body), text.slice(body, found.end))))
      from = start = found.end
    }
    return from === 0 ? text : out.join('') + text.slice(from)
  }

  private take(head: string, body: string): WrittenFile | undefined {
    const contentType = /^data:([^;,]+)/i.exec(head)![1]!.toLowerCase().replace('image/jpg', 'image/jpeg')
    // A font says nothing; what is no base64 is a drawing in words or a style.
    if (!/;base64,$/i.test(head) || /font/.test(contentType)) return undefined
    if (this.known.has(body)) return this.known.get(body)
    let file: WrittenFile | undefined
    if (this.files.length < FILES) {
      const content = Buffer.from(body.includes('%') ? unescaped(body) : body, 'base64')
      const number = this.files.length + 1
      file = {
        name: `${contentType.startsWith('image/') ? 'picture' : 'file'}-${number}${ending(contentType)}`,
        contentType,
        contentId: `written-${number}`,
        content,
      }
      this.files.push(file)
    } else this.left = true
    this.known.set(body, file)
    return file
  }
}

/** Without regard to case; -1 where there is none. */
function nextData(text: string, from: number): number {
  const search = /data:/gi
  search.lastIndex = from
  return search.exec(text)?.index ?? -1
}

function stickyEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** Base64 over as many lines as hold nothing else: words below it are no part of it. */
function endInText(text: string, body: number): number {
  const run = /[A-Za-z0-9+/=%]*/y
  const line = /\r?\n[A-Za-z0-9+/]{40,}={0,2}[ \t]*(?=\r?\n|$)/y
  const last = /\r?\n[A-Za-z0-9+/]+={1,2}/y
  let end = stickyEnd(run, text, body)
  for (let next = stickyEnd(line, text, end); next > end; next = stickyEnd(line, text, end)) end = next
  return stickyEnd(last, text, end)
}

function unescaped(body: string): string {
  try {
    return decodeURIComponent(body)
  } catch {
    return body
  }
}
