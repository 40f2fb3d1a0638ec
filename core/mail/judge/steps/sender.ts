/** Owns the question: who wrote this mail? */
import { isAddress } from '../../../person/persons.ts'
import type { Step } from '../hand.ts'
import type { MailRule } from '../outcome.ts'
import type { MailAddress, ParsedMail } from '../../reading/parsed-mail.ts'

/** From; where that names nobody, Sender, Reply-To and at last the envelope. OTRS takes the last address of From. */
export function senderOf(
  mail: Pick<ParsedMail, 'from' | 'sender' | 'replyTo'>,
  envelopeFrom: string,
): { address: string; name: string; rule: MailRule } {
  const fit = (list: MailAddress[]) => list.findLast(({ address }) => isAddress(address))
  const found: [MailRule, MailAddress | undefined][] = [
    ['sender-by-from', fit(mail.from)],
    ['sender-by-sender-header', fit(mail.sender)],
    ['sender-by-reply-to', fit(mail.replyTo)],
    ['sender-by-envelope', isAddress(envelopeFrom) ? { address: envelopeFrom, name: '' } : undefined],
  ]
  const [rule, who] = found.find(([, address]) => address) ?? ['no-valid-sender' as const, undefined]
  return { address: who?.address.toLowerCase() ?? '', name: who?.name || mail.from.at(-1)?.name || '', rule }
}

export const sender: Step = {
  name: 'sender',
  decide({ mail, delivery, known }, verdict) {
    const { address, name, rule } = senderOf(mail, delivery.envelopeFrom)
    verdict.sender = { address, name }
    if (address === '') return { decided: 'nobody', rule, detail: mail.from.map((from) => from.name || from.address).join(', ') }
    return { decided: known.sender ? 'known' : 'new-person', rule, detail: address }
  },
}
