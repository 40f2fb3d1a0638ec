/** Owns foretelling what the clock does once it is let go: its jobs run as they would, in a transaction that is always taken back. */
import { sql } from 'kysely'
import { system } from '../../kernel/actor.ts'
import type { Host } from '../../kernel/contract.ts'
import type { FactName } from '../../kernel/facts.ts'
import { coreSettings } from '../../kernel/settings/core-settings.ts'
import { readSettings } from '../../kernel/settings/settings.ts'
import { onTrial } from '../../kernel/trial.ts'
import type { Work } from '../../kernel/work.ts'
import { clockWork } from './jobs.ts'

export interface Foretold {
  /** Mails about tickets that would leave, by kind: those that wait in the outbox, and those that the clock would write. */
  mails: Readonly<Record<string, number>>
  /** Addresses that would get at least one. */
  people: number
  /** What would be said to have happened, by name: tickets closed, reminded of, past a deadline, unlocked. */
  facts: Partial<Readonly<Record<FactName, number>>>
}

/**
 * What would be done now. Left out: the archive, which nobody is told of and which goes on night by night, and what plugins do after they were
 * told. Tickets that are due are locked meanwhile. `plugins`: their jobs of the clock, each with the host it runs with.
 */
export function foretell(host: Host, plugins: readonly { host: Host; run(host: Host): Promise<void> }[]): Promise<Foretold> {
  return onTrial(host, system('clock'), async (work) => {
    const facts: Partial<Record<FactName, number>> = {}
    const said = () => Object.values(facts).reduce((sum, count) => sum + count, 0)
    const emit: Work['emit'] = (name) => void (facts[name] = (facts[name] ?? 0) + 1)
    const inside = <H extends Host>(one: H): H => ({
      ...one,
      db: work.db,
      work: (actor, run) => run({ ...work, actor, emit, gather() {}, atEnd() {}, enqueue() {} }),
    })
    const settings = await readSettings(work.db, 'core', coreSettings)
    for (const run of clockWork) {
      // Each takes so many tickets at a time, as it does minute by minute.
      for (let before = -1; before !== said(); ) {
        before = said()
        await run(inside(host), settings)
      }
    }
    for (const plugin of plugins) await plugin.run(inside(plugin.host))
    const { rows } = await sql<{ kind: string; mails: number }>`
      select kind, count(*)::int as mails from outbound_mail where state = 'queued' and ticket_id is not null group by kind order by kind`.execute(
      work.db,
    )
    const { rows: people } = await sql<{ count: number }>`
      select count(distinct lower(address))::int as count from outbound_mail, unnest(recipients) as address
      where state = 'queued' and ticket_id is not null`.execute(work.db)
    return { mails: Object.fromEntries(rows.map(({ kind, mails }) => [kind, mails])), people: people[0]!.count, facts }
  })
}
