/** Owns searches that agents named: those whose every wish a list of ours knows become saved views; all of them are kept as they came. */
import { sql } from 'kysely'
import type { Id } from '../../../core/index.ts'
import { type Master } from './master.ts'
import { name, str } from './read.ts'

export interface Profile {
  login: string
  name: string
  /** Every value of each key. */
  wishes: ReadonlyMap<string, readonly string[]>
}

/** What else a profile holds that narrows nothing. */
const IDLE =
  /^(?:SortBy|OrderBy|ResultForm|Profile|SearchInArchive|ShownAttributes|UseSubQueues|ConditionInline|FullTextIndex|TimeSearchType|ArticleTimeSearchType|.*TimeSearchType)$/

const ATTRIBUTES: Readonly<
  Record<string, readonly [param: string, kind: 'queue' | 'state' | 'priority' | 'type' | 'service' | 'sla' | 'user']>
> = {
  QueueIDs: ['queue', 'queue'],
  StateIDs: ['state', 'state'],
  PriorityIDs: ['priority', 'priority'],
  TypeIDs: ['type', 'type'],
  ServiceIDs: ['service', 'service'],
  SLAIDs: ['sla', 'sla'],
  OwnerIDs: ['owner', 'user'],
}
/** Words that a list of ours looks for in title, customer and number. */
const WORDS = new Set(['Title', 'TicketNumber', 'MIMEBase_Subject', 'Subject', 'Fulltext'])

/**
 * Pure: the address of the list that shows the same, undefined where one wish has no place in it. `idOf` finds ours by the source's number; `allOpen`:
 * are these just the states of the types that are open?
 */
export function addressOfProfile(
  { wishes }: Pick<Profile, 'wishes'>,
  idOf: (kind: string, id: string) => Id | undefined,
  sameAs: (states: readonly string[]) => 'open' | 'closed' | undefined,
): string | undefined {
  const params = new URLSearchParams()
  for (const [key, values] of wishes) {
    const said = values.filter((value) => value.trim() !== '')
    if (said.length === 0 || IDLE.test(key)) continue
    const attribute = ATTRIBUTES[key]
    if (attribute) {
      const group = key === 'StateIDs' && said.length > 1 ? sameAs(said) : undefined
      const id = said.length === 1 ? idOf(attribute[1], said[0]!) : undefined
      const value = group ?? id
      if (value === undefined) return undefined
      params.set(attribute[0], value)
    } else if (WORDS.has(key) && said.length === 1 && !params.has('q') && !/[()]|&&|\|\||!/.test(said[0]!)) {
      params.set('q', said[0]!.replaceAll('*', ' ').trim())
    } else return undefined
  }
  // OTRS looks in all states unless some are named; a search of ours does as well.
  const text = params.toString()
  return text === '' ? undefined : `/desk/search?${text}`
}

export async function takeViews(m: Master): Promise<void> {
  const profiles = new Map<string, Profile & { wishes: Map<string, string[]> }>()
  for (const row of await m.all('search_profile', 'login', 'profile_name', 'profile_key')) {
    const [, base, login] = /^(\w+)::(.+)$/.exec(str(row['login'])) ?? []
    if (base !== 'TicketSearch' || login === undefined) continue
    const called = name(row['profile_name'])
    const key = `${login}\n${called}`
    const profile = profiles.get(key) ?? { login, name: called, wishes: new Map<string, string[]>() }
    profiles.set(key, profile)
    profile.wishes.set(str(row['profile_key']), [...(profile.wishes.get(str(row['profile_key'])) ?? []), str(row['profile_value'])])
  }
  const types = new Map((await m.all('ticket_state_type', 'id')).map((row) => [str(row['id']), name(row['name'])]))
  const states = new Map((await m.all('ticket_state', 'id')).map((row) => [str(row['id']), types.get(str(row['type_id'])) ?? '']))
  const open = ['new', 'open', 'pending reminder', 'pending auto']
  const sameAs = (ids: readonly string[]) => {
    const all = (is: (type: string) => boolean) => [...states].filter(([, type]) => is(type)).map(([id]) => id)
    const same = (wanted: readonly string[]) => wanted.length === ids.length && wanted.every((id) => ids.includes(id))
    return same(all((type) => open.includes(type)))
      ? ('open' as const)
      : same(all((type) => !open.includes(type)))
        ? ('closed' as const)
        : undefined
  }
  const logins = new Map((await m.all('users', 'id')).map((row) => [str(row['login']).toLowerCase(), str(row['id'])]))
  const { rows: has } = await sql<{ id: Id; person: Id; name: string }>`
    select id::text as id, person_id::text as person, lower(name) as name from saved_view where person_id is not null`.execute(m.db)
  const { rows: mine } = await sql<{ source_id: string }>`select source_id from otrs_row where kind = 'saved_view'`.execute(m.db)
  const known = new Set(mine.map(({ source_id }) => source_id))
  const taken = new Set(has.map((view) => `${view.person} ${view.name}`))
  const rows = [...profiles.values()].flatMap((profile) => {
    const user = logins.get(profile.login.toLowerCase())
    const person_id = m.ids.of('user', user)
    const address = addressOfProfile(profile, (kind, id) => m.ids.of(kind as 'queue', id), sameAs)
    if (person_id === undefined || address === undefined) {
      m.tell('search-not-taken', 'search_profile', `${user ?? ''} ${profile.name}`.trim(), { login: profile.login })
      return []
    }
    const source = `${user} ${profile.name}`
    const called = profile.name.slice(0, 60)
    if (!known.has(source) && taken.has(`${person_id} ${called.toLowerCase()}`)) return []
    taken.add(`${person_id} ${called.toLowerCase()}`)
    return [{ source, values: { person_id, made_by: person_id, name: called, address } }]
  })
  await m.bring({ kind: 'saved_view', table: 'saved_view', from: 'search_profile', rows, gone: 'remove' })
}
