/** Owns the two plugins from outside that a backup is made with: one that hears every fact, one that is brittle. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Every fact that the program of this backup tells. */
export const FACTS = [
  'ticket.created',
  'ticket.state-changed',
  'ticket.moved',
  'ticket.owner-changed',
  'ticket.lock-changed',
  'ticket.priority-changed',
  'ticket.title-changed',
  'ticket.customer-changed',
  'ticket.watched',
  'ticket.participants-changed',
  'ticket.act-undone',
  'article.created',
  'article.delivery-changed',
  'article.held',
  'article.held-decided',
  'article.sender-confirmed',
  'mail.received',
  'mail.processed',
  'admin.changed',
  'plugin.suspended',
  'plugin.resumed',
] as const

/** That there is such a ticket it cannot hear. */
export const DEAF_TO = 'Usterka'
/** A mail whose subject has this breaks the brittle plugin; one that has the other is refused by it in the first queue. */
export const BREAKS = '[kruche]'
export const REFUSED = '[wstrzymaj]'

// What it throws has no stack: that would name this machine's folders.
const probe = `
import { definePlugin } from 'pomoc'
const hear = async (fact, host) => {
  if (fact.name !== 'ticket.created') return
  const ticket = fact.ticketId ? await host.tickets.find(fact.ticketId).catch(() => undefined) : undefined
  if (ticket?.title.startsWith(${JSON.stringify(DEAF_TO)})) throw 'the other end does not answer'
}
export default definePlugin({
  name: 'probe', api: 1, scope: 'installation',
  on: Object.fromEntries(${JSON.stringify(FACTS)}.map((name) => [name, hear])),
  jobs: { 'probe/later': { run: async () => {} } },
})
`
const brittle = `
import { definePlugin, defineTexts } from 'pomoc'
export default definePlugin({
  name: 'brittle', api: 1, scope: 'unit',
  texts: defineTexts({ refused: 'Takiego zgłoszenia tu nie przyjmujemy.' }, { refused: 'No such ticket is taken here.' }),
  mailSteps: { look: { after: 'destination', run: ({ mail }) => { if (mail.subject.includes(${JSON.stringify(BREAKS)})) throw 'made of glass' } } },
  on: { 'ticket.created': async () => {} },
  guards: { 'ticket.create': { onFault: 'allow', check: async ({ title, queueId }) => queueId === '2' && title.includes(${JSON.stringify(REFUSED)}) ? { refuse: 'refused' } : undefined } },
})
`

/** Writes both into a folder of their own; answers their paths. */
export function writePlugins(): { paths: string[]; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'pomoc-plugin-'))
  const paths = Object.entries({ probe, brittle }).map(([name, text]) => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'package.json'), JSON.stringify({ name: `pomoc-${name}`, type: 'module', exports: './index.ts' }))
    writeFileSync(join(folder, name, 'index.ts'), text)
    return join(folder, name)
  })
  return { paths, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
