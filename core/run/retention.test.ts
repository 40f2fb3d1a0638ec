import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openSite, type Site } from '../../test/web.ts'
import { CORE_SETTINGS, saveSettings } from '../administration/setting-admin.ts'
import { storeBlob } from '../database/blob.ts'
import { tidy } from './retention.ts'

let site: Site
const DAY = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * DAY)

beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())
beforeEach(async () => {
  await sql`truncate fact, draft, inbound_mail, graphile_worker._private_jobs, graphile_worker._private_job_queues`.execute(
    site.database.db,
  )
})

const host = (retention: object = {}) => {
  const { host } = site.kernel
  return { ...host, clock: () => new Date(), config: { ...host.config, retention: { ...host.config.retention, ...retention } } }
}
const count = async (from: string) =>
  Number((await site.database.pool.query<{ n: string }>(`select count(*) as n from ${from}`)).rows[0]!.n)

test('facts and drafts go after their days', async () => {
  await sql`insert into fact (name, act_id, created_at) select 'ticket.created', gen_random_uuid(), at from unnest(${[ago(91), ago(89)]}::timestamptz[]) at`.execute(
    site.database.db,
  )
  await tidy(host())
  expect(await count('fact')).toBe(1)
  await tidy(host({ factDays: 30 }))
  expect(await count('fact')).toBe(0)
})

test('given-up jobs go after their days, those of the clock after one; waiting and running ones stay', async () => {
  await sql`select graphile_worker.add_job('x/y', json_build_object('n', n), queue_name => 'q' || n) from generate_series(1, 5) n`.execute(
    site.database.db,
  )
  await sql`select graphile_worker.add_job('x/clock', '{"_cron":{}}')`.execute(site.database.db)
  const jobs = 'graphile_worker._private_jobs'
  await site.database.pool.query(`alter table ${jobs} disable trigger all`)
  await site.database.pool.query(
    `update ${jobs} set attempts = max_attempts, updated_at = now() - interval '91 days' where payload->>'n' = '1'`,
  )
  await site.database.pool.query(
    `update ${jobs} set attempts = max_attempts, updated_at = now() - interval '2 days' where payload->>'n' = '2' or payload::jsonb ? '_cron'`,
  )
  await site.database.pool.query(`update ${jobs} set updated_at = now() - interval '200 days' where payload->>'n' = '3'`)
  await site.database.pool.query(
    `update ${jobs} set attempts = max_attempts, locked_at = now(), updated_at = now() - interval '200 days' where payload->>'n' = '4'`,
  )
  await tidy(host())
  expect((await site.database.pool.query(`select payload->>'n' as n from ${jobs} order by 1`)).rows).toEqual([
    { n: '2' },
    { n: '3' },
    { n: '4' },
    { n: '5' },
  ])
  expect(await count('graphile_worker._private_job_queues')).toBe(4)
})

async function mail(bytes: string, state: 'processed' | 'failed', days: number) {
  const blob = await storeBlob(site.database.db, Buffer.from(bytes), ago(days))
  await site.database.db
    .insertInto('inbound_mail')
    .values({
      key: Buffer.from(bytes),
      blob_id: blob.id,
      envelope_from: '',
      envelope_to: '',
      accepted_at: ago(days),
      state,
      outcome: 'new-ticket',
      message_id_md5: null,
      ticket_id: null,
      article_id: null,
      processed_at: state === 'processed' ? ago(days) : null,
    })
    .execute()
  return blob.id
}

test('raw mails are kept unless told otherwise; then they go once dealt with, and their row stays', async () => {
  const [old, young, failed] = [
    await mail('old', 'processed', 40),
    await mail('young', 'processed', 20),
    await mail('failed', 'failed', 40),
  ]
  await tidy(host())
  expect(await count(`blob where id in (${old}, ${young}, ${failed})`)).toBe(3)
  const ticket = await site.make.ticket()
  const sent = async (days: number, articleId: string) => {
    const blob = await storeBlob(site.database.db, Buffer.from(`sent ${days}`), ago(days))
    await site.database.db
      .insertInto('article_raw')
      .values({ article_id: articleId, blob_id: blob.id, at: ago(days) })
      .execute()
  }
  await sent(40, ticket.articleId)
  await sent(20, (await site.make.ticket()).articleId)
  // While another help desk is taken over nothing of it goes.
  const clock = (stopped: boolean) =>
    site.make.asSystem((work) => saveSettings(work, 'core', CORE_SETTINGS.settings, { 'clock.stopped': stopped || undefined }))
  await clock(true)
  await tidy(host({ rawMailDays: 30 }))
  expect(await count('article_raw')).toBe(2)
  await clock(false)
  await tidy(host({ rawMailDays: 30 }))
  expect(await count('article_raw')).toBe(1)
  expect(await count(`article_raw where article_id = ${ticket.articleId}`)).toBe(0)
  expect((await site.database.pool.query(`select blob_id from inbound_mail order by id`)).rows).toEqual([
    { blob_id: null },
    { blob_id: young },
    { blob_id: failed },
  ])
  expect(await count(`blob where id = ${old}`)).toBe(0)
  expect(await count(`blob_chunk where blob_id = ${old}`)).toBe(0)
})

test("a blob that nothing names goes after a day; one that a plugin's table names stays", async () => {
  const { db, pool } = site.database
  await pool.query('create table plugin_file (id int, blob bigint references blob)')
  const [lost, named, fresh] = [
    await storeBlob(db, Buffer.from('a'), ago(2)),
    await storeBlob(db, Buffer.from('b'), ago(2)),
    await storeBlob(db, Buffer.from('c'), ago(0.5)),
  ]
  await pool.query('insert into plugin_file values (1, $1)', [named.id])
  await tidy(host())
  expect(
    (await pool.query<{ id: string }>(`select id from blob where id = any($1) order by id`, [[lost.id, named.id, fresh.id]])).rows.map(
      ({ id }) => id,
    ),
  ).toEqual([named.id, fresh.id])
})
