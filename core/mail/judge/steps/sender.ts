/** Owns the question: who wrote this mail? Answered by its one From address (assurance/author.ts); nobody where there is not exactly one. */
import type { Step } from '../hand.ts'

export const sender: Step = {
  name: 'sender',
  decide({ mail, author, known }, verdict) {
    const { address, name, rule } = author
    verdict.sender = { address, name }
    if (address === '')
      return {
        decided: 'nobody',
        rule,
        detail: mail.from
          .map((from) => from.address || from.name)
          .join(', ')
          .slice(0, 300),
      }
    return { decided: known.sender ? 'known' : 'new-person', rule, detail: address }
  },
}
