/** Owns indexes for lists that read or sorted a whole table: mail in and out by time, a queue's tickets of any state by priority and by change. */
import type { Kysely } from 'kysely'
import { indexNowOrLater } from '../core/database/late-index.ts'
import { listIndexes } from './late-indexes.ts'

export const up = (db: Kysely<unknown>): Promise<void> => indexNowOrLater(db, listIndexes)
