/** Owns the fixture of a plugin package that fills every kind the contract has, in TypeScript and JSX. */

export const EVERY_KIND: Record<string, string> = {
  'package.json': JSON.stringify({ name: 'pomoc-every', type: 'module', exports: { '.': './source/index.tsx' } }),
  'source/texts.ts': `
import { defineTexts } from 'pomoc'
export const texts = defineTexts({
  'limit': 'Ile', 'limit.help': 'Ile naraz', 'tone': 'Ton', 'tone.mild': 'łagodny', 'tone.strict': 'surowy', 'use': 'Używać wszystkiego',
  'found': 'Wszystko', 'not-so': 'Tak nie można',
}, {
  'limit': 'How many', 'limit.help': 'How many at once', 'tone': 'Tone', 'tone.mild': 'mild', 'tone.strict': 'strict', 'use': 'Use everything',
  'found': 'Everything', 'not-so': 'Not like this',
})
`,
  'source/log.ts': `
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from 'pomoc'

declare module 'pomoc' {}
export enum Kind { Guard = 'guard', Step = 'step', Fact = 'fact', Job = 'job' }

export const createLog = async (db: Kysely<unknown>): Promise<void> => {
  await sql\`create table every_log (id bigint generated always as identity, kind text not null, unit_id bigint, what text not null)\`.execute(db)
}
export const note = async (db: Kysely<Database>, kind: Kind, unitId: Id | null, what: string): Promise<void> => {
  await sql\`insert into every_log (kind, unit_id, what) values (\${kind}, \${unitId}, \${what})\`.execute(db)
}
`,
  'source/index.tsx': `
import { choice, definePlugin, integer, type Ticket } from 'pomoc'
import { Hono } from 'hono'
import { sql } from 'kysely'
import { z } from 'zod'
import { createLog, Kind, note } from './log.ts'
import { texts } from './texts.ts'

export const loads: number[] = []
export const shared = { Hono, sql, z }
export let running = false

export default definePlugin({
  name: 'every', api: 1, scope: 'unit', needs: ['desk'],
  texts,
  settings: { limit: integer('limit', 3, { min: 1, max: 9 }), tone: choice('tone', ['mild', 'strict'], 'mild') },
  permissions: { 'every.use': 'use' },
  migrations: { '0001_log': { up: createLog } },
  places: { 'every.footer': 'nothing: below its page' },
  slots: {
    'desk.ticket.side': { order: 20, render: async (props, c, here) => <p class="every">every {(props['ticket'] as Ticket).number} limit {(await here.settings()).limit}</p> },
    'desk.list.row': {
      order: 20,
      load: async (rows) => { loads.push(rows.length); return new Map(rows.map((row) => [row, 'loaded'])) },
      render: (row, c, here, loaded) => <i class="every">{(loaded as Map<unknown, string>).get(row)} in {here.unitId}</i>,
    },
    'every.footer': { order: 1, render: () => <footer>{'<footer & more>'}</footer> },
  },
  routes(app, host) {
    app.get('/every', async (c) => c.html(<div>every page{await host.slots.fill('every.footer', {}, c)}</div>))
    app.get('/u/:unit/every', (c) => c.text(\`every in \${c.req.param('unit')}, \${c.get('unitId')}\`))
  },
  mailChecks: { look: async ({ mail }) => ({ length: mail.subject.length }) },
  mailSteps: {
    'sort': {
      after: 'destination',
      async run({ mail, checks, verdict }, work, here) {
        await note(work.db, Kind.Step, here.unitId, mail.subject)
        if (!mail.subject.includes('raport')) return undefined
        const { id } = await work.db.selectFrom('queue').select('id').where('name', '=', 'Raporty').executeTakeFirstOrThrow()
        return { decided: 'moved', rule: 'report', detail: \`\${(checks['look'] as { length: number }).length} signs to \${verdict.queueId}\`, queueId: id }
      },
    },
  },
  guards: {
    'ticket.create': {
      onFault: 'allow',
      async check(change, work, here) {
        await note(work.db, Kind.Guard, here.unitId, change.title)
        return change.title.includes('zakazane') && (await here.settings()).tone === 'strict' ? { refuse: 'not-so' } : undefined
      },
    },
  },
  on: { 'ticket.created': async (fact, host) => note(host.db, Kind.Fact, fact.unitId, (await host.tickets.find(fact.ticketId!)).title) },
  jobs: { 'every/count': { run: async (payload, host) => note(host.db, Kind.Job, payload['unitId'] as string, (await host.units()).join(',')) } },
  search: { all: { label: 'found', find: async ({ text, limit }) => [{ title: \`everything about \${text}\`, url: '/every', note: \`\${limit}\` }] } },
  logins: { house: { order: 50, check: async ({ login, password }, host) => login !== 'zosia' ? 'unknown' : password === 'sezamie' ? { personId: (await host.settings()).limit + '' } : 'refused' } },
  commands: { count: { summary: 'counts', arguments: '[what]', run: async ([what], host, say) => say(\`\${what ?? 'all'}: \${(await host.units()).length}\`) } },
  start: async () => { running = true; return async () => { running = false } },
})
`,
}
