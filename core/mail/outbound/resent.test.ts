import { expect, it } from 'vitest'
import { resent } from './resent.ts'

const mail = {
  from_text: 'Pomoc <pomoc@uni.example>',
  to_text: 'a@b.example, c@żółw.example',
  message_id: '<ticket.5.x@uni.example>',
  created_at: new Date('2026-11-17T09:15:00Z'),
}
async function sent(...chunks: string[]): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of resent(
    mail,
    (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk, 'latin1')
    })(),
  ))
    pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

it('puts Resent fields before the head and leaves the rest as it came', async () => {
  expect(await sent('From: x@y.example\r\nResent-From: <old@y.example>\r\n\r\n\xff tekst\r\n')).toBe(
    'Resent-From: <pomoc@uni.example>\r\nResent-To: <a@b.example>,\r\n <c@xn--w-uga1v8h.example>\r\nResent-Date: Tue, 17 Nov 2026 09:15:00 +0000\r\n' +
      'Resent-Message-ID: <ticket.5.x@uni.example>\r\nFrom: x@y.example\r\nResent-From: <old@y.example>\r\n\r\n\xff tekst\r\n',
  )
})
it("makes every line end CRLF, whatever lies between two pieces, so that nobody's trick goes further", async () => {
  expect((await sent('A: b\r', '\nC: d\n\nx\r.\r', '\ny\n.\nz\r')).split('\r\n').slice(5)).toEqual([
    'A: b',
    'C: d',
    '',
    'x',
    '.',
    'y',
    '.',
    'z',
    '',
  ])
})
it('drops what would end the head at once', async () => {
  expect(await sent('From root Tue Nov 17\n\r\nA: b\n\nx')).toContain('Resent-Message-ID: <ticket.5.x@uni.example>\r\nA: b\r\n\r\nx')
})
