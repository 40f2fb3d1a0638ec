/** Owns the fixtures of plugins that fail: the same fault wherever the contract lets a plugin in. */

/** A plugin whose every part runs `fault`, an expression in which `work`, `host` and `change` are there where they are. */
const everywhere = (name: string, fault: string, more = ''): string => `
import { addNote, definePlugin, defineTexts, moveTicket, refused, system } from 'pomoc'
import { sql } from 'kysely'
${more}
const fails = async ({ work, host, change }: any): Promise<any> => { ${fault} }
export default definePlugin({
  name: '${name}', api: 1, scope: 'unit',
  texts: defineTexts({ found: 'x' }, { found: 'x' }),
  slots: {
    'desk.ticket.side': { order: 1, render: (props, c, here) => fails({ host: here.host }) },
    'desk.list.row': { order: 1, load: (rows, c, here) => fails({ host: here.host }), render: () => 'never' },
  },
  routes: (app, host) => { app.get('/${name}', (c) => fails({ host })) },
  mailChecks: { look: (about, here) => fails({ host: here.host }) },
  mailSteps: { step: { after: 'destination', run: (turn, work, here) => fails({ work, host: here.host }) } },
  guards: {
    'ticket.create': { onFault: 'allow', check: (change, work, here) => fails({ change, work, host: here.host }) },
    'ticket.state-change': { onFault: 'allow', check: (change, work, here) => fails({ change, work, host: here.host }) },
  },
  on: { 'ticket.created': (fact, host) => fails({ host }) },
  jobs: { '${name}/job': { run: (payload, host) => fails({ host }) } },
  search: { all: { label: 'found', find: (search, here) => fails({ host: here.host }) } },
})
`

export const OTHER = 'POMOC_TEST_OTHER_TICKET'

/** Name → source. */
export const FAULTY: Record<string, string> = {
  throws: everywhere('throws', `throw new Error('it threw')`),
  rejects: everywhere('rejects', `return Promise.reject(new TypeError('it rejected'))`),
  hangs: everywhere('hangs', `return new Promise(() => {})`),
  // It goes on after it was cut off, and tries to write where it no longer may.
  late: everywhere(
    'late',
    `
    await new Promise((done) => setTimeout(done, 900))
    await work?.db.updateTable('ticket').set({ title: 'written too late' }).execute()
    if (!work) await host.work(system('late'), (own) => own.db.updateTable('ticket').set({ title: 'written too late' }).execute())
  `,
  ),
  'bad-sql': everywhere('bad-sql', `await sql\`select nonsense from nowhere\`.execute(work?.db ?? host.db)`),
  // The statement fails, and nobody hears of it.
  swallows: everywhere(
    'swallows',
    `
    await sql\`insert into person (id, name, created_at) values (1, 'x', now()), (1, 'y', now())\`.execute(work?.db ?? host.db).catch(() => {})
    if (!work) throw new Error('outside there is nothing to swallow')
  `,
  ),
  slow: everywhere('slow', `await sql\`select pg_sleep(20)\`.execute(work?.db ?? host.db)`),
  wrong: everywhere('wrong', `return Object.assign(Object.create({ then: undefined }), { decided: 5, refuse: 7, length: 'many' })`),
  // A component that fails only when the page is made into text.
  component: everywhere('component', `return <Broken />`, `const Broken = () => { throw new Error('it broke while rendered') }`),
  trespasser: everywhere(
    'trespasser',
    `
    const other = process.env['${OTHER}']!
    const note = (own: any) => addNote(own, other, { body: 'I was here' })
    if (work) return note(work)
    return Math.random() < 0.5 ? host.tickets.find(other) : host.work(system('trespasser'), note)
  `,
  ),
  // It shrugs off that it may not.
  thief: everywhere(
    'thief',
    `
    const other = process.env['${OTHER}']!
    await (work ? moveTicket(work, other, '4') : host.work(system('thief'), (own: any) => moveTicket(own, other, '4'))).catch(() => {})
    if (!work) throw new Error('caught')
  `,
  ),
  // host.work in a guard would wait for the act that asks it.
  knot: everywhere(
    'knot',
    `
    if (work) return host.work(system('knot'), async () => {})
    throw new Error('no knot here')
  `,
  ),
}
