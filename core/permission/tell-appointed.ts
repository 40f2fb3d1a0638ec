/** Owns telling people by mail that they were appointed, asked, or dismissed: one mail an act, the one that says most. */
import type { Id } from '../database/schema.ts'
import { languageFor, LANGUAGES, type Language } from '../i18n/languages.ts'
import { nameIn } from '../i18n/names.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { siteUrl } from '../machine/config.ts'
import { ownSender } from '../mail/addresses.ts'
import { queueMail } from '../mail/outbound.ts'
import { appointmentTexts } from './appointment-texts.ts'

/** What happened. Of several in one act the later in this list is told; what came and then went, or the other way round, as it is in the end. */
export type News =
  | { what: 'hat' }
  | { what: 'work'; unitId: Id }
  | { what: 'administer'; unitId: Id }
  | { what: 'invited'; unitId: Id; nomination: Id; administrator: boolean; until: Date }
  | { what: 'accepted' | 'declined'; unitId: Id }
  | { what: 'no-administrator'; unitId: Id }
  | { what: 'no-hat' }
const RANK: readonly News['what'][] = ['hat', 'work', 'administer', 'invited', 'accepted', 'declined', 'no-administrator', 'no-hat']

/** Marks these mails in the outbox, with what each tells. */
const HEADER = 'X-Pomoc-Appointment'

/** Mails it to their main address, in their language. Whoever does the act themselves, is switched off or has no address hears nothing. */
export async function tellAppointed(work: Work, personId: Id, news: News): Promise<void> {
  if (actorId(work) === personId) return
  const { db, config } = work
  const person = await db
    .selectFrom('person as p')
    .innerJoin('person_address as a', (join) => join.onRef('a.person_id', '=', 'p.id').on('a.main', '=', true))
    .select(['a.address', 'p.language'])
    .where('p.id', '=', personId)
    .where('p.valid', '=', true)
    .executeTakeFirst()
  if (!person) return
  const unit =
    'unitId' in news
      ? await db.selectFrom('unit').select(['slug', 'name', 'name_en as nameEn']).where('id', '=', news.unitId).executeTakeFirstOrThrow()
      : undefined
  const language = languageFor(config, person.language)
  const t = appointmentTexts.in(language)
  const from = await ownSender(db, config)
  const params = {
    site: from.name,
    who: work.actor.kind === 'person' ? work.actor.name : from.name,
    unit: unit ? nameIn(unit, language) : '',
    url: `${siteUrl(config)}${pageOf(news, unit?.slug)}`,
    until: news.what === 'invited' ? sayDay(news.until, config.zone, language) : '',
  }
  const subject = t(`${news.what}.subject`, params)
  const body = t(news.what === 'invited' ? `invited.${news.administrator ? 'administer' : 'work'}.body` : `${news.what}.body`, params)
  const told = await db
    .selectFrom('outbound_mail')
    .select(['id', 'headers'])
    .where('act_id', '=', work.act)
    .where('ticket_id', 'is', null)
    .where('to_text', '=', person.address)
    .execute()
  const before = told.find(({ headers }) => HEADER in (headers as object))
  const headers = { 'Auto-Submitted': 'auto-generated', [HEADER]: news.what }
  if (!before) {
    await queueMail(work, { kind: 'notification', from, envelopeFrom: '', to: [person.address], subject, body, headers })
    return
  }
  const said = (before.headers as Record<string, string>)[HEADER] as News['what']
  if (isLoss(said) === isLoss(news.what) && RANK.indexOf(said) >= RANK.indexOf(news.what)) return
  await db
    .updateTable('outbound_mail')
    .set({ subject, body, headers: JSON.stringify(headers) })
    .where('id', '=', before.id)
    .execute()
}

const isLoss = (what: News['what']): boolean => what.startsWith('no-')

function pageOf(news: News, slug: string | undefined): string {
  switch (news.what) {
    case 'hat':
    case 'work':
      return '/desk'
    case 'invited':
      return `/appointments/${news.nomination}`
    case 'administer':
      return `/u/${slug}/admin`
    case 'accepted':
    case 'declined':
      return `/u/${slug}/admin/people`
    default:
      return '/'
  }
}

const sayDay = (at: Date, timeZone: string, language: Language): string =>
  new Intl.DateTimeFormat(LANGUAGES[language].locale, { dateStyle: 'long', timeZone }).format(at)
