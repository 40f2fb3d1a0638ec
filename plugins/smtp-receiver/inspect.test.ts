import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspectMail } from './inspect.ts'

function fault(text: string, sizes: readonly number[] = [text.length]): string | undefined {
  const bytes = Buffer.from(text, 'latin1')
  const inspection = inspectMail()
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length]!)
    inspection.see(bytes.subarray(at, at + size))
    at += size
  }
  return inspection.fault()
}

describe('a dot alone', () => {
  const ENDS = ['\r\n', '\n', '\r']
  const before = [...ENDS, '\n\n', '\r\r', '\n\r', '\r\n\r', '\n\r\n']
  for (const start of before) {
    for (const end of ENDS) {
      const honest = start.endsWith('\r\n') && end === '\r\n'
      it(`after ${JSON.stringify(start)} and before ${JSON.stringify(end)} is ${honest ? 'a line of the mail' : 'refused'}, however the bytes come`, () => {
        const mail = `Subject: x\r\n\r\ntekst${start}.${end}MAIL FROM:<zly@b.example>\r\n`
        for (const sizes of [[mail.length], [1], [2, 3], [7], [19, 1, 1, 1, 40]])
          expect(Boolean(fault(mail, sizes)), String(sizes)).toBe(!honest)
      })
    }
  }

  it('as the very first line is a line; dots that stand with others are text', () => {
    for (const text of ['.\r\ndalej\r\n', 'koniec.\n', 'a\n..\nb', 'x\n. x\n', '...\r\n.\r\n']) expect(fault(text)).toBeUndefined()
  })

  it('is found or not whatever the pieces are', () => {
    const letters = fc.array(fc.constantFrom('\r', '\n', '.', 'x', '\r\n'), { maxLength: 40 }).map((list) => list.join(''))
    fc.assert(
      fc.property(letters, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }), (text, sizes) => {
        // A mail always ends with CRLF.
        const mail = `${text}\r\n`
        const refused = /(^|[^\r])\n\.[\r\n]|\r\.[\r\n]|\n\.\n|\n\.\r(?=[^\n])/s.test(`\r\n${mail}`)
        expect(fault(mail, sizes) !== undefined).toBe(refused)
      }),
      { seed: 4, numRuns: 2000 },
    )
  })
})

describe('the head', () => {
  const line = `X-Filler: ${'x'.repeat(980)}\r\n`
  it('may be large, but not without end', () => {
    expect(fault(`${line.repeat(900)}\r\ntekst\r\n`)).toBeUndefined()
    expect(fault(`${line.repeat(1200)}\r\ntekst\r\n`)).toMatch(/head/)
    expect(fault(`${'A: b\r\n'.repeat(20_010)}\r\n`, [5000])).toMatch(/head/)
  })
  it('ends with the first blank line: what looks like it further down is text', () => {
    expect(fault(`Subject: x\r\n\r\n${line.repeat(2000)}${'Received: x\r\n'.repeat(200)}`, [4096])).toBeUndefined()
    // More than a head may have is enough where each byte comes by itself.
    expect(fault(`Subject: x\n\n${line.repeat(1200)}`, [1])).toBeUndefined()
  })
  it('of a mail that went through more than a hundred servers is refused', () => {
    const hop = 'Received: from a by b;\r\n\tTue, 17 Nov 2026 10:00:00 +0100\r\n'
    expect(fault(`${hop.repeat(100)}\r\nx`)).toBeUndefined()
    expect(fault(`${hop.repeat(101)}\r\nx`)).toMatch(/circles/)
  })
})
