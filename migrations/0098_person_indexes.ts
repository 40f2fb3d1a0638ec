/** Owns indexes for what is said, handed over and erased of one person, for the list of persons, and for a queue's tickets by owner and by closing. */
import type { Kysely } from 'kysely'
import { indexNowOrLater } from '../core/database/late-index.ts'
import { personIndexes, queueIndexes } from './late-indexes.ts'

export const up = (db: Kysely<unknown>): Promise<void> => indexNowOrLater(db, { ...personIndexes, ...queueIndexes })
