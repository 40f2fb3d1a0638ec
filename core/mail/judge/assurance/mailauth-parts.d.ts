/** Owns the types of what mailauth keeps beside its door: two parsers and the signer. */

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

declare module 'mailauth/lib/dkim/dkim-signer.js' {
  import type { Writable } from 'node:stream'
  /** A mail is written to it; at its end `signatureHeaders` are the lines to stand above, or `errors` say why there are none. */
  export class DkimSigner extends Writable {
    constructor(options: { headerList: string[]; signatureData: { signingDomain: string; selector: string; privateKey: string }[] })
    /** Called with the head once it is read, the topmost field first. */
    messageHeaders(headers: { parsed: { key: string | null; casedKey: string }[] }): Promise<void>
    signatureHeaders: string[]
    errors: { err: Error }[]
  }
}
