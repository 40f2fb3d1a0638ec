import { describe, expect, it } from 'vitest'
import { plainText, textHtml } from './text-html.ts'

const files = (name: string) => (name === 'zrzut ekranu.png' ? '/u/it/faq/1/files/5' : undefined)

describe('a text as it is read', () => {
  it('Markdown becomes plain elements, its headings below those of the page', () => {
    expect(textHtml('# Krok\n\n### Dalej\n\n- raz\n- **dwa**', 'markdown', files)).toBe(
      '<h2>Krok</h2>\n<h3>Dalej</h3>\n<ul>\n<li>raz</li>\n<li><strong>dwa</strong></li>\n</ul>',
    )
  })
  it('a picture is a file of the entry; one from elsewhere is left out', () => {
    expect(textHtml('![ekran](zrzut%20ekranu.png) ![x](https://evil.example/x.png)', 'markdown', files)).toBe(
      '<p><img src="/u/it/faq/1/files/5" alt="ekran" /> </p>',
    )
  })
  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '<svg onload=alert(1)>',
    '<iframe src="//evil.example"></iframe>',
    '[x](javascript:alert(1))',
    '<style>*{display:none}</style>',
    '<form action="//evil.example"><input></form>',
    '<a href="//evil.example">x</a>',
    '<p style="position:fixed">x</p>',
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
    '<a href="data:text/html,x">x</a>',
    '[x](vbscript:x)',
  ])('nothing runs, loads or covers the page: %s', (payload) => {
    // Within elements: words that only look like an address are words.
    for (const type of ['markdown', 'html'] as const) {
      const tags = textHtml(payload, type, files).match(/<[^>]*>/g) ?? []
      expect(tags.join('')).not.toMatch(/script:|on\w+=|<(script|svg|iframe|style|form|input|math|img)|style=|data:|\/\/evil/i)
    }
  })
  it('as plain words it can be searched', () =>
    expect(plainText('## Krok\nKliknij [tu](https://uni.example) **teraz**', 'markdown').replace(/\s+/g, ' ')).toBe(
      'Krok Kliknij tu teraz',
    ))
})
