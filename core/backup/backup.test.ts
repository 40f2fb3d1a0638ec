import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { zstdDecompressSync } from 'node:zlib'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, TUESDAY, type Maker } from '../../test/make.ts'
import { createFileArchive, createFolderArchive } from './archive.ts'
import { writeBackup, type Manifest } from './backup.ts'
import { storeBlob } from '../database/blob.ts'
import type { OpenDatabase } from '../database/database.ts'
import { migrateOwners, ownersOf, type Owner } from './migrate-all.ts'
import { migrate } from '../database/migrate.ts'
import { fingerprint, keyFileOf, readKeyRing } from '../machine/key-ring.ts'
import { beginSecondFactor } from '../person/second-factor.ts'
import { checkBackup, restoreBackup } from './restore.ts'

const dir = mkdtempSync(join(tmpdir(), 'pomoc-backup-'))
const opened: OpenDatabase[] = []
let source: OpenDatabase
let make: Maker
let file: string
let manifest: Manifest

// A plugin whose table has what core's have not: a column that is computed, an identity that nobody may set, a trigger, an array.
const plugin = {
  name: 'faq-like',
  migrations: {
    '0001_item': {
      up: async (db: Maker['db']) => {
        await sql`create table "Faq Item" (id bigint generated always as identity primary key, title text not null, "order" int, tags text[],
          words int generated always as (length(title)) stored, at timestamptz default now(), score double precision, person_id bigint references person)`.execute(
          db,
        )
        await sql`create unique index faq_title on "Faq Item" (lower(title))`.execute(db)
        await sql`create function faq_shout() returns trigger language plpgsql as $$ begin new.title := upper(new.title); return new; end $$`.execute(
          db,
        )
        await sql`create trigger faq_shout before insert on "Faq Item" for each row execute function faq_shout()`.execute(db)
      },
    },
  },
}
const owners: Owner[] = ownersOf([plugin])

async function database(options?: { empty: boolean }): Promise<OpenDatabase> {
  const made = await testDatabase(options)
  opened.push(made)
  return made
}
const path = (name: string) => join(dir, name)
async function backUp(from: OpenDatabase, to: string): Promise<Manifest> {
  const archive = await (to.endsWith('/') ? createFolderArchive(to.slice(0, -1)) : createFileArchive(to, TUESDAY))
  const made = await writeBackup(from.pool, archive)
  await archive.finish()
  return made
}
/** What must be equal: rows and sums of all tables and of the jobs. */
const content = ({ tables, jobs }: Manifest) => ({
  tables: Object.fromEntries(tables.map(({ name, rows, sum }) => [name, `${rows} ${sum}`])),
  jobs,
})
const query = async <T extends object>(on: OpenDatabase, text: string) => (await on.pool.query<T>(text)).rows

const shape = `select conrelid::regclass::text as t, conname, pg_get_constraintdef(oid) as d from pg_constraint where connamespace = 'public'::regnamespace
    union all select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
    union all select tgrelid::regclass::text, tgname, tgenabled::text from pg_trigger where not tgisinternal order by 1, 2, 3`

beforeAll(async () => {
  source = await database()
  make = await maker(source.db)
  await migrate(source.db, plugin.name, plugin.migrations)
  const { articleId, customerId } = await make.ticket({ subject: 'Zażółć gęślą\tjaźń \\ 🖨', body: 'Wiersz\r\nnastępny \\N \\. koniec\\' })
  for (const size of [0, 1, 256 * 1024, 700_000]) {
    const { id } = await storeBlob(source.db, Buffer.alloc(size, `bytes ${size} \0\n\t\\`), TUESDAY)
    await source.db
      .insertInto('article_attachment')
      .values({ article_id: articleId, blob_id: id, name: `${size}.bin`, content_type: 'application/octet-stream', content_id: null, size })
      .execute()
  }
  await sql`insert into "Faq Item" (title, "order", tags, score, person_id) values
    ('Drukarka', 1, '{a,"b c",NULL}', 0.1, ${customerId}), ('Hasło', null, '{}', 'NaN', null), ('Sieć', 3, null, 1e300, null)`.execute(
    source.db,
  )
  await addWhatTicketsAreAbout(articleId, customerId)
  await make.asSystem(async (work) => {
    work.enqueue('fact/deliver', { fact: '1', subscriber: 'faq-like' }, { queue: 'fact/faq-like/1', delaySeconds: 3600 })
    work.enqueue('mail/send', { id: '7' }, { key: 'mail/send/7' })
    work.enqueue('mail/send', { id: '8' }, { maxAttempts: 3 })
  })
  await sql`update graphile_worker._private_jobs set attempts = 3, last_error = 'zażółć' where payload->>'id' = '8'`.execute(source.db)
  file = path('first.tar.zst')
  manifest = await backUp(source, file)
  await backUp(source, path('other.tar.zst'))
})
/** A row of every table of what a ticket is about, so that none is left out of a backup unnoticed. */
async function addWhatTicketsAreAbout(article: string, person: string): Promise<void> {
  const { rows } = await sql<{ ticket: string }>`select ticket_id as ticket from article where id = ${article}`.execute(source.db)
  const { ticket } = rows[0]!
  for (const statement of [
    `insert into service (id, name) values (11, 'Sieć')`,
    `insert into sla (id, name, first_response_minutes, first_response_notify) values (12, 'Szybko', 60, 80)`,
    'insert into service_sla values (11, 12)',
    `insert into service_person values (11, ${person})`,
    `insert into company (id, code, name, address) values (13, 'firma', 'Firma', '{"street": "Długa"}')`,
    `insert into person_company values (${person}, 13, true)`,
    `insert into person_queue values (${person}, 1)`,
    `insert into person_service values (${person}, 11)`,
    `insert into further_login values ('inny.login', ${person})`,
    `insert into article_raw (article_id, blob_id) select ${article}, max(id) from blob`,
    `insert into article_send_error (article_id, at, text) values (${article}, now(), '550 żółć')`,
    `insert into article_revision (article_id, n, at, visible, body) values (${article}, 1, now(), true, E'stare\n')`,
    `insert into article_flag values (${article}, ${person}, 'Important', '1')`,
    `insert into link (from_kind, from_id, to_kind, to_id, type, at) values ('ticket', '${ticket}', 'faq', '7', 'normal', now())`,
    `insert into time_spent (ticket_id, article_id, units, person_id, at) values (${ticket}, ${article}, 0.25, ${person}, now())`,
    `insert into field (id, name, label, object, type, config) values (14, 'Room', 'Sala', 'ticket', 'Dropdown', '{"PossibleValues": {"a": "A"}}')`,
    `insert into field_value (object_id, field_id, text, at, number) values (${ticket}, 14, 'a', now(), 3)`,
    `insert into field_use (field_id, screen, use) values (14, 'note', 'required')`,
    `insert into article_thread (article_id, ticket_id, shared) values (${article}, ${ticket}, false)`,
  ])
    await source.pool.query(statement)
  const empty = await query<{ name: string }>(
    source,
    `select relname as name from pg_class c join pg_constraint k on k.conrelid = c.oid and k.contype = 'p' where c.relnamespace = 'public'::regnamespace`,
  )
  const about = /^(service|sla|company|person_(company|queue|service)|further_login|article_|link$|time_spent|field|ticket_type)/
  for (const { name } of empty.filter((table) => about.test(table.name)))
    expect([name, await query(source, `select 1 from ${name} limit 1`)]).not.toEqual([name, []])
}
afterAll(async () => {
  for (const one of opened) await one.close()
  rmSync(dir, { recursive: true, force: true })
})

test('a backup says what it holds, and its file is for its owner alone', async () => {
  expect(manifest).toMatchObject({
    format: 1,
    migrations: { core: expect.arrayContaining(['0001_core']), faq_like: ['0001_item'] },
    jobs: { rows: 3 },
  })
  expect(manifest.tables.find(({ name }) => name === 'public.blob_chunk')).toMatchObject({ rows: 5 })
  expect(manifest.tables.find(({ name }) => name === 'public."Faq Item"')?.columns).not.toContain('words')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await checkBackup(file)).toEqual(manifest)
})

test('it names the keys that its secrets need and holds none of them; who restores it hears so before anything is touched', async () => {
  const person = await make.person()
  await make.asSystem((work) => beginSecondFactor(work, person))
  const saved = await backUp(source, path('sealed.tar.zst'))
  const [[number, key]] = [...(await readKeyRing(keyFileOf(make.config)))!.entries()] as [[number, Buffer]]
  expect(saved.keys).toEqual([{ number, fingerprint: fingerprint(key), secrets: 1 }])
  const plain = zstdDecompressSync(readFileSync(path('sealed.tar.zst')))
  for (const form of [key, key.toString('base64'), key.toString('hex')]) expect(plain.includes(form)).toBe(false)
  const copy = await database({ empty: true })
  const heard: unknown[] = []
  await restoreBackup(path('sealed.tar.zst'), copy, {
    owners,
    found: async ({ keys }) => {
      heard.push(keys, (await query(copy, `select to_regclass('person') as there`))[0])
    },
  })
  expect(heard).toEqual([saved.keys, { there: null }])
  expect(await query(copy, 'select key_number from second_factor')).toEqual([{ key_number: number }])
  // As it was, for those below.
  await query(source, `delete from person_address where person_id = ${person}`)
  await query(source, `delete from person where id = ${person}`)
  await query(source, 'delete from secret_key')
})

test('zstd and tar read it too', async () => {
  writeFileSync(path('plain.tar'), zstdDecompressSync(readFileSync(file)))
  const { stdout } = await promisify(execFile)('tar', ['-xOf', path('plain.tar'), 'manifest.json'])
  expect(JSON.parse(stdout)).toEqual(manifest)
})

test('restored elsewhere it is the same: every row, job, sequence, key and index', async () => {
  const copy = await database({ empty: true })
  const { damagedBlobs, migrated } = await restoreBackup(file, copy, { owners })
  expect({ damagedBlobs, migrated }).toEqual({ damagedBlobs: [], migrated: [] })
  const again = await backUp(copy, path('again.tar.zst'))
  expect(content(again)).toEqual(content(manifest))
  expect(again.sequences).toEqual(manifest.sequences)
  expect(await query(copy, shape)).toEqual(await query(source, shape))
  expect(await query(copy, 'select title, words from "Faq Item" order by id')).toEqual(
    await query(source, 'select title, words from "Faq Item" order by id'),
  )
})

test('a restored database goes on: new tickets, new rows of plugins, jobs with their keys and tries', async () => {
  const copy = await database({ empty: true })
  await restoreBackup(file, copy, { owners })
  const made = await (await maker(copy.db)).ticket({ customerId: '1' })
  expect(Number(made.id)).toBeGreaterThan(1)
  await query(copy, `insert into "Faq Item" (title) values ('nowa')`)
  expect(await query(copy, `select title from "Faq Item" where title = 'NOWA'`)).toHaveLength(1)
  await query(copy, `select graphile_worker.add_job('mail/send', '{"id":"7"}', job_key => 'mail/send/7')`)
  expect(
    await query(copy, `select task_identifier, queue_name, key, attempts, max_attempts, last_error from graphile_worker.jobs order by id`),
  ).toEqual([
    { task_identifier: 'fact/deliver', queue_name: 'fact/faq-like/1', key: null, attempts: 0, max_attempts: 25, last_error: null },
    { task_identifier: 'mail/send', queue_name: null, key: 'mail/send/7', attempts: 0, max_attempts: 25, last_error: null },
    { task_identifier: 'mail/send', queue_name: null, key: null, attempts: 3, max_attempts: 3, last_error: 'zażółć' },
  ])
})

test('a job that was being worked on counts as not begun', async () => {
  const copy = await database({ empty: true })
  await restoreBackup(file, copy, { owners })
  await query(
    copy,
    `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'w', attempts = 1, max_attempts = 1 where key is not null`,
  )
  await backUp(copy, path('busy.tar.zst'))
  const third = await database({ empty: true })
  await restoreBackup(path('busy.tar.zst'), third, { owners })
  expect(await query(third, `select attempts, locked_by from graphile_worker.jobs where key is not null`)).toEqual([
    { attempts: 0, locked_by: null },
  ])
})

test('a folder holds the same, and is loaded the same way', async () => {
  const folder = await backUp(source, path('folder/'))
  expect(content(folder)).toEqual(content(manifest))
  expect(readFileSync(path('folder/tables/public.unit/000001.copy'), 'utf8')).toContain('Dział Informatyzacji')
  const copy = await database({ empty: true })
  await restoreBackup(path('folder'), copy, { owners })
  expect(content(await backUp(copy, path('from-folder.tar.zst')))).toEqual(content(manifest))
})

test('while others write, a backup is one moment: every article has its ticket, every attachment its bytes', async () => {
  const busy = await database()
  const writer = await maker(busy.db)
  const stop = new AbortController()
  const writing = Promise.all(
    [1, 2].map(async (n) => {
      for (let i = 0; !stop.signal.aborted; i++) {
        const { articleId } = await writer.ticket({ subject: `Pisarz ${n}.${i}` })
        await busy.db.transaction().execute(async (db) => {
          const blob = await storeBlob(db, Buffer.from(`${n} ${i}`.repeat(10)), TUESDAY)
          await db
            .insertInto('article_attachment')
            .values({ article_id: articleId, blob_id: blob.id, name: 'a', content_type: 'text/plain', content_id: null, size: 1 })
            .execute()
        })
      }
    }),
  )
  const taken: Manifest[] = []
  const tickets = async () => Number((await query<{ n: string }>(busy, 'select count(*) as n from ticket'))[0]!.n)
  for (const n of [1, 2, 3]) {
    const before = await tickets()
    taken.push(await backUp(busy, path(`busy-${n}.tar.zst`)))
    while ((await tickets()) === before)
      await new Promise((resolve) => {
        setTimeout(resolve, 5)
      })
  }
  stop.abort()
  await writing
  const rows = (made: Manifest, name: string) => made.tables.find((table) => table.name === `public.${name}`)!.rows
  expect(rows(taken[2]!, 'ticket')).toBeGreaterThan(rows(taken[0]!, 'ticket'))
  const copy = await database({ empty: true })
  // Foreign keys are checked when they are made again: a torn backup would fail here.
  const restored = await restoreBackup(path('busy-3.tar.zst'), copy, { owners: ownersOf([]) })
  expect(restored.damagedBlobs).toEqual([])
  expect(content(await backUp(copy, path('busy-copy.tar.zst')))).toEqual(content(taken[2]!))
  const id = (await query<{ id: string }>(copy, 'select max(id)::text as id from ticket'))[0]!.id
  expect(Number((await (await maker(copy.db)).ticket({ customerId: '1' })).id)).toBeGreaterThan(Number(id))
})

test.for([0.1, 0.5, 0.9, 0.999])('a byte flipped at %f of the file is told, and nothing is touched', async (place) => {
  const bytes = readFileSync(file)
  bytes[Math.floor(bytes.length * place)]! ^= 4
  const broken = path(`flipped-${place}.tar.zst`)
  writeFileSync(broken, bytes)
  const target = await database({ empty: true })
  await expect(restoreBackup(broken, target, { owners })).rejects.toThrow(/is damaged or was cut off .*: nothing was changed; .*\.$/)
  expect(await query(target, `select relname from pg_class where relnamespace = 'public'::regnamespace`)).toEqual([])
})

test.for([0, 1, 100, 0.5])('a file that lacks its end is refused (%f)', async (rest) => {
  const cut = path(`cut-${rest}.tar.zst`)
  writeFileSync(cut, readFileSync(file))
  const { size } = statSync(file)
  truncateSync(cut, rest === 0 ? 0 : rest < 1 ? Math.floor(size * rest) : size - rest)
  await expect(checkBackup(cut)).rejects.toThrow(/is damaged or was cut off/)
})

test('a changed row in a folder is told with its table', async () => {
  await backUp(source, path('changed/'))
  const part = path('changed/tables/public.unit/000001.copy')
  writeFileSync(part, readFileSync(part, 'utf8').replace('Dział', 'Dzial'))
  await expect(checkBackup(path('changed'))).rejects.toThrow(/damaged or was cut off \(public\.unit does not match the manifest\)/)
  rmSync(part)
  await expect(checkBackup(path('changed'))).rejects.toThrow(/public\.unit does not match/)
})

test('what is no backup is told so', async () => {
  writeFileSync(path('letter.txt'), 'Szanowni Państwo')
  await expect(checkBackup(path('letter.txt'))).rejects.toThrow(/damaged/)
  await expect(checkBackup(path('nowhere'))).rejects.toThrow(/cannot be read \(ENOENT/)
})

test('a database with something in it is refused; when forced, its content is kept first', async () => {
  const full = await database()
  const other = await maker(full.db)
  await other.ticket({ subject: 'Był tu wcześniej' })
  await expect(restoreBackup(file, full, { owners })).rejects.toThrow(/^The database is not empty: .*--force/)
  const kept = path('kept.tar.zst')
  const restored = await restoreBackup(file, full, {
    owners,
    keep: async () => {
      await backUp(full, kept)
      return kept
    },
  })
  expect(restored.kept).toBe(kept)
  expect(content(await backUp(full, path('replaced.tar.zst')))).toEqual(content(manifest))
  const back = await database({ empty: true })
  await restoreBackup(kept, back, { owners })
  expect(await query(back, `select title from ticket`)).toEqual([{ title: 'Był tu wcześniej' }])
})

test.for(process.env['POMOC_LONG'] === 'yes' ? [0.05, 0.3, 0.65, 0.8] : [0.3])(
  'a restore that is cut off at %f goes on where it stopped; until then nothing else works on it',
  async (at) => {
    const copy = await database({ empty: true })
    const cut = (done: number) => {
      if (done >= at) throw new Error('the power went')
    }
    await expect(restoreBackup(file, copy, { owners, progress: cut })).rejects.toThrow(/the power went.*it goes on where it stopped/)
    await expect(migrateOwners(copy, owners)).rejects.toThrow(/^A restore of .* was cut off: repeat "npm run pomoc -- restore /)
    await expect(restoreBackup(path('other.tar.zst'), copy, { owners })).rejects.toThrow(/was cut off: .*or repeat this one with --force/)
    const steps = await query<{ done: number; todo: number }>(
      copy,
      'select (select count(*)::int from pomoc_restore.done) as done, (select count(*)::int from pomoc_restore.todo) as todo',
    )
    expect(steps[0]!.done).toBeGreaterThan(0)
    const loaded = 'select min(xmin::text) as at from audit_event'
    const [before] = await query<{ at: string | null }>(copy, loaded)
    await restoreBackup(file, copy, { owners })
    expect(content(await backUp(copy, path(`again-${at}.tar.zst`)))).toEqual(content(manifest))
    // What was there stayed there.
    if (before!.at !== null) expect(await query(copy, loaded)).toEqual([before])
    expect(await query(copy, `select to_regnamespace('pomoc_restore') as there`)).toEqual([{ there: null }])
    expect(await query(copy, shape)).toEqual(await query(source, shape))
  },
)

test('two restores at once: the second is refused', async () => {
  const target = await database({ empty: true })
  const first = restoreBackup(file, target, {
    owners,
    progress: (done, what) => {
      if (done > 0 && what) second ??= restoreBackup(file, target, { owners }).catch((error: Error) => error.message)
    },
  })
  let second: Promise<unknown> | undefined
  await first
  expect(await second).toMatch(/^Another restore works on this database/)
})

test('a pomoc that runs on the database stops a restore', async () => {
  const target = await database({ empty: true })
  const live = await target.pool.connect()
  await live.query(`set application_name = 'pomoc live'`)
  await expect(restoreBackup(file, target, { owners })).rejects.toThrow(/^Another pomoc works on this database/)
  live.release()
})

test('a backup of a newer program is refused by the migrations it has', async () => {
  const target = await database({ empty: true })
  const older = owners.map((owner) => (owner.name === plugin.name ? { ...owner, migrations: {} } : owner))
  await expect(restoreBackup(file, target, { owners: older })).rejects.toThrow(
    /made by a newer version of the plugin faq-like, which has 0001_item: restore it with that version\.$/,
  )
  await expect(restoreBackup(file, target, { owners: [{ name: 'core', migrations: {} }, owners[1]!] })).rejects.toThrow(
    /made by a newer pomoc \(\d/,
  )
})

test('a backup of an older program is migrated after loading', async () => {
  const target = await database({ empty: true })
  const newer = [
    ...owners.slice(0, 1),
    {
      name: plugin.name,
      migrations: {
        ...plugin.migrations,
        '0002_rename': {
          up: async (db: Maker['db']) => void (await sql`alter table "Faq Item" rename column title to question`.execute(db)),
        },
      },
    },
    {
      name: 'later',
      migrations: { '0001_x': { up: async (db: Maker['db']) => void (await sql`create table later_x (id int)`.execute(db)) } },
    },
  ]
  const { migrated } = await restoreBackup(file, target, { owners: newer })
  expect(migrated).toEqual(['faq-like 0002_rename', 'later 0001_x'])
  expect(await query(target, 'select question from "Faq Item" order by id limit 1')).toEqual([{ question: 'DRUKARKA' }])
})

test('a plugin that is not in use here must be named to be left out', async () => {
  const target = await database({ empty: true })
  await expect(restoreBackup(file, target, { owners: ownersOf([]) })).rejects.toThrow(
    /data of the plugin faq_like, which is not in use here: .*--leave-out faq_like/,
  )
  await restoreBackup(file, target, { owners: ownersOf([]), leaveOut: ['faq_like'] })
  expect(await query(target, `select to_regclass('"Faq Item"') as found`)).toEqual([{ found: null }])
  expect(await query(target, 'select count(*)::int as n from ticket')).toEqual([{ n: 1 }])
})

test('a blob that was damaged before the backup is named after the restore', async () => {
  const rotten = await database({ empty: true })
  await restoreBackup(file, rotten, { owners })
  const [first] = await query<{ id: string }>(
    rotten,
    `update blob_chunk set data = 'x' where (blob_id, seq) in (select id, 0 from blob where size = 1) returning blob_id as id`,
  )
  await backUp(rotten, path('rotten.tar.zst'))
  const target = await database({ empty: true })
  expect((await restoreBackup(path('rotten.tar.zst'), target, { owners })).damagedBlobs).toEqual([first!.id])
})

test('a place that cannot be written is told, and an existing file is never replaced', async () => {
  await expect(createFileArchive('/proc/backup.tar.zst', TUESDAY)).rejects.toThrow(
    /^The backup \/proc\/backup.tar.zst.part cannot be written .*choose another place\.$/,
  )
  await expect(createFileArchive(file, TUESDAY)).rejects.toThrow(/exists already/)
})
