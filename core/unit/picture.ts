/** Owns what may be shown as a picture: what the bytes are, and that an SVG draws and does nothing else. */
import { isUtf8 } from 'node:buffer'
import { Parser } from 'htmlparser2'

/**
 * Which kind of picture the bytes are, whatever the browser said: PNG, JPEG, WebP, GIF, or an SVG that draws and does nothing
 * else. Undefined: none that we show. An SVG with scripts, event attributes, foreign objects, styles or outside references is none.
 */
export function pictureType(content: Buffer): string | undefined {
  if (content.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png'
  if (content.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  if (/^GIF8[79]a$/.test(content.subarray(0, 6).toString('latin1'))) return 'image/gif'
  if (content.subarray(0, 4).toString('latin1') === 'RIFF' && content.subarray(8, 12).toString('latin1') === 'WEBP') return 'image/webp'
  return isUtf8(content) && drawsOnly(content.toString('utf8')) ? 'image/svg+xml' : undefined
}

const ELEMENTS = new Set([
  'svg',
  'g',
  'path',
  'rect',
  'circle',
  'ellipse',
  'line',
  'polyline',
  'polygon',
  'text',
  'tspan',
  'defs',
  'title',
  'desc',
  'lineargradient',
  'radialgradient',
  'stop',
  'clippath',
  'mask',
  'use',
  'symbol',
])
/** Drawing programs nest some ten deep. */
const DEEPEST = 100
/** XML 1.0, 2.8, without `standalone`: that only says something of a document type, which there is not. */
const DECLARATION =
  /^\?xml\s{1,9}version\s{0,9}=\s{0,9}["']1\.[01]["'](?:\s{1,9}encoding\s{0,9}=\s{0,9}["']utf-?8["'])?(?:\s{1,9}standalone\s{0,9}=\s{0,9}["'](?:yes|no)["'])?\s{0,9}\?$/i
/** As much is read before it is asked whether there is a point in going on. Characters. */
const PIECE = 4096

/**
 * Only elements that draw, no attribute that acts, no reference that leaves the picture; well-formed, in UTF-8, without document
 * type, entities of its own, sections and instructions, which could hide any of them. Ends at the first thing that does not fit.
 */
function drawsOnly(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(text)) return false
  let fits = true
  const demand = (right: boolean) => {
    fits &&= right
  }
  const open: string[] = []
  let roots = 0
  let begun = false
  const parser = new Parser(
    {
      onprocessinginstruction: (_name, data) => {
        demand(!begun && DECLARATION.test(data))
        begun = true
      },
      // XML 1.0, 2.5: readers disagree where one with "--" in it ends.
      oncomment: (data) => {
        begun = true
        demand(!data.includes('--') && !data.startsWith('>') && !data.startsWith('->') && !data.endsWith('-'))
      },
      oncdatastart: () => demand(false),
      ontext: (words) => {
        begun = true
        demand((open.length > 0 || words.trim() === '') && plainReferences(words))
      },
      onopentagname: (name) => {
        begun = true
        if (open.length === 0) roots++
        demand(ELEMENTS.has(name.toLowerCase()) && (open.length > 0 || (name === 'svg' && roots === 1)) && open.length < DEEPEST)
        open.push(name)
      },
      onattribute: (name, value, quote) => demand(typeof quote === 'string' && attributeFits(name.toLowerCase(), value)),
      onclosetag: (name) => demand(open.pop() === name),
    },
    { xmlMode: true, decodeEntities: false },
  )
  const whole = text.replace(/^\uFEFF/, '')
  for (let at = 0; at < whole.length && fits; at += PIECE) parser.write(whole.slice(at, at + PIECE))
  return fits && roots === 1 && open.length === 0
}

function attributeFits(name: string, value: string): boolean {
  if (!/^[a-z_][a-z0-9_.:-]*$/.test(name) || /^on|(?:^|:)(?:style|base)$/.test(name) || !plainReferences(value)) return false
  if (/(?:^|:)(?:href|src)$/.test(name)) return value.trim().startsWith('#')
  const lower = value.toLowerCase()
  if (lower.includes('javascript:')) return false
  return lower.split('url(').every((behind, i) => i === 0 || /^\s{0,9}["']?#/.test(behind))
}

/** No references but those every reader knows: what others stand for is not seen here. */
const plainReferences = (text: string): boolean => text.split('&').every((behind, i) => i === 0 || /^(?:amp|lt|gt|quot|apos);/.test(behind))
