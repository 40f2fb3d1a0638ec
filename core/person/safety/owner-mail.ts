/** Owns mails to an account's owner about what happened to the way into it: a login in a new browser, its password, its second step. */
import type { Id } from '../../database/schema.ts'
import { languageFor } from '../../i18n/languages.ts'
import type { Work } from '../../kernel/work.ts'
import { siteUrl } from '../../machine/config.ts'
import { ownSender } from '../../mail/addresses.ts'
import { queueMail } from '../../mail/outbound.ts'
import { loginTexts } from '../login-texts.ts'
import { findPerson } from '../persons.ts'
import type { Client } from '../sessions.ts'
import { browserOf } from './browser.ts'

/** What an owner is told of (OWASP ASVS 2.2.3, 2.5.5). */
export type OwnerNews = 'new-browser' | 'password' | 'factor-on' | 'factor-off' | 'factor-codes'

/**
 * Mails the owner of an account, if they have an address, what happened to it just now and what to do if it was not them. `client`:
 * the browser in which it was done, where it is theirs to know.
 */
export async function tellOwner(work: Work, personId: Id, news: OwnerNews, client?: Client): Promise<void> {
  const person = await findPerson(work.db, personId)
  if (!person?.address) return
  const language = languageFor(work.config, person.language)
  const t = loginTexts.in(language)
  const from = await ownSender(work.db, work.config)
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: work.config.zone }).format(work.now)
  const where =
    client === undefined
      ? ''
      : t('owner.where', { browser: browserOf(client.userAgent) ?? t('owner.browser.unknown'), address: client.address || '–' })
  await queueMail(work, {
    kind: 'notification',
    from,
    envelopeFrom: '',
    to: [person.address],
    subject: t(`owner.${news}.subject`, { site: from.name }),
    body: [
      t('owner.hello'),
      t(`owner.${news}.body`, { when, account: person.login ?? person.address }),
      ...(where ? [where] : []),
      t('owner.if-not', { url: `${siteUrl(work.config)}/account`, address: from.address }),
      from.name,
    ].join('\n\n'),
    headers: { 'Auto-Submitted': 'auto-generated' },
  })
}

/** A login in a browser that the account has not seen: told of, but for an account's first login, which its owner was waiting for. */
export async function tellOfNewBrowser(work: Work, personId: Id, client: Client): Promise<void> {
  const person = await work.db.selectFrom('person').select('last_login_at').where('id', '=', personId).executeTakeFirst()
  if (person?.last_login_at) await tellOwner(work, personId, 'new-browser', client)
}
