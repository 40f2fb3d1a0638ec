/** Owns what turns a story's sentences into letters: greetings, signatures, quotes, and their HTML. */
import { fullName, type DemoPerson } from './people.ts'
import type { Random } from './random.ts'
import { UNITS, UNIVERSITY } from './university.ts'
import { dateLine } from './when.ts'

export const unitName = (slug: string): string => UNITS.find((unit) => unit.slug === slug)?.name ?? 'Dział Informatyzacji'

/** A customer's letter; the first one brings its own greeting. */
export function question(random: Random, by: DemoPerson, text: string, quoted?: { at: Date; by: string; text: string }): string {
  const english = by.language === 'en'
  const opening = !quoted
    ? ''
    : english
      ? random.pick(['Hello,\n\n', 'Hi,\n\n', ''])
      : random.pick(['Dzień dobry,\n\n', '', '', 'Dzień dobry Państwu,\n\n'])
  const said = quoted && (opening === '' || english) ? text[0]!.toUpperCase() + text.slice(1) : text
  const quote = !quoted
    ? ''
    : english
      ? `\n\nOn ${quoted.at.toISOString().slice(0, 10)}, ${quoted.by} wrote:\n${quote_(quoted.text)}`
      : `\n\nW dniu ${dateLine(quoted.at)}, ${quoted.by} pisze:\n${quote_(quoted.text)}`
  return `${opening}${said}\n\n${signature(random, by)}${quote}`
}

const quote_ = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line ? `> ${line}` : '>'))
    .join('\n')

function signature(random: Random, by: DemoPerson): string {
  const name = fullName(by)
  if (by.language === 'en') return `${random.pick(['Best regards,', 'Kind regards,'])}\n${name}`
  if (by.kind === 'student')
    return random.pick([
      `Z poważaniem\n${name}\nnr albumu ${by.login.slice(1)}`,
      `Pozdrawiam\n${by.firstName}`,
      `Pozdrawiam serdecznie,\n${name} (${by.login})`,
    ])
  if (by.kind === 'stranger') return `Z poważaniem\n${name}`
  return random.pick([
    `Pozdrawiam\n${name}`,
    `Z poważaniem\n\n${name}\n${unitName(by.unit)}\n${UNIVERSITY}, ${by.phone}`,
    `Z wyrazami szacunku\n${name}\n${unitName(by.unit)}`,
  ])
}

/** An agent's answer. */
export function answer(by: DemoPerson, text: string, language: 'pl' | 'en'): string {
  return language === 'en'
    ? `Hello,\n\n${text}\n\nKind regards\n${fullName(by)}\n${UNIVERSITY}`
    : `Dzień dobry,\n\n${text}\n\nPozdrawiam\n${fullName(by)}\n${unitName(by.unit)}`
}

/** The same as HTML, as a mail program writes it; `picture` is the content id of one inside. */
export function asHtml(text: string, picture?: string): string {
  const clean = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const paragraphs = clean.split('\n\n').map((part) => `<p style="margin:0 0 12px">${part.replaceAll('\n', '<br />')}</p>`)
  if (picture) paragraphs.splice(-1, 0, `<p><img src="cid/${encodeURIComponent(picture)}" alt="" width="320" /></p>`)
  return `<div style="color:#1f2937">${paragraphs.join('\n')}</div>`
}
