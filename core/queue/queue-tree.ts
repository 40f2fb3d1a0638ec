/** Owns the queue tree as a person sees it: their queues, the ones above them, and open tickets summed upwards. */
import type { Id } from '../database/schema.ts'
import { COMPLETE_LANGUAGES } from '../i18n/languages.ts'
import { shortName, type Queue } from './queues.ts'

export interface QueueNode {
  id: Id
  /** Last level of the name. */
  name: string
  fullName: string
  /** 0 for the first level. */
  depth: number
  /** False: shown only because a queue below it is the person's. */
  readable: boolean
  /** Open tickets in this queue and in those below it. */
  open: number
  own: number
}

/** Queues in the order in which they are shown: parents before their children, names as the language sorts them. */
export function queueTree(
  queues: readonly Queue[],
  readable: ReadonlySet<Id>,
  counts: ReadonlyMap<Id, { open: number }>,
  language: string = COMPLETE_LANGUAGES[0]!,
): QueueNode[] {
  const byId = new Map(queues.map((queue) => [queue.id, queue]))
  const children = new Map<Id | null, Queue[]>()
  for (const queue of queues) {
    // A parent that is switched off does not take its children along.
    const parent = queue.parentId !== null && byId.has(queue.parentId) ? queue.parentId : null
    children.set(parent, [...(children.get(parent) ?? []), queue])
  }
  const collator = new Intl.Collator(language, { numeric: true })
  const walk = (parent: Id | null, depth: number): QueueNode[] =>
    (children.get(parent) ?? [])
      .toSorted((a, b) => collator.compare(a.name, b.name))
      .flatMap((queue) => {
        const below = walk(queue.id, depth + 1)
        if (!readable.has(queue.id) && below.length === 0) return []
        const own = counts.get(queue.id)?.open ?? 0
        const open = own + below.filter((node) => node.depth === depth + 1).reduce((sum, node) => sum + node.open, 0)
        return [
          { id: queue.id, name: shortName(queue.name), fullName: queue.name, depth, readable: readable.has(queue.id), open, own },
          ...below,
        ]
      })
  return walk(null, 0)
}

/** The queue and all below it. */
export function queueWithChildren(queues: readonly Pick<Queue, 'id' | 'parentId'>[], id: Id): Id[] {
  const found = [id]
  for (let i = 0; i < found.length; i++) {
    for (const queue of queues) if (queue.parentId === found[i] && !found.includes(queue.id)) found.push(queue.id)
  }
  return found
}
