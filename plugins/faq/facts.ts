/** Owns the facts that the knowledge base tells. They hold nothing that people wrote: what an entry says now stands in it. */
import type { Id } from '../../core/index.ts'

declare module 'pomoc' {
  interface Facts {
    /** `visible`: to readers at once; else it waits for approval. */
    'faq.entry-written': { entry: Id; visible: boolean }
    'faq.entry-changed': { entry: Id; visible: boolean }
    'faq.entry-approved': { entry: Id }
    'faq.entry-withdrawn': { entry: Id }
    'faq.entry-restored': { entry: Id }
    'faq.files-changed': { entry: Id; come: Id[]; gone: Id[] }
    'faq.category-changed': { category: Id; made: boolean }
    /** `rate` 0–100. */
    'faq.voted': { entry: Id; rate: number }
  }
}
