/** Readers of strangers' markup end, whatever it is made of: nobody else's page waits for one. */
import { expect, test } from 'vitest'
import { textOfHtml } from '../../core/mail/reading/body.ts'
import { sanitizeMailHtml } from '../../core/mail/reading/sanitize.ts'
import { textHtml } from '../../plugins/faq/text-html.ts'

const noFile = () => undefined

test('HTML that nests deeper than any mail keeps its words alone', () => {
  expect(sanitizeMailHtml(`${'<b>'.repeat(80_000)}Zażółć &amp; &lt;jaźń&gt;<script>alert(1)</script><p>gęślą`)).toBe(
    'Zażółć &amp; &lt;jaźń&gt;<br />gęślą',
  )
  expect(textOfHtml(`${'<b></i>'.repeat(30_000)}słowa`)).toEqual({ text: 'słowa', cut: false })
})

test('HTML as people send it nests as it is, also where end tags are missing', () => {
  expect(sanitizeMailHtml('<p>jeden'.repeat(5000))).toHaveLength(5000 * '<p>jeden</p>'.length)
})

test.each(['>', '> ', '1. ', '> - ', '*a_', 'a*', '!', '**a', 'a_b', '['])('%j without end in an entry is shown as it stands', (mark) => {
  expect(textHtml(mark.repeat(20_000), 'markdown', noFile)).toMatch(/^<p>/)
})

test('an entry as people write it is Markdown', () => {
  const entry = `${'> cytat\n\n- **raz** i _dwa_\n  - [trzy](https://uni.example)\n\n'.repeat(300)}`
  expect(textHtml(entry, 'markdown', noFile)).toContain('<blockquote>')
})
