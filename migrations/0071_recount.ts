/** Owns the table that says how far deadlines are counted again after something they count of was edited. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table deadline_recount (
        what text not null,                              -- what was edited: queue, sla, calendar, unit …
        thing_id text not null,
        act_id uuid not null,                            -- the edit that asked for it: one that is cut off goes on, another begins anew
        asked_at timestamptz not null,
        after bigint not null default 0,                 -- the last ticket that was looked at
        looked integer not null default 0,
        moved integer not null default 0,                -- of those how many have another deadline now
        done_at timestamptz,
        primary key (what, thing_id)
      )`,
    )
    .execute(db)
}
