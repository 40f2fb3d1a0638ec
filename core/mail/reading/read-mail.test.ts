import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseLent, parseMail, stopParsing } from './parse.ts'
import { sayAddresses } from './parsed-mail.ts'
import { HTML_LIMIT, readHeaders, readMail, TEXT_LIMIT } from './read-mail.ts'

const eml = (name: string) => readFile(join(import.meta.dirname, '../../../test/mail', `${name}.eml`))
const mail = (head: string, body = 'x') => Buffer.from(`${head.trim().replace(/\n/g, '\r\n')}\r\n\r\n${body}`)

afterAll(stopParsing)

describe('text and HTML', () => {
  test('HTML alone gets text; nothing in it runs, loads or submits', async () => {
    const read = await readMail(await eml('html-only-mail-gets-text-and-loses-scripts'))
    expect(read.text).toContain('Zażółć gęślą jaźń')
    expect(read.text).toMatch(/Nie działa to ani\s+tamto <https:\/\/uczelnia\.example\/login>\./)
    expect(read.text).not.toMatch(/zło|alert/)
    expect(read.text).toContain('\nSala 101')
    expect(read.html).not.toMatch(/script|javascript:|onload|onclick|onerror|position|url\(|<form|<input|<iframe|<style|[^-]src="http/i)
    expect(read.html).toContain('color:#c00')
    expect(read.html).toContain('data-remote-src="http://tracker.example/pixel.gif?id=1"')
    expect(read.html).toContain('src="cid/nie-ma"')
    expect(read.html).toMatch(/<a href="https:\/\/uczelnia\.example\/login"[^>]*rel="noopener noreferrer nofollow"/)
    expect(read.html).toContain('<td>101</td>')
  })
  test('old character sets are read right', async () => {
    const read = await readMail(await eml('latin2-mail-from-an-old-program-is-read-right'))
    expect(read.subject).toBe('Prośba o dostęp')
    expect(sayAddresses(read.from)).toBe('Małgorzata Żuk <m.zuk@uni.example>')
    expect(read.text).toBe('Proszę o dostęp do katalogu Łódź.')
  })
  test('SMTPUTF8: raw UTF-8 in headers', async () => {
    const read = await readMail(mail('From: Łukasz Żółć <łukasz@żółć.example>\nSubject: Zażółć gęślą jaźń'))
    expect(read.subject).toBe('Zażółć gęślą jaźń')
    expect(read.from).toEqual([{ name: 'Łukasz Żółć', address: 'łukasz@żółć.example' }])
  })
  test('NUL is taken out everywhere, for PostgreSQL stores none', async () => {
    const read = await readMail(mail('Subject: a\0b\nFrom: =?utf-8?q?x=00y?= <a@b.example>\nContent-Type: text/plain', 'c\0d'))
    expect(JSON.stringify({ ...read, attachments: [] })).not.toContain('\\u0000')
    expect(read.text).toBe('cd')
  })
  test('texts and HTML beyond all measure are cut, and say so', async () => {
    const long = await readMail(mail('Subject: x\nContent-Type: text/plain', 'słowo '.repeat(TEXT_LIMIT / 4)))
    expect(long.text.length).toBe(TEXT_LIMIT)
    expect(long.notes).toEqual([{ note: 'text-cut' }])
    expect(long.attachments.map((part) => part.name)).toEqual(['message.eml'])
    const html = await readMail(mail('Subject: x\nContent-Type: text/html', `<p>${'a <b>b</b> '.repeat(HTML_LIMIT / 8)}</p>`))
    expect(html.html).toBeNull()
    expect(html.attachments.map((part) => part.name)).toEqual(['mail.html'])
    expect(html.text.length).toBeGreaterThan(1000)
  })
  test('a picture of megabytes in the HTML hides no words, in text and HTML', async () => {
    const picture = Buffer.alloc(4_500_000, 'pixels')
    const url = `data:image/png;base64,${picture.toString('base64')}`
    const read = await readMail(
      mail('Subject: x\nContent-Type: text/html; charset=utf-8', `<p>Przed</p><img src='${url}'><img src="${url}"><p>Pod zrzutem</p>`),
    )
    expect(read.text).toContain('Pod zrzutem')
    expect(read.html).toMatch(/<p>Przed<\/p><img src="cid\/written-1" \/><img src="cid\/written-1" \/><p>Pod zrzutem<\/p>/)
    expect(read.notes).toEqual([])
    expect(read.attachments).toHaveLength(1)
    expect(read.attachments[0]).toMatchObject({
      name: 'picture-1.png',
      contentType: 'image/png',
      disposition: 'inline',
      size: picture.length,
    })
    expect(read.attachments[0]!.content.equals(picture)).toBe(true)
  })
  test('of more written pictures than anybody pastes the rest is in the raw mail, and the words all the same', async () => {
    const pictures = Array.from(
      { length: 150 },
      (_, i) => `<img src="data:image/gif;base64,${Buffer.alloc(900, `${i} `).toString('base64')}">`,
    )
    const read = await readMail(mail('Subject: x\nContent-Type: text/html', `${pictures.join('')}<p>dno</p>`))
    expect(read.text).toContain('dno')
    expect(read.attachments.map(({ name }) => name).slice(-2)).toEqual(['picture-100.gif', 'message.eml'])
    expect(read.notes).toEqual([{ note: 'too-many-parts' }])
  })
  test('a style sheet or a comment of half a megabyte cuts off no words', async () => {
    const long = `<style>${'p{color:red} '.repeat(40_000)}</style><!-- ${'x '.repeat(100_000)} --><p>Pod stylem</p>`
    expect((await readMail(mail('Subject: x\nContent-Type: text/html', long))).text).toContain('Pod stylem')
  })
  test('HTML nested beyond all measure is attached, its words are shown', async () => {
    const read = await readMail(mail('Subject: x\nContent-Type: text/html', `${'<b>'.repeat(100_000)}dno &amp; pod`))
    expect(read.text).toContain('dno & pod')
    expect(read.html).toBeNull()
    expect(read.notes).toEqual([{ note: 'html-too-long' }])
  })
  test('ten thousand nested tables are read in a moment', async () => {
    const read = await readMail(mail('Subject: x\nContent-Type: text/html', `${'<table><tr><td>'.repeat(10_000)}dno`))
    expect(read.text).toContain('dno')
  })
})

describe('attachments', () => {
  test('a forwarded mail is an attachment with its subject as name, not text of the sender', async () => {
    const read = await readMail(await eml('forwarded-mail-is-an-attachment'))
    expect(read.text).toBe('W zalaczeniu tamten mail.')
    expect(read.attachments.map((part) => [part.name, part.contentType])).toEqual([['Oplata za semestr.eml', 'message/rfc822']])
    expect(read.attachments[0]!.content.toString()).toContain('Prosimy o wplate.')
  })
  test('what says the same in another form is known as such, a hidden copy that the mail names is read', async () => {
    const ics = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n'
    const read = await readMail(
      mail(
        'Subject: x\nBcc: Ukryta <ukryta@uni.example>\nContent-Type: multipart/mixed; boundary=m',
        [
          '--m',
          'Content-Type: multipart/alternative; boundary=a',
          '',
          '--a',
          'Content-Type: text/plain',
          '',
          'Zapraszam.',
          '--a',
          'Content-Type: text/calendar; name=spotkanie.ics',
          '',
          ics,
          '--a--',
          '--m',
          'Content-Type: application/pdf; name=plan.pdf',
          'Content-Disposition: attachment',
          '',
          'x',
          '--m--',
          '',
        ].join('\n'),
      ),
    )
    expect(read.bcc).toEqual([{ name: 'Ukryta', address: 'ukryta@uni.example' }])
    expect(read.attachments.map(({ name, alternative }) => [name, alternative])).toEqual([
      ['spotkanie.ics', true],
      ['plan.pdf', undefined],
    ])
  })
  test('names are never paths; encoded names are read; nameless parts get one', async () => {
    const read = await readMail(await eml('names-of-files-are-never-paths'))
    expect(read.attachments.map((part) => part.name)).toEqual(['_.._etc_passwd', 'file-2.png', 'załącznik.pdf', 'żółć.pdf'])
  })
})

describe('headers', () => {
  test('ids are found with and without blanks between them', async () => {
    const read = await readMail(await eml('references-without-blanks-between-ids-are-all-found'))
    expect(read.references).toEqual(['<a@x>', '<b@x>', '<c@x>'])
    expect(read.inReplyTo).toEqual(['<c@x>'])
  })
  test('of a thousand references the first and the newest stay', async () => {
    const read = await readMail(mail(`References: ${Array.from({ length: 1000 }, (_, n) => `<m${n}@x>`).join('\n ')}`))
    expect(read.references).toHaveLength(100)
    expect([read.references[0], read.references.at(-1)]).toEqual(['<m0@x>', '<m999@x>'])
  })
  test('a group of addresses is its members', async () => {
    const read = await readMail(mail('To: Dziekanat: a@b.example, "C, D" <c@d.example>;, e@f.example\nSubject: x'))
    expect(read.to.map(({ address }) => address)).toEqual(['a@b.example', 'c@d.example', 'e@f.example'])
  })
  test('the head alone is read where the body cannot be', async () => {
    const read = await readHeaders(await eml('forwarded-mail-is-an-attachment'))
    expect(read).toMatchObject({ subject: 'Przekazuje', text: '', html: null, attachments: [], notes: [{ note: 'headers-only' }] })
    expect(read.from).toEqual([{ name: 'Anna Nowak', address: 'anna.nowak@student.example' }])
  })
  test('an impossible date is no date', async () => {
    expect((await readMail(mail('Date: wczoraj\nSubject: x'))).date).toBeNull()
  })
})

describe('mails made to take long', () => {
  const text = 'Subject: x\nContent-Type: text/plain'
  const html = 'Subject: x\nContent-Type: text/html'
  const block =
    'Subject: x\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64'
  const many = (count: number, part: (i: number) => string) => Array.from({ length: count }, (_, i) => part(i)).join('')
  // A thread has thirty seconds for a mail: what grows with the square of these would not be read.
  test.each([
    ['a million blanks in a line', mail(text, `a${' '.repeat(1e6)}b`)],
    ['one paragraph of flowed lines', mail(`${text}; format=flowed; delsp=yes`, 'a \r\n'.repeat(200_000))],
    ['beginnings of files', mail(text, 'begin-base64 644 x\r\n'.repeat(50_000))],
    ['a head that is none', mail(`Subject: x\n${'aa\n'.repeat(100_000)}Date: x`)],
    ['encoded words without an end', mail(`Subject: ${'=?utf-8?Q?a'.repeat(20_000)}`)],
    ['letters cut between words of two kinds', mail(`Subject: ${'=?utf-8?B?xbzD?= =?utf-8?Q?=B3?= '.repeat(10_000)}`)],
    [
      'fifty thousand boundaries',
      mail(
        'Content-Type: multipart/mixed; boundary=b',
        many(50_000, (i) => `boundary=b${i}\r\n--b${i}\r\n`),
      ),
    ],
    [
      'ten thousand multiparts in each other',
      mail(
        'Content-Type: multipart/mixed; boundary=n0',
        many(10_000, (i) => `--n${i}\r\nContent-Type: multipart/mixed; boundary=n${i + 1}\r\n\r\n`),
      ),
    ],
    ['open elements', mail(html, '<zz>'.repeat(500_000))],
    ['closed elements', mail(html, `${'<b>'.repeat(60_000)}dno${'</b>'.repeat(60_000)}`)],
    ['beginnings of comments', mail(html, '<!--'.repeat(300_000))],
    [
      'beginnings of written pictures',
      mail(html, `${'"data:image/png;base64,'.repeat(30_000)}${"'data:image/png;base64,".repeat(10_000)}`),
    ],
    ['open comments in an address', mail(`From: ${'('.repeat(400_000)}a@b.example`)],
    ['comments in an address', mail(`From: ${'(a)'.repeat(150_000)}a@b.example`)],
    ['open brackets in an address', mail(`To: ${'<'.repeat(400_000)}a@b.example>`)],
    ['open quotes in an address', mail(`To: ${'"\\"'.repeat(300_000)}a@b.example`)],
    ['brackets in an address', mail(`Cc: ${'<a @>'.repeat(50_000)}`)],
    ['encoded names without an address', mail(`Cc: ${'=?utf-8?B?YWI=?=,'.repeat(20_000)}`)],
    ['a hundred thousand fields', mail(`${'a:\n'.repeat(100_000)}Subject: x`)],
    ['CR alone between a hundred thousand fields', mail(`Subject: x\r${'a: b\r'.repeat(80_000)}`)],
    ['an S/MIME block of nothing but beginnings', mail(block, Buffer.from('30'.concat('80').repeat(200_000), 'hex').toString('base64'))],
    [
      'an S/MIME block of a million pieces',
      mail(block, Buffer.concat([Buffer.from([0x30, 0x80]), Buffer.alloc(2_000_000, '0500', 'hex')]).toString('base64')),
    ],
    ['an open quote in a calendar', mail('Content-Type: text/calendar', `BEGIN:VEVENT\r\nDTSTART;${'"'.repeat(5001)}\r\nEND:VEVENT`)],
  ])('%s', { timeout: 120_000 }, async (_name, raw) => {
    const { notes } = await parseMail(raw)
    expect(notes.map(({ note }) => note)).not.toContain('unreadable')
  })
})

test('after the threads were stopped the next mail is read by a fresh one', async () => {
  const one = mail('Subject: raz')
  await parseMail(one)
  await stopParsing()
  expect((await parseMail(one)).subject).toBe('raz')
}, 20_000)

describe('a large mail is lent to the thread', () => {
  const part = (bytes: Buffer, end: string) =>
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}\r\n${end}`
  test.each([
    ['whole', '--b--\r\n', 1],
    ['damaged, and so attached to itself', '--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n', undefined],
  ])('%s: nothing of it is copied, and it comes back', async (_name, end, files) => {
    const bytes = randomBytes(2_500_000)
    const sent = Buffer.from(part(bytes, end))
    const raw = Buffer.allocUnsafeSlow(sent.length)
    sent.copy(raw)
    const holder = { raw }
    const reading = parseLent(holder)
    expect([raw.length, holder.raw.length]).toEqual([0, 0])
    const { attachments } = await reading
    expect(holder.raw.equals(sent)).toBe(true)
    expect(attachments[0]!.content.equals(bytes)).toBe(true)
    if (files) expect(attachments.length).toBe(files)
    else expect(attachments.some(({ raw: whole, content }) => whole && content.buffer === holder.raw.buffer)).toBe(true)
  })
})
