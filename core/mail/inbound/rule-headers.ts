/** Owns what rules say of a mail before it is judged: the X-OTRS headers of trusted mail, and those that filters set. */
import type { Config } from '../../machine/config.ts'
import { asFilterMail } from '../filters/filter-mail.ts'
import { saySet } from '../filters/filter-run.ts'
import { matchFilters } from '../filters/filter-thread.ts'
import type { Delivery, Hand } from '../judge/hand.ts'
import { readOtrsHeaders, sayOtrsName } from '../filters/otrs-headers.ts'
import type { Decision } from '../judge/outcome.ts'
import type { ParsedMail } from '../reading/parsed-mail.ts'
import { relayOf } from '../judge/assurance/relays.ts'
import type { MailSettings } from '../filters/mail-settings.ts'

/** Asked outside of any transaction: patterns may take their time. What a filter sets wins over what the mail says itself. */
export async function askRules(
  config: Pick<Config, 'mail'>,
  rules: Pick<MailSettings, 'filters'>,
  delivery: Pick<Delivery, 'envelopeFrom' | 'envelopeTo' | 'peerAddress'>,
  mail: ParsedMail,
): Promise<Hand['headers']> {
  const trusted = delivery.peerAddress !== '' && relayOf(config, delivery.peerAddress)?.trustHeaders === true
  const said = readOtrsHeaders(mail)
  const reasons: Decision[] = []
  // The loop header keeps us silent whoever writes it: nothing to tell.
  const told = [...said].filter(([name]) => name !== 'loop' || trusted)
  if (told.length > 0) {
    const detail = told
      .map(([name, value]) => `${sayOtrsName(name)}: ${value}`)
      .join(', ')
      .slice(0, 500)
    reasons.push(
      trusted
        ? { decided: 'obeyed', rule: 'otrs-headers-trusted', detail }
        : { decided: 'not-obeyed', rule: 'otrs-headers-not-trusted', detail },
    )
  }
  const { results, headers } = await matchFilters(rules.filters, () =>
    asFilterMail(mail, { from: delivery.envelopeFrom, to: delivery.envelopeTo }, trusted),
  )
  for (const { name, matched, set, fault } of results) {
    if (matched) reasons.push({ decided: 'matched', rule: 'postmaster-filter', detail: `${name}: ${saySet(set)}`.slice(0, 500) })
    else if (fault) reasons.push({ decided: 'passed-over', rule: fault, detail: name })
  }
  return { values: new Map([...(trusted ? said : []), ...Object.entries(headers)]), reasons }
}
