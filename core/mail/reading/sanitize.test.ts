import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import iconv from 'iconv-lite'
import { expect, it } from 'vitest'
import { safeHtml } from './parse.ts'
import { sanitizeMailHtml } from './sanitize.ts'

it.each([
  ['<img data-remote-src="javascript:alert(1)">', '<img />'],
  ['<img src="cid:a" data-remote-src="http://evil.example/p">', '<img src="cid/a" />'],
  ['<img DATA-REMOTE-SRC="http://evil.example/p" alt="x">', '<img alt="x" />'],
  ['<img src="http://here.example/p" data-remote-src="http://evil.example/p">', '<img data-remote-src="http://here.example/p" />'],
])('an address for later is written by us alone, never by the mail: %s', (given, safe) => {
  expect(sanitizeMailHtml(given)).toBe(safe)
})

it('elements nested beyond all measure lose their nesting, not their words', () => {
  const clean = sanitizeMailHtml(`${'<b>'.repeat(5000)}słowa${'</b>'.repeat(5000)}`)
  expect(clean).toContain('słowa')
  expect(clean.match(/<b>/g) ?? []).toHaveLength(0)
  expect(sanitizeMailHtml(`${'<b>'.repeat(500)}słowa${'</b>'.repeat(500)}`).match(/<b>/g)!.length).toBeLessThanOrEqual(60)
})

it.each([
  // The ground said in the shorthand is kept as a colour; its picture is not shown.
  ['<p style="background:#036;color:#fff">A</p>', '<p style="color:#fff;background-color:#036">A</p>'],
  ['<p style="background: url(http://x.example/a;b.png) no-repeat center WHITE">A</p>', '<p style="background-color:white">A</p>'],
  ['<p style="background:rgb(0, 51, 102) none; color: white">A</p>', '<p style="color:white;background-color:rgb(0, 51, 102)">A</p>'],
  // Where no ground is left the words take the reader's colour.
  ['<p style="background:linear-gradient(90deg,#036,#012);color:#fff">A</p>', '<p>A</p>'],
  ['<p style="background-image:url(x.png);color:#FFFFFF;margin:1px">A</p>', '<p style="margin:1px">A</p>'],
  ['<font color="white">A</font><font color="red">B</font>', '<font>A</font><font color="red">B</font>'],
  ['<p style="color:rgb(250,250,250)">A<b style="color:#eee">B</b></p>', '<p>A<b>B</b></p>'],
  // A ground around it is one.
  [
    '<table bgcolor="#003366"><tr><td><font color="#fff">A</font></td></tr></table><i style="color:#fff">B</i>',
    '<table bgcolor="#003366"><tr><td><font color="#fff">A</font></td></tr></table><i>B</i>',
  ],
  [
    '<div style="background-color:navy"><br><img alt="x"><p style="color:white">A</p></div>',
    '<div style="background-color:navy"><br /><img alt="x" /><p style="color:white">A</p></div>',
  ],
])('no words are white on white: %s', (given, safe) => {
  expect(sanitizeMailHtml(given)).toBe(safe)
})

it('HTML of mails that were taken apart elsewhere is made safe in a thread, in its own charset; what is too long is none', async () => {
  const part = (html: string, charset: string) => ({ content: iconv.encode(html, charset), contentType: `text/html; charset="${charset}"` })
  const long = `<p>${'za długo '.repeat(120_000)}</p>`
  expect(
    await safeHtml([
      part('<p onclick="x()">żółć<script>x()</script><img src="cid:a@b"></p>', 'windows-1250'),
      part(long, 'utf-8'),
      part('<b>gęś', 'iso-8859-2'),
    ]),
  ).toEqual(['<p>żółć<img src="cid/a%40b" /></p>', null, '<b>gęś</b>'])
  expect(await safeHtml([])).toEqual([])
})

it('what a thread has read is kept by nobody, however long the thread lives', async () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const read: WeakRef<object>[] = []
  for (let n = 0; n < 5; n++)
    read.push(new WeakRef(await safeHtml([{ content: Buffer.from(`<p>${n}</p>`), contentType: 'text/html; charset=utf-8' }])))
  // A promise that was waited for is let go a turn later.
  await new Promise((resolve) => setTimeout(resolve, 20))
  gc()
  // The last one may still be at hand.
  expect(read.filter((one) => one.deref() !== undefined).length).toBeLessThanOrEqual(1)
})
