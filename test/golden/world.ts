/** Owns where the golden acts happen: a small help desk with people of fixed names, and an ear for what each act writes, tells and asks. */
import { sql } from 'kysely'
import type { Id } from '../../core/database/schema.ts'
import { notify } from '../../core/kernel/facts.ts'
import type { RunnableJob } from '../../core/kernel/jobs/run-jobs.ts'
import type { Work } from '../../core/kernel/work.ts'
import { acceptMail, mailInMemory } from '../../core/mail/inbound/accept.ts'
import { addressesChanged } from '../../core/mail/addresses.ts'
import { mailJobs } from '../../core/mail/inbound/jobs.ts'
import { filtersChanged } from '../../core/mail/filters/mail-settings.ts'
import { system, type Actor, type PersonActor } from '../../core/kernel/actor.ts'
import { TUESDAY } from '../make.ts'
import { startMailSink, type MailSink } from '../servers/mail-sink.ts'
import { hearAll, openSite, type Site } from '../web.ts'
import { FIRST_IDS, Labels } from './labels.ts'
import { listenTo } from './statements.ts'

/** What one act left behind. */
export interface Trace {
  history: HistoryTrace[]
  facts: FactTrace[]
  statements: string[]
}
export interface HistoryTrace {
  type: string
  name: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  reason: unknown
  article_id: Id | null
  person_id: Id | null
  act_id: string
  created_at: Date
}
export interface FactTrace {
  name: string
  ticket_id: Id | null
  unit_id: Id | null
  person_id: Id | null
  plugin: string | null
  data: Record<string, unknown>
  act_id: string
}

/** What came of a mail. */
export interface Received {
  ticketId: Id
  articleId: Id
  outcome: string
}

export type Run<T> = (work: Work) => Promise<T>
export interface World {
  site: Site
  sink: MailSink
  /** Two agents with every right in the queues of the unit `it`, and in those of the unit `wm`. */
  jan: PersonActor
  anna: PersonActor
  paulina: PersonActor
  /** Neither customer nor agent of any ticket at first. */
  piotr: PersonActor
  system: Actor
  postmaster: Actor
  /** Ids by name. */
  queues: Record<'misc' | 'siec' | 'dziekanat' | 'rejecting' | 'renewing' | 'closed' | 'silent' | 'promising', Id>
  unit: Id
  /** A new ticket of Paulina's in the queue Misc, by mail, that nobody hears of. */
  ticket(more?: Parameters<Site['make']['ticket']>[0]): Promise<{ id: Id; number: string; articleId: Id }>
  /** Acts nobody hears of: what must stand before. */
  work<T>(actor: Actor, run: Run<T>): Promise<T>
  /** The act itself. */
  told<T>(actor: Actor, run: Run<T>): Promise<T>
  /** A mail's way from the listener to the last commit of its job; `told`: it is what the case is about. */
  mail(head: Record<string, string>, more?: { told?: boolean; body?: string; from?: string; to?: string }): Promise<Received>
  /** A job of these. */
  job(jobs: readonly [string, RunnableJob][], name: string): Promise<void>
  /** The job that sends the newest mail of the outbox. */
  send(): Promise<void>
  /** What the acts of the case that runs have left behind so far. */
  traces: Trace[]
  /** New words for the ids of a section. */
  labels(): Labels
  /** Ends what the last case left open and makes ready for the next. */
  begin(name: string): void
  close(): Promise<void>
}

const RELAY = '192.0.2.25'

export async function openWorld(): Promise<World> {
  const sink = await startMailSink()
  const site = await openSite([], {
    smarthostUrl: sink.url,
    mail: {
      fromName: 'Pomoc IT',
      hostname: 'uni.example',
      autoResponsesPerDay: 40,
      // All acts happen in one moment.
      autoResponsesPerHour: 0,
      autoResponsesPerPeerAndHour: 200,
      autoResponsesInAllPerHour: 1000,
      dnsServers: [],
      ownDomains: [],
      bounceTags: false,
      dkim: [],
      relays: [{ addresses: [RELAY], vouchesFor: ['uni.example'], inside: ['0.0.0.0/0', '::/0'], xclient: false, trustHeaders: true }],
    },
  })
  const {
    make,
    kernel: { host },
  } = site
  const { db } = make
  for (const [table, first] of Object.entries(FIRST_IDS))
    await sql`alter table ${sql.table(table)} alter column id restart with ${sql.lit(first)}`.execute(db)

  const known = new Map<string, string>()
  const named = async <T extends string>(id: Promise<T>, name: string): Promise<T> => {
    known.set(await id, `<${name}>`)
    return id
  }
  const unit = await named(make.unit({ name: 'Wydział Mechaniczny' }), 'unit wm')
  const queue = (name: string, more: Parameters<typeof make.queue>[0] = {}) => named(make.queue({ name, ...more }), `queue ${name}`)
  const queues = {
    misc: '4',
    siec: await queue('Sieć'),
    dziekanat: await queue('Dziekanat WM', { unitId: unit }),
    rejecting: await queue('Odrzuca', { followUpPossible: 'reject' }),
    renewing: await queue('Na nowo', { followUpPossible: 'new ticket' }),
    closed: await queue('Zamknięta'),
    silent: await queue('Obcym nie'),
    promising: await queue('Z terminami'),
  }
  await db.updateTable('queue').set({ follow_up_lock: true }).where('id', '=', queues.siec).execute()
  await db.updateTable('queue').set({ agent_mail: 'answer' }).where('id', '=', queues.siec).execute()
  await db.updateTable('queue').set({ follow_up_strangers: 'reject' }).where('id', '=', queues.silent).execute()
  await db.updateTable('auto_response').set({ standard: true }).where('type', '=', 'auto follow up').execute()
  await db
    .insertInto('system_address')
    .values([
      { address: 'pomoc@uni.example', name: 'Pomoc IT', queue_id: queues.misc },
      { address: 'odrzuca@uni.example', name: 'Odrzuca', queue_id: queues.rejecting },
      { address: 'nowe@uni.example', name: 'Na nowo', queue_id: queues.renewing },
      { address: 'obcym@uni.example', name: 'Obcym nie', queue_id: queues.silent },
      { address: 'wm@uni.example', name: 'Dziekanat WM', queue_id: queues.dziekanat },
    ])
    .execute()
  const agent = async (name: string, login: string) =>
    make.actor(await named(make.agent({ 1: ['rw'] }, { name, login, address: `${login}@it.uni.example` }), login))
  const person = async (name: string, login: string) =>
    make.actor(await named(make.person({ name, login, address: `${login}@uni.example` }), login))
  const [jan, anna] = [await agent('Jan Kowalski', 'jkowalski'), await agent('Anna Nowak', 'anowak')]
  const [paulina, piotr] = [await person('Paulina Szpak', 'pszpak'), await person('Piotr Lis', 'plis')]

  const jobs = mailJobs(host, site.kernel.mail)
  const run = (job: string, payload: Record<string, unknown>) =>
    (jobs.get(job) as RunnableJob).run(payload, { attempt: 1, lastAttempt: false })
  const ear = listenTo(site.database.pool)
  const latest = async (table: 'history' | 'fact') =>
    (await db.selectFrom(table).select('id').orderBy('id', 'desc').limit(1).executeTakeFirst())?.id ?? '0'

  async function hear<T>(act: () => Promise<T>): Promise<T> {
    await settle(site, { forgotten: true })
    const [history, fact] = [await latest('history'), await latest('fact')]
    const { value, statements } = await ear.hear(act)
    world.traces.push({
      statements,
      history: await db
        .selectFrom('history')
        .select(['type', 'name', 'before', 'after', 'reason', 'article_id', 'person_id', 'act_id', 'created_at'])
        .where('id', '>', history)
        .orderBy('id')
        .execute(),
      facts: (await db
        .selectFrom('fact')
        .select(['name', 'ticket_id', 'unit_id', 'person_id', 'plugin', 'data', 'act_id'])
        .where('id', '>', fact)
        .orderBy('id')
        .execute()) as FactTrace[],
    })
    return value
  }

  let letters = 0
  let slug = ''
  const world: World = {
    site,
    sink,
    jan,
    anna,
    paulina,
    piotr,
    system: system('test'),
    postmaster: system('postmaster'),
    queues,
    unit,
    traces: [],
    labels: () => new Labels(known),
    ticket: (more = {}) => make.ticket({ customerId: paulina.id, subject: 'Nie działa sieć', ...more }),
    work: (actor, act) => host.work(actor, act),
    told: (actor, act) => hear(() => host.work(actor, act)),
    job: (list, name) => hear(() => new Map(list).get(name)!.run({}, { attempt: 1, lastAttempt: false })),
    async mail(head, { told = false, body = 'Dzien dobry.', from = 'pszpak@uni.example', to = 'pomoc@uni.example' } = {}) {
      const lines = Object.entries({
        From: `Paulina Szpak <${from}>`,
        To: to,
        Subject: 'Nie dziala siec',
        'Message-ID': `<${slug}-${++letters}@uni.example>`,
        'MIME-Version': '1.0',
        'Content-Type': 'text/plain; charset=utf-8',
        ...head,
      }).map(([name, value]) => `${name}: ${value}`)
      const raw = Buffer.from([...lines, '', body, ''].join('\r\n'))
      const way = async () => {
        const [id] = await acceptMail(
          db,
          { from: head['Return-Path'] ?? from, recipients: [to], peerAddress: RELAY, peerName: 'mx.uni.example', encrypted: true },
          mailInMemory(raw),
          make.now,
        )
        await run('mail/process', { id })
        return id!
      }
      // Addresses and rules are kept for some seconds: a mail that is heard reads them anew, however long the others took.
      if (told) {
        await host.work(world.system, async (work) => {
          await addressesChanged(work)
          await filtersChanged(work)
        })
      }
      const id = await (told ? hear(way) : way())
      const row = await db
        .selectFrom('inbound_mail')
        .select(['ticket_id', 'article_id', 'outcome'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return { ticketId: row.ticket_id!, articleId: row.article_id!, outcome: row.outcome ?? '' }
    },
    async send() {
      const { id } = await db.selectFrom('outbound_mail').select('id').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
      await hear(() => run('mail/send', { id }))
    },
    begin(name) {
      slug = name.replace(/[^a-z0-9]+/gi, '-')
      letters = 0
      world.traces = []
      make.now = TUESDAY
      sink.refusal = undefined
    },
    async close() {
      await site.close()
      await sink.stop()
    },
  }
  return world
}

/**
 * Waits until this process has heard of everything that is committed: what memory holds is cleared by notices. `forgotten`: all that it holds of
 * administered things, however long ago it was read.
 */
export async function settle(site: Site, { forgotten = false } = {}): Promise<void> {
  if (forgotten) await notify({ db: site.make.db as unknown as Work['db'] }, 'admin.changed')
  await hearAll(site.kernel.host.live, site.make.db)
}
