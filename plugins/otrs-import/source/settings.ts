/** Owns the settings of a source: from its tables (version 6 on), its generated files, and Kernel/Config.pm, which wins. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { readPerl } from './perl.ts'
import type { Product, Setting } from './source.ts'

/** What holds in every version where nothing is said, as far as an import asks for it. */
const WORKING_DAYS: Setting = Object.fromEntries(
  ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((day) => [
    day,
    day.startsWith('S') ? [] : Array.from({ length: 13 }, (_, n) => String(8 + n)),
  ]),
)
const DEFAULTS: Readonly<Record<string, Setting>> = {
  SystemID: '10',
  'Ticket::Hook': 'Ticket#',
  'Ticket::HookDivider': '',
  'Ticket::NumberGenerator': 'Kernel::System::Ticket::Number::DateChecksum',
  'Ticket::SubjectRe': 'Re',
  'Ticket::SubjectFwd': 'Fwd',
  'Ticket::SubjectFormat': 'Left',
  'Ticket::SubjectSize': '100',
  TimeWorkingHours: WORKING_DAYS,
  TimeVacationDays: {},
  TimeVacationDaysOneTime: {},
}

export interface Settings {
  get(name: string): Setting | undefined
  /** All that differ from the product's defaults. */
  modified(): Record<string, Setting>
  /** Names in files whose values are more than data. */
  unread: readonly string[]
}

export interface StoredSettings {
  defaults: ReadonlyMap<string, string>
  /** Undefined: switched off. */
  modified: ReadonlyMap<string, string | undefined>
}

/** A value of `sysconfig_modified`: scalars stay text, so that '010' and '1' are what was written; null is null. */
export function readStored(text: string): Setting {
  const value: unknown = parse(text, { schema: 'failsafe', maxAliasCount: 100, logLevel: 'silent' })
  return plain(value)
}

function plain(value: unknown): Setting {
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), plain(one)]))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
  return value === null || value === undefined || value === '~' || value === 'undef' ? null : String(value as string)
}

export function settingsOf(stored: StoredSettings, files: HomeFiles | undefined): Settings {
  const read = new Map<string, Setting | undefined>()
  const ofTables = (name: string, from: ReadonlyMap<string, string | undefined>): Setting | undefined => {
    const text = from.get(name)
    if (text === undefined) return undefined
    try {
      return readStored(text)
    } catch {
      return undefined
    }
  }
  const generated = files?.generated ?? new Map<string, Setting>()
  const own = files?.own ?? new Map<string, Setting>()
  const get = (name: string): Setting | undefined => {
    if (read.has(name)) return read.get(name)
    const value =
      own.get(name) ??
      (stored.modified.has(name)
        ? ofTables(name, stored.modified)
        : (ofTables(name, stored.defaults) ?? generated.get(name) ?? DEFAULTS[name]))
    read.set(name, value)
    return value
  }
  return {
    // OTOBO's own names for what OTRS called after itself.
    get: (name) => get(name) ?? get(name.replace(/^OTRS/, 'OTOBO')),
    modified() {
      const names = new Set([...stored.modified.keys(), ...(files?.changed ?? []), ...own.keys()])
      return Object.fromEntries(
        [...names].toSorted().flatMap((name): [string, Setting][] => {
          const value = get(name)
          return value === undefined ? [] : [[name, value]]
        }),
      )
    },
    unread: files?.unread ?? [],
  }
}

export interface HomeFiles {
  /** PRODUCT and VERSION of the file RELEASE. */
  release: { product: string; version: string } | undefined
  /** Of ZZZAAuto.pm and the like: defaults and what was changed in the pages of administration. */
  generated: Map<string, Setting>
  /** Names that ZZZAuto.pm changes (up to version 5). */
  changed: string[]
  /** Of Kernel/Config.pm. */
  own: Map<string, Setting>
  unread: string[]
}

/** Reads a program's own folder as text; what is not there is empty. */
export async function readHome(home: string): Promise<HomeFiles> {
  const text = (file: string) => readFile(join(home, file), 'utf8').catch(() => undefined)
  const release = await text('RELEASE')
  const said = (key: string) =>
    (release ?? '')
      .split('\n')
      .map((line) => line.split('=').map((part) => part.trim()))
      .find(([name]) => name === key)?.[1]
  const folder = 'Kernel/Config/Files'
  const names = (await readdir(join(home, folder)).catch(() => [])).filter((name) => /^ZZZ\w*\.pm$/.test(name)).toSorted()
  const generated = new Map<string, Setting>()
  const changed: string[] = []
  for (const name of names) {
    const { values } = readPerl((await text(`${folder}/${name}`)) ?? '')
    for (const [key, value] of values) {
      generated.set(key, value)
      if (name !== 'ZZZAAuto.pm') changed.push(key)
    }
  }
  const { values: own, unread } = readPerl((await text('Kernel/Config.pm')) ?? '')
  const [product, version] = [said('PRODUCT'), said('VERSION')]
  return { release: product && version ? { product, version } : undefined, generated, changed, own, unread }
}

/** The version as its file RELEASE says it, where that agrees with the tables. */
export function withRelease(product: Product, files: HomeFiles | undefined): Product {
  const { version } = files?.release ?? {}
  return version && Number(version.split('.')[0]) === product.major ? { ...product, version } : product
}

/** Address of the database, as Kernel/Config.pm has it; undefined where it does not say it as data. */
export function databaseOf({ own }: HomeFiles): string | undefined {
  const text = (name: string) => {
    const value = own.get(name)
    return typeof value === 'string' ? value : undefined
  }
  const [host, database, user, password] = [text('DatabaseHost'), text('Database'), text('DatabaseUser'), text('DatabasePw')]
  // The DSN is joined of the others ("DBI:mysql:database=$Self->{Database};…"): only its kind is of use.
  const dsn = text('DatabaseDSN') ?? ''
  if (!database || !user) return undefined
  const kind = /Pg/i.test(dsn) ? 'postgresql' : 'mysql'
  return `${kind}://${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@${host || 'localhost'}/${encodeURIComponent(database)}`
}
