import { describe, expect, test } from 'vitest'
import { unflow } from './flowed.ts'
import { readMeeting } from './labels.ts'
import { mendStructure } from './structure.ts'
import { takeEncoded } from './uuencode.ts'

describe('format=flowed', () => {
  test('soft breaks join, hard ones stay, stuffing goes, a signature stands alone', () => {
    expect(unflow('Ala ma \nkota.\n\n From tak\n-- \nAnna', false)).toBe('Ala ma kota.\n\nFrom tak\n-- \nAnna')
  })
  test('lines of different depth never join', () => {
    expect(unflow('> cytat bez \n> konca \nodpowiedz\n>> glebiej', false)).toBe('> cytat bez konca\nodpowiedz\n>> glebiej')
  })
  test('DelSp: the blank at the break is not part of the text', () => {
    expect(unflow('Zgloszenie nr 2026 \n112010 i  \n dalej', true)).toBe('Zgloszenie nr 2026112010 i dalej')
  })
})

describe('uuencode', () => {
  const block = 'begin 644 dane.txt\n-6F%\\9#8V"S!/@8V%T\n#0V%T\n`\nend'
  test('a file leaves the text', () => {
    const { text, files } = takeEncoded('Przed\nbegin 644 cat.txt\n#0V%T\n`\nend\nPo')
    expect(text).toBe('Przed\nPo')
    expect(files.map(({ name, content }) => [name, content.toString()])).toEqual([['cat.txt', 'Cat']])
  })
  test('what only looks so stays, all of it', () => {
    for (const text of [
      'begin 100 times again\nand end\nend',
      'begin 644 x\nnothing here that fits\nend',
      block.replace('end', ''),
      'begin 644 x',
    ]) {
      expect(takeEncoded(text)).toEqual({ text, files: [] })
    }
  })
  test('begin-base64 is read too', () => {
    expect(takeEncoded('begin-base64 644 a.bin\nQ2F0\n====').files[0]!.content.toString()).toBe('Cat')
  })
})

describe('the frame', () => {
  const mended = (text: string) =>
    mendStructure(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'))
      .raw.toString('latin1')
      .replaceAll('\r\n', '\n')
  test('a good mail keeps its bytes, the very same ones', () => {
    const raw = Buffer.from('Subject: a\r\n b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x--\r\n')
    expect(mendStructure(raw)).toEqual({ raw, damaged: false, cut: false })
    expect(mendStructure(raw).raw).toBe(raw)
  })
  test('text straight after the head gets its empty line', () => {
    expect(mended('Subject: a\nDzien dobry\npisze\n')).toBe('Subject: a\n\nDzien dobry\npisze\n')
  })
  test('a field folded without a blank is one field', () => {
    expect(mended('References: <a@x>\n<b@x>\nSubject: a\n\nx')).toBe('References: <a@x>\n <b@x>\nSubject: a\n\nx')
  })
  test('blanks behind a delimiter go; a part without a head of its own is text', () => {
    expect(mended('Content-Type: multipart/mixed; boundary="x"\n\n--x  \n\na\n--x\nsam tekst\n--x-- \n')).toBe(
      'Content-Type: multipart/mixed; boundary="x"\n\n--x\n\na\n--x\n\nsam tekst\n--x--\n',
    )
  })
  test('a boundary that the head does not name is found', () => {
    expect(mended('Content-Type: multipart/mixed\n\n--abc\nContent-Type: text/plain\n\na\n--abc--\n')).toContain(
      'Content-Type: multipart/mixed; boundary="abc"\n',
    )
    expect(
      mended('Subject: x\nContent-Type: multipart/mixed;\n boundary="y"\nX-A: b\n\n--abc\nContent-Type: text/plain\n\na\n--abc--\n'),
    ).toContain('boundary="abc"\nX-A: b\n')
  })
  test('a mail that begins with its text has no head, and is looked at once', () => {
    expect(mended('jestem tekstem\nDate: tez\n')).toBe('\njestem tekstem\nDate: tez\n')
    expect(mended('\n\nSubject: a\n\nx')).toBe('Subject: a\n\nx')
  })
  test('a multipart without any part is plain text', () => {
    expect(mended('Content-Type: multipart/mixed; boundary=y\n\nsam tekst\n')).toBe(
      'Content-Type: text/plain\nX-Said-Content-Type: multipart/mixed\n\nsam tekst\n',
    )
  })
})

describe('invitations', () => {
  test('summary, time with its zone, place and method', () => {
    const meeting = readMeeting(
      Buffer.from(
        'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Odbiór\\, sala\r\n  101\r\nDTSTART;TZID="Europe/Warsaw":20261124T100000\r\nLOCATION:Pokój 5\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
      ),
    )
    expect(meeting).toMatchObject({
      method: 'REQUEST',
      summary: 'Odbiór, sala 101',
      when: '2026-11-24 10:00 (Europe/Warsaw)',
      where: 'Pokój 5',
    })
  })
  test('a calendar without an event is none', () => {
    expect(readMeeting(Buffer.from('BEGIN:VCALENDAR\r\nEND:VCALENDAR'))).toBeUndefined()
  })
})
