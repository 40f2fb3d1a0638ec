/** Owns "npm run pomoc -- plugins new": the files of a plugin that works from the start, with a test that shows it. */
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { BootError, reasonOf } from '../machine/boot-error.ts'
import { projectDir, version } from '../machine/project.ts'
import { inProject } from '../run/plugins.ts'

/** Writes the files; answers what to tell the author. */
export async function newPlugin(name: string, into?: string): Promise<string[]> {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(name)) {
    throw new BootError(`“${name}” cannot be a plugin's name: take a–z, digits and dashes, beginning with a letter, 41 characters at most.`)
  }
  if (inProject(name)) throw new BootError(`There is a plugin “${name}” in pomoc already: choose another name.`)
  const here = process.env['INIT_CWD'] ?? process.cwd()
  // Plugins of others do not belong into pomoc's own folder: the next upgrade would meet them there.
  const dir =
    into === undefined ? join(relative(projectDir, here).startsWith('..') ? here : dirname(projectDir), name) : resolve(here, into)
  try {
    if (existsSync(dir) && readdirSync(dir).length > 0) throw new BootError(`The folder ${dir} is not empty: name another with --dir.`)
    await mkdir(dir, { recursive: true })
    for (const [file, text] of Object.entries(filesOf(name))) await writeFile(join(dir, file), text.trimStart())
  } catch (error) {
    if (error instanceof BootError) throw error
    throw new BootError(`The plugin cannot be written to ${dir} (${reasonOf(error)}): name a folder that you may write to with --dir.`)
  }
  return [
    `Written to ${dir}.`,
    '',
    `Try it:      npm run pomoc -- plugins test ${dir}`,
    `Use it:      add '${dir}' to “plugins” in config/local.ts and restart`,
    `Switch on:   npm run pomoc -- plugins on ${name}`,
    'Learn more:  plugins/README.md',
  ]
}

function filesOf(name: string): Record<string, string> {
  const table = `${name.replace(/-/g, '_')}_ticket`
  return {
    'package.json': `${JSON.stringify(
      {
        name: `pomoc-${name}`,
        version: '0.1.0',
        private: true,
        type: 'module',
        exports: './index.tsx',
        peerDependencies: { pomoc: `^${version}` },
      },
      undefined,
      2,
    )}\n`,
    'tsconfig.json': `${JSON.stringify(
      {
        extends: join(projectDir, 'tsconfig.json'),
        compilerOptions: {
          // Only for the editor: pomoc itself needs no such file.
          paths: Object.fromEntries(
            Object.entries({
              pomoc: 'core/index.ts',
              'pomoc/pages': 'core/pages.ts',
              'pomoc/administration': 'core/administration.ts',
              'pomoc/testing': 'core/testing.ts',
              hono: 'node_modules/hono',
              'hono/*': 'node_modules/hono/dist/types/*',
              kysely: 'node_modules/kysely',
              'kysely/*': 'node_modules/kysely/dist/*',
              zod: 'node_modules/zod',
            }).map(([name, path]) => [name, [join(projectDir, path)]]),
          ),
          typeRoots: [join(projectDir, 'node_modules/@types')],
        },
        // What the project's own plugins hand to whoever fills their places, too.
        include: ['.', join(projectDir, 'plugins/*/places.ts')],
      },
      undefined,
      2,
    )}\n`,
    'index.tsx': `
/** The plugin ${name}: tells agents how many tickets somebody has written before. */
import { definePlugin, integer } from 'pomoc'
import { countOfCustomer, createTable, rememberTicket } from './store.ts'
import { texts } from './texts.ts'

export default definePlugin({
  name: '${name}',
  api: 1,
  scope: 'unit', // switched on unit by unit
  texts,
  settings: { many: integer('settings.many', 3, { min: 1, max: 1000 }) },
  migrations: { '0001_table': { up: createTable } },
  // Told after each commit, in the units where the plugin is on.
  on: {
    'ticket.created': async (fact, host) => rememberTicket(host.db, await host.tickets.find(fact.ticketId)),
  },
  // A card beside every ticket of those units.
  slots: {
    'desk.ticket.side': {
      order: 50,
      async render({ ticket }, c, here) {
        const [count, { many }] = await Promise.all([countOfCustomer(here.host.db, ticket.customerId), here.settings()])
        const words = texts.in(c.get('language'))('side.count', { count })
        return count === 0 ? null : <p>{count < many ? words : <strong>{words}</strong>}</p>
      },
    },
  },
})
`,
    'store.ts': `
/** Owns the table ${table}: which tickets this plugin has seen, and who wrote them. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id, Ticket } from 'pomoc'

export async function createTable(db: Kysely<unknown>): Promise<void> {
  await sql\`create table ${table} (ticket_id bigint primary key, customer_id bigint)\`.execute(db)
}

/** The second time changes nothing: facts may come twice. */
export async function rememberTicket(db: Kysely<Database>, ticket: Ticket): Promise<void> {
  await sql\`insert into ${table} values (\${ticket.id}, \${ticket.customerId}) on conflict do nothing\`.execute(db)
}

export async function countOfCustomer(db: Kysely<Database>, customerId: Id | null): Promise<number> {
  const { rows } = await sql<{ count: number }>\`
    select count(*)::integer as count from ${table} where customer_id = \${customerId}\`.execute(db)
  return rows[0]!.count
}
`,
    'texts.ts': `
/** Owns this plugin's words, Polish and English. */
import { defineTexts } from 'pomoc'

export const texts = defineTexts({
  'settings.many': 'Od ilu zgłoszeń to dużo',
  'side.count': { one: '{count} zgłoszenie tej osoby', few: '{count} zgłoszenia tej osoby', many: '{count} zgłoszeń tej osoby', other: '{count} zgłoszenia tej osoby' },
}, {
  'settings.many': 'How many tickets are many',
  'side.count': { one: '{count} ticket of this person', other: '{count} tickets of this person' },
})
`,
    'index.test.ts': `
/** Tests the plugin ${name} in a pomoc of its own: npm run pomoc -- plugins test <this folder>. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createPerson, createTicket, system } from 'pomoc'
import { startPomoc, type Running } from 'pomoc/testing'
import { countOfCustomer } from './store.ts'

let pomoc: Running
before(async () => { pomoc = await startPomoc({ plugins: [import.meta.dirname] }) })
after(() => pomoc?.stop())

test('counts the tickets of a person where it is on, and only there', async () => {
  const ask = (customerId: string) => pomoc.host.work(system('test'), (work) => createTicket(work, {
    title: 'Drukarka', queueId: '4', customerId,
    article: { channel: 'web', senderType: 'customer', visible: true, personId: customerId, subject: 'Drukarka', body: 'Nie drukuje.' },
  }))
  const anna = await pomoc.host.work(system('test'), (work) => createPerson(work, { name: 'Anna Nowak', address: 'anna@example.edu' }))
  await ask(anna)
  await pomoc.switch('${name}', true)
  await ask(anna)
  const count = await pomoc.until(async () => (await countOfCustomer(pomoc.db, anna)) || undefined)
  assert.equal(count, 1)
})
`,
    'README.md': `
# ${name}

Tells agents how many tickets somebody has written before.

| setting | if nothing is said | what it means |
|---|---|---|
| \`many\` | 3 | How many tickets are many. |
`,
  }
}
