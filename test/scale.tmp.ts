import { startEmbedded } from '../core/database/embedded.ts'
import { openDatabase } from '../core/database/database.ts'
import { migrateAll } from '../core/database/migrate-all.ts'
import { runWork } from '../core/kernel/work.ts'
import { loadConfig } from '../core/config.ts'
import { fillUniversity } from '../plugins/demo/fill.ts'
import { mkdtempSync } from 'node:fs'
const dir = process.argv[3] ?? mkdtempSync('/tmp/scale-')
const e = await startEmbedded({ dataDir: dir })
const d = await openDatabase(e.url)
await migrateAll(d)
const config = await loadConfig({ env: { POMOC_MAIL_ADDRESS: 'pomoc@uni.example' } })
const room = { db: d.db, config, clock: () => new Date(), subscribers: () => [] }
const t = performance.now()
await fillUniversity({ db: d.db, config, work: (a, r) => runWork(room, a, r) }, { tickets: Number(process.argv[2]), now: new Date() })
console.log('filled', performance.now() - t, dir, e.url)
const { rows } = await d.pool.query(`select state_type, count(*) from ticket group by 1`); console.log(rows)
console.log((await d.pool.query(`select relname, pg_size_pretty(pg_total_relation_size(oid)) s, reltuples from pg_class where relkind='r' and relnamespace='public'::regnamespace order by pg_total_relation_size(oid) desc limit 8`)).rows)
await d.close(); await e.stop()
