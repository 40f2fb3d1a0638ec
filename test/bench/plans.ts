/** Owns the check of query plans: each statement of the pages and of mail must find its rows by an index. */
import { whatIsKnown } from '../../core/mail/inbound/inbound.store.ts'
import { SORTS } from '../../core/ticket/attributes.ts'
import { customerTicketPath } from '../../core/ticket/url.ts'
import { Kysely, PostgresDialect } from 'kysely'
import type { Database, Id } from '../../core/database/schema.ts'
import type { Statement } from './floor.ts'
import { somePages } from './pages.ts'
import type { Place } from './place.ts'
import { makeRecorder } from './record.ts'
import { everyPath } from './every-page.ts'

/** More rows than this are neither read from end to end of a table, nor sorted, for any page. */
const MANY = 10_000
/** A statement slower than this is told even when it uses its indexes. */
const SLOW_MS = 30

interface Explained {
  Plan: Node
  'Execution Time': number
}
interface Node {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Total Time': number
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: Node[]
}

/** Who administers all, leads a faculty's office, works in one queue, asks. */
const LOGINS = ['akowalska', 'ewozniak', 'bkrawczyk', 's214503']

/** Lines to print: what is slow or reads a whole table, and how much was looked at. */
export async function checkPlans(place: Place, database = 'pages', logins: readonly string[] = LOGINS): Promise<string[]> {
  const opened = await place.open(database)
  const recorder = await makeRecorder(opened, { ...place.config, baseUrl: 'http://localhost' })
  try {
    const seen = new Map<string, { where: string; statement: Statement }>()
    const asked = new Set<string>()
    const unasked = new Set<string>()
    const failed: string[] = []
    for (const login of logins) {
      const { id } = await opened.db.selectFrom('person').select('id').where('login', '=', login).executeTakeFirstOrThrow()
      const cookie = await recorder.logIn(id)
      for (const [where, path] of await desksPaths(place, database, login)) {
        const { statements, status } = await recorder.ask(path, cookie)
        // A number that only one ticket has leads straight to it.
        if (status !== 200 && status !== 302) failed.push(`${login} ${path} answered ${status}`)
        for (const statement of statements) seen.set(`${login} ${path} ${statement.sql}`, { where: `${login} ${where}`, statement })
      }
      const { paths, without } = await everyPath(place, database, recorder.routes, login)
      for (const route of without) unasked.add(route)
      for (const path of paths) {
        const { statements, status } = await recorder.ask(path, cookie)
        if (status === 200) asked.add(path.split('?')[0]!)
        if (status >= 500) failed.push(`${login} ${path} answered ${status}`)
        for (const statement of statements)
          seen.set(`${statement.sql} ${JSON.stringify(statement.parameters)}`, { where: `${login} ${path}`, statement })
      }
    }
    for (const statement of await mailStatements(place, database)) seen.set(`mail ${statement.sql}`, { where: 'a mail', statement })
    const findings: { ms: number; line: string }[] = []
    for (const { where, statement } of seen.values()) {
      if (!/^\s*(select|with)/i.test(statement.sql)) continue
      const explain = async () =>
        (
          await opened.pool.query<{ 'QUERY PLAN': [Explained] }>(
            `explain (analyze, buffers, format json) ${statement.sql}`,
            statement.parameters as unknown[],
          )
        ).rows[0]!['QUERY PLAN'][0]
      // The second time from memory: what is told is the plan, not the disk.
      const first = await explain()
      const plan = first['Execution Time'] > SLOW_MS ? await explain() : first
      const whole = tooMuch(plan.Plan)
      const ms = plan['Execution Time']
      if (ms > SLOW_MS || whole.length > 0) {
        const head = `${ms.toFixed(0).padStart(6)} ms (first ${first['Execution Time'].toFixed(0)})  ${where}${whole.length > 0 ? `  ${whole.join(', ')}` : ''}`
        findings.push({
          ms,
          line: `${head}\n           ${statement.sql.replace(/\s+/g, ' ').slice(0, 160)} …\n           ${outline(plan.Plan)}`,
        })
      }
    }
    return [
      `\n${asked.size} addresses answered. No thing was found for ${[...unasked].toSorted().join(', ')}.`,
      ...failed,
      `Plans of ${seen.size} statements; slower than ${SLOW_MS} ms, or reading a whole table or sorting, of more than ${MANY} rows: ${findings.length}.`,
      ...findings.toSorted((a, b) => b.ms - a.ms).map(({ line }) => line),
    ]
  } finally {
    await recorder.stop()
    await opened.close()
  }
}

/** Lists of tickets in every order and as people narrow them, and what is read of a ticket. */
export async function desksPaths(place: Place, database: string, login: string): Promise<[string, string][]> {
  const one = async (sql: string) => String((await place.query(database, sql))[0]?.['id'] ?? '0') as Id
  if (login.startsWith('s2')) {
    const mine = await one(
      `select t.id from ticket t join person p on p.id = t.customer_id where p.login = '${login}' order by t.id desc limit 1`,
    )
    return [
      ['portal', '/'],
      ['my ticket', customerTicketPath(mine)],
      ['my tickets as a table', '/tickets.csv'],
    ]
  }
  const group = login === 'akowalska' ? `q.name like 'Dział%'` : login === 'ewozniak' ? `q.name = 'WM::Dziekanat'` : `q.name = 'Kwestura'`
  const queue = await one(`select q.id from queue q where ${group} order by id limit 1`)
  const ticket = await one(`select id from ticket where queue_id = ${queue} order by id desc limit 1`)
  const number = String((await place.query(database, `select number from ticket where id = ${ticket}`))[0]!['number'])
  const all = await somePages(place, database)
  return [
    ['ticket page', `/desk/tickets/${ticket}`],
    ['history', `/desk/tickets/${ticket}/history`],
    ...(login === 'akowalska' ? all['queue page']! : [`/desk/queue/${queue}`]).map((path, n): [string, string] => [
      `queue page ${n}`,
      path,
    ]),
    ...SORTS.map((sort): [string, string] => [`queue by ${sort}`, `/desk/queue/${queue}?sort=${sort}`]),
    ...SORTS.map((sort): [string, string] => [`queue by ${sort}, any state`, `/desk/queue/${queue}?state=any&sort=${sort}`]),
    ['queue, closed', `/desk/queue/${queue}?state=closed`],
    ['queue, one owner', `/desk/queue/${queue}?state=any&owner=me`],
    ['queue, one priority', `/desk/queue/${queue}?state=any&priority=4`],
    ...['take', 'mine', 'pending', 'watched', 'open'].map((view): [string, string] => [`view ${view}`, `/desk/view/${view}`]),
    ['view open, any state', '/desk/view/open?state=any'],
    ['view open by changed', '/desk/view/open?sort=changed'],
    ['search by word', '/desk/search?q=drukarka'],
    ['search by number', `/desk/search?q=${number.slice(0, -4)}`],
    ['search by person', '/desk/search?q=Kowal'],
    ['search by address', '/desk/search?q=jan.nowak@uni'],
    ['search for nothing', '/desk/search?q=zzzqqq'],
  ]
}

/** What a reply asks: by reference, by number, by sender. */
async function mailStatements(place: Place, database: string): Promise<Statement[]> {
  const [article] = await place.query(
    database,
    `select a.message_id, t.number, pa.address from article a join ticket t on t.id = a.ticket_id
    join person_address pa on pa.person_id = t.customer_id where a.message_id is not null order by a.id desc limit 1`,
  )
  const opened = await place.open(database)
  const heard: Statement[] = []
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: opened.pool }),
    log: ({ level, query }) => {
      if (level === 'query') heard.push({ sql: query.sql, parameters: query.parameters })
    },
  })
  const messageId = String(article!['message_id'])
  await whatIsKnown(db as Kysely<Database> as never, {
    delivery: { id: '1', blobId: '1', envelopeFrom: '', envelopeTo: '', acceptedAt: new Date(), peerAddress: '', peerName: '' },
    messageId,
    references: [messageId, '<none@klient.example>'],
    originals: [messageId],
    numbers: [String(article!['number'])],
    copies: ['ktos@klient.example'],
    sender: String(article!['address']),
    content: Buffer.alloc(32),
  })
  await opened.close()
  return heard
}

/** Tables that are read from end to end although they are large, and large sorts. */
function tooMuch(node: Node): string[] {
  const inner = node.Plans ?? []
  // A small table that is read for each row of another is no large one.
  const read = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)
  const sorted = node['Node Type'].includes('Sort') ? (inner[0]?.['Actual Rows'] ?? 0) * (inner[0]?.['Actual Loops'] ?? 0) : 0
  const own = [
    ...(node['Node Type'] === 'Seq Scan' && read > MANY ? [`READS WHOLE ${node['Relation Name'] ?? ''} (${read})`] : []),
    ...(sorted > MANY ? [`SORTS ${sorted}`] : []),
  ]
  return [...new Set([...own, ...inner.flatMap(tooMuch)])]
}

/** The parts of a plan that take a tenth of its time or more, outermost first. */
function outline(plan: Node): string {
  const least = plan['Actual Total Time'] / 10
  const parts: string[] = []
  const visit = (node: Node) => {
    const ms = node['Actual Total Time'] * node['Actual Loops']
    if (ms < least) return
    const name = node['Index Name'] ?? node['Relation Name']
    if (name) parts.push(`${node['Node Type']} ${name} ${ms.toFixed(0)} ms, ${node['Actual Rows'] * node['Actual Loops']} rows`)
    for (const child of node.Plans ?? []) visit(child)
  }
  visit(plan)
  return parts.join(' · ')
}
