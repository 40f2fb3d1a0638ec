/** Owns finding the one entry of a login or an address. */
import {
  AndFilter,
  EqualityFilter,
  FilterParser,
  NotFilter,
  OrFilter,
  SizeLimitExceededError,
  type Client,
  type Entry,
  type Filter,
} from 'ldapts'
import { attributesAsked, isMeant } from './entry.ts'
import type { Directory } from './options.ts'

export type Found = { entry: Entry } | 'none' | 'several' | 'other'

/**
 * The entry whose login or address this is. 'other': the directory matched it loosely, to an account that is called
 * otherwise. Values stand in filter objects, so that no sign of theirs means anything to the server.
 */
export async function findByName(client: Client, directory: Directory, typed: string, { disabledToo = false } = {}): Promise<Found> {
  const { attributes } = directory
  const names = [attributes.login, ...attributes.alsoLogin]
  const match = [
    ...names.map((attribute) => new EqualityFilter({ attribute, value: typed })),
    ...(typed.includes('@') ? byAddress(directory, typed) : []),
  ]
  const found = await search(client, directory, new OrFilter({ filters: match }), disabledToo)
  if (found === 'several' || found.length === 0) return found === 'several' ? found : 'none'
  const meant = found.filter((entry) => isMeant(entry, directory, typed))
  return meant.length === 1 ? { entry: meant[0]! } : meant.length > 1 ? 'several' : 'other'
}

export async function findByAddress(client: Client, directory: Directory, address: string): Promise<Found> {
  const found = await search(client, directory, new OrFilter({ filters: byAddress(directory, address) }), false)
  if (found === 'several' || found.length === 0) return found === 'several' ? found : 'none'
  const meant = found.filter((entry) => isMeant(entry, directory, address))
  return meant.length === 1 ? { entry: meant[0]! } : meant.length > 1 ? 'several' : 'other'
}

/** Who the people are, without those who are disabled. */
export function peopleFilter(directory: Directory, disabledToo = false): Filter {
  const people = FilterParser.parseString(directory.people.filter)
  if (disabledToo || directory.people.disabled === undefined) return people
  return new AndFilter({ filters: [people, new NotFilter({ filter: FilterParser.parseString(directory.people.disabled) })] })
}

/** Attributes that come as bytes: ids that are no text. */
export const asBytes = (directory: Directory): string[] => (/guid|sid$/i.test(directory.attributes.id) ? [directory.attributes.id] : [])

function byAddress({ attributes }: Directory, address: string): Filter[] {
  return [...attributes.mail, ...attributes.aliases].flatMap((attribute) =>
    (attribute.toLowerCase() === 'proxyaddresses' ? [`smtp:${address}`, `SMTP:${address}`] : [address]).map(
      (value) => new EqualityFilter({ attribute, value }),
    ),
  )
}

async function search(client: Client, directory: Directory, match: Filter, disabledToo: boolean): Promise<Entry[] | 'several'> {
  const filter = new AndFilter({ filters: [peopleFilter(directory, disabledToo), match] })
  try {
    const all = await Promise.all(
      directory.people.base.map((base) =>
        client.search(base, {
          filter,
          attributes: attributesAsked(directory),
          explicitBufferAttributes: asBytes(directory),
          sizeLimit: 10,
        }),
      ),
    )
    // The same entry below two bases is one. References to other servers are not followed.
    return [...new Map(all.flatMap(({ searchEntries }) => searchEntries).map((entry) => [entry.dn, entry])).values()]
  } catch (error) {
    if (error instanceof SizeLimitExceededError) return 'several'
    throw error
  }
}
