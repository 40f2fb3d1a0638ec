/**
 * Owns the list of administered things. Each entry stands beside the acts on it; the record of changes, going back, both logs and
 * the names in them read this list and nothing else. A new one is its entry and a line here; a plugin's stand under `administered`.
 */
import { sql, type RawBuilder } from 'kysely'
import { administrationTexts } from '../audit/administration-texts.ts'
import type { Change, CoreSubject, Subject, SubjectOwner } from '../audit/subject.ts'
import { companySubject } from '../company/companies.ts'
import { personCompanySubject } from '../company/person-companies.ts'
import { calendarSubject } from '../calendar/calendar-admin.ts'
import { isId } from '../database/id.ts'
import { fieldSubject } from '../field/field-admin.ts'
import type { Language } from '../database/schema.ts'
import { activationSubject } from './plugin-admin.ts'
import { settingSubject } from './setting-admin.ts'
import { partSubjects, queuePartsSubject } from '../mail/texts/answer-parts.ts'
import { templateSubject } from '../mail/texts/answer-templates.ts'
import { filterSubject } from '../mail/filters/filter-admin.ts'
import { inboundSubject, outboundSubject } from '../mail/desk/mail-list.ts'
import { queueTextSubject, standardTextSubject, textSubject } from '../mail/texts/text-admin.ts'
import { groupSubject } from '../permission/groups.ts'
import { hatSubject } from '../permission/hat.ts'
import { nominationSubject } from '../permission/nominations.ts'
import { personRightSubject, personRoleSubject, roleRightSubject } from '../permission/rights.ts'
import { roleSubject } from '../permission/roles.ts'
import { unitAdministratorSubject } from '../permission/unit-administrators.ts'
import { absenceSubject } from '../person/absence.ts'
import { furtherLoginSubject } from '../person/known/further-logins.ts'
import { personAddressSubject, personPasswordSubject, personSubject } from '../person/person-admin.ts'
import { secondFactorSubject } from '../person/second-factor.ts'
import { secretKeySubject } from '../person/secret/keys.ts'
import { erasureSubject } from '../privacy/erase.ts'
import { holdSubject } from '../privacy/holds.ts'
import { queueOrderSubject, queueSubject } from '../queue/queue-admin.ts'
import { systemAddressSubject } from '../queue/system-addresses.ts'
import { serviceSubject } from '../service/service-admin.ts'
import { slaSubject } from '../service/sla-admin.ts'
import { prioritySubject } from '../service/ticket-priorities.ts'
import { stateSubject } from '../service/ticket-states.ts'
import { typeSubject } from '../service/ticket-types.ts'
import { looksSubject } from '../unit/brand.ts'
import { optedInSubject } from './opting.ts'
import { personUnitSubject, unitRuleSubject } from '../unit/placing.ts'
import { routeSubject } from '../unit/routing.ts'
import { topicSubject } from '../unit/topics.ts'
import { unitCalendarSubject, unitSubject } from '../unit/units.ts'
import { NAMES, type NameSql } from './names.ts'

export type { SubjectOwner } from '../audit/subject.ts'

export const SUBJECTS = {
  person: personSubject,
  'person hold': holdSubject,
  'person erasure': erasureSubject,
  'person address': personAddressSubject,
  'person login': furtherLoginSubject,
  'person company': personCompanySubject,
  'person password': personPasswordSubject,
  'second factor': secondFactorSubject,
  'secret key': secretKeySubject,
  'person right': personRightSubject,
  'person role': personRoleSubject,
  'person hat': hatSubject,
  'person absence': absenceSubject,
  'person unit': personUnitSubject,
  company: companySubject,
  group: groupSubject,
  role: roleSubject,
  'role right': roleRightSubject,
  queue: queueSubject,
  'queue order': queueOrderSubject,
  'queue text': queueTextSubject,
  'queue parts': queuePartsSubject,
  'system address': systemAddressSubject,
  calendar: calendarSubject,
  text: textSubject,
  'standard text': standardTextSubject,
  salutation: partSubjects.salutation,
  signature: partSubjects.signature,
  'answer template': templateSubject,
  'postmaster filter': filterSubject,
  'inbound mail': inboundSubject,
  'outbound mail': outboundSubject,
  unit: unitSubject,
  'unit calendar': unitCalendarSubject,
  'unit administrator': unitAdministratorSubject,
  'unit nomination': nominationSubject,
  'unit opted in': optedInSubject,
  'unit looks': looksSubject,
  'unit rule': unitRuleSubject,
  topic: topicSubject,
  'ticket type': typeSubject,
  'ticket state': stateSubject,
  'ticket priority': prioritySubject,
  service: serviceSubject,
  sla: slaSubject,
  field: fieldSubject,
  route: routeSubject,
  setting: settingSubject,
  'plugin activation': activationSubject,
} as const satisfies Record<string, CoreSubject<any, any>> // oxlint-disable-line typescript/no-explicit-any
export type AdminSubject = keyof typeof SUBJECTS

const NOT_ADMINISTERED = { right: 'installation', lies: null, way: { noWayBack: 'no-way.no-change' } } as const
const LOGIN_KINDS: readonly string[] = [
  'login',
  'login-failed',
  'login-blocked',
  'logout',
  'session-ended',
  'password-set',
  'password-link',
  'login-link',
  'limit-reached',
  'access-refused',
  'impersonation',
]

/** What else the log tells of, which nobody administers: it has words and no way back. */
// oxlint-disable-next-line typescript/no-explicit-any
const TOLD_ONLY: Record<string, CoreSubject<any>> = {
  login: {
    ...NOT_ADMINISTERED,
    type: 'person',
    fits: ({ kind, object }) => object === null || LOGIN_KINDS.includes(kind),
    words: 'subject.person',
    named: 'person',
    seen: personSubject.seen!,
    fields: {
      by: { words: 'field.by', as: { choice: 'by.' } },
      browser: { words: 'field.browser' },
      sessions: { words: 'field.sessions' },
      attempts: { words: 'field.attempts' },
      login: { words: 'field.login' },
      more: { words: 'field.more', as: { choice: 'more.' } },
      link: { words: 'field.link' },
      limit: { words: 'field.limit', as: { choice: 'limit-name.' } },
      refused: { words: 'field.refused' },
      page: { words: 'field.page' },
    },
  },
  list: {
    ...NOT_ADMINISTERED,
    type: 'list',
    byName: true,
    words: 'subject.list',
    seen: (id) => id,
    fields: { search: { words: 'field.search' }, sort: { words: 'field.sort' }, dir: { words: 'field.direction' } },
    // A list's filters are its page's, and stand in its address as they stand here.
    sayField: (key, _id, { t }) => (['search', 'sort', 'dir'].includes(key) ? undefined : t('field.filter', { key })),
  },
  job: {
    ...NOT_ADMINISTERED,
    type: 'job',
    words: 'subject.job',
    fields: { job: { words: 'field.job' }, 'given-up': { words: 'field.given-up', as: 'yes-no' } },
  },
  tickets: {
    ...NOT_ADMINISTERED,
    type: 'tickets',
    byName: true,
    words: 'subject.tickets',
    fields: { tickets: { words: 'field.tickets' }, articles: { words: 'field.articles' }, mails: { words: 'field.mails' } },
  },
  plugin: {
    ...NOT_ADMINISTERED,
    type: 'plugin',
    byName: true,
    words: 'subject.plugin',
    seen: activationSubject.seen!,
    fields: { suspended: { words: 'field.suspended', as: 'yes-no' } },
  },
}

const CORE: SubjectOwner = { name: 'core', texts: administrationTexts }

/** A subject with whoever brings it and has its words. */
export interface Owned {
  owner: SubjectOwner
  subject: Subject
}

const CORE_OWNED: readonly Owned[] = [...Object.values<Subject>(SUBJECTS), ...Object.values<Subject>(TOLD_ONLY)].map((subject) => ({
  owner: CORE,
  subject,
}))
// Those that take but a part of their type's changes are asked first.
const BY_TYPE = Map.groupBy(
  CORE_OWNED.toSorted((a, b) => Number(!a.subject.fits) - Number(!b.subject.fits)),
  ({ subject }) => subject.type,
)

/** Everything that is administered here, of core and of these plugins. */
export const allSubjects = (owners: readonly SubjectOwner[] = []): Owned[] => [
  ...CORE_OWNED,
  ...owners.flatMap((owner) => Object.values(owner.administered ?? {}).map((subject) => ({ owner, subject }))),
]

/** What a change is about; undefined: a thing of a plugin that is not here any more. */
export function ownSubject(change: Change, owners: readonly SubjectOwner[] = []): Owned | undefined {
  const type = change.object?.type ?? 'person'
  const own = BY_TYPE.get(type)?.find(({ subject }) => subject.fits?.(change) ?? true)
  if (own) return own
  const owner = owners.find(({ administered }) => administered && Object.hasOwn(administered, type))
  return owner && { owner, subject: owner.administered![type]! }
}

/** Where the thing itself is seen and changed; null: it has no page. */
export function pageOfSubject(change: Change, owners: readonly SubjectOwner[] = []): string | null {
  const subject = ownSubject(change, owners)?.subject
  if (!change.object || !subject?.seen || !(subject.byName || isId(change.object.id))) return null
  return subject.seen(change.object.id)
}

/** The name that an event's object has now, said of the event `e`; null for what has none. */
export function objectName(language: Language, owners: readonly SubjectOwner[] = []): RawBuilder<string | null> {
  const types = new Map<NameSql, Set<string>>()
  for (const {
    subject: { type, named, byName },
  } of allSubjects(owners)) {
    const name = typeof named === 'string' ? NAMES[named] : named && 'named' in named ? named.named : undefined
    if (name && !byName) types.set(name, (types.get(name) ?? new Set()).add(type))
  }
  const id = sql`case when e.object_id ~ '^\\d{1,18}$' then e.object_id::bigint end`
  return sql<string | null>`(case ${sql.join(
    [...types].map(
      ([name, of]) => sql`when e.object_type in (${sql.join([...of].map((type) => sql.lit(type)))}) then ${name(id, language)}`,
    ),
    sql` `,
  )} end)`
}
