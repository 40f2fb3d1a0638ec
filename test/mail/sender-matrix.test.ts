/** Who is believed, decided by pure functions for every case of the matrix and kept as a table to read: sender-table.txt. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decide, DNS, DOMAINS, joins, RELAY, say, SHAPES } from './sender-matrix.ts'

const TABLE = join(import.meta.dirname, 'sender-table.txt')

const HEAD = `Who is believed to have written. V is a person we know, at a domain of our own, at one that forbids others to write in its name (p=reject), or at one
that says nothing of it (none); W their colleague; E a stranger with a domain of their own; O an address of ours. Nobody signed anything; all mails
come from E's machine: straight to us (no relay), or through our relay, which says pass or fail above or below its Received line, or nothing.

V or E: the mail is tied to them; –: to nobody. +: proven, so that a part in a ticket is enough to write into it; ?: believed but not proven, so that it
must answer a mail we sent to that very address. 2: a second mail, E's own, joins the same ticket. Then the word at the message.
`

test('the table says what is decided, and nobody is believed by a mail that does not name exactly one author', async () => {
  expect(SHAPES).toHaveLength(60)
  const lines = [HEAD]
  for (const domain of DOMAINS) {
    for (const dns of DNS) {
      lines.push(`== V's domain: ${domain}; DNS ${dns} ==`, row('', RELAY))
      for (const shape of SHAPES) {
        const cells = []
        for (const relay of RELAY) {
          const decided = await decide(shape, { domain, dns, relay })
          const { judgement } = decided
          const said = `${shape.name} ${domain} ${dns} ${relay}`
          if (SEVERAL.test(shape.name)) expect([said, judgement.believed]).toEqual([said, false])
          if (joins(decided)) expect([said, relay]).toEqual([said, 'pass'])
          cells.push(say(decided))
        }
        lines.push(row(shape.name, cells))
      }
      lines.push('')
    }
  }
  const table = lines.join('\n')
  if (process.env['POMOC_GOLDEN'] === 'write') await writeFile(TABLE, table)
  expect(table).toBe(await readFile(TABLE, 'utf8'))
})

const SEVERAL = /E, V|V, E|From: [EV] \/|no From|nobody|<>|two words/
const row = (name: string, cells: readonly string[]): string =>
  [name.padEnd(46), ...cells.map((cell) => cell.padEnd(14))].join(' ').trimEnd()
