/** Owns saying why somebody may do something to a ticket, or may not, in one clause about them. */
import type { Language } from '../database/schema.ts'
import { defineTexts } from '../i18n/texts.ts'
import type { Because, Via } from './explain.ts'

export const becauseTexts = defineTexts(
  {
    owner: 'prowadzi to zgłoszenie',
    responsible: 'odpowiada za to zgłoszenie',
    watcher: 'obserwuje to zgłoszenie',
    customer: 'to własne zgłoszenie tej osoby',
    'participant-reads': 'dopuszczono tę osobę do zgłoszenia, żeby czytała',
    'participant-replies': 'dopuszczono tę osobę do zgłoszenia, żeby odpowiadała',
    company: 'należy do firmy, której jest to zgłoszenie, a jednostka pokazuje zgłoszenia firmy wszystkim jej osobom',
    queue: 'kolejka „{queue}” należy do grupy „{group}”, a w niej: {ways}',
    'way.self': 'prawo {right} nadane wprost',
    'way.role': 'prawo {right} z roli „{role}”',
    'person-unknown': 'nie ma tu takiej osoby',
    'person-off': 'konto tej osoby jest wyłączone',
    'ticket-unknown': 'nie ma takiego zgłoszenia',
    'not-agent': 'ta osoba nie jest agentem, więc prawa z grup i ról się nie liczą',
    'only-reads': 'dopuszczono tę osobę tylko do czytania',
    'no-part': 'to nie jest zgłoszenie tej osoby i nikt jej do niego nie dopuścił',
    'group-off': 'grupa „{group}”, do której należy kolejka „{queue}”, jest wyłączona',
    'role-off': 'prawo w grupie „{group}” (kolejka „{queue}”) dawałaby rola, która jest wyłączona: {roles}',
    'other-rights': 'w grupie „{group}”, do której należy kolejka „{queue}”, ma tylko: {held}',
    'no-right': 'nie ma żadnego prawa w grupie „{group}”, do której należy kolejka „{queue}”, i nic innego nie łączy jej ze zgłoszeniem',
    administers: 'administrowanie samo nie daje praw w zgłoszeniach',
  },
  {
    owner: 'owns the ticket',
    responsible: 'is responsible for the ticket',
    watcher: 'watches the ticket',
    customer: 'it is this person’s own ticket',
    'participant-reads': 'was let into the ticket to read',
    'participant-replies': 'was let into the ticket to reply',
    company: 'belongs to the company whose ticket it is, and the unit shows a company’s tickets to all its people',
    queue: 'the queue “{queue}” belongs to the group “{group}”, and in it: {ways}',
    'way.self': 'the right {right}, given to the person',
    'way.role': 'the right {right} from the role “{role}”',
    'person-unknown': 'there is no such person here',
    'person-off': 'this person’s account is switched off',
    'ticket-unknown': 'there is no such ticket',
    'not-agent': 'this person is no agent, so rights from groups and roles do not count',
    'only-reads': 'was let in to read only',
    'no-part': 'it is not this person’s ticket, and nobody let them into it',
    'group-off': 'the group “{group}”, to which the queue “{queue}” belongs, is switched off',
    'role-off': 'the right in the group “{group}” (queue “{queue}”) would come from a role that is switched off: {roles}',
    'other-rights': 'in the group “{group}”, to which the queue “{queue}” belongs, they hold only: {held}',
    'no-right': 'holds no right in the group “{group}”, to which the queue “{queue}” belongs, and has no other tie to the ticket',
    administers: 'administering alone gives no right in tickets',
  },
)

/** "prowadzi to zgłoszenie": without a capital and a full stop. */
export function sayBecause(because: Because, language: Language): string {
  const t = becauseTexts.in(language)
  switch (because.code) {
    case 'queue':
      return t('queue', {
        queue: shown(because.queue),
        group: because.via[0]?.group ?? '',
        ways: because.via.map((via) => sayVia(via, language)).join('; '),
      })
    case 'group-off':
      return t('group-off', { queue: shown(because.queue), group: because.group })
    case 'role-off':
      return t('role-off', { queue: shown(because.queue), group: because.group, roles: because.roles.join(', ') })
    case 'other-rights':
    case 'no-right': {
      const about = { queue: shown(because.queue), group: because.group }
      const said = because.code === 'no-right' ? t('no-right', about) : t('other-rights', { ...about, held: because.held.join(', ') })
      return because.administers ? `${said}; ${t('administers')}` : said
    }
    default:
      return t(because.code)
  }
}

function sayVia({ right, role }: Via, language: Language): string {
  const t = becauseTexts.in(language)
  return role === null ? t('way.self', { right }) : t('way.role', { right, role })
}

const shown = (queue: string): string => queue.replaceAll('::', ' · ')
