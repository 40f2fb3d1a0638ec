/** Holds the shape of the house: who may import whom, what a module must say of itself, which lists must agree. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ERRORS } from '../core/errors.ts'
import { coreTexts } from '../core/i18n/core-texts.ts'
import type { Text } from '../core/i18n/texts.ts'
import { CORE_PLACES } from '../core/kernel/places.ts'
import { CHANGEABLE, ENTRIES } from '../core/ticket/attributes.ts'
import { MISC } from '../core/ticket/misc.ts'

const root = resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

function filesBelow(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => statSync(join(root, file)).isFile())
}
const isSource = (file: string) => /\.tsx?$/.test(file) && !/\.(test|fixture)\.tsx?$/.test(file)
const core = filesBelow('core').filter(isSource)
const plugins = filesBelow('plugins').filter(isSource)
const pluginNames = readdirSync(join(root, 'plugins')).filter((name) => statSync(join(root, 'plugins', name)).isDirectory())

/** Everything a module names in an import, export-from or dynamic import. */
function imports(file: string): string[] {
  const text = read(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
  return [...text.matchAll(/(?:^\s*(?:import|export)\b[^'\n=]*?\bfrom\s+|^\} from\s+|\bimport\(\s*|^import\s+)'([^']+)'/gm)].map(
    (match) => match[1]!,
  )
}
/** What it imports when it runs: not `import type`, not `import { type A }` alone, not what is loaded later. */
function valueImports(file: string): string[] {
  const text = read(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
  const needed = (names: string) =>
    !/^\s*type\b/.test(names) &&
    (!/^\s*\{/.test(names) ||
      names
        .replace(/[{}]/g, '')
        .split(',')
        .some((name) => name.trim() !== '' && !/^\s*type\b/.test(name)))
  const from = [...text.matchAll(/^(?:import|export)\b((?:(?!^(?:import|export|const|function)\b)[^'])*?)\bfrom\s+'([^']+)'/gm)]
    .filter((match) => needed(match[1]!))
    .map((match) => match[2]!)
  return [...from, ...[...text.matchAll(/^import\s+'([^']+)'/gm)].map((match) => match[1]!)]
    .filter((name) => name.startsWith('.'))
    .map((name) => target(file, name))
}
/** Files that import each other in a circle, in groups. */
function circles(files: string[]): string[][] {
  const ways = new Map(files.map((file) => [file, valueImports(file)]))
  const below = (file: string, seen = new Set<string>()): Set<string> => {
    for (const next of ways.get(file) ?? []) if (!seen.has(next)) below(next, seen.add(next))
    return seen
  }
  const reach = new Map(files.map((file) => [file, below(file)]))
  const groups = files
    .filter((file) => reach.get(file)!.has(file))
    .map((file) => files.filter((other) => reach.get(file)!.has(other) && reach.get(other)?.has(file)))
  return [...new Map(groups.map((group) => [group.join(), group])).values()]
}
/** Every name between the braces of imports and exports: what it is called there. */
const namesOf = (text: string): string[] =>
  [...text.matchAll(/^(?:import|export)(?: type)? \{([^}]*)\} from/gm)].flatMap((match) =>
    match[1]!
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter(Boolean)
      .map((name) => (text.startsWith('/** Owns the door') ? name.split(' as ').at(-1)! : name.split(' as ')[0]!)),
  )
const target = (file: string, name: string) => relative(root, resolve(root, dirname(file), name))
const faults = (files: string[], find: (file: string) => string[]) => files.flatMap((file) => find(file).map((what) => `${file}: ${what}`))

/** What a plugin may import of core: `pomoc`, `pomoc/pages`, `pomoc/administration`. */
const DOORS = ['core/index.ts', 'core/pages.ts', 'core/administration.ts']

/** Rooms of core from the ground up: each may need those before it in order to run, none behind it. */
const ROOMS = [
  'errors.ts',
  'i18n',
  'machine',
  'search',
  'database',
  'kernel',
  'backup',
  'audit',
  'mail',
  'permission',
  'unit',
  'person',
  'company',
  'service',
  'queue',
  'calendar',
  'article',
  'escalation',
  'field',
  'ticket',
  'time',
  'mail/reading',
  'mail/texts',
  'ticket/change',
  'ticket/clock',
  'link',
  'ticket/merge',
  'ticket/acts',
  'explain',
  'mail/filters',
  'mail/judge',
  'mail/outbound',
  'mail/inbound',
  'mail/desk',
  'privacy',
  'administration',
  'metrics',
  'web',
  'index.ts',
  'pages.ts',
  'administration.ts',
  'run',
  'testing.ts',
  'doctor',
  'cli',
]
/** What may be needed from below all the same, and why: five at most. */
const GROUND: Record<string, string> = {
  'core/unit/tree.ts':
    'the root of the units and the SQL up and down their tree: the kernel asks it who inherits, permission whose affair it is',
}
const MOST_FILES = 22

/** The room a file of core lies in: the longest that fits. */
function roomOf(file: string): number {
  const path = file.slice('core/'.length)
  const fitting = ROOMS.filter((room) => path === room || path.startsWith(`${room}/`))
  return ROOMS.indexOf(fitting.toSorted((a, b) => b.length - a.length)[0] ?? '')
}

describe('who may import whom', () => {
  it('each file of core lies in a room of the list', () => {
    expect(core.filter((file) => roomOf(file) === -1)).toEqual([])
  })
  it('rooms need only what lies below them in order to run', () => {
    expect(Object.keys(GROUND).length).toBeLessThanOrEqual(5)
    const upwards = core.flatMap((file) =>
      valueImports(file)
        .filter((other) => other.startsWith('core/') && roomOf(other) > roomOf(file))
        .map((other) => ({ file, other })),
    )
    expect(upwards.filter(({ other }) => !(other in GROUND)).map(({ file, other }) => `${file} → ${other}`)).toEqual([])
    expect(Object.keys(GROUND).filter((ground) => !upwards.some(({ other }) => other === ground))).toEqual([])
  })
  it('no folder of core holds more files than one can look over', () => {
    const counts = Map.groupBy(core, (file) => dirname(file))
    expect([...counts].filter(([, files]) => files.length > MOST_FILES).map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([])
  })
  it('a door holds no name of another door, and those for pages and administration none that no plugin asks for', () => {
    const names = (file: string) => namesOf(read(file))
    const all = DOORS.flatMap(names)
    expect(all.filter((name, n) => all.indexOf(name) !== n)).toEqual([])
    const asked = new Set(
      [...plugins, ...filesBelow('test'), ...filesBelow('plugins')]
        .filter((file) => /\.tsx?$/.test(file))
        .flatMap((file) => namesOf(read(file).replace(/^import type /gm, 'import '))),
    )
    expect(
      DOORS.slice(1).flatMap((door) =>
        names(door)
          .filter((name) => !asked.has(name))
          .map((name) => `${door}: ${name}`),
      ),
    ).toEqual([])
  })
  it('core imports no plugin', () => {
    expect(
      faults(core, (file) => imports(file).filter((name) => name.startsWith('.') && target(file, name).startsWith('plugins/'))),
    ).toEqual([])
  })
  it('a plugin imports of core only its door, and nothing of another plugin', () => {
    // Three of them, and one for tests: the contract, acts and reading; pages; what administration uses.
    expect(
      faults(plugins, (file) => {
        const own = file.split('/').slice(0, 2).join('/')
        return imports(file)
          .filter((name) => name.startsWith('.'))
          .map((name) => target(file, name))
          .filter((path) => !DOORS.includes(path) && !path.startsWith(`${own}/`))
      }),
    ).toEqual([])
  })
  it('calendars and the state machine are pure', () => {
    const pure = core.filter(
      (file) => (file.startsWith('core/calendar/') && !/admin|store/.test(file)) || file === 'core/ticket/state-machine.ts',
    )
    expect(
      faults(pure, (file) =>
        imports(file).filter(
          (name) =>
            !(
              ['luxon', 'date-holidays', 'zod'].includes(name) ||
              name.startsWith('./') ||
              ['core/calendar/calendar.ts', 'core/i18n/languages.ts'].includes(target(file, name))
            ),
        ),
      ),
    ).toEqual([])
  })
  it('the list of languages, which those may read, imports nothing', () => {
    expect(imports('core/i18n/languages.ts')).toEqual([])
  })
  it("a store imports no other domain's store", () => {
    const stores = core.filter((file) => file.endsWith('.store.ts'))
    expect(
      faults(stores, (file) =>
        imports(file).filter((name) => name.startsWith('.') && name.endsWith('.store.ts') && dirname(target(file, name)) !== dirname(file)),
      ),
    ).toEqual([])
  })
  it('pages call domain functions, never SQL', () => {
    expect(
      faults(
        [...plugins, ...core.filter((file) => file.startsWith('core/web/'))].filter((file) => file.endsWith('.tsx')),
        (file) => read(file).match(/\bsql`|\.(selectFrom|insertInto|updateTable|deleteFrom)\(/g) ?? [],
      ),
    ).toEqual([])
  })
  it('no module needs itself in order to run', () => {
    expect(circles([...core, ...plugins])).toEqual([])
  })
  it('only package.json lists what is imported', () => {
    const listed = JSON.parse(read('package.json')) as Record<'dependencies' | 'optionalDependencies', Record<string, string>>
    // Its own name stands in the plugin that “npm run pomoc -- plugins new” writes.
    const known = new Set(['pomoc', ...Object.keys(listed.dependencies), ...Object.keys(listed.optionalDependencies)])
    expect(
      faults([...core, ...plugins], (file) =>
        imports(file)
          .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
          .map((name) =>
            name
              .split('/')
              .slice(0, name.startsWith('@') ? 2 : 1)
              .join('/'),
          )
          .filter((name) => !known.has(name)),
      ),
    ).toEqual([])
  })
})

describe('what a ticket has', () => {
  it('is changed through one door: no act writes its columns, history of them or their facts by itself', () => {
    const told = CHANGEABLE.map(({ fact }) => fact.name)
    const types = CHANGEABLE.flatMap(({ history: { type } }) => (typeof type === 'string' ? [type] : Object.values(type)))
    const by = core.filter((file) => !['core/ticket/change/change.ts', 'core/ticket/attributes.ts', 'core/kernel/facts.ts'].includes(file))
    expect(
      faults(by, (file) => [
        ...told.filter((name) => new RegExp(`emit\\(\\s*'${name}'`).test(read(file))),
        ...types.filter((type) => new RegExp(`type: '${type}'`).test(read(file))),
        ...(read(file).match(/updateTable\('ticket'\)/g) ?? []),
      ]),
    ).toEqual([])
  })
  it('has a column that the table has, and names of its own', () => {
    for (const part of ['name', 'column', 'field'] as const) expect(new Set(ENTRIES.map((entry) => entry[part])).size).toBe(ENTRIES.length)
    expect(new Set(ENTRIES.flatMap(({ tags = {} }) => Object.keys(tags))).size).toBe(
      ENTRIES.flatMap(({ tags = {} }) => Object.keys(tags)).length,
    )
  })
  it('is told under Misc in kinds of one list, wherever history is written', () => {
    // The first part of the row; what a condition compares with is no kind.
    const written = [...core, ...plugins].flatMap((file) =>
      [...read(file).matchAll(/type: 'Misc',\s+(?:parts: \[\s*([^,\]]*)|name: `(%%[a-z -]+))/g)].flatMap(
        ([, parts = '', name]) =>
          name?.slice(2) ?? [...parts.matchAll(/(=== )?'([^']+)'/g)].filter(([, compared]) => !compared).map((match) => match[2]!),
      ),
    )
    expect(written.length).toBeGreaterThan(8)
    expect(written.filter((kind) => !Object.hasOwn(MISC, kind))).toEqual([])
  })
})

describe('what stands in one place', () => {
  const except = (...places: string[]) => [...core, ...plugins].filter((file) => !places.includes(file))
  it('the way through the tree of units, and its root: unit/tree.ts', () => {
    expect(
      faults(
        except('core/unit/tree.ts'),
        (file) => read(file).match(/from unit u join \w+ on \w+\.\w+ = \w+\.\w+\)|\bROOT\w* = '1'|\bunitId(: \w+ =| \?\?| ===) '1'/g) ?? [],
      ),
    ).toEqual([])
  })
  it('what an id looks like: database/id.ts', () => {
    expect(faults(except('core/database/id.ts'), (file) => read(file).match(/\/\^\\d\{1,18\}\$\//g) ?? [])).toEqual([])
  })
  it('words without case and marks: search/fold.ts', () => {
    expect(faults(except('core/search/fold.ts'), (file) => read(file).match(/normalize\('NFD'\)/g) ?? [])).toEqual([])
  })
  it('which languages there are: i18n/languages.ts, and what is written in two of them: the demo', () => {
    const elsewhere = except('core/i18n/languages.ts', 'core/i18n/names.ts', 'core/i18n/texts.ts').filter(
      (file) => !/^(plugins\/demo|core\/ticket)\//.test(file),
    )
    expect(
      faults(elsewhere, (file) => read(file).match(/[=?|]=?=? '(pl|en)'|\['pl', 'en'\]|\.in\('(pl|en)'\)(?!;)|=== 'en'/g) ?? []),
    ).toEqual([])
    expect(
      faults(
        elsewhere.filter((file) => !file.includes('/i18n/')),
        (file) => read(file).match(/'(Polski|English)'/g) ?? [],
      ),
    ).toEqual([])
  })
  it('telling every process of a change: notify in kernel/facts.ts', () => {
    expect(faults(except('core/kernel/facts.ts'), (file) => read(file).match(/pg_notify\(\$\{CHANNEL\}/g) ?? [])).toEqual([])
  })
})

describe('what a module says', () => {
  it('opens with one sentence that tells what it owns', () => {
    expect(
      faults([...core, ...plugins, ...filesBelow('migrations').filter(isSource)], (file) =>
        file.startsWith('core/index') || /^\/\*\*\s*(?:\* )?(Owns|The plugin)/.test(read(file)) ? [] : [read(file).slice(0, 60)],
      ),
    ).toEqual([])
  })
  it('the domain takes its time from the work, never from the machine', () => {
    const domain = core.filter((file) =>
      /^core\/(ticket|article|queue|calendar|permission|person|company|unit|mail\/judge\/steps)\//.test(file),
    )
    expect(faults(domain, (file) => read(file).match(/new Date\(\)|Date\.now\(\)/g) ?? [])).toEqual([])
  })
  it('every plugin has a page for its administrator', () => {
    expect(pluginNames.filter((name) => !existsSync(join(root, 'plugins', name, 'README.md')))).toEqual([])
  })
  it('the root holds nothing else', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
    const allowed = [
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'README.md',
      'LICENSE',
      'core',
      'plugins',
      'themes',
      'config',
      'migrations',
      'test',
    ]
    const top = new Set(tracked.map((file) => file.split('/')[0]!))
    expect([...top].filter((name) => !name.startsWith('.') && !allowed.includes(name))).toEqual([])
  })
})

describe('lists that must agree', () => {
  it('what a plugin does to a ticket it does through the list of acts', () => {
    // What the acts' own `run` calls: the domain's functions that write.
    const called = core
      .filter((file) => file.startsWith('core/ticket/acts/'))
      .flatMap((file) => [
        ...read(file).matchAll(
          /^import \{\s+([^}]+)\s\} from '\.\.\/change\/(?:tickets|pass-on|held|participants|undo|change-by-headers|confirm)\.ts'/gm,
        ),
      ])
      .flatMap((match) => match[1]!.split(',').map((name) => name.trim()))
      .filter((name) => name !== '' && !name.startsWith('type ') && !name.startsWith('may'))
    expect(called).toEqual(
      expect.arrayContaining(['takeTicket', 'answerTicket', 'acceptHeld', 'undoAct', 'createTicket', 'confirmOwnMail', 'redirectArticle']),
    )
    expect(faults(plugins, (file) => called.filter((name) => new RegExp(`\\b${name}\\(`).test(read(file))))).toEqual([])
  })
  it('each error code has its words, and core/README.md tells of each', () => {
    const readme = read('core/README.md')
    expect(Object.keys(ERRORS).filter((code) => !(`error.${code}` in coreTexts.pl))).toEqual([])
    expect(Object.keys(coreTexts.pl).filter((key) => key.startsWith('error.') && !(key.slice(6) in ERRORS))).toEqual([])
    expect(
      Object.entries(ERRORS)
        .filter(([code, status]) => !readme.includes(`| \`${code}\` | ${status} |`))
        .map(([code]) => code),
    ).toEqual([])
    const told = [...readme.matchAll(/^\| `([a-z.-]+)` \| \d{3} \|/gm)].map((match) => match[1]!)
    expect(told.filter((code) => !(code in ERRORS))).toEqual([])
  })
  it('each place a plugin may fill is listed in core/README.md', async () => {
    const readme = read('core/README.md')
    const places: string[] = Object.keys(CORE_PLACES)
    for (const name of pluginNames) {
      const index = ['index.ts', 'index.tsx'].map((file) => join(root, 'plugins', name, file)).find((file) => existsSync(file))
      if (!index) continue
      const plugin = ((await import(/* @vite-ignore */ index)) as { default: { places?: Record<string, string> } }).default
      places.push(...Object.keys(plugin.places ?? {}))
    }
    expect(places.filter((place) => !readme.includes(`\`${place}\``))).toEqual([])
  })
  it('migrations stand in the order of their numbers, each number once, every file in the list', () => {
    for (const folder of ['migrations', ...pluginNames.map((name) => `plugins/${name}/migrations`)]) {
      const files = filesBelow(folder)
        .filter((file) => /\/\d+_\w+\.ts$/.test(file))
        .map((file) => file.slice(folder.length + 1, -'.ts'.length))
        .toSorted()
      if (files.length === 0) continue
      const numbers = files.map((file) => file.split('_')[0])
      expect([folder, new Set(numbers).size]).toEqual([folder, numbers.length])
      const list =
        folder === 'migrations'
          ? 'migrations/index.ts'
          : [`${folder}/../index.tsx`, `${folder}/../index.ts`].find((file) => existsSync(join(root, file)))!
      const listed = [...read(list).matchAll(/^import (?:\* as \w+|\{[^}]*\}) from '\.\/(?:migrations\/)?(\d+_\w+)\.ts'$/gm)].map(
        (match) => match[1]!,
      )
      const used = [...new Set([...read(list).matchAll(/'(\d+_\w+)': /g)].map((match) => match[1]!))]
      expect([folder, listed, used]).toEqual([folder, files, files])
    }
  })
  it('Polish and English texts have the same placeholders, and Polish plurals all their forms', async () => {
    const sets: [string, Record<string, Text>, Record<string, Text>][] = [['core', coreTexts.pl, coreTexts.en]]
    for (const name of pluginNames) {
      const path = join(root, 'plugins', name, 'i18n')
      if (!existsSync(join(path, 'pl.ts'))) continue
      const pl = ((await import(/* @vite-ignore */ join(path, 'pl.ts'))) as { pl: Record<string, Text> }).pl
      const en = ((await import(/* @vite-ignore */ join(path, 'en.ts'))) as { en: Record<string, Text> }).en
      sets.push([name, pl, en])
    }
    const holes = (text: Text) => [...new Set((typeof text === 'string' ? text : text.other).match(/\{\w+\}/g) ?? [])].toSorted().join()
    const wrong: string[] = []
    for (const [name, pl, en] of sets) {
      for (const [key, text] of Object.entries(pl)) {
        const other = en[key]
        if (other === undefined || holes(text) !== holes(other)) wrong.push(`${name} ${key}: placeholders differ`)
        if (typeof text !== 'string' && (text.few === undefined || text.many === undefined))
          wrong.push(`${name} ${key}: a plural form is missing`)
        if (/"/.test(typeof text === 'string' ? text : Object.values(text).join())) wrong.push(`${name} ${key}: straight quotes`)
      }
    }
    expect(wrong).toEqual([])
  })
})
