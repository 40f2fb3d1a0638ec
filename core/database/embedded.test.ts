import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { Client } from 'pg'
import { openDatabase } from './database.ts'
import { startEmbedded } from './embedded.ts'
import type { Embedded } from './embedded.ts'

/** A data folder for one test and the servers it starts, which end with it: so tests may run side by side, for they mostly wait. */
function place({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const dataDir = mkdtempSync(join(tmpdir(), 'pomoc-embedded-'))
  const started: Embedded[] = []
  onTestFinished(async () => {
    for (const server of started) await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const pidFile = () => join(dataDir, 'postgresql', 'postmaster.pid')
  return {
    dataDir,
    pidFile,
    async start(options: { dir?: string; share?: boolean; durable?: boolean } = {}): Promise<Embedded> {
      const { dir = dataDir, share = false, durable = false } = options
      const server = await startEmbedded({ dataDir: dir, durable, share })
      started.push(server)
      return server
    },
    postmaster: () => Number(readFileSync(pidFile(), 'utf8').split('\n')[0]),
  }
}

async function ask(server: Embedded, query: string): Promise<Record<string, unknown> | undefined> {
  const { pool, close } = await openDatabase(server.url)
  try {
    return (await pool.query<Record<string, unknown>>(query)).rows[0]
  } finally {
    await close()
  }
}

const askMany = async (server: Embedded, statements: string): Promise<void> => {
  for (const statement of statements.split(';')) await ask(server, statement)
}

test.concurrent('it keeps what was written across stop and start', async (context) => {
  const { start, pidFile } = place(context)
  const first = await start()
  expect(first).toMatchObject({ adopted: false, shared: false })
  await ask(first, 'create table note as select 7 as number')
  await first.stop()
  expect(existsSync(pidFile())).toBe(false)
  expect(await ask(await start(), 'select number from note')).toEqual({ number: 7 })
})

test.concurrent('whoever stops a server is done when that one is, and leaves the next alone', async (context) => {
  const { start, postmaster, dataDir } = place(context)
  const first = await start()
  const before = postmaster()
  const stopped = first.stop()
  // The moment it is gone, within what pg_ctl looks after, another is there.
  const runs = (pid: number) => existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir)
  while (runs(before)) await sleep(1)
  await start()
  const next = postmaster()
  expect(next).not.toBe(before)
  await stopped
  expect(postmaster()).toBe(next)
  expect(runs(next)).toBe(true)
})

test.concurrent('by default it writes through to disk, keeps checksums, and listens on no network', async (context) => {
  const { start } = place(context)
  const settings = await ask(
    await start({ durable: true }),
    `select current_setting('fsync') as fsync, current_setting('data_checksums') as checksums,
            current_setting('listen_addresses') as network, current_setting('server_encoding') as encoding`,
  )
  expect(settings).toEqual({ fsync: 'on', checksums: 'on', network: '', encoding: 'UTF8' })
})

test.concurrent('the program works there as the owner of everything, and may run nothing on the machine', async (context) => {
  const { start } = place(context)
  const server = await start()
  expect(await ask(server, 'select rolsuper from pg_roles where rolname = current_user')).toEqual({ rolsuper: false })
  await expect(ask(server, `copy (select 1) to program 'true'`)).rejects.toThrow(/permission denied/)
  await expect(ask(server, `select pg_read_file('/etc/passwd')`)).rejects.toThrow(/permission denied/)
  expect(await ask(server, 'create extension if not exists pg_trgm')).toBeUndefined()
})

test.concurrent('what a data folder of an earlier version holds as the superuser’s is handed over at the next start', async (context) => {
  const { start } = place(context)
  const first = await start()
  const superuser = new Client({ connectionString: first.url.replace(/\/\/\w+@/, '//pomoc@') })
  await superuser.connect()
  await superuser.query(`
    alter database pomoc owner to pomoc;
    create schema "Old one"; create extension pg_trgm;
    create table "Old one"."a table" (id bigint generated always as identity, plain bigserial, name text);
    create table parted (n int) partition by range (n); create table parted_1 partition of parted for values from (0) to (9);
    create view seen as select 1 as one; create materialized view kept as select 1 as one; create sequence alone;
    create function twice(n int) returns int language sql as 'select n * 2'; create procedure nothing() language sql as '';
    create type mood as enum ('well'); create type pair as (a int, b int); create domain small as int check (value < 9);
    create text search configuration words (copy = simple);
    create index on "Old one"."a table" (name)`)
  await superuser.end()
  await first.stop()
  const next = await start()
  // Only an owner may do any of this.
  await askMany(
    next,
    `alter table "Old one"."a table" add more int; drop schema "Old one" cascade; drop table parted; drop type mood, pair;
    drop domain small; drop view seen; drop materialized view kept; drop function twice(int); drop procedure nothing(); drop sequence alone;
    drop text search configuration words; create schema another`,
  )
})

test.concurrent('Polish letters have cases and Polish quotes belong to no word', async (context) => {
  const { start } = place(context)
  expect(await ask(await start(), `select lower('ŁÓDŹ') as lower, to_tsvector('simple', '„Gęś”, Łódź')::text as words`)).toEqual({
    lower: 'łódź',
    words: "'gęś':1 'łódź':2",
  })
})

test.concurrent('a second start on the same data is refused; a command shares the server and leaves it running', async (context) => {
  const { dataDir, start } = place(context)
  const first = await start()
  await expect(startEmbedded({ dataDir, durable: false })).rejects.toThrow(/^Another pomoc \(process \d+\) is using the data in /)
  const command = await start({ share: true })
  expect(command).toMatchObject({ shared: true })
  await command.stop()
  expect(await ask(first, 'select 1 as one')).toEqual({ one: 1 })
})

test.concurrent('a server that is killed comes back', async (context) => {
  const { dataDir, start, postmaster } = place(context)
  const server = await start()
  const pid = postmaster()
  process.kill(pid, 'SIGKILL')
  for (;;) {
    const answer = await ask(server, `select from pg_locks where locktype = 'advisory'`).catch(() => undefined)
    if (answer && postmaster() !== pid) break
    await sleep(50)
  }
  await expect(startEmbedded({ dataDir, durable: false })).rejects.toThrow(/^Another pomoc/)
})

test.concurrent('a pid file whose number now belongs to another process does not hinder a start', async (context) => {
  const { start, pidFile } = place(context)
  const first = await start()
  const text = readFileSync(pidFile(), 'utf8')
  await first.stop()
  writeFileSync(pidFile(), text.replace(/^\d+/, String(process.pid)), { mode: 0o600 })
  expect(await start()).toMatchObject({ adopted: false })
})

test.concurrent('what a killed initdb left is passed by', async (context) => {
  const { dataDir, start } = place(context)
  await (await start()).stop()
  rmSync(join(dataDir, 'postgresql'), { recursive: true })
  mkdirSync(join(dataDir, '.postgresql-killed'))
  expect(await ask(await start(), 'select 1 as one')).toEqual({ one: 1 })
})

test.concurrent('data of another major version is refused with what to do', async (context) => {
  const { dataDir, start } = place(context)
  await (await start()).stop()
  writeFileSync(join(dataDir, 'postgresql', 'PG_VERSION'), '16\n')
  await expect(start()).rejects.toThrow(/^The data in .* was made by PostgreSQL 16 and this pomoc brings PostgreSQL 18: .*\.$/)
})

test.concurrent('a server that refuses its settings is told with its own words', async (context) => {
  const { dataDir, start } = place(context)
  await (await start()).stop()
  writeFileSync(join(dataDir, 'postgresql', 'postgresql.conf'), "include_if_exists = 'pomoc.conf'\nmax_connections = many\n")
  await expect(start()).rejects.toThrow(/^The database in .* does not start \(.*\): .*\.$/)
})

test.concurrent('a data folder whose path is too long for a socket gets its socket elsewhere', async (context) => {
  const { dataDir, start } = place(context)
  const dir = join(dataDir, 'x'.repeat(60), 'y'.repeat(60))
  // The first start gives the folder above to the server's account.
  await (await start()).stop()
  const server = await start({ dir })
  expect(server.url).not.toContain(encodeURIComponent(dir))
  expect(await ask(server, 'select 1 as one')).toEqual({ one: 1 })
})
