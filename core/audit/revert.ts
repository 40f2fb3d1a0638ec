/** Owns going back on an administrator's change: each kind through the act that made it, so that every rule holds again. */
import { isDeepStrictEqual } from 'node:util'
import { editCalendar, findCalendar } from '../calendar/calendar-admin.ts'
import type { AutoResponseType, FollowUpPossible, Id, Language } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { listActivations, setActivation } from '../kernel/activation.ts'
import { saveSettings, storedSettings } from '../kernel/setting-admin.ts'
import type { SettingsOwner } from '../kernel/settings-form.ts'
import type { Work } from '../kernel/work.ts'
import { editText, findText, queueTextChoices, setQueueText, setStandardText, type QueueTextChoice } from '../mail/text-admin.ts'
import { demandAdmin } from '../permission/policy.ts'
import { editGroup } from '../permission/groups.ts'
import { rightsOfPerson, rightsOfRole, rolesOfPerson, setPersonRights, setPersonRoles, setRoleRights, type RightsById } from '../permission/rights.ts'
import { editRole } from '../permission/roles.ts'
import { editQueue } from '../queue/queue-admin.ts'
import { editSystemAddress } from '../queue/system-addresses.ts'
import { editUnit } from '../unit/units.ts'
import type { AuditEvent } from './audit.ts'

type Values = Record<string, unknown>
type Change = Pick<AuditEvent, 'kind' | 'object' | 'before' | 'after'>
interface Way { now(): Promise<Values | undefined>; put(values: Values): Promise<void> }
type Room = { work: Work; id: string; before: Values; owners: readonly SettingsOwner[] }

/** By kind of object: what stands there now, with the keys the log has, and how it is changed. */
const WAYS: Record<string, (room: Room) => Way> = {
  'setting': ({ work, id, before, owners }) => {
    const [name = '', unitId = '1'] = id.split('/')
    const declared = owners.find((owner) => owner.name === name)?.settings
    return {
      now: async () => declared && { ...Object.fromEntries(Object.keys(before).map((key) => [key, null])), ...Object.fromEntries(await storedSettings(work.db, name, unitId)) },
      put: (values) => saveSettings(work, name, declared!, Object.fromEntries(Object.keys(before).map((key) => [key, values[key] ?? undefined])), unitId),
    }
  },
  'plugin activation': ({ work, id, before }) => {
    const units = Object.keys(before).map((key) => key.slice('unit '.length))
    return {
      async now() {
        const said = await listActivations(work.db, id)
        return Object.fromEntries(units.map((unit) => [`unit ${unit}`, said.get(unit) ?? null]))
      },
      async put(values) {
        for (const unit of units) await setActivation(work, id, unit, values[`unit ${unit}`] as boolean | null)
      },
    }
  },
  'queue': ({ work, id }) => ({
    now: () => work.db.selectFrom('queue').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
    put: (values) => editQueue(work, id, {
      name: String(values['name']).split('::').at(-1)!, parentId: values['parent_id'] as Id | null, unitId: values['unit_id'] as Id, groupId: values['group_id'] as Id,
      calendarId: values['calendar_id'] as Id | null, addressId: values['address_id'] as Id | null, followUpPossible: values['follow_up_possible'] as FollowUpPossible,
      followUpLock: values['follow_up_lock'] as boolean, language: values['language'] as Language | null, signature: String(values['signature']),
      comment: String(values['comment']), valid: values['valid'] as boolean,
    }),
  }),
  'system address': ({ work, id }) => ({
    now: () => work.db.selectFrom('system_address').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
    put: (values) => editSystemAddress(work, id, {
      address: String(values['address']), name: String(values['name']), queueId: values['queue_id'] as Id, valid: values['valid'] as boolean,
    }),
  }),
  'unit': ({ work, id }) => ({
    now: () => work.db.selectFrom('unit').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
    put: (values) => editUnit(work, id, {
      parentId: values['parent_id'] as Id | null, slug: String(values['slug']), name: String(values['name']), nameEn: (values['name_en'] as string | null) ?? '',
      calendarId: values['calendar_id'] as Id | null, valid: values['valid'] as boolean,
    }),
  }),
  'group': ({ work, id }) => ({
    now: () => work.db.selectFrom('permission_group').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
    put: (values) => editGroup(work, id, { name: String(values['name']), comment: String(values['comment']), unitId: values['unit_id'] as Id, valid: values['valid'] as boolean }),
  }),
  'role': ({ work, id }) => ({
    now: () => work.db.selectFrom('role').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
    put: (values) => editRole(work, id, { name: String(values['name']), comment: String(values['comment']), valid: values['valid'] as boolean }),
  }),
  'person right': ({ work, id, before }) => ({
    now: async () => rightsByGroup(before, await rightsOfPerson(work.db, id)),
    put: (values) => setPersonRights(work, id, asRights(before, values)),
  }),
  'role right': ({ work, id, before }) => ({
    now: async () => rightsByGroup(before, await rightsOfRole(work.db, id)),
    put: (values) => setRoleRights(work, id, asRights(before, values)),
  }),
  'person role': ({ work, id }) => ({
    now: async () => ({ roles: [...await rolesOfPerson(work.db, id)].sort((a, b) => Number(a) - Number(b)) }),
    put: (values) => setPersonRoles(work, id, values['roles'] as Id[]),
  }),
  'calendar': ({ work, id }) => ({
    now: async () => {
      const stored = await findCalendar(work.db, id)
      return stored && { ...stored.calendar, valid: stored.valid }
    },
    put: ({ valid, ...definition }) => editCalendar(work, id, withoutNulls(definition), valid as boolean),
  }),
  'text': ({ work, id, before }) => /^\d+$/.test(id) ? {
    now: async () => {
      const text = await findText(work.db, id)
      return text && { name: text.name, valid: text.valid, standard: text.standard, ...text.variants }
    },
    put: async ({ name, valid, pl, en, standard, ...rest }) => {
      const none = { subject: '', body: '' }
      await editText(work, id, { name: String(name), valid: valid as boolean, variants: { pl: (pl ?? none) as typeof none, en: (en ?? none) as typeof none } })
      if (standard === true && before['standard'] === true) await setStandardText(work, (await findText(work.db, id))!.type, id)
      void rest
    },
  } : {
    // Which text is the standard one of its kind: the kind stands for the id.
    now: async () => ({ standard: (await work.db.selectFrom('auto_response').select('id').where('type', '=', id as AutoResponseType).where('standard', '=', true).executeTakeFirst())?.id ?? null }),
    put: (values) => setStandardText(work, id as AutoResponseType, values['standard'] as Id | null),
  },
  'queue text': ({ work, id, before }) => ({
    now: () => queueTextChoices(work.db, id),
    put: async (values) => {
      for (const type of Object.keys(before)) await setQueueText(work, id, type as AutoResponseType, values[type] as QueueTextChoice)
    },
  }),
}

/** 'group 5' → the rights held there. */
const rightsByGroup = (before: Values, held: RightsById): Values => Object.fromEntries(Object.keys(before).map((key) => [key, held.get(key.slice('group '.length)) ?? []]))
const asRights = (before: Values, values: Values): RightsById => new Map(Object.keys(before).map((key) => [key.slice('group '.length), values[key] as string[]]))

/** Whether there is a way back at all: a change of something that stood there before, of a kind that knows how. */
export const canRevert = ({ object, before, after }: Change): boolean => object !== null && Object.hasOwn(WAYS, object.type) && before !== null && after !== null

/**
 * Puts back what an event changed, and nothing else of that thing; an event of its own tells it. `owners`: who declares
 * settings. Errors: `audit.no-way-back`, `audit.changed-since` where a value is no longer what the event made of it,
 * `not-found` for a thing that is gone, and those of the act that changes such a thing.
 */
export async function revertEvent(work: Work, event: Change, owners: readonly SettingsOwner[]): Promise<void> {
  demandAdmin(work.actor)
  const { object, before, after } = event
  if (!canRevert(event) || !object || !before || !after) throw refused('audit.no-way-back')
  const way = WAYS[object.type]!({ work, id: object.id, before, owners })
  const now = await way.now()
  if (!now) throw refused('not-found')
  for (const key of Object.keys(after)) {
    if (!isDeepStrictEqual(plain(now[key]), plain(after[key]))) throw refused('audit.changed-since')
  }
  await way.put({ ...now, ...before })
}

/** As jsonb has it: nothing is null. A list of names, such as rights, has no order. */
function plain(value: unknown): unknown {
  const stored = JSON.parse(JSON.stringify(value ?? null)) as unknown
  return Array.isArray(stored) && stored.every((one) => typeof one === 'string') ? stored.toSorted() : stored
}

const withoutNulls = (values: Values): Values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
