/** Owns the archive: putting tickets that are done with into it, by hand or by age, and taking them out. */
import { sql } from 'kysely'
import type { Id } from '../../database/schema.ts'
import { refused, Refusal } from '../../errors.ts'
import { system } from '../../kernel/actor.ts'
import type { Host } from '../../kernel/contract.ts'
import { coreSettings, type CoreSettings } from '../../kernel/settings/core-settings.ts'
import { readSettings } from '../../kernel/settings/settings.ts'
import type { Work } from '../../kernel/work.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { isOpen } from '../ticket.ts'
import { change, ticketFor } from './change.ts'

/** What goes when a ticket is archived (OTRS: both). */
type Goes = Pick<CoreSettings, 'archive.forget-seen' | 'archive.drop-watchers'>

/** Into the archive or out of it. Error: `ticket.archive-open`. Who watched it and who read it is forgotten where the settings say so. */
export async function archiveTicket(work: Work, ticketId: Id, archived: boolean, goes?: Goes): Promise<void> {
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.archived.right)
  if (archived && isOpen(ticket.stateType)) throw refused('ticket.archive-open')
  if (ticket.archived === archived) return
  await change(work, ticket, { archived })
  if (!archived) return
  const settings = goes ?? (await readSettings(work.db, 'core', coreSettings))
  if (settings['archive.forget-seen']) await work.db.deleteFrom('ticket_seen').where('ticket_id', '=', ticket.id).execute()
  if (settings['archive.drop-watchers']) await work.db.deleteFrom('ticket_watcher').where('ticket_id', '=', ticket.id).execute()
}

/** Tickets of one transaction. */
const BATCH = 200
/** A first night may have a million: the next ones go on. */
const A_NIGHT = 50_000
const DAY = 24 * 3600 * 1000

/** The job: what has been done with for as many days as the setting says goes into the archive; 0: nothing does. */
export async function archiveOld(host: Host, settings: CoreSettings): Promise<number> {
  const days = settings['archive.after-days']
  if (days === 0) return 0
  const before = new Date(host.clock().getTime() - days * DAY)
  let done = 0
  let after = '0'
  for (let found = BATCH; found === BATCH && done < A_NIGHT; ) {
    // Read by id: with what is archived already the table is gone through once a night.
    const { rows } = await sql<{ id: Id }>`
      select id from ticket where id > ${after} and not archived and state_type in ('closed', 'removed', 'merged')
        and greatest(closed_at, changed_at) < ${before} order by id limit ${BATCH}`.execute(host.db)
    found = rows.length
    if (found === 0) break
    after = rows.at(-1)!.id
    const put = (ids: readonly Id[]) =>
      host.work(system('archive'), async (work) => {
        for (const id of ids) await archiveTicket(work, id, true, settings)
      })
    const ids = rows.map(({ id }) => id)
    // One that was opened meanwhile keeps no other back.
    await put(ids).catch(async (error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      for (const id of ids)
        await put([id]).catch((one: unknown) => {
          if (!(one instanceof Refusal)) throw one
        })
    })
    done += found
  }
  return done
}
