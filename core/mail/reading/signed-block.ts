/**
 * Owns what lies in an S/MIME block (RFC 8551 3.4 to 3.6): a mail that was signed as a whole needs no key to be read, so it is
 * opened; what is encrypted or compressed is only named. The signature is not checked.
 */
import type { ParsedAttachment } from './parsed-mail.ts'

export type BlockKind = 'signed' | 'encrypted' | 'compressed' | 'certificates'

export interface Block {
  /** Undefined: this is no block at all. */
  kind: BlockKind | undefined
  /** The mail inside (a MIME entity with a head of its own), where it can be read. */
  content?: Buffer
}

/** A larger one stays closed. Bytes. */
const BLOCK_LIMIT = 16 * 1024 * 1024
/** A block is written in pieces of a thousand bytes and more. */
const NODES = 40_000

const KINDS: Record<string, BlockKind> = {
  '1.2.840.113549.1.7.2': 'signed',
  '1.2.840.113549.1.7.3': 'encrypted',
  '1.2.840.113549.1.7.4': 'encrypted',
  '1.2.840.113549.1.7.6': 'encrypted',
  '1.2.840.113549.1.9.16.1.23': 'encrypted', // AuthEnvelopedData (RFC 5083)
  '1.2.840.113549.1.9.16.1.9': 'compressed', // CompressedData (RFC 3274)
}

export const isBlock = ({ contentType, name }: Pick<ParsedAttachment, 'contentType' | 'name'>): boolean =>
  /^application\/(x-)?pkcs7-mime$/.test(contentType) || (contentType === 'application/octet-stream' && /^smime\.p7m$/i.test(name))

/** Never throws: what is no block, or a broken one, has no kind. Bounded by size, depth and the number of its pieces. */
export async function openBlock(bytes: Buffer): Promise<Block> {
  if (bytes.length === 0 || bytes.length > BLOCK_LIMIT) return { kind: undefined }
  try {
    // Few mails have one, and a thread starts faster without.
    const [{ fromBER }, { ContentInfo, SignedData }] = await Promise.all([import('asn1js'), import('pkijs')])
    const read = fromBER(bytes, { maxNodes: NODES, maxContentLength: BLOCK_LIMIT })
    if (read.offset === -1) return { kind: undefined }
    const info = new ContentInfo({ schema: read.result })
    const kind = KINDS[info.contentType]
    if (kind !== 'signed') return { kind }
    const content = new SignedData({ schema: info.content }).encapContentInfo.eContent?.getValue()
    return content && content.byteLength > 0 ? { kind, content: Buffer.from(content) } : { kind: 'certificates' }
  } catch {
    return { kind: undefined }
  }
}
