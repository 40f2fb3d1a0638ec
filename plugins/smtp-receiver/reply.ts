/** Owns SMTP answers that say no. */

/** An error smtp-server answers with this code; the enhanced code (RFC 3463) follows from it. */
export function reply(code: 421 | 451 | 550 | 554, text: string): Error & { responseCode: number } {
  return Object.assign(new Error(text), { responseCode: code })
}
