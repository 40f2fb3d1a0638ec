/** Owns the parts of a real run, in their order. */
import type { Host } from '../../../core/index.ts'
import { loadIds } from '../master/ids.store.ts'
import { takeMaster } from '../master/take.ts'
import { runParts, type RunWishes } from './run.ts'

/** Takes over what the source has: see `runParts`. */
export const runImport = (host: Host, wishes: RunWishes) => runParts(host, wishes, { ids: loadIds, master: takeMaster })
