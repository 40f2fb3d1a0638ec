/** Owns what a mail must not be while it comes in: a trick with line ends, a head without end, a mail that goes in circles. */

/** The whole head of a mail, in bytes. A subject of 100 kB still fits many times. */
const HEAD_BYTES = 1024 * 1024
const HEAD_LINES = 20_000
/** RFC 5321 6.3: at least a hundred hops before a mail counts as going in circles. */
const HOPS = 100

const CR = 0x0d
const LF = 0x0a
const DOT = 0x2e

export interface Inspection {
  /** Looks at the next bytes of the mail, dots of transparency (RFC 5321 4.5.2) taken off already. */
  see(bytes: Buffer): void
  /** Why the mail cannot be taken; undefined: so far it can. */
  fault(): string | undefined
}

/** One mail's inspection; memory is bounded whatever comes. */
export function inspectMail(): Inspection {
  const head = headOf()
  let smuggled = false
  // The last bytes come again before the next ones: what is looked for may lie across two pieces. A mail begins after CRLF.
  let carry = Buffer.from('\r\n')
  return {
    see(bytes) {
      head.see(bytes)
      if (!smuggled) {
        smuggled = hasFalseEnd(carry, bytes)
        carry = Buffer.concat([carry, bytes.subarray(-4)]).subarray(-4)
      }
    },
    fault() {
      if (smuggled) return 'A dot alone between line ends that are not CRLF: this looks like a second mail smuggled in'
      if (head.bytes > HEAD_BYTES || head.lines > HEAD_LINES) return 'The head of this mail is too large'
      if (head.hops() > HOPS) return 'This mail has gone through too many servers: it goes in circles'
      return undefined
    },
  }
}

/**
 * A line with nothing but a dot whose line ends are not both CRLF. The program that hands over such a mail may take it for
 * one mail and the next for two (SMTP smuggling); nobody honest writes one. With CRLF on both sides it is a mail's own
 * dot, doubled on its way.
 */
function hasFalseEnd(carry: Buffer, bytes: Buffer): boolean {
  const edge = Buffer.concat([carry, bytes.subarray(0, 4)])
  return falseEndIn(edge) || falseEndIn(bytes)
}

function falseEndIn(bytes: Buffer): boolean {
  for (const mark of ['\n.', '\r.']) {
    for (let at = bytes.indexOf(mark, 0, 'latin1'); at !== -1; at = bytes.indexOf(mark, at + 2, 'latin1')) {
      const after = bytes[at + 2]
      if (bytes[at + 1] !== DOT || (after !== CR && after !== LF)) continue
      if (after === CR && bytes[at + 3] === undefined) continue // not known yet: it comes again with the next bytes
      const cleanBefore = bytes[at] === LF && bytes[at - 1] === CR
      // At the very beginning of these bytes it is not known; the edge knows.
      if (bytes[at] === LF && at === 0) continue
      const cleanAfter = after === CR && bytes[at + 3] === LF
      if (!cleanBefore || !cleanAfter) return true
    }
  }
  return false
}

function headOf() {
  const pieces: Buffer[] = []
  let bytes = 0
  let lines = 0
  let ended = false
  let last = Buffer.from('\r\n')
  return {
    get bytes() {
      return bytes
    },
    get lines() {
      return lines
    },
    see(piece: Buffer) {
      if (ended || bytes > HEAD_BYTES) return
      const joined = Buffer.concat([last, piece])
      const end = endOfHead(joined)
      const part = end === -1 ? piece : piece.subarray(0, Math.max(0, end - last.length))
      ended = end !== -1
      bytes += part.length
      for (let at = part.indexOf(LF); at !== -1; at = part.indexOf(LF, at + 1)) lines++
      if (bytes <= HEAD_BYTES) pieces.push(Buffer.from(part))
      last = joined.subarray(-3)
    },
    hops: () =>
      (
        Buffer.concat(pieces)
          .toString('latin1')
          .match(/^received:/gim) ?? []
      ).length,
  }
}

/** Where the blank line begins; some programs write bare line feeds. */
function endOfHead(bytes: Buffer): number {
  const ends = [bytes.indexOf('\r\n\r\n'), bytes.indexOf('\n\n')].filter((at) => at !== -1)
  return ends.length === 0 ? -1 : Math.min(...ends) + 1
}
