/** Owns what makes two deliveries with other bytes one mail: Message-ID, sender, subject and content, whatever servers on the way added to its head. */
import { createHash } from 'node:crypto'
import type { ParsedMail } from '../reading/parsed-mail.ts'

/** Of an attachment its size and so much from both ends; bytes. Hashing 30 MB whole would hold up everything else. */
const ENDS = 8 * 1024

/** SHA-256 of these; null where the mail has no Message-ID, for then nothing tells it from another one of the same words. */
export function contentKey(mail: ParsedMail): Buffer | null {
  if (mail.messageId === null) return null
  const hash = createHash('sha256')
  hash.update(JSON.stringify([mail.messageId, mail.subject, mail.from.map(({ address }) => address.toLowerCase()), mail.text.trim()]))
  for (const { raw, size, content } of mail.attachments) {
    // The mail itself, attached because it is damaged, holds its head.
    if (raw) continue
    hash.update(`${size}:`)
    hash.update(content.subarray(0, ENDS))
    hash.update(content.subarray(Math.max(ENDS, size - ENDS)))
  }
  return hash.digest()
}
