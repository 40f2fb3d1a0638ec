/** Owns indexes for what is said, handed over and erased of one person: what they wrote, and mails from and to their addresses. */
import type { Kysely } from 'kysely'
import { indexNowOrLater } from '../core/database/late-index.ts'
import { personIndexes } from './late-indexes.ts'

export const up = (db: Kysely<unknown>): Promise<void> => indexNowOrLater(db, personIndexes)
