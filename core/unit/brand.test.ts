import { describe, expect, it } from 'vitest'
import { colourFits, contrast, forDark, tintOf } from './brand.ts'
import { pictureType } from './picture.ts'

describe('a colour', () => {
  it('has the contrast that WCAG 2.2 computes', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
    expect(contrast('nonsense', '#ffffff')).toBe(1)
  })
  it('is refused where words in it could not be read, and is lightened for dark pages', () => {
    expect([colourFits('#1a56b0'), colourFits('#ffee00'), colourFits('#7a1f5c'), colourFits('#777777'), colourFits('red')]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ])
    for (const colour of ['#1a56b0', '#7a1f5c', '#000000', '#004d00']) {
      expect(contrast(forDark(colour), '#1a212b')).toBeGreaterThanOrEqual(4.5)
      expect(contrast(forDark(colour), '#12171e')).toBeGreaterThanOrEqual(4.5)
      expect(contrast(colour, tintOf(colour, '#ffffff'))).toBeGreaterThanOrEqual(4.5)
      expect(contrast(forDark(colour), tintOf(forDark(colour), '#1a212b'))).toBeGreaterThanOrEqual(4.5)
    }
  })
})

describe('a logo', () => {
  const svg = (inside: string, root = '') =>
    Buffer.from(`<?xml version="1.0"?>\n<!-- znak -->\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"${root}>${inside}</svg>`)
  it('is a picture by its bytes, whatever its name says', () => {
    expect(pictureType(Buffer.from('89504e470d0a1a0a00', 'hex'))).toBe('image/png')
    expect(pictureType(Buffer.from('ffd8ffe0', 'hex'))).toBe('image/jpeg')
    expect(pictureType(Buffer.from('RIFF0000WEBPVP8 '))).toBe('image/webp')
    expect(pictureType(Buffer.from('<html><script>1</script></html>'))).toBeUndefined()
  })
  it('may be an SVG that draws', () => {
    expect(
      pictureType(
        svg(
          '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs><g><path d="M0 0h9" fill="url(#a)"/><use href="#a"/><text>Łódź</text></g>',
        ),
      ),
    ).toBe('image/svg+xml')
  })
  it.each([
    ['a script', '<script>alert(1)</script>', ''],
    ['a script in capitals', '<SCRIPT>1</SCRIPT>', ''],
    ['an event', '<rect onload="x()"/>', ''],
    ['an event on the root', '', ' onload="x()"'],
    ['foreign content', '<foreignObject><body/></foreignObject>', ''],
    ['a picture from afar', '<image href="https://evil.example/x.png"/>', ''],
    ['a reference from afar', '<use xlink:href="https://evil.example/x.svg#a"/>', ''],
    ['a link', '<a href="#x"><rect/></a>', ''],
    ['styles', '<style>@import url(x)</style>', ''],
    ['a style attribute', '<rect style="background:url(//x)"/>', ''],
    ['a url from afar', '<rect fill="url(https://x.example/#a)"/>', ''],
    ['a script address', '<use href="javascript:x"/>', ''],
    ['an entity', '<text>&#106;avascript</text>', ''],
    ['an animation', '<animate attributeName="href" to="x"/>', ''],
    ['another namespace', '<x:script/>', ''],
    ['an event behind a slash', '<rect/onload="x()"/>', ''],
    ['CDATA', '<text><![CDATA[<script>]]></text>', ''],
  ])('is refused with %s', (_what, inside, root) => {
    expect(pictureType(svg(inside, root))).toBeUndefined()
  })
  it.each([
    ['comments without end', '<!---->'.repeat(30_000)],
    ['comments that nest', `<svg ${'<!--'.repeat(80_000)}`],
    ['elements that nest', `<svg>${'<g>'.repeat(80_000)}`],
    ['ends of nothing', `<svg>${'<g>'.repeat(90)}${'</path>'.repeat(30_000)}`],
    ['another encoding than it says', '<?xml version="1.0" encoding="ISO-2022-JP"?><svg/>'],
    ['an escape within a name', '<svg on\u001b(Bload="x()"></svg>'],
    ['an instruction', '<?xml-stylesheet href="x.css"?><svg/>'],
    ['words beside the picture', '<svg/>words'],
    ['an end that is missing', '<svg><g></svg'],
    ['a comment whose end is disputed', '<!--><script>--><svg/>'],
  ])('is refused at once with %s', (_what, text) => {
    expect(pictureType(Buffer.from(text))).toBeUndefined()
  })
  it('is refused in bytes that are no UTF-8', () => {
    expect(pictureType(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><text>\xb3</text></svg>', 'latin1'))).toBeUndefined()
  })
  it('is refused with a document type', () => {
    expect(pictureType(Buffer.from('<!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>'))).toBeUndefined()
  })
})
