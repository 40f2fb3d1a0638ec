/** Owns the measure of rules: acts where plugins have rules that they wake, against the same acts where there are none. */
import pino from 'pino'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { migrate } from '../../core/database/migrate.ts'
import type { Id } from '../../core/database/schema.ts'
import { makeActivation } from '../../core/kernel/activation.ts'
import { system } from '../../core/kernel/actor.ts'
import { startLive } from '../../core/kernel/live.ts'
import type { Work } from '../../core/kernel/work.ts'
import { loadActor } from '../../core/permission/access.store.ts'
import { makeKernel, type Kernel } from '../../core/run/host.ts'
import type { AnyPlugin } from '../../core/run/load-plugins.ts'
import { listTickets } from '../../core/ticket/ticket-list.ts'
import { prepareAct } from '../../core/ticket/acts/acts.ts'
import { ROOT_UNIT } from '../../core/unit/tree.ts'
import acl from '../../plugins/acl/index.tsx'
import { createAcl } from '../../plugins/acl/acl.ts'
import automation from '../../plugins/automation/index.tsx'
import { saveRule } from '../../plugins/automation/rule.ts'
import notifications from '../../plugins/notifications/index.ts'
import { createNotification } from '../../plugins/notifications/notifications.ts'
import type { Place } from './place.ts'
import { median, spread, type Figure } from './report.ts'

const ROUNDS = 5
const TICKETS = 60

/** What has rules: so many of them, and how one is made. A further one is an entry. */
interface Ruled {
  plugin: AnyPlugin
  count: number
  make(work: Work, n: number): Promise<unknown>
}
const RULED: readonly Ruled[] = [
  {
    plugin: notifications,
    count: 30,
    make: (work, n) =>
      createNotification(work, null, {
        name: `Rule ${n}`,
        comment: '',
        valid: true,
        rule: {
          events: ['TicketPriorityUpdate', 'NotificationAddNote'],
          // A third is met.
          filter: n % 3 === 0 ? {} : { is: { state: ['5'] } },
          recipients: ['AgentOwner', 'AgentMyQueues', 'AgentWatcher'],
        },
        texts: { pl: { subject: '<OTRS_TICKET_Title>', body: '<OTRS_CUSTOMER_BODY[20]>', contentType: 'text/plain' } },
      }),
  },
  {
    plugin: automation,
    count: 20,
    make: (work, n) =>
      saveRule(work, null, null, {
        name: `Rule ${n}`,
        comment: '',
        valid: true,
        wakes: { facts: ['ticket.priority-changed'] },
        // A tenth is met, and finds everything as it shall be.
        filter: n % 10 === 0 ? { is: { stateType: ['open'] } } : { is: { state: ['5'] } },
        acts: [{ act: 'state', given: { stateId: '4' } }],
        most: 10_000,
        hourly: 1_000_000,
      }),
  },
  {
    plugin: acl,
    count: 10,
    make: (work, n) =>
      createAcl(work, null, {
        name: `Rule ${n}`,
        comment: '',
        description: '',
        match: { Properties: { Queue: { Name: n % 3 === 0 ? ['[RegExp].'] : ['Nowhere'] } } },
        change: { PossibleNot: { Ticket: { Priority: ['5 very high'], State: ['closed unsuccessful'] } } },
        stop: false,
        valid: true,
      }),
  },
]

export async function measureRules(place: Place): Promise<Figure[]> {
  await place.copy('pages', 'rules')
  const opened = await place.open('rules')
  const { db } = opened
  const log = pino({ level: 'silent' })
  const live = await startLive(opened.url, log)
  try {
    const plugins = RULED.map(({ plugin }) => plugin)
    for (const plugin of plugins) await migrate(db, plugin.name, plugin.migrations ?? {})
    const kernelWith = (loaded: AnyPlugin[]): Kernel =>
      makeKernel({
        config: place.config,
        db,
        log,
        clock: () => new Date(),
        live,
        plugins: loaded,
        activation: makeActivation(db, live, new Map(loaded.map(({ name, scope }) => [name, scope]))),
        announce: () => {},
      })
    const [bare, ruled] = [kernelWith([]), kernelWith(plugins)]
    await bare.host.work(system('bench'), async (work) => {
      for (const { plugin, count, make } of RULED) {
        await setActivation(work, plugin.name, ROOT_UNIT, true)
        for (let n = 0; n < count; n++) await make(work, n)
      }
    })
    const { id: boss } = await db.selectFrom('person').select('id').where('login', '=', 'akowalska').executeTakeFirstOrThrow()
    const agent = (await loadActor(db, boss))!
    const { tickets } = await listTickets(db, agent.access, 'rw', { filter: { stateTypes: ['open'] }, limit: TICKETS })
    const acts = async ({ host }: Kernel, priority: Id): Promise<number> => {
      const began = performance.now()
      // As a person does it: what programs do is held to no ACL.
      const [change, note] = [await prepareAct({ db }, 'priority', { priority }), await prepareAct({ db }, 'note', { body: 'Sprawdzone.' })]
      for (const { id } of tickets)
        await host.work(agent, async (work) => {
          await change(work, id)
          await note(work, id)
        })
      return tickets.length / ((performance.now() - began) / 1000)
    }
    const rates = { none: [] as number[], all: [] as number[], told: [] as number[] }
    for (let round = 0; round < ROUNDS; round++) {
      rates.none.push(await acts(bare, '4'))
      const { id: last } = await db.selectFrom('fact').select('id').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
      rates.all.push(await acts(ruled, '3'))
      rates.told.push(await deliver(ruled, last, opened.db))
    }
    return [
      {
        name: `rules: an act with ${RULED.map(({ count, plugin }) => `${count} ${plugin.name}`).join(', ')}`,
        unit: 'acts/s',
        pomoc: median(rates.all),
        floor: median(rates.none),
        aim: 0.75,
        note: `floor: none of them; another priority and a note; ${spread(rates.all)}`,
      },
      {
        name: 'rules: facts told',
        unit: 'facts/s',
        pomoc: median(rates.told),
        note: `by one worker, after the act; ${spread(rates.told)}`,
      },
    ]
  } finally {
    await live.stop()
    await opened.close()
  }
}

/** Tells every plugin of what happened since, one fact after the other. */
async function deliver(kernel: Kernel, after: Id, db: Kernel['host']['db']): Promise<number> {
  const facts = await db
    .selectFrom('fact')
    .select('id')
    .where('id', '>', after)
    .where('ticket_id', 'is not', null)
    .where('plugin', 'is', null)
    .orderBy('id')
    .execute()
  await db.deleteFrom('graphile_worker._private_jobs' as never).execute()
  const began = performance.now()
  for (const { id } of facts)
    for (const { plugin } of RULED) {
      await kernel.jobs.get('fact/deliver')!.run({ fact: id, subscriber: plugin.name }, { attempt: 1, lastAttempt: false })
    }
  return facts.length / ((performance.now() - began) / 1000)
}
