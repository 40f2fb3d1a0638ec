/** Owns fixture plugins for several processes: one that tells what holds where it runs, one that the clock calls. */

/** On per unit: a page that is there where it is on, and a word on each mail, both with its setting. */
export const PROBE: Record<string, string> = {
  'package.json': JSON.stringify({ name: 'pomoc-probe', type: 'module', exports: { '.': './index.ts' } }),
  'index.ts': `
import { defineTexts, definePlugin, integer } from 'pomoc'
import { sql } from 'kysely'

export default definePlugin({
  name: 'probe', api: 1, scope: 'unit',
  texts: defineTexts({ limit: 'Ile' }, { limit: 'How many' }),
  settings: { limit: integer('limit', 3) },
  migrations: { '0001_probe': { up: async (db) => { await sql\`create table probe_mail (subject text, limit_then integer)\`.execute(db) } } },
  routes(app, host) {
    app.get('/u/:unit/probe', async (c) => c.text(\`limit \${(await host.settings(c.get('unitId'))).limit}\`))
  },
  mailSteps: {
    note: {
      after: 'destination',
      run: async ({ mail }, work, here) => {
        await sql\`insert into probe_mail values (\${mail.subject}, \${(await here.settings()).limit})\`.execute(work.db)
      },
    },
  },
})
`,
}

/** Each minute a row, and a row for each start of a process. */
export const CHIME: Record<string, string> = {
  'package.json': JSON.stringify({ name: 'pomoc-chime', type: 'module', exports: { '.': './index.ts' } }),
  'index.ts': `
import { definePlugin } from 'pomoc'
import { sql } from 'kysely'

export default definePlugin({
  name: 'chime', api: 1, scope: 'installation', startsIn: 'jobs',
  migrations: { '0001_chime': { up: async (db) => {
    await sql\`create table chime_rung (minute text, process integer)\`.execute(db)
    await sql\`create table chime_started (process integer)\`.execute(db)
  } } },
  jobs: { 'chime/ring': { cron: '* * * * *', run: async (payload, host) => {
    await sql\`insert into chime_rung values (\${(payload['_cron'] as { ts: string }).ts}, \${process.pid})\`.execute(host.db)
  } } },
  start: async (host) => { await sql\`insert into chime_started values (\${process.pid})\`.execute(host.db) },
})
`,
}
