/** Owns that words of a mail's HTML stay readable where the ground that they stood on is not shown: white on white says nothing. */
import { Parser } from 'htmlparser2'

/** Everything in `background` that is no colour: CSS Backgrounds 3, 2.10. */
const NO_COLOUR = new Set(
  (
    'none repeat repeat-x repeat-y no-repeat space round scroll fixed local center top bottom left right auto cover contain ' +
    'border-box padding-box content-box inherit initial unset revert'
  ).split(' '),
)

/**
 * A style that says its ground in the shorthand, as Outlook and newsletters do, says it as `background-color` too, the one that is kept.
 * What a picture or a gradient in it would be is not shown.
 */
export function plainGround(style: string): string {
  const colours: string[] = []
  for (const declaration of withoutPictures(style).split(';')) {
    const colon = declaration.indexOf(':')
    if (declaration.slice(0, colon).trim().toLowerCase() !== 'background') continue
    const words =
      declaration
        .slice(colon + 1)
        .toLowerCase()
        .match(/#[0-9a-f]{3,8}\b|rgba?\([^()]{1,60}\)|[a-z-]+/g) ?? []
    const colour = words.find((word) => !NO_COLOUR.has(word) && !word.includes('-'))
    if (colour !== undefined && colour !== 'important') colours.push(colour)
  }
  return colours.length > 0 ? `${style};background-color:${colours.at(-1)}` : style
}

/** Without `url(…)` and gradients, whose words are no colour of the whole; what stands in them may hold a semicolon. */
function withoutPictures(style: string): string {
  let kept = ''
  let depth = 0
  let shown = true
  for (const sign of style) {
    if (sign === '(' && depth++ === 0) {
      const word = lastWord(kept)
      shown = word === 'rgb' || word === 'rgba'
      if (!shown) kept = kept.slice(0, kept.length - word.length)
    }
    if (depth === 0 || shown) kept += sign
    if (sign === ')' && depth > 0) depth--
  }
  return kept
}

/** No name of a function in CSS is longer. */
const LONGEST_NAME = 40
function lastWord(text: string): string {
  let from = text.length
  while (from > 0 && text.length - from < LONGEST_NAME && /[a-z-]/i.test(text[from - 1]!)) from--
  return text.slice(from).toLowerCase()
}

/** Names of colours that are nearly white, or as hard to read on it: relative luminance above `TOO_LIGHT`. */
const LIGHT = new Set(
  (
    'white snow ivory floralwhite ghostwhite whitesmoke azure mintcream aliceblue seashell honeydew lavender lavenderblush beige linen ' +
    'oldlace cornsilk lightyellow lightcyan lightgoldenrodyellow lemonchiffon papayawhip blanchedalmond antiquewhite mistyrose yellow gainsboro'
  ).split(' '),
)
/** On white: a contrast below about 1.5 to 1. */
const TOO_LIGHT = 0.65

function tooLight(colour: string): boolean {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(colour)?.[1]
  let parts: number[] = []
  if (hex !== undefined) {
    const two = hex.length < 6 ? [...hex].map((sign) => sign + sign) : (hex.match(/../g) ?? [])
    parts = two.slice(0, 3).map((part) => Number.parseInt(part, 16))
  } else if (/^rgba?\(/i.test(colour)) parts = (colour.match(/[\d.]+%?/g) ?? []).slice(0, 3).map(channel)
  else return LIGHT.has(colour.toLowerCase())
  // Relative luminance, WCAG 2.2.
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > TOO_LIGHT
}
const channel = (part: string): number => (part.endsWith('%') ? (Number.parseFloat(part) * 255) / 100 : Number.parseFloat(part))

/** Takes the colour from words that would stand on white and be as white. `html` is what the sanitiser wrote; linear in it. */
export function readableHtml(html: string): string {
  if (!/color/i.test(html)) return html
  const cuts: { from: number; to: number }[] = []
  /** Of each open element: does it or one around it have a ground of its own? */
  const grounds: boolean[] = []
  const parser = new Parser({
    onopentag(_name, attributes) {
      const style = declarations(attributes['style'] ?? '')
      const ground = (grounds.at(-1) ?? false) || attributes['bgcolor'] !== undefined || style.has('background-color')
      grounds.push(ground)
      const colour = style.get('color') ?? attributes['color']
      if (ground || colour === undefined || !tooLight(colour.trim())) return
      cuts.push({ from: parser.startIndex, to: parser.endIndex + 1 })
    },
    onclosetag() {
      grounds.pop()
    },
  })
  parser.end(html)
  let rest = 0
  const parts = cuts.flatMap(({ from, to }) => {
    const before = html.slice(rest, from)
    rest = to
    return [before, withoutColour(html.slice(from, to))]
  })
  return parts.join('') + html.slice(rest)
}

const declarations = (style: string): Map<string, string> =>
  new Map(style.split(';').map((one) => [one.slice(0, one.indexOf(':')).trim().toLowerCase(), one.slice(one.indexOf(':') + 1)]))

/** A start tag as the sanitiser writes it: double quotes, and no declaration but those it knows. */
const withoutColour = (tag: string): string =>
  tag.replace(/ color="[^"]*"/, '').replace(/ style="([^"]*)"/, (_whole, style: string) => {
    const left = style.split(';').filter((one) => !/^\s*color:/.test(one) && one.trim() !== '')
    return left.length > 0 ? ` style="${left.join(';')}"` : ''
  })
