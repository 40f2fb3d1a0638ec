import { describe, expect, it } from 'vitest'
import { firstWords } from './pages/parts.tsx'
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
  it.each([
    ['quotes', '>'.repeat(2000)],
    ['points', '- '.repeat(2000)],
    ['numbers', '1. '.repeat(2000)],
    ['stars', '* '.repeat(5000) + 'a'],
    ['a list a thousand levels deep', Array.from({ length: 1000 }, (_, n) => `${' '.repeat(n * 2)}- a`).join('\n')],
    ['half a mail address without end', `${'a.'.repeat(50_000)}@`],
    ['links within links', '[a]('.repeat(10_000)],
    ['tags', '<b>'.repeat(5000)],
    ['pictures', '!['.repeat(20_000)],
    ['rows of tables', `${'|'.repeat(20_000)}\n${'|-'.repeat(10_000)}`],
    ['signs of code', Array.from({ length: 300 }, (_, n) => '`'.repeat(n)).join(' ')],
    ['stressed words', '**a_b '.repeat(10_000)],
  ])('%s beyond all measure break no page and come to an end', (_name, text) => {
    for (const type of ['markdown', 'html'] as const) expect(() => textHtml(`${text}\n\nkoniec`, type, files)).not.toThrow()
  })
  it('a long line of dashes is a rule or makes a heading, and nothing of the rest is lost', () => {
    expect(textHtml(`Krok\n${'-'.repeat(60)}\n\n**raz**\n\n${'*'.repeat(60)}`, 'markdown', files)).toBe(
      '<h2>Krok</h2>\n<p><strong>raz</strong></p>\n<hr />',
    )
  })
  it('what is nested beyond all measure is read as the words that it is', () => {
    expect(textHtml(`${'>'.repeat(30)} a <b>\nc\n\nd`, 'markdown', files)).toBe(`<p>${'&gt;'.repeat(30)} a &lt;b&gt;<br />c</p><p>d</p>`)
    expect(textHtml(`${'>'.repeat(3)} a`, 'markdown', files)).toContain('<blockquote>')
  })
  it('as plain words it can be searched', () => {
    expect(plainText('* krok pierwszy\n* krok drugi', 'markdown').replace(/\s+/g, ' ').trim()).toBe('· krok pierwszy · krok drugi')
    expect(['* krok 1 * krok 2', 'Zrób: · krok 1 · krok 2', '2*3 = 6'].map(firstWords)).toEqual([
      'krok 1 · krok 2',
      'Zrób: · krok 1 · krok 2',
      '2*3 = 6',
    ])
    expect(plainText('## Krok\nKliknij [tu](https://uni.example) **teraz**', 'markdown').replace(/\s+/g, ' ')).toBe('Krok Kliknij tu teraz')
  })
})
