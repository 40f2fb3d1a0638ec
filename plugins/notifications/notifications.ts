/** Owns the acts on notifications: make, change, switch, remove, take up again after a stop; and reading them. */
import { sql, type Kysely } from 'kysely'
import {
  actorId,
  demandAdmin,
  demandName,
  demandShort,
  demandUnitAdmin,
  isId,
  recordChange,
  refused,
  saidWith,
  sayEvent,
  unitsDown,
  type Administered,
  type Database,
  type Id,
  type Language,
  type RuleFilter,
  type Subject,
  type Work,
} from '../../core/index.ts'
import { demandKnownTags } from '../../core/administration.ts'
import { ruleChoices, sayRuleFilter } from '../../core/pages.ts'
import { notificationRule, type ArticleFilter, type NotificationRule, type RuleGiven } from './rule.ts'
import { sayArticles } from './say-articles.ts'
import { namesIn } from './standard.ts'
import { tell } from './tables.ts'
import { texts as allTexts } from './texts.ts'

export type ContentType = 'text/plain' | 'text/html'
export interface NotificationText {
  subject: string
  body: string
  contentType: ContentType
}
/** By language: those of pomoc's list and, of notifications that came from elsewhere, others ('de', 'es_MX'). */
export type NotificationTexts = Readonly<Record<string, NotificationText>>
const LANGUAGE = /^[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?$/

export interface Notification {
  id: Id
  name: string
  comment: string
  /** Null: the installation's. Else it is of tickets of the unit and of those below it. */
  unitId: Id | null
  unitName: string | null
  valid: boolean
  rule: NotificationRule
  texts: NotificationTexts
  /** Since when it tells; nothing from before. */
  since: Date | null
  /** Why it tells nothing though it is switched on: a key of the texts, `stopped.<why>`. */
  stopped: string | null
  editedBy: Id | null
  changedAt: Date
}

export interface NotificationForm {
  name: string
  comment: string
  valid: boolean
  rule: RuleGiven
  texts: NotificationTexts
}

/** As long as OTRS's. */
export const SUBJECT_LENGTH = 200
export const BODY_LENGTH = 20_000

/** `within`: of this unit and those below it alone; left out: every one. By name. */
export async function listNotifications(db: Kysely<Database>, { within, id }: { within?: Id; id?: Id } = {}): Promise<Notification[]> {
  const { rows } = await sql<Notification>`
    with recursive ${unitsDown(within ?? '0')}
    select n.id, n.name, n.comment, n.unit_id as "unitId", u.name as "unitName", n.valid, n.rule, n.since, n.stopped,
      n.edited_by as "editedBy", n.changed_at as "changedAt",
      coalesce((select jsonb_object_agg(t.language, jsonb_build_object('subject', t.subject, 'body', t.body, 'contentType', t.content_type))
        from notification_text t where t.notification_id = n.id), '{}'::jsonb) as texts
    from notification n left join unit u on u.id = n.unit_id
    where true ${within === undefined ? sql`` : sql`and n.unit_id in (select id from down)`} ${id === undefined ? sql`` : sql`and n.id = ${id}`}
    order by lower(n.name), n.id`.execute(db)
  return rows.map((row) => ({ ...row, rule: notificationRule.parse(row.rule) }))
}

export async function findNotification(db: Kysely<Database>, id: Id): Promise<Notification | undefined> {
  return isId(id) ? (await listNotifications(db, { id }))[0] : undefined
}

const demandItsAdmin = (work: Work, unitId: Id | null): Promise<void> | void =>
  unitId === null ? demandAdmin(work.actor) : demandUnitAdmin(work, unitId)

/**
 * Makes a notification, of a unit or (null) of the installation; `again`: one that was taken away, under its number. Errors: `required`, `too-long`, `text.unknown-tag` at 'pl.subject',
 * 'en.body' …, `part.name-taken` at 'name', `notification.…` of the rule at its field.
 */
export async function createNotification(work: Work, unitId: Id | null, form: NotificationForm, again?: Id): Promise<Id> {
  await demandItsAdmin(work, unitId)
  const { texts, ...values } = await checked(work, unitId, null, form)
  const { id } = await tell(work.db)
    .insertInto('notification')
    .values({
      ...(again === undefined ? {} : { id: again }),
      ...values,
      rule: JSON.stringify(values.rule) as unknown as NotificationRule,
      unit_id: unitId,
      since: values.valid ? work.now : null,
      stopped: null,
      edited_by: actorId(work),
      created_at: work.now,
      changed_at: work.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await putTexts(work, id, texts)
  recordChange(work, notificationSubject, id, null, said({ ...values, unitId }, texts), where(unitId))
  return id
}

/** Changes it; who changes it stands behind it from now on. Errors: as `createNotification`, `not-found`. */
export async function editNotification(work: Work, id: Id, form: NotificationForm): Promise<void> {
  const before = await lockNotification(work, id)
  await demandItsAdmin(work, before.unitId)
  const { texts, ...values } = await checked(work, before.unitId, id, form)
  await tell(work.db)
    .updateTable('notification')
    .set({
      ...values,
      rule: JSON.stringify(values.rule) as unknown as NotificationRule,
      // What happened while it was off, or was stopped, is told to nobody.
      since: !values.valid ? null : before.valid && before.stopped === null ? before.since : work.now,
      stopped: null,
      edited_by: actorId(work),
      changed_at: work.now,
    })
    .where('id', '=', id)
    .execute()
  await putTexts(work, id, texts)
  recordChange(
    work,
    notificationSubject,
    id,
    said(before, before.texts),
    said({ ...values, unitId: before.unitId }, texts),
    where(before.unitId),
  )
}

/** Switches it on or off, or takes it up again where it was stopped. */
export async function switchNotification(work: Work, id: Id, valid: boolean): Promise<void> {
  const { name, comment, rule, texts } = await lockNotification(work, id)
  await editNotification(work, id, { name, comment, rule, texts, valid })
}

/** Takes it away, with what stands of whom it told. */
export async function removeNotification(work: Work, id: Id): Promise<void> {
  const before = await lockNotification(work, id)
  await demandItsAdmin(work, before.unitId)
  await tell(work.db).deleteFrom('notification').where('id', '=', id).execute()
  recordChange(work, notificationSubject, id, said(before, before.texts), null, where(before.unitId))
}

async function lockNotification(work: Work, id: Id): Promise<Notification> {
  if (!isId(id)) throw refused('not-found')
  await tell(work.db).selectFrom('notification').select('id').where('id', '=', id).forUpdate().execute()
  const found = await findNotification(work.db, id)
  if (!found) throw refused('not-found')
  return found
}

async function checked(work: Work, unitId: Id | null, id: Id | null, form: NotificationForm) {
  const name = demandName(form.name, 'name', 191)
  const taken = await tell(work.db)
    .selectFrom('notification')
    .select('id')
    .where(sql<boolean>`lower(name) = ${name.toLowerCase()}`)
    .where('unit_id', unitId === null ? 'is' : '=', unitId)
    .where('id', '<>', id ?? '0')
    .executeTakeFirst()
  if (taken) throw refused('part.name-taken', {}, 'name')
  const rule = notificationRule.safeParse(form.rule)
  if (!rule.success) {
    const field = String(rule.error.issues[0]?.path[0] ?? 'rule')
    throw refused(field === 'events' ? 'required' : 'choice-gone', {}, field)
  }
  const { recipients, agents, groups, roles, addresses, ways, choice, byDefault } = rule.data
  if (recipients.length + agents.length + groups.length + roles.length === 0 && addresses.trim() === '')
    throw refused('required', {}, 'recipients')
  if (ways.length === 0) throw refused('required', {}, 'ways')
  // OTRS behaviour: what agents may switch off but for the last way must have one that is on.
  if (choice === 'one-at-least' && !byDefault.some((way) => ways.includes(way))) throw refused('required', {}, 'byDefault')
  return {
    name,
    comment: demandShort(form.comment, 'comment', 250),
    valid: form.valid,
    rule: { ...rule.data, byDefault: byDefault.filter((way) => ways.includes(way)) },
    texts: checkedTexts(form.texts),
  }
}

function checkedTexts(given: NotificationTexts): NotificationTexts {
  const kept = Object.entries(given).filter(([, text]) => text.subject.trim() !== '' || text.body.trim() !== '')
  if (kept.length === 0) throw refused('text.needs-language', {}, 'texts')
  return Object.fromEntries(
    kept.map(([language, text]) => {
      if (!LANGUAGE.test(language)) throw refused('choice-gone', {}, 'texts')
      const subject = demandName(text.subject, `${language}.subject`, SUBJECT_LENGTH)
      const body = text.body.replaceAll('\r\n', '\n').trimEnd()
      if (body === '') throw refused('required', {}, `${language}.body`)
      if (body.length > BODY_LENGTH) throw refused('too-long', { limit: BODY_LENGTH }, `${language}.body`)
      demandKnownTags(subject, `${language}.subject`)
      demandKnownTags(body, `${language}.body`)
      return [language, { subject, body, contentType: text.contentType === 'text/html' ? 'text/html' : 'text/plain' }]
    }),
  )
}

async function putTexts(work: Work, id: Id, texts: NotificationTexts): Promise<void> {
  await tell(work.db).deleteFrom('notification_text').where('notification_id', '=', id).execute()
  const rows = Object.entries(texts).map(([language, { subject, body, contentType }]) => ({
    notification_id: id,
    language,
    subject,
    body,
    content_type: contentType,
  }))
  await tell(work.db).insertInto('notification_text').values(rows).execute()
}

const where = (unitId: Id | null) => (unitId === null ? {} : { unitId })

/** As the log keeps it. */
interface Said extends NotificationRule {
  unit: Id | null
  name: string
  comment: string
  valid: boolean
  texts: NotificationTexts
}

const said = (
  { name, comment, valid, rule, unitId }: Pick<Notification, 'name' | 'comment' | 'valid' | 'rule' | 'unitId'>,
  texts: NotificationTexts,
): Said => ({ ...rule, unit: unitId, name, comment, valid, texts })

const list = (prefix: string) => ({
  say: (value: unknown, { language }: { language: Language }) =>
    (Array.isArray(value) ? value : [])
      .map((one) => {
        const key = `${prefix}${one}`
        return Object.hasOwn(allTexts.pl, key) ? allTexts.in(language)(key as 'field.name') : String(one)
      })
      .join(', '),
})
export const notificationSubject: Subject<Said, NotificationForm & { unitId: Id | null }> = {
  type: 'notifications/notification',
  right: 'unit',
  lies: 'said',
  words: 'subject.notification',
  named: { named: (id, language) => sql`(select coalesce(${namesIn(language)}::jsonb ->> name, name) from notification where id = ${id})` },
  seen: (id) => `/admin/notifications/${id}`,
  fields: {
    unit: { words: 'field.unit', as: 'unit' },
    name: { words: 'field.name' },
    comment: { words: 'field.comment' },
    valid: { words: 'field.valid', as: 'on-off' },
    events: {
      words: 'field.events',
      as: {
        say: (value, { language }) =>
          [value ?? []]
            .flat()
            .map((event) => sayEvent(String(event), language))
            .join(', '),
      },
    },
    filter: {
      words: 'field.filter',
      as: saidWith(ruleChoices, (value, { language }, choices) => sayRuleFilter(value as RuleFilter, choices, language).join('; ')),
    },
    article: { words: 'field.article', as: { say: (value, { language }) => sayArticles((value ?? {}) as ArticleFilter, language) } },
    recipients: { words: 'field.recipients', as: list('recipient.') },
    agents: { words: 'field.agents', as: 'person' },
    groups: { words: 'field.groups', as: { named: (id) => sql`(select name from permission_group where id = ${id})` } },
    roles: { words: 'field.roles', as: { named: (id) => sql`(select name from role where id = ${id})` } },
    addresses: { words: 'field.addresses' },
    ways: { words: 'field.ways', as: list('way.') },
    choice: { words: 'field.choice', as: { choice: 'choice.' } },
    byDefault: { words: 'field.byDefault', as: list('way.') },
    oncePerDay: { words: 'field.oncePerDay', as: 'yes-no' },
    outOfOffice: { words: 'field.outOfOffice', as: 'yes-no' },
    substitutes: { words: 'field.substitutes', as: 'yes-no' },
    hours: {
      words: 'field.hours',
      as: { say: (value, { language }) => allTexts.in(language)(`hours.${value === null ? 'any' : (value as 'within')}`) },
    },
    visible: { words: 'field.visible', as: 'yes-no' },
    attachments: { words: 'field.attachments', as: 'yes-no' },
    template: { words: 'field.template', as: { choice: 'template.' } },
    texts: {
      words: 'field.texts',
      as: {
        say: (value) =>
          Object.entries((value ?? {}) as NotificationTexts)
            .map(([language, text]) => `${language}: ${text.subject}\n${text.body}`)
            .join('\n\n'),
      },
    },
  },
  way: {
    async read(db, id) {
      const found = await findNotification(db, id)
      return found && said(found, found.texts)
    },
    form: ({ unit, name, comment, valid, texts, ...rule }) => ({ unitId: unit, name, comment, valid, texts, rule }),
    put: (work, id, { unitId: _stays, ...form }) => editNotification(work, id, form),
    make: (work, id, { unitId, ...form }) => createNotification(work, unitId, form, id),
    remove: removeNotification,
  },
}

export const administered: Administered = { 'notifications/notification': notificationSubject }
