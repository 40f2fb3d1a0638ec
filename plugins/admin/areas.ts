/** Owns the list of administration's areas: the navigation, and what a search over all of them finds. */
import type { AdminKey } from './words.ts'

export interface Area {
  name: AreaName
  path: string
  group: 'people' | 'work' | 'mail' | 'system'
}
export const AREA_NAMES = [
  'persons',
  'companies',
  'groups',
  'roles',
  'why',
  'queues',
  'addresses',
  'calendars',
  'deadlines',
  'texts',
  'answers',
  'units',
  'local',
  'topics',
  'types',
  'states',
  'priorities',
  'services',
  'slas',
  'fields',
  'routing',
  'inbound',
  'outbound',
  'filters',
  'settings',
  'plugins',
  'faults',
  'jobs',
  'audit',
] as const
export type AreaName = (typeof AREA_NAMES)[number]

export const areas: readonly Area[] = [
  { name: 'persons', path: '/admin/persons', group: 'people' },
  { name: 'companies', path: '/admin/companies', group: 'people' },
  { name: 'groups', path: '/admin/groups', group: 'people' },
  { name: 'roles', path: '/admin/roles', group: 'people' },
  { name: 'why', path: '/admin/why', group: 'people' },
  { name: 'queues', path: '/admin/queues', group: 'work' },
  { name: 'addresses', path: '/admin/addresses', group: 'work' },
  { name: 'calendars', path: '/admin/calendars', group: 'work' },
  { name: 'deadlines', path: '/admin/deadlines', group: 'work' },
  { name: 'texts', path: '/admin/texts', group: 'work' },
  { name: 'answers', path: '/admin/answers', group: 'work' },
  { name: 'units', path: '/admin/units', group: 'work' },
  { name: 'local', path: '/admin/local', group: 'work' },
  { name: 'topics', path: '/admin/topics', group: 'work' },
  { name: 'types', path: '/admin/types', group: 'work' },
  { name: 'states', path: '/admin/states', group: 'work' },
  { name: 'priorities', path: '/admin/priorities', group: 'work' },
  { name: 'services', path: '/admin/services', group: 'work' },
  { name: 'slas', path: '/admin/slas', group: 'work' },
  { name: 'fields', path: '/admin/fields', group: 'work' },
  { name: 'routing', path: '/admin/routing', group: 'work' },
  { name: 'inbound', path: '/admin/mail/in', group: 'mail' },
  { name: 'outbound', path: '/admin/mail/out', group: 'mail' },
  { name: 'filters', path: '/admin/mail/filters', group: 'mail' },
  { name: 'settings', path: '/admin/settings', group: 'system' },
  { name: 'plugins', path: '/admin/plugins', group: 'system' },
  { name: 'faults', path: '/admin/faults', group: 'system' },
  { name: 'jobs', path: '/admin/jobs', group: 'system' },
  { name: 'audit', path: '/admin/audit', group: 'system' },
]
export const AREA_GROUPS = ['people', 'work', 'mail', 'system'] as const

export const areaTitle = (name: AreaName): AdminKey => `area.${name}`
/** What one finds there, as words: shown on the overview and searched. */
export const areaWords = (name: AreaName): AdminKey => `area.${name}.words`
