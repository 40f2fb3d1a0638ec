/** Owns what an id looks like. */
import type { Id } from './schema.ts'

/** An id as it may stand in an address, a form or a header: digits that fit bigint. Asked of whatever comes from outside before SQL sees it. */
export const isId = (value: unknown): value is Id => typeof value === 'string' && /^\d{1,18}$/.test(value)
