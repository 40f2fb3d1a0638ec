import { expect, test } from 'vitest'
import { htmlOfText } from './mail-html.ts'

const body = (text: string) => /<body[^>]*>\n([\s\S]*)<\/body>/.exec(htmlOfText(text))![1]!.replace(/ style="[^"]*"/g, '')

test('paragraphs, lines and escaping', () => {
  expect(body('raz\ndwa\n\n<b> & "x"')).toBe('<p>raz<br>\ndwa</p>\n<p>&lt;b&gt; &amp; &quot;x&quot;</p>\n')
})
test("links can be clicked, without the sentence's punctuation", () => {
  expect(body('(zob. https://a.example/x).')).toBe('<p>(zob. <a href="https://a.example/x">https://a.example/x</a>).</p>\n')
  expect(body('javascript:alert(1) https://a.example/"onmouseover="x')).not.toContain('onmouseover="x"')
})
test('quotes are quotes, as deep as they were', () => {
  expect(body('> a\n>> b\nc')).toBe('<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>\n<p>c</p>\n')
  expect(body(`${'>'.repeat(50)} x`).match(/<blockquote>/g)).toHaveLength(5)
})
test('an empty text is an empty document', () => {
  expect(body('')).toBe('')
})
