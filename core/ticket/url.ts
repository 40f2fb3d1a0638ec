/** Owns where a ticket is found on the web: the addresses written into mails. */
import { siteUrl, type Config } from '../machine/config.ts'
import type { Id } from '../database/schema.ts'

export const customerTicketPath = (ticketId: Id): string => `/tickets/${ticketId}`

/** Where an agent works on it. */
export const agentTicketUrl = (config: Pick<Config, 'baseUrl' | 'http'>, ticketId: Id): string =>
  `${siteUrl(config)}/desk/tickets/${ticketId}`

export const customerTicketUrl = (config: Pick<Config, 'baseUrl' | 'http'>, ticketId: Id): string =>
  siteUrl(config) + customerTicketPath(ticketId)
