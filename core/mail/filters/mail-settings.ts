/** Owns the rules that an administrator gives for mail while the program runs: filters, places of numbers, the limit of reopening. */
import type { Kysely } from 'kysely'
import type { Database } from '../../database/schema.ts'
import { notify } from '../../kernel/facts.ts'
import { coreSettings } from '../../kernel/settings/core-settings.ts'
import type { Live } from '../../kernel/live.ts'
import { readSettings, SETTINGS_CHANGED } from '../../kernel/settings/settings.ts'
import type { Work } from '../../kernel/work.ts'
import type { PostmasterFilter } from './filter-run.ts'
import { listFilters } from './filter.store.ts'

/** Where a mail may name the ticket it goes on with (OTRS: PostMaster::CheckFollowUpModule). */
export const FOLLOW_UP_PLACES = ['subject', 'references', 'body', 'attachments', 'raw'] as const
export type FollowUpPlace = (typeof FOLLOW_UP_PLACES)[number]

export interface MailSettings {
  /** Those in use. */
  filters: readonly PostmasterFilter[]
  places: ReadonlySet<FollowUpPlace>
  /** How often programs' mail may open one ticket again in a day; 0: no limit. */
  reopenings: number
}

const NOTICE = 'mail.filters-changed'
/** Should a notice be lost with its connection, an answer is this old at most. */
const KEPT_MS = 5000

export async function readMailSettings(db: Kysely<Database>): Promise<MailSettings> {
  const [filters, settings] = await Promise.all([listFilters(db), readSettings(db, 'core', coreSettings)])
  return {
    filters: filters.filter((filter) => filter.valid),
    places: new Set(FOLLOW_UP_PLACES.filter((place) => settings[`mail.follow-up.${place}`])),
    reopenings: settings['mail.reopenings'],
  }
}

/** The rules of a process: read once, again after a change anywhere, and when they are some seconds old. */
export function keepMailSettings(db: Kysely<Database>, live: Live): () => Promise<MailSettings> {
  let kept: { rules: Promise<MailSettings>; since: number } | undefined
  live.subscribe((notice) => {
    if (notice.fact === NOTICE || notice.fact === SETTINGS_CHANGED) kept = undefined
  })
  return () => {
    const now = performance.now()
    if (!kept || now - kept.since > KEPT_MS) {
      const fresh = { rules: readMailSettings(db), since: now }
      fresh.rules.catch(() => {
        if (kept === fresh) kept = undefined
      })
      kept = fresh
    }
    return kept.rules
  }
}

/** Tells every process that filters have changed. Called by the acts that change them. */
export async function filtersChanged(work: Work): Promise<void> {
  await notify(work, NOTICE)
}
