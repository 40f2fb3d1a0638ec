/** Owns return paths that name the mail they belong to, so that a bounce finds its ticket whatever it says inside. */
import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Config } from '../machine/config.ts'
import type { Database, Id } from '../database/schema.ts'

const TAG = /\+b(\d{1,18})-([0-9a-f]{12})@/

/**
 * `pomoc@uni.example` for mail 7 becomes `pomoc+b7-0123456789ab@uni.example` (VERP), where the configuration says that such
 * addresses reach us. The null return path stays as it is.
 */
export function returnPath(config: Pick<Config, 'mail'>, mail: { id: Id; envelope_from: string; message_id: string }): string {
  const at = mail.envelope_from.lastIndexOf('@')
  if (!config.mail.bounceTags || at < 1) return mail.envelope_from
  return `${mail.envelope_from.slice(0, at)}+b${mail.id}-${check(mail.message_id)}${mail.envelope_from.slice(at)}`
}

/** The address itself, without our tag. */
export const withoutTag = (address: string): string => address.replace(TAG, '@')

/** The Message-ID of the mail that a return path was made for; undefined: it is none of ours, or somebody made it up. */
export async function mailOfReturnPath(db: Kysely<Database>, address: string): Promise<string | undefined> {
  const [, id, given] = TAG.exec(address.toLowerCase()) ?? []
  if (id === undefined) return undefined
  const row = await db.selectFrom('outbound_mail').select('message_id').where('id', '=', id).executeTakeFirst()
  return row && check(row.message_id) === given ? row.message_id : undefined
}

/** A Message-ID of ours cannot be guessed; who knows it has the mail. */
const check = (messageId: string): string => createHash('sha256').update(messageId).digest('hex').slice(0, 12)
