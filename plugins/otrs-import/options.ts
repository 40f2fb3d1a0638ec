/** Owns the options of the commands: where the source is, and the mapping file. */
import { parseArgs } from 'node:util'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { BootError, reasonOf } from '../../core/index.ts'
import { mappingFaults, NO_MAPPING, readMapping, type KnownNames } from './mapping/mapping-file.ts'
import type { Mapping } from './mapping/mapping.ts'
import { openSource } from './source/open.ts'
import { SourceError, type Source, type SourceAddress } from './source/source.ts'

/** The variable that holds the address: an argument could be seen by everybody on the machine, and a password stands in it. */
export const ADDRESS_VARIABLE = 'POMOC_OTRS_URL'

export const SOURCE_OPTIONS = {
  from: { type: 'string' },
  home: { type: 'string' },
  'article-dir': { type: 'string' },
  zone: { type: 'string' },
  mapping: { type: 'string' },
} as const
/** The same for the one line of each command that takes them. */
export const SOURCE_WORDS = `where: ${ADDRESS_VARIABLE} or --from URL, --home DIR, --article-dir DIR, --zone ZONE; --mapping FILE decides`
type Wanted = Record<string, { type: 'string' | 'boolean' }>
/** How they are told after a slip. */
const TOLD = `--from URL (or ${ADDRESS_VARIABLE}), --home DIR, --article-dir DIR, --zone ZONE, --mapping FILE`

export interface Options {
  address: SourceAddress
  mappingFile: string | undefined
  /** Those of the command's own. */
  own: Readonly<Record<string, string | boolean | undefined>>
}

/** A path as somebody typed it: npm runs commands in the project's folder, they stand elsewhere. */
export const typedPath = (path: string): string => resolve(process.env['INIT_CWD'] ?? '.', path)

/** Reads the words behind a command; `own`: options of that command alone, as `{ out: { type: 'string' } }`. Throws a sentence. */
export function readOptions(args: readonly string[], own: Wanted = {}): Options {
  let values: Record<string, string | boolean | undefined>
  try {
    ;({ values } = parseArgs({ args: [...args], options: { ...SOURCE_OPTIONS, ...own } }) as { values: typeof values })
  } catch (error) {
    throw new BootError(`${reasonOf(error)}. There are ${[TOLD, ...Object.keys(own).map((name) => `--${name}`)].join(', ')}.`)
  }
  const word = (name: string) => (typeof values[name] === 'string' && values[name] !== '' ? values[name] : undefined)
  const path = (name: string) => {
    const typed = word(name)
    return typed === undefined ? undefined : typedPath(typed)
  }
  const [home, articleDir] = [path('home'), path('article-dir')]
  for (const [name, dir] of [
    ['home', home],
    ['article-dir', articleDir],
  ] as const)
    if (dir !== undefined && !existsSync(dir)) throw new BootError(`--${name}: ${dir} is not there, or this account may not see it.`)
  return {
    address: { url: word('from') ?? process.env[ADDRESS_VARIABLE] ?? '', home, articleDir, zone: word('zone') },
    mappingFile: path('mapping'),
    own: Object.fromEntries(Object.keys(own).map((name) => [name, values[name]])),
  }
}

/** Opens the source; what is wrong with it becomes a sentence for the terminal. Close it. */
export async function openNamed({ address }: Options): Promise<Source> {
  try {
    return await openSource(address)
  } catch (error) {
    throw error instanceof SourceError ? new BootError(error.message) : error
  }
}

/** The mapping file's decisions, each of which names somebody; without a file those that hold where nothing is said. */
export function demandMapping({ mappingFile }: Options, known: KnownNames): Mapping {
  if (mappingFile === undefined) return NO_MAPPING
  let text: string
  try {
    text = readFileSync(mappingFile, 'utf8')
  } catch (error) {
    throw new BootError(`The mapping file ${mappingFile} cannot be read: ${reasonOf(error)}.`)
  }
  const mapping = readMapping(text, mappingFile)
  const faults = mappingFaults(mapping, known)
  if (faults.length > 0) throw new BootError(faults.map((fault) => `${mappingFile}: ${fault}`).join('\n'))
  return mapping
}
