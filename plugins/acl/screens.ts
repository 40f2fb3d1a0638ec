/** Owns which page of OTRS each act of pomoc is, and the other way round: ACLs name acts by the pages that do them. */
import type { ActName } from '../../core/index.ts'

/** The page that shows a ticket. */
export const ZOOM = { agent: 'AgentTicketZoom', customer: 'CustomerTicketZoom' } as const

const PAGES: Partial<Record<ActName, readonly string[]>> = {
  'new': ['AgentTicketPhone', 'AgentTicketEmail'],
  reply: ['AgentTicketCompose'],
  note: ['AgentTicketNote'],
  forward: ['AgentTicketForward'],
  redirect: ['AgentTicketBounce'],
  resend: ['AgentTicketEmailResend'],
  take: ['AgentTicketLock'],
  release: ['AgentTicketLock'],
  move: ['AgentTicketMove'],
  priority: ['AgentTicketPriority'],
  owner: ['AgentTicketOwner'],
  responsible: ['AgentTicketResponsible'],
  lock: ['AgentTicketLock'],
  title: ['AgentTicketFreeText'],
  classify: ['AgentTicketFreeText'],
  fields: ['AgentTicketFreeText'],
  customer: ['AgentTicketCustomer'],
  company: ['AgentTicketCustomer'],
  watch: ['AgentTicketWatcher'],
  pend: ['AgentTicketPending'],
  close: ['AgentTicketClose'],
  // For programs: any state, so that neither page is gone past.
  state: ['AgentTicketClose', 'AgentTicketPending'],
  merge: ['AgentTicketMerge'],
  unmerge: ['AgentTicketMerge'],
  link: ['AgentLinkObject'],
  unlink: ['AgentLinkObject'],
  ask: ['CustomerTicketMessage'],
  'follow-up': ['CustomerTicketZoomReply'],
}

/** What ACLs call an act: its page in OTRS, else its own name. */
export const pagesOf = (act: string): readonly string[] => PAGES[act as ActName] ?? [act]

/** What ACLs call the page where something is chosen. */
export const pageOf = (act: string | null, agent: boolean): string => (act === null ? ZOOM[agent ? 'agent' : 'customer'] : pagesOf(act)[0]!)

/** Acts that a page of OTRS is. */
export const actsOfPage = (page: string): string[] => Object.entries(PAGES).flatMap(([act, pages]) => (pages.includes(page) ? [act] : []))
