/** Owns that large mails are worked up one after the other in a process: each needs several times its size in memory. */

/** Smaller mails come and go as they like. Bytes. */
const LARGE = 2 * 1024 * 1024
/** Seconds until a mail whose turn it was not comes again; meanwhile small ones take its place. */
export const NEXT_TURN_SECONDS = 1

export interface Turn {
  end(): void
}

/** One process's turns: `begin` answers undefined while another large mail is being worked up. */
export function makeTurns(): { begin(bytes: number): Turn | undefined } {
  let taken = false
  return {
    begin(bytes) {
      if (bytes <= LARGE) return { end: () => {} }
      if (taken) return undefined
      taken = true
      return {
        end: () => {
          taken = false
        },
      }
    },
  }
}

/**
 * Gives the memory of large contents back at once, where it would wait for the collector while the next mail already needs it.
 * They are empty afterwards: only for what nobody reads any more. Memory shared with other values is left alone.
 */
export function giveBack(contents: readonly Buffer[]): void {
  for (const { buffer, byteLength } of contents) {
    if (buffer instanceof ArrayBuffer && !buffer.detached && byteLength > LARGE && buffer.byteLength === byteLength) buffer.transfer(0)
  }
}
