/** Owns the question whether anybody reads at an address, or only a program. */

/** OTRS: SendNoAutoResponseRegExp; noreply is ours. */
const PROGRAM = /^(mailer-daemon|postmaster|abuse|no-?reply|do-?not-?reply|nobody|bounces?|listserv|majordomo)([+.-][^@]*)?@/i

export const isProgramAddress = (address: string): boolean => PROGRAM.test(address)
