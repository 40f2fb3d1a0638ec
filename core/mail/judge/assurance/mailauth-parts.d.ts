/** Owns the types of two parsers of mailauth that it keeps beside its door. */

declare module 'mailauth/lib/parse-received.js' {
  export interface ReceivedPart {
    value: string
    comment?: string
  }
  export interface ParsedReceived {
    from?: ReceivedPart
    by?: ReceivedPart
    with?: ReceivedPart
  }
  /** A whole Received line, its name included. */
  export function parseReceived(line: Buffer | string): ParsedReceived | false
  /** The address the connection came from, never one the client claimed. */
  export function getClientAddress(from: ReceivedPart | undefined): string | false
}

declare module 'mailauth/lib/parse-dkim-headers.js' {
  export interface MethodResult {
    value?: string
    comment?: string
    header?: Record<string, string>
    smtp?: Record<string, string>
    policy?: Record<string, string>
  }
  /** `value`: the authserv-id; each method once or several times. */
  export type ParsedResults = { value?: string } & Partial<Record<'dkim' | 'spf' | 'dmarc' | 'auth', MethodResult | MethodResult[]>>
  export default function parse(line: Buffer): { parsed: ParsedResults }
}
