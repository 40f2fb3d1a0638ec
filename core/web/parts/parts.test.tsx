import { describe, expect, it } from 'vitest'
import { frameSize, headerAddress, headerName } from './article-card.tsx'
import { initials } from './avatar.tsx'
import { linkify, splitQuoted } from './message-text.tsx'
import { saySize } from './size.ts'
import { sayState } from './state.tsx'

describe('initials', () => {
  it.each([
    ['Jan Maria Kowalski', 'JK'],
    ['łucja bąk', 'ŁB'],
    ['pomoc@uni.example', 'P'],
    ['"Dziekanat" WM', 'W'],
    ['123', '?'],
    ['', '?'],
  ])('%s → %s', (name, sign) => {
    expect(initials(name)).toBe(sign)
  })
})

describe('quoted history', () => {
  it.each([
    ['Thunderbird, Polish', 'Działa.\n\nW dniu 17.11.2026 o 9:15, Jan Kowalski pisze:\n> tekst', 'Działa.'],
    ['Gmail, Polish', 'Tak.\n\nwt., 17 lis 2026 o 09:15 Jan Kowalski <jan@uni.example> napisał(a):\n\n> tekst', 'Tak.'],
    ['Gmail, English', 'Yes.\n\nOn Tue, 17 Nov 2026 at 09:15, Jan <jan@uni.example> wrote:\n> text', 'Yes.'],
    ['Outlook, Polish', 'Dzięki\n\nFrom: Jan Kowalski <jan@uni.example>\nSent: Tuesday\nTo: Ola\nSubject: Re: x\n\ntekst', 'Dzięki'],
    ['Outlook, a line', 'OK\n________________________________\nOd: Jan', 'OK'],
    ['only signs', 'OK\n\n> a\n>\n> b\n', 'OK'],
  ])('%s', (_client, body, text) => {
    expect(splitQuoted(body).text).toBe(text)
    expect(splitQuoted(body).quoted).not.toBe('')
  })
  it('answers under each quoted line stay whole: there the order is the sense', () => {
    const body = '> Czy działa?\nTak.\n> A drukarka?\nNie.'
    expect(splitQuoted(body)).toEqual({ text: body, quoted: '' })
  })
  it('answers inside a quotation that a line opens are not folded away; what is quoted below the last of them is', () => {
    const body =
      'Odpowiadam niżej.\n\nW dniu 17.11.2026 o 9:15, Jan Kowalski pisze:\n> Czy działa?\n\nTak, od rana.\n\n> A drukarka?\nNie.\n\n> Pozdrawiam\n> Jan'
    const { text, quoted } = splitQuoted(body)
    expect(text).toContain('Tak, od rana.')
    expect(text).toMatch(/> A drukarka\?\nNie\.$/)
    expect(quoted).toBe('> Pozdrawiam\n> Jan')
  })
  it('a signature under the quotation is no answer to it', () => {
    const body = 'Działa.\n\nW dniu 17.11.2026 o 9:15, Jan Kowalski pisze:\n> tekst\n\n-- \nAnna Nowak'
    expect(splitQuoted(body).text).toBe('Działa.')
  })
  it('a message that is nothing but a quotation is shown', () => {
    expect(splitQuoted('> tylko to').text).toBe('> tylko to')
  })
})

describe('links in text', () => {
  const hrefs = (text: string) =>
    linkify(text)
      .filter((part) => typeof part !== 'string')
      .map((part) => (part as unknown as { props: { href: string } }).props.href)
  it.each([
    ['Zobacz https://uni.example/a?b=1.', ['https://uni.example/a?b=1']],
    ['(http://x.example)', ['http://x.example']],
    ['javascript:alert(1) data:text/html,x', []],
    ['<https://x.example/>', ['https://x.example/']],
  ])('%s', (text, found) => {
    expect(hrefs(text)).toEqual(found)
  })
})

describe('words', () => {
  it('sizes', () => {
    expect([saySize(0, 'pl'), saySize(217_000, 'pl'), saySize(1_900_000, 'pl'), saySize(33_554_432, 'en')]).toEqual([
      '0\u00a0B',
      '212\u00a0kB',
      '1,8\u00a0MB',
      '32\u00a0MB',
    ])
  })
  it('names in headers', () => {
    expect(['"Kowalski, Jan" <jan@uni.example>', 'Ola Łoś <o@x>', '<o@x>', 'o@x'].map(headerName)).toEqual([
      'Kowalski, Jan',
      'Ola Łoś',
      'o@x',
      'o@x',
    ])
    expect(headerAddress('Ola <o@x>')).toBe('o@x')
  })
  it('states say until when', () => {
    const now = new Date('2026-11-20T12:00:00Z')
    const say = (stateName: string, stateType: 'pending reminder' | 'pending auto', pendingUntil: Date | null) =>
      sayState({ stateName, stateType, pendingUntil }, 'pl', 'Europe/Warsaw', now)
    expect(say('pending reminder', 'pending reminder', new Date('2026-11-24T07:00:00Z'))).toBe('odłożone do wt. 24 listopada, 8:00')
    expect(say('waiting for customer', 'pending reminder', null)).toBe('czeka na zgłaszającego')
    expect(say('nasz własny stan', 'pending reminder', null)).toBe('nasz własny stan')
  })
  it('a frame is as high as its text and pictures ask', () => {
    const body = (lines: number) => ({ body: 'x\n'.repeat(lines), attachments: [] })
    expect([2, 10, 20, 60].map((lines) => frameSize(body(lines)))).toEqual(['s', 'm', 'l', 'xl'])
  })
})
