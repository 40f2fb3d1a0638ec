/**
 * Makes the backup of a version: the program as it stands is driven, by its own acts, pages and SMTP, into a state that has something of
 * everything, and its own command `backup` writes that down. Run it before a change that older data must survive, in that version's
 * own tree, and keep both files: `npx tsx test/upgrade/make-backup.ts`. A backup once tracked is never made anew.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { findAbsence, findTicket, readSettings, secondFactorOf, unitOfPerson } from '../../core/index.ts'
import {
  AUDIT_KINDS,
  findBrand,
  findHold,
  listActivations,
  listAllUnitAdministrators,
  listDeadJobs,
  listSuspensions,
  rightsOfPerson,
  routesOf,
  UNIT_LIMITS,
  unitLimits,
  version,
} from '../../core/administration.ts'
import { coreSettings } from '../../core/kernel/settings/core-settings.ts'
import { projectDir } from '../../core/machine/project.ts'
import { settings as faqSettings } from '../../plugins/faq/settings.ts'
import { makeHouse } from './make/administration.ts'
import { writePlugins } from './make/plugins.ts'
import { openStage } from './make/stage.ts'
import { makeTickets } from './make/tickets.ts'
import { makeWaiting } from './make/waiting.ts'

const run = promisify(execFile)
/** No backup that everybody clones is larger. */
const MOST_BYTES = 1_500_000

const commit = process.argv[2] ?? (await run('git', ['rev-parse', 'HEAD'], { cwd: projectDir })).stdout.trim()
const outside = writePlugins()
const stage = await openStage(outside.paths, new Date(Date.now() - 6 * 86_400_000))
const folder = mkdtempSync(join(tmpdir(), 'pomoc-made-'))
try {
  const say = (what: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`)
  say('administration')
  const { adaBrowser, ...house } = await makeHouse(stage)
  say('tickets and mails')
  const tickets = await makeTickets(stage, { ...house, adaBrowser })
  say('what waits')
  if (stage.now > new Date(Date.now() - 3_600_000)) throw new Error('the clock has overtaken the present: begin earlier')
  stage.now = new Date(Math.floor(Date.now() / 1000) * 1000 - 1_800_000)
  await stage.restart(['web', 'smtp'])
  const waiting = await makeWaiting(stage, { ...house, adaBrowser }, tickets)
  say('backup')
  const madeAt = stage.now
  const name = `backup-${version}-${madeAt.toISOString().slice(0, 10)}`
  const file = join(folder, `${name}.tar.zst`)
  await run(process.execPath, ['--import', 'tsx', join(projectDir, 'core', 'cli', 'cli.ts'), 'backup', file], {
    cwd: projectDir,
    env: { ...process.env, POMOC_DATA_DIR: stage.dataDir, POMOC_PLUGINS: stage.plugins.join(',') },
  })
  const size = statSync(file).size
  if (size > MOST_BYTES) throw new Error(`the backup has ${size} bytes: leave something out`)

  const { db } = stage
  const { rows: tables } = await sql<{ name: string }>`
    select c.oid::regclass::text as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1`.execute(
    db,
  )
  const counts: Record<string, number> = {}
  for (const { name: table } of tables)
    counts[table] = (await sql<{ n: number }>`select count(*)::integer as n from ${sql.table(table)}`.execute(db)).rows[0]!.n
  const jobs = (
    await sql<{ task: string; n: number; dead: number }>`
    select t.identifier as task, count(*)::integer as n, count(*) filter (where attempts >= max_attempts)::integer as dead
    from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id group by 1 order by 1`.execute(db)
  ).rows
  const waitingFacts = (
    await sql<{ id: string; name: string; ticket: string | null; dead: boolean }>`
    select f.id::text, f.name, f.ticket_id::text as ticket, j.attempts >= j.max_attempts as dead from graphile_worker._private_jobs j
      join graphile_worker._private_tasks t on t.id = j.task_id join fact f on f.id = (j.payload->>'fact')::bigint
    where t.identifier = 'fact/deliver' order by f.id`.execute(db)
  ).rows
  const audit = (
    await sql<{ kind: string; object: string; n: number }>`
    select kind, object_type as object, count(*)::integer as n from audit_event group by 1, 2 order by 1, 2`.execute(db)
  ).rows
  const tally = async (table: string, column: string) =>
    Object.fromEntries(
      (
        await sql<{ of: string; n: number }>`
    select coalesce(${sql.ref(column)}::text, '') as of, count(*)::integer as n from ${sql.table(table)} group by 1 order by 1`.execute(db)
      ).rows.map(({ of, n }) => [of, n]),
    )
  const facts = await tally('fact', 'name')
  const history = await tally('history', 'type')
  const manifest = {
    program: version,
    commit,
    madeAt: madeAt.toISOString(),
    plugins: stage.kernel.plugins.map(({ name: plugin }) => plugin),
    file: `${name}.tar.zst`,
    size,
    tables: counts,
    jobs,
    audit,
    facts,
    history,
    states: await tally('ticket', 'state_type'),
    outcomes: await tally('inbound_mail', 'outcome'),
    inbound: await tally('inbound_mail', 'state'),
    outbound: await tally('outbound_mail', 'state'),
    // What this version cannot record or make, said for whoever looks for it.
    absent: {
      auditKinds: AUDIT_KINDS.filter((kind) => !audit.some((row) => row.kind === kind)),
      emptyTables: Object.entries(counts)
        .filter(([, n]) => n === 0)
        .map(([table]) => table),
    },
    assurance: await tally('article', 'assurance'),
    house,
    tickets,
    waiting,
    waitingFacts,
    // What this version says of it by its own functions.
    said: {
      tickets: await Promise.all(
        Object.values(tickets).map(async (id) => {
          const { ties: _, ...ticket } = (await findTicket(db, id, null))!
          return ticket
        }),
      ),
      settings: {
        core: await readSettings(db, 'core', coreSettings, '1'),
        faq: await readSettings(db, 'faq', faqSettings, '1'),
        faqInWm: await readSettings(db, 'faq', faqSettings, house.wm),
        limitsOfWm: await readSettings(db, UNIT_LIMITS, unitLimits, house.wm),
      },
      activations: { faq: [...(await listActivations(db, 'faq'))], brittle: [...(await listActivations(db, 'brittle'))] },
      suspensions: (await listSuspensions(db)).map(({ plugin, unitId }) => ({ plugin, unitId })),
      secondFactor: await secondFactorOf(db, house.ada),
      absence: await findAbsence(db, house.jan, madeAt),
      hold: await findHold(db, house.held),
      brand: await findBrand(db, house.wm),
      routes: [...(await routesOf(db, house.wm))],
      administrators: await listAllUnitAdministrators(db),
      rights: Object.fromEntries(
        await Promise.all([house.ada, house.jan, house.tomasz].map(async (id) => [id, Object.fromEntries(await rightsOfPerson(db, id))])),
      ),
      units: Object.fromEntries(await Promise.all([house.paulina, house.tomasz].map(async (id) => [id, await unitOfPerson(db, id)]))),
      deadJobs: (await listDeadJobs(db)).map(({ task, attempts, error, fact }) => ({ task, attempts, error, fact })),
    },
    directory: (
      await sql`select d.person_id::text as person, d.entry_id, d.dn, d.attributes, d.groups, p.login, p.valid from person_directory d join person p on p.id = d.person_id order by d.person_id`.execute(
        db,
      )
    ).rows,
  }
  const json = JSON.stringify(manifest, undefined, 1)
  for (const path of [projectDir, stage.dataDir, tmpdir()]) if (json.includes(path)) throw new Error(`the manifest names ${path}`)
  writeFileSync(join(import.meta.dirname, `${name}.tar.zst`), readFileSync(file))
  writeFileSync(join(import.meta.dirname, `${name}.json`), `${json}\n`)
  say(`${name}: ${size} bytes, absent: ${JSON.stringify(manifest.absent)}`)
} finally {
  await stage.stop()
  outside.remove()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)
