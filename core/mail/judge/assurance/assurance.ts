/** Owns the judgement on a sender: how far a mail's author is proven, by which rule, and what follows from it. Pure. */
import type { Assurance } from '../../../database/schema.ts'
import type { MailRule } from '../outcome.ts'

/** What the lookups found about the domain that a mail says it comes from. */
export interface Evidence {
  /**
   * 'off': nobody looked, for the configuration names neither domains nor relays of our own. 'pass': the domain's owner or one
   * of our relays stands for the mail. 'fail': the domain's owner says that such a mail is not theirs. 'unknown': DNS was away.
   */
  proof: 'off' | 'pass' | 'none' | 'fail' | 'unknown'
  /** The mail claims one of the organisation's own domains. */
  ownDomain: boolean
  rule: MailRule
  /** For a person: domains, addresses, results. */
  detail: string
}

export interface Judgement {
  /** Null: nobody looked. */
  assurance: Assurance | null
  rule: MailRule
  detail: string
  /** The mail may be tied to the person of its address, join a ticket and be answered by a program. */
  believed: boolean
}

/**
 * `known`: the sender's address belonged to a person before this mail came. Who claims a domain of our own must prove it:
 * everything else is 'failed', or, while DNS is away, 'unverified' but not believed either.
 */
export function judgeSender({ proof, ownDomain, rule, detail }: Evidence, known: boolean): Judgement {
  if (proof === 'off') return { assurance: null, rule, detail, believed: true }
  if (proof === 'pass') {
    return known
      ? { assurance: 'confirmed', rule, detail, believed: true }
      : { assurance: 'unverified', rule: 'proven-but-unknown', detail, believed: true }
  }
  if (proof === 'unknown') return { assurance: 'unverified', rule, detail, believed: !ownDomain }
  if (ownDomain) return { assurance: 'failed', rule: 'own-domain-not-proven', detail, believed: false }
  if (proof === 'fail') return { assurance: 'failed', rule, detail, believed: false }
  return { assurance: known ? 'address' : 'unverified', rule, detail, believed: true }
}
