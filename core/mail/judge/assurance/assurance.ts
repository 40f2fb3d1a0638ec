/** Owns the judgement on a sender: how far a mail's author is proven, by which rule, and what follows from it. Pure. */
import type { Assurance } from '../../../database/schema.ts'
import type { MailRule } from '../outcome.ts'
import type { Author } from './author.ts'

/** What was found about a mail before its transaction. */
export interface Evidence {
  author: Author
  /**
   * 'off': nobody looked, for the configuration names neither domains nor relays of our own. 'pass': the domain's owner or one
   * of our relays stands for the mail. 'none': nothing speaks for it. 'fail': the domain's owner, or a relay of ours, says that it is
   * not theirs. 'unclear': programs read its From differently. 'unknown': DNS was away, or the verifier failed.
   */
  proof: 'off' | 'pass' | 'none' | 'fail' | 'unclear' | 'unknown'
  /** The mail claims one of the organisation's own domains. */
  ownDomain: boolean
  /** The envelope's sender, where it lies in a domain of our own as From does and is another address than From; else ''. */
  sentBy: string
  rule: MailRule
  /** For a person: domains, addresses, results. */
  detail: string
}

export interface Judgement {
  /** Null: nobody looked. */
  assurance: Assurance | null
  rule: MailRule
  detail: string
  /** The mail may be tied to the person of its address and be answered by a program. False: its author is nobody. */
  believed: boolean
  /**
   * Its author is proven: a part in a ticket is enough to write into it, and whom the mail names has a part too. Believed but not
   * proven, it must answer a mail that we sent to that very address.
   */
  proven: boolean
}

/** What the database knows of who is named. */
export interface Acquaintance {
  /** The author's address belonged to a person with an account in use before this mail came. */
  sender: boolean
  /** The envelope's address belongs to the same person. */
  samePerson: boolean
}

/**
 * One From address, or nobody is believed; what is unclear is not believed, whatever the domain; who claims a domain of our own must
 * prove it. Read from the top: the first line that fits decides. `test/mail/sender-table.txt` shows what comes of it.
 */
export function judgeSender({ author, proof, ownDomain, sentBy, rule, detail }: Evidence, known: Acquaintance): Judgement {
  const nobody = (assurance: 'failed' | 'unverified', by = rule): Judgement => ({
    assurance,
    rule: by,
    detail,
    believed: false,
    proven: false,
  })
  const claimed = (assurance: 'address' | 'unverified' | null, by = rule, said = detail): Judgement => ({
    assurance,
    rule: by,
    detail: said,
    believed: true,
    proven: false,
  })
  const proven = (assurance: 'confirmed' | 'unverified', by = rule): Judgement => ({
    assurance,
    rule: by,
    detail,
    believed: true,
    proven: true,
  })

  if (author.shape === 'nobody') return nobody(ownDomain ? 'failed' : 'unverified', author.rule)
  if (proof === 'off') return claimed(null)
  if (proof === 'fail') return nobody('failed', ownDomain ? 'own-domain-not-proven' : rule)
  if (proof === 'unclear') return nobody(ownDomain ? 'failed' : 'unverified')
  if (proof === 'unknown') return ownDomain ? nobody('unverified') : claimed('unverified')
  if (proof === 'none' && ownDomain) return nobody('failed', 'own-domain-not-proven')
  // What is proven of a web form is the form: whoever filled it in typed the address. Programs may answer there all the same (whom.ts).
  if (author.shape === 'beside') return claimed('unverified', proof === 'pass' ? 'sender-beside-our-address' : rule)
  if (proof === 'none') return claimed(known.sender ? 'address' : 'unverified')
  // The relay knows who logged in; it says so in the envelope. A shared mailbox, or somebody who writes as somebody else.
  if (sentBy !== '' && !known.samePerson) return claimed('address', 'sent-by-another', `${sentBy}; ${detail}`)
  return known.sender ? proven('confirmed') : proven('unverified', 'proven-but-unknown')
}
