/** Owns how an event of the audit log reads: its kind, what it was about, what stood before and after, in words. */
import {
  listAllQueues, listCalendars, listGroups, listRoles, listUnits, sayText, type AuditEvent, type Id, type PageContext, type Plugin,
} from '../../core/index.ts'
import { adminTexts, type AdminKey, type Say } from './words.ts'

/** What ids in values are called now. */
export interface Names { unit: Map<Id, string>; group: Map<Id, string>; role: Map<Id, string>; calendar: Map<Id, string>; queue: Map<Id, string>; /** By plugin and key. */ setting: Map<string, string> }

export async function readNames(c: PageContext): Promise<Names> {
  const { db, plugins } = c.get('host')
  const [units, groups, roles, calendars, queues] = await Promise.all([listUnits(db), listGroups(db), listRoles(db), listCalendars(db), listAllQueues(db)])
  const map = (rows: readonly { id: Id; name: string }[]) => new Map(rows.map(({ id, name }) => [id, name]))
  const setting = new Map((plugins as readonly Plugin[]).flatMap((plugin) => Object.entries(plugin.settings ?? {})
    .map(([key, { label }]) => [`${plugin.name} ${key}`, sayText(plugin.texts, c.get('language'), label) ?? key] as const)))
  return { unit: map(units), group: map(groups), role: map(roles), calendar: map(calendars), queue: map(queues), setting }
}

export interface Line { field: string; before: string; after: string }

const known = (key: string): key is AdminKey => Object.hasOwn(adminTexts.pl, key)

export const sayKind = (t: Say, kind: string): string => known(`audit.kind.${kind}`) ? t(`audit.kind.${kind}` as AdminKey) : kind

/** "Kolejka „Biuro”"; its number or its key where it has no name any more. */
export function sayObject(t: Say, { object }: Pick<AuditEvent, 'object'>, names: Names): string {
  if (!object) return ''
  const kind = known(`audit.object.${object.type}`) ? t(`audit.object.${object.type}` as AdminKey) : object.type
  const [owner, unit] = object.type === 'setting' ? object.id.split('/') : []
  const name = object.name ?? (owner ? (unit ? `${owner}, ${names.unit.get(unit) ?? unit}` : owner) : object.id)
  return `${kind} ${t('quoted', { text: name })}`
}

export function sayWho(t: Say, event: Pick<AuditEvent, 'person' | 'program' | 'kind'>): string {
  if (event.person) return event.person.name ?? t('audit.gone-person', { id: event.person.id })
  // Whoever tries to log in is nobody yet.
  return event.program === 'login' || !event.program ? t('audit.nobody') : t('audit.program', { part: event.program })
}

/** Every value that the event speaks of. */
export function sayLines(t: Say, event: Pick<AuditEvent, 'before' | 'after' | 'object'>, names: Names): Line[] {
  const { before, after } = event
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return keys.flatMap((key) => {
    const [old, now] = [before?.[key], after?.[key]]
    // What is empty in a thing just made says nothing.
    if (!before && isEmpty(now)) return []
    return [{ field: sayField(t, key, names, event.object), before: before ? sayValue(t, key, old, event, names) : '', after: after ? sayValue(t, key, now, event, names) : '' }]
  })
}

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

function sayField(t: Say, key: string, names: Names, object: AuditEvent['object'] = null): string {
  if (object?.type === 'setting') return names.setting.get(`${object.id.split('/')[0]} ${key}`) ?? key
  const part = /^(group|unit) (\d+)$/.exec(key)
  if (part) return t(part[1] === 'group' ? 'audit.in-group' : 'audit.in-unit', { name: names[part[1] as 'group' | 'unit'].get(part[2]!) ?? part[2]! })
  return known(`audit.field.${key}`) ? t(`audit.field.${key}` as AdminKey) : key
}

const IDS: Record<string, 'unit' | 'group' | 'calendar' | 'queue'> = { unit_id: 'unit', group_id: 'group', calendar_id: 'calendar', queue_id: 'queue' }

function sayValue(t: Say, key: string, value: unknown, { object }: Pick<AuditEvent, 'object'>, names: Names): string {
  if (object?.type === 'plugin activation') return t(value === true ? 'audit.on' : value === false ? 'audit.off' : 'audit.as-above')
  if (isEmpty(value)) return object?.type === 'setting' && value !== '' ? t('audit.own-none') : t('audit.absent')
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (key === 'by' && known(`audit.by.${String(value)}`)) return t(`audit.by.${String(value)}` as AdminKey)
  const names2 = key === 'parent_id' ? (object?.type === 'unit' ? names.unit : names.queue) : IDS[key] && names[IDS[key]]
  if (names2) return names2.get(String(value)) ?? String(value)
  if (key === 'roles' && Array.isArray(value)) return value.map((id) => names.role.get(String(id)) ?? String(id)).join(', ')
  if (Array.isArray(value)) return value.map((one) => typeof one === 'object' ? JSON.stringify(one) : String(one)).join(', ')
  if (typeof value === 'object') return Object.entries(value as object).map(([name, inner]) => `${sayField(t, name, names)}: ${isEmpty(inner) ? t('audit.absent') : typeof inner === 'object' ? JSON.stringify(inner) : String(inner)}`).join('\n')
  return String(value)
}

/** Where the thing itself is seen and changed. */
export function hrefOf(object: AuditEvent['object']): string | null {
  if (!object) return null
  const { type, id } = object
  if (type === 'setting') return `/admin/settings/${id.split('/')[0]}`
  if (type === 'plugin activation') return `/admin/plugins/${id}`
  if (type === 'list') return id
  if (!/^\d+$/.test(id)) return null
  const paths: Record<string, string> = {
    person: 'persons', 'person address': 'persons', 'person password': 'persons', 'person right': 'persons', 'person absence': 'persons', 'person role': 'persons', group: 'groups', role: 'roles',
    'role right': 'roles', queue: 'queues', 'queue text': 'queues', 'system address': 'addresses', calendar: 'calendars', text: 'texts', unit: 'units',
    'inbound mail': 'mail/in', 'outbound mail': 'mail/out', 'postmaster filter': 'mail/filters', salutation: 'answers/salutations', signature: 'answers/signatures', 'answer template': 'answers',
  }
  return paths[type] ? `/admin/${paths[type]}/${id}` : null
}
