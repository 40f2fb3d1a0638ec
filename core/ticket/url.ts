/** Owns where a customer finds a ticket on the web: the address written into mails. */
import { siteUrl, type Config } from '../machine/config.ts'
import type { Id } from '../database/schema.ts'

export const customerTicketPath = (ticketId: Id): string => `/tickets/${ticketId}`

export const customerTicketUrl = (config: Pick<Config, 'baseUrl' | 'http'>, ticketId: Id): string =>
  siteUrl(config) + customerTicketPath(ticketId)
